"""Why another implementation of CODEOWNERS gives a path other owners: a closed list."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qgate.model.owners import identity

_WORD: Final = re.compile(r"(?:\\.|[^\s\\]|\\$)+", re.ASCII)
_OWNER: Final = re.compile(r"@[A-Za-z0-9][\w-]*(?:/[\w.-]+)?|[^\s@]+@[^\s@]+", re.ASCII)
_BRACKET: Final = re.compile(r"(?:[^\\\[\]]|\\.)*[\[\]]")
BLANK: Final = re.compile(r"\\\s")
_STRANGE: Final = re.compile(r"unexpected character '(.+)'")
_BAD_OWNER: Final = re.compile(r"invalid owner format '(.+)'")


class Reason(StrEnum):
    """Why another implementation differs. The numbers are those of path-patterns.md."""

    WILDCARD = "rule 2: `*` is any run without `/`; the other takes a space in a path for a `/`"
    NAME = "rules 5 and 6: a name ends at a `/`; the other takes a space in a path for one"
    CHILDREN = "rule 7: `docs/*` is direct children only; the other goes on below them"
    ESCAPE = "rule 8: `\\x` is a literal x; the other refuses the line, and with it the file"
    CHARACTER = "other characters are themselves; the other refuses the line, and with it the file"
    OWNER = "the word has an owner's form; the other refuses the line, and with it the file"
    COMMENT = "GitHub: a word that begins with `#` begins a comment; the other reads owners in it"
    LAST_STARS = "`a/**/` is everything below a; the other leaves out the files in a itself"
    BLANK = "an escaped blank stays in the pattern; the other ends the pattern at it"
    HASH = "GitHub: a `#` inside a word is part of it; the other begins a comment there"
    SKIPPED_BRACKET = "GitHub skips a line with an unescaped bracket"
    SKIPPED_NEGATION = "GitHub skips a line with a leading `!`"
    SKIPPED_HASH = "GitHub skips a line with a leading `\\#`"
    SKIPPED_PATTERN = "GitHub skips `/`, `***` and a lone `\\` at the end"
    SKIPPED_OWNER = "GitHub skips a line with a word that is no owner"


@dataclass(frozen=True, slots=True)
class Answer:
    """The line of the rule that one implementation takes for a path, and its owners.

    Line 0 is no rule, which is something else than a rule without owners.
    """

    line: int = 0
    owners: frozenset[str] = frozenset()

    @property
    def said(self) -> frozenset[str] | None:
        """What counts: nothing known, nobody, or these."""
        return self.owners if self.line else None


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as it is written: its pattern, its owners, and the words behind a `#`."""

    pattern: str
    owners: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()

    @property
    def skipped(self) -> Reason | None:
        """Why GitHub skips the line, if it does."""
        if self.pattern.startswith("!"):
            return Reason.SKIPPED_NEGATION
        if self.pattern.startswith("\\#"):
            return Reason.SKIPPED_HASH
        if _BRACKET.match(self.pattern):
            return Reason.SKIPPED_BRACKET
        ends_alone = (len(self.pattern) - len(self.pattern.rstrip("\\"))) % 2
        if self.pattern == "/" or "***" in self.pattern or ends_alone:
            return Reason.SKIPPED_PATTERN
        are_owners = all(_OWNER.fullmatch(each) for each in self.owners)
        return None if are_owners else Reason.SKIPPED_OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one path on which two implementations differ.

    - `truth`: git's answer, with rule 7 and without the lines that GitHub skips;
    - `line`: the later of the two rules, which only one of them takes for the path;
    - `is_ignored`: it matches by git alone, without rule 7;
    - `is_split_match`: it matches by git if spaces, of the path and escaped ones, are `/`;
    - `is_cut_match`: it matches by git if it ends before its first blank, which is escaped;
    - `refusal`: what the other one says of a line that it cannot read.
    """

    path: str
    ours: Answer
    theirs: Answer
    truth: Answer
    line: Line
    is_ignored: bool = False
    is_split_match: bool = False
    is_cut_match: bool = False
    refusal: str = ""


def explain(facts: Facts) -> Reason | None:
    """Why the two differ; None where no rule accounts for it."""
    if facts.ours != facts.truth:
        return None
    if facts.theirs.line == facts.ours.line:
        return _on_one_line(facts)
    if facts.theirs.line > facts.ours.line:
        return _taken_by_them_only(facts)
    if facts.refusal:
        return _refused(facts)
    if "#" in facts.line.pattern:
        return Reason.HASH
    if facts.line.pattern.endswith("/**/") and not facts.is_ignored:
        return Reason.LAST_STARS
    if " " in facts.path and not facts.is_split_match:
        return Reason.WILDCARD
    return Reason.BLANK if BLANK.search(facts.line.pattern) and not facts.is_cut_match else None


def _on_one_line(facts: Facts) -> Reason | None:
    more = facts.theirs.owners - facts.ours.owners
    if facts.ours.owners < facts.theirs.owners and more <= set(map(identity, facts.line.comment)):
        return Reason.COMMENT
    return Reason.HASH if "#" in facts.line.pattern and not facts.theirs.owners else None


def _taken_by_them_only(facts: Facts) -> Reason | None:
    if facts.line.skipped:
        return facts.line.skipped
    if "#" in facts.line.pattern:
        return Reason.HASH
    if facts.is_ignored:
        return Reason.CHILDREN if facts.line.pattern.endswith("/*") else None
    if " " in facts.path and facts.is_split_match:
        return Reason.NAME
    return Reason.BLANK if facts.is_cut_match else None


def _refused(facts: Facts) -> Reason | None:
    if match := _BAD_OWNER.search(facts.refusal):
        return Reason.OWNER if match[1] in facts.line.owners else None
    match = _STRANGE.search(facts.refusal)
    if not match or match[1] not in facts.line.pattern:
        return None
    return Reason.ESCAPE if f"\\{match[1]}" in facts.line.pattern else Reason.CHARACTER


def read_lines(text: str) -> dict[int, Line]:
    """The rules of a file by their 1-based lines, also those that GitHub skips."""
    lines: dict[int, Line] = {}
    for number, text_line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        words = _WORD.findall(text_line)
        if words and not words[0].startswith("#"):
            end = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
            comment = (word.lstrip("#") for word in words[end:])
            lines[number] = Line(words[0], tuple(words[1:end]), tuple(comment))
    return lines
