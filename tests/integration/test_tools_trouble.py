"""Tools that cannot be trusted, and changes that would pick their own tools."""

import pytest

from qgate.model.report import Outcome
from tests.support.check import judged
from tests.support.repo import Repo

HARMLESS = "{command: ['true', '{files}'], output: regex, pattern: '(?P<message>zzz)'}"
OVERRIDES = {
    "settings": {".qgate.yml": f"version: 1\ntools: {{ruff: {HARMLESS}}}\n"},
    "file": {".qgate/rules/tools/ruff.yml": f"{HARMLESS}\n"},
    "no condition": {".qgate.yml": "version: 1\ntools: {ruff: {when: [nowhere.toml]}}\n"},
    "no files": {".qgate.yml": "version: 1\ntools: {ruff: {files: [nowhere.py]}}\n"},
}


@pytest.mark.parametrize("files", OVERRIDES.values(), ids=OVERRIDES)
def test_a_change_cannot_switch_off_a_shipped_tool(repo: Repo, files: dict[str, str]) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "x = 1\n"})
    repo.write({"a.py": "import os\nx = 1\n"} | files)
    report = judged(repo, gates=("lint",), base="HEAD")
    assert report.verdict is Outcome.FAILED, report.gates
    assert [each.rule for each in report.notices] == ["policy/weakened"]


def test_an_override_that_is_at_the_base_holds(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "x = 1\n"} | OVERRIDES["settings"])
    repo.write({"a.py": "import os\nx = 1\n"})
    report = judged(repo, gates=("lint",), base="HEAD")
    assert report.verdict is Outcome.PASSED
    assert report.notices == ()


def test_a_change_that_adds_a_tool_is_judged_by_it(repo: Repo) -> None:
    tool = (
        "{gate: style, command: [grep, -n, BAD, '{files}'], files: ['*.txt'], output: regex, "
        "pattern: '^(?P<line>[0-9]+):(?P<message>.*)$', blocks: all}"
    )
    repo.commit({"a.txt": "x\n"})
    repo.write({".qgate.yml": f"version: 1\ntools: {{t: {tool}}}\n", "a.txt": "BAD\n"})
    assert judged(repo, gates=("style",), base="HEAD").verdict is Outcome.FAILED
