"""The Action as it is run: every step of action.yml, over a pull request checked out at depth 2."""

import base64
import fcntl
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.support.action.composite import Composite, Ran
from tests.support.action.composite import definition as definition_of_action
from tests.support.action.expressions import Job, UnknownExpression, filled, holds
from tests.support.action.workspace import Files, Workspace, opened
from tests.support.localtool import definition
from tests.support.repo import ROOT
from tests.support.workflows import in_page
from tests.support.workflows import steps as steps_of

BEFORE: Final = {"app.py": "def one():\n    return 1\n"}
CHANGE: Final = {"app.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n"}
COVERED: Final = {"app.py": {1: 1, 2: 1, 5: 1, 6: 1}}
MISSED: Final = {"app.py": {1: 1, 2: 1, 5: 1, 6: 0}}
UPLOAD: Final = "actions/upload-artifact"
SAVE: Final = "actions/cache/save"
RESTORE: Final = "actions/cache/restore"
USE_IN_CI: Final = ROOT / "docs" / "how-to" / "use-in-ci.md"
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
        "python": ran.outputs["python"],
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


@pytest.mark.parametrize("hits", [COVERED, MISSED])
def test_a_later_step_can_run_qgate_by_the_python_of_the_action(
    at_work: At, hits: Mapping[str, Mapping[int, int]]
) -> None:
    action = at_work(hits, change={**CHANGE, "CODEOWNERS": "*.py\tnobody\n", "qgate.py": "1 / 0\n"})
    ran = action.run()
    steps = [
        step
        for text in in_page(USE_IN_CI.read_text("utf-8"))
        for step in steps_of(yaml.safe_load(text))
    ]
    shown = [step for step in steps if "QGATE_PYTHON" in step.get("env", {})]
    assert len(shown) == 3
    for step in shown:
        contexts = {f"steps.qgate.outputs.{name}": value for name, value in ran.outputs.items()}
        variables = {name: filled(value, contexts) for name, value in step["env"].items()}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=action.space.path,
            env={**action.space.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        if "codeowners check" in step["run"]:
            assert (done.returncode, "CODEOWNERS:1" in said) == (1, True), said
        else:
            assert done.returncode in {0, 2}, said
            assert "Traceback" not in said


def test_what_cannot_be_judged_is_neither(at_work: At) -> None:
    action = at_work()
    (action.space.path / "lcov.info").unlink()
    ran = action.run()
    assert ran.code == 3
    assert ran.outputs["verdict"] == "incomplete"
    assert ran.outputs["coverage"] == ""
    assert ran.annotations[0].startswith("::error title=coverage incomplete::")
    assert "qgate incomplete" in ran.summary


# What is kept, and for whom ---------------------------------------------------------------------


def test_answers_are_kept_for_the_next_run_of_the_same_machine_and_pins(at_work: At) -> None:
    action = at_work()
    ran = action.run()
    restored, saved = ran.use(RESTORE), ran.use(SAVE)
    assert restored is not None
    assert saved is not None
    cache = str(action.temporary / "qgate-cache")
    assert (restored["path"], saved["path"]) == (cache, cache)
    assert restored["key"] == saved["key"]
    assert saved["key"].startswith(restored["restore-keys"])
    assert saved["key"].startswith("qgate-")
    assert action.run().use(SAVE) != saved


def test_a_forks_answers_are_kept_for_nobody(at_work: At) -> None:
    ran = at_work(head="mallory/shop").run()
    assert (ran.code, ran.outputs["verdict"]) == (0, "passed")
    assert ran.use(RESTORE) is not None
    assert ran.use(UPLOAD) is not None
    assert ran.use(SAVE) is None


def test_without_cache_and_upload_nothing_outlives_the_job(at_work: At) -> None:
    ran = at_work(MISSED).run(cache="false", upload="false")
    assert (ran.code, ran.used) == (1, [])


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_the_side_with_rights_has_neither_cache_nor_artifact(at_work: At, event: str) -> None:
    """What a stranger's run left there would be read with the rights of the base."""
    action = at_work()
    tip = {"sha": "a" * 40, "repo": {"full_name": "mallory/shop"}}
    payload = {
        "pull_request": {"number": 7, "base": {"sha": "b" * 40}, "head": tip},
        "workflow_run": {"id": 5, "head_sha": "a" * 40},
    }
    action.space.event(event, payload)
    ran = action.run()
    assert ran.used == []
    assert not (action.temporary / "qgate-report").exists()


# What goes wrong before there is a verdict ------------------------------------------------------


def test_settings_that_are_wrong_are_said_in_one_annotation(at_work: At) -> None:
    ran = at_work(change={**CHANGE, ".qgate.yml": "gates: {coverage: {treshold: 1}}\n"}).run()
    assert ran.code == 2
    assert ran.outputs["verdict"] == "incomplete"
    (annotation,) = ran.annotations
    assert annotation.startswith("::error title=qgate incomplete::")
    assert "treshold" in annotation
    assert "treshold" in ran.summary
    assert ran.use(UPLOAD) is None


def test_an_input_is_one_word_to_nobodys_shell(at_work: At) -> None:
    action = at_work()
    wrong: list[tuple[dict[str, str], str]] = [
        ({"gates": "coverge"}, "there is no gate"),
        ({"formats": "pdf"}, "there is no report file in the format 'pdf'"),
        ({"working_directory": "nowhere"}, "is not a folder"),
        ({"config": "other.yml"}, "does not exist"),
        ({"base": "--upload-pack=touch"}, "is not a revision"),
        ({"base": "$(touch pwned)`touch pwned`; touch pwned"}, "does not exist in this clone"),
        ({"gates": "coverage;touch${IFS}pwned"}, "there is no gate"),
    ]
    for inputs, said in wrong:
        ran = action.run(**inputs)
        assert ran.code in {2, 3}
        assert ran.outputs["verdict"] == "incomplete"
        assert said in ran.annotations[0]
    assert not list(action.space.path.rglob("pwned"))


def test_another_folder_of_the_workspace_can_be_judged(at_work: At) -> None:
    action = at_work()
    nested = action.space.path / "sub"
    nested.mkdir()
    assert action.run(working_directory="sub", config="../.qgate.yml").code == 2
    assert action.run(working_directory="sub").code == 0


# Attacks: what a pull request may not do ----------------------------------------------------------


def test_a_change_cannot_talk_its_own_judge_out_of_it(at_work: At) -> None:
    change = {
        **CHANGE,
        ".qgate.yml": "gates: {coverage: {threshold: 0, enabled: false, exclude: ['**']}}\n",
        ".qgate/rules/tools/ruff.yml": "gate: lint\ncommand: ['true']\noutput: sarif\n",
        ".gitattributes": "*.py binary -diff linguist-generated\n",
        "CODEOWNERS": "* @mallory\n",
        ".github/workflows/ci.yml": "on: push\njobs: {}\n",
        ".coveragerc": "[report]\nexclude_lines = .\n",
    }
    action = at_work(MISSED, change=change)
    ran = action.run()
    assert (ran.code, ran.outputs["verdict"]) == (1, "failed"), ran.out
    rules = {each["rule"] for each in action.report["notices"]}
    assert "policy/weakened" in rules
    assert "::error file=app.py,line=6" in ran.out


def test_names_of_branches_and_titles_are_never_commands(at_work: At) -> None:
    name = "$(touch$IFS'pwned')`touch$IFS'pwned'`"
    title = "::set-output name=verdict::passed\n::error::x\n::add-mask::qgate"
    action = at_work(MISSED, branch=name, title=title)
    ran = action.run()
    assert ran.code == 1
    assert len(ran.annotations) == 1
    assert "set-output" not in ran.out + ran.summary
    assert not list(action.space.path.rglob("pwned"))


def test_names_of_files_are_never_commands(at_work: At) -> None:
    names = (
        "::error::a.py",
        "%0A::error::b.py",
        "c\n::error::d.py",
        "##[error]e.py",
        "f,line=1.py",
    )
    source = "def new():\n    return 1\n"
    hits = {"app.py": {1: 1, 2: 1}}
    action = at_work(hits, change=dict.fromkeys(names, source))
    ran = action.run()
    assert ran.code == 1
    lines = [each for each in ran.out.split("\n") if each.lstrip().startswith("::")]
    assert lines, ran.out
    assert all(each.startswith(("::error file=", "::warning file=")) for each in lines), ran.out
    assert "##[" not in ran.out
    assert "\n::error" not in ran.summary
    assert ran.outputs["blocking"] == "10"


def test_links_lead_nowhere(at_work: At, tmp_path: Path) -> None:
    action = at_work()
    outside = tmp_path / "outside"
    outside.mkdir()
    (action.temporary / "qgate-report").symlink_to(outside)
    ran = action.run()
    assert (ran.code, list(outside.iterdir())) == (2, [])
    assert "is a link" in ran.annotations[0]


@pytest.mark.parametrize("name", [".qgate.yml", "sub"])
def test_a_link_of_the_change_is_not_followed(at_work: At, tmp_path: Path, name: str) -> None:
    """Settings that are no part of the base, or another repository altogether."""
    action = at_work()
    other = tmp_path / "other"
    action.space.clone.git("clone", "--quiet", ".", str(other))
    (other / "lax.yml").write_text("gates: {coverage: {enabled: false}}\n", "utf-8")
    target = other / "lax.yml" if name == ".qgate.yml" else other
    (action.space.path / name).symlink_to(target)
    ran = action.run(working_directory="sub" if name == "sub" else ".")
    assert ran.code == 2
    assert "through, a link" in ran.annotations[0]


def test_a_token_that_a_tool_prints_is_seen_nowhere(at_work: At) -> None:
    token, other = "hunter2-hunter2-hunter2", "ghp_" + "0aB" * 12
    program = (
        '#!/bin/sh\ntest "$1" = --version && { echo \'finder 1.0 ' + token + "'; exit; }\n"
        f'for each; do echo "$each:1:BAD {token} {other} ::warning::x"; done\n'
        "echo 'noise' >&2\n"
    )
    given = {"version": "[bin/finder, --version]", "environment": "[SHOP_PASSWORD]"}
    lint = definition("finder", **given)
    before = {**BEFORE, **lint, "notes.txt": "x\n", "bin/finder": program, "run.sh": ""}
    settings = "gates: {coverage: {command: [sh, run.sh]}}\n"
    script = f'echo "{other}"; echo "$SHOP_PASSWORD"; echo {token} | base64; exit 1\n'
    before |= {".qgate.yml": settings, "run.sh": script}
    action = at_work(before=before, change={**CHANGE, "notes.txt": "y\n"})
    (action.space.path / "bin/finder").chmod(0o755)
    action.space.environ["SHOP_PASSWORD"] = token
    ran = action.run(gates="coverage lint", formats="markdown sarif junit")
    assert ran.code == 1
    assert "BAD ***" in ran.out, ran.out
    written = [ran.out, ran.err, ran.summary, *ran.outputs.values()]
    folders = (action.temporary / "qgate-report", action.temporary / "qgate-cache")
    kept = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert len(kept) >= 6
    written += [path.read_bytes().decode("utf-8", "replace") for path in kept]
    encoded = base64.b64encode(token.encode()).decode()[:-4]
    assert not [text for text in written if token in text or other in text or encoded in text]


def test_nothing_of_the_workspace_is_imported_or_believed(at_work: At) -> None:
    evil = "import pathlib\npathlib.Path(__file__).with_name('pwned').touch()\n"
    names = ("sitecustomize", "usercustomize", "qgate/__init__", "qgate/__main__", "ruff", "click")
    modules = {f"{name}.py": evil for name in (*names, "pip/__init__", "uuid", "hashlib")}
    others = {
        "pip.conf": "[global]\nindex-url = file:///nowhere\ntarget = stolen\n",
        "pyvenv.cfg": "home = /nowhere\n",
        "requirements/action.txt": "evil==1\n",
        "action/run.py": evil,
    }
    hits = {**COVERED, **{name: {1: 1, 2: 1} for name in modules}}
    hits["action/run.py"] = {1: 1, 2: 1}
    action = at_work(hits, change={**CHANGE, **modules, **others})
    action.space.environ["PYTHONPATH"] = "."
    ran = action.run()
    assert (ran.code, ran.outputs["verdict"]) == (0, "passed"), ran.out
    assert not list(action.space.path.rglob("pwned"))
    assert not list(action.space.path.rglob("__pycache__"))


def test_no_expression_stands_in_a_command_and_no_action_is_movable() -> None:
    steps = definition_of_action()["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
    used = [step["uses"] for step in steps if "uses" in step]
    assert len(used) == 3
    assert all(re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", each) for each in used)


@pytest.mark.parametrize(
    "text",
    [
        "${{ github.event.pull_request.title }}",
        "${{ inputs.base || 'main' }}",
        "${{ fromJSON('1') }}",
        "${{ steps.run.conclusion }}",
    ],
)
def test_the_harness_knows_no_more_expressions_than_it_can_answer(text: str) -> None:
    with pytest.raises(UnknownExpression):
        filled(text, {"inputs.base": ""})
    with pytest.raises(UnknownExpression):
        holds(text.removeprefix("${{").removesuffix("}}"), {"inputs.base": ""}, Job())


# The first step ---------------------------------------------------------------------------------


def prepared(action: Path, folder: Path, **variables: str) -> tuple[int, str]:
    """Exit code and standard output of prepare.py of a checkout of the Action."""
    output = folder / "output"
    output.touch()
    done = subprocess.run(
        [PYTHON, "-I", action / "action" / "prepare.py"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(output),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_of_variables_for_pip_only_those_that_say_where_from_are_kept() -> None:
    """Another target, other constraints or another interpreter would be another environment."""
    environment = runpy.run_path(str(ROOT / "action" / "prepare.py"))["environment"]
    kept = {"PIP_INDEX_URL": "https://mirror.example", "PIP_CERT": "x", "HOME": "/h", "PATH": "/b"}
    dropped = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_CONSTRAINT", "PIP_NO_BINARY")
    more = ("PIP_REQUIREMENT", "PIP_PYTHON", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
    assert environment({**kept, **dict.fromkeys((*dropped, *more), "evil")}) == kept


@pytest.mark.parametrize("event", ["pull_request", "push", "pull_request_target", "workflow_run"])
def test_a_token_goes_to_the_publisher_alone(event: str) -> None:
    environment = runpy.run_path(str(ROOT / "action" / "run.py"))["environment"]
    given = {"INPUT_TOKEN": "x", "PREPARED_PYTHON": "p", "GITHUB_EVENT_NAME": event, "HOME": "/h"}
    is_trusted = event in {"pull_request_target", "workflow_run"}
    kept = {"GITHUB_EVENT_NAME": event, "HOME": "/h"}
    assert environment(given) == kept | ({"GITHUB_TOKEN": "x"} if is_trusted else {})


def test_every_input_becomes_one_argument() -> None:
    arguments = runpy.run_path(str(ROOT / "action" / "run.py"))["arguments"]
    assert arguments({}) == ["-C", "."]
    given = {
        "INPUT_BASE": " main ",
        "INPUT_CONFIG": "a b.yml",
        "INPUT_GATES": "lint\n types\t",
        "INPUT_FORMATS": "sarif --report-dir=/etc",
        "INPUT_WORKING_DIRECTORY": "-x",
    }
    assert arguments(given) == [
        *("-C", "-x", "--base=main", "--config=a b.yml", "--gate=lint", "--gate=types"),
        *("--format=sarif", "--format=--report-dir=/etc"),
    ]


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    script = ROOT / "action" / "prepare.py"
    pretend = "import runpy, sys; sys.version_info = (3, 9, 0); runpy.run_path(sys.argv[1], "
    done = subprocess.run(
        [PYTHON, "-I", "-c", f"{pretend}run_name='__main__')", script],
        env={"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=qgate incomplete::Python 3.11 or later is needed")
    assert "actions/setup-python" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_installation_that_fails_leaves_no_environment_to_be_used(tmp_path: Path) -> None:
    code, said = prepared(ROOT, tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert code == 3
    assert said.startswith("::error title=qgate incomplete::the pinned requirements cannot")
    assert said.count("\n") == 1
    assert (tmp_path / "output").read_text("utf-8") == ""
    assert not list(tmp_path.rglob("ready"))


def test_a_mirror_that_serves_something_else_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "requirements").mkdir(parents=True)
    shutil.copytree(ROOT / "action", copy / "action")
    text = (ROOT / "requirements" / "action.txt").read_text("utf-8")
    start = text.index("\nclick==") + 1
    pin = text[start : text.index("\n", text.index("\n    --hash", start) + 1)].rstrip("\\ ")
    (copy / "requirements" / "action.txt").write_text(f"{pin}\n", "utf-8")
    name = pin.split(" ")[0].replace("==", "-")
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with zipfile.ZipFile(mirror / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("click.py", "")
        version = name.partition("-")[2]
        metadata = f"Metadata-Version: 2.1\nName: click\nVersion: {version}\n"
        wheel.writestr(f"{name}.dist-info/METADATA", metadata)
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    code, said = prepared(copy, tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(mirror))
    assert code == 3
    assert "HASH" in said.upper()


def test_an_environment_is_made_once_a_job(at_work: At) -> None:
    action = at_work()

    def made() -> list[tuple[Path, int]]:
        found = action.temporary.glob("qgate-*/pyvenv.cfg")
        return [(path, path.stat().st_ino) for path in found]

    before = made()
    assert action.run().steps["Prepare qgate"] == "0"
    assert len(before) == 1
    assert made() == before
