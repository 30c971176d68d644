"""LCOV tracefiles: what geninfo, coverage.py, istanbul, llvm-cov and others write.

The keywords are those of the FILES part of geninfo(1), LCOV 1.16 to 2.x. Lines are read as
bytes and split by hand: a tracefile of a large project has hundreds of thousands of them.

Several records for one file are one account of it (LCOV writes one per test name, and one per
translation unit for a header): a line that ran in any ran, an exit that was taken in any was.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage, ParsedReport

FORMAT: Final = "lcov"
_BOM: Final = b"\xef\xbb\xbf"
_KEYWORD: Final = re.compile(rb"[A-Z][A-Z0-9_]*:")
_BETWEEN_RECORDS: Final = (b"TN:", b"#")
# Perl prints a count past its integers as a float, and a float as 1.8e+19.
_COUNT: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER: Final = 9


@dataclass(slots=True)
class _Account:
    """Everything the records of one file said so far.

    `branches` has by line, for each branch of the line, whether it was taken.
    """

    executed: set[int] = field(default_factory=set)
    found: set[int] = field(default_factory=set)
    branches: dict[int, dict[bytes, bool]] = field(default_factory=dict)
    checksums: dict[int, str] = field(default_factory=dict)


def parse(data: bytes) -> ParsedReport:
    """The files of the tracefile, under the names it gives them.

    Raises `MalformedReport` with the row where a record is cut off, a row stands outside of
    any record, or a row is not what its keyword promises. Unknown keywords are passed over.
    """
    if not data.strip():
        raise MalformedReport("the LCOV report is empty")
    accounts: dict[str, _Account] = {}
    account: _Account | None = None
    rows = data.removeprefix(_BOM).replace(b"\r\n", b"\n").split(b"\n")
    for row, text in enumerate(rows, 1):
        if account is None:
            account = _opened(text, row, accounts)
        elif text.startswith(b"DA:"):
            _read_line(account, text, row)
        elif text.startswith(b"BRDA:"):
            _read_branch(account, text, row)
        elif text.startswith(b"end_of_record"):
            account = None
        else:
            _pass_over(text, row)
    if account is not None:
        raise MalformedReport("the LCOV report is cut off: its last record has no end_of_record")
    return ParsedReport(
        format=FORMAT,
        files={path: _coverage(path, account) for path, account in accounts.items()},
    )


def _opened(text: bytes, row: int, accounts: dict[str, _Account]) -> _Account | None:
    """The account that an SF row opens; None for a row that may stand between records."""
    if text.startswith(b"SF:"):
        path = text[3:].decode("utf-8", "surrogateescape")
        if not path:
            _refuse(row, text, "an SF row without a path")
        return accounts.setdefault(path, _Account())
    if text.strip() and not text.startswith(_BETWEEN_RECORDS):
        _refuse(row, text, "a row outside of any record")
    return None


def _pass_over(text: bytes, row: int) -> None:
    """Nothing, unless the row is not of LCOV, or begins a record inside of another."""
    if text.startswith(b"SF:"):
        _refuse(row, text, "a new record before the end_of_record of the last")
    if text.strip() and not _KEYWORD.match(text) and not text.startswith(b"#"):
        _refuse(row, text, "a row without an LCOV keyword")


def _read_line(account: _Account, text: bytes, row: int) -> None:
    """`DA:line,count[,checksum]`."""
    number, _, rest = text[3:].partition(b",")
    count, _, checksum = rest.partition(b",")
    line = _line_number(number, text, row)
    account.found.add(line)
    if count.isdigit():
        if count.strip(b"0"):
            account.executed.add(line)
    elif _ran(count, text, row):
        account.executed.add(line)
    if checksum:
        digest = checksum.strip().decode("utf-8", "surrogateescape")
        if account.checksums.setdefault(line, digest) != digest:
            _refuse(row, text, "a checksum that differs from an earlier one of the same line")


def _read_branch(account: _Account, text: bytes, row: int) -> None:
    """`BRDA:line,block,branch,taken`.

    coverage.py's branch is a phrase that may hold commas, so `taken` is what follows the last.
    """
    number, _, rest = text[5:].partition(b",")
    branch, _, taken = rest.rpartition(b",")
    line = _line_number(number, text, row)
    if b"," not in branch:
        _refuse(row, text, "a BRDA row with too few fields")
    was_taken = taken.strip() != b"-" and _ran(taken, text, row)
    branches = account.branches.setdefault(line, {})
    branches[branch] = branches.get(branch, False) or was_taken


def _line_number(number: bytes, text: bytes, row: int) -> int:
    if not number.isdigit() or len(number) > _LONGEST_NUMBER or not (line := int(number)):
        _refuse(row, text, "no line number from 1 up")
    return line


def _ran(count: bytes, text: bytes, row: int) -> bool:
    """Whether a count is above zero.

    Counts below zero come from counters that a threaded program raced on (gcc bug 68080); what
    ran cannot be known, and LCOV itself reads them as zero.
    """
    if not _COUNT.fullmatch(count.strip()):
        _refuse(row, text, "a count that is no number")
    return float(count) > 0


def _refuse(row: int, text: bytes, problem: str) -> NoReturn:
    raise MalformedReport(f"not an LCOV report: {problem} (line {row}: {text[:60]!r})")


def _coverage(path: str, account: _Account) -> FileCoverage:
    return FileCoverage(
        path=path,
        executed=frozenset(account.executed),
        missing=frozenset(account.found - account.executed),
        exits=_exits(account.branches),
        checksums=account.checksums,
    )


def _exits(branches: Mapping[int, Mapping[bytes, bool]]) -> dict[int, Exits]:
    return {line: Exits(sum(of.values()), len(of)) for line, of in branches.items()}
