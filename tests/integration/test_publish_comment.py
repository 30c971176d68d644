"""The one comment of the publisher, and what must never live in it."""

import json
from dataclasses import replace
from typing import Final

import pytest

from qgate.cli import publish
from qgate.engine.publish import start
from qgate.model.report import Finding, GateResult, Level, Outcome
from qgate.reporters import json_v1
from qgate.reporters.comment import MARKER
from tests.support.github import build, faults, github
from tests.support.publishing import (
    RULES,
    content,
    gate,
    judged_content,
    published,
    started,
    statuses,
)


def test_a_change_that_passes_gets_a_status_and_no_comment() -> None:
    state, pull = started()
    judged_content(state, pull)
    with github(state) as double:
        found = published(double)
    assert found.report.verdict is Outcome.PASSED
    assert found.is_stated
    assert statuses(double) == [("success", pull.head_sha)]
    assert state.statuses[0].context == "qgate"
    assert pull.comments == []


def test_a_failure_is_commented_once_edited_in_place_and_one_line_when_mended() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
        (made,) = pull.comments
        assert made.body.startswith(MARKER)
        assert "unused import" in made.body
        published(double)
        assert [each.id for each in pull.comments] == [made.id]
        writes = [(each.method, each.path) for each in double.written]
        assert ("PATCH", f"/repos/org/project/issues/comments/{made.id}") not in writes
        state.runs.clear()
        judged_content(state, pull)
        published(double)
    (after,) = pull.comments
    assert after.id == made.id
    assert after.body.startswith(MARKER)
    assert "unused import" not in after.body
    assert len(after.body.strip().splitlines()) <= 2
    assert [each.state for each in state.statuses] == ["failure", "failure", "success"]


def test_surplus_comments_of_ours_are_deleted_and_strangers_markers_are_left_alone() -> None:
    state, pull = started()
    theirs = build.comment(state, pull, "dave", f"{MARKER}\nI am qgate")
    ours = [build.comment(state, pull, build.BOT, f"{MARKER}\nold {i}") for i in range(3)]
    for index in range(120):
        build.comment(state, pull, "erin", f"talk {index}")
    late = build.comment(state, pull, build.BOT, f"{MARKER}\nlate")
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    left = {each.id: each.body for each in pull.comments}
    assert theirs.id in left
    assert left[theirs.id].endswith("I am qgate")
    assert "unused import" in left[ours[0].id]
    assert not {each.id for each in (*ours[1:], late)} & set(left)


def test_what_another_bot_repeats_is_neither_edited_nor_deleted() -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    for login in ("echo[bot]", build.BOT):
        build.add_user(state, login).type = "Bot"
        build.comment(state, pull, login, f"{MARKER}\nmine")
    with github(state) as double:
        published(double)
    echoed, ours = pull.comments
    assert echoed.body == f"{MARKER}\nmine"
    assert "lint/F401" in ours.body


def test_an_apps_token_knows_its_own_comment_again() -> None:
    state, pull = started()
    app = build.add_user(state, "helper[bot]")
    app.type = "Bot"
    state.token.login = app.login
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
        published(double)
    assert [each.login for each in pull.comments] == ["helper[bot]"]


@pytest.mark.parametrize(
    "fault", [faults.rejected(), faults.broken(), faults.broken(does=True), faults.reset()]
)
def test_a_comment_that_fails_leaves_the_status_standing(fault: faults.Fault) -> None:
    state, pull = started()
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        double.fail("POST", "/comments$", fault)
        found = published(double)
        assert [each.state for each in state.statuses] == ["failure"]
        assert any("no comment is written" in note for note in found.report.notes)
        published(double)
    assert len(pull.comments) == 1


# Invariant 8: output is inert.


def test_words_of_strangers_are_inert_in_comment_status_and_notes() -> None:
    state, pull = started()
    nasty = "@org/everyone <img src=x onerror=y> ::error::x \x1b[31m \u202e `a` | [x](http://y)"
    bad = Finding(rule="lint/x", message=nasty, path="a.py", line=1, blocking=True)
    summary = f"summary {nasty}"
    red = GateResult(
        name="lint", outcome=Outcome.FAILED, reason="x", summary=summary, findings=(bad,)
    )
    judged_content(state, pull, content(gates=(red,)), conclusion="failure")
    with github(state) as double:
        published(double)
    body = pull.comments[0].body
    assert "<img" not in body
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert "\x1b" not in (state.statuses[0].description or "")


def test_a_rule_of_a_hostile_report_is_no_command_in_the_log() -> None:
    state, pull = started()
    nasty = "lint/x\r::add-mask::a\x1b[31m"
    bad = Finding(rule="lint/x", message="m", path="a.py", line=1, blocking=True)
    red = GateResult(name="lint", outcome=Outcome.FAILED, reason="x", summary="s", findings=(bad,))
    odd = replace(red, name="types", outcome=Outcome.INCOMPLETE)
    text = json_v1.render(content(gates=(red, odd))).replace('"lint/x"', json.dumps(nasty))
    judged_content(state, pull, text.encode(), conclusion="failure")
    with github(state) as double:
        found = published(double)
    assert any(each.rule == nasty for each in gate(found, "lint").findings)
    log = publish.text(start.Done(published=(found,)))
    assert not {"\r", "\x1b"} & {*log, *(state.statuses[0].description or "")}


TEMPLATES: Final = {
    "walking": "{{ comment.__class__.__mro__ }}",
    "calling": "{{ comment.upper() }}",
    "endless": "{% for a in range(9) %}{% endfor %}",
    "too long": "{{ comment }}" * 2000,
    "too long in UTF-16": "\U0001f600" * 40_000,
    "syntax": "{{ comment",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_a_hostile_template_is_left_out_and_said_to_be(template: str) -> None:
    state, pull = started({".qgate/templates/comment.md": template})
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        found = published(double)
    assert "unused import" in pull.comments[0].body
    assert "__mro__" not in pull.comments[0].body
    assert any("comment.md" in note for note in found.report.notes)


def test_a_template_of_the_base_puts_words_around_the_comment() -> None:
    template = "See the handbook.\n\n{{ comment }}\n\nVerdict {{ verdict }} of {{ number }}.\n"
    state, pull = started({".qgate/templates/comment.md": template})
    state.commits[pull.head_sha][".qgate/templates/comment.md"] = b"all is well\n"
    judged_content(state, pull, content(Outcome.FAILED), conclusion="failure")
    with github(state) as double:
        published(double)
    body = pull.comments[0].body
    assert body.startswith(f"{MARKER}\nSee the handbook.")
    assert body.rstrip().endswith("Verdict failed of 1.")


def test_a_warning_alone_is_worth_a_comment() -> None:
    state, pull = started()
    warning = Finding(rule="policy/weakened", message="laxer", level=Level.WARNING)
    judged_content(state, pull, content(notices=(warning,)))
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["success"]
    assert "laxer" in pull.comments[0].body


def test_who_is_to_be_told_is_mentioned_also_where_all_is_well() -> None:
    state, pull = started({".qgate.yml": "notify:\n  '*': ['@erin', '@org/docs', 'a@b.example']\n"})
    judged_content(state, pull)
    with github(state) as double:
        published(double)
        published(double)
    (made,) = pull.comments
    assert made.body.splitlines()[-1] == "cc @erin @org/docs"
    assert "qgate passed" in made.body
    assert pull.requested_users == []


def test_missing_approvals_alone_are_no_news_and_pending() -> None:
    state, pull = started({".qgate.yml": RULES})
    judged_content(state, pull)
    with github(state) as double:
        published(double)
    assert [each.state for each in state.statuses] == ["pending"]
    assert pull.comments == []
