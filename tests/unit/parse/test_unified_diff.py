"""qgate.parse.unified_diff with git itself as the oracle.

Whatever two trees hold, the parsed hunks must turn the old lines of each file into its new ones.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from qgate.model.changes import ChangedFile, Hunk, Status
from qgate.parse import unified_diff
from qgate.parse.unified_diff import MalformedDiff
from qgate.system.git import Repository
from tests.support.repo import Repo, make_repo

HOSTILE = [
    b"++ b/evil.py",
    b"-- a/evil.py",
    b"++ /dev/null",
    b"diff --git a/x b/x",
    b"index 0000000..1111111 100644",
    b"@@ -1 +1 @@",
    b"@@ -0,0 +1,9 @@",
    b"\\ No newline at end of file",
    b" No newline at end of file",
    b":100644 100644 " + b"0" * 40 + b" " + b"1" * 40 + b" M",
    b"rename from x",
    b"deleted file mode 100644",
    b"Binary files a/x and b/x differ",
    b"Subproject commit " + b"1" * 40,
    b"-",
    b"+",
    b"\\",
    b" ",
    b"",
    b"\r",
    b"a\rb",
    b"\0",
    b"\xff\xfe",
    b"\x0c",
    "\u2028\x85".encode(),
]
ORDINARY = [b"a", b"b", b"c", b"d", b"    e", b"}"]
NAMES = [
    b"a",
    b"a b/a",
    b"b",
    b"dev/null",
    b'"q"',
    b"tab\tname",
    b"new\nline",
    b"\xff\xfe",
    "ü".encode(),
    b"-x",
    b"zz => z",
]
# Regular, executable, symbolic link.
MODES = [b"100644", b"100755", b"120000"]


@dataclass(frozen=True)
class Entry:
    """A file of a tree."""

    mode: bytes
    content: bytes


Tree = Mapping[bytes, Entry]


def lines(content: bytes) -> list[bytes]:
    """Lines with their ends, as git counts them."""
    *whole, last = content.split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])


@st.composite
def contents(draw: DrawFn) -> bytes:
    chosen = draw(st.lists(st.sampled_from([*HOSTILE, *ORDINARY]), max_size=8))
    return b"\n".join(chosen) + draw(st.sampled_from([b"", b"\n"]))


@st.composite
def edits(draw: DrawFn, content: bytes) -> bytes:
    """The content with some runs of lines taken out, put in or replaced."""
    rows = content.split(b"\n")
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(rows)))
        end = draw(st.integers(start, min(start + 3, len(rows))))
        rows[start:end] = draw(st.lists(st.sampled_from([*HOSTILE, *ORDINARY]), max_size=3))
    return b"\n".join(rows)


@st.composite
def pairs_of_trees(draw: DrawFn) -> tuple[Tree, Tree]:
    """Two trees of a few files: kept, edited, renamed, deleted, added, of another kind."""
    old: dict[bytes, Entry] = {}
    new: dict[bytes, Entry] = {}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    later = draw(st.permutations(names))
    # `a` and `a b/a` may stand side by side; one name is never the folder of another.
    for name, renamed in zip(names, later, strict=True):
        content = draw(contents())
        fate = draw(st.sampled_from(["edit", "edit", "edit", "rename", "delete", "add", "kind"]))
        mode = draw(st.sampled_from(MODES))
        if fate != "add":
            old[name] = Entry(mode, content)
        if fate != "delete":
            into = draw(st.sampled_from(MODES)) if fate == "kind" else mode
            new[renamed if fate == "rename" else name] = Entry(into, draw(edits(content)))
    return old, new


def commit(reference: str, tree: Tree) -> bytes:
    """A commit of a tree for git fast-import."""
    who = b"committer A <a@example.com> 1700000000 +0000"
    parts = [f"commit {reference}\n".encode() + who + b"\ndata 0\n\ndeleteall\n"]
    for name, entry in tree.items():
        quoted = name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        parts.append(b'M %b inline "%b"\n' % (entry.mode, quoted))
        parts.append(b"data %d\n%b\n" % (len(entry.content), entry.content))
    return b"".join([*parts, b"\n"])


def parsed(repo: Repo, old: Tree, new: Tree) -> tuple[ChangedFile, ...]:
    """The changed files between two trees, by git and the parser."""
    for reference in ("refs/heads/old", "refs/heads/new"):
        repo.git("update-ref", "-d", reference)
    done = subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repo.path,
        env=repo.environ,
        input=commit("refs/heads/old", old) + commit("refs/heads/new", new),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    output, _ = Repository(repo.path, repo.environ).diff("old", head="new")
    return unified_diff.parse(output)


def applied(hunks: tuple[Hunk, ...], old: list[bytes], new: list[bytes]) -> list[bytes]:
    """The old lines with each hunk's old range replaced by the new lines of its new range."""
    result: list[bytes] = []
    position = 1
    for hunk in hunks:
        # A count of zero names the line before the gap.
        start = hunk.old_start + (hunk.old_count == 0)
        result += old[position - 1 : start - 1]
        assert len(result) + 1 == hunk.new_start + (hunk.new_count == 0)
        result += [new[line - 1] for line in hunk.new_lines]
        position = start + hunk.old_count
    return result + old[position - 1 :]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    folder = tmp_path_factory.mktemp("oracle")
    return make_repo(folder / "repo", folder)


@settings(max_examples=60, deadline=None)
@given(trees=pairs_of_trees())
def test_the_parsed_hunks_turn_the_old_tree_into_the_new(
    store: Repo, trees: tuple[Tree, Tree]
) -> None:
    old, new = trees
    found = dict(old)
    for file in parsed(store, old, new):
        name, old_name = os.fsencode(file.path), os.fsencode(file.old_path)
        if file.status in {Status.DELETED, Status.RENAMED}:
            del found[old_name]
        if file.status is Status.DELETED:
            assert not list(file.changed_lines())
            continue
        is_new = file.status in {Status.ADDED, Status.TYPE_CHANGED}
        before = [] if is_new else lines(old[old_name].content)
        after = applied(file.hunks, before, lines(new[name].content))
        found[name] = Entry(file.new_mode.encode(), b"".join(after))
    assert found == new


def test_no_output_is_no_change() -> None:
    assert unified_diff.parse(b"") == ()


OLD, NEW, NONE = b"1" * 40, b"2" * 40, b"0" * 40
RAW = b":100644 100644 " + OLD + b" " + NEW + b" M\0a.py\0\0"
HEAD = (
    b"diff --git a/a.py b/a.py\nindex " + OLD + b".." + NEW + b" 100644\n--- a/a.py\n+++ b/a.py\n"
)


def test_counts_that_are_left_out_are_one() -> None:
    (file,) = unified_diff.parse(RAW + HEAD + b"@@ -3 +3 @@ def f():\n-a\n+b\n")
    assert file.hunks == (Hunk(3, 1, 3, 1),)
    assert (file.old_id, file.new_id) == (OLD.decode(), NEW.decode())


def test_the_id_of_a_file_on_disk_comes_from_the_patch() -> None:
    raw = RAW.replace(NEW, NONE)
    (file,) = unified_diff.parse(raw + HEAD + b"@@ -1 +1 @@\n-a\n+b\n")
    assert file.new_id == NEW.decode()


@pytest.mark.parametrize(
    "note", [b"", b"\\ No newline at end of file\n", b"\\ Kein Zeilenumbruch am Dateiende.\n"]
)
def test_a_note_about_a_missing_newline_is_no_line_in_any_language(note: bytes) -> None:
    first = b"@@ -1,2 +1,2 @@\n-a\n-b\n" + note + b"+c\n+d\n" + note
    (file,) = unified_diff.parse(RAW + HEAD + first + b"@@ -9 +9 @@\n-x\n+y\n")
    assert file.hunks == (Hunk(1, 2, 1, 2), Hunk(9, 1, 9, 1))


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (RAW[:-1], "no part"),
        (RAW, "no part"),
        (RAW[:60], "middle of an entry"),
        (RAW[:-2], "middle of an entry"),
        (RAW + b"Submodule sub 1111111..2222222:\n" + HEAD, "expected the start of a file"),
        (b"warning: odd\n" + RAW + HEAD, "expected the start of a file"),
        (RAW + HEAD + HEAD, "."),
        (RAW + HEAD + b"@@ -1,2 +1 @@\n-a\n+b\n", "fewer lines"),
        (RAW + HEAD + b"@@ -1,2 +1 @@\n-a\n+b\n+c\n", "fewer lines"),
        (RAW + HEAD + b"@@ -1 +1,2 @@\n-a\n+b\n", "fewer lines"),
        (RAW + HEAD + b"@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n", "fewer lines"),
        (RAW.replace(b" M\0", b" U\0") + HEAD, "status 'U'"),
        (RAW.replace(b" M\0", b" X\0") + HEAD, "status 'X'"),
        (RAW.replace(b" M\0", b" T\0") + HEAD, "no part"),
    ],
)
def test_what_git_was_not_asked_for_is_refused(output: bytes, problem: str) -> None:
    with pytest.raises(MalformedDiff, match=problem):
        unified_diff.parse(output)
