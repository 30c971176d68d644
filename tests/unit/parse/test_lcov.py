"""LCOV tracefiles. The texts are those of istanbul (nyc 18) and coverage.py 7.17.3."""

import time

import pytest
from hypothesis import given

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import lcov
from tests.unit.parse.damage import THOROUGH, damaged, survives

_ISTANBUL = b"""\
TN:
SF:src/a.js
FN:1,grade
FN:12,(anonymous_1)
FNF:2
FNH:1
FNDA:2,grade
FNDA:0,(anonymous_1)
DA:2,2
DA:5,1
DA:6,0
LF:3
LH:2
BRDA:2,0,0,1
BRDA:2,0,1,1
BRDA:2,1,0,2
BRDA:2,1,1,1
BRDA:5,2,0,0
BRDA:5,2,1,1
BRF:6
BRH:5
end_of_record
TN:
SF:src/main.js
FNF:0
FNH:0
DA:1,1
LF:1
LH:1
BRF:0
BRH:0
end_of_record
"""
_COVERAGE_PY = b"""\
SF:pkg/__init__.py
end_of_record
SF:pkg/m.py
DA:1,1,mUDsnWRiqW9R9nTILGKIZg
DA:4,1,MWdi4X+/ElsXEtuM1kusUw
DA:5,0,qubWB4obhU0G0E7bextFcg
LF:3
LH:2
FN:4,11,f
FNDA:1,f
BRDA:4,0,jump to line 6,0
BRDA:4,0,return from function 'f',1
BRDA:5,0,jump to line 8,-
BRDA:5,0,jump to line 9,-
BRF:4
BRH:1
end_of_record
"""


def _record(*rows: str, path: str = "a.c") -> bytes:
    return "\n".join([f"SF:{path}", *rows, "end_of_record", ""]).encode()


def test_the_lines_and_branches_of_istanbul_are_read() -> None:
    report = lcov.parse(_ISTANBUL)
    assert report.format == "lcov"
    assert list(report.paths) == ["src/a.js", "src/main.js"]
    assert report.file("src/a.js") == FileCoverage(
        path="src/a.js",
        executed=frozenset({2, 5}),
        missing=frozenset({6}),
        exits={2: Exits(4, 4), 5: Exits(1, 2)},
    )


def test_the_checksums_and_named_branches_of_coverage_py_are_read() -> None:
    file = lcov.parse(_COVERAGE_PY).file("pkg/m.py")
    assert file.checksums[4] == "MWdi4X+/ElsXEtuM1kusUw"
    assert file.checksums.keys() == {1, 4, 5}
    assert file.missing == frozenset({5})
    assert file.exits == {4: Exits(1, 2), 5: Exits(0, 2)}


def test_a_file_without_a_line_is_named() -> None:
    assert lcov.parse(_COVERAGE_PY).file("pkg/__init__.py").statements == frozenset()


def test_what_lcov_leaves_out_is_unknown_not_nothing() -> None:
    assert lcov.parse(_ISTANBUL).file("src/a.js").excluded is None


def test_records_of_one_file_join_and_what_ran_in_any_ran() -> None:
    first = _record("DA:1,1", "DA:2,0", "DA:3,0", "BRDA:2,0,0,1", "BRDA:2,0,1,0")
    second = _record("DA:2,4", "DA:3,0", "DA:9,0", "BRDA:2,0,0,0", "BRDA:2,0,1,-", "BRDA:2,1,0,1")
    file = lcov.parse(first + second).file("a.c")
    assert file.executed == {1, 2}
    assert file.missing == frozenset({3, 9})
    assert file.exits == {2: Exits(2, 3)}


def test_two_checksums_for_one_line_are_refused() -> None:
    with pytest.raises(MalformedReport, match=r"checksum that differs .*\(line 5:"):
        lcov.parse(_record("DA:1,1,abc") + _record("DA:1,1,abd"))


def test_an_exception_branch_of_lcov_2_is_a_branch_of_its_own() -> None:
    file = lcov.parse(_record("DA:3,1", "BRDA:3,0,0,1", "BRDA:3,e0,0,-")).file("a.c")
    assert file.exits == {3: Exits(1, 2)}


def test_the_other_keywords_of_lcov_2_are_passed_over() -> None:
    rows = ("VER:7", "FNL:0,3,9", "FNA:0,1,f", "MCDC:3,2,t,1,0,x", "MCF:1", "NEW9:x", "# note", "")
    file = lcov.parse(b"# made by hand\n\n" + _record(*rows, "DA:3,1")).file("a.c")
    assert file.statements == frozenset({3})


@pytest.mark.parametrize("count", ["1", "18446744073709551616", "1.8e+19", "2.5", "007"])
def test_a_count_above_zero_is_a_hit_however_it_is_written(count: str) -> None:
    assert lcov.parse(_record(f"DA:3,{count}")).file("a.c").executed == {3}


@pytest.mark.parametrize("count", ["0", "-88", "0.0", "00", "-0", "0e+00"])
def test_a_count_of_zero_or_below_is_a_miss(count: str) -> None:
    assert lcov.parse(_record(f"DA:3,{count}")).file("a.c").missing == frozenset({3})


def test_carriage_returns_and_a_byte_order_mark_change_nothing() -> None:
    windows = b"\xef\xbb\xbf" + _ISTANBUL.replace(b"\n", b"\r\n")
    assert lcov.parse(windows) == lcov.parse(_ISTANBUL)


def test_a_path_keeps_its_spaces_and_its_bytes_outside_of_utf_8() -> None:
    report = lcov.parse(b"SF:a b/ c\xe9.c \nDA:1,1\nend_of_record\n")
    assert list(report.paths) == ["a b/ c\udce9.c "]


def test_a_tracefile_of_no_file_is_valid() -> None:
    assert lcov.parse(b"TN:nothing\n").files == {}


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
def test_an_empty_report_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="is empty"):
        lcov.parse(data)


def test_a_report_cut_inside_its_last_record_is_refused_wherever_it_is_cut() -> None:
    begin = _ISTANBUL.index(b"SF:src/main.js")
    for end in range(begin + 1, len(_ISTANBUL.rstrip())):
        with pytest.raises(MalformedReport):
            lcov.parse(_ISTANBUL[:end])


def test_a_report_cut_between_two_rows_is_named_as_cut_off() -> None:
    with pytest.raises(MalformedReport, match="cut off: its last record has no end_of_record"):
        lcov.parse(b"SF:a.c\nDA:1,1\n")


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"DA:1,1\n", 1),
        (b"TN:\nend_of_record\n", 2),
        (b"SF:\nend_of_record\n", 1),
        (b"SF:a.c\nDA:1,1\nSF:b.c\nend_of_record\n", 3),
        (b"<?xml version='1.0'?>\n", 1),
        ("TN:\n".encode("utf-16"), 1),
        (_record("DA:0,1"), 2),
        (_record("DA:-4,1"), 2),
        (_record("DA:x,1"), 2),
        (_record("DA:3"), 2),
        (_record("DA:3,"), 2),
        (_record("DA:3,nan"), 2),
        (_record("DA:3,1_0"), 2),
        (_record("DA:3,1,a", "DA:undefined,1"), 3),
        (_record("DA:" + "9" * 5000 + ",1"), 2),
        (_record("BRDA:0,0,0,1"), 2),
        (_record("BRDA:3,0,1"), 2),
        (_record("BRDA:3,0,0,x"), 2),
        (_record("lower: case"), 2),
    ],
)
def test_a_row_that_does_not_parse_is_refused_with_its_number(data: bytes, row: int) -> None:
    with pytest.raises(MalformedReport, match=rf"\(line {row}:"):
        lcov.parse(data)


def test_ten_times_the_lines_take_about_ten_times_as_long() -> None:
    lines = "\n".join(f"DA:{line},{line % 3}" for line in range(1, 401)).encode()

    def seconds(files: int) -> float:
        data = b"".join(b"SF:f%d.c\n%b\nend_of_record\n" % (i, lines) for i in range(files))
        start = time.process_time()
        assert len(lcov.parse(data).files) == files
        return time.process_time() - start

    few, many = (min(seconds(files) for _ in range(3)) for files in (40, 400))
    assert many < 20 * few


@THOROUGH
@given(damaged(_ISTANBUL) | damaged(_COVERAGE_PY))
def test_damage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    survives(lcov.parse, data)
