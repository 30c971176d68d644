"""What the content gate found, from the artifact of its run, which is believed as little as can be.

The run is looked for by the pull request's head, among workflows that the base has; the artifact
is unpacked in memory, read by our own schema, and rendered anew.
"""

from collections.abc import Iterable
from typing import Final

from qgate.engine.publish.policy import Policy
from qgate.engine.publish.subject import Subject
from qgate.errors import Incomplete
from qgate.model.pull_request import Artifact, History, PullRequest, WorkflowRun
from qgate.model.report import Outcome, Report
from qgate.parse import artifact, report_json
from qgate.parse.artifact import MalformedArtifact
from qgate.parse.report_json import MalformedReportJson
from qgate.system.github.client import GitHub

ARTIFACT: Final = "qgate-report"
_FILE: Final = "report.json"
_MOST_PACKED: Final = 16 << 20
_MOST: Final = 32 << 20
_SUCCESS: Final = "success"


class Unusable(Incomplete):
    """There is no report of the content that can be used."""


def report_of(client: GitHub, subject: Subject, policy: Policy, history: History) -> Report:
    """The content gate's report for the present head. Raises `Unusable`."""
    pull, others = subject.pull, subject.others
    if others.is_open:
        raise Unusable(
            "ambiguous-run",
            "another open pull request has the same head, which has one status and whose runs do "
            "not say for which they are",
            hint="close one of them, or push to one",
        )
    if not pull.head_owner:
        raise Unusable(
            "ambiguous-run",
            "the fork that the head came from is gone, so its runs cannot be told apart",
            hint="open another pull request from a branch that is there",
        )
    run, found = _evidence(client, pull, policy)
    if others.closed is not None and run.created <= others.closed:
        raise Unusable(
            "ambiguous-run",
            "another pull request had the same head when its content was judged",
            hint="push, or close it and open it again",
        )
    if history.based is not None and run.created <= history.based:
        raise Unusable(
            "other-base",
            "the pull request got another base after its content was judged",
            hint="push, or close it and open it again: a run that is repeated keeps its old base",
        )
    report = _report(client, found)
    if report.verdict is Outcome.PASSED and run.conclusion != _SUCCESS:
        raise Unusable(
            "contradictory-report",
            f"the report says passed, and its run ended with {run.conclusion}",
            hint="see the run; run it again",
        )
    return report


def _evidence(client: GitHub, pull: PullRequest, policy: Policy) -> tuple[WorkflowRun, Artifact]:
    branch = (pull.head_owner, pull.head_ref)
    every = client.runs_of(pull.head_sha)
    runs = tuple(
        _newest((run for run in every if (run.head_owner, run.head_branch) == branch), policy)
    )
    found = [(run, left) for run in runs if run.conclusion and (left := _left(client, run))]
    if len(found) > 1:
        paths = ", ".join(sorted({run.path for run, _ in found}))
        raise Unusable(
            "contradictory-report",
            f"there is more than one report for this head, from {paths}",
            hint=f"let one workflow leave the artifact {ARTIFACT}",
        )
    if found:
        return found[0]
    if waiting := [run for run in runs if not run.conclusion]:
        raise Unusable(
            "report-pending",
            f"{waiting[0].path} has not ended for this head",
            hint="nothing to do: this is judged again when it ends",
        )
    raise Unusable(
        "no-report",
        f"no run for this head left the artifact {ARTIFACT}",
        hint="the content gate must run on `pull_request`, from a workflow that the base branch "
        "has; a first contributor's runs wait for approval",
    )


def _left(client: GitHub, run: WorkflowRun) -> Artifact | None:
    """The artifact of a run; of one that was run again, what it left last."""
    named = (each for each in client.artifacts(run.id) if each.name == ARTIFACT)
    return max(named, key=lambda each: each.id, default=None)


def _newest(runs: Iterable[WorkflowRun], policy: Policy) -> Iterable[WorkflowRun]:
    """The newest run of each workflow that the base has, newest first."""
    seen = set()
    for run in runs:
        if run.event == "pull_request" and run.path in policy.workflows and run.path not in seen:
            seen.add(run.path)
            yield run


def _report(client: GitHub, found: Artifact) -> Report:
    if found.is_expired or found.size > _MOST_PACKED:
        why = (
            "is no longer there" if found.is_expired else f"is larger than {_MOST_PACKED >> 20} MiB"
        )
        raise Unusable(
            "unusable-report", f"the artifact {ARTIFACT} {why}", hint="run the content gate again"
        )
    try:
        return report_json.parse(
            artifact.member(client.download(found, _MOST_PACKED), _FILE, _MOST)
        )
    except Incomplete as error:
        why = f"the artifact {ARTIFACT} cannot be fetched: {error.message}"
        raise Unusable("unusable-report", why, hint=error.hint) from error
    except (MalformedArtifact, MalformedReportJson) as error:
        raise Unusable(
            "unusable-report",
            f"the artifact {ARTIFACT} is refused: {error}",
            hint="let qgate's Action write it, and nothing else",
        ) from error
