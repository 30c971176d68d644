"""Checklists and contradictions in the gate `documents`, on real repositories."""

from pathlib import Path
from typing import Final

import pytest

from qgate.model.report import GateResult, Outcome
from tests.support.check import judged
from tests.support.repo import Repo

LIST: Final = "docs/checklists/release.md"
TEMPLATE: Final = ".qgate/rules/checklists/release.yml"
OWN: Final = """\
title: Release
sections:
  - title: Before
    items:
      - {id: notes, text: The notes are written.}
      - {id: backup, text: There is a backup.}
"""
DONE: Final = """\
---
type: checklist
checklist: release
---

# Release

- [x] The notes are written. <!-- item: notes -->
- [x] There is a backup. <!-- item: backup -->
"""
SHORTER: Final = OWN.replace("      - {id: backup, text: There is a backup.}\n", "")


def documents(repo: Repo, *, committed: bool = False) -> GateResult:
    base = "HEAD~1" if committed else "HEAD"
    (gate,) = judged(repo, base=base, gates=("documents",), committed=committed).gates
    return gate


def new(gate: GateResult) -> list[tuple[str, int]]:
    """Rule and line of what blocks."""
    return [
        (each.rule.removeprefix("documents/"), each.line) for each in gate.findings if each.blocking
    ]


def test_a_list_with_every_item_passes(repo: Repo) -> None:
    repo.commit({TEMPLATE: OWN})
    repo.write({LIST: DONE})
    gate = documents(repo)
    assert gate.outcome is Outcome.PASSED
    assert gate.metrics["checklist"] == 1


@pytest.mark.parametrize("committed", [False, True])
def test_deleting_an_item_from_list_and_template_is_a_missing_item(
    repo: Repo, *, committed: bool
) -> None:
    repo.commit({TEMPLATE: OWN, LIST: DONE})
    shorter = {TEMPLATE: SHORTER, LIST: "".join(DONE.splitlines(keepends=True)[:-1])}
    repo.commit(shorter) if committed else repo.write(shorter)
    assert new(documents(repo, committed=committed)) == [("checklist-item-missing", 3)]


def test_deleting_the_template_leaves_its_items(repo: Repo) -> None:
    repo.commit({TEMPLATE: OWN, LIST: DONE})
    (repo.path / TEMPLATE).unlink()
    repo.write({LIST: "".join(DONE.splitlines(keepends=True)[:-1])})
    assert new(documents(repo)) == [("checklist-item-missing", 3)]


def test_hiding_an_item_in_a_fence_is_a_missing_item(repo: Repo) -> None:
    repo.commit({TEMPLATE: OWN, LIST: DONE})
    lines = DONE.splitlines(keepends=True)
    repo.write({LIST: "".join((*lines[:-1], "\n```\n", lines[-1], "```\n"))})
    assert new(documents(repo)) == [("checklist-item-missing", 3)]


def test_a_template_that_the_change_brings_counts_where_the_base_has_none(repo: Repo) -> None:
    repo.commit({"a.txt": "a\n"})
    repo.write({TEMPLATE: OWN, LIST: DONE})
    assert documents(repo).outcome is Outcome.PASSED
    repo.write({LIST: "".join(DONE.splitlines(keepends=True)[:-1])})
    assert new(documents(repo)) == [("checklist-item-missing", 3)]


def test_not_applicable_needs_a_reason(repo: Repo) -> None:
    repo.commit({TEMPLATE: OWN})
    repo.write({LIST: DONE.replace("There is a backup.", "N/A")})
    assert new(documents(repo)) == [("checklist-without-reason", 9)]
    repo.write({LIST: DONE.replace("There is a backup.", "N/A: there is no data")})
    assert documents(repo).outcome is Outcome.PASSED


def test_a_list_of_a_severity_has_the_items_of_the_shipped_table(repo: Repo) -> None:
    repo.commit({"a.txt": "a\n"})
    repo.write({LIST: "---\nchecklist: p2\n---\n# P2\n"})
    missing = [rule for rule, _ in new(documents(repo))]
    assert missing == ["checklist-item-missing"] * 15


def test_a_link_in_place_of_the_template_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.txt": "a\n"})
    outside = tmp_path / "outside.yml"
    outside.write_text(OWN)
    (repo.path / TEMPLATE).parent.mkdir(parents=True)
    (repo.path / TEMPLATE).symlink_to(outside)
    repo.write({LIST: DONE})
    assert new(documents(repo)) == [("checklist-unknown", 3)]


def test_numbers_that_disagree_with_settings_and_table_are_warnings(repo: Repo) -> None:
    repo.commit({".qgate.yml": "gates: {coverage: {threshold: 80}}\n"})
    text = "# A\n\n- [ ] Test coverage > 90%.\n- [ ] P0: respond within 30 minutes.\n"
    repo.write({LIST: text})
    gate = documents(repo)
    assert gate.outcome is Outcome.PASSED
    assert [(each.rule, each.line) for each in gate.findings] == [
        ("documents/policy-coverage", 3),
        ("documents/policy-response-time", 4),
    ]
    repo.write({".qgate.yml": "gates: {coverage: {threshold: 90}}\n"})
    assert [each.line for each in documents(repo).findings] == [4]
