"""Fixtures of the tests that run the real command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.samples import make_topic
from tests.support.repo import Repo


@pytest.fixture(scope="session")
def _topic(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    top = tmp_path_factory.mktemp("topic")
    repo = make_topic(top / "repo", top / "home")
    temporary = top / "temporary"
    temporary.mkdir()
    repo.environ["TMPDIR"] = str(temporary)
    return repo


@pytest.fixture
def topic(_topic: Repo) -> Iterator[Repo]:
    """A repository shared by many tests: no run may leave anything in it or in its TMPDIR.

    `app.py` of samples.py is committed on `topic`; there is no report in it.
    """
    yield _topic
    assert _topic.git("status", "--porcelain", "--ignored") == ""
    assert not list(Path(_topic.environ["TMPDIR"]).iterdir())


@pytest.fixture
def own(tmp_path: Path) -> Repo:
    """The same repository for one test alone, to change at will."""
    return make_topic(tmp_path / "repo", tmp_path / "home")
