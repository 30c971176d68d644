"""Names of decision records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.adr import naming
from qgate.documents.adr.naming import Name
from qgate.parse.documents import read


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("docs/adr/0007-one.md", Name(digits="0007", slug="one")),
        ("0008-avoid-octal.md", Name(digits="0008", slug="avoid-octal")),
        ("12_two.md", Name(digits="12", slug="two")),
        ("0009.md", Name(digits="0009")),
        ("20200924-three.md", Name(day="20200924", slug="three")),
        ("20201399-no-day.md", Name(digits="20201399", slug="no-day")),
        ("glossary.md", Name(slug="glossary")),
        ("12th-night.md", Name(slug="12th-night")),
    ],
)
def test_a_name_is_read_in_parts(name: str, expected: Name) -> None:
    assert naming.parts(name) == expected


def test_numbers_with_leading_zeros_are_decimal() -> None:
    assert naming.next_digits(["0007-a.md", "0008-b.md"]) == "0009"
    assert naming.next_digits(["0009-a.md"]) == "0010"


def test_the_width_in_use_is_kept() -> None:
    assert naming.next_digits(["007-a.md"]) == "008"
    assert naming.next_digits(["9-a.md"]) == "10"
    assert naming.next_digits(["9999-a.md"]) == "10000"
    assert naming.next_digits([]) == "0001"
    assert naming.next_digits(["README.md", "20200924-a.md"]) == "0001"


def test_the_highest_counts_not_the_last_by_name() -> None:
    assert naming.next_digits(["10-a.md", "9-b.md"]) == "11"


def test_dated_records_are_told_from_numbered_ones() -> None:
    assert naming.are_dated(["20200924-a.md", "README.md"])
    assert not naming.are_dated(["20200924-a.md", "0001-b.md"])
    assert not naming.are_dated([])


@pytest.mark.parametrize(
    "title",
    [
        "A [link](nowhere.md) in it",
        "Use <script> and <!-- this -->",
        "C # and F#",
        "#",
        r"Back\slash \* and \ ",
        "Fish &amp; chips & more",
        "Über größere Blöcke 🎉",
        "[a] or [b]",
        "![x](y)",
        "1. First things first",
        "`code` | *pipes*",
        "- -dash",
        "x\\",
    ],
)
def test_a_title_stays_intact_in_a_heading_and_is_nothing_but_text(title: str) -> None:
    title = naming.plain(title)
    for number, is_first in (("1. ", False), ("", True)):
        text = f"# {number}{naming.escaped(title, is_first=is_first)}\n\ntext\n"
        body = read(text.encode(), "docs/adr/0001-a.md").body
        assert body.title is not None
        assert naming.unescaped(body.title.text.removeprefix(number)) == title
        assert not body.links
        assert not body.title.comments


@given(st.text(max_size=80))
def test_whatever_the_title_the_file_stays_in_its_folder(title: str) -> None:
    name = naming.file_name("0001", title)
    assert "/" not in name
    assert name.startswith("0001-")
    assert name.endswith(".md")
    assert ".." not in name
    assert len(name.encode()) < 256
    assert naming.parts(name).number == 1


@given(st.text(max_size=80))
def test_whatever_the_title_it_is_one_line(title: str) -> None:
    plain = naming.plain(title)
    assert len(plain.splitlines()) <= 1
    assert plain == plain.strip()


def test_a_long_title_has_a_short_name() -> None:
    assert len(naming.file_name("0001", "word " * 60)) < 80
