"""The frozen outcome of a run: findings, gate results, one report, one verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from qgate.model.changes import Endpoint

Metric = int | float | str | None | tuple[str, ...]


class Level(StrEnum):
    """How loud a finding is. Whether it blocks is a separate fact."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Standing(StrEnum):
    """How a finding stands to the change. It is marked and never dropped."""

    NEW = "new"
    EXISTING = "existing"
    WAIVED = "waived"


class Outcome(StrEnum):
    """What became of one gate."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say about one place.

    `line` 0 means the file as a whole, `path` "" the change as a whole; `column` is 1-based, 0
    where unknown; `source` is the text of the first line, where known.
    """

    rule: str
    message: str
    path: str = ""
    line: int = 0
    end_line: int = 0
    level: Level = Level.ERROR
    blocking: bool = False
    source: str = ""
    column: int = 0
    standing: Standing = Standing.NEW

    @property
    def is_quiet(self) -> bool:
        """Whether it is only counted for people: old debt that this change did not touch."""
        return self.standing is Standing.EXISTING and self.level is Level.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A changed file that was not judged, and the rule that says so."""

    path: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What one gate found.

    `reason` is a slug, `summary` the same in words with figures, `hint` the next step where
    the gate is incomplete.
    """

    name: str
    outcome: Outcome
    reason: str
    summary: str
    hint: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run has to say. Without a base there were no gates to run."""

    base: Endpoint | None
    head: Endpoint | None
    gates: tuple[GateResult, ...]
    notices: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Outcome:
        """Failed beats incomplete beats passed; zero gates executed is not a pass."""
        outcomes = {gate.outcome for gate in self.gates}
        if Outcome.FAILED in outcomes:
            return Outcome.FAILED
        if Outcome.INCOMPLETE in outcomes or Outcome.PASSED not in outcomes:
            return Outcome.INCOMPLETE
        return Outcome.PASSED
