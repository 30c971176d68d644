"""A JSON report, `qgate.report/1`, that a stranger may have written: the artifact of a run.

The run of a pull request is under its author's hand. So the text is held to the published format
(docs/reference/report-json.md), to sizes, and to itself: it cannot say that it passed where its
own gates or findings say otherwise. Whether it is *true* is for others to ask. Fields may be added
to the format; those that are not known are skipped.
"""

import math
import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from qgate.model.changes import Endpoint, Side
from qgate.model.report import (
    Finding,
    GateResult,
    LeftOut,
    Level,
    Metric,
    Outcome,
    Report,
    Standing,
)

MOST_BYTES: Final = 32 << 20
MOST_GATES: Final = 100
MOST_FINDINGS: Final = 200_000
"""Of all gates together, and of notices; as many files may be left out."""

_LAST_LINE: Final = (1 << 31) - 1
_LARGEST: Final = 1 << 53
_OUTSIDE: Final = re.compile(r"/|(.*/)?\.\.(/|\Z)", re.DOTALL)

_Line = Annotated[int, msgspec.Meta(ge=0, le=_LAST_LINE)]
_Path = Annotated[str, msgspec.Meta(max_length=20_000)]
_Slug = Annotated[str, msgspec.Meta(max_length=100)]
_Text = Annotated[str, msgspec.Meta(max_length=100_000)]
_Sha = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{40}|[0-9a-f]{64})?\Z")]
_Rule = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]+/[^\n]+\Z", max_length=1000)]
_Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")]
_Texts = Annotated[tuple[_Text, ...], msgspec.Meta(max_length=10_000)]
_Value = int | float | _Text | None | _Texts


class MalformedReportJson(ValueError):
    """The text is no report of qgate, is too large, or contradicts itself."""


class _Endpoint(msgspec.Struct, frozen=True):
    sha: _Sha
    found: _Text
    side: Side


class _Finding(msgspec.Struct, frozen=True):
    """`column` and `standing` came to the format later."""

    rule: _Rule
    path: _Path
    line: _Line
    end_line: _Line
    message: _Text
    level: Level
    blocking: bool
    column: _Line = 0
    standing: Standing = Standing.NEW


class _LeftOut(msgspec.Struct, frozen=True):
    path: _Path
    rule: _Text


class _Gate(msgspec.Struct, frozen=True):
    name: _Name
    outcome: Outcome
    reason: _Slug
    summary: _Text
    hint: _Text
    metrics: Annotated[dict[_Slug, _Value], msgspec.Meta(max_length=200)]
    findings: Annotated[tuple[_Finding, ...], msgspec.Meta(max_length=MOST_FINDINGS)]
    left_out: Annotated[tuple[_LeftOut, ...], msgspec.Meta(max_length=MOST_FINDINGS)]
    evidence: _Texts


class _Report(msgspec.Struct, frozen=True):
    schema: Literal["qgate.report/1"]
    qgate: _Slug
    verdict: Outcome
    base: _Endpoint | None
    head: _Endpoint | None
    gates: Annotated[tuple[_Gate, ...], msgspec.Meta(max_length=MOST_GATES)]
    notices: Annotated[tuple[_Finding, ...], msgspec.Meta(max_length=MOST_FINDINGS)]
    notes: _Texts


def parse(data: bytes) -> Report:
    """The report. Its texts are as they stand there: strangers' words, not made inert.

    Raises `MalformedReportJson` for more than 32 MiB, for what is not JSON of the format, and for
    what contradicts itself.
    """
    if len(data) > MOST_BYTES:
        raise MalformedReportJson(f"the report has more than {MOST_BYTES >> 20} MiB")
    try:
        found = msgspec.json.decode(data, type=_Report)
    except (msgspec.MsgspecError, UnicodeError) as error:
        # What is said may quote the text.
        raise MalformedReportJson(f"not a report of qgate: {str(error)[:200]}") from error
    except RecursionError as error:
        raise MalformedReportJson("the report is nested too deeply to read") from error
    _require_few(found)
    report = Report(
        base=_endpoint(found.base),
        head=_endpoint(found.head),
        gates=tuple(map(_gate, found.gates)),
        notices=tuple(map(_finding, found.notices)),
        notes=found.notes,
    )
    if found.verdict is not report.verdict:
        raise MalformedReportJson(
            f"the report says {found.verdict}, and its gates say {report.verdict}"
        )
    return report


def _require_few(found: _Report) -> None:
    findings = len(found.notices) + sum(len(gate.findings) for gate in found.gates)
    if max(findings, sum(len(gate.left_out) for gate in found.gates)) > MOST_FINDINGS:
        raise MalformedReportJson(f"the report has more than {MOST_FINDINGS:,} findings or files")
    names = [gate.name for gate in found.gates]
    if len(set(names)) < len(names):
        raise MalformedReportJson("the report has a gate more than once")


def _endpoint(found: _Endpoint | None) -> Endpoint | None:
    return Endpoint(sha=found.sha, found=found.found, side=found.side) if found else None


def _gate(found: _Gate) -> GateResult:
    findings = tuple(map(_finding, found.findings))
    _require_agreement(found, findings)
    return GateResult(
        name=found.name,
        outcome=found.outcome,
        reason=found.reason,
        summary=found.summary,
        hint=found.hint,
        metrics={key: _metric(value) for key, value in found.metrics.items()},
        findings=findings,
        left_out=tuple(LeftOut(path=_path(each.path), rule=each.rule) for each in found.left_out),
        evidence=found.evidence,
    )


def _require_agreement(gate: _Gate, findings: Sequence[Finding]) -> None:
    """A gate that blocks has not passed; one that could not judge says by which rule."""
    is_blocked = any(each.blocking for each in findings)
    if is_blocked and gate.outcome in {Outcome.PASSED, Outcome.SKIPPED}:
        raise MalformedReportJson(f"the gate {gate.name} is {gate.outcome} with blocking findings")
    if gate.outcome is Outcome.INCOMPLETE and not findings:
        raise MalformedReportJson(f"the gate {gate.name} is incomplete and does not say why")


def _finding(found: _Finding) -> Finding:
    if found.end_line and found.end_line < found.line:
        raise MalformedReportJson("a finding ends before it begins")
    return Finding(
        rule=found.rule,
        message=found.message,
        path=_path(found.path),
        line=found.line,
        end_line=found.end_line,
        level=found.level,
        blocking=found.blocking,
        column=found.column,
        standing=found.standing,
    )


def _path(path: str) -> str:
    if _OUTSIDE.match(path):
        raise MalformedReportJson("a path of the report leads out of the repository")
    return path


def _metric(value: _Value) -> Metric:
    if isinstance(value, int | float) and (not math.isfinite(value) or abs(value) > _LARGEST):
        raise MalformedReportJson("a figure of the report is no number")
    return value
