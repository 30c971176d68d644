"""Fixtures for every test."""

from pathlib import Path

import pytest

from tests.support.repo import Repo, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository with the branch `main` and an environment of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return make_repo(tmp_path / "repo", home)
