"""Templates of checklists: the shipped ones, and what is refused."""

import pytest

from qgate.documents.checklist import templates
from qgate.documents.checklist.template import (
    MACHINES,
    Item,
    MalformedTemplate,
    Part,
    Template,
    is_name,
    path_of,
    read,
)
from qgate.documents.incident import severity

OWN = b"title: Own\nsections: [{title: One, items: [{id: a, text: First.}]}]\n"
SEVERITIES = b"""\
severities:
  SEV1: {label: bad, respond_within: 5 minutes, criteria: {down: It is down.}}
phases:
  now: {label: Now, items: {call: Call somebody., note: {text: Write it down., only: [SEV1]}}}
"""


def test_the_shipped_review_has_six_parts_of_four_items() -> None:
    found = templates.find("review", {})
    assert found is not None
    assert [(part.title, len(part.items)) for part in found.parts] == [
        ("Functionality", 4),
        ("Code quality", 4),
        ("Architecture", 4),
        ("Security", 4),
        ("Testing", 4),
        ("Documentation", 4),
    ]
    assert len({item.id for item in found.items}) == 24
    machines = {item.id: item.answered_by for item in found.items if item.answered_by}
    assert machines == {"standards": "lint", "vulnerabilities": "audit", "coverage": "coverage"}
    assert set(machines.values()) <= set(MACHINES)


@pytest.mark.parametrize("name", ["p0", "p1", "p2", "p3"])
def test_each_severity_has_the_items_of_its_phases(name: str) -> None:
    found = templates.find(name, {})
    assert found is not None
    assert {item.id: item.text for item in found.items} == severity.shipped().items(name.upper())
    assert any("post-mortem" in item.id for item in found.items) is (name in {"p0", "p1"})


def test_there_is_no_p4() -> None:
    assert templates.find("p4", {}) is None
    assert templates.names({}) == ("p0", "p1", "p2", "p3", "review")


def count(name: str, *files: dict[str, bytes]) -> int:
    """How many items the template of a name has, by the files of policy."""
    found = templates.find(name, *files)
    return len(found.items) if found else 0


def test_the_bases_own_goes_before_the_shipped_and_the_changes_own_comes_last() -> None:
    mine, other = {path_of("review"): OWN}, {path_of("other"): OWN}
    assert count("review", mine) == 1
    # The change's own review is not asked while there is a shipped one.
    assert count("review", {}, mine) == 24
    assert templates.find("other", {}) is None
    assert count("other", {}, other) == 1
    assert templates.names(other) == ("other", "p0", "p1", "p2", "p3", "review")


def test_a_repositorys_own_severities_make_its_lists() -> None:
    policy = {severity.OWN: SEVERITIES}
    found = templates.find("sev1", policy)
    assert found == Template(
        "sev1",
        "SEV1 bad",
        "",
        (Part("Now", (Item("now/call", "Call somebody."), Item("now/note", "Write it down."))),),
    )
    assert templates.find("p0", policy) is None
    assert templates.find("sev1", {}, policy) == found


def test_a_broken_table_is_a_broken_template() -> None:
    with pytest.raises(MalformedTemplate, match=r"severity\.yml"):
        templates.find("p0", {severity.OWN: b"severities: 7\n"})


@pytest.mark.parametrize("name", ["../review", "", "a b", "A", ".yml", "a/b", "-a"])
def test_a_name_is_no_path(name: str) -> None:
    assert not is_name(name)
    assert templates.find(name, {path_of(name): OWN}) is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("7", 1, "expected keys"),
        ("title: A\n", 1, "sections: expected a list"),
        ("sections: []\n", 1, "title: expected a text"),
        ("title: A\nsections: []\n", 1, "there is no item"),
        ("title: A\nother: 1\nsections: []\n", 2, "the key 'other'"),
        ("title: A\nsections:\n  - {title: B, items: [{id: A b, text: x}]}\n", 3, "the id 'A b'"),
        ("title: A\nsections:\n  - {title: B, items: [{id: a}]}\n", 3, "text: expected a text"),
        (
            "title: A\nsections:\n- title: B\n  items:\n  - {id: a, text: x, answered_by: me}\n",
            5,
            "answered_by: expected",
        ),
        (
            "title: A\nsections: [{title: B, items: [{id: a, text: x}, {id: a, text: y}]}]\n",
            1,
            "the id a stands there twice",
        ),
        ("title: [\n", 2, "expected node content"),
        ("title: &a A\n", 1, "anchor"),
    ],
)
def test_what_is_no_template_is_refused_with_its_place(text: str, line: int, said: str) -> None:
    with pytest.raises(MalformedTemplate, match=said) as caught:
        read(text.encode(), "x")
    assert caught.value.line == line


def test_what_is_too_large_or_no_text_is_refused() -> None:
    with pytest.raises(MalformedTemplate, match="larger than"):
        read(b"a" * (1 << 19), "x")
    with pytest.raises(MalformedTemplate, match="UTF-8"):
        read(b"\xff", "x")
