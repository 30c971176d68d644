"""A title as part of a file's name: letters and digits of any language, parted by hyphens."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

_MOST: Final = 60
# A file's name has at most 255 bytes, and a prefix, a number or a date stand in it too.
_MOST_BYTES: Final = 180


def slug(title: str, otherwise: str = "untitled") -> str:
    """At most 60 characters, whole words where that leaves any; never a path, a dot or a space.

    Accents of Latin letters are taken off, letters of other scripts stay with their marks. A title
    without letters or digits gives `otherwise`.
    """
    words = list(_words(title))
    text = ""
    for word in words:
        longer = f"{text}-{word}" if text else word
        if not _fits(longer):
            break
        text = longer
    return text or (_cut(words[0]) if words else otherwise)


def _words(title: str) -> Iterator[str]:
    characters = _plain(unicodedata.normalize("NFC", title.casefold()))
    for is_word, group in groupby(characters, key=_is_part):
        # Marks without a letter before them belong to none.
        word = "".join(group) if is_word else ""
        while word and not word[0].isalnum():
            word = word[1:]
        if word:
            yield word


def _plain(text: str) -> Iterator[str]:
    """The characters of a text, Latin letters without what is above and below them."""
    after_latin = False
    for character in text:
        if after_latin and unicodedata.combining(character):
            continue
        base = unicodedata.normalize("NFKD", character).casefold()
        after_latin = base[:1].isascii() and base[:1].isalnum()
        if after_latin:
            yield from (each for each in base if not unicodedata.combining(each))
        else:
            yield character


def _is_part(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}


def _fits(text: str) -> bool:
    return len(text) <= _MOST and len(text.encode("utf-8", "replace")) <= _MOST_BYTES


def _cut(word: str) -> str:
    while not _fits(word):
        word = word[:-1]
    return word
