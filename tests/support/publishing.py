"""The publisher in tests: a pull request on a loopback GitHub, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from qgate.engine.publish import run, start
from qgate.model.changes import Endpoint
from qgate.model.event import TargetEvent
from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.reporters import json_v1
from qgate.system.github.client import GitHub
from qgate.system.github.patience import Patience
from tests.support.github import Double, GitHubState, build
from tests.support.github.state import Pull

WORKFLOW: Final = ".github/workflows/qgate.yml"
FILES: Final = {WORKFLOW: "on: pull_request\n"}
RULES: Final = 'require:\n  "server/**": ["@carol"]\n'


def content(outcome: Outcome = Outcome.PASSED, **changes: Any) -> Report:
    """What the content gate found: one gate of this outcome."""
    findings: tuple[Finding, ...] = ()
    if outcome is Outcome.FAILED:
        findings = (
            Finding(rule="lint/F401", message="unused import", path="a.py", line=3, blocking=True),
        )
    gate = GateResult(
        name="lint", outcome=outcome, reason="x", summary="ruff said so", findings=findings
    )
    end = Endpoint(sha="a" * 40, found="by CI")
    return replace(Report(base=end, head=end, gates=(gate,)), **changes)


def started(
    files: Mapping[str, str] | None = None, *names: str, author: str = "author", fork: str = ""
) -> tuple[GitHubState, Pull]:
    """A repository whose base has these files, and a pull request that changes those."""
    state = build.started("carol", "dave", "erin")
    build.push(state, {**FILES, **(files or {})})
    return state, build.open_pull(state, *(names or ("server/a.py",)), author=author, fork=fork)


def judged_content(
    state: GitHubState, pull: Pull, report: Report | bytes | None = None, **of_run: Any
) -> Any:
    """The content gate's run for the head, with its artifact."""
    made = build.run(state, pull)
    for name, value in of_run.items():
        setattr(made, name, value)
    given = content() if report is None else report
    data = given if isinstance(given, bytes) else json_v1.render(given).encode()
    build.artifact(state, made, {"report.json": data})
    return made


def client_of(double: Double, token: str = "") -> GitHub:
    return GitHub(
        token=token or double.state.token.value,
        repository=double.state.repository.full_name,
        url=double.url,
        patience=Patience(sleep=lambda _: None),
    )


def published(
    double: Double, number: int = 1, action: str = "opened", **options: Any
) -> run.Published:
    """Publish for a pull request as on its own event."""
    event = TargetEvent(number=number, action=action)
    done = start.of_event(client_of(double), event, {}, **options)
    (found,) = done.published
    return found


def gate(found: run.Published, name: str) -> GateResult:
    return next(each for each in found.report.gates if each.name == name)


def statuses(double: Double) -> list[tuple[str, str]]:
    return [(each.state, each.sha) for each in double.state.statuses]


def owned_by(*owners: str) -> dict[str, str]:
    return {
        ".qgate.yml": f"owners:\n  '*': [{', '.join(owners)}]\n"
        "select: {per_rule: null, cap: null}\n"
    }
