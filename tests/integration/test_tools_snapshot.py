"""`--staged` and `--committed` judge what they name, and touch neither files nor index."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import judged
from tests.support.localtool import SHELL, definition, program
from tests.support.repo import Repo

pytestmark = pytest.mark.usefixtures("warm_tools")

# Both run once for the whole project and cannot read standard input; one takes stand-ins.
_WALKS: Final = rf"""{SHELL}
test -e strict.conf || exit 0
grep -rn --include='*.py' BAD . | sed 's,^\./,,'
"""
_TAKES: Final = rf"""{SHELL}
test -e strict.conf || exit 0
for name in $(find * -name '*.py' | sort); do
  from=$name
  for word; do
    case $word in "--instead=$name="*) from=${{word#"--instead=$name="}} ;; esac
  done
  grep -n BAD "$from" | sed "s,^,$name:,"
done
"""
_SCRIPTS: Final = {"walker": _WALKS, "taker": _TAKES}


@dataclass(frozen=True)
class Kind:
    """A tool: its gate, its settings, a good and a bad file for it, and settings it allows all by.

    `rule` is what the bad file violates in line 1.
    """

    gate: str
    settings: tuple[str, str]
    good: str
    bad: str
    lax: str
    rule: str


KINDS: Final = {
    "ruff": Kind(
        "lint", ("ruff.toml", "lint.select = ['F']\n"), "x = 1\n", "import os\n",
        "lint.select = ['E9']\n", "lint/F401",
    ),
    "ruff-format": Kind(
        "lint", ("ruff.toml", "lint.select = ['E9']\n[format]\n"), 'x = "1"\n', "x = '1'\n",
        "lint.select = ['E9']\n[format]\nquote-style = 'preserve'\n", "lint/format",
    ),
    "mypy": Kind(
        "types", ("pyproject.toml", "[tool.mypy]\n"), "x: int = 1\n", "x: int = ''\n",
        "[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = ['a', 'sub.*']\n"
        "disable_error_code = ['assignment']\n", "types/assignment",
    ),
    "walker": Kind("style", ("strict.conf", ""), "x = 1\n", "x = 'BAD'\n", "", "style/walker"),
    "taker": Kind("style", ("strict.conf", ""), "x = 1\n", "x = 'BAD'\n", "", "style/taker"),
}  # fmt: skip
# mypy starts cold for each project, which is slow.
QUICK: Final = [name for name in KINDS if name != "mypy"]
with_mypy = pytest.mark.parametrize("project", list(KINDS), indirect=True)


@dataclass(frozen=True)
class Project:
    """A repository in which one tool judges; `a.py` is good at HEAD."""

    repo: Repo
    kind: Kind

    def write(self, name: str, text: str) -> None:
        """Write a file of the working tree."""
        self.repo.write({name: text})

    def stage(self, name: str, text: str) -> None:
        """Write a file and add it to the index."""
        self.write(name, text)
        self.repo.git("add", name)

    def judge(self, folder: Path | None = None, *, committed: bool = False) -> GateResult:
        """The gate's result about the index or about HEAD, nothing having been touched."""
        base = "HEAD~1" if committed else None
        # A file that was only touched is what makes git write a refreshed index.
        if (same := self.repo.path / self.kind.settings[0]).exists():
            os.utime(same)
        with untouched(self.repo):
            (gate,) = judged(
                self.repo,
                gates=(self.kind.gate,),
                staged=not committed,
                committed=committed,
                base=base,
                folder=folder,
            ).gates
        return gate

    def blocks(self, *paths: str, committed: bool = False, folder: Path | None = None) -> None:
        """Exactly these files have a finding that blocks, in line 1."""
        gate = self.judge(folder, committed=committed)
        assert gate.outcome is (Outcome.FAILED if paths else Outcome.PASSED), gate.summary
        found = [(each.rule, each.path, each.line) for each in gate.findings if each.blocking]
        assert found == [(self.kind.rule, path, 1) for path in paths]


@pytest.fixture(params=QUICK)
def project(request: pytest.FixtureRequest, repo: Repo) -> Project:
    """One project for each kind of tool that is quick."""
    return prepared(repo, KINDS[request.param])


def prepared(repo: Repo, kind: Kind) -> Project:
    name, text = kind.settings
    if kind.gate == "style":
        tool = kind.rule.removeprefix("style/")
        program(repo, tool, _SCRIPTS[tool])
        fields = {"gate": "style", "command": f"[bin/{tool}]", "files": "['*.py']"}
        fields |= {"shadow": "['--instead={file}={copy}']"} if tool == "taker" else {}
        repo.write(definition(tool, config="[strict.conf]", **fields))
    repo.commit({name: text, "a.py": kind.good, "sub/b.py": kind.good})
    return Project(repo, kind)


@contextmanager
def untouched(repo: Repo) -> Iterator[None]:
    """Nothing in the working tree and nothing of the index may differ afterwards."""
    before = state(repo)
    yield
    assert state(repo) == before


def state(repo: Repo) -> dict[str, object]:
    """Bytes, modes and times of all files and of the index, and what git says of them."""
    found = dict[str, object]()
    for top, folders, names in os.walk(repo.path):
        folders[:] = [name for name in folders if name != ".git"]
        for each in [Path(top), *(Path(top, name) for name in names)]:
            status = each.lstat()
            found[str(each)] = (status.st_mode, status.st_mtime_ns, status.st_ino, content(each))
    index = repo.path / repo.git("rev-parse", "--git-path", "index")
    if index.exists():
        found["the index"] = (index.stat().st_mtime_ns, index.stat().st_ino, index.read_bytes())
    found["status"] = repo.git("--no-optional-locks", "status", "--porcelain=v2", "--ignored")
    return found


def content(path: Path) -> bytes | str:
    if path.is_symlink():
        return str(path.readlink())
    return path.read_bytes() if path.is_file() else b""


@with_mypy
def test_a_staged_finding_blocks_though_the_working_tree_is_mended(project: Project) -> None:
    project.stage("a.py", project.kind.bad)
    project.write("a.py", project.kind.good)
    project.blocks("a.py")


@with_mypy
def test_a_finding_that_is_not_staged_does_not_block(project: Project) -> None:
    project.stage("a.py", project.kind.good + "y = 2\n")
    project.write("a.py", project.kind.bad)
    project.blocks()


@with_mypy
def test_a_staged_finding_blocks_whether_its_file_is_still_there_or_not(project: Project) -> None:
    project.stage("a.py", project.kind.bad)
    project.blocks("a.py")
    (project.repo.path / "a.py").unlink()
    project.blocks("a.py")


def test_a_staged_deletion_has_no_findings(project: Project) -> None:
    project.repo.commit({"c.py": project.kind.bad})
    project.repo.git("rm", "--quiet", "c.py")
    project.blocks()


def test_what_is_taken_out_of_the_index_alone_does_not_block(project: Project) -> None:
    project.repo.commit({"c.py": project.kind.bad})
    project.repo.git("rm", "--quiet", "--cached", "c.py")
    project.blocks()


def test_a_staged_rename_is_judged_under_its_new_name(project: Project) -> None:
    lines = "".join(f"n{number} = {number}\n" for number in range(20))
    project.repo.commit({"c.py": lines})
    project.repo.git("mv", "c.py", "d.py")
    project.blocks()
    project.stage("d.py", project.kind.bad + lines)
    project.write("d.py", lines)
    project.blocks("d.py")


def test_a_file_that_is_only_meant_to_be_added_is_no_part_of_the_index(project: Project) -> None:
    project.write("new.py", project.kind.bad)
    project.repo.git("add", "--intent-to-add", "new.py")
    project.stage("a.py", project.kind.good + "y = 2\n")
    project.blocks()


def test_a_staged_mode_brings_no_finding(project: Project) -> None:
    project.repo.commit({"a.py": project.kind.bad})
    (project.repo.path / "a.py").chmod(0o755)
    project.repo.git("add", "a.py")
    (project.repo.path / "a.py").chmod(0o644)
    project.blocks()


@with_mypy
def test_configuration_counts_as_it_is_staged(project: Project) -> None:
    name, text = project.kind.settings
    project.stage("a.py", project.kind.bad)
    if project.kind.lax:
        project.write(name, project.kind.lax)
    else:
        (project.repo.path / name).unlink()
    project.blocks("a.py")
    project.repo.git("add", name)
    project.write(name, text)
    assert project.judge().outcome is Outcome.PASSED


def test_the_first_commit_is_judged_without_any_head(project: Project, tmp_path: Path) -> None:
    fresh = Repo(tmp_path / "fresh", project.repo.environ)
    project.repo.path.rename(fresh.path)
    fresh.git("update-ref", "-d", "HEAD")
    first = replace(project, repo=fresh)
    first.blocks()
    first.stage("a.py", project.kind.bad)
    first.write("a.py", project.kind.good)
    first.blocks("a.py")


def test_a_folder_below_is_as_good_a_place_to_start_from(project: Project) -> None:
    project.stage("a.py", project.kind.bad)
    project.write("a.py", project.kind.good)
    project.stage("sub/b.py", project.kind.bad)
    project.blocks("a.py", "sub/b.py", folder=project.repo.path / "sub")


def test_a_linked_working_tree_has_its_own_index(project: Project, tmp_path: Path) -> None:
    project.repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    linked = replace(project, repo=Repo(tmp_path / "linked", project.repo.environ))
    linked.stage("a.py", project.kind.bad)
    linked.write("a.py", project.kind.good)
    with untouched(project.repo):
        linked.blocks("a.py")
    project.stage("a.py", project.kind.good + "y = 2\n")
    project.blocks()


def test_a_commit_is_judged_whatever_the_working_tree_and_index_have(project: Project) -> None:
    project.repo.commit({"a.py": project.kind.bad})
    project.write("a.py", project.kind.good)
    project.blocks("a.py", committed=True)
    project.repo.git("add", "a.py")
    (project.repo.path / "sub/b.py").unlink()
    project.blocks("a.py", committed=True)
    project.repo.commit({"a.py": project.kind.good})
    project.stage("a.py", project.kind.bad)
    project.write("new.py", project.kind.bad)
    project.blocks(committed=True)


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_may_not_look_at_is_judged_as_staged(project: Project, option: str) -> None:
    project.stage("a.py", project.kind.bad)
    project.repo.git("update-index", option, "a.py")
    project.write("a.py", project.kind.good)
    project.blocks("a.py")


@pytest.mark.parametrize(("name", "is_copied"), [("walker", True), ("taker", False)])
def test_who_takes_a_stand_in_gets_no_copy(repo: Repo, name: str, *, is_copied: bool) -> None:
    project = prepared(repo, KINDS[name])
    project.stage("a.py", project.kind.bad)
    project.write("a.py", project.kind.good)
    assert ("a copy outside" in project.judge().evidence[0]) is is_copied


def test_a_copy_keeps_what_may_be_executed(repo: Repo) -> None:
    walked = prepared(repo, KINDS["walker"])
    (repo.path / "sub/b.py").chmod(0o755)
    program(repo, "walker", f"{SHELL}test -x sub/b.py || echo 'a.py:1:not executable'\n")
    repo.commit()
    walked.stage("a.py", "x = 2\n")
    walked.write("a.py", "x = 3\n")
    walked.blocks()
    repo.git("update-index", "--chmod=-x", "sub/b.py")
    walked.blocks("a.py")
