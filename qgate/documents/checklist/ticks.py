"""What was ticked in a checklist: boxes with the ids of their items.

    - [x] It does what was asked for. <!-- item: requirements -->
    - [ ] ~~The interface is documented.~~ N/A: there is none. <!-- item: api -->

The second form says that an item does not apply; `- [x] N/A: reason` is read the same. A box in a
fence or a comment is none: the Markdown's reader never gives it out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from qgate.documents.checklist.template import Item
from qgate.parse.markdown import Block

_ITEM: Final = re.compile(r"item:\s*([A-Za-z0-9][A-Za-z0-9._/-]*)\s*")
_STRUCK: Final = re.compile(r"~~(.+?)~~\s*", re.DOTALL)
_NOT_APPLICABLE: Final = re.compile(
    r"(?:n/a(?=$|[\s:;,.(\u2013\u2014-])|not applicable(?=$|\s*[:;,.(\u2013\u2014-]))"
    r"[\s:;,.(\u2013\u2014-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_NO_REASON: Final = frozenset({"", "none", "na", "n/a", "tbd", "todo", "reason", "no reason", "x"})


class Answer(Enum):
    """What stands in a box."""

    OPEN = "open"
    DONE = "done"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One box: `item` is its id, empty without one; `reason` why it does not apply."""

    item: str
    text: str
    answer: Answer
    line: int
    reason: str = ""

    @property
    def lacks_reason(self) -> bool:
        """Whether it is said not to apply, and not why."""
        return self.answer is Answer.NOT_APPLICABLE and not self.reason


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A box that says otherwise than the gate that answers its item."""

    tick: Tick
    gate: str


def ticks(boxes: Iterable[Block]) -> tuple[Tick, ...]:
    """The boxes of a document or of a pull request's body, in order."""
    return tuple(map(_tick, boxes))


def contradictions(
    items: Iterable[Item], ticked: Iterable[Tick], answers: Mapping[str, bool]
) -> Iterator[Contradiction]:
    """Boxes that do not agree with what the gates found.

    `answers` is gate to whether it passed; a gate that is not in it has said nothing.
    """
    gates = {item.id: item.answered_by for item in items if item.answered_by}
    for tick in ticked:
        gate = gates.get(tick.item, "")
        if tick.answer is not Answer.OPEN and answers.get(gate) is False:
            yield Contradiction(tick, gate)


def says(tick: Tick, text: str) -> bool:
    """Whether a box still has its item's words; one that does not apply needs none."""
    if tick.answer is Answer.NOT_APPLICABLE and not tick.text.startswith(text[:1]):
        return True
    return " ".join(tick.text.split()).startswith(text)


def _tick(block: Block) -> Tick:
    found = (match[1] for each in block.comments if (match := _ITEM.fullmatch(each)))
    text = block.text.strip()
    struck = _STRUCK.match(text)
    rest = text[struck.end() :] if struck else text
    says = _NOT_APPLICABLE.match(rest)
    if says or struck:
        answer, reason = Answer.NOT_APPLICABLE, _reason(says[1] if says else "")
    else:
        answer, reason = (Answer.DONE if block.is_checked else Answer.OPEN), ""
    return Tick(
        item=next(found, ""),
        text=struck[1].strip() if struck else text,
        answer=answer,
        line=block.line,
        reason=reason,
    )


def _reason(text: str) -> str:
    said = " ".join(text.split()).strip(" )")
    plain = said.casefold().strip(" .,:;<>()[]*_-")
    return said if plain not in _NO_REASON and any(map(str.isalpha, plain)) else ""
