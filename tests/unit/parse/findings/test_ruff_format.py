"""The differences of `ruff format --diff`. The text is that of ruff 0.17.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding
from qgate.parse.findings import ruff_format
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import TOOL, cuts, is_clean, never_clean, output, refusal

_REPORT = b"""\
--- src/a.py
+++ src/a.py
@@ -1,5 +1,5 @@
-x=1
+x = 1
 y = 2
 z = 3
-w=4
-q=5
+w = 4
+q = 5

"""
_ONE = b"1 file would be reformatted\n"
_UNPARSED = b"error: Failed to parse src/p.py:1:7: Expected a parameter\n"


def _diff(path: str, header: str, *lines: str) -> bytes:
    return "\n".join([f"--- {path}", f"+++ {path}", header, *lines, "", ""]).encode()


def _places(report: bytes) -> list[tuple[int, int]]:
    findings = ruff_format.read(output(report, code=1), TOOL).findings
    return [(each.line, each.end_line) for each in findings]


def test_each_run_of_old_lines_is_a_finding() -> None:
    assert ruff_format.read(output(_REPORT, _ONE, code=1), TOOL).findings == (
        ToolFinding(
            path="src/a.py",
            rule="format",
            message="ruff format would write:\nx = 1",
            line=1,
            end_line=1,
        ),
        ToolFinding(
            path="src/a.py",
            rule="format",
            message="ruff format would write:\nw = 4\nq = 5",
            line=4,
            end_line=5,
        ),
    )


def test_an_insertion_is_at_both_of_its_neighbours() -> None:
    report = _diff("a.py", "@@ -4,2 +4,4 @@", " x = 1", "+", "+", " class B:")
    (found,) = ruff_format.read(output(report, code=1), TOOL).findings
    assert (found.line, found.end_line) == (4, 5)
    assert found.message == "ruff format would add 2 empty lines here"


def test_an_insertion_at_either_end_is_at_the_line_that_is_there() -> None:
    assert _places(_diff("a.py", "@@ -1,1 +1,2 @@", "+", " x = 1")) == [(1, 1)]
    assert _places(_diff("a.py", "@@ -7 +7,2 @@", " x = 1", "+y = 2")) == [(7, 7)]
    assert _places(_diff("a.py", "@@ -0,0 +1 @@", "+x = 1")) == [(1, 1)]


def test_an_insertion_of_one_empty_line_says_so() -> None:
    report = _diff("a.py", "@@ -4,2 +4,3 @@", " x = 1", "+", " y = 2")
    (found,) = ruff_format.read(output(report, code=1), TOOL).findings
    assert found.message == "ruff format would add an empty line here"


def test_lines_that_would_go_are_a_finding() -> None:
    report = _diff("a.py", "@@ -1,4 +1 @@", "-", "-", " x = 1", "-")
    findings = ruff_format.read(output(report, code=1), TOOL).findings
    assert [(each.line, each.end_line) for each in findings] == [(1, 2), (4, 4)]
    assert {each.message for each in findings} == {"ruff format would remove this"}


def test_several_hunks_and_files_have_their_own_lines() -> None:
    report = (
        b"--- a.py\n+++ a.py\n@@ -2 +2 @@\n-x=1\n+x = 1\n@@ -40 +40 @@\n-y=1\n+y = 1\n\n"
        + _diff("b.py", "@@ -3 +3 @@", "-z=1", "+z = 1")
    )
    words = b"2 files would be reformatted, 1 file already formatted\n"
    findings = ruff_format.read(output(report, words, code=1), TOOL).findings
    assert [(each.path, each.line) for each in findings] == [("a.py", 2), ("a.py", 40), ("b.py", 3)]


def test_a_missing_end_of_line_is_no_line() -> None:
    report = _diff("a.py", "@@ -1 +1 @@", "-x = 1", "\\ No newline at end of file", "+x = 1")
    assert _places(report) == [(1, 1)]


def test_code_that_looks_like_a_header_is_code() -> None:
    report = _diff(
        "a.py", "@@ -1,5 +1,5 @@", "--- a", "--- a.py", "-++ b", " @@ -1 +1 @@", "-y=1",
        "+-- a", "+-- a.py", "+++ b", "+y = 1",
    )  # fmt: skip
    assert _places(report) == [(1, 3), (5, 5)]


def test_carriage_returns_are_part_of_a_line_and_not_of_the_message() -> None:
    report = _diff("a.py", "@@ -1,2 +1,2 @@", " import os\r", "-x=1\r", "+x = 1\r")
    (found,) = ruff_format.read(output(report, code=1), TOOL).findings
    assert found.message == "ruff format would write:\nx = 1"


def test_a_cell_of_a_notebook_is_a_finding_about_the_notebook() -> None:
    report = _diff("n.ipynb:cell 1", "@@ -1 +1 @@", "-x=1", "+x = 1") + _diff(
        "n.ipynb:cell 4", "@@ -1 +1 @@", "-y=1", "+y = 1"
    )
    findings = ruff_format.read(output(report, _ONE, code=1), TOOL).findings
    assert [(each.path, each.line, each.end_line) for each in findings] == [("n.ipynb", 0, 0)] * 2


def test_a_file_that_does_not_parse_is_a_parse_error() -> None:
    (found,) = ruff_format.read(output(b"", _UNPARSED, code=2), TOOL).findings
    assert found == ToolFinding(
        path="src/p.py",
        rule="invalid-syntax",
        message="Expected a parameter",
        line=1,
        end_line=1,
        column=7,
        is_parse_error=True,
    )


def test_a_notebook_that_does_not_parse_is_known_by_its_file() -> None:
    words = b"error: Failed to parse n.ipynb:2:1:1: unexpected EOF while parsing\n"
    (found,) = ruff_format.read(output(b"", words, code=2), TOOL).findings
    assert (found.path, found.line) == ("n.ipynb", 0)
    assert found.is_parse_error


def test_differences_beside_a_file_that_does_not_parse_are_kept() -> None:
    reading = ruff_format.read(output(_REPORT, _UNPARSED + _ONE, code=2), TOOL)
    assert [each.rule for each in reading.findings] == ["format", "format", "invalid-syntax"]


@pytest.mark.parametrize(
    "words",
    [b"", b"1 file already formatted\n", b"warning: No Python files found under the given path(s)"],
)
def test_nothing_to_format_is_no_findings(words: bytes) -> None:
    assert is_clean(ruff_format.read(output(b"", words), TOOL))


@pytest.mark.parametrize(
    "words",
    [
        b"error: Failed to read enc.py: stream did not contain valid UTF-8\n",
        b"error: Failed to format gone.py: No such file or directory (os error 2)\n",
        b"error: Panicked while formatting a.py: This indicates a bug in Ruff.\n",
        b"error: unexpected argument '--nosuch' found\n",
        b"ruff failed\n  Cause: Failed to load configuration `/project/ruff.toml`\n",
        b"",
    ],
)
@pytest.mark.parametrize("beside", [b"", _UNPARSED])
def test_any_other_error_is_refused(words: bytes, beside: bytes) -> None:
    if words:
        assert words.decode().strip() in refusal(
            ruff_format.read, output(_REPORT, beside + words, code=2)
        )
    refusal(ruff_format.read, output(_REPORT, words, code=2))


@pytest.mark.parametrize(("report", "code"), [(_REPORT, 0), (b"", 1), (_REPORT, 3)])
def test_an_exit_code_that_does_not_go_with_the_differences_is_refused(
    report: bytes, code: int
) -> None:
    refusal(ruff_format.read, output(report, code=code))


def test_a_parse_error_without_exit_code_2_is_refused() -> None:
    refusal(ruff_format.read, output(_REPORT, _UNPARSED, code=1))


def test_fewer_files_than_ruff_counted_are_refused() -> None:
    assert "2 files" in refusal(
        ruff_format.read, output(_REPORT, b"2 files would be reformatted\n", code=1)
    )


def test_old_mac_line_ends_are_refused() -> None:
    report = b"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n-x=1\r-y=2\r+x = 1\r+y = 2\r\n"
    refusal(ruff_format.read, output(report, _ONE, code=1))


@pytest.mark.parametrize(
    "report",
    [
        b"Traceback\n",
        b"\n",
        b"--- a.py\n",
        b"--- a.py\n+++ b.py\n@@ -1 +1 @@\n-x\n+y\n\n",
        b"--- \n+++ \n@@ -1 +1 @@\n-x\n+y\n\n",
        b"--- a.py\n+++ a.py\n\n",
        b"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n-y\n\n",
        b"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n+y\n+z\n\n",
        b"--- a.py\n+++ a.py\n@@ -x +1 @@\n-x\n+y\n\n",
        b"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n?y\n\n",
        b"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n+y\n\n--- b.p",
    ],
)
def test_other_text_is_refused(report: bytes) -> None:
    refusal(ruff_format.read, output(report, code=1))


def test_differences_cut_off_anywhere_are_refused() -> None:
    for end in range(len(_REPORT)):
        refusal(ruff_format.read, output(_REPORT[:end], code=1))
    whole = _REPORT + _diff("b.py", "@@ -1 +1 @@", "-x=1", "+x = 1")
    for cut in cuts(whole):
        refusal(ruff_format.read, output(cut, b"2 files would be reformatted\n", code=1))


@THOROUGH
@given(damaged(_REPORT), damaged(_UNPARSED), st.sampled_from([1, 2]))
def test_damaged_differences_are_never_clean(report: bytes, words: bytes, code: int) -> None:
    never_clean(ruff_format.read, output(report, words, code=code))
