"""What is said where people look when there is no verdict to say."""

from qgate.errors import QgateError, UsageError
from qgate.model.report import GateResult, Outcome, Report
from qgate.reporters import github
from qgate.reporters.markdown_text import prose


def problem(error: Exception) -> Report:
    """A report that judges nothing and says why; for annotations and the summary alone."""
    hint = error.hint if isinstance(error, QgateError) else "the log has a report ready to paste"
    match error:
        case UsageError():
            reason, message = "usage", error.message
        case QgateError():
            reason, message = "not-judged", error.message
        case _:
            reason = "bug"
            message = f"this is a bug in qgate, not a verdict on your change: {error!r}"
    result = GateResult(
        name="qgate", outcome=Outcome.INCOMPLETE, reason=reason, summary=message, hint=hint
    )
    return Report(base=None, head=None, gates=(result,))


def nothing(why: str) -> str:
    """One annotation that there is nothing to judge, and why."""
    return github.notice(f"nothing to judge: {why}")


def nothing_page(why: str) -> str:
    """The same for the summary."""
    return f"qgate: nothing to judge: {prose(why)}\n"
