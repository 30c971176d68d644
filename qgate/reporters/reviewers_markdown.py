"""The plan for reviewers as Markdown, for a summary or a comment.

A name in a code span is shown and not notified: GitHub sends its own mail to who is asked. Only
`mentions` notifies, those whom the rules of the base want told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from qgate.model.owners import Place, Requirement
from qgate.model.reviewers import Candidate, Fate, Owned, Ownership, Plan
from qgate.reporters.budget import Block, Row, fitted, rows, utf8
from qgate.reporters.markdown_text import cell, code, counted, prose
from qgate.reporters.reviewers_text import NOBODY

MOST_BYTES: Final = 24_000
"""It leaves room for the report in a comment."""

_FATES: Final = {Fate.ASKED: "asked", Fate.COUNTED: "there already", Fate.DROPPED: "not asked"}
_MOST_NAMES: Final = 10
# What a comment that uses up its budget has left, with a line end in front.
_MOST_MENTIONED: Final = 500
_MENTION: Final = re.compile(r"@[A-Za-z0-9-]{1,39}(?:/[A-Za-z0-9._-]{1,100})?")


def plan(made: Plan) -> str:
    """Who is asked and who is not, what is required, then the files by the rule that won.

    At most `MOST_BYTES` in UTF-8, with a newline at the end. Text from outside is inert.
    """
    blocks = (
        Block(worth=0, head=f"#### Reviewers\n\n{_headline(made)}\n"),
        _rows(1, (f"- ⚠️ {prose(notice)}\n" for notice in made.notices)),
        _people(made.candidates),
        _rows(3, (f"- {_requirement(each)}\n" for each in made.requirements)),
        _rows(4, map(_told, made.notify)),
        _rows(
            5,
            (
                f"- {prose(each.name)} wrote {counted(each.lines, 'touched line')}, "
                f"{prose(each.last)}\n"
                for each in made.suggestions
            ),
        ),
        _files(made.files),
        Block(worth=1, head=f"\n<sub>Rules: {code(made.source)}</sub>\n" if made.source else ""),
    )
    return fitted(blocks, MOST_BYTES, utf8).text


def folded(made: Plan) -> str:
    """The same for a comment, which has more to say: folded up below who is asked."""
    return f"<details><summary>Reviewers</summary>\n\n{plan(made)}\n</details>\n"


def mentions(made: Plan) -> str:
    """One line that notifies whom `notify` names, empty if it names nobody that can be.

    The one place with living mentions: the names are of rules at the base, and nothing else.
    """
    line = "cc"
    for owner, _ in made.notify:
        if _MENTION.fullmatch(owner) and len(line) + len(owner) < _MOST_MENTIONED:
            line += f" {owner}"
    return f"{line}\n" if line != "cc" else ""


def _headline(made: Plan) -> str:
    asked = [each.owner for each in made.of(Fate.ASKED)]
    return f"Asked: {_names(asked)}." if asked else "Nobody is asked."


def _rows(worth: int, texts: Iterable[str]) -> Block:
    items = rows(texts)
    return Block(worth=worth, head="\n" if items else "", rows=items)


def _people(candidates: Sequence[Candidate]) -> Block:
    return Block(
        worth=2,
        head="\n| who | | why |\n|---|---|---|\n" if candidates else "",
        rows=rows(
            f"| {cell(code(each.owner))} | {_FATES[each.fate]} | {cell(_why(each))} |\n"
            for each in candidates
        ),
        more=lambda count: f"| and {count:,} more | | |\n",
    )


def _why(candidate: Candidate) -> str:
    share = ""
    if candidate.files:
        share = f"; {counted(candidate.files, 'file')}, {counted(candidate.lines, 'line')}"
    return f"{prose(candidate.reason)}{share}{_places(candidate.rules)}"


def _places(places: Sequence[Place]) -> str:
    return f" ({_names(list(map(str, places)))})" if places else ""


def _requirement(requirement: Requirement) -> str:
    parts = [*map(code, requirement.all_of[:_MOST_NAMES])]
    if requirement.any_of:
        of = " ".join(map(code, requirement.any_of[:_MOST_NAMES]))
        parts.append(f"{requirement.count} of {of}")
    weight = "" if requirement.block else ", which is not waited for"
    said = f"approval of {' and '.join(parts)} for {code(requirement.pattern)}{weight}"
    return f"{said}{_places((requirement.place,))}"


def _told(notified: tuple[str, tuple[Place, ...]]) -> str:
    owner, places = notified
    return f"- told: {code(owner)}{_places(places)}\n"


def _files(files: Sequence[Owned]) -> Block:
    if not files:
        return Block(worth=6, head="\nNothing changed.\n")
    return Block(
        worth=6,
        head=f"\n<details><summary>{counted(len(files), 'file')} by rule</summary>\n\n"
        "| rule | files |\n|---|---|\n",
        rows=tuple(
            Row(text=partial(_of_rule, rule, paths), count=len(paths))
            for rule, paths in _by_rule(files)
        ),
        tail="\n</details>\n",
        more=lambda count: f"| and {count:,} more files | |\n",
    )


def _of_rule(rule: str, paths: Sequence[str]) -> str:
    return f"| {cell(rule)} | {cell(_names(paths))} |\n"


def _by_rule(files: Sequence[Owned]) -> Iterator[tuple[str, list[str]]]:
    """Files below the rule that won them, in the order of the first file of each."""
    found: dict[str, list[str]] = {}
    for each in files:
        title = NOBODY[Ownership.UNMATCHED]
        if each.rule is not None:
            owners = " ".join(map(code, each.rule.owners[:_MOST_NAMES]))
            owners = owners or NOBODY[Ownership.UNOWNED]
            title = f"{code(each.rule.pattern)} {owners}{_places((each.rule.place,))}"
        found.setdefault(title, []).append(each.path)
    yield from found.items()


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(map(code, names[:_MOST_NAMES]))}{more}"
