"""TOML whose strings know their lines, which tomllib does not tell.

A lexer finds every string that is a value and writes its line into it; tomllib then reads the
marked text. So a line is the parser's own truth: a table header inside a multi-line string, or
a name written with escapes, cannot point a finding at another line.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from qgate.errors import MalformedDependencies

# A character for private use. A file that has it gains nothing: ours is the first in a string.
_MARK: Final = "\ue000"
# tomllib takes cubic time for a key of many parts.
_MAX_DOTS: Final = 32
_TOKEN: Final = re.compile(
    r'(?P<string>"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+""""{0,2}'
    r"|'''(?:[^']++|'(?!''))*+''''{0,2}"
    r'|"(?!"")(?:[^"\\\n]++|\\[^\n])*+"'
    r"|'(?!'')[^'\n]*+')"
    r"|(?P<open>[\"'])|(?P<comment>#[^\n]*+)|(?P<sign>[\[\]{}=,.\n])|(?P<space>[ \t\r]++)"
    r"|(?P<word>[^\"'#\[\]{}=,.\s]++)|(?P<other>[\s\S])"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A string value and the 1-based line that it starts on."""

    value: str
    line: int


def load(path: str, text: str) -> dict[str, Any]:
    """The file's table, with `Text` for every string. Raises `MalformedDependencies`."""
    try:
        located: dict[str, Any] = _located(tomllib.loads("".join(_marked(text))))
    except (ValueError, RecursionError) as error:
        # The columns are those of the marked text.
        said = re.sub(r", column \d+", "", str(error))
        raise MalformedDependencies(f"{path} is not valid TOML: {said}") from error
    return located


def listed(value: Any) -> list[Any]:
    """An array. Raises `TypeError` for anything else: an empty table must not read as none."""
    if not isinstance(value, list):
        raise TypeError(f"an array was expected, not {type(value).__name__}")
    return value


def _located(value: Any) -> Any:
    match value:
        case dict():
            return {key: _located(each) for key, each in value.items()}
        case list():
            return [_located(each) for each in value]
        case str():
            _, line, content = value.split(_MARK, 2)
            return Text(content, int(line))
    return value


def _marked(text: str) -> Iterator[str]:
    """The text's tokens, those of string values with their lines inside."""
    line, dots = 1, 0
    before = "\n"
    brackets: list[str] = []
    for token in _TOKEN.finditer(text):
        kind, said = token.lastgroup, token[0]
        if kind == "open":
            raise ValueError(f"a string that does not end (at line {line})")
        if kind == "string" and (before == "=" or brackets[-1:] == ["["]):
            quotes = 3 if said.startswith(('"""', "'''")) else 1
            yield f"{said[:quotes]}{_MARK}{line}{_MARK}{said[quotes:]}"
        else:
            yield said
        line += said.count("\n")
        if kind == "sign":
            _nest(brackets, said, before)
            dots = dots + 1 if said == "." else 0
            if dots > _MAX_DOTS:
                raise ValueError(f"a key of more than {_MAX_DOTS} parts (at line {line})")
        if kind in {"sign", "string", "word", "other"}:
            before = said


def _nest(brackets: list[str], sign: str, before: str) -> None:
    """Keep what is open: `h` for a table's header, `[` for an array, `{` for an inline table."""
    match sign:
        case "[" if (not brackets and before == "\n") or brackets[-1:] == ["h"]:
            brackets.append("h")
        case "[" | "{":
            brackets.append(sign)
        case "]" | "}":
            del brackets[-1:]
