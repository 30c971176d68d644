"""Who wrote the lines that a change takes away or replaces: suggestions, never requests.

A commit says a name and an address, neither of which is an account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.model.changes import ChangedFile, Status
from qgate.model.reviewers import Suggestion
from qgate.parse import git_output

_MOST_FILES: Final = 50
_MOST_SUGGESTIONS: Final = 5
_RECENT_SECONDS: Final = 365 * 24 * 3600


@dataclass(slots=True)
class _Author:
    name: str
    lines: int = 0
    last: int = 0


def suggested(context: GateContext) -> tuple[Suggestion, ...]:
    """Those who wrote most of the touched lines in the year before the base was made.

    Looks at the 50 files with the most such lines. "Recent" is counted from the newest line that
    was touched, so that the answer does not change with the day.
    """
    found: dict[str, _Author] = {}
    for file in _largest(context.changes.files):
        ranges = [hunk.old_lines for hunk in file.hunks if hunk.old_count]
        try:
            listing = context.repo.blame(context.changes.base.sha, file.old_path, ranges)
        except Incomplete:
            # Nobody is worse off without a suggestion.
            continue
        for name, mail, when in git_output.blamed(listing):
            author = found.setdefault(mail, _Author(name))
            author.lines += 1
            author.last = max(author.last, when)
    newest = max((each.last for each in found.values()), default=0)
    recent = [each for each in found.values() if newest - each.last <= _RECENT_SECONDS]
    recent.sort(key=lambda each: (-each.lines, -each.last, each.name))
    return tuple(
        Suggestion(
            name=each.name,
            lines=each.lines,
            last=datetime.fromtimestamp(each.last, UTC).date().isoformat(),
        )
        for each in recent[:_MOST_SUGGESTIONS]
    )


def _largest(files: Iterable[ChangedFile]) -> list[ChangedFile]:
    old = [
        (sum(hunk.old_count for hunk in file.hunks), file)
        for file in files
        if file.status is not Status.ADDED
    ]
    old.sort(key=lambda each: (-each[0], each[1].path))
    return [file for lines, file in old[:_MOST_FILES] if lines]
