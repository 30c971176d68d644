"""`qgate check` inside the test's own process, and short ways to look at its report."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from qgate.engine.check import check
from qgate.engine.request import Request
from qgate.model.report import Finding, GateResult, Metric, Report
from tests.support.repo import Repo


def judged(
    repo: Repo,
    *,
    base: str | None = None,
    committed: bool = False,
    staged: bool = False,
    reports: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    config: Path | None = None,
    gates: tuple[str, ...] = ("coverage",),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Report:
    """The whole report; `gates` empty means all."""
    return check(
        Request(
            gates=gates,
            now=now,
            folder=folder or repo.path,
            environ={**repo.environ, **(environ or {})},
            base=base,
            committed=committed,
            staged=staged,
            reports=reports,
            config=config,
        )
    )


def coverage_of(repo: Repo, **flags: object) -> GateResult:
    """The coverage gate's result; the flags are those of `judged`."""
    report = judged(repo, **flags)  # type: ignore[arg-type]  # passed on as they are
    (gate,) = report.gates
    return gate


def missing(gate: GateResult) -> list[tuple[str, int]]:
    """Path and first line of every miss, sorted."""
    return sorted((each.path, each.line) for each in of_rule(gate, "coverage/uncovered"))


def of_rule(gate: GateResult, rule: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in gate.findings if finding.rule == rule]


def counts(gate: GateResult, *names: str) -> tuple[Metric, ...]:
    """Some metrics, in the order asked for."""
    return tuple(gate.metrics[name] for name in names)
