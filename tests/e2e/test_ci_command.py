"""`qgate ci`: what is judged on which event, and what is written where."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.samples import report, uncovered
from tests.support.action.composite import outputs
from tests.support.osv import osv, without_proxies
from tests.support.repo import Ran, Repo

OUTPUTS: Final = {
    *("verdict", "coverage", "findings", "blocking", "errors", "warnings", "report", "save-cache"),
}


@dataclass(frozen=True)
class Step:
    """A step of a job on GitHub Actions over a repository of samples.py."""

    repo: Repo
    folder: Path

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        """Run `qgate ci` in this process."""
        return self.repo.call("ci", *arguments, environ=environ)

    def event(self, name: str, payload: Mapping[str, Any]) -> None:
        """Let this run be for another event."""
        self.repo.environ["GITHUB_EVENT_NAME"] = name
        (self.folder / "event.json").write_text(json.dumps(payload), "utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        """What the step has set."""
        return outputs((self.folder / "output").read_text("utf-8"))

    @property
    def summary(self) -> str:
        """The step's summary."""
        return (self.folder / "summary").read_text("utf-8")


@pytest.fixture
def step(own: Repo, tmp_path: Path) -> Step:
    """A push to `topic`, with a report that covers it."""
    folder = tmp_path / "runner"
    folder.mkdir()
    for name in ("output", "summary", "env", "path"):
        (folder / name).touch()
    own.write({".git/info/exclude": "lcov.info\n", "lcov.info": report("lcov", ran=1)})
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_ENV": str(folder / "env"),
        "GITHUB_PATH": str(folder / "path"),
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_WORKSPACE": str(own.path),
        "RUNNER_TEMP": str(folder),
    }
    own.environ.update(variables)
    made = Step(own, folder)
    before = own.git("rev-parse", "main")
    made.event("push", {"before": before, "ref": "refs/heads/topic", "deleted": False})
    return made


# Events -----------------------------------------------------------------------------------------


def test_a_push_is_judged_and_said_in_every_place(step: Step) -> None:
    ran = step.run("--gate", "coverage")
    assert (ran.code, ran.err) == (0, "")
    assert step.outputs.keys() == OUTPUTS
    assert step.outputs["verdict"] == "passed"
    assert step.outputs["save-cache"] == "true"
    assert json.loads(Path(step.outputs["report"]).read_text("utf-8"))["verdict"] == "passed"
    assert "qgate passed" in step.summary
    assert (step.folder / "env").read_text() == (step.folder / "path").read_text() == ""


def test_what_was_in_the_runners_files_stays(step: Step) -> None:
    (step.folder / "output").write_text("mine=1\n", "utf-8")
    (step.folder / "summary").write_text("# Mine\n", "utf-8")
    step.run("--gate", "coverage")
    assert step.outputs["mine"] == "1"
    assert step.summary.startswith("# Mine\n")


def test_after_a_branch_was_deleted_there_is_nothing_to_judge(step: Step) -> None:
    ref = "refs/heads/x\n::error::%0A"
    payload = {"before": "a" * 40, "after": "0" * 40, "deleted": True, "ref": ref}
    step.event("push", payload)
    ran = step.run()
    assert ran.code == 0
    assert ran.out.startswith("::notice title=qgate::nothing to judge: the push deleted refs/heads")
    assert ran.out.count("\n") == 1
    assert (step.outputs["verdict"], step.outputs["save-cache"]) == ("skipped", "false")
    assert "nothing to judge" in step.summary


@pytest.mark.parametrize("event", ["pull_request_review", "issues", ""])
def test_an_event_without_a_verdict_is_refused(step: Step, event: str) -> None:
    step.event(event, {})
    ran = step.run()
    assert ran.code == 2
    assert ran.out.startswith("::error title=qgate incomplete::")
    assert step.outputs["verdict"] == "incomplete"


def test_a_base_that_is_named_serves_any_event(step: Step) -> None:
    step.event("issues", {})
    assert step.run("--gate", "coverage", "--base", "main").code == 0


@pytest.mark.parametrize("more", [(), ("--base", "main")])
def test_the_side_with_rights_judges_no_files(step: Step, more: tuple[str, ...]) -> None:
    step.event("workflow_run", {"workflow_run": {"id": 1, "head_sha": "a" * 40}})
    ran = step.run(*more)
    assert ran.code != 0
    assert not (step.folder / "qgate-report").exists()


def test_a_checklist_is_said_to_be_judged_elsewhere(step: Step) -> None:
    # Nobody starts the tests again for an edit of the body, so it would stay red, or green.
    step.repo.environ["QGATE_GATES__CHECKLIST__LIST"] = "review"
    ran = step.run("--gate", "coverage")
    assert ran.code == 0
    assert "the checklist review is judged by the publisher" in ran.out


# By the clock -----------------------------------------------------------------------------------


def by_the_clock(step: Step, *arguments: str) -> Ran:
    step.event("schedule", {})
    return step.run(*arguments, environ=without_proxies({}))


def test_by_the_clock_an_old_vulnerability_blocks(step: Step) -> None:
    """No change brought it in; it became known."""
    with osv() as service:
        settings = f"gates: {{audit: {{service: '{service.url}'}}}}\n"
        step.repo.commit({".qgate.yml": settings, "requirements.txt": "jinja2==2.10\n"})
        assert step.repo.call("check", "--base", "HEAD", "audit").code == 0
        ran = by_the_clock(step, "--gate", "audit")
    assert ran.code == 1, ran.out
    assert "GHSA-462w-v97r-4m45" in ran.out
    assert step.outputs["blocking"] == "1"


def declare(step: Step, title: str, **ago: float) -> str:
    at = f"{datetime.now(UTC) - timedelta(**ago):%Y-%m-%dT%H:%M:%SZ}"
    arguments = ("--answer", "degraded", "--detected", at, "--", title)
    ran = step.repo.call("new-incident", *arguments, environ={"GITHUB_ACTIONS": ""})
    assert ran.code == 0, ran.err
    step.repo.commit()
    return ran.out.strip()


def test_by_the_clock_what_is_overdue_fails(step: Step) -> None:
    path = declare(step, "Checkout is down", days=3)
    ran = by_the_clock(step, "--gate", "overdue")
    assert ran.code == 1
    assert "overdue/acknowledgement" in ran.out
    assert ran.out.startswith(f"::error file={path},line=")
    assert "qgate failed: overdue failed: 1 overdue; 1 document looked at" in ran.out


def test_by_the_clock_what_is_in_time_passes(step: Step) -> None:
    declare(step, "Checkout is down", seconds=1)
    ran = by_the_clock(step)
    assert ran.code == 0, ran.out
    assert "overdue passed: nothing is overdue; 1 document looked at" in ran.out


def test_by_the_clock_what_cannot_be_judged_is_incomplete(step: Step) -> None:
    path = declare(step, "Checkout is down", seconds=1)
    step.repo.write({path: (step.repo.path / path).read_text("utf-8").replace("P1", "P77")})
    ran = by_the_clock(step, "--gate", "overdue")
    assert ran.code == 3
    assert "[overdue/not-judged]" in ran.out


def test_by_the_clock_nothing_to_look_at_is_no_pass(step: Step) -> None:
    ran = by_the_clock(step)
    assert ran.code == 3
    assert "overdue skipped: there are no incidents" in ran.out


def test_by_the_clock_a_gate_that_looks_at_changes_is_refused(step: Step) -> None:
    ran = by_the_clock(step, "--gate", "coverage", "--gate", "lint")
    assert ran.code == 2
    assert "nothing is judged but audit and overdue" in ran.out


# Files and streams ------------------------------------------------------------------------------


def test_report_files_are_those_that_were_asked_for(step: Step, tmp_path: Path) -> None:
    place = tmp_path / "a" / "b"
    step.run("--gate", "coverage", "--format", "sarif", "--report-dir", str(place))
    assert {each.name for each in place.iterdir()} == {"report.json", "report.sarif"}


def test_files_of_an_earlier_run_do_not_stay(step: Step) -> None:
    step.run("--gate", "coverage", "--format", "junit")
    step.repo.write({".qgate.yml": "nonsense: 1\n"})
    assert step.run("--gate", "coverage").code == 2
    assert not list((step.folder / "qgate-report").iterdir())


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"])
@pytest.mark.parametrize("value", ["", "relative"])
def test_without_the_runners_files_nothing_is_green(step: Step, variable: str, value: str) -> None:
    step.repo.environ[variable] = value
    ran = step.run("--gate", "coverage")
    assert ran.code == 2
    assert variable in ran.err


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize("kind", ["device", "folder", "link", "pipe"])
def test_a_runners_file_that_is_none_is_refused_before_judging(
    step: Step, tmp_path: Path, variable: str, kind: str
) -> None:
    target = tmp_path / "target"
    place = tmp_path / "place"
    match kind:
        case "device":
            place = Path("/dev/full")
        case "folder":
            place.mkdir()
        case "link":
            target.write_text("precious", "utf-8")
            place.symlink_to(target)
        case _:
            os.mkfifo(place)
    step.repo.environ[variable] = str(place)
    ran = step.run("--gate", "coverage")
    assert ran.code == 2
    assert str(place) in ran.out
    assert not (step.folder / "qgate-report").exists()
    assert kind != "link" or target.read_text("utf-8") == "precious"


def test_a_summary_that_is_full_already_gets_no_more(step: Step) -> None:
    whole = (1 << 20) - 20
    (step.folder / "summary").write_text("x" * whole, "utf-8")
    assert step.run("--gate", "coverage").code == 0
    assert (step.folder / "summary").stat().st_size == whole
    (step.folder / "summary").write_text("x" * (whole - 150), "utf-8")
    assert step.run("--gate", "coverage").code == 0
    assert "qgate passed" in step.summary
    assert whole - 150 < (step.folder / "summary").stat().st_size <= 1 << 20


def test_a_command_of_the_settings_is_not_told_where_outputs_go(step: Step) -> None:
    script = 'env > seen; echo verdict=failed >> "${GITHUB_OUTPUT:-nowhere}"\n'
    settings = "gates: {coverage: {command: [sh, run.sh], report: lcov.info}}\n"
    step.repo.write({".qgate.yml": settings, "run.sh": script + "touch lcov.info\n"})
    step.run("--gate", "coverage")
    seen = (step.repo.path / "seen").read_text("utf-8")
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"):
        assert f"{name}=" not in seen
    assert "GITHUB_REPOSITORY=" in seen
    assert (step.repo.path / "nowhere").exists()


@pytest.mark.parametrize("name", ["report.json", "report.xml"])
def test_a_link_that_the_tests_put_there_is_not_written_through(step: Step, name: str) -> None:
    script = f'ln -s /dev/full "$RUNNER_TEMP/qgate-report/{name}"; touch lcov.info\n'
    settings = "gates: {coverage: {command: [sh, run.sh], report: lcov.info}}\n"
    step.repo.write({".qgate.yml": settings, "run.sh": script})
    ran = step.run("--gate", "coverage", "--format", "junit")
    assert ran.code == 0, ran.err
    path = step.folder / "qgate-report" / name
    assert path.is_file()
    assert not path.is_symlink()


def test_a_bug_is_said_and_is_no_verdict(step: Step, tmp_path: Path) -> None:
    """A gate of another package that raises what no gate may."""
    module = tmp_path / "other"
    information = module / "other-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[qgate.gates]\nother = other_gate\n")
    source = "def run(context):\n    raise ZeroDivisionError('with hunter2hunter2')\n"
    (module / "other_gate.py").write_text(source)
    environ = {
        "PYTHONPATH": f"{module}:{step.repo.environ['PYTHONPATH']}",
        "A_PASSWORD": "hunter2hunter2",
    }
    ran = step.repo.qgate("ci", "--gate", "other", environ=environ)
    assert ran.code == 4
    assert ran.out.startswith("::error title=qgate incomplete::this is a bug in qgate")
    assert step.outputs["verdict"] == "incomplete"
    assert "bug in qgate" in step.summary
    assert "ZeroDivisionError" in ran.err
    assert "hunter2hunter2" not in ran.out + ran.err + step.summary


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_cancelled_leaves_nothing_half_written(
    step: Step, number: signal.Signals, code: int
) -> None:
    settings = "gates: {coverage: {command: [sh, run.sh]}}\n"
    script = "echo ready > child\nwhile :; do sleep 30; done\n"
    step.repo.write({".qgate.yml": settings, "run.sh": script})
    with subprocess.Popen(
        [sys.executable, "-m", "qgate", "ci", "--gate", "coverage"],
        cwd=step.repo.path,
        env=step.repo.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until = time.monotonic() + 10
        while not (step.repo.path / "child").exists() and time.monotonic() < until:
            os.sched_yield()
        process.send_signal(number)
        out, _ = process.communicate(timeout=10)
    assert (process.returncode, out) == (code, b"")
    assert (step.outputs, step.summary) == ({}, "")
    assert not list((step.folder / "qgate-report").iterdir())


# Elsewhere --------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(own: Repo, tmp_path: Path) -> Repo:
    own.write({".git/info/exclude": "lcov.info\n"})
    uncovered(own.path)
    (tmp_path / "out").mkdir()
    return own


def test_elsewhere_it_is_a_check_with_files(elsewhere: Repo, tmp_path: Path) -> None:
    place = tmp_path / "out" / "new"
    ran = elsewhere.call(
        *("ci", "--base", "main", "--gate", "coverage", "--report-dir", str(place))
    )
    assert (ran.code, ran.err) == (1, "")
    assert "::error" not in ran.out
    assert json.loads((place / "report.json").read_text("utf-8"))["verdict"] == "failed"


def test_elsewhere_files_need_a_folder(elsewhere: Repo) -> None:
    ran = elsewhere.call("ci", "--base", "main", "--format", "sarif")
    assert ran.code == 2
    assert "--report-dir" in ran.err


def test_a_folder_of_the_repository_behind_a_link_is_refused(
    elsewhere: Repo, tmp_path: Path
) -> None:
    (elsewhere.path / "reports").symlink_to(tmp_path / "out")
    for name in ("reports", "reports/new"):
        ran = elsewhere.call("ci", "--base", "main", "--report-dir", name)
        assert ran.code == 2
        assert "link" in ran.err
    assert not list((tmp_path / "out").iterdir())


def test_a_report_file_takes_the_place_of_a_link(elsewhere: Repo, tmp_path: Path) -> None:
    place = tmp_path / "out"
    precious = tmp_path / "precious"
    precious.write_text("precious", "utf-8")
    (place / "report.json").symlink_to(precious)
    elsewhere.call("ci", "--base", "main", "--gate", "coverage", "--report-dir", str(place))
    assert precious.read_text("utf-8") == "precious"
    assert not (place / "report.json").is_symlink()
