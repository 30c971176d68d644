"""Who should look at one change: what is known of the pull request, and the plan made from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qgate.model.owners import OwnerRule, Place, Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedFile:
    """A changed file under every name it had: both of a rename, the present one first.

    `lines` counts those removed and those added.
    """

    names: tuple[str, ...]
    lines: int

    @property
    def path(self) -> str:
        """Its name now, or its last one."""
        return self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a pull request beside its files; everything may be missing.

    People are logins or teams as in rules, with or without `@`.

    - `action`: what happened to it, such as `opened`; only `select.events` ask for reviewers;
    - `requested`: who is asked already; `reviewed`: who gave a review; `removed`: whose request
      somebody took away;
    - `bots`, `without_access`: who cannot be asked;
    - `members`: the logins of a team; `load`: open requests and recent reviews of a person;
    - `is_complete`: whether the list of files is all there is.
    """

    repository: str = ""
    number: int = 0
    author: str = ""
    action: str = ""
    is_draft: bool = False
    requested: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    without_access: tuple[str, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    load: Mapping[str, int] = field(default_factory=dict)
    is_complete: bool = True


class Ownership(StrEnum):
    """Three results that are never taken for each other."""

    OWNED = "owned"
    UNOWNED = "unowned"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What the rules say of one name of a file: the rule that won, and those it won over."""

    path: str
    rule: OwnerRule | None = None
    overridden: tuple[OwnerRule, ...] = ()
    require: tuple[Requirement, ...] = ()
    notify: tuple[OwnerRule, ...] = ()

    def claims(self) -> Iterator[tuple[str, Place]]:
        """Every owner whom the rule that won or a requirement names, and where."""
        for rule in (*((self.rule,) if self.rule else ()), *self.require):
            for owner in rule.owners:
                yield owner, rule.place

    @property
    def ownership(self) -> Ownership:
        """Owned, matched without owners, or not matched."""
        if self.rule is None:
            return Ownership.UNMATCHED
        return Ownership.OWNED if self.rule.owners else Ownership.UNOWNED


class Fate(StrEnum):
    """What became of one candidate."""

    ASKED = "asked"
    COUNTED = "counted"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody whom a rule names, what became of it, and why in words.

    `rules` are the places of the rules that name the owner; `files` and `lines` what of the
    change is theirs. A `is_required` one is waited for.
    """

    owner: str
    fate: Fate
    reason: str
    rules: tuple[Place, ...] = ()
    files: int = 0
    lines: int = 0
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A recent author of touched lines, by blame. `name` is what commits say, no account."""

    name: str
    lines: int
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is asked, who is not, and why, for every file."""

    files: tuple[Owned, ...]
    candidates: tuple[Candidate, ...]
    requirements: tuple[Requirement, ...] = ()
    notify: tuple[tuple[str, tuple[Place, ...]], ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    notices: tuple[str, ...] = ()
    source: str = ""

    def of(self, fate: Fate) -> tuple[Candidate, ...]:
        """The candidates with one fate, in the order in which they were decided."""
        return tuple(each for each in self.candidates if each.fate is fate)
