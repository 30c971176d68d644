"""Text from people as part of a document, so that it stays text and stays on its line."""

import re
import unicodedata
from typing import Final

# What begins a block of CommonMark where a line begins with it.
_BLOCK: Final = re.compile(r"(?:[#>\-+*=~`|_<\[\\]|\d{1,9}(?=[.)]))")
_COMMENT: Final = re.compile(r"(?<!\\)<(?=[!?])")
# What is more than a character in a heading: `_` inside of a word is not.
_ACTIVE: Final = re.compile(r"[\\`*\[\]<]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
# Closing `#`s of a heading are no part of it.
_CLOSING: Final = re.compile(r"(?:(?<=\s)|^)#(?=#*$)")
# What YAML does not take, beside the controls: a mark of byte order and what is no character.
_NO_TEXT: Final = frozenset("\ufeff\ufffe\uffff")


def one_line(text: str) -> str:
    """A text on one line: breaks, tabs and control characters become spaces, runs of them one."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    spaced = "".join(
        " " if each in _NO_TEXT or unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each
        for each in whole
    )
    return " ".join(spaced.split())


def heading(text: str) -> str:
    """One line as the source of a heading that is drawn as this very text."""
    return _CLOSING.sub(r"\\#", _ACTIVE.sub(r"\\\g<0>", one_line(text)))


def cell(text: str) -> str:
    """One line as a cell of a table; Markdown inside of it stays Markdown."""
    return _COMMENT.sub(r"\\<", one_line(text)).replace("|", r"\|")


def paragraph(text: str) -> str:
    """One line as a paragraph, whatever it begins with; Markdown inside of it stays Markdown."""
    plain = _COMMENT.sub(r"\\<", one_line(text))
    match = _BLOCK.match(plain)
    if match is None:
        return plain
    start = match[0]
    return f"{start}\\{plain[len(start) :]}" if start.isdigit() else f"\\{plain}"
