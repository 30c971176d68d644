"""Reports to render: the usual outcomes, and one as large as they get."""

from dataclasses import replace
from functools import cache
from typing import Final

from qgate.model.changes import Endpoint, Side
from qgate.model.report import Finding, GateResult, LeftOut, Level, Outcome, Report, Standing

BASE: Final = Endpoint(sha="a1" * 20, found="merge base of origin/main and HEAD")
HEAD: Final = Endpoint(sha="b2" * 20, found="the working tree", side=Side.WORKTREE)


def finding(rule: str, message: str, path: str = "", line: int = 0, **more: object) -> Finding:
    """A finding on one line, or of a file or the change as a whole."""
    fields = {"end_line": line, **more}
    return Finding(rule=rule, message=message, path=path, line=line, **fields)  # type: ignore[arg-type]


def miss(path: str, line: int) -> Finding:
    """A statement that no test runs."""
    return finding("coverage/uncovered", "not covered by any test", path, line, blocking=True)


COVERAGE: Final = GateResult(
    name="coverage",
    outcome=Outcome.FAILED,
    reason="below-threshold",
    summary="60.00 % of 10 changed statements covered, 90 % needed (4 missing)",
    findings=(
        *(miss("src/a.py", line) for line in (3, 4, 5, 9)),
        finding("coverage/partial", "1 of 2 branches taken", "src/a.py", 7, level=Level.WARNING),
    ),
    left_out=(LeftOut(path="tests/a.py", rule="exclude: tests/"),),
)
LINT: Final = GateResult(
    name="lint",
    outcome=Outcome.FAILED,
    reason="findings",
    summary="1 new finding; 1 off the changed lines",
    findings=(
        finding("lint/F401", "`json` imported but unused", "src/b.py", 1, blocking=True, column=8),
        finding(
            "lint/E501", "Line too long", "src/c.py", 9, level=Level.NOTE,
            standing=Standing.EXISTING,
        ),
        finding(
            "lint/F841", "unused", "src/c.py", 4, level=Level.WARNING, standing=Standing.WAIVED
        ),
    ),
)  # fmt: skip
TYPES: Final = GateResult(
    name="types", outcome=Outcome.PASSED, reason="nothing-new", summary="mypy found nothing new"
)
AUDIT: Final = GateResult(
    name="audit",
    outcome=Outcome.INCOMPLETE,
    reason="timed-out",
    summary="pip-audit timed out",
    hint="run it again",
    findings=(finding("audit/timed-out", "pip-audit timed out", blocking=True),),
)
DOCUMENTS: Final = GateResult(
    name="documents", outcome=Outcome.SKIPPED, reason="no-documents", summary="there are none"
)
WEAKENED: Final = finding(
    "policy/weakened", "this change lowers the threshold", ".qgate.yml", 4, level=Level.WARNING
)


def a_report(*gates: GateResult, **more: object) -> Report:
    """A report of these gates, between the two ends."""
    return Report(base=BASE, head=HEAD, gates=gates, **more)  # type: ignore[arg-type]  # by name


FAILED: Final = a_report(
    TYPES, COVERAGE, AUDIT, LINT, DOCUMENTS, notices=(WEAKENED,), notes=("slow",)
)
PASSED: Final = a_report(TYPES, DOCUMENTS)
NO_BASE: Final = Report(base=None, head=None, gates=(AUDIT, replace(AUDIT, name="lint")))
NO_GATE: Final = Report(base=None, head=None, gates=())


@cache
def large(findings: int, files: int = 3000, text: str = "x") -> Report:
    """Findings of two gates in many files, each with a message of its own and this text."""
    half = findings // 2
    every = [
        finding(
            f"lint/E{number % 40}", f"message {number} {text}", f"src/part{number % files}/file.py",
            1 + number // files * 7, blocking=number % 3 > 0,
            level=Level.ERROR if number % 3 else Level.WARNING,
        )
        for number in range(findings)
    ]  # fmt: skip
    left_out = tuple(LeftOut(path=f"tests/{n}.py", rule="exclude: tests/") for n in range(files))
    return a_report(
        replace(LINT, findings=tuple(every[:half]), left_out=left_out),
        replace(COVERAGE, findings=tuple(every[half:])),
        TYPES,
        AUDIT,
        notices=(WEAKENED,),
    )
