"""Incidents and post-mortems through the gate: what is new, what the base says, what time does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qgate.documents.incident.overdue import Overdue
from qgate.engine import incidents
from qgate.engine.request import Request
from qgate.model.report import Finding, Standing
from tests.support.check import judged
from tests.support.repo import Repo, make_repo
from tests.unit.documents.incident.samples import (
    INCIDENT,
    POST_MORTEM,
    at,
    closed,
    declared,
    post_mortem,
    resolved,
)

TABLE = ".qgate/rules/severity.yml"
SHIPPED = (Path(__file__).parents[2] / "rules/severity.yml").read_text("utf-8")
MIDNIGHT = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(tmp_path / "repo", tmp_path / "home")


def found(repo: Repo, base: str, now: datetime = MIDNIGHT) -> list[Finding]:
    """What the gate `documents` says of the change since a commit."""
    (gate,) = judged(repo, base=base, gates=("documents",), now=lambda: now).gates
    return list(gate.findings)


def rules(findings: list[Finding]) -> list[str]:
    return [each.rule.removeprefix("documents/") for each in findings if each.blocking]


def test_a_whole_incident_and_its_post_mortem_pass(repo: Repo) -> None:
    base = repo.commit({"x": ""})
    repo.commit({INCIDENT: closed(), POST_MORTEM: post_mortem()})
    assert found(repo, base) == []


def test_what_was_wrong_before_is_counted_and_does_not_block(repo: Repo) -> None:
    late = closed().replace("acknowledged: 2027-01-31T14:30", "acknowledged: 2027-01-31T15:10")
    late = late.replace("mitigated: 2027-01-31T15:00", "mitigated: 2027-01-31T15:30")
    base = repo.commit({INCIDENT: late, POST_MORTEM: post_mortem()})
    repo.commit({"other": ""})
    older = [each for each in found(repo, base) if each.rule == "documents/late-acknowledgement"]
    assert [each.standing for each in older] == [Standing.EXISTING]
    assert rules(found(repo, base)) == []


def test_closing_what_was_empty_before_blocks(repo: Repo) -> None:
    empty = resolved().replace("Every tenth customer.\n", "")
    base = repo.commit({INCIDENT: empty})
    assert rules(found(repo, base)) == []
    repo.commit({INCIDENT: empty.replace("status: resolved", "status: closed")})
    assert rules(found(repo, base)) == ["incident-section"]


def test_the_table_of_the_base_holds_against_the_one_of_the_change(repo: Repo) -> None:
    base = repo.commit({TABLE: SHIPPED, "x": ""})
    lax = SHIPPED.replace("respond_within: 1 hour", "respond_within: 9 hours")
    late = declared().replace("status: declared", "status: mitigating")
    late = late.replace("acknowledged:", "acknowledged: 2027-01-31T16:00:00Z")
    repo.commit({TABLE: lax, INCIDENT: late})
    assert rules(found(repo, base)) == ["late-acknowledgement"]


def test_a_stricter_table_holds_once_it_is_merged(repo: Repo) -> None:
    strict = SHIPPED.replace("respond_within: 1 hour", "respond_within: 20 minutes")
    base = repo.commit({TABLE: strict})
    late = declared().replace("status: declared", "status: mitigating")
    repo.commit({INCIDENT: late.replace("acknowledged:", "acknowledged: 2027-01-31T14:30:00Z")})
    assert rules(found(repo, base)) == ["late-acknowledgement"]


def test_a_change_that_brings_the_first_table_is_judged_by_the_one_that_ships(repo: Repo) -> None:
    base = repo.commit({"x": ""})
    repo.commit({TABLE: SHIPPED.replace("  P0:", "  SEV0:"), INCIDENT: declared()})
    assert rules(found(repo, base)) == ["severity-table"]
    repo.commit({TABLE: SHIPPED.replace("15 minutes", "9 minutes")})
    assert rules(found(repo, base)) == []


def test_a_broken_table_is_found_at_its_line_and_blocks_until_it_is_mended(repo: Repo) -> None:
    base = repo.commit({TABLE: SHIPPED, INCIDENT: declared()})
    broken = repo.commit({TABLE: SHIPPED.replace("15 minutes", "soon", 1)})
    (finding,) = [each for each in found(repo, base) if each.blocking]
    assert finding.rule == "documents/severity-table"
    assert finding.path == TABLE
    assert "soon" in SHIPPED.replace("15 minutes", "soon", 1).split("\n")[finding.line - 1]
    repo.commit({TABLE: SHIPPED})
    assert rules(found(repo, broken)) == []


def test_an_old_build_does_not_turn_red_by_itself(repo: Repo) -> None:
    base = repo.commit({INCIDENT: resolved(), "other": "a"})
    repo.commit({"other": "b"})
    years = MIDNIGHT + timedelta(days=999)
    assert rules(found(repo, base, years)) == []


def test_a_touched_incident_is_asked_for_its_post_mortem_when_the_time_is_over(repo: Repo) -> None:
    base = repo.commit({INCIDENT: resolved()})
    repo.commit({INCIDENT: resolved().replace("tenth", "ninth")})
    limit = at("16:00") + timedelta(hours=48)
    assert rules(found(repo, base, limit)) == []
    assert rules(found(repo, base, limit + timedelta(seconds=1))) == ["no-post-mortem"]


def test_a_post_mortem_that_is_owed_is_not_deleted(repo: Repo) -> None:
    base = repo.commit({INCIDENT: resolved(), POST_MORTEM: post_mortem()})
    repo.git("rm", "--quiet", POST_MORTEM)
    repo.commit()
    late = at("16:00") + timedelta(hours=49)
    assert "no-post-mortem" in rules(found(repo, base, late))


def test_status_goes_by_the_clock_that_the_engine_is_given(repo: Repo) -> None:
    repo.commit({INCIDENT: resolved(), POST_MORTEM: post_mortem()})
    desk = incidents.desk(Request(folder=repo.path, environ=repo.environ))
    due = datetime(2027, 2, 28, 23, 59, tzinfo=UTC)
    assert incidents.late(desk, due) == ()
    (late,) = incidents.late(desk, due + timedelta(minutes=1))
    assert isinstance(late, Overdue)
    assert late.id == "A2"


def test_other_folders_of_the_settings_are_used(repo: Repo) -> None:
    settings = (
        "version: 1\ndocuments:\n  incidents: {folder: inc}\n  post_mortems: {folder: inc/pm}\n"
    )
    base = repo.commit({".qgate.yml": settings})
    ran = repo.call(
        "new-incident", "X", "--severity", "P1", "--started", "2026-01-31T14:00Z",
        "--detected", "2026-01-31T14:00Z",
    )  # fmt: skip
    assert ran.out == "inc/INC-20260131-x.md\n", ran.err
    for verb in ("ack", "mitigate", "resolve"):
        assert repo.call("incident", verb, "x", "--at", "2026-01-31T14:05Z").code == 0
    assert repo.call("new-postmortem", "x").out == "inc/pm/PM-INC-20260131-x.md\n"
    assert '../INC-20260131-x.md"' in (repo.path / "inc/pm/PM-INC-20260131-x.md").read_text("utf-8")
    now = datetime.now(UTC)
    assert rules(found(repo, base, now)) == []
