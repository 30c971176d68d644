"""The elements of a Cobertura document, or of a part of one, to roots and lines by file.

Elements and attributes are those of cobertura's coverage-04.dtd. Writers differ: coverlet says
`branch="True"`, gcovr repeats a line for each template instance, Java has a class for each
inner class and most list a method's lines twice; all that is said of one file name is joined.
"""

import mmap
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import xml_events

ROOT: Final = "coverage"

# Eighteen digits keep a line number within the 64 bits it is stored in.
_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,17}")
_HITS: Final = re.compile(r"[0-9]+")
_CONDITIONS: Final = re.compile(r"\(([0-9]{1,9})/([0-9]{1,9})\)")


@dataclass(slots=True)
class Lines:
    """What the `line` elements seen so far say about one file.

    `seen` holds a line that ran as its number and one that did not as the negative of it:
    8 bytes each, for the reports that have to be read whole.
    """

    path: str
    seen: "array[int]" = field(default_factory=lambda: array("q"))
    exits: dict[int, Exits] = field(default_factory=dict)

    def add(self, attributes: Mapping[str, str]) -> None:
        """Note one `line` element. Raises `MalformedReport`."""
        number = self._checked(attributes, "number", _NUMBER)
        hits = self._checked(attributes, "hits", _HITS)
        line = int(number)
        self.seen.append(line if hits.strip("0") else -line)
        conditions = attributes.get("condition-coverage", "")
        if conditions and attributes.get("branch", "").lower() == "true":
            self._add_exits(line, conditions)

    def _checked(self, attributes: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
        value = attributes.get(name, "")
        if form.fullmatch(value) is None:
            raise MalformedReport(f"{self.path!r} has a line whose {name} is {value[:40]!r}")
        return value

    def _add_exits(self, line: int, conditions: str) -> None:
        counts = _CONDITIONS.search(conditions)
        if counts is None or int(counts[1]) > int(counts[2]):
            raise MalformedReport(
                f"{self.path!r} has a line whose condition-coverage is {conditions[:40]!r}"
            )
        taken, total = int(counts[1]), int(counts[2])
        if known := self.exits.get(line):
            # Exits are counted, not named: the larger counts are all that is certain.
            taken, total = max(taken, known.taken), max(total, known.total)
        if total:
            self.exits[line] = Exits(taken=taken, total=total)

    def coverage(self) -> FileCoverage:
        """Sum up the file; a line ran if any element says so."""
        executed = frozenset(line for line in self.seen if line > 0)
        missing = frozenset(-line for line in self.seen if line < 0) - executed
        return FileCoverage(
            path=self.path, executed=executed, missing=missing, exits=dict(self.exits)
        )


@dataclass(slots=True)
class Reader:
    """Gathers the roots, the files and the number of `class` elements of what it reads."""

    roots: list[str] = field(default_factory=list)
    files: dict[str, Lines] = field(default_factory=dict)
    classes: int = 0
    _inside: Lines | None = None
    _is_in_method: bool = False
    _has_own_lines: bool = False
    _of_methods: list[dict[str, str]] = field(default_factory=list)
    _source: list[str] | None = None
    _has_root: bool = False

    def read(self, data: bytes | mmap.mmap) -> None:
        """Read `data` to its end. Raises `MalformedReport`."""
        xml_events.parse(data, start=self._start, end=self._end, text=self._text)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._has_root and name != ROOT:
            raise MalformedReport(f"not a Cobertura report: its root element is {name[:40]!r}")
        if self._source is not None:
            raise MalformedReport(f"a source of the Cobertura report holds a {name[:40]!r} element")
        self._has_root = True
        if name == "line":
            self._line(attributes)
        elif name == "method":
            self._is_in_method = True
        elif name == "class":
            self._open(attributes)
        elif name == "source" and self._inside is None:
            self._source = []

    def _line(self, attributes: Mapping[str, str]) -> None:
        if self._inside is None:
            return
        if self._is_in_method:
            self._of_methods.append(dict(attributes))
        else:
            self._has_own_lines = True
            self._inside.add(attributes)

    def _open(self, attributes: Mapping[str, str]) -> None:
        path = attributes.get("filename")
        if path is None:
            raise MalformedReport("the Cobertura report has a class without a filename")
        if self._inside is not None:
            raise MalformedReport(f"a class of {path!r} lies inside another class")
        self.classes += 1
        self._has_own_lines = False
        self._of_methods.clear()
        self._inside = self.files.setdefault(path, Lines(path))

    def _end(self, name: str) -> None:
        if name == "class" and self._inside is not None:
            # A class lists all its lines itself; what its methods list is the same again, but
            # istanbul's name the heads of functions, which are no statements.
            for attributes in () if self._has_own_lines else self._of_methods:
                self._inside.add(attributes)
            self._inside = None
        elif name == "method":
            self._is_in_method = False
        elif name == "source" and self._source is not None:
            if root := "".join(self._source).strip():
                self.roots.append(root)
            self._source = None

    def _text(self, text: str) -> None:
        if self._source is not None:
            self._source.append(text)
