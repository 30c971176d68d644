"""The gate `checklist`: a pull request's body against a list and against what gates said."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.config.settings import Settings, build
from qgate.documents.checklist import pull_request, templates
from qgate.documents.checklist.template import Item, Part, Template
from qgate.documents.checklist.ticks import Answer, ticks
from qgate.engine.publish import checklist
from qgate.gates.checklist import gate
from qgate.model.pull_request import Account, PullRequest
from qgate.model.report import GateResult, Level, Outcome
from qgate.parse.markdown import parse
from tests.unit.parse.damage import BRIEF

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCOMPLETE, SKIPPED = Outcome.INCOMPLETE, Outcome.SKIPPED
LIST: Final = Template(
    "short",
    "Short",
    "",
    (Part("Part", (Item("works", "It works."), Item("style", "It has style.", "lint"))),),
)
BOTH: Final = "- [x] It works. <!-- item: works -->\n- [x] It has style. <!-- item: style -->\n"
OWN: Final = ".qgate/rules/checklists/own.yml"
OWN_TEXT: Final = (
    b"title: O\nsections: [{title: S, items: [{id: a, text: A.}, {id: b, text: B.}]}]\n"
)


def judged(
    body: str,
    answers: Mapping[str, Outcome] | None = None,
    template: Template = LIST,
) -> GateResult:
    return gate.judged(body, template, answers or {})


def works(line: str) -> str:
    """A body with this for the first item, and the second one done."""
    return f"{line} <!-- item: works -->\n{BOTH.splitlines()[1]}\n"


def style(box: str) -> str:
    """A body whose first item is done, and this for the one that a gate answers."""
    return f"{BOTH.splitlines()[0]}\n{box} <!-- item: style -->\n"


def rules(result: GateResult) -> list[str]:
    return [each.rule.removeprefix("checklist/") for each in result.findings]


def test_a_body_with_every_item_answered_passes() -> None:
    result = judged(BOTH)
    assert (result.name, result.outcome, result.reason) == ("checklist", PASSED, "answered")
    assert result.summary == "2 of 2 items of the list short are answered"
    assert result.metrics == {"items": 2, "answered": 2, "by_gates": 0}
    assert result.findings == ()


def test_the_line_ends_of_a_browser_change_nothing() -> None:
    result = judged(f"Hello.\r\n\r\n{BOTH}".replace("\n", "\r\n"))
    assert result.outcome is PASSED
    (finding,) = judged("Hello.\r\n\r\n" + works("- [ ] It works.")).findings
    assert "on line 3 is open" in finding.message


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("- [ ] It works.", "open"),
        ("- [ ] ~~It works.~~", "without-reason"),
        ("- [x] N/A: none", "without-reason"),
        ("* nothing here", "missing"),
        ("`- [x]` It works.", "missing"),
        ("<!-- not seen\n- [x] It works. -->", "missing"),
        ("- [x] It works. <!-- item: other -->", "missing"),
    ],
)
def test_what_is_no_answer_fails(line: str, rule: str) -> None:
    result = judged(works(line))
    assert (result.outcome, result.reason) == (FAILED, "unanswered")
    assert rules(result) == [rule]
    assert "works" in result.findings[0].message
    assert result.findings[0].blocking
    assert (result.findings[0].path, result.findings[0].line) == ("", 0)
    assert result.metrics["answered"] == 1


@pytest.mark.parametrize("fence", ["```\n{}```\n", "<!--\n{}-->\n", "~~~\n{}", "<!--\n\n{}"])
def test_boxes_in_fences_and_comments_are_none(fence: str) -> None:
    hidden = fence.format(BOTH.splitlines(keepends=True)[0])
    assert rules(judged(f"{BOTH.splitlines()[1]}\n\n{hidden}")) == ["missing"]
    assert rules(judged(hidden)) == ["no-list"]


@pytest.mark.parametrize(
    "line",
    ["- [ ] ~~It works.~~ N/A: only a text changed.", "- [x] N/A: only a text", "* [X] It works."],
)
def test_every_way_to_answer_passes(line: str) -> None:
    assert judged(works(line)).outcome is PASSED


def test_two_answers_that_differ_are_none_and_the_lines_are_named() -> None:
    result = judged(f"{BOTH}\n- [ ] It works. <!-- item: works -->\n")
    assert rules(result) == ["answered-twice"]
    assert "line 1 done, line 4 open" in result.findings[0].message


def test_the_same_answer_twice_is_one() -> None:
    assert judged(BOTH + "\n" + BOTH).outcome is PASSED


def test_of_two_that_do_not_apply_each_needs_its_reason() -> None:
    boxes = "- [x] N/A: no code <!-- item: works -->\n- [x] N/A <!-- item: works -->\n"
    assert rules(judged(boxes + BOTH.splitlines()[1])) == ["without-reason"]


def test_items_of_other_lists_and_boxes_without_one_are_nobodys_business() -> None:
    result = judged(f"{BOTH}- [ ] Mine.\n- [ ] Else. <!-- item: else -->\n")
    assert (result.outcome, result.findings) == (PASSED, ())


def test_other_words_than_the_list_has_are_told_and_pass() -> None:
    result = judged(works("- [x] I did not look."))
    assert (result.outcome, rules(result)) == (PASSED, ["reworded"])
    assert (result.findings[0].level, result.findings[0].blocking) == (Level.WARNING, False)


# What gates say beside the boxes ---------------------------------------------------------------

OPEN, DONE, NOT_APPLICABLE = "- [ ] It has style.", "- [x] It has style.", "- [x] N/A: no code"


@pytest.mark.parametrize(
    ("outcome", "box", "expected"),
    [
        (PASSED, OPEN, []),
        (PASSED, DONE, []),
        (PASSED, NOT_APPLICABLE, []),
        (FAILED, OPEN, ["open"]),
        (FAILED, DONE, ["contradiction"]),
        (FAILED, NOT_APPLICABLE, ["contradiction"]),
        (INCOMPLETE, OPEN, ["open"]),
        (INCOMPLETE, DONE, []),
        (SKIPPED, OPEN, ["open"]),
        (SKIPPED, NOT_APPLICABLE, []),
        (None, OPEN, ["open"]),
        (None, DONE, []),
    ],
)
def test_a_gate_that_answers_an_item_stands_beside_the_box(
    outcome: Outcome | None, box: str, expected: list[str]
) -> None:
    result = judged(style(box), {"lint": outcome} if outcome else {})
    assert rules(result) == expected
    assert result.outcome is (FAILED if expected else PASSED)


def test_the_message_says_what_the_gate_did() -> None:
    for outcome, words in [
        (FAILED, "the gate lint failed"),
        (INCOMPLETE, "the gate lint could not judge"),
        (SKIPPED, "the gate lint did not run"),
    ]:
        (finding,) = judged(style(OPEN), {"lint": outcome}).findings
        assert words in finding.message
    assert "the gate lint is not known" in judged(style(OPEN)).findings[0].message


def test_another_gate_says_nothing_of_an_item() -> None:
    assert rules(judged(style(OPEN), {"types": PASSED, "": PASSED})) == ["open"]
    assert rules(judged(works("- [ ] It works."), {"": PASSED})) == ["open"]


def test_an_item_that_a_gate_answered_must_still_be_there_and_not_contradict_itself() -> None:
    assert rules(judged(BOTH.splitlines()[0], {"lint": PASSED})) == ["missing"]
    twice = style(OPEN) + f"{DONE} <!-- item: style -->\n"
    assert rules(judged(twice, {"lint": PASSED})) == ["answered-twice"]


def test_it_is_counted_what_gates_answered() -> None:
    assert judged(style(OPEN), {"lint": PASSED}).metrics["by_gates"] == 1


# Without a list --------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", " \r\n", "Mends it.", "<!--\n" + BOTH, "- [ ] else\n"])
def test_a_body_without_the_list_has_one_finding_that_counts(body: str) -> None:
    result = judged(body, template=_review())
    assert (result.outcome, result.reason, rules(result)) == (FAILED, "no-list", ["no-list"])
    assert "none of 24 items of review" in result.summary
    assert "pull_request_template.md" in result.hint


def test_a_gate_that_passed_does_not_stand_for_a_list_that_is_not_there() -> None:
    assert judged("", {"lint": PASSED, "audit": PASSED, "coverage": PASSED}).outcome is FAILED


# Whose list it is ------------------------------------------------------------------------------


def run(
    name: str, policy: Mapping[str, bytes], body: str = "", *, is_draft: bool = False
) -> GateResult:
    return gate.run(body, name, policy, {}, is_draft=is_draft)


@pytest.mark.parametrize("name", ["own", "Review", "../review", ""])
def test_a_name_without_a_list_is_incomplete(name: str) -> None:
    result = run(name, {})
    assert (result.outcome, result.reason, rules(result)) == (
        INCOMPLETE,
        "no-template",
        ["no-template"],
    )
    assert "review" in result.hint


def test_a_list_that_cannot_be_read_is_incomplete_and_says_where() -> None:
    result = run("own", {OWN: b"title: O\nsections: 7\n"})
    assert (result.outcome, result.reason) == (INCOMPLETE, "no-template")
    assert f"{OWN}:2:1" in result.summary


def test_the_list_is_that_of_the_policy() -> None:
    assert run("own", {OWN: OWN_TEXT}).metrics["items"] == 2
    assert run("review", {}).metrics["items"] == 24
    assert run("review", {OWN.replace("own", "review"): OWN_TEXT}).metrics["items"] == 2


def test_a_draft_is_not_judged_yet() -> None:
    assert found(run("own", {OWN: OWN_TEXT}, is_draft=True)) == (SKIPPED, "draft")


# On a pull request ----------------------------------------------------------------------------


def of_pull(body: str, *results: GateResult, **values: object) -> GateResult | None:
    settings: Settings = build({f"gates.checklist.{key}": value for key, value in values.items()})
    pull = PullRequest(
        number=1,
        author=Account(id=1, login="author"),
        body=body,
        base_ref="main",
        head_sha="a" * 40,
        head_owner="org",
        head_ref="topic",
        changed_files=1,
    )
    return checklist.judged(pull, settings, {OWN: OWN_TEXT}, results)


def found(result: GateResult | None) -> tuple[Outcome, str]:
    assert result is not None
    return result.outcome, result.reason


def test_without_a_list_nothing_is_asked() -> None:
    assert of_pull(BOTH) is None


def test_a_pull_request_is_judged_by_the_settings() -> None:
    assert found(of_pull("", list="own")) == (FAILED, "no-list")
    assert found(of_pull("", list="own", enabled=False)) == (SKIPPED, "disabled")


def test_the_results_of_the_other_gates_are_the_answers() -> None:
    body = pull_request.text(_review()).replace("[ ]", "[x]")
    lint = GateResult(name="lint", outcome=FAILED, reason="findings", summary="")
    assert found(of_pull(body, list="review")) == (PASSED, "answered")
    passed = replace(lint, outcome=PASSED)
    for results in [(lint,), (lint, passed), (passed, lint)]:
        result = of_pull(body, *results, list="review")
        assert result is not None
        assert rules(result) == ["contradiction"]
        assert result.hint.startswith("mend what the gate found")


def _review() -> Template:
    template = templates.find("review", {})
    assert template is not None
    return template


# The text of a pull request --------------------------------------------------------------------


@pytest.mark.parametrize("name", templates.names({}))
def test_the_text_of_a_list_has_every_item_open_and_ticked_it_passes(name: str) -> None:
    template = templates.find(name, {})
    assert template is not None
    text = pull_request.text(template)
    assert [(each.item, each.answer) for each in ticks(parse(text).tasks)] == [
        (item.id, Answer.OPEN) for item in template.items
    ]
    opened = judged(text, template=template)
    assert rules(opened) == ["open"] * len(template.items)
    ticked = judged(text.replace("- [ ]", "- [x]"), template=template)
    assert (ticked.outcome, ticked.findings) == (PASSED, ())


def test_the_text_says_which_gate_answers_an_item() -> None:
    text = pull_request.text(_review())
    (line,) = (line for line in text.splitlines() if "item: standards" in line)
    assert line == (
        "- [ ] It follows our coding standards. (answered by the gate `lint`) "
        "<!-- item: standards -->"
    )
    assert text.startswith("## Code review\n\nWhat a reviewer")
    assert "### Security\n" in text


# Hostile bodies --------------------------------------------------------------------------------

IDS: Final = [item.id for item in LIST.items]
LINES: Final = st.sampled_from(
    [
        *(*BOTH.splitlines(), *(f"- [ ] N/A <!-- item: {each} -->" for each in IDS)),
        *("```", "<!--", "-->", "", "> ", "    ", "- [x] else", "~~", "`", "N/A: x"),
    ]
)


@BRIEF
@given(st.lists(LINES, max_size=12))
def test_a_body_passes_only_if_every_item_has_a_box_that_is_an_answer(lines: list[str]) -> None:
    body = "\n".join(lines)
    result = judged(body)
    said = {tick.item: tick for tick in ticks(parse(body).tasks) if tick.answer is not Answer.OPEN}
    if result.outcome is PASSED:
        assert set(IDS) <= set(said)
        assert not any(said[each].lacks_reason for each in IDS)
    else:
        assert any(each.blocking for each in result.findings)


@pytest.mark.parametrize(
    "unit",
    ["- [x] It works. <!-- item: works -->\n", "- [ ] a\n", "<!--", "> ", "[", "[a]: b\n", "\0"],
)
def test_the_time_for_a_long_body_grows_no_faster_than_its_square(unit: str) -> None:
    def seconds(length: int) -> float:
        body = (unit * (length // len(unit) + 1))[:length]
        begin = time.process_time()
        assert judged(body).outcome is FAILED
        return time.process_time() - begin

    # Four times as long for twice the length, and room for a noisy machine.
    assert seconds(16_384) < 12 * max(seconds(8_192), 0.02)


def test_a_body_that_is_longer_than_any_is_not_read() -> None:
    assert judged(f"{BOTH:65536}").outcome is PASSED
    result = judged(f"{BOTH:65537}")
    assert (result.outcome, result.reason, rules(result)) == (INCOMPLETE, "too-long", ["too-long"])


def test_nothing_that_a_body_says_is_repeated() -> None:
    text = "@everyone ::error::<script>\x1b[31m\u202e"
    result = judged(f"{text}\n\n- [x] {text} <!-- item: works -->\n- [ ] N/A <!-- item: style -->")
    said = " ".join((result.summary, result.hint, *(each.message for each in result.findings)))
    assert rules(result) == ["reworded", "without-reason"]
    assert not any(word in said for word in ("everyone", "::", "script", "\x1b", "\u202e"))
