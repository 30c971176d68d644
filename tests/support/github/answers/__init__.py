"""The endpoints, by what they are about."""

import re
from functools import cache
from typing import Final

from tests.support.github.answers import (
    actions,
    comments,
    contents,
    people,
    pulls,
    reviewers,
    statuses,
)
from tests.support.github.operations import Operation

OPERATIONS: Final = (
    *people.OPERATIONS,
    *pulls.OPERATIONS,
    *reviewers.OPERATIONS,
    *comments.OPERATIONS,
    *contents.OPERATIONS,
    *actions.OPERATIONS,
    *statuses.OPERATIONS,
)


def found(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The endpoint for a request and the parameters in its path; None if there is none."""
    for operation in OPERATIONS:
        if operation.method == method and (match := _pattern(operation.path).fullmatch(path)):
            return operation, match.groupdict()
    return None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    wide = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", wide))
