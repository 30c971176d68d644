"""What qgate requires of an answer is what GitHub's own description promises."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest

from qgate.system.github import shapes, shapes_of_actions, shapes_of_git
from tests.support.github import validation

# Every shape, and the models that it reads.
MODELS: list[tuple[type[msgspec.Struct], str]] = [
    *((shapes.User, name) for name in ("SimpleUser", "PublicUser", "TeamMember")),
    *((shapes.Repository, name) for name in ("MinimalRepository", "Repository")),
    *((shapes.Side, f"PullRequest{name}") for name in ("PropHead", "SimplePropHead")),
    *((shapes.BriefPull, name) for name in ("PullRequest", "PullRequestSimple")),
    (shapes.Pull, "PullRequest"),
    (shapes.File, "DiffEntry"),
    (shapes.Review, "PullRequestReview"),
    (shapes.Slug, "Team"),
    (shapes.Requested, "PullRequestReviewRequest"),
    *((shapes.Event, name) for name in ("IssueEvent", "ReviewRequestRemovedIssueEvent")),
    (shapes.Remark, "IssueComment"),
    *((shapes.Made, name) for name in ("IssueComment", "Status")),
    (shapes.Reference, "GitRef"),
    (shapes.Level, "RepositoryCollaboratorPermission"),
    (shapes_of_actions.Run, "WorkflowRun"),
    (shapes_of_actions.Runs, "ReposOwnerRepoActionsRunsGetResponse200"),
    (shapes_of_actions.Package, "Artifact"),
    (shapes_of_git.Tree, "GitTree"),
    (shapes_of_git.Entry, "GitTreePropTreeItems"),
    (shapes_of_git.Blob, "Blob"),
]


def may_be_null(kind: Any) -> bool:
    return get_origin(kind) in {Union, UnionType} and type(None) in get_args(kind)


@pytest.mark.parametrize(("shape", "model"), MODELS, ids=str)
def test_nothing_is_required_that_github_does_not_promise(
    shape: type[msgspec.Struct], model: str
) -> None:
    described = getattr(validation._models(), model).model_fields
    for field in msgspec.structs.fields(shape):
        promised = described.get(field.name) or described[f"{field.name}_"]
        assert promised.is_required() or not field.required, field.name
        if promised.is_required() and may_be_null(promised.annotation):
            assert may_be_null(field.type), field.name
