"""The whole answer of an identical run, given again where nothing that it read has changed.

Only what is imported before the first line of Python is used here: this decides in a few
milliseconds whether anything else has to be loaded at all. docs/adr/0012 has the reasons, and what
"identical" means:

- the call: arguments, folder, environment, interpreter, terminal, and qgate's own files;
- git's view: HEAD, every reference, the index, and each file that is not as the index has it;
- everything else that was read: reports, programs, what is installed beside them, settings
  outside the repository, each by its size, times and inode; also what was looked for in vain.

A state younger than the run that it is compared with could change again without a trace, as git's
own index rule says, so it is never kept. Answers that end in "incomplete" are not kept either.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

try:
    # hashlib takes as long to import as all the rest of this.
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - not CPython
    from hashlib import blake2b

_MAGIC = b"qgate-replay 1"
# Coarser than the clock of any file system in use but FAT.
_RACY_NS = 20_000_000
# They differ from one shell to the next and reach nothing.
_VOLATILE = frozenset({"_", "SHLVL", "OLDPWD", "PWD", "WINDOWID", "STARSHIP_SESSION_KEY"})
# They choose another repository or index than the folder does.
_REDIRECTING = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_STATUS = (
    *("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=off"),
    *("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z", "--no-renames"),
    *("--untracked-files=all", "--ignore-submodules=all"),
)
_CHUNK = 1 << 16
_HEAD_FIELDS = 7  # magic, name, digest, made, ends, code, count of what is watched
_MOST_DIRTY = 2000
_GIT_FILES = ("HEAD", "packed-refs", "shallow", "config", "config.worktree", "info/exclude")


class State:
    """What git sees of a working tree at one moment: a digest, and the youngest time in it (ns)."""

    __slots__ = ("digest", "root", "youngest")

    def __init__(self, root: str, digest: bytes, youngest: int) -> None:
        self.root = root
        self.digest = digest
        self.youngest = youngest


class Kept:
    """An answer to give again: what to print, the exit code, and when it was made (s)."""

    __slots__ = ("code", "made", "text")

    def __init__(self, text: str, code: int, made: float) -> None:
        self.text = text
        self.code = code
        self.made = made


def key(
    arguments: Sequence[str], folder: str, environ: Mapping[str, str], terminal: str
) -> str | None:
    """A name for this very call; None where no answer may be given again.

    `terminal` says how standard output is drawn.
    """
    if any(name in environ for name in _REDIRECTING) or environ.get("CI"):
        return None
    whole = blake2b(digest_size=20)
    parts = [*arguments, "", folder, sys.executable, sys.version, terminal]
    parts += (f"{name}={environ[name]}" for name in sorted(environ) if name not in _VOLATILE)
    for part in parts:
        data = os.fsencode(part)
        whole.update(b"%d:" % len(data))
        whole.update(data)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for place in (package, os.path.join(os.path.dirname(package), "rules")):
        for line in _walk(place):
            whole.update(line)
    return whole.hexdigest()


def capture(folder: str, environ: Mapping[str, str]) -> State | None:
    """Git's view of the working tree around a folder; None where it cannot be told."""
    found = _repository(folder)
    if found is None:
        return None
    root, git_folders = found
    status = _output(_STATUS, folder, environ)
    if status is None:
        return None
    whole = blake2b(status, digest_size=20)
    youngest = 0
    paths = _changed(status)
    if paths is None:
        return None
    for path in paths:
        line, age = _state(os.path.join(os.fsencode(root), path))
        whole.update(line)
        youngest = max(youngest, age)
    for place in git_folders:
        for name in _GIT_FILES:
            line, age = _state(os.fsencode(os.path.join(place, name)))
            whole.update(line)
            youngest = max(youngest, age)
        for line in _walk(os.path.join(place, "refs")):
            whole.update(line)
    for file in _configurations(environ):
        whole.update(_state(os.fsencode(file))[0])
    return State(root, whole.digest(), youngest)


def find(place: str, name: str, state: State) -> Kept | None:
    """The kept answer of this name, if everything is as it was."""
    try:
        with open(os.path.join(place, name), "rb") as stream:
            data = stream.read()
    except OSError:
        return None
    body = data[20:]
    if blake2b(body, digest_size=20).digest() != data[:20]:
        return None
    fields = body.split(b"\0")
    if len(fields) < _HEAD_FIELDS or fields[0] != _MAGIC or fields[1] != name.encode():
        return None
    if fields[2] != state.digest.hex().encode():
        return None
    made, ends, code = float(fields[3]), float(fields[4]), int(fields[5])
    now = time.time()
    if not made <= now < ends:
        return None
    watched = fields[_HEAD_FIELDS : _HEAD_FIELDS + int(fields[6])]
    for index in range(0, len(watched), 2):
        if _state(watched[index])[0] != watched[index + 1]:
            return None
    return Kept(b"\0".join(fields[_HEAD_FIELDS + len(watched) :]).decode(), code, made)


def keep(
    place: str,
    name: str,
    *,
    before: State,
    after: State | None,
    watched: Iterable[str],
    ends: float,
    started_ns: int,
    code: int,
    text: str,
) -> bool:
    """Keep an answer, if nothing moved while it was made; whether it was kept.

    `before` and `after` are git's view around the run, `started_ns` when it began, `ends` until
    when the answer is good (seconds since 1970). Raises `OSError`.
    """
    if after is None or after.digest != before.digest:
        return False
    settled = started_ns - _RACY_NS
    if after.youngest > settled:
        return False
    pairs = []
    for path in sorted(watched):
        raw = os.fsencode(path)
        if b"\0" in raw:
            return False
        line, age = _state(raw)
        if age > settled:
            return False
        pairs += [raw, line]
    head = [
        *(_MAGIC, name.encode(), before.digest.hex().encode()),
        *(b"%f" % time.time(), b"%f" % ends, b"%d" % code, b"%d" % len(pairs)),
    ]
    body = b"\0".join([*head, *pairs, text.encode()])
    os.makedirs(place, exist_ok=True)
    temporary = os.path.join(place, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as stream:
            stream.write(blake2b(body, digest_size=20).digest() + body)
        os.replace(temporary, os.path.join(place, name))
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return True


def _state(path: bytes) -> tuple[bytes, int]:
    """What a stat says of a path, and the younger of its times (ns); a missing one says so."""
    try:
        found = os.stat(path)
        link = os.lstat(path)
    except OSError:
        return b"none", 0
    line = b"%d %d %d %d %d %d" % (
        *(found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino),
        link.st_ctime_ns,
    )
    return line, max(found.st_mtime_ns, found.st_ctime_ns, link.st_ctime_ns)


def _walk(top: str) -> Iterator[bytes]:
    """Every file below a folder, with its size and time, in a fixed order."""
    try:
        with os.scandir(top) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _walk(entry.path)
        elif not entry.name.endswith(".pyc"):
            status = entry.stat(follow_symlinks=False)
            yield os.fsencode(f"{entry.path} {status.st_size} {status.st_mtime_ns}\n")


def _repository(folder: str) -> tuple[str, list[str]] | None:
    """The working tree around a folder, and its git folders: its own and the common one."""
    top = folder
    while True:
        mark = os.path.join(top, ".git")
        if os.path.isdir(mark):
            return top, [mark]
        if os.path.isfile(mark):
            own = _pointed(mark, "gitdir: ")
            if own is None:
                return None
            common = _pointed(os.path.join(own, "commondir"), "")
            return top, [own, common] if common else [own]
        above = os.path.dirname(top)
        if above == top:
            return None
        top = above


def _pointed(file: str, prefix: str) -> str | None:
    """The folder that a file of git's points to."""
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as stream:
            text = stream.read(8192).strip()
    except OSError:
        return None
    if not text.startswith(prefix):
        return None
    return os.path.normpath(os.path.join(os.path.dirname(file), text[len(prefix) :]))


def _changed(status: bytes) -> list[bytes] | None:
    """Paths that are not as the index has them; None where that is too many, or a conflict."""
    paths = []
    for entry in status.split(b"\0"):
        kind = entry[:1]
        if kind in {b"u", b"2"}:
            return None
        if kind == b"?":
            paths.append(entry[2:])
        elif kind == b"1" and entry[3:4] != b".":
            paths.append(entry.split(b" ", 8)[8])
    return paths if len(paths) <= _MOST_DIRTY else None


def _configurations(environ: Mapping[str, str]) -> Iterator[str]:
    yield "/etc/gitconfig"
    yield environ.get("GIT_CONFIG_GLOBAL") or ""
    home = environ.get("HOME", "")
    yield os.path.join(home, ".gitconfig")
    yield os.path.join(
        environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "git/config"
    )


def _output(argv: Sequence[str], folder: str, environ: Mapping[str, str]) -> bytes | None:
    """What a quick program prints; None if it fails.

    The one door to subprocess would cost as much to open as all the rest.
    """
    reader, writer = os.pipe()
    try:
        child = os.posix_spawnp(
            argv[0],
            [argv[0], "-C", folder, *argv[1:]],
            {**environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    os.close(writer)
    parts = []
    with open(reader, "rb", buffering=0) as stream:
        while part := stream.read(_CHUNK):
            parts.append(part)
    _, status = os.waitpid(child, 0)
    return b"".join(parts) if status == 0 else None
