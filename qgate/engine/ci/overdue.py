"""What only the clock decides about incidents and post-mortems, as the result of a gate."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from qgate.documents.incident.overdue import Overdue, Owed, Unjudged
from qgate.engine import incidents
from qgate.engine.request import Request
from qgate.model.report import Finding, GateResult, Outcome

NAME: Final = "overdue"


class Rule(StrEnum):
    """Rule ids; rules/explain/overdue/ has the texts."""

    ACKNOWLEDGEMENT = "overdue/acknowledgement"
    POST_MORTEM = "overdue/post-mortem"
    ACTION = "overdue/action"
    NOT_JUDGED = "overdue/not-judged"


_RULES: Final = {
    Owed.ACKNOWLEDGEMENT: Rule.ACKNOWLEDGEMENT,
    Owed.POST_MORTEM: Rule.POST_MORTEM,
    Owed.ACTION: Rule.ACTION,
}


def result(request: Request, now: datetime) -> GateResult:
    """What is overdue at `now` in the working tree.

    Failed if anything is, incomplete if a document does not say what is needed, skipped where
    there are neither incidents nor post-mortems. Raises `UsageError`, also for a table of
    severities with faults.
    """
    desk = incidents.desk(request)
    books = incidents.books(desk)
    count = len(books.incidents) + len(books.post_mortems) + len(books.broken)
    if not count:
        summary = "there are no incidents and no post-mortems"
        return GateResult(
            name=NAME, outcome=Outcome.SKIPPED, reason="no-documents", summary=summary
        )
    found = incidents.late(desk, now)
    late = [each for each in found if isinstance(each, Overdue)]
    unjudged = [each for each in found if isinstance(each, Unjudged)]
    findings = (*map(_finding, late), *map(_finding, unjudged))
    of = f"{count} {'document' if count == 1 else 'documents'} looked at"
    if late:
        more = f", {len(unjudged)} could not be judged" if unjudged else ""
        summary = f"{len(late)} overdue{more}; {of}"
        return _result(Outcome.FAILED, "overdue", summary, findings)
    if unjudged:
        first = unjudged[0]
        summary = f"{first.path}:{first.line}: {first.message}"
        hint = "mend what the document says; qgate incident status lists all of them"
        return _result(Outcome.INCOMPLETE, "not-judged", summary, findings, hint)
    return _result(Outcome.PASSED, "nothing-overdue", f"nothing is overdue; {of}", ())


def _result(
    outcome: Outcome, reason: str, summary: str, findings: tuple[Finding, ...], hint: str = ""
) -> GateResult:
    return GateResult(
        name=NAME, outcome=outcome, reason=reason, summary=summary, hint=hint, findings=findings
    )


def _finding(each: Overdue | Unjudged) -> Finding:
    return Finding(
        rule=_RULES[each.owed] if isinstance(each, Overdue) else Rule.NOT_JUDGED,
        message=each.message,
        path=each.path,
        line=each.line,
        end_line=each.line,
        blocking=True,
    )
