"""JaCoCo XML: instructions and branches by line, as JaCoCo's report.dtd 1.1 describes them.

A line that ran in part ran: JaCoCo counts bytecode instructions, and one unreached instruction
(the other half of a `?:`) says nothing that the branch counts do not say better. A line with
no instruction at all is no statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage, ParsedReport
from qgate.parse import xml_lines

FORMAT: Final = "jacoco"


@dataclass(slots=True)
class _Line:
    """Counts of one line; should it come twice, both counts belong to it."""

    missed: int = 0
    covered: int = 0
    missed_branches: int = 0
    covered_branches: int = 0


@dataclass(slots=True)
class _Reader:
    """The state between two XML events; `path` is that of the open source file."""

    files: dict[str, FileCoverage] = field(default_factory=dict)
    has_root: bool = False
    package: str | None = None
    path: str | None = None
    lines: dict[int, _Line] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element's start."""
        if not self.has_root:
            if name != "report":
                raise MalformedReport(f"not a JaCoCo report: its root is <{name}>")
            self.has_root = True
        elif name == "package":
            self.package = xml_lines.text(attributes, "name", "a <package>")
        elif name == "sourcefile":
            self._open(attributes)
        elif name == "line":
            self._line(attributes)

    def end(self, name: str) -> None:
        """Take an element's end."""
        if name == "package":
            self.package = None
        elif name == "sourcefile" and self.path is not None:
            coverage = _coverage(self.path, self.lines)
            known = self.files.get(self.path)
            self.files[self.path] = xml_lines.union(known, coverage) if known else coverage
            self.path = None

    def _open(self, attributes: Mapping[str, str]) -> None:
        if self.package is None or self.path is not None:
            raise MalformedReport("not a JaCoCo report: a <sourcefile> out of place")
        name = xml_lines.text(attributes, "name", "a <sourcefile>")
        # Java's unnamed package has the name "".
        self.path = f"{self.package}/{name}" if self.package else name
        self.lines = {}

    def _line(self, attributes: Mapping[str, str]) -> None:
        if self.path is None:
            raise MalformedReport("not a JaCoCo report: a <line> outside of any <sourcefile>")
        where = f"a <line> of {self.path!r}"
        line = self.lines.setdefault(xml_lines.line_number(attributes, "nr", where), _Line())
        line.missed += xml_lines.number(attributes, "mi", where)
        line.covered += xml_lines.number(attributes, "ci", where)
        if "mb" in attributes or "cb" in attributes:
            line.missed_branches += xml_lines.number(attributes, "mb", where)
            line.covered_branches += xml_lines.number(attributes, "cb", where)


def parse(data: bytes) -> ParsedReport:
    """The files of the report as `package/sourcefile`; the source root is not in the report.

    Raises `MalformedReport` where it is not well-formed or not of JaCoCo's shape, or where two
    groups (modules) have one path with different lines.
    """
    reader = _Reader()
    xml_lines.read(data, start=reader.start, end=reader.end)
    return ParsedReport(format=FORMAT, files=reader.files)


def _coverage(path: str, lines: Mapping[int, _Line]) -> FileCoverage:
    executed = frozenset(number for number, line in lines.items() if line.covered)
    statements = frozenset(number for number, line in lines.items() if line.covered or line.missed)
    return FileCoverage(
        path=path,
        executed=executed,
        missing=statements - executed,
        exits={
            number: Exits(line.covered_branches, line.covered_branches + line.missed_branches)
            for number, line in lines.items()
            if number in statements and line.covered_branches + line.missed_branches
        },
    )
