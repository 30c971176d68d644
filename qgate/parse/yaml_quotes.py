"""Quotes what people write in rules about reviewers and YAML does not take for text.

`client/**: [@frontend-team, @tech-lead]` is not YAML: `@` is reserved, and a key that begins with
`*` is an alias. Such plain scalars are put into single quotes before the text is parsed, and where
each quote went is kept, so that an error is told at its place in the original text.

What begins with `@` cannot mean anything else. A value such as `*name` could be an alias; it is
left alone and refused as one.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_NEEDED: Final = re.compile(r"(?:^|[\s\[{,])[@*]", re.MULTILINE)
_BLOCK: Final = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_BREAKS: Final = re.compile(r"(\r\n|\n|\r)")
_ALIAS: Final = re.compile(r"\*[A-Za-z0-9_-]+")
_FLOW_ENDS: Final = ",]}["


@dataclass(frozen=True, slots=True)
class Quoted:
    """`text` with quotes. `added` has, by 1-based line, the 0-based columns of what was added."""

    text: str
    added: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def column(self, line: int, column: int) -> int:
        """The column in the original of a column in `text`; both 1-based."""
        return column - bisect_left(self.added.get(line, ()), column - 1)


def quoted(text: str) -> Quoted:
    """Quote every plain scalar that begins with `@` or `*`."""
    if not _NEEDED.search(text):
        return Quoted(text)
    reader = _Reader()
    pieces = _BREAKS.split(text)
    lines, breaks = pieces[::2], [*pieces[1::2], ""]
    out = [reader.line(number, line) for number, line in enumerate(lines, 1)]
    joined = "".join(line + end for line, end in zip(out, breaks, strict=True))
    return Quoted(joined, reader.added)


class _Reader:
    """What is open at the end of a line: brackets, a quoted scalar, a block of literal text."""

    def __init__(self) -> None:
        self.added: dict[int, tuple[int, ...]] = {}
        self._depth = 0
        self._quote = ""
        self._block_above: int | None = None
        self._node = 0
        self._after_plain = False

    def line(self, number: int, line: str) -> str:
        indent = len(line) - len(line.lstrip(" "))
        if self._block_above is not None:
            if not line.strip() or indent > self._block_above:
                return line
            self._block_above = None
        if line.strip() and not self._depth and indent <= self._node:
            # Any further in, it would go on with the plain text of the line before.
            self._after_plain = False
        out: list[str] = []
        added: list[int] = []
        at = 0
        if self._quote:
            at = self._end_of_quote(line, 0)
            out.append(line[:at])
        while at < len(line):
            end, needs_quotes = self._token(line, at)
            token = line[at:end]
            if needs_quotes:
                start = sum(map(len, out))
                token, columns = _single_quoted(token)
                added += (start + column for column in columns)
            out.append(token)
            at = end
        if added:
            self.added[number] = tuple(added)
        return "".join(out)

    def _token(self, line: str, at: int) -> tuple[int, bool]:
        """Where the token that begins here ends, and whether it needs quotes."""
        character = line[at]
        if character in " \t":
            return at + 1, False
        if character == "#" and (at == 0 or line[at - 1] in " \t"):
            return len(line), False
        goes_on, self._after_plain = self._after_plain, False
        if character in "[{" or (self._depth and character in "]},"):
            self._depth += {"[": 1, "{": 1, ",": 0}.get(character, -1)
            return at + 1, False
        if self._is_indicator(line, at):
            if character == "-":
                self._node = at
            return at + 1, False
        if not self._depth and _BLOCK.match(line, at):
            self._block_above = self._node
            return len(line), False
        if character in "&!":
            return self._end_of_word(line, at), False
        if character in "'\"":
            self._quote = character
            end = self._end_of_quote(line, at + 1)
        else:
            end = self._end_of_plain(line, at)
            self._after_plain = True
        is_key = line[end : end + 1] == ":"
        if is_key and not self._depth:
            self._node = at
        is_alias = not is_key and _ALIAS.fullmatch(line, at, end)
        return end, character in "@*" and not goes_on and not is_alias

    def _is_indicator(self, line: str, at: int) -> bool:
        """Whether `-`, `?` or `:` stands there for itself."""
        after = line[at + 1 : at + 2]
        if line[at] == ":" and self._depth and after in _FLOW_ENDS:
            return True
        return line[at] in "-?:" and (not after or after in " \t")

    def _end_of_word(self, line: str, at: int) -> int:
        while at < len(line) and line[at] not in " \t" and not (self._depth and line[at] in ",]}"):
            at += 1
        return at

    def _end_of_quote(self, line: str, at: int) -> int:
        """Past the quote that ends the scalar, or the end of the line if none does."""
        while at < len(line):
            if self._quote == '"' and line[at] == "\\":
                at += 2
            elif line[at] != self._quote:
                at += 1
            elif self._quote == "'" and line[at + 1 : at + 2] == "'":
                at += 2
            else:
                self._quote = ""
                return at + 1
        return len(line)

    def _end_of_plain(self, line: str, at: int) -> int:
        """Past a plain scalar's last character that is no blank."""
        start = at
        while at < len(line):
            character, after = line[at], line[at + 1 : at + 2]
            if character == ":" and (
                not after or after in " \t" or (self._depth and after in ",]}")
            ):
                break
            if character == "#" and at > start and line[at - 1] in " \t":
                break
            if self._depth and character in ",]}":
                break
            at += 1
        return start + len(line[start:at].rstrip(" \t"))


def _single_quoted(token: str) -> tuple[str, list[int]]:
    """The token in single quotes, and the columns in it of what was added."""
    inner = token.replace("'", "''")
    doubled = [match.start() + 2 for match in re.finditer("''", inner)]
    return f"'{inner}'", [0, *doubled, len(inner) + 1]
