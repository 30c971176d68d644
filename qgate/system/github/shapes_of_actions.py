"""The shapes of GitHub Actions: runs and what they left."""

from datetime import datetime

import msgspec

from qgate.model.pull_request import Artifact, WorkflowRun
from qgate.system.github.shapes import Count, Id, Repository, Sha


class Run(msgspec.Struct):
    """A run of a workflow."""

    id: Id
    path: str
    event: str
    created_at: datetime
    head_sha: Sha
    head_branch: str | None
    head_repository: Repository | None
    conclusion: str | None

    def value(self) -> WorkflowRun:
        """The value that qgate works with."""
        return WorkflowRun(
            id=self.id,
            path=self.path.partition("@")[0],
            event=self.event,
            created=self.created_at,
            head_sha=self.head_sha,
            head_owner=self.head_repository.owner_login if self.head_repository else "",
            head_branch=self.head_branch or "",
            conclusion=self.conclusion or "",
        )


class Runs(msgspec.Struct):
    """A page of runs."""

    total_count: Count
    workflow_runs: list[Run]

    @property
    def items(self) -> list[Run]:
        """What is on the page."""
        return self.workflow_runs


class Package(msgspec.Struct):
    """An artifact."""

    id: Id
    name: str
    size_in_bytes: Count
    expired: bool

    def value(self) -> Artifact:
        """The value that qgate works with."""
        return Artifact(
            id=self.id, name=self.name, size=self.size_in_bytes, is_expired=self.expired
        )


class Packages(msgspec.Struct):
    """A page of artifacts."""

    total_count: Count
    artifacts: list[Package]

    @property
    def items(self) -> list[Package]:
        """What is on the page."""
        return self.artifacts
