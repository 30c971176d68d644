"""Kept findings: what was saved, or nothing; never a crash, never something else."""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgate.gates.tools import entries
from qgate.model.tool import ToolFinding, ToolReading, Unjudged
from qgate.system import cache as cache_module
from qgate.system import ci
from qgate.system.cache import Cache, clear, folder, prune
from tests.support.repo import ROOT

VALUE: Final = {"at": 1.5, "findings": [["a.py", "F401", 'un"used\n', 1]], "text": "\udcff ü \0"}
KIND: Final = "findings"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    """A cache with one entry."""
    found = Cache(tmp_path / "cache")
    found.save(KIND, "key", VALUE)
    return found


def _only_entry(cache: Cache) -> Path:
    (path,) = (each for each in cache.folder.glob("entries/*/*") if each.is_file())
    return path


def test_what_was_saved_is_loaded(kept: Cache) -> None:
    assert kept.load(KIND, "key") == VALUE


def test_another_key_or_kind_is_a_miss(kept: Cache) -> None:
    assert kept.load(KIND, "other") is None
    assert kept.load("last", "key") is None
    assert kept.load(f"{KIND}\0", "key") is None


@settings(max_examples=50, deadline=None)
@given(JSON, st.text(st.characters(codec="utf-8")))
def test_every_value_of_json_comes_back(value: Any, key: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        cache = Cache(Path(name))
        cache.save(KIND, key, value)
        assert cache.load(KIND, key) == value


def test_a_later_value_takes_the_place_of_the_earlier(kept: Cache) -> None:
    kept.save(KIND, "key", [2])
    assert kept.load(KIND, "key") == [2]
    _only_entry(kept)


def test_an_entry_with_any_byte_changed_is_a_miss(kept: Cache) -> None:
    file = _only_entry(kept)
    content = file.read_bytes()
    for position, byte in enumerate(content):
        file.write_bytes(content[:position] + bytes([byte ^ 1]) + content[position + 1 :])
        assert kept.load(KIND, "key") is None, position
    file.write_bytes(content)
    assert kept.load(KIND, "key") == VALUE


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_entry_damaged_anyhow_is_a_miss(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        cache = Cache(Path(name))
        cache.save(KIND, "key", VALUE)
        file = _only_entry(cache)
        content = file.read_bytes()
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, len(content)))
        other = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
        file.write_bytes(other)
        assert cache.load(KIND, "key") == (VALUE if other == content else None)


def test_an_entry_cut_off_anywhere_is_a_miss(kept: Cache) -> None:
    file = _only_entry(kept)
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert kept.load(KIND, "key") is None, length


def test_an_entry_in_another_ones_place_is_a_miss(kept: Cache) -> None:
    content = _only_entry(kept).read_bytes()
    kept.save(KIND, "other", [1])
    for file in kept.folder.glob("entries/*/*"):
        file.write_bytes(content)
    assert kept.load(KIND, "other") is None
    assert kept.load(KIND, "key") == VALUE


def test_an_entry_of_another_format_is_a_miss(kept: Cache) -> None:
    file = _only_entry(kept)
    file.write_bytes(file.read_bytes().replace(b"qgate-cache 1", b"qgate-cache 2", 1))
    assert kept.load(KIND, "key") is None


def test_an_entry_whose_value_is_too_deep_to_read_is_a_miss(kept: Cache) -> None:
    body = b"[" * 100_000 + b"]" * 100_000
    _only_entry(kept).write_bytes(cache_module._head(KIND, "key", body) + b"\n" + body)
    assert kept.load(KIND, "key") is None


def test_an_entry_larger_than_any_of_ours_is_not_even_read(kept: Cache) -> None:
    kept.save(KIND, "key", "x" * cache_module._MAX_ENTRY_BYTES)
    assert kept.load(KIND, "key") is None


def test_a_folder_in_an_entrys_place_is_a_miss_and_no_obstacle(kept: Cache) -> None:
    file = _only_entry(kept)
    file.unlink()
    file.mkdir()
    (file / "inside").touch()
    assert kept.load(KIND, "key") is None
    kept.save(KIND, "key", VALUE)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("target", ["itself", "nothing", "/dev/null", "a folder", "another"])
def test_a_link_in_an_entrys_place_is_a_miss(target: str, kept: Cache, tmp_path: Path) -> None:
    file = _only_entry(kept)
    kept.save(KIND, "other", [1])
    (other,) = (each for each in kept.folder.glob("entries/*/*") if each != file)
    file.unlink()
    places: dict[str, Path] = {
        "itself": file,
        "a folder": tmp_path,
        "another": other,
        "/dev/null": Path("/dev/null"),
    }
    file.symlink_to(places.get(target, tmp_path / "nothing"))
    assert kept.load(KIND, "key") is None


@pytest.mark.parametrize("what", ["/dev/zero", "a pipe"])
def test_something_without_an_end_in_an_entrys_place_is_a_miss(what: str, kept: Cache) -> None:
    """A program of its own, so that waiting for ever fails this test alone."""
    file = _only_entry(kept)
    file.unlink()
    if what == "a pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(what)
    code = (
        "import resource, sys, pathlib; from qgate.system.cache import Cache;"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30));"
        f"sys.exit(Cache(pathlib.Path({str(kept.folder)!r})).load({KIND!r}, 'key') is not None)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=10, check=True)


def test_a_file_in_a_folders_place_is_a_miss_and_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("not a folder")
    cache = Cache(tmp_path / "cache")
    cache.save(KIND, "key", VALUE)
    assert cache.load(KIND, "key") is None


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a user without rights can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _as_nobody(code: str) -> str:
    """Run Python code without the rights of root, who may read and write anything."""
    # Given up only then, because nobody may not be allowed to start this interpreter.
    drop = "import os; os.geteuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534));"
    done = subprocess.run(
        [sys.executable, "-B", "-c", f"import qgate.system.cache; {drop}{code}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_entry_that_may_not_be_read_is_a_miss(open_folder: Path) -> None:
    cache = Cache(open_folder / "cache")
    cache.save(KIND, "key", VALUE)
    for each in (*cache.folder.rglob("*"), cache.folder):
        each.chmod(0o755 if each.is_dir() else 0o644)
    code = (
        "import pathlib; from qgate.system.cache import Cache;"
        f"print(Cache(pathlib.Path({str(cache.folder)!r})).load({KIND!r}, 'key') is None)"
    )
    # Not being its owner does not matter to reading; the time of use is then not noted.
    assert _as_nobody(code) == "False"
    _only_entry(cache).chmod(0)
    assert _as_nobody(code) == "True"


def test_a_folder_that_may_not_be_written_keeps_nothing_and_breaks_nothing(
    open_folder: Path,
) -> None:
    place = open_folder / "cache"
    place.mkdir()
    place.chmod(0o555)
    code = (
        "import pathlib; from qgate.system.cache import Cache;"
        f"cache = Cache(pathlib.Path({str(place)!r})); cache.save({KIND!r}, 'key', [1]);"
        f"print(cache.load({KIND!r}, 'key'), cache.prune())"
    )
    assert _as_nobody(code) == "None None"
    assert list(place.iterdir()) == []
    place.chmod(0o755)


def test_a_full_disk_keeps_the_earlier_value_and_leaves_no_half(kept: Cache) -> None:
    code = (
        "import resource, pathlib; from qgate.system.cache import Cache;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        f"Cache(pathlib.Path({str(kept.folder)!r})).save({KIND!r}, 'key', 'x' * 100_000)"
    )
    subprocess.run([sys.executable, "-B", "-c", code], cwd=ROOT, check=True)
    assert kept.load(KIND, "key") == VALUE
    _only_entry(kept)


def _work(place: str, number: int) -> list[str]:
    """Write and read the same few keys as everybody else; what was read and never written."""
    cache = Cache(Path(place))
    odd = []
    for turn in range(50):
        key = str(turn % 3)
        cache.save(KIND, key, {"key": key, "fill": str(number) * 5000})
        found = cache.load(KIND, key)
        is_whole = found is not None and found["key"] == key and len(set(found["fill"])) == 1
        if not is_whole or len(found["fill"]) != 5000:
            odd.append(repr(found)[:100])
    return odd


def test_many_writers_and_readers_at_once_see_whole_entries_only(tmp_path: Path) -> None:
    # Also never a miss: an entry that was there is at no moment gone.
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(_work, [str(tmp_path)] * 8, range(8)))
    assert results == [[]] * 8
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 3


def test_a_cache_that_may_not_save_gives_what_there_is_and_keeps_nothing(kept: Cache) -> None:
    before = {each: each.read_bytes() for each in kept.folder.rglob("*") if each.is_file()}
    reader = replace(kept, may_save=False)
    assert reader.load(KIND, "key") == VALUE
    reader.save(KIND, "key", [2])
    reader.save(KIND, "other", [2])
    reader.prune()
    after = {each: each.read_bytes() for each in kept.folder.rglob("*") if each.is_file()}
    assert after == before


PULL: Final = "pull_request"
SHA: Final = "a" * 40


def _environ(tmp_path: Path, payload: str, name: str = PULL) -> dict[str, str]:
    (tmp_path / "event.json").write_text(payload)
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": "team/project",
    }


def _pull(repo: str) -> str:
    return (
        f'{{"pull_request": {{"base": {{"sha": "{SHA}"}}, '
        f'"head": {{"sha": "{SHA}", "repo": {repo}}}}}}}'
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (_pull('{"full_name": "team/project"}'), False),
        (_pull('{"full_name": "stranger/project"}'), True),
        (_pull('{"full_name": "team/project2"}'), True),
        (_pull("null"), True),
        (_pull("{}"), True),
        ("{}", True),
        ("not JSON", True),
        ("", True),
        ('{"pull_request": 3}', True),
    ],
)
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_request_that_is_not_surely_our_own_is_a_strangers(
    payload: str,
    expected: bool,  # noqa: FBT001
    name: str,
    tmp_path: Path,
) -> None:
    assert ci.is_fork(_environ(tmp_path, payload, name)) is expected


def test_a_pull_request_without_any_names_is_a_strangers(tmp_path: Path) -> None:
    environ = _environ(tmp_path, _pull("{}"))
    del environ["GITHUB_REPOSITORY"]
    assert ci.is_fork(environ)


def test_a_payload_that_is_not_there_is_a_strangers(tmp_path: Path) -> None:
    environ = _environ(tmp_path, "")
    (tmp_path / "event.json").unlink()
    assert ci.is_fork(environ)


@pytest.mark.parametrize("name", ["push", "merge_group", "schedule", ""])
def test_what_is_no_pull_request_is_our_own(name: str, tmp_path: Path) -> None:
    assert not ci.is_fork(_environ(tmp_path, "{}", name))


def _aged(cache: Cache, key: str, *, days: float, size: int = 100) -> None:
    before = {*cache.folder.glob("entries/*/*")}
    cache.save(KIND, key, "x" * size)
    (path,) = {*cache.folder.glob("entries/*/*")} - before
    moment = time.time() - days * 24 * 3600
    os.utime(path, (moment, moment))


def _there(cache: Cache, *keys: str) -> list[str]:
    return [key for key in keys if cache.load(KIND, key) is not None]


def test_what_was_not_used_for_long_is_taken_away(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    _aged(cache, "young", days=29)
    _aged(cache, "old", days=31)
    prune(tmp_path, now=time.time())
    assert _there(cache, "young", "old") == ["young"]


def test_the_time_of_the_last_use_counts(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    _aged(cache, "used", days=31)
    _aged(cache, "unused", days=31)
    assert cache.load(KIND, "used")
    prune(tmp_path, now=time.time())
    assert _there(cache, "used", "unused") == ["used"]


def test_of_too_much_the_oldest_is_taken_away(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(5):
        _aged(cache, str(number), days=number, size=10_000)
    prune(tmp_path, now=time.time(), most=35_000)
    assert _there(cache, *"01234") == ["0", "1", "2"]


def test_a_tools_own_folder_is_taken_away_as_a_whole(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for name, days in (("mypy-head", 1), ("ruff-head", 31)):
        for file in ("0/one", "0/deep/two"):
            path = cache.for_tool("repository", name) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            moment = time.time() - days * 24 * 3600
            os.utime(path, (moment, moment))
    prune(tmp_path, now=time.time())
    assert [each.name for each in (tmp_path / "tools/repository").iterdir()] == ["mypy-head"]


def test_pruning_happens_once_a_day(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    _aged(cache, "old", days=31)
    cache.prune()
    assert _there(cache, "old") == []
    _aged(cache, "older", days=32)
    cache.prune()
    assert len([*cache.folder.glob("entries/*/*")]) == 1
    os.utime(tmp_path / "pruned", (1, 1))
    cache.prune()
    assert len([*cache.folder.glob("entries/*/*")]) == 0


def test_what_a_killed_writer_left_is_taken_away_one_day(kept: Cache) -> None:
    half = _only_entry(kept).with_name(".left.tmp")
    half.write_bytes(b"x")
    os.utime(half, (1, 1))
    prune(kept.folder, now=time.time())
    assert not half.exists()
    assert kept.load(KIND, "key") == VALUE


def test_nothing_is_taken_away_through_a_link(kept: Cache, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (precious / "inner").mkdir(parents=True)
    (precious / "inner/file").touch()
    os.utime(precious / "inner/file", (1, 1))
    os.utime(precious / "inner", (1, 1))
    (kept.folder / "entries/zz").symlink_to(precious)
    (kept.folder / "tools").mkdir()
    (kept.folder / "tools/zz").symlink_to(precious)
    prune(kept.folder, now=time.time())
    clear(kept.folder)
    assert (precious / "inner/file").exists()


def test_clearing_takes_everything_of_the_caches_and_nothing_else(kept: Cache) -> None:
    (kept.for_tool("repository", "mypy") / "0").mkdir(parents=True)
    (kept.for_tool("repository", "mypy") / "0/file").write_bytes(b"x" * 1000)
    (kept.folder / "other").touch()
    size = _only_entry(kept).stat().st_size
    assert clear(kept.folder) == size + 1000
    assert [each.name for each in kept.folder.iterdir()] == ["other"]
    assert kept.load(KIND, "key") is None
    assert clear(kept.folder) == 0
    assert clear(kept.folder / "nowhere") == 0


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"QGATE_CACHE_DIR": "/named", "XDG_CACHE_HOME": "/xdg"}, "/named"),
        ({"XDG_CACHE_HOME": "/xdg", "HOME": "/home/x"}, "/xdg/qgate"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/x"}, "/home/x/.cache/qgate"),
        ({"QGATE_CACHE_DIR": "", "HOME": "/home/x"}, "/home/x/.cache/qgate"),
    ],
)
def test_the_folder_is_the_named_one_or_the_users(environ: dict[str, str], expected: str) -> None:
    assert folder(environ) == Path(expected)


READING: Final = ToolReading(
    findings=(
        ToolFinding(path="a \udcff.py", rule="F401", message="x", line=3, aliases=("a", "b")),
        ToolFinding(path="", rule="", message="", is_parse_error=True, severity="high"),
    ),
    unjudged=(Unjudged("jinja2", "no such version", "requirements.txt"), Unjudged("x", "y")),
    judged=("jinja2 2.10",),
)


def test_a_reading_comes_back_from_the_cache_as_it_was(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.save(KIND, "key", entries.pack(12.5, READING))
    assert entries.unpack(cache.load(KIND, "key")) == (12.5, READING)


def _packed(**changes: Any) -> Any:
    return {**json.loads(json.dumps(entries.pack(1.0, READING))), **changes}


def _row(index: int, value: Any) -> Any:
    row = _packed()["findings"][0]
    return _packed(findings=[[*row[:index], value, *row[index + 1 :]]])


ODD: Final[dict[str, Any]] = {
    "nothing": None,
    "a number": 3,
    "a text": "findings",
    "a list": [],
    "no fields": {},
    "findings are a mapping": _packed(findings={}),
    "findings are a text": _packed(findings=""),
    "findings are nothing": _packed(findings=None),
    "findings are numbers": _packed(findings=[1]),
    "a finding is a text": _packed(findings=["abcdefghijk"]),
    "a finding is short": _packed(findings=[_packed()["findings"][0][:-1]]),
    "a finding is long": _packed(findings=[[*_packed()["findings"][0], ""]]),
    "a finding is a mapping": _packed(findings=[{}]),
    "a line is a text": _row(3, "3"),
    "a line is a boolean": _row(3, value=True),
    "a line is a fraction": _row(3, 3.0),
    "a path is nothing": _row(0, None),
    "a parse error is a number": _row(7, 0),
    "aliases are a text": _row(9, "ab"),
    "aliases are numbers": _row(9, [1]),
    "unjudged is a mapping": _packed(unjudged={}),
    "unjudged is a text": _packed(unjudged=""),
    "an unjudged one is a text": _packed(unjudged=["ab"]),
    "an unjudged one has a number": _packed(unjudged=[["a", 1, ""]]),
    "an unjudged one is long": _packed(unjudged=[["a", "b", "c", "d"]]),
    "judged is a text": _packed(judged="ab"),
    "judged is a mapping": _packed(judged={}),
    "judged are numbers": _packed(judged=[1]),
    "the time is a text": _packed(at="1"),
    "the time is a boolean": _packed(at=True),
    "the time is nothing": _packed(at=None),
    "the time is no number": _packed(at=math.nan),
    "the time is endless": _packed(at=math.inf),
    "the time is larger than any": _packed(at=10**400),
    **{f"no {name}": {k: v for k, v in _packed().items() if k != name} for name in _packed()},
}


@pytest.mark.parametrize("what", ODD)
def test_an_entry_of_another_shape_is_refused(what: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        entries.unpack(ODD[what])


@given(JSON)
def test_whatever_is_not_an_entry_is_refused(value: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        entries.unpack(value)
