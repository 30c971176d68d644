"""The rules for runbooks and alerts, each passing and failing."""

import time

import pytest

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rules import runbook
from qgate.documents.rules.asked import Asked
from qgate.model.report import Level
from qgate.parse.documents import Document, read

ASKED = Asked(folders=Folders())
SECTIONS = "".join(f"\n## {name}\n\nText.\n" for name in ("Meaning", "Impact", "Diagnosis"))


def book(name: str, *, matter: str = "", body: str = "", mitigation: str = "Text.") -> Document:
    front = f"---\n{matter}\n---\n" if matter else ""
    text = f"{front}# {name}\n{SECTIONS}{body}\n## Mitigation\n\n{mitigation}\n"
    return read(text.encode(), f"docs/runbooks/{name}.md")


def of_document(document: Document) -> list[tuple[str, int]]:
    """Rule without its group, and line."""
    return [
        (each.rule.removeprefix("documents/"), each.line)
        for each in runbook.of_document(document, Kind.RUNBOOK)
    ]


def rules_of(*documents: Document, **files: str) -> list[tuple[str, str, int, Level]]:
    """What the library says: rule, path, line and level. Files are rule files by their name."""
    library = Library(
        {each.path: each for each in documents},
        {each.path: Kind.RUNBOOK for each in documents},
        frozenset(each.path for each in documents),
        {f"alerts/{name}.yml": text.encode() for name, text in files.items()},
    )
    return [
        (each.rule.removeprefix("documents/"), each.path, each.line, each.level)
        for each in runbook.of_library(library, ASKED)
    ]


def alert(name: str, runbook_url: str = "", severity: str = "critical") -> str:
    named = f", annotations: {{runbook_url: '{runbook_url}'}}" if runbook_url else ""
    return f"      - {{alert: {name}, labels: {{severity: {severity}}}{named}}}\n"


def group(*alerts: str) -> str:
    return "groups:\n  - name: a\n    rules:\n" + "".join(alerts)


def test_a_whole_runbook_has_no_finding() -> None:
    assert of_document(book("Alert", body="\n```sh\nls\n```\n")) == []


def test_each_required_section_must_be_there() -> None:
    found = of_document(read(b"# Alert\n\n## Impact\n\na\n", "docs/runbooks/Alert.md"))
    assert found == [("runbook-section-missing", 1)] * 3


def test_an_empty_section_and_a_promise_are_told_at_their_heading() -> None:
    assert of_document(book("Alert", mitigation="<!-- later -->")) == [
        ("runbook-section-empty", 15)
    ]
    assert of_document(book("Alert", mitigation="TODO")) == [("runbook-section-unfinished", 15)]


def test_a_draft_may_have_empty_sections_and_must_have_all() -> None:
    assert of_document(book("Alert", matter="status: draft", mitigation="")) == []
    bare = read(b"---\nstatus: draft\n---\n# Alert\n", "docs/runbooks/Alert.md")
    assert of_document(bare) == [("runbook-section-missing", 4)] * 4


def test_a_procedure_lacks_its_own_sections() -> None:
    found = of_document(book("Alert", matter="procedure: true"))
    assert found == [("runbook-section-missing", 4)] * 3


def test_a_retired_runbook_is_not_judged() -> None:
    assert of_document(read(b"---\nstatus: retired\n---\n# Other\n", "docs/runbooks/A.md")) == []


def test_another_state_is_told() -> None:
    assert of_document(book("Alert", matter="status: fine")) == [("runbook-status", 2)]


def test_a_heading_that_is_not_the_file_is_told() -> None:
    text = book("Alert").text.replace("# Alert", "# Other", 1)
    assert of_document(read(text.encode(), "docs/runbooks/Alert.md")) == [("runbook-title", 1)]


def test_an_unclosed_fence_is_told_once_and_hides_no_section() -> None:
    found = of_document(book("Alert", body="\n```sh\nrm -rf 'x\n"))
    assert found == [("runbook-unclosed-fence", 15)]


def test_a_command_that_does_not_end_is_told_where_the_quote_begins() -> None:
    found = of_document(book("Alert", body="\n```sh\nls\necho 'a\n```\n"))
    assert found == [("runbook-command", 17)]
    assert of_document(book("Alert", body="\n```text\necho 'a\n```\n")) == []


def test_a_placeholder_for_a_host_is_told_on_its_line() -> None:
    found = of_document(book("Alert", body="\n```sh\ncurl \\\n  https://example.com/\n```\n"))
    assert found == [("runbook-placeholder-host", 17)]
    assert of_document(book("Alert", body="\nSee <https://example.com>.\n")) == []


@pytest.mark.parametrize("info", ["sh", "sql"])
def test_a_destructive_command_must_say_so(info: str) -> None:
    block = f"```{info}\nDROP TABLE users;\n```\n"
    (found,) = of_document(book("Alert", body=f"\n{block}"))
    assert found[0] == "runbook-destructive"
    assert of_document(book("Alert", body=f"\nThis is destructive.\n\n{block}")) == []


def test_alerts_and_runbooks_that_name_each_other_have_no_finding() -> None:
    rules = group(
        alert("Alert", "https://runbooks.example/web/alert/#top"), alert("Two", "Alert.md")
    )
    assert rules_of(book("Alert", matter="alerts: [Alert, Two]"), a=rules) == []


def test_an_alert_without_a_runbook_is_told_at_its_name() -> None:
    assert rules_of(a=group(alert("Alert"))) == [
        ("alert-without-runbook", "alerts/a.yml", 4, Level.ERROR)
    ]


@pytest.mark.parametrize(("name", "severity"), [("A", "none"), ("A", "info"), ("Watchdog", "page")])
def test_an_alert_that_wakes_nobody_needs_none(name: str, severity: str) -> None:
    assert rules_of(a=group(alert(name, severity=severity))) == []


def test_yet_if_it_names_one_that_must_be_there() -> None:
    rules = group(alert("Watchdog", "https://x/watchdog", "none"))
    assert ("alert-runbook-unknown", "alerts/a.yml", 4, Level.ERROR) in rules_of(book("B"), a=rules)


def test_a_runbook_that_is_not_there_is_told() -> None:
    rules = group(alert("Alert", "https://x/runbooks/Alart"), alert("B", "https://x/B"))
    assert rules_of(book("B"), a=rules) == [
        ("alert-runbook-unknown", "alerts/a.yml", 4, Level.ERROR)
    ]


def test_where_no_runbook_is_here_they_lie_elsewhere_unless_our_folder_is_named() -> None:
    assert rules_of(a=group(alert("Alert", "https://wiki/Alert"))) == []
    ours = group(alert("Alert", "https://x/blob/main/docs/runbooks/Alert.md"))
    assert rules_of(a=ours) == [("alert-runbook-unknown", "alerts/a.yml", 4, Level.ERROR)]


def test_the_alerts_name_can_be_a_template_in_the_address() -> None:
    rules = group(alert("Alert", "https://x/{{ $labels.alertname }}"))
    assert rules_of(book("Alert"), a=rules) == []


def test_of_two_runbooks_by_one_name_the_closest_path_is_meant() -> None:
    text = book("Alert").text
    web = read(text.encode(), "docs/runbooks/web/Alert.md")
    retired = read(f"---\nstatus: retired\n---\n{text}".encode(), "docs/runbooks/db/Alert.md")
    assert rules_of(web, retired, a=group(alert("Alert", "https://x/web/alert"))) == []
    assert rules_of(web, retired, a=group(alert("Alert", "https://x/db/alert"))) == [
        ("alert-runbook-inactive", "alerts/a.yml", 4, Level.ERROR)
    ]


def test_a_draft_behind_an_alert_is_a_warning() -> None:
    rules = group(alert("Alert", "https://x/Alert"))
    assert rules_of(book("Alert", matter="status: draft"), a=rules) == [
        ("alert-runbook-inactive", "alerts/a.yml", 4, Level.WARNING)
    ]


def test_a_runbook_that_no_alert_is_for_is_told() -> None:
    rules = group(alert("Alert", "https://x/Alert"))
    lost = ("runbook-without-alert", "docs/runbooks/Lost.md", 1, Level.ERROR)
    assert rules_of(book("Alert"), book("Lost"), a=rules) == [lost]
    assert rules_of(book("Alert"), book("Lost", matter="procedure: true"), a=rules) == []
    assert rules_of(book("Alert"), book("Lost", matter="status: draft"), a=rules) == []


def test_without_rule_files_or_with_one_that_is_unread_nobody_says_so() -> None:
    assert rules_of(book("Lost")) == []
    unread = "x: &a 1\ngroups: []\n"
    assert rules_of(book("Lost"), book("A"), a=group(alert("A", "x/A")), b=unread) == [
        ("alerts-unread", "alerts/b.yml", 1, Level.WARNING)
    ]


def test_broken_rules_are_an_error_at_their_place() -> None:
    assert rules_of(a="groups:\n  - 7\n") == [("alerts-unread", "alerts/a.yml", 2, Level.ERROR)]


def test_a_listed_alert_must_exist_and_lead_back() -> None:
    rules = group(alert("A", "https://x/A"), alert("B", "https://x/A"))
    first, second = book("A", matter="alerts: [A, B, C]"), book("Other", matter="alerts:\n  - B")
    assert rules_of(first, second, a=rules) == [
        ("runbook-without-alert", first.path, 2, Level.ERROR),
        ("runbook-alerts-disagree", second.path, 3, Level.ERROR),
    ]


def test_an_alert_that_leads_to_a_runbook_is_named_there() -> None:
    rules = group(alert("A", "https://x/A"), alert("B", "https://x/A"))
    assert rules_of(book("A"), a=rules) == [
        ("runbook-alerts-disagree", "docs/runbooks/A.md", 1, Level.ERROR)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "```sh\nrm -rf x\n```\n" * 10_000,
        "```sh\n" + "\n" * 200_000 + "```\n",
        "```sh\n" + "\\\\" * 200_000 + "\n```\n",
        "```sh\n" + "kubectl " * 50_000 + "\n```\n",
        "- ```sh\n" * 20_000,
    ],
    ids=["blocks", "lines", "backslashes", "words", "unclosed"],
)
def test_a_hostile_runbook_takes_no_more_than_seconds(body: str) -> None:
    began = time.process_time()
    of_document(read(f"# A\n\n{body}".encode(), "docs/runbooks/A.md"))
    assert time.process_time() - began < 20
