"""Clover XML, as OpenClover, PHPUnit, gcovr and istanbul (so jest, nyc and vitest) write it.

The shape is that of clover.xsd in OpenClover's sources; the writers differ from it and from
each other, so what a line element says is read like this:

- `stmt`, or no known type: the line ran if `count` is above 0.
- `cond`: two exits, taken where `truecount` and `falsecount` are above 0. OpenClover writes no
  `count` here (diff-cover 11.0.1 takes that for a miss): the line ran if either is above 0.
  istanbul means something else by the same names, see `_ISTANBUL_VERSION`.
- `method`: a line of its own only where no other element has its number and `count` is there.
  PHPUnit writes it in place of the statement on that line, OpenClover beside it. Codecov and
  diff-cover count it as a line too.

Several elements for one line (two statements, two conditions) add up: the line ran if one
did, its exits are those of all its conditions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage, ParsedReport
from qgate.parse import xml_lines

FORMAT: Final = "clover"
# istanbul-reports writes branches covered as `truecount` and branches missed as `falsecount`,
# always under this version and project name (its lib/clover/index.js). Read the other way,
# a line with one branch of two taken would look complete.
_ISTANBUL_VERSION: Final = "3.2.0"
_ISTANBUL_PROJECT: Final = "all files"


@dataclass(slots=True)
class _File:
    """The file that is being read; counts by line."""

    path: str
    counts: dict[int, int] = field(default_factory=dict)
    methods: dict[int, int] = field(default_factory=dict)
    exits: dict[int, Exits] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    """The state between two XML events."""

    files: dict[str, FileCoverage] = field(default_factory=dict)
    file: _File | None = None
    version: str | None = None
    has_project: bool = False
    is_istanbul: bool = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element's start."""
        if self.version is None:
            if name != "coverage":
                raise MalformedReport(f"not a Clover report: its root is <{name}>")
            self.version = attributes.get("clover", "")
        elif name == "project":
            self.has_project = True
            self.is_istanbul = (
                self.version == _ISTANBUL_VERSION
                and attributes.get("name", "").casefold() == _ISTANBUL_PROJECT
            )
        elif name == "file":
            self._open(attributes)
        elif name == "line":
            self._line(attributes)

    def end(self, name: str) -> None:
        """Take an element's end."""
        if name == "file" and self.file is not None:
            coverage = _coverage(self.file)
            known = self.files.get(coverage.path)
            self.files[coverage.path] = xml_lines.union(known, coverage) if known else coverage
            self.file = None

    def _open(self, attributes: Mapping[str, str]) -> None:
        if self.file is not None:
            raise MalformedReport(f"not a Clover report: a <file> inside of {self.file.path!r}")
        # PHPUnit's `name` is the whole path, and it writes no `path`.
        path = attributes.get("path") or attributes.get("name")
        if not path:
            raise MalformedReport("not a Clover report: a <file> without path and name")
        self.file = _File(path)

    def _line(self, attributes: Mapping[str, str]) -> None:
        if self.file is None:
            raise MalformedReport("not a Clover report: a <line> outside of any <file>")
        where = f"a <line> of {self.file.path!r}"
        line = xml_lines.line_number(attributes, "num", where)
        match attributes.get("type"):
            case "method":
                if "count" in attributes:
                    _raise_to(self.file.methods, line, xml_lines.number(attributes, "count", where))
                return
            case "cond" if "truecount" in attributes or "count" not in attributes:
                self._condition(self.file, line, attributes, where)
            case _:
                _raise_to(self.file.counts, line, xml_lines.number(attributes, "count", where))

    def _condition(self, file: _File, line: int, attributes: Mapping[str, str], where: str) -> None:
        true = xml_lines.number(attributes, "truecount", where)
        false = xml_lines.number(attributes, "falsecount", where)
        has_count = "count" in attributes
        count = xml_lines.number(attributes, "count", where) if has_count else true + false
        _raise_to(file.counts, line, count)
        taken, total = (true, true + false) if self.is_istanbul else ((true > 0) + (false > 0), 2)
        before = file.exits.get(line, Exits(0, 0))
        file.exits[line] = Exits(before.taken + taken, before.total + total)


def parse(data: bytes) -> ParsedReport:
    """The files of the report, by their `path`, or their `name` where they have no path.

    Raises `MalformedReport` where it is not well-formed or not of Clover's shape, or where one
    path comes twice with different lines.
    """
    reader = _Reader()
    xml_lines.read(data, start=reader.start, end=reader.end)
    if not reader.has_project:
        raise MalformedReport("not a Clover report: it has no <project>")
    return ParsedReport(format=FORMAT, files=reader.files)


def _raise_to(counts: dict[int, int], line: int, count: int) -> None:
    counts[line] = max(counts.get(line, 0), count)


def _coverage(file: _File) -> FileCoverage:
    counts = file.methods | file.counts
    return FileCoverage(
        path=file.path,
        executed=frozenset(line for line, count in counts.items() if count),
        missing=frozenset(line for line, count in counts.items() if not count),
        exits=file.exits,
    )
