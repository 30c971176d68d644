"""Whether the change leaves the process documents true.

All documents are judged, on both sides. What the base has too is counted and does not block; what
hangs on the clock is asked of touched documents only, so that an old build does not turn red.
"""

from typing import Final

from qgate.documents.kinds import Kind
from qgate.gates.context import GateContext
from qgate.gates.documents import places
from qgate.model.report import GateResult, Outcome, Standing

NAME: Final = "documents"


def run(context: GateContext) -> GateResult:
    """Judge the change. Raises `Incomplete` where git fails."""
    here = places.here(context)
    if not here.kinds and not context.settings.documents.adr.owed:
        return GateResult(
            name=NAME,
            outcome=Outcome.SKIPPED,
            reason="no-documents",
            summary="there are none here",
        )
    touched = frozenset(
        name for file in context.changes.files for name in (file.path, file.old_path)
    )
    # The rules are not loaded where there is nothing to judge.
    from qgate.gates.documents import judging  # noqa: PLC0415

    checked, findings = judging.judge(context, here, touched)
    blocking = sum(each.blocking for each in findings)
    older = sum(each.standing is Standing.EXISTING for each in findings)
    waived = sum(each.standing is Standing.WAIVED for each in findings)
    eligible = sum(path in touched for path in here.kinds)
    total = len(here.kinds)
    said = [f"{blocking} new finding{'' if blocking == 1 else 's'}"] if blocking else []
    said += [f"{waived} waived"] * bool(waived)
    said += [f"{older} older"] * bool(older)
    said.append(f"{checked} of {total} documents checked, {eligible} in this change")
    return GateResult(
        name=NAME,
        outcome=Outcome.FAILED if blocking else Outcome.PASSED,
        reason="findings" if blocking else "passed",
        summary="; ".join(said),
        metrics={
            "checked": checked,
            "eligible": eligible,
            "total": total,
            "older": older,
            **{kind.value: sum(each is kind for each in here.kinds.values()) for kind in Kind},
        },
        findings=findings,
    )
