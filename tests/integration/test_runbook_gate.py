"""Runbooks and alerts in the gate `documents`, on real repositories."""

from typing import Final

from qgate.model.report import GateResult, Outcome, Standing
from tests.support.check import judged
from tests.support.repo import Repo

BOOK: Final = (
    "# {name}\n\n## Meaning\n\na\n\n## Impact\n\nb\n\n## Diagnosis\n\nc\n\n## Mitigation\n\nd\n"
)
RULES: Final = """\
groups:
  - name: web
    rules:
      - alert: WebDown
        expr: up == 0
        annotations: {runbook_url: https://runbooks.example/web/webdown}
"""


def documents(repo: Repo) -> GateResult:
    (gate,) = judged(repo, base="HEAD", gates=("documents",)).gates
    return gate


def new(gate: GateResult) -> list[tuple[str, str, int]]:
    """Rule, path and line of what blocks."""
    return [
        (each.rule.removeprefix("documents/"), each.path, each.line)
        for each in gate.findings
        if each.blocking
    ]


def start(repo: Repo) -> None:
    repo.commit({"docs/runbooks/WebDown.md": BOOK.format(name="WebDown"), "web.rules.yml": RULES})


def test_an_alert_and_its_runbook_pass(repo: Repo) -> None:
    start(repo)
    gate = documents(repo)
    assert gate.outcome is Outcome.PASSED
    assert (gate.metrics["runbook"], gate.findings) == (1, ())


def test_a_new_alert_without_a_runbook_fails(repo: Repo) -> None:
    start(repo)
    repo.write({"web.rules.yml": f"{RULES}      - alert: WebSlow\n        expr: slow > 1\n"})
    assert new(documents(repo)) == [("alert-without-runbook", "web.rules.yml", 7)]


def test_renaming_a_runbook_leaves_its_alert_without_one(repo: Repo) -> None:
    start(repo)
    repo.git("mv", "docs/runbooks/WebDown.md", "docs/runbooks/WebGone.md")
    assert sorted(new(documents(repo))) == [
        ("alert-runbook-unknown", "web.rules.yml", 6),
        ("runbook-title", "docs/runbooks/WebGone.md", 1),
        # Its heading still names the alert.
    ]


def test_deleting_an_alert_leaves_its_runbook_an_orphan(repo: Repo) -> None:
    start(repo)
    repo.write({"web.rules.yml": RULES.replace("WebDown", "Other").replace("webdown", "webdown")})
    assert sorted(new(documents(repo))) == [
        ("runbook-alerts-disagree", "docs/runbooks/WebDown.md", 1),
        ("runbook-without-alert", "docs/runbooks/WebDown.md", 1),
    ]


def test_deleting_the_last_runbook_shows_where_our_folder_is_named(repo: Repo) -> None:
    start(repo)
    ours = RULES.replace("runbooks.example/web/webdown", "x/docs/runbooks/WebDown.md")
    repo.commit({"web.rules.yml": ours, "docs/runbooks/A.md": BOOK.format(name="A")})
    (repo.path / "docs/runbooks/WebDown.md").unlink()
    assert new(documents(repo)) == [("alert-runbook-unknown", "web.rules.yml", 6)]


def test_what_was_there_before_is_counted_and_does_not_block(repo: Repo) -> None:
    start(repo)
    repo.commit({"alerts/old.yml": RULES.replace("WebDown", "Old").replace("webdown", "old")})
    repo.write({"a.txt": "a\n"})
    gate = documents(repo)
    assert gate.outcome is Outcome.PASSED
    assert [(each.standing, each.path) for each in gate.findings] == [
        (Standing.EXISTING, "alerts/old.yml")
    ]


def test_broken_rules_fail_and_rules_with_anchors_are_a_warning(repo: Repo) -> None:
    start(repo)
    repo.write({"alerts/a.yml": "groups:\n  - [\n", "alerts/b.yml": f"x: &a 1\n{RULES}"})
    gate = documents(repo)
    assert new(gate) == [("alerts-unread", "alerts/a.yml", 3)]
    warned = [(each.path, each.line) for each in gate.findings if not each.blocking]
    assert warned == [("alerts/b.yml", 1)]


def test_yaml_that_is_no_rule_file_is_left_alone(repo: Repo) -> None:
    start(repo)
    repo.write({"alerts/values.yml": "a: {{ template }}\nb: [\n", "alerts/x.yml": "a: 1\n"})
    assert documents(repo).outcome is Outcome.PASSED


def test_a_file_of_rules_that_is_a_link_is_not_followed(repo: Repo) -> None:
    start(repo)
    (repo.path / "secret").write_text("groups: [{name: a, rules: [{alert: Secret}]}]\n")
    (repo.path / "alerts").mkdir()
    (repo.path / "alerts/a.yml").symlink_to("../secret")
    assert documents(repo).outcome is Outcome.PASSED
