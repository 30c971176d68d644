"""`--staged` judges the index and `--committed` the commit, whatever the working tree has."""

import time

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import judged
from tests.support.repo import Repo

pytestmark = pytest.mark.usefixtures("warm_tools")


def staged(repo: Repo, name: str) -> GateResult:
    """One gate's result about the index."""
    (gate,) = judged(repo, gates=(name,), staged=True).gates
    return gate


def rules(gate: GateResult) -> list[str]:
    """The rules of what blocks."""
    return [each.rule for each in gate.findings if each.blocking]


def test_a_stand_in_of_the_same_size_is_read_by_mypy(repo: Repo) -> None:
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "a.py": "x: int = 1\n"})
    repo.write({"a.py": "x: int = 2\n"})
    (gate,) = judged(repo, gates=("types",), base="HEAD").gates
    assert gate.outcome is Outcome.PASSED
    # The next second: mypy's memory of the good file must not speak for the bad one.
    time.sleep(1.1)
    repo.write({"a.py": "x: str = 3\n"})
    repo.git("add", "a.py")
    repo.write({"a.py": "x: int = 2\n"})
    assert rules(staged(repo, "types")) == ["types/assignment"]


def test_an_extended_configuration_is_the_staged_one(repo: Repo) -> None:
    repo.commit(
        {
            "ruff.toml": "extend = 'conf/base.toml'\n",
            "conf/base.toml": "[lint]\nselect = ['F']\n",
            "a.py": "x = 1\n",
        }
    )
    repo.write({"a.py": "import os\nx = 1\n"})
    repo.git("add", "a.py")
    repo.write({"conf/base.toml": "[lint]\nselect = ['E9']\n"})
    assert rules(staged(repo, "lint")) == ["lint/F401"]
    repo.git("commit", "--quiet", "--message", "x")
    (gate,) = judged(repo, gates=("lint",), base="HEAD~1", committed=True).gates
    assert rules(gate) == ["lint/F401"]


def test_an_untracked_nearer_configuration_does_not_speak_for_the_index(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "pkg/a.py": "x = 1\n"})
    repo.write({"pkg/a.py": "import os\nx = 1\n"})
    repo.git("add", "pkg/a.py")
    repo.write({"pkg/ruff.toml": "lint.select = ['E9']\n"})
    assert rules(staged(repo, "lint")) == ["lint/F401"]


def test_an_untracked_file_does_not_block_a_commit_that_leaves_it_out(repo: Repo) -> None:
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "a.py": "y = 1\n"})
    repo.write({"scratch.py": "x: int = ''\n", "a.py": "y = 2\n"})
    repo.git("add", "a.py")
    gate = staged(repo, "types")
    assert gate.outcome is Outcome.PASSED, gate.summary
    assert "1 untracked file visible" in gate.evidence[0]


def test_neighbours_are_known_where_only_configuration_is_partly_staged(repo: Repo) -> None:
    strict = "lint.select = ['INP', 'I', 'F']\n"
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "pkg/__init__.py": "", "mine.py": ""})
    use = "import requests\n\nimport mine\n\nprint(mine, requests)\n"
    repo.write({"pkg/b.py": use, "ruff.toml": strict})
    repo.git("add", ".")
    assert rules(staged(repo, "lint")) == []
    # Now the judged files are not where ruff finds the configuration.
    repo.write({"ruff.toml": "lint.select = ['E9']\n"})
    assert rules(staged(repo, "lint")) == []


def test_modules_that_git_does_not_know_are_visible_and_said_to_be(repo: Repo) -> None:
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "a.py": "x: int = 1\n"})
    repo.write({"a.py": "import helper\n\nx: int = helper.X\n"})
    repo.git("add", "a.py")
    repo.write({"a.py": "x: int = 1\n", "helper.py": "X = 1\n"})
    gate = staged(repo, "types")
    assert gate.outcome is Outcome.PASSED, gate.summary
    assert "1 untracked file visible" in gate.evidence[0]
    repo.write({"helper.py": "X = ''\n"})
    assert rules(staged(repo, "types")) == ["types/assignment"]


def test_a_link_is_followed_where_the_index_lets_it_lead(repo: Repo) -> None:
    link = repo.path / "current"
    link.symlink_to("one")
    use = "import current\n\ny: int = current.X\n"
    packages = {"one/__init__.py": "X = 1\n", "two/__init__.py": "X = ''\n"}
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "a.py": use} | packages)

    def lead(target: str) -> None:
        link.unlink()
        link.symlink_to(target)

    lead("two")
    repo.git("add", "current")
    lead("one")
    assert rules(staged(repo, "types")) == ["types/assignment"]
    repo.git("add", "current")
    lead("two")
    repo.write({"a.py": f"{use}z = 1\n"})
    repo.git("add", "a.py")
    assert staged(repo, "types").outcome is Outcome.PASSED
