"""What a rule is asked about beside the documents, and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from qgate.documents.kinds import Folders
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document

# A line can be as long as a document, and have a finding for every word.
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The change and the policy.

    - `touched`: every name of every changed file, `added`: the files that it adds;
    - `owed`: patterns of files whose change owes a decision record;
    - `numbers_elsewhere`: decision records at the tip of the base branch that are not here, by
      file name: the merged tree will have them too;
    - `policy`: the files of policy at the base, which hold, by path; `proposed`: the change's own;
    - `before`: touched decision records as they are at the base, by their path now.
    """

    folders: Folders
    touched: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    owed: tuple[str, ...] = ()
    numbers_elsewhere: tuple[str, ...] = field(default=())
    policy: Mapping[str, bytes] = field(default_factory=dict)
    proposed: Mapping[str, bytes] = field(default_factory=dict)
    before: Mapping[str, Document] = field(default_factory=dict)


def found(
    rule: StrEnum,
    message: str,
    document: Document | str,
    line: int = 0,
    *,
    column: int = 0,
    level: Level = Level.ERROR,
) -> Finding:
    """A finding in a document, or in a file by its path; line 0 is the whole file."""
    source = ""
    if isinstance(document, Document) and 0 < line <= len(document.lines):
        source = document.lines[line - 1][:_MOST_SHOWN].strip()
    return Finding(
        rule=rule,
        message=message,
        path=document.path if isinstance(document, Document) else document,
        line=line,
        end_line=line,
        column=column or int(line > 0),
        level=level,
        blocking=level is Level.ERROR,
        source=source,
    )
