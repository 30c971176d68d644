"""The gate `checklist` on an event, with the lists that a real base has."""

import json
from pathlib import Path
from typing import Final

import pytest

from qgate.documents.checklist import pull_request, template
from qgate.engine import checklist_gate
from qgate.engine.prepare import prepared
from qgate.engine.request import Request
from qgate.model.report import GateResult, Outcome
from qgate.system import ci
from tests.support.repo import Repo

OWN: Final = ".qgate/rules/checklists/own.yml"
ITEMS: Final = "title: Own\nsections: [{title: S, items: [{id: a, text: A.}, {id: b, text: B.}]}]\n"
SHORTER: Final = "title: Own\nsections: [{title: S, items: [{id: a, text: A.}]}]\n"
SETTINGS: Final = "gates: {checklist: {list: own}}\n"
A_DONE: Final = "- [x] A. <!-- item: a -->\r\n"


@pytest.fixture
def change(repo: Repo) -> Repo:
    """A base that asks for a list, and a branch from it."""
    repo.commit({".qgate.yml": SETTINGS, OWN: ITEMS})
    repo.git("checkout", "--quiet", "-b", "topic")
    return repo


def judged(
    repo: Repo, tmp_path: Path, body: str | None, *, is_draft: bool = False, name: str = ""
) -> GateResult | None:
    """What the gate says of the branch in a run for its pull request, or for another event."""
    base, head = repo.git("rev-parse", "main"), repo.git("rev-parse", "HEAD")
    pull = {"base": {"sha": base}, "head": {"sha": head}, "body": body, "draft": is_draft}
    payload = {"merge_group": {"base_sha": base}} if name else {"pull_request": pull}
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload), "utf-8")
    environ = {
        **repo.environ,
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name or "pull_request",
        "GITHUB_EVENT_PATH": str(event),
    }
    with prepared(Request(folder=repo.path, environ=environ)) as ready:
        context = ready.readable()
        facts = ci.read_facts(environ)
        return checklist_gate.of_event(
            context.settings,
            checklist_gate.policy(context),
            facts.body,
            (),
            is_draft=facts.is_draft,
        )


def outcome(result: GateResult | None) -> tuple[Outcome, str]:
    assert result is not None
    return result.outcome, result.reason


def test_the_body_of_the_event_is_judged_by_the_list_of_the_base(
    change: Repo, tmp_path: Path
) -> None:
    change.commit({"x.txt": "x\n"})
    text = pull_request.text(template.read(ITEMS.encode(), "own"))
    assert outcome(judged(change, tmp_path, text)) == (Outcome.FAILED, "unanswered")
    assert outcome(judged(change, tmp_path, text.replace("[ ]", "[x]")))[0] is Outcome.PASSED
    assert outcome(judged(change, tmp_path, None)) == (Outcome.FAILED, "no-list")
    assert outcome(judged(change, tmp_path, text, is_draft=True)) == (Outcome.SKIPPED, "draft")
    assert judged(change, tmp_path, None, name="merge_group") is None


@pytest.mark.parametrize(
    "files",
    [
        {OWN: SHORTER},
        {".qgate.yml": "gates: {checklist: {list: null}}\n"},
        {".qgate.yml": "gates: {checklist: {enabled: false}}\n"},
        {".qgate.yml": "gates: {checklist: {list: mine}}\n", OWN.replace("own", "mine"): SHORTER},
        {OWN.replace("own", "review"): SHORTER, ".qgate.yml": "gates: {checklist: {list: review}}"},
    ],
)
def test_a_change_does_not_make_its_own_list_shorter(
    change: Repo, tmp_path: Path, files: dict[str, str]
) -> None:
    change.commit(files)
    result = judged(change, tmp_path, A_DONE)
    assert outcome(result) == (Outcome.FAILED, "unanswered")
    assert result is not None
    assert [each.rule for each in result.findings] == ["checklist/missing"]


def test_a_change_that_takes_the_list_away_is_judged_by_it(change: Repo, tmp_path: Path) -> None:
    change.git("rm", "--quiet", OWN)
    change.commit()
    assert outcome(judged(change, tmp_path, A_DONE))[0] is Outcome.FAILED


def test_a_link_in_place_of_a_list_is_none(repo: Repo, tmp_path: Path) -> None:
    repo.write({".qgate.yml": SETTINGS, "elsewhere.yml": SHORTER})
    place = repo.path / OWN
    place.parent.mkdir(parents=True)
    place.symlink_to(repo.path / "elsewhere.yml")
    repo.commit()
    repo.git("checkout", "--quiet", "-b", "topic")
    result = judged(repo, tmp_path, A_DONE)
    assert outcome(result) == (Outcome.INCOMPLETE, "no-template")
    assert result is not None
    assert "no checklist of that name" in result.summary
