"""A title of any kind gives a part of a file's name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.slug import slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Use PostgreSQL", "use-postgresql"),
        ('Use `jq` | not "awk"!', "use-jq-not-awk"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf", "rf"),
        ("a\nb\tc", "a-b-c"),
        ("snake_case_name", "snake-case-name"),
        ("Crème brûlée à la carte", "creme-brulee-a-la-carte"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("\N{LATIN SMALL LIGATURE FI}ne", "fine"),
        ("x\N{SUPERSCRIPT TWO}", "x2"),
        ("数据库选择", "数据库选择"),
        ("Ξεσκεπάζω", "ξεσκεπάζω"),
        ("हिन्दी में", "हिन्दी-में"),
        ("ไม่มีน้ำ", "ไม่มีน้ำ"),
        ("\N{ROCKET} \N{FIRE}", "untitled"),
        ("", "untitled"),
        (".", "untitled"),
        ("..", "untitled"),
        ("\N{COMBINING ACUTE ACCENT}a", "a"),
    ],
)
def test_a_title_becomes_words_and_hyphens(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_another_word_stands_for_a_title_without_letters() -> None:
    assert slug("!?", "record") == "record"


def test_whole_words_are_kept_up_to_sixty_characters() -> None:
    assert slug("word " * 60) == "-".join(["word"] * 12)
    assert slug("a" * 300) == "a" * 60
    assert slug("a" * 40 + " " + "b" * 40) == "a" * 40


def test_letters_of_four_bytes_leave_room_for_a_prefix() -> None:
    letter = "\N{GOTHIC LETTER AHSA}"
    assert slug(letter * 300) == letter * 45


def test_a_decomposed_title_is_the_same_as_a_composed_one() -> None:
    title = "Ångström für Überläufe"
    assert slug(unicodedata.normalize("NFD", title)) == slug(title) == "angstrom-fur-uberlaufe"


@given(st.text(max_size=400))
def test_any_title_gives_a_harmless_name(title: str) -> None:
    name = slug(title)

    assert 0 < len(name) <= 60
    assert len(name.encode()) <= 180
    assert not name.startswith("-")
    assert not name.endswith("-")
    assert "--" not in name
    for each in name:
        assert each == "-" or each.isalnum() or unicodedata.category(each) in {"Mn", "Mc"}, each


@given(st.text(max_size=200))
def test_a_slug_is_its_own_slug(title: str) -> None:
    assert slug(slug(title)) == slug(title)
