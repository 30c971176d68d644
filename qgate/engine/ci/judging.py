"""What is judged on which occasion."""

from dataclasses import replace
from typing import Final

from qgate.config.load import variable
from qgate.engine.check import check
from qgate.engine.ci import overdue
from qgate.engine.request import Request
from qgate.errors import UsageError
from qgate.model.event import CiEvent, NothingEvent, ScheduledEvent, TrustedEvent
from qgate.model.report import Report
from qgate.system import ci

_AUDIT: Final = "audit"
_BY_THE_CLOCK: Final = (_AUDIT, overdue.NAME)
# Where a step's own results go. What the tests' command writes there would be taken for ours.
_FILES_OF_THE_STEP: Final = frozenset(
    {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"}
)


def occasion_of(request: Request) -> CiEvent | NothingEvent | TrustedEvent | None:
    """What this run of GitHub Actions is for; None where the base was named.

    Raises `UsageError` for an event that is not answered, and `Incomplete`.
    """
    if request.base is not None and request.environ.get("GITHUB_EVENT_NAME") not in ci.TRUSTED:
        return None
    return ci.occasion(request.environ)


def judge(request: Request, occasion: CiEvent | None) -> Report:
    """The report. Raises `UsageError`."""
    environ = {
        name: value for name, value in request.environ.items() if name not in _FILES_OF_THE_STEP
    }
    request = replace(request, environ=environ)
    return _by_the_clock(request) if isinstance(occasion, ScheduledEvent) else check(request)


def _by_the_clock(request: Request) -> Report:
    """Every known vulnerability, whoever brought it in, and what is overdue.

    Nothing has changed: a gate that looks at changes would find nothing and say "passed".
    """
    gates = [name for name in _BY_THE_CLOCK if not request.gates or name in request.gates]
    if not gates:
        raise UsageError(
            f"on schedule nothing is judged but {' and '.join(_BY_THE_CLOCK)}",
            hint="name one of them, or no gate",
        )
    environ = {variable("gates.audit.blocks"): "all", **request.environ}
    audit = replace(request, environ=environ, gates=(_AUDIT,))
    report = check(audit)
    results = report.gates if _AUDIT in gates else ()
    if overdue.NAME in gates:
        results = (*results, overdue.result(request, request.now()))
    return replace(report, gates=results)
