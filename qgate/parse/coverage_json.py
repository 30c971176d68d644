"""coverage.py's JSON report (`coverage json`), formats 1 to 3.

The keys are those that coverage/jsonreport.py of coverage.py 7.17 writes. Format 1 had no
`meta.format`; 2 added it; 3 added functions and classes, which repeat what the file says and
are not read. A later format is refused until someone has looked at what it changed.

Only branch transitions are in this report, not every executed one, so `arcs` stays None.
"""

from collections import Counter
from typing import Annotated, Final

import msgspec

from qgate.errors import MalformedReport
from qgate.model.coverage import Arc, Exits, FileCoverage, ParsedReport

FORMAT: Final = "coverage-json"
_NEWEST: Final = 3

_Line = Annotated[int, msgspec.Meta(ge=1)]


class _Meta(msgspec.Struct, frozen=True):
    """`branch_coverage` is in every format; its absence tells another tool's JSON."""

    branch_coverage: bool
    format: Annotated[int, msgspec.Meta(ge=1)] = 1


class _File(msgspec.Struct, frozen=True):
    """One file. The branch lists are there with branch data only, and since coverage.py 6.5."""

    executed_lines: frozenset[_Line]
    missing_lines: frozenset[_Line]
    excluded_lines: frozenset[_Line]
    executed_branches: frozenset[tuple[_Line, int]] = frozenset()
    missing_branches: frozenset[tuple[_Line, int]] = frozenset()


class _Report(msgspec.Struct, frozen=True):
    meta: _Meta
    files: dict[str, _File]


def parse(data: bytes) -> ParsedReport:
    """The files of the report, under the names it gives them.

    Raises `MalformedReport` where the text is not JSON, is cut off, lacks a key that every
    format has, or names a line below 1.
    """
    if not data.strip():
        raise MalformedReport("the coverage JSON report is empty")
    try:
        report = msgspec.json.decode(data, type=_Report)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedReport(f"not a coverage.py JSON report, or cut off: {error}") from error
    except RecursionError as error:
        raise MalformedReport("the coverage JSON report is nested too deeply to read") from error
    if report.meta.format > _NEWEST:
        raise MalformedReport(
            f"the coverage JSON report has format {report.meta.format}; "
            f"qgate knows formats up to {_NEWEST}"
        )
    return ParsedReport(
        format=FORMAT,
        files={path: _coverage(path, file) for path, file in report.files.items()},
    )


def _coverage(path: str, file: _File) -> FileCoverage:
    return FileCoverage(
        path=path,
        executed=file.executed_lines,
        missing=file.missing_lines - file.executed_lines,
        excluded=file.excluded_lines,
        exits=_exits(file.executed_branches, file.missing_branches),
    )


def _exits(executed: frozenset[Arc], missing: frozenset[Arc]) -> dict[int, Exits]:
    """Exits by source line. A negative target leaves the function and is an exit like any."""
    taken = Counter(source for source, _ in executed)
    total = Counter(source for source, _ in executed | missing)
    return {line: Exits(taken[line], total[line]) for line in sorted(total)}
