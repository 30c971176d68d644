"""The one path dialect of qgate: GitHub's CODEOWNERS patterns.

Matching is iterative, segment by segment and within a segment: a pattern written by an
untrusted author costs at most its length times the path's. The rules are those of
docs/reference/path-patterns.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

_ANY: Final = "**"  # a segment of a compiled pattern: zero or more directories
_STAR: Final = -1  # tokens inside a segment, beside the code points of literal characters
_ONE: Final = -2

_Segment = tuple[int, ...] | str
T = TypeVar("T", int, _Segment)


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


def first_match(patterns: Iterable[PathPattern], path: str) -> PathPattern | None:
    """The first pattern that matches, if one does."""
    return next((pattern for pattern in patterns if pattern.matches(path)), None)


class PathSet:
    """Several patterns at once; `*.py` and its kin cost a comparison of text."""

    def __init__(self, texts: Iterable[str]) -> None:
        patterns = [compile_pattern(text) for text in texts]
        simple = {_plain(each.text)[1:] for each in patterns if _is_suffix(each.text)}
        self._suffixes = tuple(simple)
        self._below = tuple(f"{suffix}/" for suffix in simple)
        self._others = [each for each in patterns if not _is_suffix(each.text)]

    def __contains__(self, path: str) -> bool:
        if path.endswith(self._suffixes) or any(part in path for part in self._below):
            return True
        return first_match(self._others, path) is not None

    def among(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that a pattern matches, in their order."""
        return [path for path in paths if path in self]


def _plain(text: str) -> str:
    """A pattern without what says "in any folder", which one without a slash means anyhow."""
    return text.removeprefix("/").removeprefix("**/") if text.startswith(("/**/", "**/")) else text


def _is_suffix(text: str) -> bool:
    """Whether a pattern is a star and a literal ending, in any folder."""
    text = _plain(text)
    return text.startswith("*.") and not set("*?\\/").intersection(text[1:])


def compile_pattern(text: str) -> PathPattern:
    """Compile a pattern. Raises `InvalidPattern`."""
    _refuse_invalid(text)
    body = text.strip("/") if text.endswith("/") else text.removeprefix("/")
    anchored = "/" in text[:-1]
    parts = body.split("/")
    segments: list[_Segment] = [] if anchored else [_ANY]
    segments += [_ANY if part == "**" else _tokens(part) for part in parts]
    if text == "**/":
        # Any directory, and everything below it.
        segments = [(_STAR,), (_STAR,), _ANY]
    elif text.endswith("/"):
        # Everything below, not a file of that name.
        segments += [(_STAR,), _ANY]
    elif len(parts) > 1 and parts[-1] == "**":
        segments[-1:] = [(_STAR,), _ANY]
    elif parts[-1] != "*":
        # A pattern also owns what is below a directory of its name; GitHub's exception is a
        # last segment of exactly `*`, which means direct children.
        segments.append(_ANY)
    return PathPattern(text, tuple(segments))


def _refuse_invalid(text: str) -> None:
    if text in {"", "/"}:
        raise InvalidPattern("an empty pattern matches nothing", 1)
    if text.startswith("!"):
        raise InvalidPattern("a leading `!` (negation) is not supported", 1)
    if text.startswith("\\#"):
        raise InvalidPattern("a leading `\\#` is not supported", 1)
    _refuse_classes(text)
    if "//" in text:
        raise InvalidPattern("an empty segment `//` matches nothing", text.index("//") + 1)
    column = 1
    for part in text.split("/"):
        if "**" in part and part != "**":
            raise InvalidPattern("`**` stands for whole directories, between slashes", column)
        column += len(part) + 1
    if text.endswith("/**/"):
        raise InvalidPattern("`**/` at the end: write `/**`", len(text) - 2)


def _refuse_classes(text: str) -> None:
    escaped = False
    for column, character in enumerate(text, 1):
        if not escaped and character in "[]":
            raise InvalidPattern("character classes are not supported; escape with `\\`", column)
        escaped = character == "\\" and not escaped
    if escaped:
        raise InvalidPattern("the pattern ends in a lone `\\`", len(text))


def _tokens(part: str) -> _Segment:
    """A segment without wildcards as text, any other as its tokens."""
    if not set("*?\\").intersection(part):
        return part
    tokens = []
    escaped = False
    for character in part:
        if escaped:
            tokens.append(ord(character))
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            tokens.append({"*": _STAR, "?": _ONE}.get(character, ord(character)))
    return tuple(tokens)


def _match_path(segments: tuple[_Segment, ...], path: list[str]) -> bool:
    return _match(segments, path, _ANY, _match_segment)


def _match_segment(tokens: _Segment, name: str) -> bool:
    if isinstance(tokens, str):
        return tokens == name
    last = tokens[-1]
    if last >= 0 and not (name and last == ord(name[-1])):
        return False
    return _match(tokens, name, _STAR, _match_character)


def _match_character(token: int, character: str) -> bool:
    return token in (_ONE, ord(character))


def _match(
    pattern: Sequence[T], items: Sequence[str], many: T, accepts: Callable[[T, str], bool]
) -> bool:
    """Two pointers and one place to come back to: the last `many`, which stands for any run."""
    at = on = 0
    retry: tuple[int, int] | None = None
    while on < len(items):
        if at < len(pattern) and pattern[at] == many:
            at += 1
            retry = (at, on)
        elif at < len(pattern) and accepts(pattern[at], items[on]):
            at += 1
            on += 1
        elif retry is not None:
            at, on = retry[0], retry[1] + 1
            retry = (at, on)
        else:
            return False
    return all(part == many for part in pattern[at:])
