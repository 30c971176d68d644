"""What counts as a tick, and when it contradicts a gate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.checklist.template import Item
from qgate.documents.checklist.ticks import Answer, Tick, contradictions, ticks
from qgate.parse.markdown import parse


def one(text: str) -> Tick:
    (tick,) = ticks(parse(text).tasks)
    return tick


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("- [ ] It works.", Answer.OPEN, ""),
        ("- [x] It works.", Answer.DONE, ""),
        ("* [X] It works.", Answer.DONE, ""),
        ("- [ ] ~~It works.~~ N/A: there is none.", Answer.NOT_APPLICABLE, "there is none."),
        ("- [x] N/A: there is none", Answer.NOT_APPLICABLE, "there is none"),
        ("- [x] n/a - there is none", Answer.NOT_APPLICABLE, "there is none"),
        ("- [ ] N/A (no interface)", Answer.NOT_APPLICABLE, "no interface"),
        ("- [x] Not applicable: no interface", Answer.NOT_APPLICABLE, "no interface"),
        ("- [x] N/A:\n  there is none", Answer.NOT_APPLICABLE, "there is none"),
        ("- [x] Not applicable licences are gone.", Answer.DONE, ""),
        ("- [x] N/Awesome", Answer.DONE, ""),
        ("- [x] Nothing is N/A: all of it.", Answer.DONE, ""),
    ],
)
def test_a_box_is_open_done_or_does_not_apply(text: str, answer: Answer, reason: str) -> None:
    tick = one(text)
    assert (tick.answer, tick.reason) == (answer, reason)
    assert not tick.lacks_reason


@pytest.mark.parametrize(
    "text",
    [
        "- [x] N/A",
        "- [x] N/A:",
        "- [x] N/A: -",
        "- [x] N/A: n/a",
        "- [x] N/A: TODO",
        "- [ ] ~~It works.~~",
        "- [x] ~~It works.~~ N/A",
        "- [ ] ~~It works.~~ N/A: none",
        "- [x] N/A: <!-- a reason that nobody sees -->",
        "- [x] N/A: 42",
    ],
)
def test_what_does_not_apply_needs_a_reason(text: str) -> None:
    assert one(text).lacks_reason


def test_the_id_stands_in_a_comment_and_the_text_stays() -> None:
    tick = one("- [x] It works. <!-- item: immediate/works -->")
    assert (tick.item, tick.text, tick.line) == ("immediate/works", "It works.", 1)
    assert one("- [x] It works. <!-- else -->").item == ""
    assert one("- [ ] ~~It works.~~ N/A: no. <!-- item: a -->").text == "It works."


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [x] It works. <!-- item: a -->\n```",
        "<!--\n- [x] It works.\n-->",
        "`- [x] It works.`",
        "    - [x] It works.",
        "- [x]It works.",
        "[x] It works.",
    ],
)
def test_ticks_in_fences_comments_and_text_do_not_count(text: str) -> None:
    assert ticks(parse(text).tasks) == ()


ITEMS = (Item("tests", "Tests.", "coverage"), Item("style", "Style.", "lint"), Item("a", "A."))
LIST = parse("- [x] T <!-- item: tests -->\n- [ ] S <!-- item: style -->\n- [x] A <!-- item: a -->")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"coverage": True, "lint": True}, []),
        ({"coverage": False}, [("tests", "coverage", 1)]),
        ({"lint": False}, []),
        ({"audit": False}, []),
    ],
)
def test_a_tick_that_a_gate_contradicts_is_told(
    answers: dict[str, bool], expected: list[tuple[str, str, int]]
) -> None:
    found = contradictions(ITEMS, ticks(LIST.tasks), answers)
    assert [(each.tick.item, each.gate, each.tick.line) for each in found] == expected


def test_an_item_that_is_said_not_to_apply_is_contradicted_too() -> None:
    boxes = ticks(parse("- [x] N/A: no code <!-- item: tests -->").tasks)
    assert len(list(contradictions(ITEMS, boxes, {"coverage": False}))) == 1


@given(st.text(alphabet="-[x] ~N/A:\n<!em`", max_size=60))
def test_any_text_gives_ticks_on_its_lines(text: str) -> None:
    for tick in ticks(parse(text).tasks):
        assert 1 <= tick.line <= text.count("\n") + 1
        assert not tick.reason or tick.answer is Answer.NOT_APPLICABLE
