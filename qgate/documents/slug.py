"""A title as part of a file's name: letters and digits of any language, parted by hyphens."""

import re
import unicodedata
from typing import Final

_MOST: Final = 60
_APART: Final = re.compile(r"[^\w]+|_+")


def slug(title: str, otherwise: str = "untitled") -> str:
    """At most 60 characters, whole words where that leaves any; never a path, a dot or a space.

    Accents of Latin letters are taken off, letters of other scripts stay. A title without letters
    or digits gives `otherwise`.
    """
    plain = "".join(map(_plain, unicodedata.normalize("NFC", title.casefold())))
    words = [word for word in _APART.split(plain) if word]
    text = ""
    for word in words:
        longer = f"{text}-{word}" if text else word
        if len(longer) > _MOST:
            break
        text = longer
    return text or (words[0][:_MOST] if words else otherwise)


def _plain(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)
    if base[:1].isascii() and base[:1].isalpha():
        return "".join(each for each in base if not unicodedata.combining(each))
    return character
