"""The answer of an identical run is given again, and of no other."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qgate.cli import entry
from qgate.system import cache, replay
from tests.support.repo import Ran, Repo, measured

AGAIN = "nothing that it read has changed"
# A file younger than the run that reads it is not trusted; this is older than that.
SETTLED_SECONDS = 0.06

TOOL = """#!{python} -S
import sys
print("\\n".join(f"{{name}}:1: bad" for name in sys.argv[1:] if "bad" in open(name).read()))
"""
SETTINGS = """
tools:
  fake:
    gate: lint
    command: [fake, "{files}"]
    files: ["*.txt"]
    output: regex
    pattern: '^(?P<path>[^:]+):(?P<line>\\d+): (?P<message>.*)$'
    config: [fake.ini, ~/fake.ini]
    environment: [FAKE]
gates: {lint: {tools: [fake]}}
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A tool of its own, a clean file, a dirty one, and an untracked one."""
    repo.write({".qgate.yml": SETTINGS, ".gitignore": ".venv/\n*.log\nlcov.info\n"})
    repo.commit({"clean.txt": "good\n", "dirty.txt": "good\n"})
    repo.git("branch", "other")
    repo.write({"dirty.txt": "good\nmore\n", "new.txt": "good\n"})
    tool = repo.path / ".venv/bin/fake"
    repo.write({".venv/bin/fake": TOOL.format(python=sys.executable)})
    tool.chmod(0o755)
    (repo.path / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    return repo


def run(repo: Repo, *arguments: str, environ: dict[str, str] | None = None) -> Ran:
    time.sleep(SETTLED_SECONDS)
    return repo.qgate("check", "lint", "--base", "HEAD", *arguments, environ=environ)


def kept(repo: Repo, *arguments: str) -> Ran:
    """The first answer, after it was given a second time."""
    first = run(repo, *arguments)
    again = run(repo, *arguments)
    assert AGAIN not in first.err
    assert AGAIN in again.err
    assert (again.code, again.out) == (first.code, first.out)
    return first


def test_an_identical_call_gets_the_same_bytes_and_exit_code(project: Repo) -> None:
    assert kept(project).code == 0
    project.write({"dirty.txt": "bad\n"})
    failed = kept(project)
    assert failed.code == 1
    assert "dirty.txt:1: error: bad [lint/fake]" in failed.out
    kept(project, "--format", "json")


def replaced_in_place(repo: Repo) -> None:
    """Another content of the same size, with the old time."""
    path = repo.path / "dirty.txt"
    before = path.stat()
    path.write_text("bad!\nmore\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def later_tool(repo: Repo) -> None:
    path = repo.path / ".venv/bin/fake"
    path.write_text(path.read_text().replace("bad", "good"))


# Made one after another: each is a change whatever those before it did.
CHANGES: dict[str, Callable[[Repo], object]] = {
    "a dirty file edited to the same size and time": replaced_in_place,
    "a clean file edited": lambda repo: repo.write({"clean.txt": "bad\n"}),
    "a dirty file edited": lambda repo: repo.write({"dirty.txt": "bad\n"}),
    "an untracked file edited": lambda repo: repo.write({"new.txt": "bad\n"}),
    "another untracked file": lambda repo: repo.write({"newer.txt": "bad\n"}),
    "an untracked file gone": lambda repo: (repo.path / "new.txt").unlink(),
    "a mode": lambda repo: (repo.path / "clean.txt").chmod(0o755),
    "a tracked file gone": lambda repo: (repo.path / "clean.txt").unlink(),
    "something staged": lambda repo: repo.git("add", "dirty.txt"),
    "a commit": lambda repo: repo.git("commit", "--quiet", "--all", "--message", "x"),
    "an empty commit": lambda repo: repo.git("commit", "--quiet", "--allow-empty", "-m", "x"),
    "another branch": lambda repo: repo.git("switch", "--quiet", "other"),
    "a new reference": lambda repo: repo.git("tag", "v1"),
    "packed references": lambda repo: repo.git("pack-refs", "--all"),
    "git's configuration": lambda repo: repo.git("config", "core.autocrlf", "input"),
    "the settings": lambda repo: repo.write({".qgate.yml": SETTINGS + "waivers: []\n"}),
    "a definition": lambda repo: repo.write(
        {".qgate/rules/tools/fake.yml": "name: fake\ntimeout: 5\n"}
    ),
    "the tool itself": later_tool,
    "what is installed beside the tool": lambda repo: (
        repo.path / ".venv/lib/python3.11/site-packages/plugin-1.dist-info"
    ).mkdir(),
    "a configuration file that git ignores": lambda repo: repo.write(
        {".git/info/exclude": "fake.ini\n", "fake.ini": "x\n"}
    ),
    "a configuration file at home": lambda repo: Path(repo.environ["HOME"], "fake.ini").write_text(
        "x\n"
    ),
    "a configuration file above the repository": lambda repo: (
        repo.path.parent / "fake.ini"
    ).write_text("x\n"),
}


def test_anything_that_was_read_and_changed_makes_a_new_run(project: Repo) -> None:
    kept(project)
    for name, change in CHANGES.items():
        change(project)
        assert AGAIN not in run(project).err, name
        assert AGAIN in run(project).err, f"after {name}"


def test_a_tool_that_appears_in_an_earlier_place_makes_a_new_run(
    project: Repo, tmp_path: Path
) -> None:
    active = tmp_path / "active"
    environ = {"VIRTUAL_ENV": str(active)}
    run(project, environ=environ)
    assert AGAIN in run(project, environ=environ).err
    (active / "bin").mkdir(parents=True)
    (active / "bin/fake").write_text(f"#!{sys.executable}\nprint('dirty.txt:2: mine')\n")
    (active / "bin/fake").chmod(0o755)
    found = run(project, environ=environ)
    assert AGAIN not in found.err
    assert "mine" in found.out


def test_another_environment_makes_a_new_run(project: Repo) -> None:
    kept(project)
    for name in ("FAKE", "PATH", "HOME", "NO_COLOR", "QGATE_BASE"):
        value = project.environ.get(name, "") + os.pathsep + str(project.path)
        other = {name: "main" if name == "QGATE_BASE" else value}
        assert AGAIN not in run(project, environ=other).err, name
    assert AGAIN in run(project).err


def test_variables_of_the_shell_alone_do_not(project: Repo) -> None:
    kept(project)
    assert AGAIN in run(project, environ={"SHLVL": "7", "OLDPWD": "/"}).err


def test_other_arguments_or_another_folder_make_a_new_run(project: Repo) -> None:
    kept(project)
    assert AGAIN not in run(project, "--committed").err
    (project.path / "sub").mkdir()
    below = Repo(project.path / "sub", project.environ)
    assert AGAIN not in run(below).err


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("-C", "."), {}),
        (("--output", "../report"), {}),
        ((), {"CI": "true"}),
        ((), {"GIT_INDEX_FILE": ".git/index"}),
    ],
)
def test_some_calls_are_never_answered_again(
    project: Repo, arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    for _ in range(2):
        assert AGAIN not in run(project, *arguments, environ=environ).err


def test_what_could_not_be_judged_is_tried_again(project: Repo) -> None:
    (project.path / ".venv/bin/fake").write_text("#!/bin/sh\nexit 9\n")
    for _ in range(2):
        ran = run(project)
        assert ran.code == 3
        assert AGAIN not in ran.err


def test_what_is_younger_than_the_run_is_not_trusted(project: Repo, tmp_path: Path) -> None:
    folder, place = str(project.path), str(tmp_path / "replay")
    time.sleep(SETTLED_SECONDS)
    before = replay.capture(folder, project.environ)
    assert before is not None

    def is_kept(started_ns: int, watched: tuple[str, ...] = ()) -> bool:
        return replay.keep(
            place,
            "name",
            before=before,
            after=replay.capture(folder, project.environ),
            watched=watched,
            ends=time.time() + 60,
            started_ns=started_ns,
            code=0,
            text="x",
        )

    assert is_kept(time.time_ns())
    # The same files, read by a run that began when they were just written.
    assert not is_kept((project.path / "dirty.txt").stat().st_mtime_ns + 1)
    started = time.time_ns()
    (tmp_path / "report").write_text("x")
    assert not is_kept(started, (str(tmp_path / "report"),))
    project.write({"clean.txt": "changed while the run went on\n"})
    assert not is_kept(time.time_ns() + 10**9)


def test_a_destroyed_or_foreign_record_is_no_answer(project: Repo) -> None:
    kept(project)
    (record,) = Path(project.environ["HOME"], ".cache/qgate/replay").iterdir()
    data = record.read_bytes()
    for broken in (b"", data[:-1], data[:30], b"x" + data[1:], data[:40] + b"?" + data[41:]):
        record.write_bytes(broken)
        ran = run(project)
        assert AGAIN not in ran.err
        assert ran.code == 0
        assert AGAIN in run(project).err


def test_a_report_that_changes_or_appears_makes_a_new_run(repo: Repo) -> None:
    repo.commit({"m.py": "x = 1\n", ".gitignore": "lcov.info\ncoverage/\n"})
    repo.write({"m.py": "x = 1\ny = 2\n"})
    time.sleep(SETTLED_SECONDS)
    repo.lcov({"m.py": {1: 1, 2: 1}})

    def check() -> Ran:
        time.sleep(SETTLED_SECONDS)
        return repo.qgate("check", "coverage", "--base", "HEAD")

    assert (check().code, AGAIN in check().err) == (0, True)
    repo.lcov({"m.py": {1: 1, 2: 0}})
    assert check().code == 1
    assert AGAIN in check().err
    repo.lcov({"m.py": {1: 1, 2: 1}}, name="coverage/lcov.info")
    assert AGAIN not in check().err


def test_a_command_that_measures_runs_each_time(repo: Repo) -> None:
    settings = "gates: {coverage: {command: [sh, -c, 'echo >> runs.log; touch lcov.info']}}\n"
    repo.commit({"m.py": "x = 1\n", ".gitignore": "*.log\nlcov.info\n", ".qgate.yml": settings})
    repo.lcov({"m.py": {1: 1, 2: 1}})
    repo.write({"m.py": "x = 1\ny = 2\n"})
    for count in (1, 2, 3):
        time.sleep(SETTLED_SECONDS)
        ran = repo.qgate("check", "coverage", "--base", "HEAD")
        assert (ran.code, ran.err) == (0, "")
        assert len((repo.path / "runs.log").read_text().splitlines()) == count


def test_the_answer_ends_with_the_day_of_a_waiver(project: Repo) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 5 * 24 * 3600))
    waiver = f'waivers: [{{rule: lint/x, reason: y, by: "@z", until: {day}}}]\n'
    project.commit({".qgate.yml": SETTINGS + waiver})
    project.write({"dirty.txt": "good\nmore\nagain\n"})
    kept(project)
    (record,) = Path(project.environ["HOME"], ".cache/qgate/replay").iterdir()
    ends = float(record.read_bytes()[20:].split(b"\0")[4])
    assert ends % (24 * 3600) == 0
    assert 0 < ends - time.time() <= 24 * 3600


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": "/h"},
        {"HOME": "/h", "XDG_CACHE_HOME": "/x"},
        {"HOME": "/h", "XDG_CACHE_HOME": "relative"},
        {"HOME": "/h", "XDG_CACHE_HOME": "/x", "QGATE_CACHE_DIR": "/q"},
    ],
)
def test_both_places_that_find_the_cache_agree(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "QGATE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert entry.cache_folder() == str(cache.folder(environ))


def test_a_reader_that_has_gone_changes_nothing(project: Repo) -> None:
    kept(project)
    time.sleep(SETTLED_SECONDS)
    command = f"{sys.executable} -m qgate check lint --base HEAD | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=project.path,
        env=measured(project.environ),
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"0\n"


def test_a_failure_in_which_a_gate_could_not_judge_is_not_kept(project: Repo) -> None:
    project.write({"dirty.txt": "bad\n", "sub/m.py": "x = 1\n", ".gitignore": ".venv/\n.cov*\n"})
    for _ in range(2):
        time.sleep(SETTLED_SECONDS)
        ran = project.qgate("check", "lint", "coverage", "--base", "HEAD")
        assert ran.code == 1
        assert "no coverage report was found" in ran.out
        assert AGAIN not in ran.err
