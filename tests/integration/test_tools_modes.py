"""What a gate of tools does with changes of every shape, with each mode, level and waiver."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qgate.model.report import GateResult, Outcome, Report
from tests.support.check import judged
from tests.support.faketool import GREP, FakeTool, definition, install
from tests.support.localtool import SHELL, program
from tests.support.localtool import definition as local
from tests.support.repo import Repo

pytestmark = pytest.mark.usefixtures("warm_tools")

FORMAT = "[lint]\nselect = ['E9']\n[format]\n"
UNUSED = "lint.select = ['F']\n"
SETTINGS = "version: 1\n"
BAD = "import os\n"


def gate_of(repo: Repo, name: str = "lint", base: str = "HEAD") -> GateResult:
    """One gate's result about the working tree."""
    (gate,) = judged(repo, gates=(name,), base=base).gates
    return gate


def places(gate: GateResult) -> list[tuple[str, str, int]]:
    """Rule, path and line of what blocks."""
    return [(each.rule, each.path, each.line) for each in gate.findings if each.blocking]


def configured(gate: GateResult) -> list[str]:
    """The files in which the change tells a tool how to judge."""
    return [each.path for each in gate.findings if each.rule == "policy/tool-configuration"]


def test_format_of_old_lines_is_old_and_of_new_ones_and_new_files_is_not(repo: Repo) -> None:
    old = "x = 'a'\n\na = 1\nb = 2\n"
    repo.commit({"ruff.toml": FORMAT, "old.py": old, "untouched.py": old})
    repo.write({"old.py": f"{old}c = 'd'\n", "new.py": f"{old}c = 'd'\n"})
    gate = gate_of(repo)
    assert places(gate) == [
        ("lint/format", "new.py", 1),
        ("lint/format", "new.py", 5),
        ("lint/format", "old.py", 5),
    ]
    assert "1 off the changed lines" in gate.summary


def test_blocks_all_reaches_files_that_did_not_change(repo: Repo) -> None:
    repo.commit({"ruff.toml": UNUSED, "old.py": BAD, "a.py": "x = 1\n"})
    repo.write({"a.py": "x = 2\n"})
    assert places(gate_of(repo)) == []
    repo.write({".qgate.yml": f"{SETTINGS}gates: {{lint: {{blocks: all}}}}\n"})
    assert places(gate_of(repo)) == [("lint/F401", "old.py", 1)]


@pytest.mark.parametrize(
    ("level", "lines"), [("error", [1, 4]), ("warning", [1, 2, 4]), ("note", [1, 2, 3, 4])]
)
def test_level_is_the_least_that_blocks_and_an_unknown_one_blocks(
    repo: Repo, level: str, lines: list[int]
) -> None:
    says = "".join(f"echo a.txt:{i}:{word}:no; " for i, word in enumerate(("E", "W", "info"), 1))
    program(repo, "says", f"{SHELL}{says} echo a.txt:4:odd:no")
    pattern = r"'^(?P<path>[^:]+):(?P<line>\d+):(?P<level>\w+):(?P<message>.*)$'"
    repo.commit(local("says", pattern=pattern))
    repo.write({"a.txt": "1\n2\n3\n4\n"})
    repo.write({".qgate.yml": f"{SETTINGS}gates: {{lint: {{level: {level}}}}}\n"})
    if level == "error":
        # Laxer than the default, which is why it has to hold at the base.
        repo.git("add", ".qgate.yml")
        repo.git("commit", "--quiet", "--message", "x")
    assert [line for _, _, line in places(gate_of(repo))] == lines


def test_a_note_of_mypy_does_not_block(repo: Repo) -> None:
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "a.py": "y = 1\n"})
    repo.write({"a.py": "y = 1\nreveal_type(y)\n"})
    gate = gate_of(repo, "types")
    assert gate.outcome is Outcome.PASSED
    assert [(each.line, each.level.value) for each in gate.findings] == [(2, "note")]


@pytest.mark.parametrize("change", ["rename", "mode", "deletion", "empty"])
def test_a_change_without_lines_blocks_nothing(repo: Repo, change: str) -> None:
    debt = f"{BAD}x: int = ''\n"
    repo.commit({"pyproject.toml": "[tool.mypy]\n", "ruff.toml": UNUSED, "a.py": debt, "c.py": ""})
    match change:
        case "rename":
            repo.git("mv", "a.py", "b.py")
        case "mode":
            (repo.path / "a.py").chmod(0o755)
        case "deletion":
            (repo.path / "a.py").unlink()
    report = judged(repo, gates=("lint", "types"), base="HEAD")
    assert report.verdict is Outcome.PASSED, report.gates
    assert {each.reason for each in report.gates} <= {"nothing-new", "not-concerned", "empty-diff"}
    if change == "empty":
        assert {each.reason for each in report.gates} == {"empty-diff"}


@pytest.mark.parametrize("how", ["deletion", "rename", "stub"])
def test_a_caller_is_judged_by_what_became_of_its_module(repo: Repo, how: str) -> None:
    repo.commit(
        {
            "pyproject.toml": "[tool.mypy]\nmypy_path = 'src'\nfiles = ['src']\n",
            "src/pkg/__init__.py": "",
            "src/pkg/lib.py": "def f(x: int) -> None: ...\n",
            "src/pkg/use.py": "from pkg.lib import f\n\nf(1)\n",
            "elsewhere.py": "x: int = ''\n",
        }
    )
    lib = repo.path / "src/pkg/lib.py"
    match how:
        case "deletion":
            lib.unlink()
        case "rename":
            lib.rename(lib.with_name("other.py"))
        case "stub":
            repo.write({"src/pkg/lib.pyi": "def f(x: str) -> None: ...\n"})
    # Nothing but what `files` names is judged, be it as new as can be.
    repo.write({"elsewhere.py": "x: int = ''\ny: int = ''\n"})
    line = 3 if how == "stub" else 1
    assert [each[1:] for each in places(gate_of(repo, "types"))] == [("src/pkg/use.py", line)]


def test_the_nearest_configuration_of_ruff_speaks(repo: Repo) -> None:
    repo.commit({"ruff.toml": UNUSED, "sub/ruff.toml": "lint.select = ['E701']\n"})
    both = "import os\nif 1: x = 1\n"
    repo.write({"a.py": both, "sub/b.py": both})
    assert places(gate_of(repo)) == [("lint/F401", "a.py", 1), ("lint/E701", "sub/b.py", 2)]


@pytest.fixture
def new(repo: Repo, tmp_path: Path) -> FakeTool:
    """A tool for the whole project that counts its runs, and old debt; what is new blocks."""
    tool = install(repo, tmp_path / "bin", GREP)
    fields = definition(command="[demo]", blocks="new")
    text = "".join(f"line {number}\n" for number in range(9))
    tool.repo.commit({".qgate.yml": SETTINGS + fields, "a.txt": f"BAD\n{text}"})
    return tool


def test_the_base_is_asked_only_where_it_matters_and_only_once(new: FakeTool) -> None:
    text = (new.repo.path / "a.txt").read_text("utf-8")
    new.repo.write({"b.txt": "BAD\n", "a.txt": text.replace("BAD\n", "fine\n")})
    assert places(new.judge()) == [("demo/demo", "b.txt", 1)]
    assert new.runs == 1
    for number in range(3):
        new.repo.write({"a.txt": f"{text}{number}\n"})
        gate = new.judge()
        assert places(gate) == [("demo/demo", "b.txt", 1)]
        assert "1 older" in gate.summary
        assert new.runs == 3 + number


def test_another_base_or_bar_costs_no_run(repo: Repo, tmp_path: Path) -> None:
    tool = install(repo, tmp_path / "bin")
    first = tool.repo.commit({".qgate.yml": SETTINGS + definition(), "a.txt": "BAD\n"})
    tool.repo.commit({"a.txt": "BAD\nBAD\n"})
    tool.repo.write({"a.txt": "BAD\nBAD\nBAD\n"})
    assert [line for _, _, line in places(tool.judge())] == [3]
    assert [line for _, _, line in places(tool.judge(base=first))] == [2, 3]
    tool.repo.write({".qgate.yml": f"{SETTINGS}run: {{jobs: 1}}\n{definition()}"})
    assert [line for _, _, line in places(tool.judge(base=first))] == [2, 3]
    assert tool.runs == 1


def test_without_any_tool_the_gate_is_skipped_and_the_run_incomplete(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.write({"a.py": BAD})
    gate = gate_of(repo)
    assert (gate.outcome, gate.reason) == (Outcome.SKIPPED, "no-tool")
    assert any(each.startswith("ruff: there is no ") for each in gate.evidence)
    ran = repo.call("check", "lint", "--base", "HEAD")
    assert ran.code == 3
    assert "lint skipped: no tool is set up for it here" in ran.out + ran.err


def test_a_change_of_what_ruff_is_told_is_noticed_and_of_others_is_not(repo: Repo) -> None:
    other = "[project]\nname = 'x'\nversion = '1'\n"
    strict = "[tool.ruff.lint]\nselect = ['F']\n"
    repo.commit({"pyproject.toml": strict + other, "a.py": "x = 1\n"})
    repo.write({"a.py": "x = 2\n", "pyproject.toml": f"{strict}{other}description = 'y'\n"})
    assert configured(gate_of(repo)) == []
    repo.write({"pyproject.toml": f"[tool.ruff.lint]\nselect = ['E9']\n{other}"})
    gate = gate_of(repo)
    assert configured(gate) == ["pyproject.toml"]
    assert gate.outcome is Outcome.PASSED


def test_a_change_of_what_a_configuration_takes_in_is_noticed(repo: Repo) -> None:
    repo.commit({"ruff.toml": "extend = 'conf/base.toml'\n", "conf/base.toml": UNUSED})
    repo.write({"conf/base.toml": "lint.select = ['E9']\n", "a.py": BAD, "conf/other.toml": ""})
    assert configured(gate_of(repo)) == ["conf/base.toml"]


def waived(repo: Repo, **fields: str) -> Report:
    """The report with one waiver, for F401 until far away unless told otherwise."""
    far = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    waiver = {"rule": "lint/F401", "reason": "for now", "by": "@me", "until": far, **fields}
    settings = f"{SETTINGS}waivers:\n  - {json.dumps(waiver)}\n"
    repo.commit({"ruff.toml": UNUSED, ".qgate.yml": settings, "a.py": "x = 1\n"})
    repo.write({"a.py": BAD, "b.py": BAD})
    return judged(repo, gates=("lint",), base="HEAD")


def test_a_waived_finding_is_shown_with_who_and_why_and_does_not_block(repo: Repo) -> None:
    report = waived(repo)
    assert report.verdict is Outcome.PASSED
    (gate,) = report.gates
    assert [each.standing.value for each in gate.findings] == ["waived", "waived"]
    assert "(waived by @me until " in gate.findings[0].message
    assert "2 waived" in gate.summary
    assert any("lint/F401 by @me" in note for note in report.notes)


def test_a_waiver_for_a_path_waives_nothing_elsewhere(repo: Repo) -> None:
    assert places(waived(repo, path="b.py").gates[0]) == [("lint/F401", "a.py", 1)]


def test_a_waiver_holds_through_its_last_day_and_not_longer(repo: Repo) -> None:
    today = datetime.now(UTC).date()
    assert waived(repo, until=today.isoformat()).verdict is Outcome.PASSED
    repo.write({"a.py": "x = 1\n", "b.py": ""})
    report = waived(repo, until=(today - timedelta(days=1)).isoformat())
    assert report.verdict is Outcome.FAILED
    assert [each.rule for each in report.notices] == ["policy/waiver-expired"]


def test_a_change_cannot_waive_its_own_findings(repo: Repo) -> None:
    waived(repo)
    repo.git("rm", "--quiet", "--cached", ".qgate.yml")
    repo.git("commit", "--quiet", "--message", "without the waiver")
    report = judged(repo, gates=("lint",), base="HEAD")
    assert report.verdict is Outcome.FAILED
    assert [each.rule for each in report.notices] == ["policy/weakened"]


@pytest.mark.parametrize(("rule", "blocks"), [("lint/CVE-2024-1", 0), ("lint/CVE-2024-2", 1)])
def test_a_finding_is_waived_by_any_of_its_names(repo: Repo, rule: str, blocks: int) -> None:
    vulnerability = {"id": "PYSEC-1", "aliases": ["CVE-2024-1", "GHSA-x"], "fix_versions": []}
    whole = {"dependencies": [{"name": "x", "version": "1", "vulns": [vulnerability]}], "fixes": []}
    program(repo, "says", f"{SHELL}echo '{json.dumps(whole)}'; exit 1")
    repo.write(local("says", output="pip_audit", blocks="all"))
    (gate,) = waived(repo, rule=rule).gates
    repo.write({"a.txt": "y\n"})
    gate = gate_of(repo)
    assert [each[0] for each in places(gate)].count("lint/GHSA-x") == blocks


@pytest.mark.parametrize("place", ["", "/elsewhere/a.txt", "../a.txt"])
def test_a_finding_that_is_nowhere_is_not_taken_for_an_old_one(repo: Repo, place: str) -> None:
    program(repo, "says", f"{SHELL}echo '{place}:1:no'; exit 1")
    repo.commit(local("says", pattern=r"'^(?P<path>[^:]*):(?P<line>\d+):(?P<message>.*)$'"))
    repo.write({"a.txt": "y\n"})
    assert gate_of(repo).outcome is not Outcome.PASSED
