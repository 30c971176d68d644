"""What the tests of coverage parsers share: a file's lines, and damaged copies of a report."""

from collections.abc import Callable
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st

from qgate.errors import MalformedReport
from qgate.model.coverage import FileCoverage, ParsedReport

# No example database: a test run leaves nothing in the checkout.
THOROUGH: Final = settings(max_examples=150, deadline=None, database=None)
# For what is slow, or has many properties.
BRIEF: Final = settings(max_examples=50, deadline=None, database=None)

_TOKENS: Final = st.sampled_from(
    [
        b"", b"\0", b"\xff", b"\r", b"\n", b",", b'"', b"<", b">", b"&x;", b"-", b"0", b"-1",
        b"9" * 30, b"9" * 5000, b"1e5", b"1_0", b"nan", b"\xd9\xa3", b"[" * 2000, b"null",
        b'<?xml version="1.0" encoding="utf-7"?>', b"end_of_record\n", b"SF:b\n", b"mode: set\n",
        b"<file>", b"</file>", b"<line/>", b"<package>", b"<sourcefile name='a'>",
    ]
)  # fmt: skip


def lines(file: FileCoverage) -> tuple[set[int], set[int]]:
    """The executed and the missing lines, as plain sets to compare with."""
    assert file.missing is not None
    return set(file.executed), set(file.missing)


@st.composite
def damaged(draw: st.DrawFn, report: bytes) -> bytes:
    """Some bytes, or the report: cut off, with a part gone, twice, or replaced by another."""
    start = draw(st.integers(0, len(report)))
    end = draw(st.integers(start, min(len(report), start + 40)))
    token = draw(_TOKENS | st.binary(max_size=8))
    return draw(
        st.sampled_from(
            [
                report[:start],
                report[start:],
                report[:start] + token + report[end:],
                report[:end] + report[start:],
                token + report,
            ]
        )
        | st.binary(max_size=200)
    )


def survives(parse: Callable[[bytes], ParsedReport], data: bytes) -> None:
    """Fail unless `parse` refuses the bytes as malformed, or reads lines that can be."""
    try:
        report = parse(data)
    except MalformedReport:
        return
    for path in report.paths:
        file = report.file(path)
        assert file.path == path
        assert file.missing is not None
        assert not file.executed & file.missing
        assert all(line > 0 for line in file.executed | file.missing | file.exits.keys())
        assert all(0 <= exits.taken <= exits.total > 0 for exits in file.exits.values())
