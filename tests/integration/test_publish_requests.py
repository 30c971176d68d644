"""Whom the publisher asks for a review, and what it writes with a token that may little."""

import pytest

from qgate.engine.publish import start
from qgate.model.event import RunEvent
from qgate.model.report import Outcome
from qgate.model.reviewers import Fate
from tests.support.github import build, faults, github
from tests.support.publishing import (
    client_of,
    content,
    gate,
    judged_content,
    owned_by,
    published,
    started,
)


@pytest.mark.parametrize("seconds", [None, 3])
def test_a_limit_while_asking_is_waited_for_and_everybody_is_asked(seconds: int | None) -> None:
    state, pull = started(owned_by("'@carol'", "'@dave'"))
    judged_content(state, pull)
    with github(state) as double:
        double.fail("POST", "requested_reviewers", faults.secondary_limit(429, seconds))
        double.fail("POST", "/statuses/", faults.too_many(seconds))
        published(double)
    assert sorted(pull.requested_users) == ["carol", "dave"]
    assert [each.state for each in state.statuses] == ["success"]


# Reviewers.


def test_reviewers_are_asked_in_batches_of_fifteen_and_read_back() -> None:
    names = [f"dev{number}" for number in range(40)]
    state, pull = started(owned_by(*(f"'@{name}'" for name in names)))
    for name in names:
        build.add_user(state, name)
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        sent = [each.body for each in double.written if each.path.endswith("requested_reviewers")]
    assert sorted(pull.requested_users) == sorted(names)
    assert [len(each["reviewers"]) for each in sent] == [15, 15, 10]


def test_a_bad_name_is_found_by_halving_and_named_and_all_others_are_asked() -> None:
    names = ["carol", "dave", "erin", "nobody-there"]
    state, pull = started(owned_by(*(f"'@{name}'" for name in names)))
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert sorted(pull.requested_users) == ["carol", "dave", "erin"]
    assert any("@nobody-there" in note for note in found.report.notes)


def test_a_team_that_the_token_cannot_see_is_asked_and_said_to_be_refused() -> None:
    state, pull = started(owned_by("'@org/core'", "'@carol'"))
    build.add_team(state, "core", "dave")
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert pull.requested_users == ["carol"]
    notes = " ".join(found.report.notes)
    assert "@org/core: the members of the team cannot be seen" in notes


def test_a_change_of_what_hundreds_own_costs_few_requests_and_replaces_who_is_not_fit() -> None:
    names = [f"dev{number:03}" for number in range(300)]
    rules = "".join(f"/d{name}/ @{name}\n" for name in names)
    state, pull = started({"CODEOWNERS": rules}, *(f"d{name}/x" for name in names))
    for name in names:
        build.add_user(state, name)
    judged_content(state, pull)
    with github(state) as double:
        first = [each.owner for each in published(double, is_dry=True).plan.of(Fate.ASKED)]
        gone, bot, *others = (each.removeprefix("@") for each in first)
        state.users[gone].permission, state.users[bot].type = "none", "Bot"
        double.asked.clear()
        found = published(double)
        assert len(double.asked) < 50
    asked = {each.owner for each in found.plan.of(Fate.ASKED)}
    assert len(asked) == len(first)
    assert asked.isdisjoint({f"@{gone}", f"@{bot}"})
    assert asked >= {f"@{each}" for each in others}
    fates = {each.owner: each.reason for each in found.plan.of(Fate.DROPPED)}
    assert fates[f"@{gone}"] == "cannot read the repository"
    assert fates[f"@{bot}"] == "is a bot"


def test_a_second_run_asks_nobody_again_nor_whose_request_was_taken_away() -> None:
    state, pull = started(owned_by("'@carol'", "'@dave'"))
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        assert sorted(pull.requested_users) == ["carol", "dave"]
        pull.requested_users.remove("dave")
        build.event(state, pull, "review_request_removed", "erin", reviewer="dave")
        before = len(double.written)
        published(double, action="synchronize")
        asked = [
            each for each in double.written[before:] if each.path.endswith("requested_reviewers")
        ]
    assert pull.requested_users == ["carol"]
    assert asked == []


def test_of_several_owners_those_with_least_to_do_are_asked() -> None:
    rules = "owners:\n  '*': ['@carol', '@dave', '@erin']\nselect: {per_rule: 1}\n"
    for busy in (["carol", "dave"], ["dave", "erin"], ["carol", "erin"]):
        state, pull = started({".qgate.yml": rules})
        other = build.open_pull(state, "x.py")
        other.requested_users = list(busy)
        judged_content(state, pull)
        with github(state) as double:
            published(double)
        assert len(pull.requested_users) == 1
        assert pull.requested_users[0] not in busy


def test_the_end_of_a_run_publishes_and_asks_nobody() -> None:
    state, pull = started(owned_by("'@carol'"))
    made = judged_content(state, pull)
    with github(state) as double:
        event = RunEvent(run=made.id)
        done = start.of_event(client_of(double), event, {})
    assert [each.number for each in done.published] == [1]
    assert pull.requested_users == []
    assert [each.state for each in state.statuses] == ["success"]


# A token that may little.


def test_a_read_only_token_gives_a_plan_and_notices_and_no_failure_of_its_own() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull)
    state.token.permissions = {
        "metadata": "read",
        "contents": "read",
        "pull_requests": "read",
        "actions": "read",
    }
    with github(state) as double:
        found = published(double)
    notes = " ".join(found.report.notes)
    assert "pull-requests: write" in notes
    assert "statuses: write" in notes
    assert [each.owner for each in found.plan.candidates] == ["@carol"]
    assert found.report.verdict is Outcome.PASSED
    assert not found.is_stated
    assert pull.requested_users == []


def test_a_token_without_actions_makes_the_content_incomplete() -> None:
    state, pull = started()
    judged_content(state, pull)
    state.token.permissions["actions"] = "none"
    with github(state) as double:
        found = published(double)
    assert gate(found, "content").reason == "no-permission"
    assert [each.state for each in state.statuses] == ["error"]


def test_a_dry_run_writes_nothing() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double, is_dry=True)
        assert double.written == []


@pytest.mark.parametrize("name", ["comment", "reviewers", "status"])
def test_each_part_can_be_switched_off_by_the_base(name: str) -> None:
    text = owned_by("'@carol'")[".qgate.yml"] + f"publish:\n  {name}: false\n"
    state, pull = started({".qgate.yml": text})
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    assert bool(pull.comments) is (name != "comment")
    assert bool(pull.requested_users) is (name != "reviewers")
    assert bool(state.statuses) is (name != "status")


def test_somebody_can_publish_by_number() -> None:
    state, pull = started(owned_by("'@carol'"))
    judged_content(state, pull)
    with github(state) as double:
        done = start.of_number(client_of(double), 1, {})
    assert [each.number for each in done.published] == [1]
    assert pull.requested_users == ["carol"]
