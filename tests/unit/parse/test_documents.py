"""A process document: its front matter and its body, each with its place, or one located error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.parse.documents import MAX_BYTES, MalformedDocument, read
from qgate.parse.markdown import BlockKind

WHOLE = """---
type: adr
title: "A: title"
tags: [a, b]

links:
  - rel: amends
    to: 1
empty:
created: 2027-01-31
number: 1.50
---

# A: title

- [ ] task
"""


def refused(data: bytes | str) -> MalformedDocument:
    with pytest.raises(MalformedDocument) as caught:
        read(data.encode() if isinstance(data, str) else data, "a.md")
    return caught.value


def test_fields_and_blocks_know_their_lines_in_the_file() -> None:
    document = read(WHOLE.encode(), "docs/adr/a.md")
    assert document.path == "docs/adr/a.md"
    assert {key: entry.line for key, entry in document.fields.items()} == {
        "type": 2,
        "title": 3,
        "tags": 4,
        "links": 6,
        "empty": 9,
        "created": 10,
        "number": 11,
    }
    links = document.fields["links"].value
    assert isinstance(links.value, tuple)
    (link,) = links.value
    assert isinstance(link.value, dict)
    assert [(entry.line, entry.column) for entry in link.value.values()] == [(7, 5), (8, 5)]
    assert document.body_line == 13
    assert [each.line for each in document.body.blocks] == [14, 16]
    assert document.lines[13] == "# A: title"
    assert document.body.last_line == len(document.lines) == 16


def test_a_value_is_one_plain_value_or_nothing() -> None:
    document = read(WHOLE.encode(), "a.md")
    assert [document.value(key) for key in ("title", "created", "number")] == [
        "A: title",
        "2027-01-31",
        "1.50",
    ]
    assert [document.value(key) for key in ("tags", "links", "empty", "missing")] == [""] * 4
    assert (document.line_of("created"), document.line_of("missing")) == (10, 1)


@pytest.mark.parametrize("text", ["", "# a\n", "\n---\na: b\n---\n", "--- a\n", " ---\n", "----\n"])
def test_a_document_without_front_matter_is_all_body(text: str) -> None:
    document = read(text.encode(), "a.md")
    assert (document.fields, document.body_line) == ({}, 1)
    assert document.body.last_line == max(1, text.count("\n"))


@pytest.mark.parametrize("text", ["---\n---\n# a\n", "---\n\n# c\n---\n# a\n", "---\n...\n# a\n"])
def test_front_matter_may_be_empty(text: str) -> None:
    document = read(text.encode(), "a.md")
    assert document.fields == {}
    assert document.body.title is not None
    assert document.body.title.line == text.count("\n")


def test_a_mark_and_carriage_returns_change_nothing() -> None:
    plain = read(WHOLE.encode(), "a.md")
    for data in (
        b"\xef\xbb\xbf" + WHOLE.encode(),
        WHOLE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode(),
        WHOLE.replace("\n", "\r").encode(),
    ):
        assert read(data, "a.md") == plain
        assert read(data, "a.md").body == plain.body


@pytest.mark.parametrize("odd", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_feeds_are_ends_of_lines(odd: str) -> None:
    body = f"---\ntitle: a\n---\n# a{odd}b\n\n- [ ] c\n"
    document = read(body.encode(), "a.md")
    assert [each.line for each in document.body.tasks] == [6]
    assert len(document.lines) == 6
    if odd not in "\f\v\x1c":
        matter = read(f"---\ntitle: a{odd}b\nid: c\n---\n# a\n".encode(), "a.md")
        assert (matter.value("title"), matter.line_of("id"), matter.body_line) == ("a b", 3, 5)
        assert [each.line for each in matter.body.blocks] == [5]


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("---\na: 1\nb: 2\na: 3\n---\n", "'a' a second time (first on line 2)", 4),
        ("---\na: &x 1\nb: *x\n---\n", "an anchor or alias", 2),
        ("---\na: 1\nb: !!python/object:os.system x\n---\n", "the tag", 3),
        ("---\na: 1\nb: [1\n---\n", "front matter: ", 4),
        ("---\na: 1\n\tb: 2\n---\n", "front matter: ", 3),
        ("---\n- a\n---\n", "expected keys and values", 2),
        ("---\njust text\n---\n", "expected keys and values", 2),
        ("---\n? [a]\n: b\n---\n", "a key that is not plain text", 2),
        ("---\na: b\n", "no `---` ends it", 1),
        ("---\n", "no `---` ends it", 1),
        ("---\na: b\n --- \n", "no `---` ends it", 1),
        ("---\n" + "\n".join(" " * each + "a:" for each in range(60)) + "\n---\n", "levels", 35),
        ("---\na: " + "[" * 100_000 + "\n---\n", "levels", 2),
    ],
)
def test_broken_front_matter_is_refused_at_its_line(text: str, said: str, line: int) -> None:
    error = refused(text)
    assert said in str(error)
    assert error.line == line
    assert error.column >= 1


def test_aliases_that_would_grow_without_end_are_refused_at_once() -> None:
    bomb = "---\na: &a [x, x]\n" + "".join(
        f"{chr(98 + number)}: &{chr(98 + number)} [*{chr(97 + number)}, *{chr(97 + number)}]\n"
        for number in range(20)
    )
    started = time.process_time()
    assert refused(f"{bomb}---\n").line == 2
    assert time.process_time() - started < 1


def test_what_is_no_text_is_refused_at_its_line() -> None:
    error = refused(b"# a\n\nb\0c\n")
    assert (str(error), error.line) == ("a NUL byte: this is not text", 3)
    error = refused(b"# a\n\xff\n")
    assert (str(error).split(":")[0], error.line) == ("not UTF-8 text", 2)
    assert refused("# ä".encode("utf-16")).line == 1


def test_a_document_has_a_greatest_size() -> None:
    read(b"a" * MAX_BYTES, "a.md")
    assert "larger than 1 MiB" in str(refused(b"a" * (MAX_BYTES + 1)))
    assert "larger than 1 MiB" in str(refused(b"\0" * (10 * MAX_BYTES)))


def test_front_matter_of_the_greatest_size_takes_no_long_time() -> None:
    lines = "".join(f"key{number}: value\n" for number in range(50_000))
    started = time.process_time()
    assert len(read(f"---\n{lines}---\n".encode(), "a.md").fields) == 50_000
    assert time.process_time() - started < 20


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_place(data: bytes) -> None:
    _read_or_refused(data)


@given(st.text(alphabet=st.sampled_from("-:[]{}&*!|>'\"#%@`,? \n\tab1."), max_size=120))
def test_any_front_matter_gives_a_document_or_a_place(matter: str) -> None:
    _read_or_refused(f"---\n{matter}\n---\n# a\n".encode())


def _read_or_refused(data: bytes) -> None:
    try:
        document = read(data, "a.md")
    except MalformedDocument as error:
        document, place = None, error.line if str(error) else 0
    if document is None:
        assert 1 <= place <= data.count(b"\n") + data.count(b"\r") + 2
        return
    lines = len(document.lines)
    for block in document.body.blocks:
        assert document.body_line <= block.line <= block.end_line <= lines
    for entry in document.fields.values():
        assert 1 < entry.line < document.body_line


_PLAIN = st.text(alphabet="abc: xyzäß", max_size=12).map(lambda text: text.strip().strip(":"))


@given(st.dictionaries(st.sampled_from("abcdefgh"), _PLAIN), st.integers(0, 3), st.integers(0, 3))
def test_what_was_written_is_read_with_its_lines(
    fields: dict[str, str], blank: int, more: int
) -> None:
    matter = "".join(f'{key}: "{value}"\n' + "\n" * blank for key, value in fields.items())
    document = read(f"---\n{matter}---\n{chr(10) * more}# last\n".encode(), "a.md")
    assert {key: document.value(key) for key in fields} == fields
    assert [entry.line for entry in document.fields.values()] == [
        2 + number * (blank + 1) for number in range(len(fields))
    ]
    (heading,) = document.body.blocks
    assert heading.kind is BlockKind.HEADING
    assert heading.line == 3 + len(fields) * (blank + 1) + more
