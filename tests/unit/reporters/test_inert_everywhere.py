"""Text from outside does nothing in any format: it is shown, and only what is ours is structure."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, example, given

from qgate.model.report import Report
from qgate.reporters import comment, reviewers_markdown, summary
from qgate.reporters.formats import FORMATS
from qgate.reporters.inert import inert, inert_lines, logged
from qgate.reporters.markdown_text import MOST
from tests.unit.parse.damage import BRIEF
from tests.unit.reporters.hostile import ATTACKS, TEXTS, a_plan, a_report
from tests.unit.reporters.reading import ACTIVE, LIVE, Page, annotations, bare, is_command, markdown
from tests.unit.reporters.sarif_schema import validator

RENDERERS: Final[dict[str, Callable[[Report], str]]] = {
    **{name: load() for name, load in FORMATS.items()},
    "summary": lambda report: summary.render(report, "#### Extra"),
    "comment": lambda report: comment.render(report, "#### Extra"),
}
MARKDOWN: Final = ("markdown", "summary", "comment")
PLAN: Final = "plan"
EVERYTHING: Final = "".join(f"{each} " for each in ATTACKS)


def written(name: str, text: str) -> str:
    """A report, or the plan, with a text in every field."""
    if name == PLAN:
        return reviewers_markdown.plan(a_plan(text))
    return RENDERERS[name](a_report(text))


def is_shown(text: str) -> bool:
    """Whether anything of it is left when blanks and backticks are gone."""
    return bool(bare(inert_lines(text)))


@pytest.mark.parametrize("name", [*RENDERERS, PLAN])
@BRIEF
@given(text=TEXTS)
@example(text=EVERYTHING)
def test_no_format_has_a_control_a_half_character_or_a_command(name: str, text: str) -> None:
    made = written(name, text)
    assert made.encode()
    assert not ACTIVE.search(made)
    if name != "github":
        assert not [line for line in made.split("\n") if is_command(line)]


# Markdown.


@pytest.mark.parametrize("name", [*MARKDOWN, PLAN])
@BRIEF
@given(text=TEXTS)
@example(text=EVERYTHING)
def test_a_page_has_only_our_structure_and_nothing_live_in_it(name: str, text: str) -> None:
    assume(is_shown(text))
    made, (plain, tame) = written(name, text), _tame(name)
    # Every line begins with something of ours: robots read lines too.
    assert made.count("\n") == plain.count("\n")
    page = markdown(made)
    assert page.tags == tame.tags
    assert page.comments == tame.comments
    # A fold's title is HTML, where code is a tag.
    assert not LIVE.search(page.prose), LIVE.search(page.prose)


@pytest.mark.parametrize("name", [*MARKDOWN, PLAN])
@pytest.mark.parametrize("text", [each for each in ATTACKS if is_shown(each)])
def test_each_attack_is_shown_as_it_was_written(name: str, text: str) -> None:
    page = markdown(written(name, text))
    assert bare(logged(inert_lines(text))) in bare(page.text)
    assert page.tags == _tame(name)[1].tags
    assert not LIVE.search(page.prose)


@cache
def _tame(name: str) -> tuple[str, Page]:
    """What there is where no text does anything."""
    made = written(name, "x")
    return made, markdown(made)


@BRIEF
@given(text=TEXTS)
def test_no_text_is_lost_in_markdown(text: str) -> None:
    assume(is_shown(text))
    assume(len(text) < MOST)
    shown = bare(logged(inert_lines(text)).replace("\u2028", ""))
    assert shown in bare(markdown(written("markdown", text)).text)


# XML.


@BRIEF
@given(text=TEXTS)
@example(text=EVERYTHING)
def test_junit_is_well_formed_with_the_same_elements(text: str) -> None:
    root = ET.fromstring(written("junit", text))  # noqa: S314 - we wrote it
    tame = ET.fromstring(written("junit", "x"))  # noqa: S314
    if text:
        assert [each.tag for each in root.iter()] == [each.tag for each in tame.iter()]
        names = {key for each in root.iter() for key in each.keys()}  # noqa: SIM118 - of XML
        assert names == {key for each in tame.iter() for key in each.keys()}  # noqa: SIM118
    failure = next(root.iter("failure"))
    assert failure.get("message") == inert_lines(text).translate(
        {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
    )


# JSON.


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", ["json", "sarif"])
@BRIEF
@given(text=TEXTS)
@example(text=EVERYTHING)
def test_what_programs_read_is_json_of_inert_texts(name: str, text: str) -> None:
    made = written(name, text)
    assert made.isascii()
    found = json.loads(made)
    if name == "sarif":
        validator().validate(found)
    assert [each for each in strings(found) if inert_lines(each) != each] == []


# Workflow commands.


@BRIEF
@given(text=TEXTS)
@example(text=EVERYTHING)
def test_annotations_are_commands_of_three_kinds_and_say_what_was_said(text: str) -> None:
    assume(text)
    found = annotations(written("github", text))
    assert {each.level for each in found} <= {"error", "warning", "notice"}
    keys = {"file", "line", "endLine", "col", "title"}
    for each in found:
        assert set(each.properties) <= keys
    assert logged(inert(text)) in {each.properties.get("file") for each in found}
    assert logged(inert_lines(text)) in {each.message for each in found}


# What the fast way leaves out.


def test_what_python_calls_printable_needs_no_escape() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    assert not [each for each in every if each.isprintable() and ACTIVE.match(each)]
