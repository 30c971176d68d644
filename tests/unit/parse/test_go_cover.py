"""Go cover profiles. The text is that of go 1.26 for the file below.

 5 func Grade(x int) string {
 6     if x > 10 {
 7         return "a"
 8     } else if x > 5 { return "b" }
 9     f := func() int { return 1 }
10     switch {
11     case x == 4:
12     }
13     _ = f
14     return "c"
15 }
16 func Empty() {}
17 func Never() {
18     fmt.Println("x")
19 }
"""

import pytest
from hypothesis import given

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits, FileCoverage
from qgate.parse import go_cover
from tests.unit.parse.damage import THOROUGH, damaged, lines, survives

_PATH = "example.com/mod/pkg/file.go"
_PROFILE = b"""\
mode: count
example.com/mod/pkg/file.go:5.26,6.12 1 2
example.com/mod/pkg/file.go:6.12,8.3 1 1
example.com/mod/pkg/file.go:8.8,8.18 1 1
example.com/mod/pkg/file.go:8.18,8.32 1 0
example.com/mod/pkg/file.go:9.2,9.18 1 1
example.com/mod/pkg/file.go:9.18,9.30 1 0
example.com/mod/pkg/file.go:10.2,10.9 1 1
example.com/mod/pkg/file.go:11.14,11.14 0 1
example.com/mod/pkg/file.go:13.2,14.12 2 1
example.com/mod/pkg/file.go:16.15,16.16 0 1
example.com/mod/pkg/file.go:17.14,19.2 1 0
"""


def _profile(*rows: str, mode: str = "set") -> bytes:
    return "\n".join([f"mode: {mode}", *rows, ""]).encode()


def test_every_line_of_a_block_is_coverable() -> None:
    report = go_cover.parse(_PROFILE)
    assert report.format == "go"
    assert report.files == {
        _PATH: FileCoverage(
            path=_PATH,
            executed=frozenset({5, 6, 7, 8, 9, 10, 13, 14}),
            missing=frozenset({17, 18, 19}),
            exits={6: Exits(2, 2), 8: Exits(2, 3), 9: Exits(1, 2)},
        )
    }


def test_a_line_that_a_block_that_ran_shares_with_one_that_did_not_is_partial() -> None:
    file = go_cover.parse(_profile("a.go:1.2,3.9 1 1", "a.go:3.9,5.2 1 0")).file("a.go")
    assert lines(file) == ({1, 2, 3}, {4, 5})
    assert file.exits[3].is_partial


def test_a_line_is_missing_if_no_block_on_it_ran() -> None:
    file = go_cover.parse(_profile("a.go:1.2,3.9 1 0", "a.go:3.9,5.2 1 0")).file("a.go")
    assert file.missing == frozenset({1, 2, 3, 4, 5})
    assert file.exits == {3: Exits(0, 2)}


def test_a_block_without_a_statement_is_no_line_but_names_its_file() -> None:
    assert go_cover.parse(_profile("a.go:1.2,1.2 0 1")).file("a.go").statements == frozenset()


@pytest.mark.parametrize("mode", ["set", "count", "atomic"])
def test_profiles_that_were_joined_are_merged_and_what_ran_in_any_ran(mode: str) -> None:
    first = _profile("a.go:1.2,1.9 1 0", "a.go:2.2,2.9 1 3", "a.go:3.2,3.9 1 0", mode=mode)
    second = _profile("a.go:1.2,1.9 1 1", "a.go:2.2,2.9 1 0", "a.go:3.2,3.9 1 0", mode=mode)
    file = go_cover.parse(first + second).file("a.go")
    assert lines(file) == ({1, 2}, {3})
    assert file.exits == {}


def test_a_path_may_hold_spaces_colons_and_bytes_outside_of_utf_8() -> None:
    report = go_cover.parse(b"mode: set\nC:/a b:1.go\xe9.go:3.4,3.5 1 1\n")
    assert report.file("C:/a b:1.go\udce9.go").executed == {3}


def test_carriage_returns_a_byte_order_mark_and_no_last_newline_change_nothing() -> None:
    windows = b"\xef\xbb\xbf" + _PROFILE.rstrip().replace(b"\n", b"\r\n")
    assert go_cover.parse(windows) == go_cover.parse(_PROFILE)


def test_a_profile_of_no_file_is_valid() -> None:
    assert go_cover.parse(b"mode: set\n").files == {}


@pytest.mark.parametrize("data", [b"", b" \r\n"])
def test_an_empty_profile_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="is empty"):
        go_cover.parse(data)


def test_a_profile_cut_inside_a_row_is_refused_unless_the_row_is_whole() -> None:
    last = _PROFILE.rindex(b"example.com")
    for end in range(last + 1, len(_PROFILE) - 2):
        with pytest.raises(MalformedReport):
            go_cover.parse(_PROFILE[:end])


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"a.go:1.2,1.9 1 0\n", 1),
        (b"mode: fast\n", 1),
        (b"mode: se", 1),
        (b"\x7fELF", 1),
        (_profile("a.go:1.2,1.9 1 1", "mode: fast"), 3),
        (_profile("a.go:0.2,1.9 1 1"), 2),
        (_profile("a.go:-1.2,1.9 1 1"), 2),
        (_profile("a.go:3.2,2.9 1 1"), 2),
        (_profile("a.go:1.2,1.9 1"), 2),
        (_profile("a.go:1.2,1.9 1 -1"), 2),
        (_profile("a.go:1.2,1.9 1 x"), 2),
        (_profile("a.go:1.2 1 1"), 2),
        (_profile(":1.2,1.9 1 1"), 2),
        (_profile("total: (statements) 80.0%"), 2),
        (_profile(f"a.go:{'9' * 5000}.2,1.9 1 1"), 2),
        (_profile("a.go:1.2,1.9 1 1", "a.go:1.2,1.9 2 1"), 3),
    ],
)
def test_a_row_of_another_shape_is_refused_with_its_number(data: bytes, row: int) -> None:
    with pytest.raises(MalformedReport, match=rf"\(line {row}:"):
        go_cover.parse(data)


def test_blocks_of_a_billion_lines_are_refused_before_they_are_expanded() -> None:
    with pytest.raises(MalformedReport, match="impossible lines"):
        go_cover.parse(_profile("a.go:1.2,999999999.2 1 1"))
    many = [f"f{number}.go:1.2,1000000.2 1 1" for number in range(1000)]
    with pytest.raises(MalformedReport, match="more than 10000000 lines"):
        go_cover.parse(_profile(*many))


@THOROUGH
@given(damaged(_PROFILE))
def test_damage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    survives(go_cover.parse, data)
