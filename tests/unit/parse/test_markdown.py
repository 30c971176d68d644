"""Markdown to blocks: what counts, and on which line."""

import time
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgate.parse.markdown import Block, BlockKind, Link, Markdown, anchor, parse

_SIZE: Final = 1 << 13


def headings(markdown: Markdown) -> list[tuple[int, str, int]]:
    """Level, text and line of every heading."""
    return [
        (each.level, each.text, each.line)
        for each in markdown.blocks
        if each.kind is BlockKind.HEADING
    ]


def of_kind(markdown: Markdown, kind: BlockKind) -> list[Block]:
    return [each for each in markdown.blocks if each.kind is kind]


def test_headings_of_both_forms_are_found_with_their_lines() -> None:
    markdown = parse("Title\n=====\n\n## One ##\n\nTwo\nlines\n---\n\n#no\n\n    # code\n")
    assert headings(markdown) == [(1, "Title", 1), (2, "One", 4), (2, "Two\nlines", 6)]
    assert markdown.title is not None
    assert markdown.title.end_line == 2


@pytest.mark.parametrize(
    "text",
    [
        "```\n# no\n- [ ] no\n[no](no)\n```\n",
        "~~~~ md\n# no\n~~~\n- [x] no\n~~~~\n",
        "```\n# no, and the fence never ends\n- [ ] no\n",
        "<!--\n# no\n- [ ] no\n[no](no)\n-->\n",
        "<!-- never ends\n# no\n- [ ] no\n",
        "    # no\n    - [ ] no\n    [no](no)\n",
        "<div>\n# no\n- [ ] no\n[no](no)\n</div>\n",
        "- item\n\n  ```\n  # no\n  - [ ] no\n  [no](no)\n  ```\n",
        "> ```\n> # no\n> [no](no)\n> ```\n",
        "word `# no` and ``[no](no) ` - [ ] no``\n",
        "word <!-- [no](no) --> word\n",
        "word <!--\n[no](no)\n--> word\n",
        "\\[no](no) \\# no\n",
    ],
)
def test_what_stands_in_code_or_comments_does_not_count(text: str) -> None:
    markdown = parse(text)
    assert headings(markdown) == []
    assert markdown.tasks == ()
    assert markdown.links == ()


def test_a_heading_after_code_and_comments_counts_again() -> None:
    markdown = parse("```\n# no\n```\n# yes\n<!--\n# no\n-->\n\n# yes too\n")
    assert headings(markdown) == [(1, "yes", 4), (1, "yes too", 9)]


def test_comments_are_taken_out_of_texts_and_kept() -> None:
    (item,) = parse("- [x] do it <!-- item: a-1 --> now <!--b-->\n").tasks
    assert (item.text, item.comments, item.is_checked) == ("do it  now", ("item: a-1", "b"), True)


def test_a_comment_in_code_stays_a_text() -> None:
    (block,) = parse("`<!-- a -->` and <!-- a -->\n").blocks
    assert (block.text, block.comments) == ("`<!-- a -->` and", ("a",))


@pytest.mark.parametrize("text", ["<!-- a -->", "<!-- a --> \n<!-- b -->", "<!---->", "<!-- a--->"])
def test_comments_alone_say_nothing(text: str) -> None:
    assert not any(each.is_content for each in parse(f"{text}\n").blocks)
    assert not any(each.is_content for each in parse(f"{text}\n\n## a\n").blocks)


@pytest.mark.parametrize("text", ["x <!-- a -->", "<b>a</b>", "<!-- a", "[](a)", "|a|\n|-|\n|b|"])
def test_what_is_more_than_a_comment_says_something(text: str) -> None:
    assert any(each.is_content for each in parse(f"{text}\n").blocks)


def test_items_of_nested_lists_know_their_depth_and_boxes() -> None:
    markdown = parse(
        "- [ ] one\n  - [x] two\n    1. [X] three\n\n       more of three\n- four\n\n"
        "  [ ] no box\n* [ ]\n- [x]no\n- [y] no\n- \\[x] no\n"
    )
    assert [
        (each.line, each.level, each.text, each.is_checked)
        for each in of_kind(markdown, BlockKind.ITEM)
    ] == [
        (1, 1, "one", False),
        (2, 2, "two", True),
        (3, 3, "three", True),
        (6, 1, "four", None),
        (9, 1, "", False),
        (10, 1, "[x]no", None),
        (11, 1, "[y] no", None),
        (12, 1, "\\[x] no", None),
    ]
    assert [each.line for each in of_kind(markdown, BlockKind.PARAGRAPH)] == [5, 8]


def test_the_first_text_of_an_item_is_not_a_later_one() -> None:
    markdown = parse("- ```\n  code\n  ```\n  [ ] after code\n- # heading\n  [x] below it\n")
    assert markdown.tasks == ()
    markdown = parse("- > [ ] quoted\n- - [x] nested\n")
    assert [each.line for each in markdown.tasks] == [2]


def test_tables_give_rows_with_cells() -> None:
    markdown = parse("| a | b |\n|---|:-:|\n| 1 \\| 2 | [x](y) |\n| only |\n\nafter\n")
    rows = of_kind(markdown, BlockKind.ROW)
    assert [(each.line, each.cells, each.is_header) for each in rows] == [
        (1, ("a", "b"), True),
        (3, ("1 | 2", "[x](y)"), False),
        (4, ("only", ""), False),
    ]
    assert markdown.links == (Link("y", 3, "x"),)
    assert markdown.blocks[-1].line == 6


def test_links_of_every_form_are_found_on_their_lines() -> None:
    markdown = parse(
        "A [one](a.md),\n[two][ref] and [ref]\n![three](c.png) <https://d.example>\n\n"
        '[ref]: b.md "title"\n\n# [four](<e f.md>)\n\n- [five\nlines](g.md#h "t") [no]\n'
    )
    assert markdown.links == (
        Link("a.md", 1, "one"),
        Link("b.md", 2, "two"),
        Link("b.md", 2, "ref"),
        Link("c.png", 3, "three", is_image=True),
        Link("https://d.example", 3, "https://d.example"),
        Link("e%20f.md", 7, "four"),
        Link("g.md#h", 9, "five lines"),
    )


@pytest.mark.parametrize(
    "before",
    [
        "word\n",
        "`code\nof two`\n",
        "<!-- two\nlines -->\n",
        "[link\ntext](x\n'title')\n",
        "![alt\ntext](x)\n",
        "hard  \nbreak\\\n",
        "<b\nc='d'>\n",
    ],
)
def test_a_link_after_what_spans_lines_has_the_right_line(before: str) -> None:
    (*_, link) = parse(f"a {before}and [this](target)\n").links
    assert (link.target, link.line) == ("target", 1 + before.count("\n"))


def test_a_link_after_a_box_alone_on_its_line_has_the_right_line() -> None:
    (task,) = parse("- [ ]\n  [this](target)\n").tasks
    assert (task.text, task.links) == ("[this](target)", (Link("target", 2, "this"),))


def test_sections_end_at_the_next_of_their_level_or_higher() -> None:
    markdown = parse(
        "# t\n\n## a\n\ntext\n\n### b\n\n- c\n\n## d\n\n### e\n\n# u\n\n## a\n\nlast\n"
    )
    assert [
        (each.title, each.heading.line, each.end_line, each.is_empty, len(each.blocks))
        for each in markdown.sections
    ] == [
        ("a", 3, 10, False, 3),
        ("b", 7, 10, False, 1),
        ("d", 11, 14, True, 1),
        ("e", 13, 14, True, 0),
        ("a", 17, 19, False, 1),
    ]
    first = markdown.section("A")
    assert first is markdown.sections[0]
    assert markdown.section("b") is None
    assert markdown.section("nothing", "D") is markdown.sections[2]


def test_the_first_line_and_carriage_returns_are_minded() -> None:
    text = "# t\n\n- [ ] a\n\n```sh\nb\n```\n\n[c](d)\n"
    plain, odd = parse(text, 8), parse(text.replace("\n", "\r\n"), 8)
    assert [each.line for each in plain.blocks] == [8, 10, 12, 16]
    assert [each.end_line for each in plain.blocks] == [8, 10, 14, 16]
    assert odd.blocks == plain.blocks
    assert odd.last_line == plain.last_line == 16


def test_fences_tell_their_language_and_content() -> None:
    (fence, code) = parse("``` sh -e \nls\n\n#x\n```\n\n    a\n    b\n").blocks
    assert (fence.info, fence.text, fence.line, fence.end_line) == ("sh -e", "ls\n\n#x\n", 1, 5)
    assert (code.kind, code.info, code.text, code.line) == (BlockKind.FENCE, "", "a\nb\n", 7)


@pytest.mark.parametrize(
    ("heading", "plain", "expected"),
    [
        ("Simple title", "Simple title", "simple-title"),
        ("Use `jq` *now*", "Use jq now", "use-jq-now"),
        ("A _b_ c_d", "A b c_d", "a-b-c_d"),
        ("[text](target) &amp; more", "text & more", "text--more"),
        ("1. What's up?", "1. What's up?", "1-whats-up"),
        ("a \\*b\\*", "a *b*", "a-b"),
        ("Ärger & 100 %", "Ärger & 100 %", "ärger--100-"),
    ],
)
def test_a_heading_is_drawn_and_has_an_anchor(heading: str, plain: str, expected: str) -> None:
    (block,) = parse(f"# {heading}\n").blocks
    assert block.plain == plain
    assert anchor(block.plain) == expected


# Read at once, so that only much of it shows what is looked for again and again.
_QUICK: Final = ("open comments", "open comments in HTML", "instructions", "declarations")
_HOSTILE: Final[dict[str, Callable[[int], str]]] = {
    "open comments": lambda size: "a " + "<!--" * (size // 4),
    "open comments in HTML": lambda size: "<!--" * (size // 4),
    "instructions": lambda size: "a " + "<?" * (size // 2),
    "declarations": lambda size: "a " + "<!A" * (size // 3),
    "CDATA": lambda size: "a " + "<![CDATA[" * (size // 9),
    "open tags": lambda size: "a " + "<a " * (size // 3),
    "brackets": lambda size: "[" * size,
    "images": lambda size: "![" * (size // 2),
    "backticks": lambda size: " ".join("`" * each for each in range(1, int((2 * size) ** 0.5))),
    "headings": lambda size: "## a\n" * (size // 5),
    "headings of all levels": lambda size: "## a\n### b\n###### c\n" * (size // 18),
    "quotes": lambda size: ">" * size,
    "lists": lambda size: "- " * (size // 2),
    "references": lambda size: "[a]: <b\n" * (size // 8),
    "a wide table": lambda size: "|a" * (size // 4) + "|\n" + "|-" * (size // 4) + "|\n",
    "stars": lambda size: "*a **b " * (size // 7),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    text = _HOSTILE[name](_SIZE << 5 if name in _QUICK else _SIZE)
    started = time.process_time()
    markdown = parse(text)
    assert len(markdown.sections) <= len(markdown.blocks)
    assert all(each.is_content in {True, False} for each in markdown.blocks)
    # A second or two; what is quadratic takes a minute and more.
    assert time.process_time() - started < 15


@given(
    st.text(alphabet=st.sampled_from("#-*_[]()<>!`~|:\\&\n\t 1.a\"'{}=+\r\f\u2028\0"), max_size=200)
)
@example("||\n|-|\n")
@example("- [ ]\n\n\n  ```")
def test_anything_at_all_is_read(text: str) -> None:
    markdown = parse(text, 3)
    for block in markdown.blocks:
        assert 3 <= block.line <= block.end_line
        for link in block.links:
            assert block.line <= link.line <= block.end_line, link
    assert [each.heading for each in markdown.sections] == [
        each for each in markdown.blocks if each.kind is BlockKind.HEADING and each.level > 1
    ]


@given(st.text(max_size=300))
def test_any_text_of_any_language_is_read(text: str) -> None:
    parse(text)


_WORD = st.text(alphabet="abcä ", min_size=1, max_size=9).map(lambda word: f"x{word.strip()}")
_PIECES = st.one_of(
    st.tuples(st.just(BlockKind.HEADING), _WORD.map(lambda word: f"## {word}\n")),
    st.tuples(st.just(BlockKind.HEADING), _WORD.map(lambda word: f"{word}\n---\n")),
    st.tuples(st.just(BlockKind.PARAGRAPH), _WORD.map(lambda word: f"{word}\n[a](b) `c`\n")),
    st.tuples(st.just(BlockKind.FENCE), _WORD.map(lambda word: f"```\n# {word}\n\n- [ ] a\n```\n")),
    st.tuples(st.just(BlockKind.HTML), _WORD.map(lambda word: f"<!-- {word}\n\n# a\n-->\n")),
    st.tuples(st.just(BlockKind.ITEM), _WORD.map(lambda word: f"- [ ] {word}\n  {word}\n")),
    st.tuples(st.just(BlockKind.ITEM), _WORD.map(lambda word: f"7. {word}\n")),
)


@given(st.lists(st.tuples(_PIECES, st.integers(1, 3)), max_size=12), st.integers(1, 20))
def test_blocks_of_a_built_document_have_the_lines_they_were_given(
    parts: list[tuple[tuple[BlockKind, str], int]], first: int
) -> None:
    text, expected, line = "", [], first
    for (kind, piece), blank in parts:
        # A heading of its own kind between them, so that no list or paragraph goes on.
        expected += [(BlockKind.HEADING, line), (kind, line + 2)]
        text += f"# h\n\n{piece}" + "\n" * blank
        line += 2 + piece.count("\n") + blank
    found = [(each.kind, each.line) for each in parse(text, first).blocks]
    assert found == expected
