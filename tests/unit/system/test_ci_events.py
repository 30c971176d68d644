"""Which occasion every event is, by GitHub's own published examples of payloads."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from qgate.errors import Incomplete, UsageError
from qgate.model.event import (
    ManualEvent,
    MergeGroupEvent,
    NothingEvent,
    Occasion,
    PullRequestEvent,
    PushEvent,
    RunEvent,
    ScheduledEvent,
    TargetEvent,
)
from qgate.system.ci import is_fork, occasion, read_event
from tests.support.npm import package

# The event of a workflow, the name under which its payloads are published, and how many there are.
PUBLISHED: Final = (
    ("pull_request", "pull_request", 29),
    ("pull_request_target", "pull_request", 29),
    ("merge_group", "merge_group", 2),
    ("push", "push", 7),
    ("workflow_dispatch", "workflow_dispatch", 2),
    ("workflow_run", "workflow_run", 5),
)


@cache
def examples() -> dict[str, list[dict[str, Any]]]:
    """GitHub's examples of github.com by event."""
    found: dict[str, list[dict[str, Any]]] = {}
    folder = package("@octokit/webhooks-examples")
    for each in json.loads((folder / "api.github.com" / "index.json").read_text("utf-8")):
        found.setdefault(each["name"], []).extend(each["examples"])
    return found


def environ_of(name: str, payload: object, folder: Path) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(json.dumps(payload), "utf-8")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(file),
    }


def expected(name: str, payload: dict[str, Any]) -> Occasion:
    """What an example must give, by the fields of GitHub's documentation."""
    match name:
        case "pull_request":
            pull = payload["pull_request"]
            return PullRequestEvent(base_sha=pull["base"]["sha"], head_sha=pull["head"]["sha"])
        case "pull_request_target":
            return TargetEvent(number=payload["number"], action=payload["action"])
        case "merge_group":
            return MergeGroupEvent(base_sha=payload["merge_group"]["base_sha"])
        case "push" if payload["after"] == "0" * 40:
            return NothingEvent(f"the push deleted {payload['ref']}")
        case "push":
            return PushEvent(
                before=payload["before"],
                ref=payload["ref"],
                default_branch=payload["repository"]["default_branch"],
            )
        case "workflow_dispatch":
            branch = payload["repository"]["default_branch"]
            return ManualEvent(ref=payload["ref"], default_branch=branch)
        case _:
            run = payload["workflow_run"]
            return RunEvent(run=run["id"])


@pytest.mark.parametrize(("name", "published", "count"), PUBLISHED)
def test_every_published_example_gives_its_occasion(
    tmp_path: Path, name: str, published: str, count: int
) -> None:
    payloads = examples()[published]
    assert len(payloads) == count
    for payload in payloads:
        assert occasion(environ_of(name, payload, tmp_path)) == expected(name, payload)


def test_a_candidate_that_the_merge_queue_took_away_is_not_judged(tmp_path: Path) -> None:
    for payload in examples()["merge_group"]:
        gone = {**payload, "action": "destroyed", "reason": "dequeued"}
        found = occasion(environ_of("merge_group", gone, tmp_path))
        assert found == NothingEvent("the merge queue's candidate is gone")


def test_pushes_of_both_kinds_are_among_the_examples() -> None:
    assert {each["deleted"] for each in examples()["push"]} == {True, False}


def test_a_review_judges_nothing_and_says_who_does(tmp_path: Path) -> None:
    """A green check of the same name would cover up a red one on the same commit."""
    for payload in examples()["pull_request_review"]:
        with pytest.raises(UsageError) as refused:
            occasion(environ_of("pull_request_review", payload, tmp_path))
        assert "workflow_run" in refused.value.hint


def test_what_the_clock_started_needs_no_payload(tmp_path: Path) -> None:
    environ = environ_of("schedule", {}, tmp_path)
    environ["GITHUB_EVENT_PATH"] = str(tmp_path / "gone")
    assert occasion(environ) == ScheduledEvent()


@pytest.mark.parametrize("name", ["", "issues", "issue_comment", "release", "PUSH"])
def test_an_event_that_is_not_answered_is_refused_with_those_that_are(
    tmp_path: Path, name: str
) -> None:
    environ = environ_of(name, {"before": "a" * 40}, tmp_path)
    with pytest.raises(UsageError) as refused:
        occasion(environ)
    for known in ("pull_request", "merge_group", "push", "schedule", "workflow_run"):
        assert known in refused.value.hint
    assert read_event(environ) is None


def bad_payloads() -> Iterator[tuple[str, object]]:
    for name in ("pull_request", "pull_request_target", "merge_group", "push", "workflow_run"):
        yield name, {}
    yield "workflow_dispatch", {"ref": "refs/heads/main"}
    yield "workflow_dispatch", {"repository": {"default_branch": "main"}}
    yield "workflow_run", {"workflow_run": {"id": "7"}}
    yield "merge_group", {"merge_group": {"base_sha": "main"}}
    yield "push", {"before": "a" * 40, "deleted": "yes"}
    tips = {"base": {"sha": "b" * 40}, "head": {"sha": "a" * 40}}
    yield "pull_request_target", {"pull_request": tips}


@pytest.mark.parametrize(("name", "payload"), tuple(bad_payloads()))
def test_a_payload_that_lacks_what_is_needed_is_incomplete(
    tmp_path: Path, name: str, payload: object
) -> None:
    with pytest.raises(Incomplete) as refused:
        occasion(environ_of(name, payload, tmp_path))
    assert refused.value.reason == "unreadable-event"


def test_a_deleted_branch_names_no_base_for_other_commands(tmp_path: Path) -> None:
    payload = {"before": "a" * 40, "after": "0" * 40, "deleted": True, "ref": "refs/heads/x"}
    assert read_event(environ_of("push", payload, tmp_path)) is None


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request_from_elsewhere_is_a_forks(tmp_path: Path, name: str) -> None:
    def forks(head: object) -> bool:
        tips = {"base": {"sha": "b" * 40}, "head": {"sha": "a" * 40, "repo": head}}
        environ = environ_of(name, {"pull_request": tips}, tmp_path)
        return is_fork({**environ, "GITHUB_REPOSITORY": "acme/shop"})

    assert not forks({"full_name": "acme/shop"})
    assert forks({"full_name": "mallory/shop"})
    assert forks({"full_name": ""})
    assert forks(None)
