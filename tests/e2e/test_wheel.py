"""The wheel: what is in it, and that it works where there is no checkout."""

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from qgate import __version__
from tests.support.repo import ROOT, clean_environment


def build(target: str, folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("dist"))


def shipped(folder: str, suffix: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(f"*{suffix}")
        if "__pycache__" not in path.parts and path.is_file()
    }


def test_the_wheel_holds_the_package_its_rules_and_templates_and_nothing_else(wheel: Path) -> None:
    information = f"qgate_toolkit-{__version__}.dist-info"
    expected = {
        *shipped("qgate", ".py"),
        "qgate/py.typed",
        *(f"qgate/{name}" for name in shipped("rules", "") | shipped("templates", "")),
        *(f"{information}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")),
        f"{information}/licenses/LICENSE",
    }
    assert set(zipfile.ZipFile(wheel).namelist()) == expected


def test_an_installed_wheel_runs_and_finds_its_rules(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    site = next((environment / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)  # noqa: S202 - the wheel just built
    # Its dependencies are those of the environment that runs the tests.
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(here, "utf-8")
    environ = clean_environment(tmp_path)
    environ.pop("PYTHONPATH")
    done = subprocess.run(
        [environment / "bin/python", "-m", "qgate", "explain", "coverage/uncovered"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"# coverage/uncovered")


def test_the_source_distribution_has_the_action_and_nothing_that_was_installed(
    tmp_path: Path,
) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"action.yml", "requirements/action.txt", "action/prepare.py", "qgate/py.typed"} <= names
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]
