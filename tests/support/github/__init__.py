"""A loopback GitHub that keeps state, held to GitHub's own description of its API."""

from tests.support.github import build, faults
from tests.support.github.double import Double, Request
from tests.support.github.mirror import mirror
from tests.support.github.server import github
from tests.support.github.state import GitHubState

__all__ = ["Double", "GitHubState", "Request", "build", "faults", "github", "mirror"]
