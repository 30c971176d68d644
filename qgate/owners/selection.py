"""From owners to requests: who of them is asked, who is not, and why.

The order of the steps is that of docs/reference/reviewers.md ("Who is asked"). Nothing here is
random and nothing looks at a clock: the same facts give the same plan everywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from qgate.model.owners import (
    OwnerRule,
    Place,
    Requirement,
    ReviewRules,
    Strategy,
    distinct,
    is_team,
)
from qgate.model.pull_request import MOST_FILES
from qgate.model.reviewers import (
    Candidate,
    Facts,
    Fate,
    Owned,
    Ownership,
    Plan,
    Suggestion,
    TouchedFile,
)
from qgate.owners.matching import Matcher
from qgate.owners.people import People, key
from qgate.parse.path_index import is_everything

_WILD: Final = frozenset("*?")


def plan(
    files: Sequence[TouchedFile],
    rules: ReviewRules,
    facts: Facts,
    suggestions: tuple[Suggestion, ...] = (),
) -> Plan:
    """The plan for a change. Patterns must have been checked."""
    matcher = Matcher(rules)
    owned = [tuple(matcher.of(name) for name in file.names) for file in files]
    every = tuple(each for names in owned for each in names)
    is_complete = facts.is_complete and len(files) < MOST_FILES
    applying = {each for names in every for each in names.require}
    requirements = tuple(each for each in rules.require if each in applying or not is_complete)
    chooser = _Chooser(rules, facts)
    chooser.weigh(zip(files, owned, strict=True))
    if is_complete:
        chooser.ask(_winners(every), requirements)
    else:
        fallback = [rule for rule in rules.owners if is_everything(rule.pattern)]
        chooser.ask([rule for rule in fallback[-1:] if rule.owners], ())
    candidates = chooser.candidates()
    return Plan(
        files=every,
        candidates=candidates,
        requirements=requirements,
        notify=_notified(every, candidates, facts),
        suggestions=suggestions,
        notices=tuple(_notices(every, chooser, is_complete=is_complete)),
        source=rules.source,
    )


def _winners(owned: Iterable[Owned]) -> list[OwnerRule]:
    """Each rule that won a file, the most specific first."""
    rules = dict.fromkeys(each.rule for each in owned if each.rule and each.rule.owners)
    return sorted(rules, key=_specificity, reverse=True)


def _specificity(rule: OwnerRule | Requirement) -> tuple[int, int, int]:
    """Folders named, characters named, and what stands further down."""
    parts = [part for part in rule.pattern.split("/") if part]
    literal = sum(not _WILD.intersection(part) for part in parts)
    return literal, len(rule.pattern) - rule.pattern.count("*"), rule.place.line


def _notified(
    owned: Iterable[Owned], candidates: Iterable[Candidate], facts: Facts
) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """Whom to tell, with the rules that say so; not who is asked, and not the author."""
    knows = {key(each.owner) for each in candidates if each.fate is not Fate.DROPPED}
    knows.add(key(facts.author))
    found: dict[str, tuple[str, dict[Place, None]]] = {}
    for rule in (rule for each in owned for rule in each.notify):
        for owner in rule.owners:
            if key(owner) not in knows:
                found.setdefault(key(owner), (owner, {}))[1][rule.place] = None
    return tuple((owner, tuple(places)) for owner, places in found.values())


def _notices(owned: Sequence[Owned], chooser: "_Chooser", *, is_complete: bool) -> Iterator[str]:
    if not is_complete:
        yield (
            f"the list of files may be cut off ({MOST_FILES} is the most that GitHub lists): only "
            "the owners of every file are asked, and every requirement may apply"
        )
    yield from chooser.notices
    unmatched = sum(each.ownership is Ownership.UNMATCHED for each in owned)
    if unmatched:
        yield f"{unmatched} {'path matches' if unmatched == 1 else 'paths match'} no rule"


@dataclass(slots=True)
class _Weight:
    files: int = 0
    lines: int = 0
    places: dict[Place, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Group:
    """Owners out of whom `wanted` have to be asked (None: all of them)."""

    owners: tuple[str, ...]
    wanted: int | None
    place: Place
    title: str
    verb: str = "owns"
    is_required: bool = False


class _Chooser:
    """Asks one person after the other."""

    def __init__(self, rules: ReviewRules, facts: Facts) -> None:
        self._select = rules.select
        self._people = People(facts, rules.select)
        self._weights: dict[str, _Weight] = {}
        self._decided: dict[str, Candidate] = {}
        self._groups: list[_Group] = []
        self._within_cap = 0
        self.notices: list[str] = []

    def weigh(self, files: Iterable[tuple[TouchedFile, tuple[Owned, ...]]]) -> None:
        """Count for every owner which files and lines are theirs; a rename is one file."""
        for file, names in files:
            mine: dict[str, list[Place]] = {}
            for owner, place in (claim for each in names for claim in each.claims()):
                mine.setdefault(key(owner), []).append(place)
            for name, places in mine.items():
                weight = self._weights.setdefault(name, _Weight())
                weight.files += 1
                weight.lines += file.lines
                weight.places.update(dict.fromkeys(places))

    def ask(self, rules: Sequence[OwnerRule], requirements: Sequence[Requirement]) -> None:
        """Those whom a requirement waits for, one for each rule, then as many as are wanted."""
        per_rule = self._select.per_rule
        required = [group for each in requirements if each.block for group in _groups(each)]
        others = [
            (_specificity(each), group)
            for each in requirements
            if not each.block
            for group in _groups(each)
        ]
        others += [
            (_specificity(each), _Group(distinct(each.owners), per_rule, each.place, each.pattern))
            for each in rules
        ]
        others.sort(key=lambda one: one[0], reverse=True)
        # Whom a requirement waits for is outside the cap, on a later push too.
        waited_for = {key(owner) for group in required for owner in group.owners}
        self._within_cap = len(self._people.engaged - waited_for)
        self._groups = [*required, *(group for _, group in others)]
        for group in required:
            while self._lacks(group, group.wanted) and self._ask_one(group):
                pass
        open_groups = [group for _, group in others]
        for group in open_groups:
            if self._lacks(group, 1):
                self._ask_one(group)
        while open_groups:
            open_groups = [
                group
                for group in open_groups
                if self._lacks(group, group.wanted) and self._ask_one(group)
            ]
        self._say_who_is_left_alone()

    def candidates(self) -> tuple[Candidate, ...]:
        """Everybody whom a rule of the change names: those asked first, as they were chosen."""
        for owner in distinct(owner for group in self._groups for owner in group.owners):
            if key(owner) in self._decided:
                continue
            if reason := self._people.already(owner):
                named = (each for each in self._groups if each.is_required)
                is_required = any(key(owner) in map(key, each.owners) for each in named)
                self._decide(owner, Fate.COUNTED, reason, is_required=is_required)
            else:
                reason = self._people.refusal(owner) or self._why_not(owner)
                self._decide(owner, Fate.DROPPED, reason)
        order = list(Fate)
        return tuple(sorted(self._decided.values(), key=lambda each: order.index(each.fate)))

    def _why_not(self, owner: str) -> str:
        mine = [group for group in self._groups if key(owner) in map(key, group.owners)]
        if any(self._lacks(group, group.wanted) for group in mine):
            return f"the cap of {self._select.cap} is reached"
        return "enough others of the same rules are asked"

    def _lacks(self, group: _Group, wanted: int | None) -> bool:
        """Whether fewer are asked or counted than wanted."""
        return wanted is None or sum(map(self._counts, group.owners)) < wanted

    def _counts(self, owner: str) -> bool:
        decided = self._decided.get(key(owner))
        is_asked = decided is not None and decided.fate is Fate.ASKED
        return is_asked or bool(self._people.already(owner))

    def _ask_one(self, group: _Group) -> bool:
        """Ask the best of a group who can be asked; whether there was one."""
        free = [
            owner
            for owner in group.owners
            if not self._counts(owner) and not self._people.refusal(owner)
        ]
        if not free:
            return False
        cap = self._select.cap
        if not group.is_required and cap is not None and self._within_cap >= cap:
            return False
        owner = min(free, key=self._order(group))
        self._within_cap += not group.is_required
        reason = f"{group.verb} {group.title}"
        self._decide(owner, Fate.ASKED, reason, is_required=group.is_required)
        return True

    def _order(self, group: _Group) -> Callable[[str], tuple[int | str, ...]]:
        if self._select.strategy is Strategy.LISTED:
            return lambda owner: (group.owners.index(owner),)
        return self._balanced

    def _balanced(self, owner: str) -> tuple[int | str, ...]:
        weight = self._weight(owner)
        return -weight.files, -weight.lines, self._people.load(owner), self._people.lot(owner)

    def _weight(self, owner: str) -> _Weight:
        return self._weights.get(key(owner), _Weight())

    def _decide(self, owner: str, fate: Fate, reason: str, *, is_required: bool = False) -> None:
        weight = self._weight(owner)
        self._decided[key(owner)] = Candidate(
            owner=owner,
            fate=fate,
            reason=reason,
            rules=tuple(weight.places),
            files=weight.files,
            lines=weight.lines,
            is_required=is_required,
        )

    def _say_who_is_left_alone(self) -> None:
        if self._people.nobody:
            self.notices.append(f"nobody is asked: {self._people.nobody}")
            return
        for group in self._groups:
            where = f"{group.title} ({group.place})"
            if not any(map(self._counts, group.owners)):
                why = f"the cap of {self._select.cap} is reached"
                if all(map(self._people.refusal, group.owners)):
                    why = "none of its owners can be asked"
                self.notices.append(f"nobody is asked for {where}: {why}")
            elif (
                group.is_required
                and self._lacks(group, group.wanted)
                # A team has more than one member, as a rule.
                and not any(map(is_team, group.owners))
            ):
                self.notices.append(f"{where} waits for {group.wanted}, and fewer can be asked")


def _groups(requirement: Requirement) -> Iterator[_Group]:
    each = [((owner,), 1) for owner in requirement.all_of]
    together = [(distinct(requirement.any_of), requirement.count)] * bool(requirement.any_of)
    for owners, wanted in (*each, *together):
        yield _Group(
            owners,
            wanted,
            requirement.place,
            requirement.pattern,
            "has to approve" if requirement.block else "should approve",
            is_required=requirement.block,
        )
