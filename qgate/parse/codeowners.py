"""A CODEOWNERS file to its rules, in GitHub's dialect.

The rules of a line are those of docs/reference/codeowners.md. GitHub skips a line that it cannot
read without a word; here it is a `LineProblem` with line and column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qgate.model.owners import Codeowners, Dialect, LineProblem, OwnerRule, Place, ProblemKind
from qgate.parse.path_pattern import InvalidPattern, doubts, is_plain, refuse_invalid

# GitHub looks in this order and reads the first (docs.github.com, "About code owners").
LOCATIONS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
# Where only another service looks.
ELSEWHERE: Final = {
    ".gitlab/CODEOWNERS": Dialect.GITLAB,
    ".gitea/CODEOWNERS": Dialect.GITEA,
    ".forgejo/CODEOWNERS": Dialect.GITEA,
}

# What parts words; a space of another alphabet does not.
BLANKS: Final = " \t\f\v"
# Most lines are like this; they are read at once.
_PLAIN: Final = re.compile(
    r"[ \t]*([^\s#\\\[\]!^()|$+][^\s\\\[\]^()|$+]*)((?:[ \t]+@[A-Za-z0-9][\w-]*(?:/[\w.-]+)?)*)\s*",
    re.ASCII,
)
_WORD: Final = re.compile(r"(?:\\.|[^\s\\]|\\$)+", re.ASCII)
_OWNER: Final = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_.-]+)?"
    # An address, not quoted; a `#` at the front would begin a comment.
    r"|[^\s@,;:<>#\"()\[\]\\][^\s@,;:<>\"()\[\]\\]*@[^\s@,;:<>#\"'()\[\]\\/]+"
)
# A heading `[Docs][2] @owner`, optional with `^`; a role `@@developers`; a group within a group.
_GITLAB_HEADING: Final = re.compile(r"\s*\^?\[[^\[\]]+\](?:\[\d+\])?(?:\s+[^\s@]*@\S+)*\s*")
_GITLAB_OWNER: Final = re.compile(r"@@\w+|@[\w.-]+(?:/[\w.-]+){2,}")
# What is plainly a regular expression of Go: `.+\\.go`, `docs/(aws|azure)/`, `^src/`, `md$`.
_GITEA_PATTERN: Final = re.compile(r"\.\+|\([^()|]*\|[^()]*\)|^!?\^|\\\\\.|\$$")
_BLANK: Final = re.compile(r"(\\.)|[ \t\f\v]")
_UNESCAPED_BRACKET: Final = re.compile(r"(?<!\\)([\[\]])")


def parse(data: bytes, path: str) -> Codeowners:
    """Read the bytes of the file at `path`. What is not UTF-8 becomes surrogate escapes."""
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    rules: list[OwnerRule] = []
    problems: list[LineProblem] = []
    hints: list[Dialect] = []
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole.rstrip("\r")
        if (plain := _PLAIN.fullmatch(line)) and is_plain(plain[1]):
            place = Place(path, number, plain.start(1) + 1)
            rules.append(OwnerRule(plain[1], tuple(plain[2].split()), place))
            continue
        words = [(match[0], match.start() + 1) for match in _WORD.finditer(line)]
        if not words or words[0][0].startswith("#"):
            continue
        found = _problems(line, words, hints)
        problems += (
            LineProblem(
                kind=kind,
                message=message,
                place=Place(path, number, column),
                source=line.strip(BLANKS),
                is_skipped=is_skipped,
            )
            for kind, message, column, is_skipped in found
        )
        if not any(is_skipped for *_, is_skipped in found):
            owners = tuple(word for word, _ in _before_comment(words[1:]))
            rules.append(OwnerRule(words[0][0], owners, Place(path, number, words[0][1])))
    return Codeowners(
        path=path,
        rules=tuple(rules),
        problems=tuple(problems),
        dialect=ELSEWHERE.get(path) or next(iter(hints), Dialect.GITHUB),
        size=len(data),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is written: `pattern` and the `rest` of a rule, empty for any other."""

    text: str
    pattern: str = ""
    rest: str = ""
    is_skipped: bool = False

    @property
    def is_rule(self) -> bool:
        """Whether GitHub reads it as a rule."""
        return bool(self.pattern)


def lines(text: str) -> Iterator[Line]:
    """Every line; a rule's words with one space between them, its comment as it is."""
    for whole in text.removeprefix("\ufeff").split("\n"):
        line = whole.rstrip("\r")
        words = [(match[0], match.start() + 1) for match in _WORD.finditer(line)]
        if not words or words[0][0].startswith("#"):
            yield Line(line)
        elif any(is_skipped for *_, is_skipped in _problems(line, words, [])):
            yield Line(line, is_skipped=True)
        else:
            owners = [word for word, _ in _before_comment(words[1:])]
            comment = words[len(owners) + 1 :]
            if comment:
                owners.append(line[comment[0][1] - 1 :].rstrip(f"{BLANKS}\r"))
            yield Line(line, words[0][0], " ".join(owners))


def escaped(pattern: str) -> str:
    """A pattern of the settings as CODEOWNERS needs it: blanks escaped, no comment at its start.

    Raises `InvalidPattern` for one with a line break, which no line can hold.
    """
    if (found := re.search(r"[\r\n]", pattern)) is not None:
        raise InvalidPattern("a line of CODEOWNERS cannot hold a line break", found.start() + 1)
    text = _BLANK.sub(lambda match: match[1] or f"\\{match[0]}", pattern)
    if not text.startswith("#"):
        return text
    return f"/{text}" if "/" in text[:-1] else f"**/{text}"


def is_owner(text: str) -> bool:
    """Whether it has the form of a user, a team or an address."""
    return _is_owner(text)


_is_owner = lru_cache(maxsize=4096)(lambda text: _OWNER.fullmatch(text) is not None)


def _before_comment(words: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for word, column in words:
        if word.startswith("#"):
            return
        yield word, column


_Problem = tuple[ProblemKind, str, int, bool]


def _problems(line: str, words: list[tuple[str, int]], hints: list[Dialect]) -> list[_Problem]:
    """What is wrong with one line: kind, message, column, and whether GitHub skips it."""
    pattern, start = words[0]
    if _GITLAB_HEADING.fullmatch(line) or pattern.startswith("^["):
        hints.append(Dialect.GITLAB)
        message = "a heading of GitLab's dialect; GitHub skips the line and reads on without it"
        return [(ProblemKind.FOREIGN_DIALECT, message, start, True)]
    found: list[_Problem] = []
    try:
        refuse_invalid(pattern)
        for doubt in doubts(pattern):
            place = start + doubt.column - 1
            found.append((ProblemKind.DOUBTFUL_PATTERN, str(doubt), place, False))
    except InvalidPattern as error:
        message = f"{error}; GitHub skips this line{_suggestion(pattern)}"
        found.append((ProblemKind.INVALID_PATTERN, message, start + error.column - 1, True))
    if _GITEA_PATTERN.search(pattern):
        hints.append(Dialect.GITEA)
        message = f"{pattern} looks like a regular expression, which only Gitea reads as one"
        found.append((ProblemKind.FOREIGN_DIALECT, message, start, False))
    for word, column in _before_comment(words[1:]):
        if _is_owner(word):
            continue
        found.append((ProblemKind.INVALID_OWNER, _of_owner(word, hints), column, True))
        if "#" in word or word.startswith("//"):
            # What follows was meant as a comment.
            break
    return found


def _suggestion(pattern: str) -> str:
    """`; did you mean ...?` where there is one likely meaning."""
    if pattern.startswith(("!", "\\#", "/ ")) or pattern == "/":
        return ""
    better = _UNESCAPED_BRACKET.sub(r"\\\1", pattern).replace("***", "**")
    try:
        refuse_invalid(better)
    except InvalidPattern:
        return ""
    return f"; did you mean `{better}`?" if better != pattern else ""


def _of_owner(word: str, hints: list[Dialect]) -> str:
    if _GITLAB_OWNER.fullmatch(word):
        hints.append(Dialect.GITLAB)
        return f"{word} is an owner of GitLab's dialect; GitHub skips this line"
    near = f"; did you mean `@{word}`?" if _is_owner(f"@{word}") else ""
    if "#" in word:
        near = "; a comment needs a blank before its `#`"
    elif word.startswith("//"):
        near = "; a comment begins with `#`"
    return (
        f"{word} is no owner: expected @login, @organisation/team or an e-mail address; GitHub "
        f"skips this line{near}"
    )
