"""ruff's JSON. The text is that of ruff 0.17.6, without the fixes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.errors import MalformedOutput
from qgate.model.tool import ToolFinding, Unjudged
from qgate.parse.findings import ruff
from tests.unit.parse.findings.samples import TOOL, cuts, output

_FINDING: dict[str, Any] = {
    "cell": None,
    "code": "F401",
    "end_location": {"column": 10, "row": 3},
    "filename": "/p/a.py",
    "fix": None,
    "location": {"column": 8, "row": 1},
    "message": "`os` imported but unused",
    "noqa_row": 1,
    "url": None,
}


def _report(*findings: dict[str, Any]) -> bytes:
    return json.dumps(list(findings), indent=2).encode()


def test_a_finding_has_its_range() -> None:
    (found,) = ruff.read(output(_report(_FINDING), code=1), TOOL).findings
    assert found == ToolFinding(
        path="/p/a.py",
        rule="F401",
        message="`os` imported but unused",
        line=1,
        end_line=3,
        column=8,
    )


@pytest.mark.parametrize("code", [None, "invalid-syntax", "E999"])
def test_a_syntax_error_keeps_the_file_from_being_read(code: str | None) -> None:
    (found,) = ruff.read(output(_report({**_FINDING, "code": code}), code=1), TOOL).findings
    assert found.is_parse_error


def test_an_unreadable_file_was_not_judged() -> None:
    bad = {**_FINDING, "code": "E902", "message": "Permission denied (os error 13)"}
    reading = ruff.read(output(_report(_FINDING, bad), code=1), TOOL)
    assert len(reading.findings) == 1
    assert reading.unjudged == (Unjudged("/p/a.py", "Permission denied (os error 13)", "/p/a.py"),)


def test_an_empty_list_is_no_finding() -> None:
    assert not ruff.read(output(b"[]\n"), TOOL).findings


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        (b"", 0),
        (b"[]", 1),
        (b"[]", 2),
        (b"{}", 0),
        (b'""', 0),
        (b"null", 0),
        (b'[{"code": "F401"}]', 1),
        (_report({**_FINDING, "location": {"row": 1e999, "column": 1}}), 1),
        (_report({**_FINDING, "location": None}), 1),
        (b"thread 'main' panicked at src/x.rs:1\n", 101),
    ],
)
def test_what_is_no_whole_answer_is_refused(printed: bytes, code: int) -> None:
    with pytest.raises(MalformedOutput):
        ruff.read(output(printed, code=code), TOOL)


def test_an_answer_cut_off_anywhere_is_refused() -> None:
    for part in cuts(_report(_FINDING)):
        with pytest.raises(MalformedOutput):
            ruff.read(output(part, code=1), TOOL)


@given(st.binary())
def test_arbitrary_bytes_never_read_as_clean(data: bytes) -> None:
    try:
        reading = ruff.read(output(data), TOOL)
    except MalformedOutput:
        return
    assert reading.findings or json.loads(data) == []
