"""The gate `checklist` on the event of a run, asked once the other gates have ended."""

from collections.abc import Iterable, Mapping
from typing import Final

from qgate.config.settings import Settings
from qgate.documents.checklist.template import FOLDER
from qgate.documents.incident import severity
from qgate.gates.checklist import gate
from qgate.gates.context import GateContext
from qgate.model.report import GateResult, Outcome
from qgate.system import trees

# The worst first.
_BAD: Final = (Outcome.FAILED, Outcome.INCOMPLETE, Outcome.SKIPPED, Outcome.PASSED)


def policy(context: GateContext) -> dict[str, bytes]:
    """The files that make lists, as the base has them, by path."""
    return trees.regular_files(
        context.repo,
        context.changes.base.sha,
        lambda path: path == severity.OWN or path.startswith(f"{FOLDER}/"),
    )


def of_event(
    settings: Settings,
    policy: Mapping[str, bytes],
    body: str | None,
    results: Iterable[GateResult],
    *,
    is_draft: bool,
) -> GateResult | None:
    """The gate's result; None where there is no body to judge, or no list to judge it by.

    `settings` are those to judge by, `policy` the files of the base by path, `results` those of
    the other gates.
    """
    chosen = settings.gates.checklist
    if body is None or chosen.list is None:
        return None
    if not chosen.enabled:
        key = f"gates.{gate.NAME}.enabled"
        return GateResult(
            name=gate.NAME,
            outcome=Outcome.SKIPPED,
            reason="disabled",
            summary=f"{key} is false",
            hint=f"set {key} to true, or leave it out",
        )
    answers: dict[str, Outcome] = {}
    for each in results:
        # Where a gate is there twice, as in a report that somebody made up, the worst holds.
        answers[each.name] = min(answers.get(each.name, each.outcome), each.outcome, key=_BAD.index)
    return gate.run(body, chosen.list, policy, answers, is_draft=is_draft)
