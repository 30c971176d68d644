"""The gate `checklist` on the event of a run: pure, to be asked once the other gates have ended."""

from collections.abc import Iterable, Mapping
from typing import Final

from qgate.config.settings import Settings
from qgate.documents.checklist.template import FOLDER
from qgate.documents.incident import severity
from qgate.gates.checklist import gate
from qgate.model.report import GateResult, Outcome

# What `policy` needs of the base: these files, and all files in these folders.
POLICY_FILES: Final = (severity.OWN,)
POLICY_FOLDERS: Final = (FOLDER,)


def of_event(
    settings: Settings,
    policy: Mapping[str, bytes],
    body: str | None,
    results: Iterable[GateResult],
    *,
    is_draft: bool,
) -> GateResult | None:
    """The gate's result; None where there is no pull request, and so no body.

    `settings` are those to judge by, `policy` the files of the base by path, `results` those of
    the other gates.
    """
    if body is None:
        return None
    chosen = settings.gates.checklist
    if not chosen.enabled:
        key = f"gates.{gate.NAME}.enabled"
        return GateResult(
            name=gate.NAME,
            outcome=Outcome.SKIPPED,
            reason="disabled",
            summary=f"{key} is false",
            hint=f"set {key} to true, or leave it out",
        )
    answers = {each.name: each.outcome for each in results}
    return gate.run(body, chosen.list, policy, answers, is_draft=is_draft)
