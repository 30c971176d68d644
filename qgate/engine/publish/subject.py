"""Which pull requests a run on the trusted side is about."""

from dataclasses import dataclass
from typing import Final

from qgate.model.event import RunEvent, TargetEvent
from qgate.model.pull_request import Others, PullRequest
from qgate.system.github.client import GitHub

# Runs that a pull request causes; of others nothing is said on one.
_OF_PULL_REQUESTS: Final = frozenset({"pull_request", "pull_request_review"})

_NONE: Final = Others()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A pull request as GitHub has it now, and what happened to it.

    `action` is empty where nothing did. `may_ask`: whether it is a moment to ask reviewers; that
    a run has ended is none. `others`: those with the same head.
    """

    pull: PullRequest
    action: str = ""
    may_ask: bool = True
    others: Others = _NONE


def of_number(client: GitHub, number: int) -> tuple[Subject, ...]:
    """The one that somebody named."""
    return (_subject(client, number),)


def of_target(client: GitHub, event: TargetEvent) -> tuple[Subject, ...]:
    """The one of a `pull_request_target` event. Its head is asked for: the event may be old."""
    return (_subject(client, event.number, event.action),)


def of_run(client: GitHub, event: RunEvent) -> tuple[tuple[Subject, ...], str]:
    """Those whose head a finished run is for, and why there are none, in words.

    The number comes from the run's head, which GitHub knows, and never from what the run left.
    """
    run = client.run(event.run)
    if run.event not in _OF_PULL_REQUESTS:
        return (), f"the run is for the event {run.event}, not for a pull request"
    numbers = client.open_pulls_with_head(run.head_owner, run.head_branch, run.head_sha)
    if not numbers:
        return (), f"no open pull request has the head {run.head_sha[:12]} any more"
    return tuple(_subject(client, number, may_ask=False) for number in numbers), ""


def _subject(client: GitHub, number: int, action: str = "", *, may_ask: bool = True) -> Subject:
    pull = client.pull(number)
    others = client.others(pull) if pull.is_open else _NONE
    return Subject(pull=pull, action=action, may_ask=may_ask, others=others)
