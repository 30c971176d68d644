"""Which findings of the real ruff and mypy block, in the working tree and in commits."""

import time
from pathlib import Path

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import judged
from tests.support.repo import Repo

pytestmark = pytest.mark.usefixtures("warm_tools")

MYPY = {"pyproject.toml": "[tool.mypy]\n"}
# Settings for the project's modules alone: mypy need not look at its library's anew.
OF_ALL_HERE = "[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = ['a', 'lib', 'built', 'built.*']\n"
SCRIPT = """\
#!/bin/sh
[ -e {here}/good ] && cp {here}/good a.txt
grep -n BAD a.txt | sed 's/^/a.txt:/'
exit 0
"""


def gate_of(repo: Repo, name: str, **flags: object) -> GateResult:
    """One gate's result; the flags are those of `judged`."""
    report = judged(repo, gates=(name,), **flags)  # type: ignore[arg-type]  # passed on
    (gate,) = report.gates
    return gate


def blocking(gate: GateResult) -> list[tuple[str, str, int]]:
    """Rule, path and line of what blocks."""
    return [(each.rule, each.path, each.line) for each in gate.findings if each.blocking]


def test_a_caller_broken_in_an_unchanged_file_blocks(repo: Repo) -> None:
    repo.commit(
        MYPY
        | {"lib.py": "def f(x: int) -> int:\n    return x\n", "a.py": "import lib\n\nlib.f(1)\n"}
    )
    repo.write({"lib.py": "def f(x: str) -> str:\n    return x\n"})
    gate = gate_of(repo, "types", base="HEAD")
    assert blocking(gate) == [("types/arg-type", "a.py", 3)]
    assert "base asked as well" in gate.evidence[0]


def test_an_import_left_unused_blocks_with_new_and_not_with_changed_lines(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": "import os\nx = 1\nprint(os)\n"})
    repo.write({"a.py": "import os\nx = 1\n"})
    assert gate_of(repo, "lint", base="HEAD").outcome is Outcome.PASSED
    repo.write({".qgate.yml": "version: 1\ngates: {lint: {blocks: new}}\n"})
    assert blocking(gate_of(repo, "lint", base="HEAD")) == [("lint/F401", "a.py", 1)]


def test_the_base_asked_under_a_lax_configuration_is_not_remembered_as_a_head(repo: Repo) -> None:
    first = repo.commit(
        MYPY
        | {"lib.py": "def f(x: int) -> int:\n    return x\n", "a.py": "import lib\n\nlib.f(1)\n"}
    )
    repo.commit({"lib.py": "def f(x: str) -> str:\n    return x\n"})
    # Something for which the base is asked, under a configuration that hides the commit's error.
    repo.write(
        {
            "pyproject.toml": f"{OF_ALL_HERE}disable_error_code = ['arg-type']\n",
            "lib.py": "def f(x: str, y: int) -> str:\n    return x\n",
        }
    )
    assert "base asked as well" in gate_of(repo, "types", base="HEAD").evidence[0]
    repo.git("checkout", "--quiet", ".")
    gate = gate_of(repo, "types", base=first, committed=True)
    assert blocking(gate) == [("types/arg-type", "a.py", 3)]


def test_a_base_without_ignored_modules_is_not_remembered_as_a_head(repo: Repo) -> None:
    lax = f"{OF_ALL_HERE}ignore_missing_imports = true\n"
    first = repo.commit(
        {"pyproject.toml": lax, ".gitignore": "/built/\n", "lib.py": "", "a.py": "y = 1\n"}
    )
    # A folder that is ignored as a whole, which a copy of the base does not have.
    repo.write({"built/__init__.py": "", "built/gen.py": "def f(x: str) -> str: return x\n"})
    repo.commit({"a.py": "from built import gen\n\ngen.f(1)\n"})
    repo.write({"lib.py": "import a\n\na.gen.f(2)\n"})
    gate_of(repo, "types", base="HEAD")
    repo.git("checkout", "--quiet", ".")
    gate = gate_of(repo, "types", base=first, committed=True)
    assert blocking(gate) == [("types/arg-type", "a.py", 3)]


def test_lines_that_only_the_tool_counts_do_not_hide_a_finding(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n", "a.py": b'"""a\rb\rc."""\nx = 1\ny = 1\n'})
    repo.write({"a.py": b'"""a\rb\rc."""\nx = 1\nimport os\n'})
    # git's line 3 is ruff's line 5.
    assert [each[0] for each in blocking(gate_of(repo, "lint", base="HEAD"))] == ["lint/F401"]


def test_a_new_file_of_carriage_returns_alone_is_judged(repo: Repo) -> None:
    repo.commit({"ruff.toml": "lint.select = ['F']\n"})
    repo.write({"a.py": b"x = 1\ry = 2\rimport os\r"})
    assert [each[0] for each in blocking(gate_of(repo, "lint", base="HEAD"))] == ["lint/F401"]


def test_a_change_cannot_switch_a_tool_off_by_taking_its_section_away(repo: Repo) -> None:
    repo.commit({"pyproject.toml": "[tool.mypy]\n[tool.ruff]\n", "a.py": "y = 1\n"})
    repo.write({"pyproject.toml": "[tool.ruff]\n", "a.py": "y: int = ''\n"})
    assert blocking(gate_of(repo, "types", base="HEAD")) == [("types/assignment", "a.py", 1)]


def test_a_link_that_leads_elsewhere_is_a_change_of_the_modules_behind_it(repo: Repo) -> None:
    link = repo.path / "current"
    link.symlink_to("one")
    repo.commit(
        MYPY
        | {
            "one/__init__.py": "X: int = 1\n",
            "two/__init__.py": "X: str = ''\n",
            "a.py": "import current\n\ny: int = current.X\n",
        }
    )
    assert gate_of(repo, "types", base="HEAD~0", committed=True).outcome is Outcome.PASSED
    link.unlink()
    link.symlink_to("two")
    assert blocking(gate_of(repo, "types", base="HEAD")) == [("types/assignment", "a.py", 3)]


def test_a_link_that_is_taken_away_is_missed_by_who_imports_it(repo: Repo) -> None:
    link = repo.path / "current"
    link.symlink_to("one")
    use = "import current\n\ny: int = current.X\n"
    repo.commit(MYPY | {"one/__init__.py": "X = ''\n", "a.py": use})
    repo.write({"b.py": "z = 1\n"})
    # Old debt behind the link is old.
    assert gate_of(repo, "types", base="HEAD").outcome is Outcome.PASSED
    link.unlink()
    gate = gate_of(repo, "types", base="HEAD")
    assert blocking(gate) == [("types/import-not-found", "a.py", 1)]


def test_blocks_all_of_a_definition_holds_for_an_empty_change(repo: Repo) -> None:
    tool = (
        "{gate: style, command: [grep, -n, BAD, a.txt], files: ['*.txt'], output: regex, "
        "pattern: '^(?P<line>[0-9]+):(?P<message>.*)$', blocks: all}"
    )
    repo.commit({".qgate.yml": f"version: 1\ntools:\n  t: {tool}\n", "a.txt": "BAD\n"})
    assert gate_of(repo, "style", base="HEAD").outcome is not Outcome.PASSED


def test_an_answer_about_a_file_edited_during_the_run_is_not_remembered(
    repo: Repo, tmp_path: Path
) -> None:
    script = tmp_path / "tool"
    script.write_text(SCRIPT.format(here=tmp_path))
    script.chmod(0o755)
    tool = (
        f"{{gate: style, command: ['{script}'], files: ['*.txt'], output: regex, "
        "pattern: '^(?P<path>[^:]+):(?P<line>[0-9]+):(?P<message>.*)$', blocks: all}"
    )
    repo.commit({".qgate.yml": f"version: 1\ntools:\n  t: {tool}\n", "a.txt": "BAD\n", "b.txt": ""})
    repo.write({"b.txt": "x\n"})
    (tmp_path / "good").write_text("fine\n")
    assert gate_of(repo, "style", base="HEAD").outcome is Outcome.PASSED
    (tmp_path / "good").unlink()
    repo.git("checkout", "--quiet", "a.txt")
    assert blocking(gate_of(repo, "style", base="HEAD")) == [("style/t", "a.txt", 1)]


def test_old_debt_in_a_project_whose_base_did_not_parse_does_not_fail(repo: Repo) -> None:
    repo.commit(MYPY | {"a.py": "y = (\n", "b.py": "x: int = ''\n"})
    repo.write({"a.py": "y = 2\n"})
    assert gate_of(repo, "types", base="HEAD").outcome is not Outcome.FAILED


def test_files_named_after_another_list_are_the_targets_of_mypy(repo: Repo) -> None:
    settings = "[tool.mypy]\nenable_error_code = ['ignore-without-code']\nfiles = ['src']\n"
    repo.commit({"pyproject.toml": settings, "src/a.py": "y = 1\n", "x/m.py": "", "z/m.py": ""})
    repo.write({"src/a.py": "y = 2\n"})
    gate = gate_of(repo, "types", base="HEAD")
    assert gate.outcome is Outcome.PASSED, gate.summary


def test_a_file_that_git_ignores_is_nobodys_change(repo: Repo) -> None:
    repo.commit(MYPY | {".gitignore": "gen.py\n", "a.py": "y = 1\n"})
    repo.write({"gen.py": "x: int = ''\n", "a.py": "y = 2\n"})
    assert gate_of(repo, "types", base="HEAD").outcome is Outcome.PASSED


def test_a_second_equal_run_starts_no_tool(repo: Repo) -> None:
    repo.commit(MYPY | {"a.py": "y = 1\n"})
    repo.write({"a.py": "y = 2\n"})
    assert "from the cache" not in gate_of(repo, "types", base="HEAD").evidence[0]
    time.sleep(0.01)
    assert "from the cache" in gate_of(repo, "types", base="HEAD").evidence[0]
