"""The few expressions of GitHub Actions that action.yml uses; anything else is an error.

The grammar is that of https://docs.github.com/en/actions/reference/evaluate-expressions-in-workflows:
an expression is a conjunction of comparisons of contexts with strings, and of status functions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_INSERTED: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TERM: Final = re.compile(r"([a-z][\w.-]*) *(==|!=) *'([^']*)'")
_STATUS: Final = {"success()", "failure()", "always()", "cancelled()", "!cancelled()"}


class UnknownExpression(Exception):
    """An expression that this evaluator does not know."""


@dataclass(frozen=True, slots=True)
class Job:
    """How the steps before went."""

    failed: bool = False
    cancelled: bool = False


def filled(text: str, contexts: Mapping[str, str]) -> str:
    """The text with each `${{ }}` replaced; only plain contexts may stand there."""
    return _INSERTED.sub(lambda match: value(match[1].strip(), contexts), text)


def value(name: str, contexts: Mapping[str, str]) -> str:
    """The value of a context such as `inputs.base`."""
    if name in contexts:
        return contexts[name]
    # An output that a step did not set is empty, and so is every output of a step that did not run.
    if re.fullmatch(r"steps\.[\w-]+\.outputs\.[\w-]+", name):
        return ""
    raise UnknownExpression(name)


def holds(condition: str, contexts: Mapping[str, str], job: Job) -> bool:
    """Whether a step's `if` lets it run. Without a status function `success()` is implied."""
    terms = [term.strip() for term in condition.split("&&")] if condition.strip() else []
    status = [term for term in terms if term in _STATUS]
    truths = [_of_status(term, job) for term in status or ["success()"]]
    truths += [_of_term(term, contexts) for term in terms if term not in _STATUS]
    return all(truths)


def _of_status(term: str, job: Job) -> bool:
    return {
        "success()": not job.failed and not job.cancelled,
        "failure()": job.failed and not job.cancelled,
        "always()": True,
        "cancelled()": job.cancelled,
        "!cancelled()": not job.cancelled,
    }[term]


def _of_term(term: str, contexts: Mapping[str, str]) -> bool:
    match = _TERM.fullmatch(term)
    if match is None:
        raise UnknownExpression(term)
    # Strings are compared without their case.
    same = value(match[1], contexts).lower() == match[3].lower()
    return same if match[2] == "==" else not same
