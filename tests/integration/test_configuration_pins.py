"""The change is the same whatever a user has configured for git, and no program of theirs runs."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest

from qgate.model.changes import ChangeSet, Status
from tests.support.changes import change_set
from tests.support.repo import Repo, make_repo

SIDES = ("worktree", "committed", "staged")

CONFIGURATIONS = [
    "color.ui=always",
    "color.diff=always",
    "diff.colorMoved=zebra",
    "diff.wsErrorHighlight=all",
    "diff.external={program}",
    "diff.driver.command={program}",
    "diff.driver.textconv={program}",
    "diff.driver.binary=true",
    "core.attributesFile={attributes}",
    "core.pager={program}",
    "pager.diff={program}",
    "core.fsmonitor={program}",
    "diff.noprefix=true",
    "diff.mnemonicPrefix=true",
    "diff.srcPrefix=x/",
    "diff.dstPrefix=y/",
    "diff.algorithm=patience",
    "diff.algorithm=histogram",
    "diff.algorithm=myers",
    "diff.indentHeuristic=false",
    "diff.context=5",
    "diff.interHunkContext=5",
    "diff.suppressBlankEmpty=true",
    "diff.wordRegex=.",
    "diff.orderFile={order}",
    "diff.renames=false",
    "diff.renames=copies",
    "diff.renameLimit=1",
    "diff.relative=true",
    "diff.ignoreSubmodules=none",
    "diff.submodule=log",
    "diff.submodule=diff",
    "submodule.recurse=true",
    "diff.autoRefreshIndex=false",
    "diff.dirstat=files",
    "diff.statGraphWidth=1",
    "core.abbrev=4",
    "core.quotePath=true",
    "core.quotePath=false",
    "core.autocrlf=true",
    "core.autocrlf=input",
    "core.safecrlf=true",
    "core.eol=crlf",
    "core.bigFileThreshold=1",
    "core.whitespace=cr-at-eol",
    "core.untrackedCache=true",
    "core.splitIndex=true",
    "core.preloadIndex=false",
    "status.showUntrackedFiles=no",
    "status.relativePaths=true",
]

ENVIRONMENTS = [
    {"GIT_DIFF_OPTS": "--unified=5"},
    {"GIT_DIFF_OPTS": "-u3"},
    {"GIT_EXTERNAL_DIFF": "{program}"},
    {"GIT_PAGER": "{program}"},
    {"PAGER": "{program}"},
    {"GIT_TRACE": "1"},
    {"GIT_LITERAL_PATHSPECS": "0"},
    {"GIT_ICASE_PATHSPECS": "1"},
    {"GIT_GLOB_PATHSPECS": "1"},
    {"GIT_PREFIX": "pkg/"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"},
    {"TERM": "xterm-256color", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"},
]


def lines(letters: str) -> str:
    return "".join(f"{letter} = 1\n" for letter in letters)


# Texts on which git's algorithms disagree; found by trying random ones.
NOT_BY_PATIENCE = ("fabffcafcffede", "fabfdfafcffee")
NOT_BY_HISTOGRAM = ("bdececdcfeefad", "bdeaceecdcceefea")
MOVED_HALF = 300


def not_by_myers() -> tuple[str, str]:
    """600 lines of which the second half moved up and the first was written anew."""
    random = Random(0)  # noqa: S311 - the same each time
    old = "".join(random.choice("abcdefghij") for _ in range(2 * MOVED_HALF))
    return old, old[MOVED_HALF:] + "".join(random.choice("abcdefghij") for _ in range(MOVED_HALF))


CLOCK = count(1_000_000_000)
# Two blocks of which a diff can take either: by indentation, or simply the last.
BLOCK = "    e()\n\n"
LAST = "    e()\n        d()\n\n"
TWENTY = "".join(f"value_{n} = {n}\n" for n in range(20))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a branch that changes, in every way, on all three sides."""
    folder = tmp_path_factory.mktemp("pins")
    (folder / "home").mkdir()
    repo = make_repo(folder / "repo", folder / "home")
    submodule = make_repo(folder / "repo" / "submodule", folder / "home")
    submodule.commit({"inside.py": "a = 1\n"})
    texts = {
        "patience.py": NOT_BY_PATIENCE,
        "histogram.py": NOT_BY_HISTOGRAM,
        "myers.py": not_by_myers(),
    }
    repo.commit(
        {
            **{name: lines(old) for name, (old, _) in texts.items()},
            **{f"old_{n}.py": TWENTY.replace("value", f"name{n}") for n in range(3)},
            "pkg/inside.py": TWENTY,
            "near.py": TWENTY,
            "indent.txt": LAST,
            "naïve é.py": "a = 1\n",
            "no_newline.py": "a = 1\nb = 2",
            "original.py": TWENTY,
            "driven.txt": TWENTY,
            "touched.py": TWENTY,
            "blank.py": "a = 1\n\nb = 2\n",
            ".gitattributes": "*.txt diff=driver\n",
        }
    )
    repo.git("switch", "--quiet", "--create", "topic")
    for n in range(3):
        repo.git("mv", f"old_{n}.py", f"new_{n}.py")
    submodule.commit({"inside.py": "a = 2\n"})
    repo.commit(
        {
            **{name: lines(new) for name, (_, new) in texts.items()},
            **{f"new_{n}.py": TWENTY.replace("value", f"name{n}", 17) for n in range(3)},
            "indent.txt": BLOCK + LAST,
            "naïve é.py": "a = 2\n",
            "driven.txt": TWENTY.replace("7 = 7", "7 = 77"),
            "blank.py": "a = 2\n\nb = 3\n",
        }
    )
    repo.write(
        {
            "near.py": TWENTY.replace("= 2\n", "= 22\n").replace("= 4\n", "= 44\n"),
            "no_newline.py": "a = 1\nb = 3",
            "original.py": TWENTY.replace("= 19\n", "= 91\n"),
            "copied.py": TWENTY,
        }
    )
    repo.git("add", "--all")
    submodule.commit({"inside.py": "a = 3\n"})
    repo.write({"pkg/inside.py": TWENTY.replace("= 0\n", "= 1\n"), "untracked.py": TWENTY})
    return repo


@pytest.fixture(scope="module")
def usual(changed: Repo) -> dict[str, ChangeSet]:
    """The change of each side without any configuration."""
    return {side: on_side(changed, side) for side in SIDES}


def touch(repo: Repo) -> None:
    """Give a file another time and the same bytes, as a program that writes it again does."""
    seconds = next(CLOCK)
    os.utime(repo.path / "touched.py", (seconds, seconds))


def on_side(repo: Repo, side: str, environ: dict[str, str] | None = None) -> ChangeSet:
    touch(repo)
    base = None if side == "staged" else "main"
    return change_set(
        repo,
        base=base,
        committed=side == "committed",
        staged=side == "staged",
        environ=environ,
    )


@pytest.fixture
def fill(tmp_path: Path) -> Callable[[str], str]:
    """Fills the placeholders in a value with files that exist; `program` leaves a trace."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{tmp_path}/ran'\n")
    program.chmod(0o755)
    (tmp_path / "order").write_text("untracked.py\n*.txt\npkg/*\nne*\n")
    (tmp_path / "attributes").write_text("*.py -diff\n*.txt binary\n")
    return lambda value: value.format(
        program=program, order=tmp_path / "order", attributes=tmp_path / "attributes"
    )


def test_the_change_has_what_configurations_could_spoil(usual: dict[str, ChangeSet]) -> None:
    whole = {file.path: file for file in usual["worktree"].files}
    assert [file.path for file in whole.values() if file.status is Status.RENAMED] == [
        "new_0.py",
        "new_1.py",
        "new_2.py",
    ]
    assert whole["copied.py"].status is Status.ADDED
    assert len(whole["near.py"].hunks) == 2
    assert [len(file.hunks) for file in (whole["pkg/inside.py"], whole["untracked.py"])] == [1, 1]
    assert "naïve é.py" in whole
    assert not {"submodule", "touched.py"} & whole.keys()
    assert len(usual["committed"].files) < len(usual["worktree"].files)


def test_the_smallest_change_is_found(usual: dict[str, ChangeSet]) -> None:
    """The default algorithm of git gives up on this one and finds 318 changed lines."""
    (file,) = (file for file in usual["committed"].files if file.path == "myers.py")
    assert len(list(file.changed_lines())) == MOVED_HALF


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("setting", CONFIGURATIONS)
def test_no_configuration_changes_the_change(
    changed: Repo,
    usual: dict[str, ChangeSet],
    fill: Callable[[str], str],
    tmp_path: Path,
    setting: str,
    side: str,
) -> None:
    key, _, value = setting.partition("=")
    config = tmp_path / "gitconfig"
    changed.git("config", "--file", str(config), key, fill(value))
    assert on_side(changed, side, {"GIT_CONFIG_GLOBAL": str(config)}) == usual[side]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("variables", ENVIRONMENTS, ids=" ".join)
def test_no_variable_changes_the_change(
    changed: Repo,
    usual: dict[str, ChangeSet],
    fill: Callable[[str], str],
    tmp_path: Path,
    variables: dict[str, str],
    side: str,
) -> None:
    filled = {name: fill(value) for name, value in variables.items()}
    assert on_side(changed, side, filled) == usual[side]
    assert not (tmp_path / "ran").exists()


def test_it_is_the_same_change_from_any_folder(
    changed: Repo, usual: dict[str, ChangeSet], tmp_path: Path
) -> None:
    config = tmp_path / "gitconfig"
    changed.git("config", "--file", str(config), "diff.relative", "true")
    environ = {"GIT_CONFIG_GLOBAL": str(config)}
    found = change_set(changed, base="main", folder=changed.path / "pkg", environ=environ)
    assert found == usual["worktree"]


@pytest.mark.parametrize("side", SIDES)
def test_reading_the_change_writes_nothing(changed: Repo, side: str) -> None:
    """The `diff` of git 2.39 refreshes the index on disk even with --no-optional-locks."""
    index = changed.path / ".git" / "index"
    before = (index.stat().st_mtime_ns, index.read_bytes())
    on_side(changed, side)
    assert (index.stat().st_mtime_ns, index.read_bytes()) == before


def test_an_edit_of_the_same_size_in_the_same_instant_is_seen(repo: Repo) -> None:
    """Git compares contents only where the index is not newer than the file (racy-git.txt)."""
    instant = 1_600_000_000
    repo.git("config", "core.trustctime", "false")
    repo.write({"m.py": "a = 1\n"})
    os.utime(repo.path / "m.py", (instant, instant))
    repo.commit()
    repo.write({"m.py": "a = 2\n"})
    os.utime(repo.path / "m.py", (instant, instant))
    os.utime(repo.path / ".git" / "index", (instant, instant))
    assert [file.path for file in change_set(repo, base="HEAD").files] == ["m.py"]


def test_a_split_index_is_read(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n", "n.py": "a = 1\n"})
    repo.git("update-index", "--split-index")
    repo.write({"m.py": "a = 22\n", "n.py": "a = 333\n"})
    repo.git("add", "m.py")
    assert [file.path for file in change_set(repo, base="HEAD").files] == ["m.py", "n.py"]
    assert [file.path for file in change_set(repo, staged=True).files] == ["m.py"]
