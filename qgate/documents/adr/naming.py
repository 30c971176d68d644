"""Names of records: `NNNN-slug.md` of adr-tools and MADR, `YYYYMMDD-slug.md` of log4brains."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from qgate.documents.slug import slug

_NAME: Final = re.compile(r"(\d+)(?:[-_. ]+(.*))?\.md")
_DAY_DIGITS: Final = 8
_USUAL_WIDTH: Final = 4
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_ESCAPE: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_LEADING_NUMBER: Final = re.compile(r"(?<=\d)\.(?=\s)")
_CLOSING: Final = re.compile(r"(?:(?<=\s)|^)#(?=#*$)")


@dataclass(frozen=True, slots=True)
class Name:
    """A file's name in parts: `digits` as they are written, or `day` of a dated one, and `slug`."""

    digits: str = ""
    day: str = ""
    slug: str = ""

    @property
    def number(self) -> int | None:
        """The number, decimal also with leading zeros; None for a dated name or none."""
        return int(self.digits) if self.digits else None


def parts(path: str) -> Name:
    """The parts of a file's name; eight digits that are a day of the calendar are a day."""
    name = PurePosixPath(path).name
    match = _NAME.fullmatch(name)
    if match is None:
        return Name(slug=name.removesuffix(".md"))
    digits, rest = match[1], match[2] or ""
    if len(digits) == _DAY_DIGITS and _is_day(digits):
        return Name(day=digits, slug=rest)
    return Name(digits=digits, slug=rest)


def next_digits(names: Iterable[str]) -> str:
    """The digits after the highest, as wide as those; four where there are none yet."""
    numbered = [each for each in map(parts, names) if each.digits]
    if not numbered:
        return "1".zfill(_USUAL_WIDTH)
    highest = max(numbered, key=lambda each: (int(each.digits), len(each.digits)))
    return str(int(highest.digits) + 1).zfill(len(highest.digits))


def are_dated(names: Iterable[str]) -> bool:
    """Whether the records are named by their days, all of them."""
    found = [each for each in map(parts, names) if each.digits or each.day]
    return bool(found) and all(each.day for each in found)


def file_name(prefix: str, title: str) -> str:
    """The name of a record with this number or day, and title."""
    return f"{prefix}-{slug(title, 'record')}.md"


def plain(title: str) -> str:
    """A title on one line, blanks at the ends and between words made one; may be empty."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", title).split())


def escaped(title: str, *, is_first: bool = False) -> str:
    """A plain title as the source of a heading: what Markdown would take for more is escaped.

    With `is_first` nothing stands before it in the heading, so a number is kept from being one.
    """
    text = _ESCAPE.sub(r"\\\\", title)
    text = _TAG.sub(r"\\<", _ENTITY.sub(r"\\&", text))
    if "](" in text or "][" in text:
        text = text.replace("[", r"\[")
    text = _CLOSING.sub(r"\\#", text)
    return _LEADING_NUMBER.sub(r"\\.", text, count=1) if is_first and text[:1].isdigit() else text


def unescaped(source: str) -> str:
    """The title that a heading's source means, code spans and emphasis left as they are."""
    return _ESCAPED.sub(r"\1", source)


def link_text(source: str) -> str:
    """A heading's source inside of a link's brackets."""
    text = re.sub(r"(?<!\\)((?:\\\\)*)([\[\]])", r"\1\\\2", source)
    return text + "\\" if re.search(r"(?<!\\)(?:\\\\)*\\$", text) else text


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
