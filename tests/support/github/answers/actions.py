"""Runs of GitHub Actions and what they left."""

from typing import Final

from tests.support.github.documents import actions
from tests.support.github.operations import (
    SIGNATURE,
    STORE,
    Answer,
    Asked,
    Operation,
    Refused,
    missing,
)
from tests.support.github.pages import PAGED, paged
from tests.support.github.state import Artifact, Run

_NEEDS: Final = ("actions",)
_RUNS: Final = "/repos/{owner}/{repo}/actions/runs"
_ARTIFACTS: Final = "/repos/{owner}/{repo}/actions/artifacts"


def _runs(asked: Asked) -> Answer:
    wanted = {name: asked.query[name] for name in _FILTERS if name in asked.query}
    found = [run for run in asked.state.runs.values() if _is_wanted(run, wanted)]
    newest_first = sorted(found, key=lambda run: run.id, reverse=True)
    return paged(
        asked,
        newest_first,
        lambda run: actions.run(asked.at, run),
        lambda page: {"total_count": len(newest_first), "workflow_runs": page},
    )


def _is_wanted(run: Run, wanted: dict[str, str]) -> bool:
    status = "in_progress" if run.conclusion is None else "completed"
    for name, value in wanted.items():
        match name:
            case "status":
                fits = value in {status, run.conclusion}
            case "branch":
                fits = value == run.head_branch
            case _:
                fits = value == {"head_sha": run.head_sha, "event": run.event}[name]
        if not fits:
            return False
    return True


def _run(asked: Asked) -> Answer:
    return Answer(data=actions.run(asked.at, _found_run(asked)))


def _found_run(asked: Asked) -> Run:
    number = asked.params["id"]
    run = asked.state.runs.get(int(number)) if number.isdecimal() else None
    if run is None:
        raise missing()
    return run


def _artifacts(asked: Asked) -> Answer:
    number, name = _found_run(asked).id, asked.query.get("name")
    found = [
        each
        for each in asked.state.artifacts.values()
        if each.run == number and name in {None, each.name}
    ]
    return paged(
        asked,
        found,
        lambda each: actions.artifact(asked.at, each),
        lambda page: {"total_count": len(found), "artifacts": page},
    )


def _found_artifact(asked: Asked) -> Artifact:
    number = asked.params["id"]
    artifact = asked.state.artifacts.get(int(number)) if number.isdecimal() else None
    if artifact is None:
        raise missing()
    return artifact


def _artifact(asked: Asked) -> Answer:
    return Answer(data=actions.artifact(asked.at, _found_artifact(asked)))


def _zip(asked: Asked) -> Answer:
    artifact = _found_artifact(asked)
    if artifact.is_expired:
        raise Refused(410, "Artifact has expired")
    location = f"{asked.elsewhere}{STORE}{artifact.id}?sig={SIGNATURE}"
    return Answer(status=302, headers={"Location": location})


_FILTERS: Final = ("head_sha", "event", "status", "branch")

OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_RUNS,
        answer=_runs,
        gives="ReposOwnerRepoActionsRunsGetResponse200",
        needs=_NEEDS,
        query=(*PAGED, *_FILTERS),
    ),
    Operation(method="GET", path=f"{_RUNS}/{{id}}", answer=_run, gives="WorkflowRun", needs=_NEEDS),
    Operation(
        method="GET",
        path=f"{_RUNS}/{{id}}/artifacts",
        answer=_artifacts,
        gives="ReposOwnerRepoActionsRunsRunIdArtifactsGetResponse200",
        needs=_NEEDS,
        query=(*PAGED, "name"),
    ),
    Operation(
        method="GET",
        path=f"{_ARTIFACTS}/{{id}}",
        answer=_artifact,
        gives="Artifact",
        needs=_NEEDS,
    ),
    Operation(method="GET", path=f"{_ARTIFACTS}/{{id}}/zip", answer=_zip, needs=_NEEDS),
)
