"""What a tool says is looked through for secrets; what it is about stays what it was."""

from pathlib import Path
from typing import Final

import pytest

from qgate.model.report import Outcome
from tests.support import faketool
from tests.support.check import coverage_of
from tests.support.faketool import FakeTool, definition
from tests.support.repo import Repo

TOKEN: Final = f"ghp_{'aB3' * 12}"


@pytest.fixture
def tool(repo: Repo, tmp_path: Path) -> FakeTool:
    made = faketool.install(repo, tmp_path / "bin")
    repo.commit({".qgate.yml": definition()})
    return made


def test_a_file_that_is_named_like_a_token_does_not_hide_its_findings(tool: FakeTool) -> None:
    tool.repo.write({f"{TOKEN}.txt": "BAD\n"})
    gate = tool.judge()
    assert gate.outcome is Outcome.FAILED
    assert [each.path for each in gate.findings if each.blocking] == [f"{TOKEN}.txt"]


def test_a_line_with_the_beginning_of_a_key_does_not_hide_the_next_finding(tool: FakeTool) -> None:
    key = "-----BEGIN PRIVATE KEY-----"
    tool.repo.write({"a.txt": f"BAD {key}\n", "b.txt": "BAD\n"})
    gate = tool.judge()
    assert [each.path for each in gate.findings if each.blocking] == ["a.txt", "b.txt"]


def test_what_a_tool_quotes_is_hidden_in_its_findings_and_kept_so(tool: FakeTool) -> None:
    tool.repo.write({"a.txt": f"BAD {TOKEN}\n"})
    # The second answer comes from the cache.
    for _ in range(2):
        (finding,) = tool.judge().findings
        assert finding.message == "BAD ***"
    assert tool.runs == 1


def test_what_a_broken_tool_says_last_is_hidden(tool: FakeTool) -> None:
    tool.says(f"echo {TOKEN} >&2; exit 9\n")
    tool.repo.write({"a.txt": "BAD\n"})
    gate = tool.judge()
    assert gate.outcome is Outcome.INCOMPLETE
    assert "***" in gate.summary + "".join(each.message for each in gate.findings)
    assert TOKEN not in repr(gate)


def test_what_the_tests_command_says_last_is_hidden(repo: Repo) -> None:
    settings = "gates: {coverage: {command: [sh, -c, 'echo $SHOP_PASSWORD; exit 1']}}\n"
    repo.commit({".qgate.yml": settings})
    repo.write({"app.py": "x = 1\n"})
    gate = coverage_of(repo, base="HEAD", environ={"SHOP_PASSWORD": "hunter2hunter2"})
    assert gate.reason == "command-failed"
    assert gate.summary.endswith("\n***")
    assert "hunter2" not in repr(gate)
