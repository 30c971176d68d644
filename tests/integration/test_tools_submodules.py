"""Whole-project tools and submodules, whose files are in nobody's list here."""

from pathlib import Path

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import judged
from tests.support.repo import Repo, make_repo

TOOL = """\
tools:
  whole:
    gate: types
    command: [sh, -c, 'echo >> "$HOME/runs"; grep -rHn BAD --include=*.txt . || true']
    files: ["*.txt"]
    reads: ["*.txt"]
    output: regex
    pattern: '^./(?P<path>[^:]+):(?P<line>\\d+):(?P<message>.*)$'
gates: {types: {tools: [whole]}}
"""


@pytest.fixture
def project(repo: Repo, tmp_path: Path) -> Repo:
    """A repository with the submodule `sub`."""
    inner = make_repo(tmp_path / "inner", tmp_path / "home")
    inner.commit({"inner.txt": "good\n"})
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub"
    )
    repo.commit({".qgate.yml": TOOL, "a.txt": "BAD\n", "b.txt": "good\n"})
    return repo


def types(repo: Repo) -> GateResult:
    (gate,) = judged(repo, gates=("types",), base="HEAD").gates
    return gate


def runs(repo: Repo) -> int:
    return len(Path(repo.environ["HOME"], "runs").read_text().splitlines())


def test_what_lies_in_a_submodule_is_seen_anew_each_time(project: Repo) -> None:
    project.write({"b.txt": "better\n"})
    assert types(project).outcome is Outcome.PASSED
    before = runs(project)
    assert types(project).outcome is Outcome.PASSED
    assert runs(project) > before


def test_a_change_that_moves_a_submodule_has_no_base_to_compare_with(project: Repo) -> None:
    inner = Repo(project.path / "sub", project.environ)
    inner.commit({"inner.txt": "BAD\n"})
    project.git("add", "sub")
    project.write({"b.txt": "better\n"})
    gate = types(project)
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "base-not-checked")
    assert "the submodule sub was at another commit" in gate.summary
