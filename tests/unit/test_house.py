"""The house itself: what ships, what is said, and that every rule has a text."""

import ast
import pkgutil
import re
import subprocess
from importlib import import_module, metadata
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qgate.config.settings import options
from qgate.documents import rules as documents
from qgate.engine.ci.overdue import Rule as OverdueRule
from qgate.gates.approvals.rules import Rule as ApprovalsRule
from qgate.gates.checklist.rules import Rule as ChecklistRule
from qgate.gates.coverage.rules import Rule as CoverageRule
from qgate.gates.tools.rules import Rule as ToolsRule
from qgate.model.owners import ProblemKind
from qgate.owners.lint import Rule as OwnersRule
from qgate.system import explanations
from tests.support.repo import ROOT

GROUPS = ("change", "coverage", "documents", "tools")
# Without an `Incomplete` of their own.
NOTICES: Final = {
    *("policy/weakened", "policy/tool-configuration", "policy/waiver-expired"),
    "change/malformed-diff",
}
# What is raised outside of the gates' folders, yet only while a gate is at work.
OF_GATES: Final = {"coverage_config.py": "coverage", "disk.py": "tools", "jobs.py": "tools"}
# Raised only for a caller who takes it for an answer: gates/tools/audit.py, for a severity that
# nobody knows, which blocks.
ANSWERED: Final = {"advisories.py": "no-network"}
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


def test_a_pin_names_the_extras_that_other_pins_ask_for() -> None:
    # pip would take the newest release for an extra that no pin names, and refuse it unpinned.
    lines = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    extras = {canonicalize_name(pin.name): pin.extras for pin in pins}
    lacking = []
    for name in extras:
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            # Pinned for another platform.
            continue
        for each in map(Requirement, wanted):
            if each.marker is None or each.marker.evaluate({"extra": ""}):
                lacking += [str(each)] * (not each.extras <= extras[canonicalize_name(each.name)])
    assert len(extras) > 30
    assert not lacking


def rules_that_can_appear() -> set[str]:
    """All of the gates', and every reason that is raised anywhere, in its group."""
    of_gates = (CoverageRule, ToolsRule, OwnersRule, ChecklistRule, ApprovalsRule, OverdueRule)
    rules = {str(rule) for each in of_gates for rule in each} | NOTICES
    rules |= {f"reviewers/{kind}" for kind in ProblemKind}
    for module in pkgutil.iter_modules(documents.__path__, f"{documents.__name__}."):
        rules |= set(map(str, getattr(import_module(module.name), "Rule", ())))
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Incomplete" | "Unusable"),
                    args=[ast.Constant(value=str(reason)), *_],
                ):
                    if ANSWERED.get(path.name) != reason:
                        rules.add(f"{group_of(path)}/{reason}")
    return rules


def group_of(path: Path) -> str:
    """The group of the reasons that a source raises: its gate's, or that of the change."""
    if "/engine/publish/" in path.as_posix():
        return "publish"
    _, is_gate, below = path.as_posix().partition("/gates/")
    return below.partition("/")[0] if is_gate else OF_GATES.get(path.name, "change")


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


def rows(name: str) -> list[list[str]]:
    """The cells of every table row of a page of the reference whose first cell is code."""
    lines = (ROOT / "docs" / "reference" / name).read_text("utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines
        if line.startswith(("| `", "| [`"))
    ]


def test_the_reference_lists_every_rule_with_the_words_of_its_text() -> None:
    found = {}
    for first, *_, meaning in rows("rules.md"):
        match = re.fullmatch(r"\[`(\S+)`\]\(../../rules/explain/(\S+)\.md\)", first)
        assert match is not None, first
        assert match[1] == match[2], first
        found[match[1]] = meaning
    assert found == {rule: explanations.title(rule) for rule in explanations.rules()}


def test_the_reference_lists_every_setting() -> None:
    keys = {key for key, _, _ in options()}
    listed = [first.strip("`") for first, *rest in rows("settings.md") if len(rest) == 3]
    sections = re.findall(
        r"^### (.+)$", (ROOT / "docs/reference/settings.md").read_text("utf-8"), re.MULTILINE
    )
    explained = {key for heading in sections for key in re.findall(r"`(.+?)`", heading)}

    assert sorted(listed) == sorted(keys)
    assert explained == keys
