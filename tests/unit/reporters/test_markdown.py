"""Pages for people: the little that matters first, and never more than GitHub takes."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.report import LeftOut, Report
from qgate.model.reviewers import Plan
from qgate.reporters import comment, markdown, reviewers_markdown, summary
from qgate.reporters.budget import Block, Row, fitted, rows, utf8, utf16
from qgate.reporters.comment import MARKER
from qgate.reporters.markdown_text import cell, code, prose
from tests.support import report_samples as samples
from tests.support.report_samples import (
    AUDIT,
    COVERAGE,
    FAILED,
    LINT,
    NO_BASE,
    NO_GATE,
    PASSED,
    a_report,
    large,
    miss,
)
from tests.unit.parse.damage import BRIEF
from tests.unit.reporters import reading

# Texts.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, and (more)", "plain words, and (more)"),
        ("`json` imported but unused", "`json` imported but unused"),
        ("ask @octocat about #12", "ask `@octocat` about `#12`"),
        ("see https://x.example/a_b", "see `https://x.example/a_b`"),
        ("`a`@b", "`a@b`"),
        ("a_b * c", r"a\_b \* c"),
        ("a|b <c> &amp;", "a|b &#60;c&#62; &#38;amp;"),
        ("- item", r"\- item"),
        ("1. one", r"1\. one"),
        ("1.5 is more", "1.5 is more"),
        ("one\ntwo", "one<br>two"),
        ("a ` b", "a &#96; b"),
        ("", ""),
    ],
)
def test_a_sentence_stays_readable(text: str, shown: str) -> None:
    assert prose(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.py", "`a.py`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a``b`", "``` a``b` ```"),
        ("a\nb", "`a b`"),
        ("", ""),
    ],
)
def test_code_has_a_fence_that_its_text_cannot_close(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_bar_ends_no_cell() -> None:
    table = f"| a |\n|---|\n| {cell(code('x|y'))} |\n"
    assert reading.markdown(table).text.split() == ["a", "x|y"]


def test_a_long_text_is_cut() -> None:
    assert prose("x" * 600) == "x" * 499 + "…"


# What a page says.


def test_the_verdict_comes_first_then_the_gates_the_worst_first() -> None:
    lines = markdown.render(FAILED).splitlines()
    assert lines[0] == "### ❌ qgate failed"
    gates = [line.split("|")[2].strip() for line in lines[4:9]]
    assert gates == [
        "**coverage** failed",
        "**lint** failed",
        "**audit** incomplete",
        "**types** passed",
        "**documents** skipped",
    ]


def test_a_page_says_what_to_do_and_what_weakens_the_policy_before_findings() -> None:
    text = markdown.render(FAILED)
    notice = "- ⚠️ `.qgate.yml:4`: this change lowers the threshold (`policy/weakened`)\n"
    places = [text.index(each) for each in (notice, "- **audit**: run it again\n", "src/a.py")]
    assert places == sorted(places)


def test_findings_of_one_message_are_a_row_with_their_lines() -> None:
    row = "| `src/a.py` 3-5, 9 | not covered by any test | `coverage/uncovered` |\n"
    text = markdown.render(FAILED)
    assert row in text
    assert "#### coverage: 4 blocking findings in 1 file\n" in text
    assert "| `src/c.py` 4 | ⚠️ unused (waived) | `lint/F841` |\n" in text


def test_quiet_findings_and_files_left_out_are_counted() -> None:
    text = markdown.render(FAILED)
    assert "Line too long" not in text
    assert "- lint: 1 older finding, not of this change\n" in text
    assert "- coverage: 1 file (`exclude: tests/`)\n" in text


def test_a_page_names_both_ends_and_the_rules_to_look_up() -> None:
    last = markdown.render(FAILED).splitlines()[-1]
    assert f"base `{'a1' * 6}` (merge base of origin/main and HEAD)" in last
    assert "`qgate explain coverage/uncovered audit/timed-out lint/F401`" in last


def test_an_incomplete_gate_says_its_reason_once() -> None:
    text = markdown.render(NO_BASE)
    assert text.startswith("### ❔ qgate incomplete\n")
    assert text.count("pip-audit timed out") == 1
    assert "**audit, lint** incomplete | pip-audit timed out (`audit/timed-out`)" in text


def test_other_problems_of_an_incomplete_gate_are_shown_too() -> None:
    other = samples.finding("audit/not-audited", "b was not audited", "b.txt", blocking=True)
    text = markdown.render(a_report(replace(AUDIT, findings=(*AUDIT.findings, other))))
    assert "| `b.txt` | b was not audited | `audit/not-audited` |\n" in text


def test_without_gates_nothing_passed() -> None:
    assert markdown.render(NO_GATE).startswith("### ❔ qgate incomplete\n\nNo gate ran.\n")


# The comment.


def test_a_comment_begins_with_its_marker_and_folds_a_long_table() -> None:
    gate = replace(COVERAGE, findings=tuple(miss(f"src/{n}.py", 1) for n in range(30)))
    text = comment.render(a_report(gate))
    assert text.startswith(f"{MARKER}\n### ❌ qgate failed\n")
    open_, _, folded = text.partition("<details>")
    assert open_.count("not covered by any test") == 5
    assert folded.startswith("<summary><code>coverage</code>: 25 more</summary>\n\n| where")
    assert folded.count("not covered by any test") == 25


def test_a_short_table_is_not_folded() -> None:
    assert "`src/a.py` 3-5, 9" in comment.render(FAILED).partition("<details>")[0]


def test_what_was_mended_takes_one_line() -> None:
    assert comment.mended(PASSED) == (f"{MARKER}\n✅ qgate passed: nothing is left to mend.\n")


def test_a_plan_for_reviewers_stands_in_summary_and_comment() -> None:
    extra = reviewers_markdown.plan(Plan(files=(), candidates=()))
    for text in (summary.render(FAILED, extra), comment.render(FAILED, extra)):
        assert "\n#### Reviewers\n\nNobody is asked.\n" in text
        assert text.index("#### Reviewers") < text.index("<sub>base")


# Budgets.

WIDE: Final = "\U0001f600 @x <&|`"
BUDGETS: Final[list[tuple[Callable[[Report, str], str], Callable[[str], int], int]]] = [
    (comment.render, lambda text: max(len(text), len(text.encode("utf-16-le")) // 2), 65_000),
    (comment.render, lambda text: len(text.encode()), 262_143),
    (summary.render, lambda text: len(text.encode()), 1_000_000),
]


@pytest.mark.parametrize(("render", "size", "most"), BUDGETS)
@pytest.mark.parametrize("text", ["x" * 100, WIDE * 20], ids=["narrow", "wide"])
def test_a_page_keeps_to_its_budget_and_says_how_many_have_no_room(
    render: Callable[[Report, str], str], size: Callable[[str], int], most: int, text: str
) -> None:
    report = large(8_000 if text[0] == "x" else 4_000, text=text)
    made = render(report, "#### Extra\n\nkept")
    assert size(made) <= most
    assert "#### Extra\n\nkept\n" in made
    assert made.count("<details>") == made.count("</details>") > 0
    assert "has all" in made
    assert made.startswith(MARKER) == (render is comment.render)


@pytest.mark.parametrize("render", [comment.render, summary.render])
def test_what_has_no_room_is_counted_to_the_last(render: Callable[[Report], str]) -> None:
    report = large(6_000, text="y" * 300)
    gates = tuple(replace(gate, left_out=()) for gate in report.gates)
    text = render(replace(report, gates=gates))
    said = re.findall(r"\band ([\d,]+) more \||Without room here: ([\d,]+) more", text)
    more = [int("".join(each).replace(",", "")) for each in said]
    assert len(more) > 1
    assert text.count("y" * 300) + sum(more) == 6_000


def test_every_gate_that_blocks_has_its_worst_in_a_full_comment() -> None:
    text = comment.render(large(6_000, text="x"))
    for gate in ("lint", "coverage"):
        _, found, after = text.partition(f"\n**{gate}**: 2,0")
        assert found
        assert after.split("\n\n")[1].count("| message ") == 5


@pytest.mark.parametrize("render", [comment.render, summary.render])
def test_extra_that_is_too_long_is_left_out_whole_and_that_is_said(
    render: Callable[[Report, str], str],
) -> None:
    text = render(FAILED, "z" * 1_000_001)
    assert "zz" not in text
    assert "Without room here: the plan for reviewers; " in text


def test_a_budget_is_used_to_the_edge() -> None:
    blocks = (Block(worth=0, head="head\n", rows=rows(f"{n}\n" for n in range(10)), tail="t\n"),)
    whole = fitted(blocks, 27, len)
    assert (whole.text.count("\n"), whole.lost) == (12, 0)
    assert len(whole.text) == 27
    cut = fitted(blocks, 26, len)
    # "- and 10 more" could be the last line, and is a character longer.
    assert cut.text == "head\n0\n1\n- and 8 more\nt\n"
    assert len(cut.text) == 24
    assert fitted(blocks, 23, len).text == "head\n0\n- and 9 more\nt\n"
    assert fitted(blocks, 22, len).text == ""
    assert fitted(blocks, 22, len).lost == 10


def test_blocks_of_one_worth_share_and_the_least_goes_first() -> None:
    long = rows("12345678\n" for _ in range(10))
    blocks = tuple(Block(worth=worth, head=f"{worth}\n", rows=long) for worth in (1, 0, 0))
    made = fitted(blocks, 82, len)
    assert made.text.startswith("0\n")
    first, second = made.text.split("0\n")[1:]
    assert (first.count("8\n"), second.count("8\n")) == (2, 3)
    assert made.lost == 10


@BRIEF
@given(
    st.lists(
        st.builds(
            Block,
            worth=st.integers(0, 3),
            head=st.text("h\U0001f600", max_size=9),
            rows=st.lists(st.text("r\U0001f600", min_size=1, max_size=9)).map(rows),
            tail=st.text("t", max_size=3),
        ),
        max_size=6,
    ),
    st.integers(0, 120),
    st.sampled_from([utf8, utf16, len]),
)
def test_no_page_is_larger_than_its_room(
    blocks: list[Block], room: int, size: Callable[[str], int]
) -> None:
    assert size(fitted(blocks, room, size).text) <= room


def test_sizes_count_as_github_does() -> None:
    assert (utf16("aé\U0001f600"), utf8("aé\U0001f600")) == (4, 7)


def test_rows_are_made_only_where_there_is_room() -> None:
    made: list[int] = []

    def row(number: int) -> Row:
        def text() -> str:
            made.append(number)
            return "x" * 10

        return Row(text=text)

    fitted((Block(worth=0, head="", rows=tuple(map(row, range(1000)))),), 100, len)
    assert len(made) < 20


@pytest.mark.parametrize("render", [markdown.render, summary.render, comment.render])
def test_a_report_with_many_gates_and_long_texts_keeps_its_verdict(
    render: Callable[[Report], str],
) -> None:
    gates = tuple(
        replace(
            LINT, name=f"g{n}", summary=f"{n} " + "&" * 5000, hint=f"{n} " + "|" * 5000,
            left_out=tuple(LeftOut(path="x", rule=f"{m} " + "<" * 400) for m in range(20)),
        )
        for n in range(100)
    )  # fmt: skip
    text = render(a_report(*gates, notes=("&" * 9000,) * 100))
    assert "### ❌ qgate failed\n" in text
    if render is comment.render:
        assert utf16(text) <= comment.MOST_CHARACTERS
