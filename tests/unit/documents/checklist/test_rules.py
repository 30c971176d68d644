"""The rules for checklists, and for contradictions in a repository's own rules."""

import pytest

from qgate.documents.checklist.template import path_of
from qgate.documents.incident import severity
from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rules import checklist, policy
from qgate.documents.rules.asked import Asked
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document, read

PATH = "docs/checklists/x.md"
OWN = b"""\
title: Own
sections:
  - title: One
    items: [{id: a, text: First.}, {id: b, text: Second., answered_by: lint}]
"""
FIRST, SECOND = "- [x] First. <!-- item: a -->\n", "- [ ] Second. <!-- item: b -->\n"


def document(body: str, *, matter: str = "checklist: own", path: str = PATH) -> Document:
    front = f"---\n{matter}\n---\n" if matter else ""
    return read(f"{front}# X\n\n{body}".encode(), path)


def said(findings: list[Finding]) -> list[tuple[str, int, Level]]:
    return [(each.rule.removeprefix("documents/"), each.line, each.level) for each in findings]


def of_document(found: Document) -> list[tuple[str, int, Level]]:
    return said(list(checklist.of_document(found, Kind.CHECKLIST)))


def library(found: Document, kind: Kind = Kind.CHECKLIST) -> Library:
    return Library({found.path: found}, {found.path: kind}, frozenset({found.path}), {})


def of_library(
    found: Document,
    *,
    policy: dict[str, bytes] | None = None,
    proposed: dict[str, bytes] | None = None,
) -> list[tuple[str, int, Level]]:
    files = {path_of("own"): OWN} if policy is None else policy
    asked = Asked(folders=Folders(), policy=files, proposed=proposed or {})
    return said(list(checklist.of_library(library(found), asked)))


def test_a_whole_list_has_no_finding() -> None:
    found = document(FIRST + SECOND)
    assert of_document(found) == []
    assert of_library(found) == []


def test_a_deleted_item_is_a_missing_item() -> None:
    assert of_library(document(FIRST)) == [("checklist-item-missing", 2, Level.ERROR)]


@pytest.mark.parametrize("body", [f"```\n{SECOND}```\n", f"<!--\n{SECOND[:15]}\n-->\n"])
def test_an_item_in_a_fence_or_a_comment_is_missing(body: str) -> None:
    assert of_library(document(FIRST + body)) == [("checklist-item-missing", 2, Level.ERROR)]


def test_an_item_with_other_words_is_a_warning() -> None:
    reworded = SECOND.replace("Second.", "Whatever.")
    assert of_library(document(FIRST + reworded)) == [("checklist-reworded", 7, Level.WARNING)]


def test_words_behind_the_templates_and_a_reason_are_no_other_words() -> None:
    body = FIRST.replace("First.", "First. (the gate `lint` answers this)")
    assert of_library(document(body + "- [x] N/A: no code <!-- item: b -->\n")) == []
    assert of_library(document(body + "- [ ] ~~Second.~~ N/A: no <!-- item: b -->\n")) == []


def test_the_list_of_the_base_counts_and_not_the_changes_own() -> None:
    shorter = {path_of("own"): OWN.replace(b", {id: b, text: Second., answered_by: lint}", b"")}
    assert of_library(document(FIRST), proposed=shorter) == [
        ("checklist-item-missing", 2, Level.ERROR)
    ]
    assert of_library(document(FIRST), policy={}, proposed=shorter) == []


def test_an_unknown_or_broken_template_is_told() -> None:
    assert of_library(document(FIRST, matter="checklist: no")) == [
        ("checklist-unknown", 2, Level.ERROR)
    ]
    broken = {path_of("own"): b"title: [\n"}
    assert of_library(document(FIRST), policy=broken) == [("checklist-unknown", 2, Level.ERROR)]


def test_items_with_ids_must_say_of_which_list_they_are() -> None:
    assert of_library(document(FIRST, matter="")) == [("checklist-unknown", 1, Level.ERROR)]
    assert of_library(document("- [ ] by hand\n", matter="")) == []


def test_an_item_that_stands_there_twice_is_told() -> None:
    assert of_document(document(FIRST + FIRST)) == [("checklist-item-twice", 7, Level.ERROR)]


def test_what_does_not_apply_needs_a_reason() -> None:
    assert of_document(document("- [x] N/A\n- [x] N/A: there is none\n")) == [
        ("checklist-without-reason", 6, Level.ERROR)
    ]


def test_a_list_that_is_done_has_nothing_open() -> None:
    matter = "checklist: own\nstatus: done"
    assert of_document(document(FIRST + SECOND, matter=matter)) == [
        ("checklist-not-done", 8, Level.ERROR)
    ]
    assert of_document(document(FIRST, matter=matter)) == []
    assert of_document(document(FIRST, matter="status: fine")) == [
        ("checklist-status", 2, Level.ERROR)
    ]


THRESHOLD = b"gates: {coverage: {threshold: 80}}\n"


def of_policy(
    body: str,
    files: dict[str, bytes] | None = None,
    *,
    kind: Kind = Kind.RUNBOOK,
    matter: str = "",
) -> list[tuple[str, int, Level]]:
    asked = Asked(folders=Folders(), policy=files or {})
    return said(list(policy.of_library(library(document(body, matter=matter), kind), asked)))


@pytest.mark.parametrize(
    "body",
    [
        "P0 - Critical (< 30 minutes response)\n",
        "- P0: respond within 30 minutes.\n",
        "P0 must be acknowledged in at most 1 hour.\n",
        "## P1 (response under 2 hours)\n",
        "## Immediate response (< 30 minutes)\n",
        "## Immediate Response (0-30 minutes)\n",
    ],
)
def test_a_response_time_that_is_not_the_tables_is_a_warning(body: str) -> None:
    assert of_policy(body) == [("policy-response-time", 3, Level.WARNING)]


def test_so_is_one_in_a_table() -> None:
    table = "| | respond within | note |\n|---|---|---|\n| P0 | 30 minutes | 1 hour |\n"
    assert of_policy(table) == [("policy-response-time", 5, Level.WARNING)]
    assert of_policy(table.replace("30", "15")) == []


@pytest.mark.parametrize(
    "body",
    [
        "P0 - Critical (< 15 minutes response)\n",
        "Respond to P0 within 15 minutes and to P1 within 2 hours.\n",
        "P0 and P1: respond within 3 hours.\n",
        "Respond within 30 minutes.\n",
        "P0 responses are fast, usually 5 minutes.\n",
        "For P0 the response is reviewed within 48 hours.\n",
        "For P0 respond, then mitigate within 4 hours.\n",
        "The P99 response is under 300 ms, P95 within 30 minutes.\n",
        "```\nP0: respond within 30 minutes\n```\n",
        "<!-- P0: respond within 30 minutes -->\n",
        "## Immediate response (0 to 15 minutes)\n",
        "## Immediate response\n",
        "P0 response is due within 3 sprints.\n",
    ],
)
def test_what_agrees_or_is_not_sure_is_no_finding(body: str) -> None:
    assert of_policy(body) == []


def test_incidents_and_decisions_tell_what_was_and_are_not_read() -> None:
    body = "P0: we did respond within 30 minutes.\n"
    assert of_policy(body, kind=Kind.INCIDENT) == of_policy(body, kind=Kind.ADR) == []
    assert len(of_policy(body, kind=Kind.CHECKLIST)) == 1


def test_a_severity_that_the_table_lacks_is_told() -> None:
    assert of_policy("- Severity classified (P0-P4)\n") == [("policy-severity", 3, Level.WARNING)]
    assert of_policy("- Severity classified (P0-P3)\n") == []
    assert of_policy("P4 is a phase of the project.\n") == []
    assert of_policy("", matter="severity: P4") == [("policy-severity", 2, Level.ERROR)]
    assert of_policy("", matter="severity: p3") == []


def test_so_is_a_list_that_is_called_like_one() -> None:
    own = {path_of("p4"): OWN, path_of("p3"): OWN, path_of("post-deploy"): OWN}
    assert of_policy("", own) == [("policy-severity", 0, Level.ERROR)]


def test_the_repositorys_own_table_counts() -> None:
    table = (
        b"severities:\n  P0: {label: x, respond_within: 30 minutes, criteria: {a: A.}}\n"
        b"phases: {now: {label: Now, items: {a: A.}}}\n"
    )
    assert of_policy("P0: respond within 30 minutes.\n", {severity.OWN: table}) == []
    assert len(of_policy("P0: respond within 15 minutes.\n", {severity.OWN: table})) == 1
    assert of_policy("P0: respond within 9 hours.\n", {severity.OWN: b"[\n"}) == []


@pytest.mark.parametrize(
    "body",
    [
        "- [ ] Test coverage is > 90% for new code.\n",
        "More than 90 % of the new code is covered by tests.\n",
        "Keep code coverage at least 75.5%.\n",
    ],
)
def test_a_share_of_coverage_that_is_not_the_threshold_is_a_warning(body: str) -> None:
    assert of_policy(body, {".qgate.yml": THRESHOLD}) == [("policy-coverage", 3, Level.WARNING)]
    assert of_policy(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "Test coverage is > 80% for new code.\n",
        "Test coverage is 90%.\n",
        "Coverage of the region is > 90%.\n",
        "Test coverage > 90%, of old code > 50%.\n",
        "Disk usage is > 90%.\n",
    ],
)
def test_another_share_or_one_that_agrees_is_none(body: str) -> None:
    assert of_policy(body, {".qgate.yml": THRESHOLD}) == []


@pytest.mark.parametrize(
    "settings", [b"[\n", b"gates: 7\n", b"\xff", b"gates: {coverage: {threshold: x}}"]
)
def test_settings_that_cannot_be_read_say_nothing_here(settings: bytes) -> None:
    assert of_policy("Test coverage is > 90%.\n", {".qgate.yml": settings}) == []


def test_markdown_that_the_settings_name_is_read_too() -> None:
    books = library(document("Text.\n", path="docs/runbooks/x.md"), Kind.RUNBOOK)
    others = {"docs/handbook.md": b"# H\n\nP0: respond within 30 minutes.\n", "bad.md": b"\xff"}
    found = policy.of_library(
        Library(books.documents, books.kinds, books.tracked, others), Asked(folders=Folders())
    )
    assert [(each.path, each.line) for each in found] == [("docs/handbook.md", 3)]
