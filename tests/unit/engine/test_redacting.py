"""A report is looked through once more before it leaves a CI run."""

from dataclasses import replace

from qgate.engine.ci.redacting import redacted
from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.system import secrets

SECRETS = secrets.of({"SHOP_PASSWORD": "hunter2hunter2"})
SAID = "with hunter2hunter2 in it"


def test_no_text_of_a_report_keeps_a_secret_and_paths_stay() -> None:
    finding = Finding(rule="a/b", message=SAID, source=SAID, path="hunter2hunter2.py", line=3)
    gate = GateResult(
        name="lint",
        outcome=Outcome.FAILED,
        reason="findings",
        summary=SAID,
        hint=SAID,
        findings=(finding,),
        evidence=(SAID,),
    )
    report = Report(base=None, head=None, gates=(gate,), notices=(finding,), notes=(SAID,))
    found = redacted(report, SECRETS)
    assert SAID not in repr(found)
    assert found.notices[0] == replace(finding, message="with *** in it", source="with *** in it")
    assert found.gates[0].findings == found.notices


def test_a_report_without_secrets_is_the_same() -> None:
    finding = Finding(rule="a/b", message="x", path="a.py")
    gate = GateResult(
        name="lint", outcome=Outcome.FAILED, reason="r", summary="s", findings=(finding,)
    )
    report = Report(base=None, head=None, gates=(gate,))
    assert redacted(report, SECRETS) == report
