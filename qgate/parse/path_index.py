"""Many patterns at once: the last one that matches a path, without asking each.

Every pattern is entered under something that a path it matches must have: the path itself, a
folder above it, a name in it, or three characters in a row. Of several such the rarest so far is
taken, so that a file whose patterns all begin with the same folder stays quick. What has no text
of its own, such as `?*`, is asked always.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from qgate.parse.path_pattern import PathPattern, compile_lenient, compile_pattern

_EVERYTHING: Final = frozenset({"*", "**", "/**", "**/*", "/**/*"})
# `docs`, `docs/`, `**/docs`; `*.md`.
_NAME: Final = re.compile(r"(?:/?\*\*/)?([^/*?\\]+)(/?)")
_ENDING: Final = re.compile(r"(?:/?\*\*/)?\*\.([^/*?\\.]+)")
_GRAM: Final = 3

_Numbers = list[int]
_Entries = dict[str, _Numbers]


class _Found(NamedTuple):
    """Patterns that match, the last of them (or -1), and those that may."""

    last: int
    proofs: tuple[_Numbers, ...]
    hints: tuple[_Numbers, ...]


_NOTHING: Final = _Found(-1, (), ())


def _found(proofs: Iterable[_Numbers | None], hints: Iterable[_Numbers | None]) -> _Found:
    """What of it is there, each list once."""
    sure = tuple({id(each): each for each in proofs if each}.values())
    unsure = tuple({id(each): each for each in hints if each}.values())
    if not sure and not unsure:
        return _NOTHING
    return _Found(max((each[-1] for each in sure), default=-1), sure, unsure)


class PathIndex:
    """Patterns in their order. The texts must have passed `path_pattern.refuse_invalid`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._patterns: dict[int, PathPattern] = {}
        # Proofs: nothing, the path, a folder above it, a name in it, a folder's name, an ending.
        self._everything: _Numbers = []
        self._place: _Entries = {}
        self._folder: _Entries = {}
        self._name: _Entries = {}
        self._folder_name: _Entries = {}
        self._ending: _Entries = {}
        # Hints, after which the pattern is asked.
        self._others: _Numbers = []
        self._below: _Entries = {}
        self._having: _Entries = {}
        self._gram: _Entries = {}
        # Of the same text twice only the later one can be the last.
        self._twins: dict[str, _Numbers] = {}
        for number, text in enumerate(texts):
            self._twins.setdefault(text, []).append(number)
        for number, text in enumerate(texts):
            if self._twins[text][-1] == number:
                self._enter(number, text)
        self._of_folders = {"": _found([self._everything], [self._others])}
        self._of_names: dict[str, _Found] = {}

    def last(self, path: str) -> int | None:
        """The number of the last pattern that matches, None if none does."""
        folder, _, name = path.rpartition("/")
        by_folder = self._of_folders.get(folder) or self._of_folder(folder)
        by_name = self._of_names.get(name) or self._of_name(name)
        last = max(by_folder.last, by_name.last, self._place.get(path, (-1,))[-1])
        for numbers in by_folder.hints + by_name.hints:
            for number in reversed(numbers):
                if number <= last:
                    break
                if self._pattern(number).matches(path):
                    last = number
                    break
        return None if last < 0 else last

    def all(self, path: str) -> list[int]:
        """The numbers of all that match, ascending."""
        folder, _, name = path.rpartition("/")
        by_folder, by_name = self._of_folder(folder), self._of_name(name)
        proofs = (*by_folder.proofs, *by_name.proofs, self._place.get(path, []))
        hints = (*by_folder.hints, *by_name.hints)
        found = {number for numbers in proofs for number in numbers}
        found |= {n for numbers in hints for n in numbers if self._pattern(n).matches(path)}
        return sorted(twin for number in found for twin in self._twins[self._texts[number]])

    def _pattern(self, number: int) -> PathPattern:
        pattern = self._patterns.get(number)
        if pattern is None:
            pattern = self._patterns[number] = compile_lenient(self._texts[number])
        return pattern

    def _enter(self, number: int, text: str) -> None:
        if text in _EVERYTHING:
            self._everything.append(number)
        elif entry := self._proof(text) or self._hint(self._pattern(number)):
            entries, key = entry
            entries.setdefault(key, []).append(number)
        else:
            self._others.append(number)

    def _proof(self, text: str) -> tuple[_Entries, str] | None:
        """Where most patterns go, none of which has to be compiled."""
        if match := _ENDING.fullmatch(text):
            return self._ending, match[1]
        if match := _NAME.fullmatch(text):
            return (self._folder_name if match[2] else self._name), match[1]
        if not set("*?\\").intersection(text) and "//" not in text:
            place = text.removeprefix("/")
            is_folder = place.endswith("/")
            return (self._folder, place[:-1]) if is_folder else (self._place, place)
        return None

    def _hint(self, pattern: PathPattern) -> tuple[_Entries, str] | None:
        keys = [(self._having, name) for name in pattern.literal_names]
        if folders := pattern.literal_folders:
            keys.append((self._below, "/".join(folders)))
        keys += [(self._gram, gram) for chunk in pattern.literal_chunks for gram in _grams(chunk)]
        return min(keys, key=lambda each: len(each[0].get(each[1], ())), default=None)

    def _of_folder(self, folder: str) -> _Found:
        """What a file may match by the folders above it alone."""
        new = []
        while (known := self._of_folders.get(folder)) is None:
            new.append(folder)
            folder = folder.rpartition("/")[0]
        for each in reversed(new):
            known = self._of_folders[each] = self._one_further(known, each)
        return known

    def _one_further(self, above: _Found, folder: str) -> _Found:
        name = folder.rpartition("/")[2]
        named = self._of_name(name)
        own = (self._folder_name.get(name), self._place.get(folder), self._folder.get(folder))
        below = self._below.get(folder)
        if named is _NOTHING and not below and not any(own):
            return above
        return _found(
            [*above.proofs, *named.proofs, *own],
            [*above.hints, *named.hints, below],
        )

    def _of_name(self, name: str) -> _Found:
        """What a path may match by one of its names alone."""
        known = self._of_names.get(name)
        if known is None:
            _, dot, ending = name.rpartition(".")
            known = self._of_names[name] = _found(
                [self._name.get(name), self._ending.get(ending) if dot else None],
                [
                    self._having.get(name),
                    *(self._gram[gram] for gram in self._gram.keys() & _grams(name)),
                ],
            )
        return known


def is_everything(pattern: str) -> bool:
    """Whether it is one of the ways to write "every file"."""
    return pattern in _EVERYTHING


def _grams(text: str) -> set[str]:
    """Every three characters in a row."""
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


class PathSet:
    """Several patterns at once. Raises `InvalidPattern`."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._index = PathIndex([compile_pattern(text).text for text in texts])

    def __contains__(self, path: str) -> bool:
        return self._index.last(path) is not None

    def among(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that a pattern matches, in their order."""
        return [path for path in paths if path in self]
