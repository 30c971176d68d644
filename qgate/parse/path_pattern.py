"""The one path dialect of qgate: GitHub's CODEOWNERS patterns.

Matching is iterative, segment by segment and within a segment: a pattern written by an
untrusted author costs at most its length times the path's. The rules are those of
docs/reference/path-patterns.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Final

_ANY: Final = "**"  # a segment of a compiled pattern: zero or more directories
_ONE: Final = -1  # a token beside the code points of literal characters
_STAR: Final = -2

# A segment is a literal name; the literal chunks around its stars; or, where it has a `?`, tokens.
_Chunks = tuple[str, ...]
_Tokens = tuple[int, ...]
_Segment = str | _Chunks | _Tokens
_ANYTHING: Final[_Chunks] = ("", "")

# What can make a pattern invalid or doubtful; most have nothing of it.
_SUSPECT: Final = re.compile(r"""[\[\]\\!{]|\*\*|//|^\./|^["']|^/?$""")
_BRACES: Final = re.compile(r"\{[^{},/]*,[^{}/]*\}")


class InvalidPattern(ValueError):
    """The pattern has no meaning in this dialect; `column` is 1-based."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A compiled pattern. `text` is as it was written."""

    text: str
    _segments: tuple[_Segment, ...]

    def matches(self, path: str) -> bool:
        """Whether the pattern holds for a file's path relative to the repository's root."""
        return _match_path(self._segments, path.split("/"))

    @property
    def literal_start(self) -> tuple[str, ...]:
        """The names that every path it matches begins with, the last perhaps the file's own."""
        return tuple(str(each) for each in takewhile(_is_name, self._segments))

    @property
    def literal_folders(self) -> tuple[str, ...]:
        """The folders that every path it matches begins with."""
        start = self.literal_start
        may_end_there = all(each == _ANY for each in self._segments[len(start) :])
        return start[:-1] if may_end_there else start

    @property
    def literal_names(self) -> tuple[str, ...]:
        """The segments that a path must have somewhere."""
        return tuple(str(each) for each in self._segments if _is_name(each))

    @property
    def literal_chunks(self) -> tuple[str, ...]:
        """Texts that a path must contain, each within one segment."""
        return tuple(
            chunk
            for each in self._segments
            if isinstance(each, tuple)
            for chunk in _chunks(each)
            if chunk
        )


def _is_name(segment: _Segment) -> bool:
    return isinstance(segment, str) and segment != _ANY


def _chunks(segment: _Chunks | _Tokens) -> Iterator[str]:
    """The texts between wildcards."""
    chunk = ""
    for part in segment:
        if isinstance(part, str):
            yield part
        elif part < 0:
            yield chunk
            chunk = ""
        else:
            chunk += chr(part)
    yield chunk


def first_match(patterns: Iterable[PathPattern], path: str) -> PathPattern | None:
    """The first pattern that matches, if one does."""
    return next((pattern for pattern in patterns if pattern.matches(path)), None)


def compile_pattern(text: str) -> PathPattern:
    """Compile a pattern of the settings. Raises `InvalidPattern`, also for a doubtful one."""
    refuse_invalid(text)
    for doubt in doubts(text):
        raise doubt
    return compile_lenient(text)


def compile_lenient(text: str) -> PathPattern:
    """Compile a pattern of a CODEOWNERS file, which `refuse_invalid` has let through.

    A doubtful one means what GitHub takes it for: `**` beside other characters is `*`, and an
    empty segment is none that a path has.
    """
    body = text.removeprefix("/")
    is_folder = body.endswith("/")
    body = body.removesuffix("/")
    parts = body.split("/")
    segments: list[_Segment] = [] if "/" in text[:-1] else [_ANY]
    segments += [_ANY if part == "**" else _segment(part) for part in parts]
    if is_folder and parts == ["**"]:
        # Any directory, and everything below it.
        segments = [_ANYTHING, _ANYTHING, _ANY]
    elif len(parts) > 1 and parts[-1] == "**":
        segments[-1:] = [_ANYTHING, _ANY]
    elif is_folder:
        # Everything below, not a file of that name.
        segments += [_ANYTHING, _ANY]
    elif parts[-1] != "*":
        # A pattern also owns what is below a directory of its name; GitHub's exception is a
        # last segment of exactly `*`, which means direct children.
        segments.append(_ANY)
    return PathPattern(text, tuple(segments))


def is_plain(text: str) -> bool:
    """Whether there is nothing to refuse or to doubt, seen at a glance."""
    return not _SUSPECT.search(text)


def refuse_invalid(text: str) -> None:
    """Raise `InvalidPattern` for what GitHub skips: it has no meaning in this dialect."""
    if is_plain(text):
        return
    if text == "/":
        raise InvalidPattern("`/` matches nothing; every file is `*`", 1)
    if not text:
        raise InvalidPattern("an empty pattern matches nothing", 1)
    if text.startswith("!"):
        raise InvalidPattern("a leading `!` (negation) is not supported", 1)
    if text.startswith("\\#"):
        raise InvalidPattern("a leading `\\#` is not supported; write `/#` or `**/#`", 1)
    _refuse_classes(text)
    stars = _unescaped(text).find("***")
    if stars >= 0:
        raise InvalidPattern("`***` has no meaning; write `**` or `*`", stars + 1)


def doubts(text: str) -> list[InvalidPattern]:
    """What is valid and hardly meant: refused in settings, a warning in CODEOWNERS."""
    if is_plain(text):
        return []
    found = []
    if "//" in text:
        found.append(InvalidPattern("an empty segment `//` matches nothing", text.index("//") + 1))
    column = 1
    for part in _unescaped(text).split("/"):
        if "**" in part and part != "**":
            message = "`**` stands for whole directories, between slashes; here it is a `*`"
            found.append(InvalidPattern(message, column))
        column += len(part) + 1
    if text.startswith("./"):
        found.append(InvalidPattern("no path begins with `./`; write `/`", 1))
    if text[:1] in {'"', "'"}:
        found.append(InvalidPattern("a quote is part of the name; take it away", 1))
    if braces := _BRACES.search(text):
        message = "braces are characters like any other; write a line for each"
        found.append(InvalidPattern(message, braces.start() + 1))
    if text.endswith("/**/"):
        found.append(InvalidPattern("`**/` at the end: write `/**`", len(text) - 2))
    return found


def _unescaped(text: str) -> str:
    """The text with something that has no meaning for each escaped character and its escape."""
    return re.sub(r"\\.", "xx", text, flags=re.DOTALL)


def _refuse_classes(text: str) -> None:
    escaped = False
    for column, character in enumerate(text, 1):
        if not escaped and character in "[]":
            raise InvalidPattern("character classes are not supported; escape with `\\`", column)
        escaped = character == "\\" and not escaped
    if escaped:
        raise InvalidPattern("the pattern ends in a lone `\\`", len(text))


@lru_cache(maxsize=4096)
def _segment(part: str) -> _Segment:
    if not set("*?\\").intersection(part):
        return part
    tokens: list[int] = []
    escaped = False
    for character in part:
        if escaped or character not in "*?\\":
            tokens.append(ord(character))
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            tokens.append(_STAR if character == "*" else _ONE)
    if _ONE in tokens:
        return tuple(tokens)
    chunks = [""]
    for token in tokens:
        if token == _STAR:
            chunks.append("")
        else:
            chunks[-1] += chr(token)
    # An escaped `**` stays in a tuple: as a name it would stand for directories.
    return tuple(chunks) if len(chunks) > 1 or chunks == [_ANY] else chunks[0]


def _match_path(segments: tuple[_Segment, ...], names: list[str]) -> bool:
    """Two pointers and one place to come back to: the last `**`, which stands for any run."""
    at = on = 0
    retry: tuple[int, int] | None = None
    while on < len(names):
        segment = segments[at] if at < len(segments) else None
        if segment == _ANY:
            at += 1
            if at == len(segments):
                return True
            retry = (at, on)
        elif segment is not None and _match_name(segment, names[on]):
            at += 1
            on += 1
        elif retry is not None:
            at, on = retry[0], retry[1] + 1
            retry = (at, on)
        else:
            return False
    return all(each == _ANY for each in segments[at:])


def _match_name(segment: _Segment, name: str) -> bool:
    if isinstance(segment, str):
        return segment == name
    if isinstance(segment[0], str):
        return _match_chunks(segment, name)
    return _match_tokens(segment, name)


def _match_chunks(chunks: _Chunks, name: str) -> bool:
    """The first at the start, the last at the end, the others leftmost in between."""
    first, last = chunks[0], chunks[-1]
    if len(chunks) == 1:
        return name == first
    at, end = len(first), len(name) - len(last)
    if at > end or not (name.startswith(first) and name.endswith(last)):
        return False
    for chunk in chunks[1:-1]:
        at = name.find(chunk, at, end)
        if at < 0:
            return False
        at += len(chunk)
    return True


def _match_tokens(tokens: _Tokens, name: str) -> bool:
    """As for a path: the last star is the one place to come back to."""
    at = on = 0
    retry: tuple[int, int] | None = None
    while on < len(name):
        token = tokens[at] if at < len(tokens) else None
        if token == _STAR:
            at += 1
            retry = (at, on)
        elif token is not None and token in (_ONE, ord(name[on])):
            at += 1
            on += 1
        elif retry is not None:
            at, on = retry[0], retry[1] + 1
            retry = (at, on)
        else:
            return False
    return all(token == _STAR for token in tokens[at:])
