"""How rules about reviewers are read: imported only where there are some."""

import re
from collections.abc import Mapping
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.model.owners import OwnerRule, Place, Requirement, is_team
from qgate.parse.codeowners import is_owner
from qgate.parse.yaml_tree import Entry, Located


def _read_owner(at: Located) -> str:
    text: str = kinds.TEXT.read(at)
    if not is_owner(text):
        near = f"; did you mean @{text}?" if is_owner(f"@{text}") else ""
        what = "@login, @organisation/team or an e-mail address"
        raise WrongValue(f"expected {what}, found {text!r}{near}", at)
    return text


def read_owners(at: Located) -> tuple[str, ...]:
    """Owners: a list; one text with several owners stands for a list of them, as in CODEOWNERS."""
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
    return OwnerRule(pattern, read_owners(entry.value), place)


def read_rules(at: Located) -> tuple[OwnerRule, ...]:
    """Owners by pattern, in order."""
    return kinds.read_each(kinds.entries(at).items(), _read_rule)


def _named(item: tuple[str, Entry]) -> str:
    return item[0]


def read_count(at: Located) -> int:
    """A whole number from 1 on."""
    count: int = kinds.COUNT.read(at)
    if not count:
        raise WrongValue("at least 1 has to approve", at)
    return count


_REQUIREMENT: Final[Mapping[str, Kind]] = {
    "any_of": Kind(read_owners),
    "all_of": Kind(read_owners),
    "count": Kind(read_count),
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
        found: dict[str, Any] = {"any_of": read_owners(at)}
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


def read_requirements(at: Located) -> tuple[Requirement, ...]:
    """Requirements by pattern, in order."""
    return kinds.read_each(kinds.entries(at).items(), _read_requirement, key=_named)
