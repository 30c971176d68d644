"""Measured proof: however a run ends, no process, no folder and no changed byte stays behind.

The tool forks and daemonises (tests/support/leftovers.py); the repository has a partially staged
file, a staged file that is gone from the working tree, an unstaged mode and an untracked file.
"""

import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support import leftovers
from tests.support.repo import Ran, Repo, make_repo

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="only Linux shows another's environment"
)

_SIDES: Final = {"the working tree": (), "the index": ("--staged",)}
_ENDINGS: Final = {"INT": 130, "TERM": 143, "HUP": 143}


@dataclass(frozen=True)
class Scene:
    """A repository in the middle of somebody's work, and where the tool notes its processes."""

    repo: Repo
    place: Path
    temporary: Path

    @property
    def runs(self) -> Path:
        """Where qgate records its runs."""
        return Path(self.repo.environ["HOME"], ".cache", "qgate", "runs")

    def left(self) -> dict[str, Any]:
        """What a run left: processes, temporary folders, records."""
        return {
            "processes": leftovers.alive(self.place),
            "temporary": sorted(each.name for each in self.temporary.iterdir()),
            "runs": sorted(each.name for each in self.runs.glob("*")),
        }


_NOTHING: Final = {"processes": set[str](), "temporary": [], "runs": []}


def _definition(words: list[str], gate: str, timeout: int, **more: Any) -> dict[str, Any]:
    return {
        "gate": gate,
        "command": [*words, "{files}"],
        "files": ["*.txt"],
        "output": "regex",
        "pattern": r"^(?P<path>[^:]+):(?P<line>\d+): (?P<message>.*)$",
        "timeout": timeout,
        **more,
    }


@pytest.fixture
def make_scene(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes the scene: the seconds that the tool is given, and what its daemon does."""
    place = tmp_path / "noted"

    def make(*, timeout: int = 60, pipes: str = "closed") -> Scene:
        (tmp_path / "home").mkdir()
        (tmp_path / "temporary").mkdir()
        repo = make_repo(tmp_path / "repo", tmp_path / "home")
        repo.environ["TMPDIR"] = str(tmp_path / "temporary")
        leaves = leftovers.command(tmp_path, place, pipes=pipes)
        quick = [sys.executable, "-S", "-c", "pass"]
        tools = {
            "leaves": _definition(leaves, "leaving", timeout),
            "quick": _definition(quick, "quick", 60),
        }
        first = {"a.txt": "a\n", "b.txt": "b\n", "mode.txt": "m\n", "touched.txt": "t\n"}
        repo.commit({**first, ".qgate.yml": json.dumps({"version": 1, "tools": tools})})
        repo.git("switch", "--quiet", "--create", "topic")
        _begin_work(repo)
        return Scene(repo, place, tmp_path / "temporary")

    yield make
    leftovers.end_by_force(place)


def _begin_work(repo: Repo) -> None:
    """Leave a partially staged file and its likes."""
    repo.write({"a.txt": "staged\na\n", "gone.txt": "staged\n", "folder/c.txt": "c\r\n"})
    repo.git("add", "--all")
    repo.write({"a.txt": "staged\na\nnot staged\n", "new.txt": "untracked\n", "b.txt": "edited\n"})
    (repo.path / "gone.txt").unlink()
    (repo.path / "mode.txt").chmod(0o755)
    # Only touched: git would like to note in the index that it is the same.
    os.utime(repo.path / "touched.txt", (1_700_000_000, 1_700_000_000))
    (repo.path / "link.txt").symlink_to("a.txt")
    (repo.path / "empty").mkdir()


def _state(repo: Repo) -> dict[str, Any]:
    """Every file with its bytes, mode and time, also in .git, and what git says of it all."""
    found: dict[str, Any] = {}
    for folder, folders, files in os.walk(repo.path):
        for name in (*folders, *files):
            path = Path(folder, name)
            status = path.lstat()
            data = path.read_bytes() if stat.S_ISREG(status.st_mode) else None
            # A folder's time is that of its entries; .git's own change with any temporary file.
            time = status.st_mtime_ns if data is not None else 0
            found[str(path.relative_to(repo.path))] = (status.st_mode, time, data)
    found["status"] = repo.git("--no-optional-locks", "status", "--porcelain", "--ignored")
    return found


@contextmanager
def _at_work(scene: Scene, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """`qgate check` while its tool hangs, with all its processes there."""
    argv = [sys.executable, "-m", "qgate", "check", *flags, "leaving"]
    with subprocess.Popen(
        argv,
        cwd=scene.repo.path,
        env=scene.repo.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            leftovers.wait_until(lambda: (scene.place / "tool").exists() or process.poll())
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=leftovers.PATIENCE)
    return Ran(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize("side", _SIDES)
@pytest.mark.parametrize("pipes", ["kept", "closed"])
def test_a_timeout_leaves_no_trace(make_scene: Callable[..., Scene], side: str, pipes: str) -> None:
    scene = make_scene(timeout=1, pipes=pipes)
    before = _state(scene.repo)

    with _at_work(scene, *_SIDES[side]) as process:
        assert leftovers.alive(scene.place) == {"tool", "child", "daemon"}
        ran = _ended(process)

    assert ran.code == 3, ran
    assert "did not end within 1 s" in ran.out
    assert scene.left() == _NOTHING
    assert _state(scene.repo) == before


@pytest.mark.parametrize("side", _SIDES)
@pytest.mark.parametrize("ending", _ENDINGS)
def test_a_signal_leaves_no_trace(make_scene: Callable[..., Scene], side: str, ending: str) -> None:
    scene = make_scene()
    before = _state(scene.repo)

    with _at_work(scene, *_SIDES[side]) as process:
        assert leftovers.alive(scene.place) == {"tool", "child", "daemon"}
        process.send_signal(getattr(signal, f"SIG{ending}"))
        ran = _ended(process)

    assert (ran.code, ran.out) == (_ENDINGS[ending], ""), ran
    assert "Traceback" not in ran.err
    assert scene.left() == _NOTHING
    assert _state(scene.repo) == before


def test_impatience_leaves_no_trace_either(make_scene: Callable[..., Scene]) -> None:
    """Signal upon signal while the first is being dealt with, until the end."""
    scene = make_scene()
    before = _state(scene.repo)

    with _at_work(scene, "--staged") as process:
        until = time.monotonic() + leftovers.PATIENCE
        for number in itertools.cycle((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)):
            if process.poll() is not None or time.monotonic() > until:
                break
            process.send_signal(number)
            time.sleep(0.002)
        ran = _ended(process)

    assert ran.code in {130, 143}, ran
    assert scene.left() == _NOTHING
    assert _state(scene.repo) == before


@pytest.mark.parametrize("side", _SIDES)
def test_after_a_kill_the_next_run_takes_the_traces_away(
    make_scene: Callable[..., Scene], side: str
) -> None:
    scene = make_scene()
    before = _state(scene.repo)

    with _at_work(scene, *_SIDES[side]) as process:
        process.kill()
        process.wait()
        # Nobody was there to do anything, but neither tree nor index were ever touched.
        assert leftovers.alive(scene.place) == {"tool", "child", "daemon"}
        assert bool(scene.left()["temporary"]) == (side == "the index")
        assert _state(scene.repo) == before

        next_one = scene.repo.qgate("check", "quick")

    assert next_one.code == 0, next_one
    leftovers.wait_until(lambda: scene.left() == _NOTHING)
    assert _state(scene.repo) == before


def test_after_a_kill_a_run_with_nothing_to_start_takes_the_traces_away_too(
    make_scene: Callable[..., Scene],
) -> None:
    """What killed runs left must not stay until a tool has to run again."""
    scene = make_scene()
    assert scene.repo.qgate("check", "quick").code == 0

    with _at_work(scene, "--staged") as process:
        process.kill()
        process.wait()
        assert scene.left()["temporary"]

        scene.repo.git("stash", "--include-untracked", "--quiet")
        next_one = scene.repo.qgate("check", "quick")

    assert "nothing changed" in next_one.out or next_one.code == 0, next_one
    leftovers.wait_until(lambda: scene.left() == _NOTHING)


@pytest.mark.parametrize("command", ["diff", "rev-parse"])
def test_after_a_kill_during_a_question_to_git_nothing_stays(
    make_scene: Callable[..., Scene], tmp_path: Path, command: str
) -> None:
    """A git that stops at one of its commands keeps qgate where it is."""
    scene = make_scene()
    before = _state(scene.repo)
    real = _which("git", scene.repo.environ["PATH"])
    script = (
        f'#!/bin/sh\ncase " $* " in *" {command} "*) [ -e {tmp_path}/go ] || '
        f'{{ touch {tmp_path}/there; sleep 1; }};; esac\nexec {real} "$@"\n'
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(script, "utf-8")
    (tmp_path / "bin" / "git").chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{scene.repo.environ['PATH']}"
    argv = [sys.executable, "-m", "qgate", "check", "--staged", "quick"]
    with subprocess.Popen(
        argv,
        cwd=scene.repo.path,
        env={**scene.repo.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        leftovers.wait_until((tmp_path / "there").exists)
        process.kill()
    (tmp_path / "go").touch()

    assert scene.repo.qgate("check", "quick").code == 0
    leftovers.wait_until(lambda: scene.left() == _NOTHING)
    assert _state(scene.repo) == before


def _which(name: str, path: str) -> str:
    return next(
        str(Path(folder, name)) for folder in path.split(os.pathsep) if Path(folder, name).exists()
    )


@pytest.mark.parametrize("side", _SIDES)
def test_a_run_that_ends_by_itself_leaves_no_trace(
    make_scene: Callable[..., Scene], side: str
) -> None:
    scene = make_scene()
    before = _state(scene.repo)

    ran = scene.repo.qgate("check", *_SIDES[side], "quick")

    assert ran.code == 0, ran
    assert scene.left() == _NOTHING
    assert _state(scene.repo) == before


def test_the_index_is_judged_as_it_is_staged(make_scene: Callable[..., Scene]) -> None:
    """Else "never touches the working tree" would be had by judging the wrong bytes."""
    scene = make_scene()
    script = "import sys\nfor p in sys.argv[1:]:\n  print(f'{p}:1: {open(p).read()!r}')"
    tool = _definition([sys.executable, "-S", "-c", script], "quick", 60, blocks="all")
    text = json.dumps({"version": 1, "tools": {"quick": tool}})
    scene.repo.git("stash", "--include-untracked", "--quiet")
    scene.repo.git("switch", "--quiet", "main")
    scene.repo.commit({".qgate.yml": text})
    _begin_work(scene.repo)
    before = _state(scene.repo)

    ran = scene.repo.qgate("check", "--staged", "--format", "json", "quick")

    (gate,) = json.loads(ran.out)["gates"]
    said = {each["path"]: each["message"] for each in gate["findings"]}
    assert said["a.txt"] == repr("staged\na\n")
    assert said["gone.txt"] == repr("staged\n")
    assert said["b.txt"] == repr("b\n")
    assert "new.txt" not in said
    assert scene.left() == _NOTHING
    assert _state(scene.repo) == before
