"""The Action as it is run: every step of action.yml, over a pull request checked out at depth 2."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.action.composite import Composite, Ran
from tests.support.action.workspace import Files, Workspace, opened
from tests.support.repo import ROOT

BEFORE: Final = {"app.py": "def one():\n    return 1\n"}
CHANGE: Final = {"app.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n"}
COVERED: Final = {"app.py": {1: 1, 2: 1, 5: 1, 6: 1}}
MISSED: Final = {"app.py": {1: 1, 2: 1, 5: 1, 6: 0}}
UPLOAD: Final = "actions/upload-artifact"
SAVE: Final = "actions/cache/save"
RESTORE: Final = "actions/cache/restore"
PYTHON: Final = Path(os.path.realpath(sys.executable))


@pytest.fixture(scope="session")
def runner_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runner's temporary folder in which the Action's environment is installed already.

    pip installs it once for all processes of the test run; each of them has links to its files.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    installed = shared / "action-environment"
    installed.mkdir(exist_ok=True)
    with (shared / "action-environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        problem = install(installed)
    if problem:
        # Nothing but pip's index is asked for anything by these tests.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(problem)
    own = tmp_path_factory.mktemp("runner-temp")
    shutil.copytree(installed, own, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
    return own


def install(folder: Path) -> str:
    """Run the Action's first step; what it says where it fails."""
    done = subprocess.run(
        ["python3", "-I", ROOT / "action" / "prepare.py"],
        env={
            **os.environ,
            "PATH": f"{PYTHON.parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": os.devnull,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""


@pytest.fixture
def temporary(runner_temp: Path) -> Path:
    """The same, without what an earlier run left beside the environment."""
    for name in ("qgate-report", "qgate-cache"):
        path = runner_temp / name
        if path.is_symlink():
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
    return runner_temp


@dataclass(frozen=True)
class Action:
    """The Action, on a pull request."""

    space: Workspace
    composite: Composite
    temporary: Path

    def run(self, **inputs: str) -> Ran:
        """Run it; of the inputs' names `_` stands for `-`."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.composite.run({"gates": "coverage", **given}, cwd=self.space.path)

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        text = (self.temporary / "qgate-report" / "report.json").read_text("utf-8")
        loaded: dict[str, Any] = json.loads(text)
        return loaded


@pytest.fixture
def at_work(tmp_path: Path, temporary: Path) -> Callable[..., Action]:
    """Open a pull request and get ready to run the Action on it."""

    def make(
        hits: Mapping[str, Mapping[int, int]] = COVERED,
        *,
        before: Files = BEFORE,
        change: Files = CHANGE,
        **more: str,
    ) -> Action:
        space = opened(tmp_path / "job", before=before, change=change, **more)
        space.environ["RUNNER_TEMP"] = str(temporary)
        space.clone.lcov(hits)
        (tmp_path / "steps").mkdir()
        return Action(space, Composite(space.environ, tmp_path / "steps"), temporary)

    return make


def no_trace(ran: Ran) -> bool:
    """Whether later steps run as if this one had not been."""
    return ran.environment == "" and ran.paths == ""


At = Callable[..., Action]

# The three answers ------------------------------------------------------------------------------


def test_a_covered_change_passes_everywhere_people_look(at_work: At) -> None:
    action = at_work()
    ran = action.run(formats="sarif junit markdown")
    assert (ran.code, ran.annotations) == (0, []), ran.out
    assert ran.outputs == {
        "verdict": "passed",
        "coverage": "100.0",
        "findings": "0",
        "blocking": "0",
        "errors": "0",
        "warnings": "0",
        "report": str(action.temporary / "qgate-report" / "report.json"),
    }
    assert "qgate passed" in ran.summary
    assert ran.out.splitlines()[-1].startswith("qgate passed: coverage passed: 100.00 %")
    assert sorted(each.name for each in (action.temporary / "qgate-report").iterdir()) == [
        *("report.json", "report.md", "report.sarif", "report.xml"),
    ]
    assert action.report["base"]["sha"] == action.space.ids["base"]
    assert no_trace(ran)
    assert action.space.clone.git("status", "--porcelain") == ""


def test_an_uncovered_change_fails_and_its_lines_are_annotated(at_work: At) -> None:
    ran = at_work(MISSED).run()
    assert ran.code == 1
    assert ran.annotations == [
        "::error file=app.py,line=6,title=coverage%3A coverage/uncovered::not covered by any test"
    ]
    assert ran.outputs["verdict"] == "failed"
    assert (ran.outputs["coverage"], ran.outputs["blocking"]) == ("50.0", "1")
    assert "qgate failed" in ran.summary
    # The report is of use most of all where it failed.
    assert ran.use(UPLOAD) == {
        "name": "qgate-report",
        "path": ran.outputs["report"],
        "if-no-files-found": "error",
        "overwrite": "True",
    }


def test_what_cannot_be_judged_is_neither(at_work: At) -> None:
    action = at_work()
    (action.space.path / "lcov.info").unlink()
    ran = action.run()
    assert ran.code == 3
    assert ran.outputs["verdict"] == "incomplete"
    assert ran.outputs["coverage"] == ""
    assert ran.annotations[0].startswith("::error title=coverage incomplete::")
    assert "qgate incomplete" in ran.summary
