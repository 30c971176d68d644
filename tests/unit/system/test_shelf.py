"""Documents on disk: nothing is overwritten, nothing is half-written, nothing is lost."""

import errno
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from qgate.errors import UsageError
from qgate.system import shelf
from tests.support.repo import ROOT

_AT_ONCE: Final = 16
_KILLS: Final = 10
_SEED: Final = 20_260_101
_NEXT: Final = """
import pathlib, sys
from qgate.system import shelf
folder = pathlib.Path(sys.argv[1])
def make(names):
    number = 1 + sum(name.endswith(".md") for name in names)
    return f"{number:04}-x.md", f"{number} begins\\n" + "filling\\n" * 2000 + f"{number} ends\\n"
"""


def _is_whole(file: Path) -> bool:
    lines = file.read_text("utf-8").splitlines()
    number = int(file.name[:4])
    return len(lines) == 2002 and (lines[0], lines[-1]) == (f"{number} begins", f"{number} ends")


def test_a_file_is_made_with_its_text_and_the_usual_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    (tmp_path / "usual").touch()
    shelf.create(path, "# Ä\n")
    assert path.read_bytes() == "# Ä\n".encode()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.md", "usual"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        shelf.create(path, "other")
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_dangling_link_is_a_name_that_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="exists already"):
        shelf.create(path, "other")
    assert not (tmp_path / "elsewhere").exists()


def test_processes_at_once_get_a_number_each(tmp_path: Path) -> None:
    folder = tmp_path / "docs/adr"
    code = f"{_NEXT}print('ready', flush=True); input(); shelf.create_next(folder, make)"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(_AT_ONCE)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda each: each.communicate("go\n", timeout=60), started))

    assert [each.returncode for each in started] == [0] * _AT_ONCE
    names = sorted(each.name for each in folder.iterdir())
    assert names == [f"{number:04}-x.md" for number in range(1, _AT_ONCE + 1)]
    assert all(map(_is_whole, folder.iterdir()))


def test_a_process_that_is_killed_leaves_whole_files_and_no_lock(tmp_path: Path) -> None:
    code = f"{_NEXT}print('ready', flush=True)\nwhile True: shelf.create_next(folder, make)"
    moments = random.Random(_SEED)  # noqa: S311 - the same moments each time
    for _ in range(_KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(moments.uniform(0.001, 0.03))
            child.kill()
    shelf.create_next(tmp_path, lambda names: ("9999-last.md", f"{len(names)}\n"))

    (tmp_path / "9999-last.md").unlink()
    documents = sorted(tmp_path.glob("*.md"))
    left = [each.name for each in tmp_path.iterdir() if each not in documents]
    assert len(documents) > _KILLS
    assert [int(each.name[:4]) for each in documents] == list(range(1, len(documents) + 1))
    assert all(map(_is_whole, documents))
    assert all(name.startswith(".qgate-") and name.endswith(".tmp") for name in left), left


def test_a_file_that_is_changed_while_it_is_killed_is_the_old_or_the_new_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "0001-x.md"
    code = (
        "import pathlib, sys, itertools; from qgate.system import shelf\n"
        "file = pathlib.Path(sys.argv[1]); print('ready', flush=True)\n"
        "for n in itertools.count(1): shelf.change({file: f'{n}\\n' * 3000})"
    )
    file.write_text("0\n" * 3000)
    moments = random.Random(_SEED)  # noqa: S311 - the same moments each time
    for _ in range(_KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(file)], cwd=ROOT, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(moments.uniform(0.001, 0.03))
            child.kill()
        lines = file.read_text().splitlines()
        assert len(lines) == 3000
        assert len(set(lines)) == 1


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time; from qgate.system import shelf\n"
        "with shelf.locked(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        child.kill()
    with shelf.locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_several_files_change_together_and_keep_their_rights(tmp_path: Path) -> None:
    one, other, new = (tmp_path / name for name in ("one.md", "other.md", "new.md"))
    one.write_text("1")
    other.write_text("2")
    other.chmod(0o755)
    shelf.change({one: "one", other: "other", new: "new"})
    assert [each.read_text() for each in (one, other, new)] == ["one", "other", "new"]
    assert other.stat().st_mode & 0o777 == 0o755
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("what", ["a folder", "a link", "a dangling link", "a pipe"])
def test_none_changes_where_one_is_no_file(what: str, tmp_path: Path) -> None:
    one, odd, aim = (tmp_path / name for name in ("one.md", "odd.md", "aim.md"))
    one.write_text("1")
    match what:
        case "a folder":
            odd.mkdir()
        case "a pipe":
            os.mkfifo(odd)
        case "a link":
            aim.write_text("aim")
            odd.symlink_to(aim)
        case _:
            odd.symlink_to(aim)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="left as it is"):
        shelf.change({one: "one", odd: "odd"})
    assert one.read_text() == "1"
    assert not aim.exists() or aim.read_text() == "aim"
    assert sorted(tmp_path.iterdir()) == before


def test_the_others_are_put_back_where_the_last_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, new, last = (tmp_path / name for name in ("one.md", "new.md", "last.md"))
    one.write_text("1")
    one.chmod(0o640)
    last.write_text("last")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(UsageError, match="No space left"):
        shelf.change({one: "one", new: "new", last: "other"})
    assert (one.read_text(), last.read_text()) == ("1", "last")
    assert one.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [last, one]


class _Mount:
    """A mount for the length of a block; the test is skipped where none is permitted."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments

    def __enter__(self) -> None:
        done = subprocess.run(["mount", *self._arguments], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("mounting is not permitted here")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", self._arguments[-1]], check=True)


def test_a_full_disk_loses_no_file_and_leaves_no_half(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    with _Mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)):
        one, other = folder / "one.md", folder / "other.md"
        shelf.create(one, "1\n" * 4000)
        shelf.create(other, "2\n" * 4000)
        for texts in ({one: "x" * 20_000, other: "y" * 60_000}, {one: "x" * 80_000}):
            with pytest.raises(UsageError, match="No space left"):
                shelf.change(texts)
        with pytest.raises(UsageError, match="No space left"):
            shelf.create_next(folder, lambda _names: ("three.md", "3" * 80_000))
        assert one.read_text() == "1\n" * 4000
        assert other.read_text() == "2\n" * 4000
        assert sorted(folder.iterdir()) == [one, other]


def test_a_limit_on_a_files_size_loses_none_either(tmp_path: Path) -> None:
    one = tmp_path / "one.md"
    one.write_text("1\n" * 1000)
    code = (
        "import pathlib, resource, signal, sys; from qgate.system import shelf\n"
        "from qgate.errors import UsageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "one = pathlib.Path(sys.argv[1])\n"
        "for act in (lambda: shelf.change({one: 'x' * 9000}),\n"
        "            lambda: shelf.create(one.with_name('two.md'), 'x' * 9000)):\n"
        "    try: act()\n"
        "    except UsageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(one)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("File too large") == 2
    assert one.read_text() == "1\n" * 1000
    assert list(tmp_path.iterdir()) == [one]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a user without rights can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_may_not_be_written_is_said_to_be_so(open_folder: Path) -> None:
    file = open_folder / "one.md"
    file.write_text("1")
    open_folder.chmod(0o555)
    drop = "import os; os.geteuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534))\n"
    code = (
        "import pathlib, sys\nfrom qgate.system import shelf\nfrom qgate.errors import UsageError\n"
        f"{drop}one = pathlib.Path(sys.argv[1])\n"
        "for act in (lambda: shelf.change({one: 'x'}),\n"
        "            lambda: shelf.create(one.with_name('two.md'), 'x'),\n"
        "            lambda: shelf.create_next(one.parent / 'below', lambda _: ('a', 'b'))):\n"
        "    try: act()\n"
        "    except UsageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    open_folder.chmod(0o755)
    assert done.stdout.count("Permission denied") == 3
    assert file.read_text() == "1"
    assert list(open_folder.iterdir()) == [file]


@pytest.mark.parametrize("where", ["docs", "docs/adr"])
def test_a_link_out_of_the_repository_is_not_followed(where: str, tmp_path: Path) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    (root / ".git").mkdir(parents=True)
    (outside / "adr").mkdir(parents=True)
    (outside / "one.md").write_text("1")
    (outside / "adr/one.md").write_text("1")
    (root / where).parent.mkdir(exist_ok=True)
    (root / where).symlink_to(outside)
    folder = root / "docs/adr"
    for act in (
        lambda: shelf.create(folder / "a.md", "x"),
        lambda: shelf.create_next(folder, lambda _names: ("a.md", "x")),
        lambda: shelf.change({folder / "one.md": "x"}),
    ):
        with pytest.raises(UsageError, match="leads out of the repository"):
            act()
    assert (outside / "one.md").read_text() == (outside / "adr/one.md").read_text() == "1"
    assert len(list(outside.rglob("*"))) == 3


def test_a_link_inside_of_the_repository_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    (root / "decisions").mkdir()
    (root / "docs").symlink_to("decisions")
    shelf.create(root / "docs/a.md", "x")
    assert (root / "decisions/a.md").read_text() == "x"


def test_a_working_tree_behind_a_link_is_a_repository_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "real/.git").mkdir(parents=True)
    (tmp_path / "seen").symlink_to("real")
    shelf.create_next(tmp_path / "seen/docs", lambda _names: ("a.md", "x"))
    assert (tmp_path / "real/docs/a.md").read_text() == "x"


def test_a_signal_waits_until_all_files_are_changed_and_is_not_lost(tmp_path: Path) -> None:
    one, other = tmp_path / "one.md", tmp_path / "other.md"
    one.write_text("1")
    other.write_text("2")
    code = (
        "import os, pathlib, signal, sys; from qgate.system import shelf\n"
        "one, other = map(pathlib.Path, sys.argv[1:])\n"
        "def end(*_): print(one.read_text(), other.read_text(), flush=True); os._exit(7)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "replace = pathlib.Path.replace\n"
        "def late(self, target): os.kill(os.getpid(), signal.SIGTERM); replace(self, target)\n"
        "pathlib.Path.replace = late\n"
        "shelf.change({one: 'one', other: 'other'}); print('survived')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(one), str(other)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (7, "one other\n"), done
