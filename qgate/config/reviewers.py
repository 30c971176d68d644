"""Rules about reviewers as settings: owners, requirements, notices, and who of many is asked.

The same keys stand in `.qgate.yml` or, alone, in `.qgate/rules/reviewers.yml`. A mapping goes from
a pattern to owners, in the order that decides: the last pattern that matches a file wins.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.config.options import Bar, option
from qgate.model.owners import OwnerRule, Place, Requirement, Strategy, is_team
from qgate.parse.codeowners import is_owner
from qgate.parse.yaml_tree import Entry, Located

KEYS: Final = ("owners", "require", "notify", "select")
FILE_NAME: Final = ".qgate/rules/reviewers.yml"

_EVENTS: Final = ("opened", "reopened", "ready_for_review", "synchronize")


def _read_owner(at: Located) -> str:
    text: str = kinds.TEXT.read(at)
    if not is_owner(text):
        near = f"; did you mean @{text}?" if is_owner(f"@{text}") else ""
        what = "@login, @organisation/team or an e-mail address"
        raise WrongValue(f"expected {what}, found {text!r}{near}", at)
    return text


def _read_owners(at: Located) -> tuple[str, ...]:
    """A list; one text with several owners stands for a list of them, as in CODEOWNERS."""
    if at.value is None:
        return ()
    if isinstance(at.value, str):
        words = re.finditer(r"[^\s,]+", at.value)
        items = tuple(Located(word[0], at.line, at.column + word.start()) for word in words)
        return kinds.read_each(items, _read_owner)
    if not isinstance(at.value, tuple):
        raise WrongValue("expected a list of owners", at)
    return kinds.read_each(at.value, _read_owner)


def _read_pattern(pattern: str, entry: Entry) -> Place:
    kinds.PATTERNS.read(Located(pattern, entry.line, entry.column))
    return Place("", entry.line, entry.column)


def _read_rule(item: tuple[str, Entry]) -> OwnerRule:
    pattern, entry = item
    place = _read_pattern(pattern, entry)
    return OwnerRule(pattern, _read_owners(entry.value), place)


def _read_rules(at: Located) -> tuple[OwnerRule, ...]:
    return kinds.read_each(kinds.entries(at).items(), _read_rule)


def _named(item: tuple[str, Entry]) -> str:
    return item[0]


def _count(at: Located) -> int:
    count: int = kinds.COUNT.read(at)
    if not count:
        raise WrongValue("at least 1 has to approve", at)
    return count


_REQUIREMENT: Final[Mapping[str, Kind]] = {
    "any_of": Kind(_read_owners),
    "all_of": Kind(_read_owners),
    "count": Kind(_count),
    "except": kinds.PATTERNS,
    "block": kinds.SWITCH,
    "dismiss_stale": kinds.SWITCH,
}


def _read_field(item: tuple[str, Entry]) -> tuple[str, Any]:
    word, entry = item
    if word not in _REQUIREMENT:
        near = kinds.suggestion(word, tuple(_REQUIREMENT))
        place = Located(None, entry.line, entry.column)
        raise WrongValue(f"a requirement has no {word!r}{near}", place)
    # `except` is a word of Python's.
    return word.replace("except", "except_"), _REQUIREMENT[word].read(entry.value)


def _read_requirement(item: tuple[str, Entry]) -> Requirement:
    pattern, entry = item
    place = _read_pattern(pattern, entry)
    at = entry.value
    if not isinstance(at.value, dict):
        found: dict[str, Any] = {"any_of": _read_owners(at)}
    else:
        found = dict(kinds.read_each(at.value.items(), _read_field))
    requirement = Requirement(pattern=pattern, place=place, **found)
    any_of = requirement.any_of
    if not requirement.owners:
        raise WrongValue("a requirement needs any_of or all_of with somebody in it", at)
    if not any_of and requirement.count > 1:
        raise WrongValue("count goes with any_of", at)
    if requirement.count > len(any_of) > 0 and not any(map(is_team, any_of)):
        message = f"count is {requirement.count}, and any_of names {len(any_of)}"
        raise WrongValue(message, at)
    return requirement


def _read_requirements(at: Located) -> tuple[Requirement, ...]:
    return kinds.read_each(kinds.entries(at).items(), _read_requirement, key=_named)


_OWNERS_SCHEMA: Final = {
    "anyOf": [
        {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "string", "minLength": 1}},
    ]
}
_RULES_SCHEMA: Final = {"type": ["object", "null"], "additionalProperties": _OWNERS_SCHEMA}
_REQUIREMENT_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "any_of": _OWNERS_SCHEMA,
        "all_of": _OWNERS_SCHEMA,
        "count": {"type": "integer", "minimum": 1},
        "except": kinds.PATTERNS.schema,
        "block": kinds.SWITCH.schema,
        "dismiss_stale": kinds.SWITCH.schema,
    },
}


def _show(rules: tuple[OwnerRule | Requirement, ...]) -> str:
    shown = ", ".join(f"{each.pattern}: {' '.join(each.owners) or 'nobody'}" for each in rules)
    return shown or "none"


RULES: Final = Kind(_read_rules, _RULES_SCHEMA, _show)
REQUIREMENTS: Final = Kind(
    _read_requirements,
    {
        "type": ["object", "null"],
        "additionalProperties": {"anyOf": [*_OWNERS_SCHEMA["anyOf"], _REQUIREMENT_SCHEMA]},
    },
    _show,
)


def _events(at: Located) -> tuple[str, ...]:
    items = at.value if isinstance(at.value, tuple) else (at,)
    return kinds.read_each(items, kinds.one_of(*_EVENTS).read)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectSettings:
    """`select`: how many of the owners are asked, and which."""

    per_rule: int | None = option(
        2,
        kinds.optional(Kind(_count, kinds.COUNT.schema)),
        Bar.BASE,
        "How many owners are asked for each rule that the change touches; null: all of them.",
    )
    cap: int | None = option(
        6,
        kinds.optional(kinds.COUNT),
        Bar.BASE,
        "The most that are asked in all; null: no cap. What `require` waits for is outside it.",
    )
    strategy: str = option(
        Strategy.BALANCED.value,
        kinds.one_of(*Strategy),
        Bar.BASE,
        "Who is asked first: balanced (who owns most of the change, then who has least to do), or "
        "listed (as the rule lists them).",
    )
    exclude: tuple[str, ...] = option(
        (),
        Kind(_read_owners, _OWNERS_SCHEMA, lambda owners: " ".join(owners) or "nobody"),
        Bar.BASE,
        "Owners who are never asked, such as bots and people on leave.",
    )
    events: tuple[str, ...] = option(
        _EVENTS,
        Kind(_events, {"type": "array", "items": {"enum": list(_EVENTS)}}, ", ".join),
        Bar.BASE,
        "The events of a pull request on which reviewers are asked.",
    )
    drafts: bool = option(
        default=False, kind=kinds.SWITCH, bar=Bar.BASE, text="Whether drafts ask for reviewers."
    )
    blame: bool = option(
        default=False,
        kind=kinds.SWITCH,
        bar=Bar.BASE,
        text="Whether recent authors of the touched lines are suggested; nobody is asked for it.",
    )
