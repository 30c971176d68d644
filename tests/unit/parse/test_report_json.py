"""A JSON report that a stranger may have written is read whole, or refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.report import Report
from qgate.parse import report_json
from qgate.parse.report_json import MalformedReportJson, parse
from qgate.reporters import json_v1
from tests.support.report_samples import (
    AUDIT,
    COVERAGE,
    FAILED,
    LINT,
    NO_BASE,
    NO_GATE,
    PASSED,
    TYPES,
    WEAKENED,
    a_report,
    finding,
    large,
    miss,
)
from tests.unit.parse.damage import BRIEF, damaged
from tests.unit.reporters.hostile import TEXTS

Edit = Callable[[dict[str, Any]], object]


def written(report: Report) -> bytes:
    return json_v1.render(report).encode()


FIGURES: Final = replace(
    FAILED.gates[0], metrics={"a": 1, "b": 1.5, "c": None, "d": "x", "e": ("y", "z")}
)


@pytest.mark.parametrize(
    "report", [FAILED, PASSED, NO_BASE, NO_GATE, a_report(FIGURES), large(2_000)]
)
def test_what_qgate_wrote_is_read_and_written_the_same_again(report: Report) -> None:
    again = parse(written(report))
    assert again.verdict is report.verdict
    assert written(again) == written(report)


@BRIEF
@given(TEXTS.filter(lambda text: ".." not in text))
def test_any_text_is_read_and_written_the_same_again(text: str) -> None:
    gate = replace(
        COVERAGE, summary=text, hint=text, findings=(finding("lint/x", text, f"a/{text}b", 1),),
        metrics={"d": text}, evidence=(text,),
    )  # fmt: skip
    report = a_report(gate, notes=(text,), notices=(replace(WEAKENED, message=text),))
    again = parse(written(report))
    assert written(again) == written(report)


def test_fields_that_are_not_known_are_skipped_and_later_ones_may_be_missing() -> None:
    document = json.loads(written(FAILED))
    document["new"] = {"deep": [1, {"x": None}]}
    document["gates"][1]["new"] = "x"
    for gate in document["gates"]:
        for each in gate["findings"]:
            each["new"] = 1
            del each["column"], each["standing"]
    assert len(parse(json.dumps(document).encode()).gates) == 5


def _set(*path: str | int, to: object) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return edit


def _finding(**fields: object) -> Edit:
    return lambda document: document["gates"][1]["findings"][0].update(fields)


EDITS: Final[dict[str, Edit]] = {
    "another schema": _set("schema", to="qgate.report/2"),
    "no schema": lambda document: document.pop("schema"),
    "a gate without findings": lambda document: document["gates"][0].pop("findings"),
    "a verdict its gates do not give": _set("verdict", to="passed"),
    "a verdict that is none": _set("verdict", to="skipped"),
    "an outcome that is none": _set("gates", 0, "outcome", to="fine"),
    "passed with what blocks": _set("gates", 1, "outcome", to="passed"),
    "skipped with what blocks": _set("gates", 1, "outcome", to="skipped"),
    "incomplete without a reason": _set("gates", 2, "findings", to=[]),
    "two gates of a name": _set("gates", 0, "name", to="lint"),
    "a name with a line": _set("gates", 0, "name", to="a\n"),
    "a name that is none": _set("gates", 0, "name", to="@octocat"),
    "no list of gates": _set("gates", to={}),
    "too many gates": lambda document: document["gates"].extend(
        document["gates"][0] | {"name": f"g{n}"} for n in range(report_json.MOST_GATES)
    ),
    "too many notes": _set("notes", to=["x"] * 10_001),
    "a path from the root": _finding(path="/etc/passwd"),
    "a path out of the repository": _finding(path="a/../../x"),
    "a path above": _finding(path=".."),
    "a path that ends above": _finding(path="a/.."),
    "a left-out path": _set("gates", 1, "left_out", to=[{"path": "../x", "rule": "r"}]),
    "a path that is too long": _finding(path="x" * 20_001),
    "a message that is too long": _finding(message="x" * 100_001),
    "a rule that is none": _finding(rule="no rule"),
    "a rule of two lines": _finding(rule="lint/a\nb"),
    "a level that is none": _finding(level="fatal"),
    "a standing that is none": _finding(standing="gone"),
    "a line below 0": _finding(line=-1),
    "a line beyond all lines": _finding(line=1 << 31),
    "a huge line": _finding(line=10**400),
    "a line that is text": _finding(line="3"),
    "a line that is no whole number": _finding(line=3.5),
    "an end before the beginning": _finding(line=3, end_line=2),
    "blocking as a number": _finding(blocking=1),
    "a sha that is none": _set("head", "sha", to="main"),
    "a sha with a line": _set("head", "sha", to="a" * 40 + "\n"),
    "a side that is none": _set("head", "side", to="moon"),
    "a figure that is a list of numbers": _set("gates", 0, "metrics", to={"a": [1]}),
    "a figure that is an object": _set("gates", 0, "metrics", to={"a": {}}),
    "a figure that is true": _set("gates", 0, "metrics", to={"a": True}),
    "a huge figure": _set("gates", 0, "metrics", to={"a": 10**30}),
    "infinity": _set("gates", 0, "metrics", to={"a": float("inf")}),
    "no number": _set("gates", 0, "metrics", to={"a": float("nan")}),
    "too many figures": _set("gates", 0, "metrics", to={str(n): n for n in range(201)}),
    "half a character": _finding(message="\ud800"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_report_is_refused_for(name: str) -> None:
    document = json.loads(written(FAILED))
    EDITS[name](document)
    with pytest.raises(MalformedReportJson):
        parse(json.dumps(document).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe{}",
        b"[" * 1_000_000,
        b'{"new":' + b"[" * 1_000_000,
        b'{"new":' * 100_000,
        written(FAILED) + b"x",
        written(FAILED).replace(b"\n", b"\0", 1),
    ],
)
def test_what_is_no_report_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReportJson):
        parse(data)


def test_more_than_its_bytes_are_not_even_decoded() -> None:
    data = written(PASSED)
    assert parse(data + b" " * (report_json.MOST_BYTES - len(data))).verdict is PASSED.verdict
    with pytest.raises(MalformedReportJson, match="more than 32 MiB"):
        parse(data + b" " * (report_json.MOST_BYTES - len(data) + 1))


def test_gates_share_one_limit_of_findings() -> None:
    one = (
        b'{"rule":"a/b","path":"","line":0,"end_line":0,"message":"","level":"note",'
        b'"blocking":false}'
    )
    every = b"[" + b",".join([one] * 100_001) + b"]"
    parts = written(a_report(TYPES, replace(LINT, findings=()))).split(b'"findings": []')
    assert len(parts) == 3
    with pytest.raises(MalformedReportJson, match="more than 200,000"):
        parse((b'"findings": ' + every).join(parts))


def test_a_message_of_refusal_is_short_whatever_the_report_says() -> None:
    document = json.loads(written(FAILED))
    document["verdict"] = "\x1b[31m" * 20_000
    with pytest.raises(MalformedReportJson) as caught:
        parse(json.dumps(document).encode())
    assert len(str(caught.value)) < 300


def test_a_gate_that_could_not_judge_may_name_what_it_found() -> None:
    gate = replace(AUDIT, findings=(*AUDIT.findings, miss("a.py", 1)))
    assert parse(written(a_report(gate))).verdict == "incomplete"


@BRIEF
@given(damaged(written(FAILED)), st.booleans())
def test_damage_never_makes_a_failed_report_pass(data: bytes, twice: bool) -> None:  # noqa: FBT001
    try:
        report = parse(data + data[:3] if twice else data)
    except MalformedReportJson:
        return
    assert report.verdict == "failed"
