r"""Text from outside made inert in Markdown as GitHub renders it.

Escapes do not do for all: GitHub looks for mentions, references and addresses in the *rendered*
text, where `\@` and `&#64;` are an `@` again. It never looks into code spans. So a word that could
become a link, a picture or a formula is shown as code, and the rest of a sentence is escaped
(CommonMark 0.31, GitHub Flavored Markdown 0.29, and GitHub's own references, emoji and formulas).
"""

import html
import re
from functools import lru_cache
from typing import Final

from qgate.reporters.inert import inert, logged

MOST: Final = 500
"""Characters of one text that are shown, unless asked otherwise; the JSON report has all."""

# A word that GitHub makes something of: mentions, e-mail, `@scope/name`; addresses; `#1`, `GH-1`
# and the like, which a repository may define for itself; ids of commits; `:emoji:`; `$formula$`.
_ACTIVE: Final = re.compile(
    r"@|://|\$|www\.|\#\d|[a-z]-\d|\b[0-9a-f]{7,64}\b|:[\w+-]+(?::|\s|$)",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"(`[^`]+`)")
_WORDS: Final = re.compile(r"(\s+)")
_ESCAPED: Final = str.maketrans(
    {
        **{each: f"\\{each}" for each in "\\*_[]#~"},
        **{each: f"&#{ord(each)};" for each in "`&<>"},
    }
)
# What begins a list, an underline of a heading, or a fence at a line's start.
_BEGINNING: Final = re.compile(r"^(\d*)([-+=.)])(?=\s|[-+=]|$)")


def prose(text: str, most: int = MOST) -> str:
    """One line of Markdown that shows a text and does nothing else; in a table it goes in `cell`.

    What stands between backticks is shown as code, as its author meant it; lines are parted by
    `<br>`.
    """
    return _prose(clipped(text, most))


def code(text: str, most: int = MOST) -> str:
    """The text as a code span, nothing for an empty one; in a table it goes in `cell`."""
    return _code(clipped(text, most))


def cell(markdown: str) -> str:
    """Markdown of this module as a table's cell: there a bar ends the cell, in code too."""
    return markdown.replace("|", "\\|")


def tag(text: str, most: int = MOST) -> str:
    """The text for inside of an HTML block, such as `<summary>`, where Markdown is not read."""
    return f"<code>{html.escape(one_line(clipped(text, most)))}</code>"


def one_line(text: str) -> str:
    """What is inert at a terminal and in a log, without blanks at the ends."""
    return logged(inert(text).strip())


def counted(number: int, noun: str) -> str:
    """Such as `1 file` or `1,200 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def clipped(text: str, most: int) -> str:
    """The beginning of a text that is longer than `most` characters, with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


# A run says the same of many lines, and many things of the same files.
@lru_cache(maxsize=1024)
def _prose(text: str) -> str:
    return "<br>".join(_line(one_line(line)) for line in text.split("\n"))


@lru_cache(maxsize=4096)
def _code(text: str) -> str:
    return _span(one_line(text.replace("\n", " ")))


def _line(text: str) -> str:
    shown = _mixed(text) if "`" in text or _ACTIVE.search(text) else text.translate(_ESCAPED)
    return _BEGINNING.sub(r"\1\\\2", shown)


def _mixed(text: str) -> str:
    """Words as code where they are quoted, or would do something."""
    parts: list[tuple[bool, str]] = []
    for quoted in _QUOTED.split(text):
        is_code = len(quoted) > 1 and quoted.startswith("`") and quoted.endswith("`")
        words = [quoted[1:-1]] if is_code else _WORDS.split(quoted)
        for word in words:
            _add(parts, word, is_code=is_code or bool(_ACTIVE.search(word)))
    return "".join(_span(part) if is_code else part.translate(_ESCAPED) for is_code, part in parts)


def _add(parts: list[tuple[bool, str]], word: str, *, is_code: bool) -> None:
    """Append a word; code after code is one span, for two would share their backticks."""
    if parts and parts[-1][0] is is_code:
        parts[-1] = (is_code, parts[-1][1] + word)
    elif word:
        parts.append((is_code, word))


def _span(text: str) -> str:
    """Backticks around it, one more than it has in a row anywhere."""
    if not text:
        return ""
    if "`" not in text:
        return f"`{text}`"
    longest = max(map(len, re.findall("`+", text)))
    fence = "`" * (longest + 1)
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"
