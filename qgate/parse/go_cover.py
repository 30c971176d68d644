"""Go cover profiles (`go test -coverprofile`): blocks of statements, not lines.

The rows are those that golang.org/x/tools/cover reads. A block says where it begins and ends,
so every line from its first to its last is coverable, as it is for `go tool cover -html` and
for Codecov; which of them hold a statement, only the source can say.

Blocks meet on a line: `if x {` ends one and begins the next. A line is missing if no block on
it ran; otherwise it ran, and the blocks count as its exits, so that a line which a block that
ran shares with one that did not is partial (Codecov's reading too).

A profile has no end mark: one that was cut between two rows looks whole.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NoReturn

from qgate.errors import MalformedReport
from qgate.model.coverage import BLOCK_FORMAT, Exits, FileCoverage, ParsedReport

_BOM: Final = b"\xef\xbb\xbf"
_MODE: Final = re.compile(rb"mode: (?:set|count|atomic)")
_BLOCK: Final = re.compile(
    rb"(.+):([0-9]{1,9})\.[0-9]{1,9},([0-9]{1,9})\.[0-9]{1,9} ([0-9]{1,9})", re.DOTALL
)
_COUNT: Final = re.compile(rb"[0-9]{1,20}")
# A row of 40 bytes can claim a billion lines, and their memory. Go's compiler counts the lines
# of a file in 20 bits (cmd/internal/src/pos.go); no project has this many in its blocks.
_LAST_LINE: Final = 1 << 20
_MOST_LINES: Final = 10_000_000

# First line, last line, whether it ran.
_Block = tuple[int, int, bool]


def parse(data: bytes) -> ParsedReport:
    """The files of the profile by import path (`example.com/mod/pkg/file.go`).

    Several profiles in one text, each with its mode, and blocks that come twice are merged: a
    block that ran in any ran. Blocks without a statement are ignored. Raises `MalformedReport`
    with the row that is no profile's.
    """
    if not data.strip():
        raise MalformedReport("the Go cover profile is empty")
    return ParsedReport(
        format=BLOCK_FORMAT,
        files={path: _coverage(path, blocks) for path, blocks in _blocks(data).items()},
    )


def _blocks(data: bytes) -> dict[str, list[_Block]]:
    """The blocks of each file."""
    files: dict[str, list[_Block]] = defaultdict(list)
    places: set[bytes] = set()
    lines = 0
    for text, (row, ran) in _merged(data).items():
        found = _BLOCK.fullmatch(text)
        if not found:
            _refuse(row, text, "expected file:line.column,line.column statements count")
        place = text[: found.start(4)]
        if place in places:
            # Go's reader refuses it too: the profiles are of two versions of the file.
            _refuse(row, text, "a block that an earlier row gives another number of statements")
        places.add(place)
        first, last = int(found[2]), int(found[3])
        if not 1 <= first <= last <= _LAST_LINE:
            _refuse(row, text, "a block has impossible lines, or ends before it begins")
        blocks = files[found[1].decode("utf-8", "surrogateescape")]
        if int(found[4]):
            blocks.append((first, last, ran))
            lines += last - first + 1
        if lines > _MOST_LINES:
            raise MalformedReport(f"the Go cover profile has more than {_MOST_LINES} lines")
    return files


def _merged(data: bytes) -> dict[bytes, tuple[int, bool]]:
    """By row less its count: its first row number, and whether the block ran in any."""
    merged: dict[bytes, tuple[int, bool]] = {}
    rows = data.removeprefix(_BOM).replace(b"\r\n", b"\n").split(b"\n")
    if not _MODE.fullmatch(rows[0]):
        _refuse(1, rows[0], "expected a mode: set, count or atomic")
    for row, text in enumerate(rows, 1):
        block, _, count = text.rpartition(b" ")
        if _COUNT.fullmatch(count) and block:
            first, ran = merged.get(block, (row, False))
            merged[block] = (first, ran or bool(count.strip(b"0")))
        elif text and not _MODE.fullmatch(text):
            _refuse(row, text, "expected file:line.column,line.column statements count")
    return merged


def _coverage(path: str, blocks: Iterable[_Block]) -> FileCoverage:
    taken: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    for first, last, ran in blocks:
        for line in range(first, last + 1):
            total[line] += 1
            taken[line] += ran
    return FileCoverage(
        path=path,
        executed=frozenset(line for line in total if taken[line]),
        missing=frozenset(line for line in total if not taken[line]),
        exits={line: Exits(taken[line], of) for line, of in total.items() if of > 1},
    )


def _refuse(row: int, text: bytes, problem: str) -> NoReturn:
    raise MalformedReport(f"not a Go cover profile: {problem} (line {row}: {text[:60]!r})")
