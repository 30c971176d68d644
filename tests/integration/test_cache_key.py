"""Whole runs with a tool that counts: when it is asked again, and when its answer is known."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qgate.model.report import Outcome
from tests.support.check import judged
from tests.support.faketool import FakeTool, definition, install
from tests.support.repo import Ran, Repo

SETTINGS = definition()
WHOLE = definition(command="[demo]", blocks="new")


@pytest.fixture
def tool(repo: Repo, tmp_path: Path) -> FakeTool:
    """One changed file, one file that was not changed, one without a meaning to the tool."""
    repo.commit({"a.txt": "one\n", "b.txt": "two\n", "c.md": "", ".qgate.yml": SETTINGS})
    found = install(repo, tmp_path / "bin")
    repo.write({"a.txt": "one\nmore\n"})
    return found


@pytest.fixture
def whole(repo: Repo, tmp_path: Path) -> FakeTool:
    """The same tool, asked about the whole project; it blocks what is new."""
    repo.commit({"a.txt": "one\n", "b.txt": "two\n", ".qgate.yml": WHOLE})
    found = install(repo, tmp_path / "bin")
    repo.write({"a.txt": "one\nmore\n"})
    return found


def test_the_second_run_asks_no_tool_and_says_so(tool: FakeTool) -> None:
    assert tool.ran()
    assert not tool.ran()
    assert "from the cache" in " ".join(tool.judge().evidence)
    assert tool.runs == 1


def test_what_was_found_is_found_again_from_the_cache(tool: FakeTool) -> None:
    tool.repo.write({"a.txt": "one\nBAD\n"})
    first, second = tool.judge(), tool.judge()
    assert tool.runs == 1
    assert first.outcome is second.outcome is Outcome.FAILED
    assert first.findings == second.findings


def _above(tool: FakeTool) -> None:
    (tool.repo.path.parent / "demo.conf").write_text("")


def _home(tool: FakeTool) -> None:
    Path(tool.repo.environ["HOME"], ".demo.conf").write_text("")


def _site(tool: FakeTool) -> None:
    """What is installed beside a program is what its interpreter has."""
    (tool.folder.parent / "lib/python3.11/site-packages/x-1.dist-info").mkdir(parents=True)


ASKS_AGAIN: dict[str, Callable[[FakeTool], Any]] = {
    "the file": lambda t: t.repo.write({"a.txt": "one\nelse\n"}),
    "its mode": lambda t: (t.repo.path / "a.txt").chmod(0o755),
    "a sibling": lambda t: t.repo.write({"new.txt": ""}),
    "a configuration file": lambda t: t.repo.write({"demo.conf": ""}),
    "one that git ignores": lambda t: t.repo.write({"demo.conf": "", ".gitignore": "demo.conf"}),
    "one above": _above,
    "one at home": _home,
    "the tool": lambda t: t.says("exit 0"),
    "what is installed beside it": _site,
}
KNOWS: dict[str, Callable[[FakeTool], Any]] = {
    "nothing": lambda _: None,
    "a file of no meaning": lambda t: t.repo.write({"c.md": "else"}),
    "times": lambda t: os.utime(t.repo.path / "a.txt", (1, 1)),
    "another commit on top": lambda t: t.repo.commit({"c.md": "else"}),
    "jobs": lambda t: t.repo.commit({".qgate.yml": f"run: {{jobs: 1}}\n{SETTINGS}"}),
    "a threshold": lambda t: t.repo.commit(
        {".qgate.yml": f"gates: {{coverage: {{threshold: 91}}}}\n{SETTINGS}"}
    ),
    "what blocks elsewhere": lambda t: t.repo.commit(
        {".qgate.yml": f"gates: {{lint: {{blocks: all, level: error}}}}\n{SETTINGS}"}
    ),
}


@pytest.mark.parametrize("what", ASKS_AGAIN)
def test_the_tool_is_asked_again_after_a_change_of(what: str, tool: FakeTool) -> None:
    base = tool.repo.git("rev-parse", "HEAD")
    assert tool.ran(base=base)
    ASKS_AGAIN[what](tool)
    assert tool.ran(base=base)


@pytest.mark.parametrize("what", KNOWS)
def test_the_answer_is_known_after_a_change_of(what: str, tool: FakeTool) -> None:
    base = tool.repo.git("rev-parse", "HEAD")
    tool.repo.git("stash", "--quiet")
    tool.repo.write({"a.txt": "one\nmore\n"})
    assert tool.ran(base=base)
    KNOWS[what](tool)
    assert not tool.ran(base=base)


def test_the_tool_is_asked_again_under_another_definition(tool: FakeTool) -> None:
    assert tool.ran()
    tool.repo.git("stash", "--quiet")
    tool.repo.commit({".qgate.yml": definition(timeout="7")})
    tool.repo.write({"a.txt": "one\nmore\n"})
    assert tool.ran()


def test_another_base_needs_no_tool(tool: FakeTool) -> None:
    first = tool.repo.git("rev-parse", "HEAD")
    tool.repo.commit({"c.md": "else"})
    tool.repo.write({"a.txt": "one\nmore\n"})
    assert tool.ran(base=first)
    second = tool.repo.commit({"c.md": "again"})
    tool.repo.git("reset", "--quiet", "--soft", first)
    assert not tool.ran(base=first)
    assert second


def test_only_variables_that_are_allowed_reach_the_tool_and_the_key(tool: FakeTool) -> None:
    tool.says("env > '{}'".format(tool.folder / "env"))
    assert tool.ran(environ={"FORCE_COLOR": "1", "SECRET": "x", "GIT_DIR_X": "x", "DEMO_A": "1"})
    names = {line.partition("=")[0] for line in (tool.folder / "env").read_text().splitlines()}
    assert "DEMO_A" in names
    assert "PATH" in names
    assert not {"FORCE_COLOR", "SECRET", "GIT_DIR_X", "GIT_CONFIG_GLOBAL"} & names
    assert not tool.ran(environ={"FORCE_COLOR": "2", "SECRET": "y", "DEMO_A": "1"})
    assert tool.ran(environ={"DEMO_A": "2"})
    assert tool.ran(environ={"DEMO_A": "1", "LC_ALL": "C"})


def test_a_clone_elsewhere_needs_no_tool(tool: FakeTool, tmp_path: Path) -> None:
    tool.repo.commit()
    assert tool.ran(base="HEAD~1")
    tool.repo.git("clone", "--quiet", str(tool.repo.path), str(tmp_path / "deep/down/clone"))
    clone = FakeTool(Repo(tmp_path / "deep/down/clone", tool.repo.environ), tool.folder)
    assert not clone.ran(base="HEAD~1")


def test_an_untracked_file_that_the_tool_sees_is_an_input(whole: FakeTool) -> None:
    whole.repo.write({"new.txt": "1"})
    assert whole.ran()
    whole.repo.write({"new.txt": "2"})
    assert whole.ran()
    assert not whole.ran()


@pytest.mark.parametrize("body", ["exit 7", "kill -9 $$", "echo a.txt:1:x; exit 3"])
def test_a_crash_is_not_kept(body: str, tool: FakeTool) -> None:
    tool.says(body)
    for number in (1, 2):
        assert tool.judge().outcome is Outcome.INCOMPLETE
        assert tool.runs == number


def test_a_timeout_is_not_kept(tool: FakeTool) -> None:
    tool.repo.commit({".qgate.yml": definition(timeout="1")})
    tool.repo.write({"a.txt": "one\nelse\n"})
    tool.says("sleep 30")
    for number in (1, 2):
        assert tool.judge().reason == "timed-out"
        assert tool.runs == number


@pytest.mark.parametrize("name", ["a.txt", "b.txt", "new.txt", "demo.conf"])
def test_an_answer_about_files_that_changed_meanwhile_is_not_kept(
    name: str, whole: FakeTool
) -> None:
    """Somebody saves a file while the tool runs: which of the two it saw, nobody knows."""
    file = whole.repo.path / name
    before = file.read_bytes() if file.exists() else None
    whole.says(f"echo BAD >> {name}; grep -Hn BAD *.txt demo.conf; true")
    whole.judge()
    if before is None:
        file.unlink()
    else:
        file.write_bytes(before)
    assert whole.ran()


@pytest.mark.parametrize("was_judged", [False, True])
def test_the_base_is_judged_under_the_configuration_of_the_head(
    was_judged: bool,  # noqa: FBT001
    whole: FakeTool,
) -> None:
    """What a new configuration finds in old code is no doing of the change.

    Also where the base's tree was judged before, under its own configuration.
    """
    whole.says("test -f demo.conf && grep -n two b.txt | sed 's/^/b.txt:/'; true")
    whole.repo.commit()
    if was_judged:
        assert whole.judge(base="HEAD~1").outcome is Outcome.PASSED
    whole.repo.write({"demo.conf": "strict", "a.txt": "one\nmore\nagain\n"})
    found = whole.judge()
    assert (found.outcome, found.metrics["existing"]) == (Outcome.PASSED, 1), found.findings


@pytest.mark.usefixtures("warm_tools")
def test_a_module_that_git_ignores_is_an_input_of_a_type_checker(repo: Repo) -> None:
    """A version file that a build wrote, stubs that a generator wrote."""
    settings = {"mypy.ini": "[mypy]\n", ".gitignore": "_version.py\n"}
    repo.commit({"a.py": "", **settings})
    repo.write({"a.py": "from _version import V\n\nx: str = V\n", "_version.py": 'V = "1"\n'})
    (before,) = judged(repo, base="HEAD", gates=("types",)).gates
    assert before.outcome is Outcome.PASSED, before.summary
    repo.write({"_version.py": "V = 1\n"})
    (after,) = judged(repo, base="HEAD", gates=("types",)).gates
    assert after.outcome is Outcome.FAILED


def test_the_configuration_folder_that_the_environment_names_is_looked_into(
    repo: Repo, tmp_path: Path
) -> None:
    """The user's ruff.toml is below XDG_CONFIG_HOME, and ~/.config only where that is not set."""
    repo.commit({"a.py": "", ".qgate.yml": "gates: {lint: {tools: [ruff]}}"})
    repo.write({"a.py": "import os\n"})
    folder = tmp_path / "config"
    (folder / "ruff").mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(folder)}
    (folder / "ruff/ruff.toml").write_text('lint.select = ["E"]')
    (before,) = judged(repo, base="HEAD", gates=("lint",), environ=environ).gates
    (folder / "ruff/ruff.toml").write_text('lint.select = ["F"]')
    (after,) = judged(repo, base="HEAD", gates=("lint",), environ=environ).gates
    assert (before.outcome, after.outcome) == (Outcome.PASSED, Outcome.FAILED)


@pytest.mark.parametrize(
    "line",
    [
        'extend = "base.toml"',
        'extend = "./base.toml"',
        "extend='base.toml'",
        'extend = "~/base.toml"',
        'extend = "$HOME/base.toml"',
        '"extend" = "base.toml"',
    ],
)
def test_what_ruff_is_told_to_extend_is_an_input(line: str, repo: Repo) -> None:
    repo.commit({"a.py": "", "ruff.toml": f"{line}\n"})
    repo.write({"a.py": "import os\n"})
    places = (repo.path / "base.toml", Path(repo.environ["HOME"], "base.toml"))
    outcomes = []
    for codes in ('["E"]', '["F"]'):
        for place in places:
            place.write_text(f"lint.select = {codes}\n")
        (gate,) = judged(repo, base="HEAD", gates=("lint",)).gates
        outcomes.append(gate.outcome)
    assert outcomes == [Outcome.PASSED, Outcome.FAILED]


def test_a_fork_reads_answers_and_keeps_none(tool: FakeTool, tmp_path: Path) -> None:
    sha = tool.repo.git("rev-parse", "HEAD")
    event = tmp_path / "event.json"

    def environ(home: str) -> dict[str, str]:
        event.write_text(
            f'{{"pull_request": {{"base": {{"sha": "{sha}"}}, '
            f'"head": {{"sha": "{sha}", "repo": {{"full_name": "{home}"}}}}}}}}'
        )
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "team/project",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }

    def files() -> set[Path]:
        return {each for each in (tmp_path / "cache/qgate/entries").rglob("*") if each.is_file()}

    stranger = environ("stranger/project")
    assert tool.ran(environ=stranger)
    assert tool.ran(environ=stranger)
    assert files() == set()
    assert tool.ran(environ=environ("team/project"))
    kept = files()
    assert kept
    assert not tool.ran(environ=environ("stranger/project"))
    tool.repo.write({"a.txt": "one\nof a stranger\n"})
    assert tool.ran(environ=environ("stranger/project"))
    assert files() == kept


@pytest.mark.usefixtures("warm_tools")
def test_a_fork_leaves_no_tools_own_cache_either(repo: Repo, tmp_path: Path) -> None:
    """A later run of the project's own would believe it."""
    repo.commit({"a.py": "", "mypy.ini": "[mypy]\n"})
    repo.write({"a.py": "x = 1\n"})
    event = tmp_path / "event.json"
    event.write_text("{}")
    cache = tmp_path / "cache"
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "XDG_CACHE_HOME": str(cache),
    }
    judged(repo, base="HEAD", gates=("types",), environ=environ)
    kept = [each for each in cache.rglob("*") if each.is_file() and each.suffix != ".lock"]
    assert kept == []


@pytest.mark.parametrize("place", ["/dev/null/cache", "/proc/cache"])
def test_a_cache_that_cannot_be_written_does_not_fail_the_run(place: str, tool: FakeTool) -> None:
    tool.repo.write({"a.txt": "one\nBAD\n"})
    for _ in range(2):
        assert tool.judge(environ={"XDG_CACHE_HOME": place}).outcome is Outcome.FAILED
    assert tool.runs == 2


def test_the_folder_of_the_cache_can_be_named(tool: FakeTool, tmp_path: Path) -> None:
    environ = {"QGATE_CACHE_DIR": str(tmp_path / "named")}
    assert tool.ran(environ=environ)
    assert (tmp_path / "named/entries").is_dir()
    assert not tool.ran(environ=environ)


def _limited(tool: FakeTool, blocks: int) -> Ran:
    """A run in which no file can grow beyond so many blocks of 512 bytes."""
    # Without -B the interpreter would leave cut-off byte code of qgate itself behind.
    command = f"ulimit -f {blocks}; exec {sys.executable} -B -m qgate check --base HEAD demo"
    return tool.repo._run("/bin/sh", "-c", command, environ=tool.repo.environ)


def test_a_cache_without_room_does_not_fail_the_run(tool: FakeTool) -> None:
    """The note of the last run's parts is larger than what may be written; git's index is not."""
    many = {f"more-{number}.txt": "BAD\n" for number in range(200)}
    tool.says("grep -Hn BAD *.txt; true")
    tool.repo.write(many)
    done = _limited(tool, 8)
    assert done.code == 1, done
    assert "200 new findings" in done.out
    entries = Path(tool.repo.environ["HOME"], ".cache/qgate/entries")
    assert not [each for each in entries.rglob("*") if each.is_file()]


def test_a_disk_without_any_room_is_no_bug_of_qgate(tool: FakeTool) -> None:
    done = _limited(tool, 0)
    assert done.code == 3, done


def test_damage_to_any_kept_file_is_a_miss_in_the_whole_run(tool: FakeTool) -> None:
    tool.repo.write({"a.txt": "one\nBAD\n"})
    assert tool.judge().outcome is Outcome.FAILED
    entries = Path(tool.repo.environ["HOME"], ".cache/qgate/entries")
    for file in entries.glob("*/*"):
        file.write_bytes(file.read_bytes().replace(b"BAD", b"bad").replace(b"demo 1.0", b"evil"))
    assert tool.ran()
    assert tool.judge().outcome is Outcome.FAILED
