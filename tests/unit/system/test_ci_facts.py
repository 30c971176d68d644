"""What the event of a CI run says of its pull request."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from qgate.errors import Incomplete
from qgate.model.event import PullRequestEvent
from qgate.model.reviewers import Facts
from qgate.system.ci import read_event, read_facts

BASE: Final = "b" * 40
HEAD: Final = "a" * 40
PULL: Final[dict[str, Any]] = {"base": {"sha": BASE}, "head": {"sha": HEAD}}

# A payload to the variables of its run.
Event = Callable[..., dict[str, str]]


@pytest.fixture
def event(tmp_path: Path) -> Event:
    """Write a payload and give the variables of a run for it."""

    def write(payload: object, name: str = "pull_request") -> dict[str, str]:
        path = tmp_path / "event.json"
        path.write_text(payload if isinstance(payload, str) else json.dumps(payload), "utf-8")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
        }

    return write


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_the_event_of_a_pull_request_says_who_and_what(event: Event, name: str) -> None:
    pull = {
        **PULL,
        "number": 7,
        "draft": True,
        "user": {"login": "alice", "type": "User"},
        "requested_reviewers": [{"login": "bob", "type": "User"}, {"login": "carol"}],
        "requested_teams": [{"slug": "docs", "name": "Docs"}],
    }
    payload = {
        "action": "ready_for_review",
        "pull_request": pull,
        "repository": {"default_branch": "main", "full_name": "acme/shop"},
        "sender": {"login": "mallory"},
    }
    assert read_facts(event(payload, name)) == Facts(
        repository="acme/shop",
        number=7,
        author="alice",
        action="ready_for_review",
        is_draft=True,
        requested=("bob", "carol", "@acme/docs"),
    )


def test_the_least_that_a_payload_says_is_enough(event: Event) -> None:
    assert read_facts(event({"pull_request": PULL})) == Facts()


def test_a_bot_that_wrote_the_change_is_known_to_be_one(event: Event) -> None:
    user = {"login": "renovate[bot]", "type": "Bot"}
    found = read_facts(event({"pull_request": {**PULL, "user": user}}))
    assert (found.author, found.bots) == ("renovate[bot]", ("renovate[bot]",))


def test_an_account_that_is_gone_wrote_it(event: Event) -> None:
    found = read_facts(event({"pull_request": {**PULL, "user": None}}))
    assert (found.author, found.bots) == ("", ())


def test_whom_somebody_asked_is_asked_under_any_account_type(event: Event) -> None:
    asked = [{"login": "copilot", "type": "Bot"}, {"login": "old", "type": "Mannequin"}]
    found = read_facts(event({"pull_request": {**PULL, "requested_reviewers": asked}}))
    assert found.requested == ("copilot", "old")


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"before": BASE, "repository": {"default_branch": "main"}}, "push"),
        ({"merge_group": {"base_sha": BASE}}, "merge_group"),
        ({"before": BASE, "pull_request": {**PULL, "user": {"login": "x"}}}, "schedule"),
        ("{", "workflow_dispatch"),
        ("", ""),
    ],
)
def test_events_that_are_no_pull_requests_say_nothing(
    event: Event, payload: object, name: str
) -> None:
    assert read_facts(event(payload, name)) == Facts()


@pytest.mark.parametrize("github", ["", "false", "1", "TRUE"])
def test_outside_of_github_actions_no_file_is_looked_at(event: Event, github: str) -> None:
    environ = {**event("{"), "GITHUB_ACTIONS": github}
    assert read_facts(environ) == Facts()
    assert read_facts({}) == Facts()


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "\x00",
        {},
        {"pull_request": None},
        {"pull_request": {}},
        {"pull_request": {"base": {"sha": "main"}, "head": {"sha": HEAD}}},
        {"pull_request": {**PULL, "number": "7"}},
        {"pull_request": {**PULL, "draft": "no"}},
        {"pull_request": {**PULL, "user": {"type": "Bot"}}},
        {"pull_request": {**PULL, "user": {"login": 3}}},
        {"pull_request": {**PULL, "requested_reviewers": [3]}},
        {"pull_request": {**PULL, "requested_teams": [{}]}},
        {"pull_request": PULL, "action": 3},
        {"pull_request": PULL, "repository": {"full_name": "a/b"}},
    ],
)
def test_a_payload_that_cannot_be_read_is_incomplete(event: Event, payload: object) -> None:
    with pytest.raises(Incomplete) as refused:
        read_facts(event(payload))
    assert refused.value.reason == "unreadable-event"
    assert "--base REV" in refused.value.hint


@pytest.mark.parametrize("place", ["", "nosuch.json", "."])
def test_a_payload_that_is_not_there_is_incomplete(
    event: Event, tmp_path: Path, place: str
) -> None:
    environ = {**event({}), "GITHUB_EVENT_PATH": place and str(tmp_path / place)}
    with pytest.raises(Incomplete) as refused:
        read_facts(environ)
    assert refused.value.reason == "unreadable-event"


def test_a_payload_without_its_path_is_incomplete(event: Event) -> None:
    environ = event({})
    del environ["GITHUB_EVENT_PATH"]
    with pytest.raises(Incomplete):
        read_facts(environ)


@pytest.mark.parametrize(
    "more",
    [
        {"requested_reviewers": [{"slug": "docs", "name": "Docs"}]},
        {"requested_reviewers": None},
        {"requested_teams": None},
    ],
)
def test_reviewers_in_an_unusual_form_do_not_hide_the_base(
    event: Event, more: dict[str, Any]
) -> None:
    """Every other command needs the base alone.

    octokit/webhooks has users and teams among `requested_reviewers`; GitHub's description of its
    API lets the lists of a short form be null.
    """
    environ = event({"pull_request": {**PULL, **more}})
    assert read_event(environ) == PullRequestEvent(base_sha=BASE, head_sha=HEAD)
