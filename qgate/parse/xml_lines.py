"""What the readers of Clover and JaCoCo share: whole numbers, and two accounts of one file."""

import re
from collections.abc import Mapping
from typing import Final

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import xml_events

_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def read(data: bytes, *, start: xml_events.Start, end: xml_events.End) -> None:
    """Call `start` and `end` for each element of a report.

    Raises `MalformedReport` where it is empty or `xml_events.parse` refuses it.
    """
    if not data.strip():
        raise MalformedReport("the XML report is empty")
    xml_events.parse(data, start=start, end=end)


def text(attributes: Mapping[str, str], name: str, where: str) -> str:
    """An attribute that must be there; `where` says whose it is, for the error."""
    value = attributes.get(name)
    if value is None:
        raise MalformedReport(f"{where} has no attribute {name!r}")
    return value


def number(attributes: Mapping[str, str], name: str, where: str) -> int:
    """A count from 0 up. Raises `MalformedReport` where it is missing or no whole number."""
    value = text(attributes, name, where)
    # int() would also take a sign, blanks, underscores and digits of other scripts.
    if not _NUMBER.fullmatch(value):
        raise MalformedReport(f"{where} has {name}={value[:40]!r}, which is no whole number")
    return int(value)


def line_number(attributes: Mapping[str, str], name: str, where: str) -> int:
    """A line from 1 up. Raises `MalformedReport` otherwise."""
    line = number(attributes, name, where)
    if line == 0:
        raise MalformedReport(f"{where} has {name}='0'; lines count from 1")
    return line


def union(first: FileCoverage, second: FileCoverage) -> FileCoverage:
    """Two accounts of one path in one report: a line that ran in either ran.

    Exits are counted there, not named, so the larger count is all that is certain. Raises
    `MalformedReport` where the statements differ: two files then share the path, or two
    versions of one.
    """
    if first.statements != second.statements:
        raise MalformedReport(f"the report has two files {first.path!r} with different lines")
    executed = first.executed | second.executed
    return FileCoverage(
        path=first.path,
        executed=executed,
        missing=(first.statements or frozenset()) - executed,
        exits={
            line: _larger(first.exits.get(line), second.exits.get(line))
            for line in sorted(first.exits.keys() | second.exits.keys())
        },
    )


def _larger(first: Exits | None, second: Exits | None) -> Exits:
    both = [exits for exits in (first, second) if exits is not None]
    return Exits(max(exits.taken for exits in both), max(exits.total for exits in both))
