"""The gate `checklist`, asked once it is known what the other gates said."""

from collections.abc import Iterable, Mapping
from typing import Final

from qgate.config.settings import Settings
from qgate.gates.checklist import gate
from qgate.model.pull_request import PullRequest
from qgate.model.report import GateResult, Outcome

# The worst first.
_BAD: Final = (Outcome.FAILED, Outcome.INCOMPLETE, Outcome.SKIPPED, Outcome.PASSED)


def judged(
    pull: PullRequest,
    settings: Settings,
    policy: Mapping[str, bytes],
    results: Iterable[GateResult],
) -> GateResult | None:
    """The gate's result; None where no list is asked for.

    `policy` are the files of the base by path, `results` those of the other gates.
    """
    chosen = settings.gates.checklist
    if chosen.list is None:
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
    return gate.run(pull.body, chosen.list, policy, answers, is_draft=pull.is_draft)
