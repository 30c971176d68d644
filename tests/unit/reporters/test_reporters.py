"""What people, pipes and machines are told; text from outside does nothing there."""

import json
import re
from dataclasses import replace
from io import StringIO

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from qgate.model.changes import Endpoint, Side
from qgate.model.report import Finding, GateResult, LeftOut, Level, Outcome, Report
from qgate.reporters import json_v1, plain, terminal
from qgate.reporters.inert import inert, inert_lines
from tests.support.repo import ROOT

SCHEMA = json.loads((ROOT / "rules/schemas/report-1.schema.json").read_text("utf-8"))
HOSTILE = "\x1b]0;title\x07\u202egnp.exe\n::error::x\r\udcff\u2028[bold]x[/bold]"


def gate(outcome: Outcome = Outcome.FAILED, **more: object) -> GateResult:
    return GateResult(
        name="coverage",
        outcome=outcome,
        reason="below-threshold",
        summary="50.00 % of 2 changed statements covered, 90 % needed (1 missing)",
        **more,  # type: ignore[arg-type]  # the other fields by name
    )


def a_report(*gates: GateResult, **more: object) -> Report:
    return Report(
        base=Endpoint(sha="a" * 40, found="merge base of origin/main and HEAD"),
        head=Endpoint(sha="b" * 40, found="the working tree on top of HEAD", side=Side.WORKTREE),
        gates=gates,
        **more,  # type: ignore[arg-type]  # the other fields by name
    )


def miss(path: str = "src/a.py", line: int = 3, source: str = "    return 1") -> Finding:
    return Finding(
        rule="coverage/uncovered",
        message="not covered by any test",
        path=path,
        line=line,
        end_line=line,
        blocking=True,
        source=source,
    )


def on_terminal(report: Report, *, width: int = 80) -> str:
    console = Console(
        file=StringIO(), force_terminal=True, width=width, color_system="standard", _environ={}
    )
    return terminal.render(report, console)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((Outcome.PASSED, Outcome.PASSED), Outcome.PASSED),
        ((Outcome.PASSED, Outcome.SKIPPED), Outcome.PASSED),
        ((Outcome.PASSED, Outcome.INCOMPLETE), Outcome.INCOMPLETE),
        ((Outcome.FAILED, Outcome.INCOMPLETE), Outcome.FAILED),
        ((Outcome.SKIPPED,), Outcome.INCOMPLETE),
        ((), Outcome.INCOMPLETE),
    ],
)
def test_a_failed_gate_is_certain_and_nothing_run_is_no_pass(
    outcomes: tuple[Outcome, ...], verdict: Outcome
) -> None:
    assert a_report(*map(gate, outcomes)).verdict is verdict


REPORTS = [
    a_report(),
    a_report(gate(Outcome.PASSED)),
    a_report(gate(findings=(miss(), miss(HOSTILE, source=HOSTILE)))),
    a_report(
        gate(Outcome.INCOMPLETE, hint="do this", left_out=(LeftOut(path="t.py", rule="x"),)),
        notices=(Finding(rule="policy/weakened", message="m", level=Level.WARNING),),
        notes=("slow",),
    ),
    Report(base=None, head=None, gates=(gate(Outcome.INCOMPLETE),)),
]


@pytest.mark.parametrize("report", REPORTS, ids=range(len(REPORTS)))
def test_json_is_valid_against_the_schema_that_ships(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json_v1.render(report)), SCHEMA)


def test_a_pipe_gets_a_line_for_each_finding_and_the_verdict_last() -> None:
    lines = plain.render(a_report(gate(findings=(miss(),)))).splitlines()
    assert lines[0] == "src/a.py:3: error: not covered by any test [coverage/uncovered]"
    assert lines[-2] == (
        f"base {'a' * 12} (merge base of origin/main and HEAD), "
        f"head {'b' * 12} (the working tree on top of HEAD)"
    )
    assert lines[-1].startswith("qgate failed: coverage failed: 50.00 % of 2")


def test_a_pipe_hears_what_was_left_out_by_rule() -> None:
    left_out = tuple(LeftOut(path=f"tests/{n}.py", rule="exclude: tests/") for n in range(9))
    text = plain.render(a_report(gate(Outcome.PASSED, left_out=left_out)))
    assert "left out: 9 files (exclude: tests/)\n" in text


def test_a_person_gets_the_verdict_first_and_the_source_line() -> None:
    text = on_terminal(a_report(gate(findings=(miss(),))))
    lines = text.splitlines()
    assert "✘ coverage failed" in lines[0]
    assert any("return 1" in line and "not covered" in line for line in lines)


def test_a_terminal_of_any_width_is_not_exceeded() -> None:
    findings = tuple(miss(f"src/{'long' * 30}.py", n, "x = " + "y" * 200) for n in range(1, 40))
    for width in (40, 80, 200):
        text = on_terminal(a_report(gate(findings=findings)), width=width)
        assert max(len(_without_colour(line)) for line in text.splitlines()) <= width


def _without_colour(text: str) -> str:
    return Text.from_ansi(text).plain


def test_a_long_list_is_cut_and_says_so() -> None:
    findings = tuple(miss(f"src/{n // 20}.py", n) for n in range(1, 400))
    text = _without_colour(on_terminal(a_report(gate(findings=findings))))
    assert "and 12 more" in text
    assert "more in 12 files" in text
    assert len(text.splitlines()) < 110


@pytest.mark.parametrize(
    "render", [json_v1.render, plain.render, on_terminal], ids=["json", "plain", "terminal"]
)
def test_text_from_outside_is_inert(render: object) -> None:
    rule = f"coverage/{HOSTILE}"
    found = replace(miss(HOSTILE, source=HOSTILE), message=HOSTILE, rule=rule)
    red = replace(
        gate(
            findings=(found, replace(found, path="", line=0, end_line=0)),
            left_out=(LeftOut(path=HOSTILE, rule=HOSTILE),),
            evidence=(HOSTILE,),
        ),
        summary=HOSTILE,
        hint=HOSTILE,
    )
    odd = replace(red, name="lint", outcome=Outcome.INCOMPLETE)
    end = Endpoint(sha="a" * 40, found=HOSTILE)
    report = a_report(red, odd, notices=(found,), notes=(HOSTILE,))
    report = replace(report, base=end, head=end)
    text = _without_own_colours(render(report))  # type: ignore[operator]  # one of three functions
    assert not {"\x1b", "\x07", "\u202e", "\r", "\udcff", "\u2028"} & set(text)
    # A terminal is no log of CI.
    is_log = render is not on_terminal
    assert not (is_log and any(line.startswith("::error") for line in text.splitlines()))


def _without_own_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@given(st.text())
def test_inert_text_is_one_printable_line(text: str) -> None:
    result = inert(text)
    assert len(result.splitlines()) <= 1
    assert result.encode("utf-8").decode() == result
    assert inert(result) == result
    assert inert_lines(text).count("\n") == text.count("\n")


def test_a_byte_of_a_path_that_is_no_text_shows_as_itself() -> None:
    assert inert(b"caf\xe9".decode("utf-8", "surrogateescape")) == r"caf\xe9"
