"""How rules about reviewers are read: imported only where there are some."""

import re
from collections.abc import Mapping
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.model.owners import OwnerRule, Place, Requirement, distinct, is_team
from qgate.parse.codeowners import is_owner
from qgate.parse.yaml_tree import Entry, Located


def _read_owner(at: Located) -> str:
    text: str = kinds.TEXT.read(at)
    if not is_owner(text):
        if len(words := text.split()) > 1 and all(map(is_owner, words)):
            raise WrongValue("one owner for each item: put commas between them", at)
        near = f"; did you mean @{text}?" if is_owner(f"@{text}") else ""
        what = "@login, @organisation/team or an e-mail address"
        raise WrongValue(f"expected {what}, found {text!r}{near}", at)
    return text


def read_owners(at: Located) -> tuple[str, ...]:
    """Owners: a list; one text with several owners stands for a list of them, as in CODEOWNERS."""
    if at.value is None:
        return ()
    if isinstance(at.value, str):
        words = re.findall(r"[^\s,]+", at.value)
        return kinds.read_each([Located(word, at.line, at.column) for word in words], _read_owner)
    if not isinstance(at.value, tuple):
        raise WrongValue("expected a list of owners", at)
    return kinds.read_each(at.value, _read_owner)


def _read_rule(item: tuple[str, Entry]) -> OwnerRule:
    """One line of a mapping; what is wrong with its pattern and its owners at once."""
    pattern, entry = item
    _, owners = kinds.read_both(
        lambda: kinds.read_pattern(Located(pattern, entry.line, entry.column)),
        lambda: read_owners(entry.value),
    )
    return OwnerRule(pattern, owners, Place("", entry.line, entry.column))


def read_rules(at: Located) -> tuple[OwnerRule, ...]:
    """Owners by pattern, in order."""
    return kinds.read_each(kinds.entries(at).items(), _read_rule)


def _named(item: tuple[str, Entry]) -> str:
    return item[0]


def read_count(at: Located) -> int:
    """A whole number from 1 on."""
    count: int = kinds.COUNT.read(at)
    if not count:
        raise WrongValue("expected a whole number from 1 on, found 0", at)
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
    _, found = kinds.read_both(
        lambda: kinds.read_pattern(Located(pattern, entry.line, entry.column)),
        lambda: _read_fields(entry.value),
    )
    place = Place("", entry.line, entry.column)
    requirement = Requirement(pattern=pattern, place=place, **found)
    _refuse_unmeetable(requirement, entry.value)
    return requirement


def _read_fields(at: Located) -> dict[str, Any]:
    if isinstance(at.value, dict):
        return dict(kinds.read_each(at.value.items(), _read_field))
    return {"any_of": read_owners(at)}


def _refuse_unmeetable(requirement: Requirement, at: Located) -> None:
    people = distinct(requirement.any_of)
    if not requirement.owners:
        raise WrongValue("a requirement needs any_of or all_of with somebody in it", at)
    if not people and requirement.count > 1:
        raise WrongValue("count goes with any_of", at)
    if requirement.count > len(people) > 0 and not any(map(is_team, people)):
        message = (
            f"count is {requirement.count}, and any_of names {len(people)}; a team is written "
            "@organisation/team"
        )
        raise WrongValue(message, at)


def read_requirements(at: Located) -> tuple[Requirement, ...]:
    """Requirements by pattern, in order."""
    return kinds.read_each(kinds.entries(at).items(), _read_requirement, key=_named)
