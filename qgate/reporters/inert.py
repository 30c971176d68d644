"""Text from outside made harmless: paths and source lines are written by strangers."""

import re
from typing import Final

# C0 and C1 controls (ANSI sequences begin with one), the line and paragraph separators, and the
# characters that turn the reading direction or hide (Unicode TR 9 and TR 36).
_ACTIVE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

_COMMAND: Final = re.compile(r"^([^\S\n]*)(::)|##\[", re.MULTILINE)

_LAST_BYTE: Final = 0xFF
_SURROGATE_ESCAPES: Final = range(0xDC80, 0xDD00)  # each stands for one byte of a path


def inert(text: str) -> str:
    r"""One line in which every control character is spelled out, such as `\x1b`.

    Bytes of a path that are not UTF-8 show as `\\xNN`; a tab becomes a space.
    """
    # What Python calls printable has none of these, and is known thirty times as soon.
    return text if text.isprintable() else _ACTIVE.sub(_spelled, text.replace("\t", " "))


def inert_lines(text: str) -> str:
    """The same for several lines."""
    return text if text.isprintable() else "\n".join(map(inert, text.split("\n")))


def logged(text: str) -> str:
    """Lines that a CI service does not take for commands: GitHub's `::` and `##[`.

    A runner looks for `::` at a line's start, blanks aside, and for `##[` everywhere.
    """
    if "::" not in text and "##[" not in text:
        return text
    return _COMMAND.sub(lambda match: f"{match[1]}\\x3a:" if match[2] else "#\\x23[", text)


def logged_json(text: str) -> str:
    """JSON without `##[`, wherever a log of GitHub's would take it for a command; equal to JSON."""
    return text.replace("##[", "#\\u0023[")


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _SURROGATE_ESCAPES:
        code -= 0xDC00
    return f"\\u{code:04x}" if code > _LAST_BYTE else f"\\x{code:02x}"
