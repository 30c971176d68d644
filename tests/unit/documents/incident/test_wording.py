"""Text from people inside of a document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.incident.wording import cell, heading, one_line, paragraph
from qgate.parse.markdown import Block, BlockKind, parse

TEXT = st.text() | st.text(alphabet="#<>!-`*_[]()\\|&amp; \n1.=~:{}a\"'\u2028\u0085\ud800\ufeff")


def only_block(text: str) -> Block:
    (block,) = parse(text).blocks
    return block


@given(TEXT)
def test_one_line_has_no_break_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8").decode("utf-8") == line
    assert one_line(line) == line


@given(TEXT)
def test_a_heading_is_drawn_as_the_text(text: str) -> None:
    line = one_line(text)
    if not line:
        return
    block = only_block(f"# {heading(text)}\n")
    assert block.kind is BlockKind.HEADING
    assert block.level == 1
    assert block.plain == line
    assert not block.comments
    assert not block.links


@given(TEXT, TEXT)
def test_a_cell_stays_a_cell(one: str, other: str) -> None:
    table = parse(f"| a | b |\n|---|---|\n| {cell(one)} | {cell(other)} |\n| x | y |\n")
    assert [block.kind for block in table.blocks] == [BlockKind.ROW] * 3
    # Two bars in a cell would push the second out of the table.
    assert table.blocks[1].cells == tuple(cell(each).replace(r"\|", "|") for each in (one, other))
    assert table.blocks[2].cells == ("x", "y")
    assert not table.blocks[1].comments


@given(TEXT)
def test_a_paragraph_is_one_paragraph(text: str) -> None:
    if not one_line(text):
        assert paragraph(text) == ""
        return
    blocks = parse(f"## A\n\n{paragraph(text)}\n\n## B\n").blocks
    assert [block.kind for block in blocks] == [
        *(BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.HEADING)
    ]
    assert not blocks[1].comments


@pytest.mark.parametrize("text", ["plain words", "a_b, 5 * 3", "see [x](https://example.com)"])
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert paragraph(text) == text
    assert cell(text) == text
