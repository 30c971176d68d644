"""What may change in a record that was accepted: its status, its links, and nothing it decided."""

import re
from typing import Final

from qgate.documents.adr.record import Record, State
from qgate.parse.markdown import BlockKind

_DECIDED: Final = (State.ACCEPTED, State.DEPRECATED, State.SUPERSEDED)
_TARGET: Final = re.compile(r"\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_HEADING_NUMBER: Final = re.compile(r"^#\s+(?:ADR[- ]?)?\d+(?:\.|:)?\s+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
# Sections that are about other records, or about what came later.
_MUTABLE: Final = frozenset(
    {"status", "links", "more information", "related decisions", "amendments", "follow-up actions"}
    | {"follow up actions", "changelog", "history"}
)
# What is said above the first section about the record, not about the decision.
_FIELD: Final = re.compile(
    r"\s*(?:[-*+|]\s+)?[*_]*"
    r"(?:status|date|deciders?|decision[- ]makers?|consulted|informed|authors?|owners?|tags?"
    r"|technical story|reviewers?|last (?:updated|modified)|(?:supersede|amend|clarifie|refine)[sd]"
    r"(?: by)?)"
    r"[*_]*\s*[:|].*",
    re.IGNORECASE,
)


def first_change(before: Record, after: Record) -> int:
    """The line in `after` where what was decided is not as before; 0 where it is, or was open.

    White space, line breaks, capitals and the targets of links say nothing of the decision, nor do
    the marks in its title.
    """
    if before.state not in _DECIDED:
        return 0
    old, new = _words(before), _words(after)
    if [word for word, _ in old] == [word for word, _ in new]:
        return 0
    for (one, _), (other, line) in zip(old, new, strict=False):
        if one != other:
            return line
    longer = new[len(old) :]
    return longer[0][1] if longer else max(1, len(after.lines) - (not after.lines[-1]))


def _words(record: Record) -> list[tuple[str, int]]:
    """Every word of the part that stays, with its line."""
    skipped = _mutable_lines(record)
    words = []
    for number in range(record.document.body_line, len(record.lines) + 1):
        if number in skipped:
            continue
        text = record.lines[number - 1]
        if number == record.heading_line:
            text = " ".join(_WORD.findall(_HEADING_NUMBER.sub("# ", text)))
        words += [(word.casefold(), number) for word in _TARGET.sub("]()", text).split()]
    return words


def _mutable_lines(record: Record) -> set[int]:
    lines: set[int] = set()
    body = record.document.body
    for section in body.sections:
        if section.title.casefold().rstrip(":") in _MUTABLE:
            lines.update(range(section.heading.line, section.end_line + 1))
    if record.status_section is not None:
        first, last = record.status_section[0], record.status_section[-1]
        lines.update(range(first.line, last.end_line + 1))
    for block in body.blocks:
        if block.kind is BlockKind.HEADING:
            if block.level > 1:
                break
            continue
        # `Date: ...`, `* Deciders: ...`: what stands above the first section is about the record.
        fields = range(block.line, block.end_line + 1)
        lines.update(n for n in fields if _FIELD.fullmatch(record.lines[n - 1]))
    return lines
