"""One run of `qgate check`: find both ends, read the change, judge it, give one report."""

import gc
import os
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta

from qgate.config.kinds import suggestion
from qgate.config.load import FILE_NAME
from qgate.config.tools import Definitions
from qgate.engine import schedule
from qgate.engine.prepare import Prepared, prepared
from qgate.engine.request import Request
from qgate.errors import Incomplete, UsageError
from qgate.gates import registry
from qgate.gates.context import GateContext
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.parse.unified_diff import MalformedDiff
from qgate.system import secrets
from qgate.system.jobs import Jobs


def check(request: Request) -> Report:
    """Judge the change. What could not be judged is in the report.

    Raises `UsageError`, of which `SettingsError` is one.
    """
    enabled = gc.isenabled()
    # Parsing makes millions of objects and no cycles; collecting costs more than the work.
    gc.disable()
    try:
        with prepared(request) as ready:
            refuse_unknown(request.gates, ready.definitions)
            return _judge(request, ready)
    finally:
        if enabled:
            gc.enable()


def refuse_unknown(names: Collection[str], definitions: Definitions) -> None:
    """Raise `UsageError` for a name that no gate has."""
    known = registry.gates(definitions)
    for name in names:
        if name in registry.OF_PULL_REQUESTS:
            raise UsageError(
                f'the gate "{name}" judges a pull request, and there is none here',
                hint="`qgate publish` judges it, and so does the Action on the publisher's events",
            )
        if name not in known:
            near = suggestion(name, tuple(known))
            hint = f"gates: {', '.join(known)}"
            raise UsageError(f'there is no gate "{name}"{near}', hint=hint)


def _judge(request: Request, ready: Prepared) -> Report:
    context = ready.context
    if context is None:
        names = request.gates or registry.gates(ready.definitions)
        problem = ready.problem or Incomplete("git-failed", "the change could not be read")
        results = tuple(_not_judged(name, "change", problem) for name in names)
        return Report(base=ready.base, head=ready.head, gates=results, notices=ready.notices)
    if context.settings.waivers:
        context.watch.until(_next_midnight(context.now))
    return Report(
        base=ready.base,
        head=ready.head,
        gates=_run_gates(request, context),
        notices=(*ready.notices, *_expired(context)),
        notes=(*context.changes.notes, *_waivers(context), *_elsewhere(context)),
    )


def _run_gates(request: Request, context: GateContext) -> tuple[GateResult, ...]:
    known = registry.gates(context.definitions)
    slots = context.settings.run.jobs or _processors()
    with Jobs(
        run=context.run,
        slots=slots,
        deadline=float(context.settings.run.deadline),
        watch=request.watch,
        secrets=secrets.of(request.environ),
    ) as jobs:
        outcomes = schedule.run_all(
            {
                name: _steps(name, run, context)
                for name, run in known.items()
                if not request.gates or name in request.gates
            },
            jobs,
        )
    return tuple(
        _not_judged(name, _group(name, context.definitions), each)
        if isinstance(each, Incomplete)
        else each
        for name, each in outcomes.items()
    )


def _group(name: str, definitions: Definitions) -> str:
    """Where the texts of a gate's own rules are: gates of tools share theirs."""
    return "tools" if name in definitions.gates() else name


def _steps(name: str, run: registry.Run, context: GateContext) -> registry.Steps:
    """A gate as steps: one that is switched off, or needs no programs, has none."""
    section = getattr(context.settings.gates, name, None)
    if section is not None and not section.enabled:
        key = f"gates.{name}.enabled"
        return GateResult(
            name=name,
            outcome=Outcome.SKIPPED,
            reason="disabled",
            summary=f"{key} is false ({context.loaded.origin(key).place})",
            hint=f"set {key} to true, or leave it out",
        )
    if not registry.is_ours(name, context.definitions):
        context.watch.never(f"what the gate {name} reads is not known")
    result = run(context)
    if isinstance(result, GateResult):
        return result
    return (yield from result)


def _next_midnight(now: datetime) -> float:
    """When the day that waivers are judged by ends."""
    return datetime.combine(now.date() + timedelta(days=1), time.min, UTC).timestamp()


def _waivers(context: GateContext) -> tuple[str, ...]:
    """Every waiver that holds, in every report."""
    today = context.now.date()
    return tuple(
        f"waiver: {each.rule}{f' in {each.path}' if each.path else ''} by {each.by} "
        f"until {each.until}: {each.reason}"
        for each in context.settings.waivers
        if each.holds(today)
    )


def _elsewhere(context: GateContext) -> tuple[str, ...]:
    """What the settings ask for and this run does not judge, where somebody may wait for it."""
    name = context.settings.gates.checklist.list
    if name is None or not context.is_ci:
        return ()
    return (f"the checklist {name} is judged by the publisher, in the pull request's body",)


def _expired(context: GateContext) -> tuple[Finding, ...]:
    today = context.now.date()
    return tuple(
        Finding(
            rule="policy/waiver-expired",
            message=f"the waiver of {each.rule} by {each.by} ended on {each.until}",
            path=FILE_NAME,
            level=Level.WARNING,
        )
        for each in context.settings.waivers
        if not each.holds(today)
    )


def _not_judged(name: str, group: str, error: Incomplete | MalformedDiff) -> GateResult:
    """A gate that could not judge, with one finding that names the rule to look up."""
    reason = error.reason if isinstance(error, Incomplete) else "malformed-diff"
    finding = Finding(
        rule=f"{group}/{reason}",
        message=error.message,
        path=error.path if isinstance(error, Incomplete) else "",
        blocking=True,
    )
    return GateResult(
        name=name,
        outcome=Outcome.INCOMPLETE,
        reason=reason,
        summary=error.message,
        hint=error.hint,
        findings=(finding,),
    )


def _processors() -> int:
    """How many this process may use; macOS does not tell, so all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
