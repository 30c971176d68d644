"""Whom somebody took away from the reviewers, and other bases, by a pull request's events."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from qgate.system.github.shapes import Event

ASKED = "review_requested"
TAKEN_AWAY = "review_request_removed"
# https://docs.github.com/rest/using-the-rest-api/issue-event-types
# The second: GitHub chose it, for the branch before was merged and deleted. It starts no workflow.
OTHER_BASE = ("base_ref_changed", "automatic_base_change_succeeded")


def name_of(event: Event, owner: str) -> str:
    """`@login` or `@org/team`; empty where whoever was meant is gone."""
    if event.requested_reviewer:
        return f"@{event.requested_reviewer.login}"
    return f"@{owner}/{event.requested_team.slug}" if event.requested_team else ""


def removed(events: Iterable[Event], owner: str, me: str) -> tuple[str, ...]:
    """Whose last event is that a person took the request away.

    What bots do, ourselves included, and what happens when an account goes is no person's wish.
    """
    last = {name_of(each, owner): each for each in events if each.event in (ASKED, TAKEN_AWAY)}
    return tuple(
        name
        for name, event in last.items()
        if name and event.event == TAKEN_AWAY and _is_by_person(event, me)
    )


def based(events: Sequence[Event]) -> datetime | None:
    """When it last got another base, None if never."""
    return max((each.created_at for each in events if each.event in OTHER_BASE), default=None)


def _is_by_person(event: Event, me: str) -> bool:
    if event.actor is None:
        return False
    return not event.actor.account().is_bot and event.actor.login.lower() != me.lower()


def team(name: str) -> tuple[str, str]:
    """Organisation and slug of `@org/slug`, both empty if it is none."""
    organization, slash, slug = name.removeprefix("@").partition("/")
    return (organization, slug) if slash else ("", "")
