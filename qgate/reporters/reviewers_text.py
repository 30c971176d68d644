"""The plan for reviewers, and what the rules say of a path, as text for people."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from qgate.model.owners import OwnerRule, Place, Requirement
from qgate.model.reviewers import Candidate, Fate, Owned, Ownership, Plan
from qgate.reporters.inert import inert, logged

_MOST_FILES: Final = 5
_FEWEST_WORDS: Final = 2
_LABELS: Final = {Fate.ASKED: "ask", Fate.COUNTED: "there", Fate.DROPPED: "leave"}
NOBODY: Final = {
    Ownership.UNOWNED: "nobody, on purpose",
    Ownership.UNMATCHED: "no rule matches",
}


def plan(made: Plan, width: int | None = None) -> str:
    """Who is asked and who is not, what is required, then the files by the rule that won."""
    lines = list(_people(made))
    lines += (
        _row("need", f"{_requirement(each)} ({inert(str(each.place))})")
        for each in made.requirements
    )
    lines += (_row("tell", inert(owner), _places(places)) for owner, places in made.notify)
    lines += (
        _row("maybe", inert(each.name), f"wrote {_count(each.lines, 'touched line')}, {each.last}")
        for each in made.suggestions
    )
    if not made.files:
        lines.append(_row("", "nothing changed"))
    lines += ["", *_files(made.files)]
    lines += (_row("note", inert(notice)) for notice in made.notices)
    if made.source.partition(" ")[0].endswith("CODEOWNERS") and made.of(Fate.DROPPED):
        lines.append(_row("note", "GitHub itself asks everybody whom its CODEOWNERS names"))
    lines.append(_row("rules", inert(made.source)))
    return _wrapped(lines, width)


def explained(
    path: str, owned: Owned, below: Sequence[Owned], *, is_tracked: bool, width: int | None = None
) -> str:
    """What the rules say of one path, or of the files below a folder."""
    if below:
        head = f"{inert(path)} is a folder of {_count(len(below), 'file')}; rules match files"
        return _wrapped([head, *(f"  {line}" for line in _files(below))], width)
    lines = [inert(path) + ("" if is_tracked else " (not a tracked file)")]
    rule = owned.rule
    if rule is None:
        lines.append("  nobody: no rule matches")
    else:
        lines.append(f"  {_owners(rule)}")
        lines.append(f"  {_rule(rule)} decides: the last rule that matches")
    lines += (
        f"  {_rule(each)} matches too, further up: {_owners(each)}"
        for each in reversed(owned.overridden)
    )
    lines += (f"  {_requirement(each)} ({inert(str(each.place))})" for each in owned.require)
    lines += (f"  {_rule(each)} tells {_owners(each)}" for each in owned.notify)
    return _wrapped(lines, width)


def _people(made: Plan) -> Iterator[str]:
    names = max((len(inert(each.owner)) for each in made.candidates), default=0)
    for each in made.candidates:
        yield _row(_LABELS[each.fate], f"{inert(each.owner):{names}}", _why(each))


def _why(candidate: Candidate) -> str:
    share = ""
    if candidate.files:
        share = f"; {_count(candidate.files, 'file')}, {_count(candidate.lines, 'line')}"
    return f"{inert(candidate.reason)}{share} {_places(candidate.rules)}".rstrip()


def _places(places: Iterable[Place]) -> str:
    shown = ", ".join(inert(str(place)) for place in places)
    return f"({shown})" if shown else ""


def _requirement(requirement: Requirement) -> str:
    parts = [inert(owner) for owner in requirement.all_of]
    if requirement.any_of:
        of = " ".join(map(inert, requirement.any_of))
        parts.append(f"{requirement.count} of {of}")
    weight = "" if requirement.block else ", which is not waited for"
    return f"approval of {' and '.join(parts)} for {inert(requirement.pattern)}{weight}"


def _files(files: Iterable[Owned]) -> Iterator[str]:
    """The files below the rule that won them, in the order of the first file of each."""
    groups: dict[str, list[str]] = {}
    for each in files:
        title = NOBODY[Ownership.UNMATCHED]
        if each.rule is not None:
            title = f"{_rule(each.rule)} {_owners(each.rule)}"
        groups.setdefault(title, []).append(inert(each.path))
    for title, paths in groups.items():
        yield title
        yield from (f"    {path}" for path in paths[:_MOST_FILES])
        if len(paths) > _MOST_FILES:
            yield f"    and {len(paths) - _MOST_FILES} more"


def _rule(rule: OwnerRule) -> str:
    return f"{inert(rule.pattern)} ({inert(str(rule.place))})"


def _owners(rule: OwnerRule) -> str:
    return " ".join(map(inert, rule.owners)) or NOBODY[Ownership.UNOWNED]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _row(label: str, *texts: str) -> str:
    return f"{label:6} {'  '.join(texts)}".rstrip()


def _wrapped(lines: Iterable[str], width: int | None) -> str:
    """Whole text; lines broken between words where a width is given, a long word never."""
    out: list[str] = []
    for line in lines:
        if width is None or len(line.split()) < _FEWEST_WORDS:
            out.append(line)
            continue
        indent = " " * (len(line) - len(line.lstrip()) + 7)
        out += textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    return logged("".join(f"{line}\n" for line in out))
