"""Tools that cannot be trusted, and changes that would pick their own tools."""

import sys
from pathlib import Path

import pytest

from qgate.model.report import Outcome
from tests.support.check import judged
from tests.support.localtool import SHELL, definition, program
from tests.support.repo import Repo

HARMLESS = "{command: ['true', '{files}'], output: regex, pattern: '(?P<message>zzz)'}"
OVERRIDES = {
    "settings": {".qgate.yml": f"version: 1\ntools: {{ruff: {HARMLESS}}}\n"},
    "file": {".qgate/rules/tools/ruff.yml": f"{HARMLESS}\n"},
    "no condition": {".qgate.yml": "version: 1\ntools: {ruff: {when: [nowhere.toml]}}\n"},
    "no files": {".qgate.yml": "version: 1\ntools: {ruff: {files: [nowhere.py]}}\n"},
}


@pytest.mark.parametrize("files", OVERRIDES.values(), ids=OVERRIDES)
def test_a_change_cannot_switch_off_a_shipped_tool(repo: Repo, files: dict[str, str]) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "x = 1\n"})
    repo.write({"a.py": "import os\nx = 1\n"} | files)
    report = judged(repo, gates=("lint",), base="HEAD")
    assert report.verdict is Outcome.FAILED, report.gates
    assert [each.rule for each in report.notices] == ["policy/weakened"]


def test_an_override_that_is_at_the_base_holds(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "x = 1\n"} | OVERRIDES["settings"])
    repo.write({"a.py": "import os\nx = 1\n"})
    report = judged(repo, gates=("lint",), base="HEAD")
    assert report.verdict is Outcome.PASSED
    assert report.notices == ()


def test_a_change_that_adds_a_tool_is_judged_by_it(repo: Repo) -> None:
    tool = (
        "{gate: style, command: [grep, -n, BAD, '{files}'], files: ['*.txt'], output: regex, "
        "pattern: '^(?P<line>[0-9]+):(?P<message>.*)$', blocks: all}"
    )
    repo.commit({"a.txt": "x\n"})
    repo.write({".qgate.yml": f"version: 1\ntools: {{t: {tool}}}\n", "a.txt": "BAD\n"})
    assert judged(repo, gates=("style",), base="HEAD").verdict is Outcome.FAILED


def said_by(repo: Repo, name: str, environ: dict[str, str]) -> tuple[str, str]:
    """Which program's finding came, and the evidence about it."""
    (gate,) = judged(repo, gates=("lint",), base="HEAD", environ=environ).gates
    (message,) = [each.message for each in gate.findings if each.rule == f"lint/{name}"]
    return message, gate.evidence[-1]


def test_a_tool_is_looked_for_in_the_projects_own_places_first(repo: Repo, tmp_path: Path) -> None:
    places = {
        "the active virtual environment": tmp_path / "active" / "bin",
        ".venv": repo.path / ".venv" / "bin",
        "node_modules": repo.path / "node_modules" / ".bin",
        "PATH": tmp_path / "path",
    }
    for origin, folder in places.items():
        folder.mkdir(parents=True)
        (folder / "demo").write_text(f"{SHELL}echo 'a.txt:1:by {origin}'; exit 1\n")
        (folder / "demo").chmod(0o755)
    settings = definition("demo", command='[demo, "{files}"]')
    repo.commit(settings | {".gitignore": "/.venv/\n/node_modules/\n", "a.txt": "x\n"})
    repo.write({"a.txt": "y\n"})
    environ = {
        "VIRTUAL_ENV": str(tmp_path / "active"),
        "PATH": f"{tmp_path / 'path'}:{repo.environ['PATH']}",
    }
    for origin, folder in places.items():
        message, evidence = said_by(repo, "demo", environ)
        assert message == f"by {origin}"
        assert f"{folder / 'demo'}, {origin};" in evidence
        # One that may not be executed is none.
        (folder / "demo").chmod(0o644)
    (gate,) = judged(repo, gates=("lint",), base="HEAD", environ=environ).gates
    assert "demo is not installed" in gate.summary


def test_the_tool_that_came_with_qgate_is_the_last_choice(repo: Repo, tmp_path: Path) -> None:
    own = Path(sys.prefix, "bin")
    assert (own / "ruff").exists(), "the tests need ruff beside their Python"
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "x = 1\n"})
    repo.write({"a.py": "x = 2\n"})
    fake = tmp_path / "bin"
    fake.mkdir()
    # Its own environment is on PATH and called active; under pre-commit that means nothing.
    path = f"{own}:{fake}:{repo.environ['PATH']}"
    shared = {"VIRTUAL_ENV": sys.prefix, "PATH": path}
    alone = {**shared, "PRE_COMMIT": "1"}
    (gate,) = judged(repo, gates=("lint",), base="HEAD", environ=alone).gates
    assert gate.outcome is Outcome.PASSED
    assert f"{own / 'ruff'}, came with qgate" in gate.evidence[0]
    (fake / "ruff").write_text(f"{SHELL}echo the project said no >&2; exit 70\n")
    (fake / "ruff").chmod(0o755)
    (gate,) = judged(repo, gates=("lint",), base="HEAD", environ=alone).gates
    assert gate.outcome is Outcome.INCOMPLETE
    # Where it is the project's own, it comes first.
    (gate,) = judged(repo, gates=("lint",), base="HEAD", environ=shared).gates
    assert gate.outcome is Outcome.PASSED
    assert f"{own / 'ruff'}, the project's environment" in gate.evidence[0]


def test_a_name_with_a_slash_is_a_path_from_the_top(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "path" / "bin").mkdir(parents=True)
    elsewhere = tmp_path / "path" / "bin" / "demo"
    elsewhere.write_text(f"{SHELL}exit 0\n")
    elsewhere.chmod(0o755)
    program(repo, "demo", f"{SHELL}echo 'a.txt:1:by the repository'; exit 1\n")
    repo.commit(definition("demo") | {"a.txt": "x\n", "sub/b.txt": ""})
    repo.write({"a.txt": "y\n"})
    environ = {"PATH": f"{tmp_path / 'path'}:{repo.environ['PATH']}"}
    message, evidence = said_by(repo, "demo", environ)
    assert message == "by the repository"
    assert f"{repo.path / 'bin' / 'demo'}, the definition's path" in evidence
    (repo.path / "bin" / "demo").unlink()
    (gate,) = judged(
        repo, gates=("lint",), base="HEAD", environ=environ, folder=repo.path / "sub"
    ).gates
    assert "not installed" in gate.summary
