"""mypy's JSON lines. The text is that of mypy 2.4.1."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding
from qgate.parse.findings import mypy
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import (
    TOOL,
    is_clean,
    misshapen,
    never_clean,
    output,
    refusal,
)


def _line(**fields: Any) -> bytes:
    error = {
        "file": "/project/a.py",
        "line": 1,
        "column": 9,
        "end_line": 1,
        "end_column": 12,
        "message": 'Incompatible types in assignment (expression has type "str", variable has type'
        ' "int")',
        "hint": None,
        "code": "assignment",
        "severity": "error",
    }
    return json.dumps({**error, **fields}).encode() + b"\n"


_REPORT = _line(end_line=3) + _line(line=7, message="Name", code="name-defined")
_DUPLICATE = _line(
    line=-1,
    column=-1,
    end_line=-1,
    end_column=0,
    message='Duplicate module named "m" (also at "a/m.py")',
    hint="Common resolutions include:\n    a) using `--exclude`",
    code=None,
)


def test_an_error_is_a_finding_whose_column_counts_from_1() -> None:
    first, _ = mypy.read(output(_REPORT, code=1), TOOL).findings
    assert first == ToolFinding(
        path="/project/a.py",
        rule="assignment",
        message='Incompatible types in assignment (expression has type "str", variable has type'
        ' "int")',
        line=1,
        end_line=3,
        column=10,
    )


def test_a_hint_is_further_lines_of_the_message() -> None:
    line = _line(message="Cannot find stub", hint="See docs\n(or here)")
    (found,) = mypy.read(output(line, code=1), TOOL).findings
    assert found.message == "Cannot find stub\nSee docs\n(or here)"


def test_a_note_has_its_own_level() -> None:
    line = _line(severity="note", code="misc", message='Revealed type is "int"')
    (found,) = mypy.read(output(line, code=1), TOOL).findings
    assert found.level == "note"


def test_a_line_of_mypy_1_11_has_no_end() -> None:
    line = b'{"file": "a.py", "line": 2, "column": 0, "message": "m", "hint": null, "code": "x", '
    (found,) = mypy.read(output(line + b'"severity": "error"}\n', code=1), TOOL).findings
    assert (found.line, found.end_line, found.column) == (2, 2, 1)


def test_after_a_syntax_error_the_other_modules_were_not_judged() -> None:
    reading = mypy.read(output(_line(code="syntax", message="Unexpected EOF"), code=2), TOOL)
    (found,) = reading.findings
    assert found.is_parse_error
    assert [each.name for each in reading.unjudged] == ["the other modules"]


def test_a_syntax_error_in_a_comment_does_not_stop_mypy() -> None:
    line = _line(code="syntax", message='Invalid "type: ignore" comment')
    reading = mypy.read(output(line, code=1), TOOL)
    assert reading.findings[0].is_parse_error
    assert not reading.unjudged


def test_silence_is_no_findings() -> None:
    assert is_clean(mypy.read(output(), TOOL))


def test_modules_that_cannot_be_told_apart_are_refused() -> None:
    assert 'Duplicate module named "m"' in refusal(mypy.read, output(_DUPLICATE, code=2))


@pytest.mark.parametrize(
    "words",
    [
        b"/project/gone.py: error: Cannot read file: No such file or directory\n",
        b"/project/a.py: error: Cannot decode file: 'utf-8' codec can't decode byte 0xff\n",
        b"mypy: Invalid python executable '/nonexistent': No such file or directory\n",
        b"foo-bar contains __init__.py but is not a valid Python package name\n",
        b"There are no .py[i] files in directory 'src'\n",
        b"usage: mypy [-h] [-v] [-V]\nmypy: error: unrecognized arguments: --nosuch\n",
        b'{"file": "/project/mypy.ini", "line": 2, "message": "Error importing plugin"}\n',
    ],
)
def test_exit_code_2_without_a_finding_is_refused_with_mypys_words(words: bytes) -> None:
    assert words.decode().splitlines()[-1] in refusal(mypy.read, output(b"", words, code=2))


@pytest.mark.parametrize("code", [0, 1, 2])
@pytest.mark.parametrize(
    "words",
    [
        b"/lib/zipimport.pyi:9: error: INTERNAL ERROR -- Please try using mypy master on GitHub:\n",
        b"Traceback (most recent call last):\n  File ...\nAssertionError\n",
    ],
)
def test_a_crash_is_refused_even_after_findings(words: bytes, code: int) -> None:
    refusal(mypy.read, output(_REPORT, words, code=code))


def test_exit_code_1_without_a_finding_is_refused() -> None:
    assert "a plugin said so" in refusal(mypy.read, output(b"", b"a plugin said so", code=1))


def test_an_unknown_exit_code_is_refused() -> None:
    refusal(mypy.read, output(_REPORT, code=-9))


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize(
    "line",
    [b"a.py:1: error: text, not JSON\n", b"Success: no issues found\n", b"[]\n", b"null\n",
     b"INTERNAL ERROR\n", b"{}\n", b"Warning: something\n", b"mypy.ini: [mypy]: odd\n"],
)  # fmt: skip
def test_a_line_that_is_not_an_error_in_json_is_refused(line: bytes, code: int) -> None:
    refusal(mypy.read, output(line, code=code))
    refusal(mypy.read, output(_REPORT + line, code=code))


def test_an_unused_section_of_the_settings_is_not_a_fault() -> None:
    note = b"mypy.ini: note: unused section(s): [mypy-foo.*]\n"
    assert is_clean(mypy.read(output(note), TOOL))
    assert len(mypy.read(output(note + _line(), code=1), TOOL).findings) == 1


@pytest.mark.parametrize(
    ("words", "path", "message"),
    [
        (
            "mypy.ini: [mypy]: Unrecognized option: nosuch = 1\n",
            "mypy.ini",
            "[mypy]: Unrecognized option: nosuch = 1",
        ),
        (
            "mypy.ini: File contains no section headers.\nfile: 'mypy.ini', line: 1\n'garbage\\n'",
            "mypy.ini",
            "File contains no section headers.",
        ),
        (
            "pyproject.toml: Expected ']' at the end of a table declaration (at line 1)\n",
            "pyproject.toml",
            "Expected ']' at the end of a table declaration (at line 1)",
        ),
    ],
)
def test_settings_that_mypy_cannot_use_are_a_finding(words: str, path: str, message: str) -> None:
    (found,) = mypy.read(output(b"", words.encode()), TOOL).findings
    assert found == ToolFinding(path=path, rule="config", message=message)


def test_a_warning_of_a_plugin_is_not_a_fault() -> None:
    words = (
        b"/project/plugin.py:3: DeprecationWarning: old\n"
        b"Warning: unused section(s) in conf/mypy.ini: [mypy-foo.*]\n"
    )
    assert is_clean(mypy.read(output(b"", words), TOOL))


def test_a_report_cut_off_anywhere_is_never_clean() -> None:
    for end in range(len(_REPORT)):
        never_clean(mypy.read, output(_REPORT[:end], code=1))
        if not _REPORT[:end].endswith(b"\n") and end:
            refusal(mypy.read, output(_REPORT[:end]))


@THOROUGH
@given(damaged(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(mypy.read, output(report, code=code))


@THOROUGH
@given(misshapen(_line()))
def test_a_misshapen_line_is_never_clean(report: bytes) -> None:
    never_clean(mypy.read, output(report + b"\n", code=1))
