"""The one door to git: reads only, nothing of a user's configuration changes an answer.

Every call has optional locks, hooks, the fsmonitor and prompts off, and ends its options before
the first value that came from outside. Paths are bytes for git and text with surrogate escapes
for everybody else.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete, UsageError
from qgate.parse import git_output
from qgate.system import process, secrets, temporary

_SAFE: Final = (
    "git",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.quotePath=off"),
    *("-c", "diff.autoRefreshIndex=true"),
    *("-c", "core.splitIndex=false"),
    *("-c", "protocol.ext.allow=never"),
)
_NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")

# Everything a configuration could change about a diff is pinned; see the design's reasons in
# docs/explanation/changed-lines.md. `--default-prefix` is unknown to git 2.39, hence both prefixes.
_DIFF: Final = (
    *("diff", "--raw", "-z", "--no-abbrev", "--full-index", "--patch", "--unified=0"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--text", "--no-relative"),
    *("--inter-hunk-context=0", "--indent-heuristic", "--find-renames=50%", "-l1000"),
    *("-O/dev/null", "--ignore-submodules=all", "--submodule=short"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--no-function-context", "--ita-visible-in-index"),
)

# They would change the diff's text, run a program, or stop to ask.
_UNSET: Final = frozenset({"GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_TRACE"})

_PARENT: Final = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)
_MINIMAL_SECONDS: Final = 20.0
_DEEPEN_STEPS: Final = ("--deepen=50", "--deepen=500", "--unshallow")
_FETCH_SECONDS: Final = 300.0


class GitFailed(Incomplete):
    """git ended with another code than 0; carries what it said."""

    def __init__(self, said: str) -> None:
        # The address of a remote may hold a password.
        said = secrets.NONE.hidden(said)
        super().__init__("git-failed", f"git says: {said}", hint="git fsck finds what is damaged")


class Repository:
    """A git repository with a working tree, found from a folder in it.

    `root` is the top of the working tree. Raises `UsageError` where there is none.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._env = {key: value for key, value in environ.items() if key not in _UNSET} | {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
        }
        self.root = folder
        self.new_folder: Callable[[], Path] | None = None
        if not os.path.isdir(folder):  # noqa: PTH112
            raise UsageError(f"{folder} is not a folder", hint="name an existing one with -C")
        try:
            answer = self._git("rev-parse", "--is-inside-work-tree", "--show-toplevel")
        except GitFailed as error:
            raise _no_repository(folder, str(error)) from error
        self.root = Path(os.fsdecode(answer.split(b"\n", 1)[1].removesuffix(b"\n")))

    def _git(
        self,
        *arguments: str,
        timeout: float | None = None,
        stdin: bytes = b"",
        hooks: Collection[str] = _NO_HOOKS,
    ) -> bytes:
        """Standard output. Raises `GitFailed`, and `process.TimedOut` where a limit is given."""
        try:
            done = process.run(
                [*_SAFE, *hooks, *arguments],
                cwd=self.root,
                env=self._env,
                timeout=timeout,
                stdin=stdin,
            )
        except process.ProgramMissing as error:
            raise Incomplete("no-git", str(error), hint="install git and try again") from error
        if done.code:
            raise GitFailed(done.stderr.decode("utf-8", "replace").strip() or f"exit {done.code}")
        return done.stdout

    def _text(self, *arguments: str) -> str:
        return os.fsdecode(self._git(*arguments)).rstrip("\n")

    def commit(self, revision: str) -> str | None:
        """The commit id that a revision names, None if it names none here."""
        try:
            return self._text(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except GitFailed:
            return None

    def parents(self, commit: str) -> tuple[str, ...]:
        """The ids of a commit's parents as the object says, also past a shallow border."""
        text = self._git("cat-file", "commit", commit)
        header = text.split(b"\n\n", 1)[0]
        return tuple(found.decode() for found in _PARENT.findall(header))

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, None if they share none here."""
        try:
            return self._text("merge-base", "--end-of-options", one, other)
        except GitFailed:
            return None

    def empty_tree(self) -> str:
        """The id of the tree without entries, in this repository's hash."""
        return self._text("hash-object", "-t", "tree", "/dev/null")

    def is_shallow(self) -> bool:
        """Whether history was cut off when this was cloned."""
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    @cached_property
    def remote(self) -> str | None:
        """The remote to ask: `origin`, else the first; None where there is none."""
        names = self._text("remote").split()
        return "origin" if "origin" in names else next(iter(names), None)

    def remote_address(self) -> str:
        """The address of the remote, as git would ask it; empty without one."""
        if self.remote is None:
            return ""
        return self._text("remote", "get-url", "--end-of-options", self.remote)

    def remote_name(self) -> str:
        """`owner/name` of the repository that the remote's address ends in, empty without one."""
        parts = re.split(r"[/:]", self.remote_address().rstrip("/").removesuffix(".git"))
        return "/".join(parts[-2:]) if len(parts) > 1 else ""

    def setting(self, name: str) -> str:
        """A value of git's configuration, empty where it has none."""
        try:
            return self._text("config", "--get", "--end-of-options", name)
        except GitFailed:
            return ""

    def blame(self, commit: str, path: str, ranges: Sequence[range]) -> bytes:
        """`git blame --line-porcelain` of some lines (1-based) of a file in a commit."""
        lines = [f"-L{each.start},{each.stop - 1}" for each in ranges]
        options = ("--line-porcelain", "--no-textconv", "-w", *lines)
        return self._git("-c", "blame.ignoreRevsFile=", "blame", *options, commit, "--", path)

    def default_branch(self) -> str | None:
        """The remote's default branch as a ref that exists here, such as `origin/main`."""
        remote = self.remote
        if remote is None:
            return None
        try:
            head = self._text("symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD")
            if self.commit(head):
                return head
        except GitFailed:
            pass
        names = (f"{remote}/main", f"{remote}/master")
        return next((name for name in names if self.commit(f"refs/remotes/{name}")), None)

    def current_branch(self) -> str | None:
        """The short name of the checked-out branch, None on a detached HEAD."""
        try:
            return self._text("symbolic-ref", "--quiet", "--short", "HEAD")
        except GitFailed:
            return None

    def hooks_folder(self) -> Path:
        """Where git looks for hooks here: the git folder's own, or what `core.hooksPath` names."""
        # Switched off as everywhere else, they would be said to be in /dev/null. This runs none.
        answer = self._git("rev-parse", "--git-path", "hooks", hooks=())
        return self.root / os.fsdecode(answer.removesuffix(b"\n"))

    def common_folder(self) -> Path:
        """The git folder that all working trees of this repository share."""
        answer = self._git("rev-parse", "--git-common-dir")
        return self.root / os.fsdecode(answer.removesuffix(b"\n"))

    def remote_has(self, remote: str, commit: str) -> bool:
        """Whether a branch of this remote contains a commit, as far as is known without asking."""
        names = f"refs/remotes/{remote}/"
        return bool(self._git("for-each-ref", "--count=1", f"--contains={commit}", names))

    def fetch_commit(self, commit: str) -> bool:
        """Ask the remote for one commit by its id; whether it is here afterwards."""
        self._fetch("--depth=1" if self.is_shallow() else "--no-write-fetch-head", commit)
        return self.commit(commit) is not None

    def deepen(self) -> Iterator[None]:
        """Fetch more history step by step (50, 500, all), yielding after each that worked."""
        for step in _DEEPEN_STEPS:
            if not self.is_shallow() or not self._fetch(step):
                return
            yield

    def _fetch(self, option: str, *refs: str) -> bool:
        if self.remote is None:
            return False
        options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance")
        ends = (option, "--end-of-options", self.remote, *refs)
        try:
            self._git("fetch", *options, *ends, timeout=_FETCH_SECONDS)
        except (GitFailed, process.TimedOut):
            return False
        return True

    def diff(
        self, base: str, *, head: str | None = None, staged: bool = False
    ) -> tuple[bytes, bool]:
        """The pinned diff from `base` to `head`, to the index, or to the working tree.

        Gives git's bytes and whether the minimal diff took too long, so that git's plain
        algorithm was used instead.
        """
        ends = [*(["--cached"] if staged else []), base, *([head] if head else []), "--"]
        with self._index_copy():
            try:
                minimal = self._git(
                    *_DIFF, "--diff-algorithm=minimal", *ends, timeout=_MINIMAL_SECONDS
                )
            except process.TimedOut:
                return self._git(*_DIFF, "--diff-algorithm=myers", *ends), True
        return minimal, False

    @cached_property
    def _index(self) -> Path:
        return self.root / self._text("rev-parse", "--git-path", "index")

    @contextlib.contextmanager
    def _index_copy(self) -> Iterator[None]:
        """Let git refresh a copy of the index.

        `git diff` 2.39 writes the index despite --no-optional-locks, and without a refresh it
        lists every file that was only touched.
        """
        index = self._index
        with self._new_folder() as folder:
            copy = folder / "index"
            if index.exists():
                # With its time: git looks again at files as young as the index, and only those.
                shutil.copy2(index, copy)
            before = self._env
            self._env = {**before, "GIT_INDEX_FILE": str(copy)}
            try:
                yield
            finally:
                self._env = before

    @contextlib.contextmanager
    def _new_folder(self) -> Iterator[Path]:
        """A temporary folder; the run's, where there is one, so that it goes even after KILL."""
        if self.new_folder is None:
            with temporary.folder() as folder:
                yield folder
            return
        folder = self.new_folder()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def unmerged(self) -> tuple[str, ...]:
        """Paths with a merge conflict that is not resolved."""
        listing = self._git("ls-files", "-z", "--unmerged", "--full-name")
        names = {entry.split(b"\t", 1)[1] for entry in listing.split(b"\0") if entry}
        return tuple(sorted(os.fsdecode(name) for name in names))

    def untracked(self) -> tuple[str, ...]:
        """Files git does not track and does not ignore, sorted."""
        listing = self._git("ls-files", "-z", "--others", "--exclude-standard", "--full-name")
        return tuple(sorted(git_output.names(listing)))

    def ignored(self) -> tuple[str, ...]:
        """What git ignores; a folder that is ignored as a whole is one name with a slash."""
        listing = self._git(
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
        )
        return tuple(git_output.names(listing))

    def tracked(self) -> tuple[str, ...]:
        """Every path in the index."""
        return tuple(git_output.names(self._git("ls-files", "-z", "--full-name")))

    def index_entries(self) -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
        """Mode and blob id of every path in the index; conflicts are left out.

        Also the paths whose file git was told not to look at (assume-unchanged, skip-worktree):
        it may hold anything.
        """
        return git_output.staged(self._git("ls-files", "-z", "--stage", "-v", "--full-name"))

    def tree_entries(self, treeish: str) -> dict[str, tuple[str, str]]:
        """The same of a commit or tree."""
        return git_output.tree(self._git("ls-tree", "-r", "-z", "--full-tree", treeish))

    def unlike_disk(self, commit: str | None) -> frozenset[str]:
        """Paths whose file in the working tree is not what a commit, or the index, has."""
        ends = [*([commit] if commit else []), "--"]
        with self._index_copy():
            listing = self._git(
                *("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv"),
                *("--no-relative", "--ignore-submodules=all", "--ita-visible-in-index"),
                *ends,
            )
        return frozenset(git_output.names(listing))

    def rewrites_files(self) -> bool:
        """Whether configuration may make a checked-out file differ from its blob."""
        try:
            return bool(self._text("config", "--get-regexp", r"^core\.(autocrlf|eol)$"))
        except GitFailed:
            return False

    def blob(self, treeish: str, path: str) -> bytes | None:
        """A file's bytes in a commit or tree, None if it has none of that name.

        Links are not followed: for a symbolic link the bytes are its target.
        """
        return self.blobs([f"{treeish}:{path}"])[0]

    def blobs(self, names: Collection[str]) -> list[bytes | None]:
        """The bytes of each object, by id or by `tree:path`, in order; None for a missing one."""
        return list(self._batch(names)) if names else []

    def _batch(self, names: Collection[str]) -> Iterator[bytes | None]:
        # `cat-file --batch` reads names from standard input, one a line; a name with a line
        # feed cannot be asked for there (`-z` needs git 2.38, and 2.39 ignores it for :path).
        plain = [name for name in names if "\n" not in name]
        lines = os.fsencode("\n".join([*plain, ""]))
        output = self._git("cat-file", "--batch", stdin=lines) if plain else b""
        contents = git_output.batch(output, len(plain))
        for name in names:
            yield self._single(name) if "\n" in name else next(contents)

    def _single(self, name: str) -> bytes | None:
        try:
            return self._git("cat-file", "blob", name)
        except GitFailed:
            return None


def _no_repository(folder: Path, said: str) -> UsageError:
    """Turn git's own words into the next step."""
    if "dubious ownership" in said:
        return UsageError(
            f"git does not trust {folder}: it belongs to another user",
            hint=f"git config --global --add safe.directory {folder}",
        )
    if "must be run in a work tree" in said:
        return UsageError(
            f"{folder} is a bare repository: there is no working tree to judge",
            hint="run qgate in a clone of it",
        )
    return UsageError(
        f"{folder} is not inside a git repository",
        hint="change into one, or name one with -C DIR",
    )
