"""`qgate publish`, and `qgate ci` on the trusted side: in an empty folder, nothing checked out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from qgate.model.report import Outcome
from tests.support.github import Double, GitHubState, faults, github
from tests.support.osv import without_proxies
from tests.support.publishing import content, judged_content, owned_by, started
from tests.support.repo import Ran, call, clean_environment

GIVEN: Final = "ghs_loopback"


@dataclass(frozen=True)
class Runner:
    """A job's folder with what GitHub gives to a step."""

    folder: Path
    environ: dict[str, str]

    def run(self, double: Double, event: str, payload: Mapping[str, Any], **environ: str) -> Ran:
        """`qgate ci` on an event, in an empty workspace."""
        (self.folder / "event.json").write_text(json.dumps(payload), "utf-8")
        variables = {
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_API_URL": double.url,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": double.state.repository.full_name,
            "GITHUB_RUN_ID": "77",
            "GITHUB_WORKSPACE": str(self.folder / "work"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_TOKEN": GIVEN,
        }
        return call(
            ("ci",),
            folder=self.folder / "work",
            environ={**self.environ, **variables, **environ},
        )

    @property
    def summary(self) -> str:
        """What the step wrote for its page."""
        return (self.folder / "summary").read_text("utf-8")

    @property
    def outputs(self) -> str:
        """What the step told later ones."""
        return (self.folder / "output").read_text("utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    for name in ("work", "temp", "home"):
        (tmp_path / name).mkdir()
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    return Runner(tmp_path, without_proxies(clean_environment(tmp_path / "home")))


def target(number: int = 1, action: str = "opened") -> dict[str, Any]:
    pull = {
        "number": number,
        "base": {"sha": "b" * 40, "ref": "main"},
        "head": {"sha": "a" * 40, "ref": "x"},
    }
    repository = {"default_branch": "main", "full_name": "org/project"}
    return {"action": action, "pull_request": pull, "repository": repository}


def of_run(run: int) -> dict[str, Any]:
    repository = {"default_branch": "main", "full_name": "org/project"}
    about = {"id": run, "head_sha": "a" * 40, "event": "pull_request", "conclusion": "success"}
    return {"action": "completed", "workflow_run": about, "repository": repository}


def failing(publish: str = "") -> tuple[GitHubState, Any]:
    """A failure that is published by these settings; each write but the first waits a second."""
    settings = owned_by("'@carol'")[".qgate.yml"] + publish
    state, pull = started({".qgate.yml": settings})
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    return state, pull


def test_the_verdict_is_in_status_comment_summary_and_outputs_and_the_step_is_green(
    runner: Runner,
) -> None:
    state, pull = failing("publish: {reviewers: false}\n")
    with github(state) as double:
        ran = runner.run(double, "pull_request_target", target())
    assert (ran.code, ran.err) == (0, "")
    assert "pull request 1" in ran.out
    assert "unused import" in runner.summary
    assert "carol" in runner.summary
    assert "\nfailed\n" in runner.outputs
    assert state.statuses[0].target_url == "https://github.example/org/project/actions/runs/77"
    assert len(pull.comments) == 1
    assert list((runner.folder / "work").iterdir()) == []
    assert list((runner.folder / "temp").iterdir()) == []


def test_without_a_status_the_step_itself_carries_the_verdict(runner: Runner) -> None:
    state, _ = failing("publish: {reviewers: false, comment: false}\n")
    state.token.permissions["statuses"] = "read"
    with github(state) as double:
        ran = runner.run(double, "pull_request_target", target())
    assert ran.code == 1
    assert "statuses: write" in ran.out


def test_a_finished_run_is_published(runner: Runner) -> None:
    state, pull = started()
    made = judged_content(state, pull)
    with github(state) as double:
        ran = runner.run(double, "workflow_run", of_run(made.id))
    assert ran.code == 0
    assert [each.state for each in state.statuses] == ["success"]


def test_nothing_to_publish_is_said_and_skipped(runner: Runner) -> None:
    state, pull = started()
    made = judged_content(state, pull, event="push")
    with github(state) as double:
        ran = runner.run(double, "workflow_run", of_run(made.id))
    assert ran.code == 0
    assert "nothing to judge" in ran.out
    assert "skipped" in runner.outputs


def test_without_a_token_nothing_is_asked_and_the_hint_says_how(runner: Runner) -> None:
    state, _ = failing()
    with github(state) as double:
        ran = runner.run(double, "pull_request_target", target(), GITHUB_TOKEN="")
        assert double.asked == []
    assert ran.code == 2
    assert "token" in ran.err


def test_a_broken_policy_is_an_annotation_and_no_verdict(runner: Runner) -> None:
    state, pull = started({".qgate.yml": "gates: [\n"})
    judged_content(state, pull)
    with github(state) as double:
        ran = runner.run(double, "pull_request_target", target())
    assert ran.code == 2
    assert "::error" in ran.out
    assert "incomplete" in runner.outputs


def test_a_github_whose_answer_nobody_understands_is_incomplete(runner: Runner) -> None:
    state, _ = started()
    with github(state) as double:
        double.fail("GET", "/pulls/1$", faults.html())
        ran = runner.run(double, "pull_request_target", target())
        assert double.written == []
    assert ran.code == 3
    assert "::error" in ran.out
    assert GIVEN not in ran.out + ran.err + runner.summary


def test_by_hand_a_dry_run_says_what_it_would_and_keeps_the_verdicts_code(runner: Runner) -> None:
    state, _ = failing()
    with github(state) as double:
        environ = {**runner.environ, "GH_TOKEN": GIVEN, "GITHUB_API_URL": double.url}
        arguments = ("publish", "1", "--repository", "org/project", "--dry-run")
        ran = call(arguments, folder=runner.folder, environ=environ)
        assert double.written == []
    assert ran.code == 1
    assert "dry run" in ran.out
    assert "ask" in ran.out
