"""Fixtures for every test."""

from pathlib import Path

import pytest

from tests.support import warm
from tests.support.repo import Repo, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository with the branch `main` and an environment of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return make_repo(tmp_path / "repo", home)


@pytest.fixture(scope="session")
def _warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return warm.make(tmp_path_factory.mktemp("warm"))


@pytest.fixture
def warm_tools(repo: Repo, _warm: Path) -> None:
    """In the repository mypy and pip-audit start warm: see tests/support/warm.py."""
    repo.environ["PATH"] = f"{_warm}:{repo.environ['PATH']}"
