"""The house itself: what ships, what is said, and that every rule has a text."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from qgate.gates.coverage.rules import Rule
from qgate.system import explanations
from tests.support.repo import ROOT

GROUPS = ("change", "coverage")
SOURCES = sorted((ROOT / "qgate").rglob("*.py"))

# The name without its suffix belongs to somebody else's package on Python's index.
STRANGERS_NAME = re.compile(
    r"(?:pip3?|pipx|uvx|uv(?:\s+\w+)*|poetry|pdm|install|add|pipx\s+run)\s+(?:-\S+\s+)*"
    r"['\"]?qgate(?![-_\w/.])"
)
INDEX_ADDRESS = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|crates|golang)[\w.-]*|--index"
)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|farm|root)/")


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not in a git checkout")
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and path != Path(__file__)]


@pytest.mark.parametrize(
    "said",
    [
        "pip install qgate",
        "pip install -U qgate\n",
        "uvx qgate check",
        "pipx run qgate",
        "uv tool install qgate",
        "uv tool run 'qgate'",
        "poetry add qgate",
    ],
)
def test_every_way_to_run_a_strangers_code_is_recognised(said: str) -> None:
    assert STRANGERS_NAME.search(said)


@pytest.mark.parametrize(
    "said", ["pip install qgate-toolkit", "uvx --from qgate-toolkit qgate", "make install qgate/"]
)
def test_our_own_name_is_not(said: str) -> None:
    assert not STRANGERS_NAME.search(said)


@pytest.mark.parametrize(
    "pattern", [STRANGERS_NAME, INDEX_ADDRESS, MACHINE_PATH], ids=["name", "index", "path"]
)
def test_no_file_says_what_must_not_be_said(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert not found


def rules_that_can_appear() -> set[str]:
    """All of the gate's, and every reason that is raised anywhere, in its group."""
    rules = {str(rule) for rule in Rule} | {"policy/weakened", "change/malformed-diff"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Incomplete"), args=[ast.Constant(value=str(reason)), *_]
                ):
                    group = "coverage" if "gates" in path.parts else "change"
                    if path.name == "coverage_config.py":
                        group = "coverage"
                    rules.add(f"{group}/{reason}")
    return rules


def test_every_rule_that_can_appear_has_a_text_and_no_text_is_an_orphan() -> None:
    # git can vanish or fail before a gate runs and while it does.
    of_git = {f"{group}/{reason}" for group in GROUPS for reason in ("no-git", "git-failed")}
    assert set(explanations.rules()) == rules_that_can_appear() | of_git


@pytest.mark.parametrize("rule", sorted(explanations.rules()))
def test_a_text_says_what_why_and_what_to_do(rule: str) -> None:
    text = explanations.text(rule)
    assert text.startswith(f"# {rule}\n")
    assert "## Why" in text
    assert "## What to do" in text
    assert 10 < len(explanations.title(rule)) <= 100
