"""The plan for reviewers, for people and for programs; text from outside does nothing in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate import __version__
from qgate.model.owners import OwnerRule, Place, Requirement
from qgate.model.reviewers import Candidate, Fate, Owned, Plan, Suggestion
from qgate.reporters import comment, reviewers_json, reviewers_markdown, reviewers_text
from qgate.reporters.inert import inert
from tests.support.repo import ROOT
from tests.unit.parse.damage import BRIEF

SCHEMA: Final = json.loads((ROOT / "rules/schemas/reviewers-1.schema.json").read_text("utf-8"))
VALIDATOR: Final = jsonschema.Draft202012Validator(SCHEMA)
# ANSI, a title, a bell, a reading direction, line ends of every kind, half a character.
HOSTILE: Final = (
    "\x1b[2J\x1b]0;t\x07\u202e\u2066\u200f\n::error::x\r\n\u2028\u2029\x85\x0b\x0c\udcff\ud800\x00"
)


def a_plan(name: str = "") -> Plan:
    """A plan with one of everything, and `name` wherever text comes from outside."""
    place = Place(f"CODE{name}OWNERS", 4, 3)
    all_files = OwnerRule(f"*{name}", ("@all",), Place(f"R{name}", 1))
    docs = OwnerRule(f"docs/{name}", (f"@docs{name}", "@lead"), place)
    nobody = OwnerRule(f"gen/{name}", (), Place("R", 9))
    need = Requirement(
        pattern=f"auth/{name}",
        any_of=(f"@sec{name}", "@ops"),
        all_of=(f"@lead{name}",),
        count=2,
        except_=(f"*.md{name}",),
        place=Place(f"R{name}", 12),
    )
    soft = Requirement(
        pattern="docs/", any_of=("@text",), block=False, dismiss_stale=False, place=Place("R", 13)
    )
    return Plan(
        files=(
            Owned(path=f"docs/a{name}", rule=docs, overridden=(all_files,), require=(need, soft)),
            Owned(path=f"gen/b{name}", rule=nobody, notify=(all_files,)),
            Owned(path=f"c{name}"),
        ),
        candidates=(
            Candidate(
                owner=f"@lead{name}",
                fate=Fate.ASKED,
                reason=f"has to approve auth/{name}",
                rules=(place, Place(f"R{name}", 12)),
                files=1,
                lines=7,
                is_required=True,
            ),
            Candidate(owner=f"@docs{name}", fate=Fate.COUNTED, reason=f"has reviewed{name}"),
            Candidate(owner="@sec", fate=Fate.DROPPED, reason="is the author", files=2, lines=1),
        ),
        requirements=(need, soft),
        notify=((f"@told{name}", (Place(f"R{name}", 20), Place("R", 21))),),
        suggestions=(Suggestion(name=f"Some{name} One", lines=1, last="2025-01-31"),),
        notices=(f"1 path matches no rule{name}",),
        source=f"R{name} at 0123",
    )


EMPTY: Final = Plan(files=(), candidates=())


# For people.


def test_a_person_reads_who_is_asked_first_and_the_files_by_rule_last() -> None:
    assert (
        reviewers_text.plan(a_plan())
        == """\
ask    @lead  has to approve auth/; 1 file, 7 lines (CODEOWNERS:4, R:12)
there  @docs  has reviewed
leave  @sec   is the author; 2 files, 1 line
need   approval of @lead and 2 of @sec @ops for auth/ (R:12)
need   approval of 1 of @text for docs/, which is not waited for (R:13)
tell   @told  (R:20, R:21)
maybe  Some One  wrote 1 touched line, 2025-01-31

docs/ (CODEOWNERS:4) @docs @lead
    docs/a
gen/ (R:9) nobody, on purpose
    gen/b
no rule matches
    c
note   1 path matches no rule
rules  R at 0123
"""
    )


def test_a_plan_for_nothing_says_so() -> None:
    assert reviewers_text.plan(EMPTY) == "       nothing changed\n\nrules\n"


def test_many_files_of_one_rule_are_cut_and_it_is_said_how_many_more_there_are() -> None:
    rule = OwnerRule("*", ("@a",), Place("R", 1))
    for number, more in ((5, ""), (6, "    and 1 more\n"), (9, "    and 4 more\n")):
        files = tuple(Owned(path=f"f{each}", rule=rule) for each in range(number))
        text = reviewers_text.plan(replace(EMPTY, files=files))
        paths = "".join(f"    f{each}\n" for each in range(5))
        assert text == f"\n* (R:1) @a\n{paths}{more}rules\n"


def explained(owned: Owned, *below: Owned, width: int | None = None, tracked: bool = True) -> str:
    return reviewers_text.explained(owned.path, owned, below, is_tracked=tracked, width=width)


def test_a_path_is_explained_with_what_decides_and_what_matches_beside_it() -> None:
    owned = a_plan().files[0]
    more = replace(owned, notify=(OwnerRule("*", ("@told",), Place("R", 20)),))
    assert (
        explained(more)
        == """\
docs/a
  @docs @lead
  docs/ (CODEOWNERS:4) decides: the last rule that matches
  * (R:1) matches too, further up: @all
  approval of @lead and 2 of @sec @ops for auth/ (R:12)
  approval of 1 of @text for docs/, which is not waited for (R:13)
  * (R:20) tells @told
"""
    )


def test_unowned_and_unmatched_paths_are_explained_apart() -> None:
    _, unowned, unmatched = a_plan().files
    assert explained(unowned).splitlines()[1:3] == [
        "  nobody, on purpose",
        "  gen/ (R:9) decides: the last rule that matches",
    ]
    assert explained(unmatched, tracked=False) == (
        "c (not a tracked file)\n  nobody: no rule matches\n"
    )


def test_the_rules_that_were_overridden_are_told_from_the_last_up() -> None:
    rules = tuple(OwnerRule(name, ("@a",), Place("R", n)) for n, name in enumerate("abc", 1))
    text = explained(Owned(path="x", rule=rules[2], overridden=rules[:2]))
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["c", "b", "a"]


def test_a_folder_is_explained_by_the_files_below_it() -> None:
    text = explained(Owned(path="docs"), *a_plan().files)
    assert text.splitlines()[:3] == [
        "docs is a folder of 3 files; rules match files",
        "  docs/ (CODEOWNERS:4) @docs @lead",
        "      docs/a",
    ]


# Width.


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = a_plan(" and more words of it" * 6)
    texts = [
        reviewers_text.plan(long, width),
        *(explained(each, width=width) for each in long.files),
        explained(Owned(path="docs"), *long.files, width=width),
    ]
    for text in texts:
        lines = text.splitlines()
        assert max(map(len, lines)) <= width
        assert max(map(len, lines)) > width - 25


@pytest.mark.parametrize("width", [60, 80])
def test_what_is_wrapped_is_indented_and_loses_no_word(width: int) -> None:
    long = a_plan(" and more-words-of-it with-hyphens" * 6)
    text = reviewers_text.plan(long, width)
    assert text.split() == reviewers_text.plan(long).split()
    starts = ("ask", "there", "leave", "need", "tell", "maybe", "note", "rules")
    wrapped = [line for line in text.splitlines() if not line.startswith(starts)]
    assert sum(line.startswith(" " * 7) for line in wrapped) > 10
    assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("width", [60, 80])
def test_a_line_that_fits_is_not_touched(width: int) -> None:
    short = replace(a_plan(), candidates=(), requirements=())
    assert reviewers_text.plan(short, width) == reviewers_text.plan(short)


@pytest.mark.parametrize("width", [60, 80])
def test_a_path_that_is_longer_than_the_line_stays_whole_below_its_rule(width: int) -> None:
    path = "src/" + "very-long-name/" * 12 + "x.py"
    text = reviewers_text.plan(replace(EMPTY, files=(Owned(path=path),)), width)
    assert f"    {path}\n" in text


def test_a_pipe_gets_whole_lines() -> None:
    long = a_plan(" word" * 99)
    assert len(reviewers_text.plan(long).splitlines()) == len(
        reviewers_text.plan(a_plan()).splitlines()
    )


WORDS: Final = st.text("abc @/.*:-", min_size=1, max_size=60)


@BRIEF
@given(st.lists(WORDS, max_size=6), st.integers(40, 100))
def test_wrapping_never_loses_a_word_nor_breaks_one(words: list[str], width: int) -> None:
    files = tuple(Owned(path=word) for word in words)
    made = replace(EMPTY, files=files, notices=tuple(words))
    text = reviewers_text.plan(made, width)
    assert text.split() == reviewers_text.plan(made).split()
    for line in text.splitlines():
        assert len(line) <= width or len(line.split()) == 1


# Hostile text.


def strings(value: Any) -> Iterator[str]:
    """Every text in decoded JSON, keys too."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def everything(name: str, width: int | None) -> list[str]:
    """All that people are shown of a plan with a name in it."""
    made = a_plan(name)
    return [
        reviewers_text.plan(made, width),
        *(explained(each, width=width) for each in made.files),
        explained(Owned(path=f"docs{name}"), *made.files, width=width),
    ]


@pytest.mark.parametrize("width", [None, 60, 80])
def test_text_from_outside_is_inert_for_people(width: int | None) -> None:
    for text in everything(HOSTILE, width):
        assert text.encode()
        for line in text.split("\n"):
            assert inert(line) == line
    for hostile, tame in zip(everything(HOSTILE, None), everything("", None), strict=True):
        assert hostile.count("\n") == tame.count("\n")
        assert len(hostile.splitlines()) == len(tame.splitlines())
        assert r"\x1b[2J" in hostile


@BRIEF
@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_whatever_a_name_is_people_get_as_many_printable_lines(name: str) -> None:
    for text, tame in zip(everything(name, None), everything("", None), strict=True):
        assert text.encode().decode() == text
        assert len(text.splitlines()) == len(tame.splitlines())


def test_text_from_outside_is_inert_for_programs() -> None:
    text = reviewers_json.render(a_plan(HOSTILE))
    assert text.isascii()
    assert not {chr(code) for code in range(32)} - {"\n"} & set(text)
    found = list(strings(json.loads(text)))
    assert [each for each in found if r"\x1b[2J" in each]
    for each in found:
        assert inert(each) == each


@BRIEF
@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_whatever_a_name_is_programs_get_valid_json(name: str) -> None:
    made = json.loads(reviewers_json.render(a_plan(name)))
    VALIDATOR.validate(made)
    assert made["files"][0]["path"] == inert(f"docs/a{name}")


COMMANDS: Final = [
    "::error::x",
    " \t::add-mask::a",
    "\N{NO-BREAK SPACE}::error::x",
    "\N{IDEOGRAPHIC SPACE}\N{EM SPACE}::error::x",
    "##[add-mask]a",
    "x ##[error]y",
]


def is_command(line: str) -> bool:
    """Whether a runner of GitHub Actions takes a line of a log for a workflow command.

    After blanks, of any alphabet, it begins with `::`; or `##[` stands anywhere in it
    (ActionCommand.cs of actions/runner: `TrimStart`, `StartsWith`, `IndexOf`).
    """
    return line.lstrip().startswith("::") or "##[" in line


@pytest.mark.parametrize("width", [None, 60, 80])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_name_is_never_a_workflow_command_for_people(name: str, width: int | None) -> None:
    rule = OwnerRule(name, ("@a",), Place(name, 1))
    made = Plan(
        files=(Owned(path=name, rule=rule), Owned(path=f"{'a ' * 28}{name}")),
        candidates=(Candidate(owner="@a", fate=Fate.ASKED, reason=f"owns {name}"),),
        notices=(f"{'b ' * 20}{name}",),
        source=name,
    )
    shown = [reviewers_text.plan(made, width), explained(made.files[0], width=width)]
    shown.append(explained(Owned(path=name), *made.files, width=width))
    for text in shown:
        assert not [line for line in text.splitlines() if is_command(line)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_name_is_never_a_workflow_command_for_programs(name: str) -> None:
    text = reviewers_json.render(a_plan(name))
    assert not [line for line in text.splitlines() if is_command(line)]


# For programs.

PLANS: Final = [EMPTY, a_plan(), a_plan(HOSTILE)]


@pytest.mark.parametrize("made", PLANS, ids=["empty", "full", "hostile"])
def test_json_is_valid_against_the_schema_that_ships(made: Plan) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(json.loads(reviewers_json.render(made)))


def test_a_program_gets_the_whole_plan() -> None:
    text = reviewers_json.render(a_plan())
    assert text.endswith("}\n")
    made = json.loads(text)
    assert made["schema"] == SCHEMA["properties"]["schema"]["const"] == reviewers_json.SCHEMA
    assert made["qgate"] == __version__
    assert made["source"] == "R at 0123"
    assert made["candidates"][0] == {
        "owner": "@lead",
        "fate": "asked",
        "reason": "has to approve auth/",
        "required": True,
        "files": 1,
        "lines": 7,
        "rules": [
            {"path": "CODEOWNERS", "line": 4, "column": 3},
            {"path": "R", "line": 12, "column": 1},
        ],
    }
    assert [each["fate"] for each in made["candidates"]] == ["asked", "counted", "dropped"]
    assert made["requirements"][0] == {
        "pattern": "auth/",
        "any_of": ["@sec", "@ops"],
        "all_of": ["@lead"],
        "count": 2,
        "except": ["*.md"],
        "block": True,
        "dismiss_stale": True,
        "rule": {"path": "R", "line": 12, "column": 1},
    }
    assert (made["requirements"][1]["block"], made["requirements"][1]["dismiss_stale"]) == (
        False,
        False,
    )
    assert made["notify"] == [
        {
            "owner": "@told",
            "rules": [
                {"path": "R", "line": 20, "column": 1},
                {"path": "R", "line": 21, "column": 1},
            ],
        }
    ]
    assert made["suggestions"] == [{"name": "Some One", "lines": 1, "last": "2025-01-31"}]
    assert made["notices"] == ["1 path matches no rule"]


def test_a_program_gets_every_name_of_a_file_with_what_decides() -> None:
    owned, unowned, unmatched = json.loads(reviewers_json.render(a_plan()))["files"]
    rule = {"path": "R", "line": 1, "column": 1}
    assert owned == {
        "path": "docs/a",
        "ownership": "owned",
        "rule": {
            "pattern": "docs/",
            "owners": ["@docs", "@lead"],
            "path": "CODEOWNERS",
            "line": 4,
            "column": 3,
        },
        "overridden": [{"pattern": "*", "owners": ["@all"], **rule}],
        "require": [
            {"path": "R", "line": 12, "column": 1},
            {"path": "R", "line": 13, "column": 1},
        ],
        "notify": [],
    }
    assert (unowned["ownership"], unowned["rule"]["owners"]) == ("unowned", [])
    assert unowned["notify"] == [rule]
    assert (unmatched["ownership"], unmatched["rule"]) == ("unmatched", None)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in decoded JSON, the outermost first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from objects(each)


def a_rendered_plan() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reviewers_json.render(a_plan()))
    return found


NUMBER: Final = len(list(objects(a_rendered_plan())))


@pytest.mark.parametrize("number", range(NUMBER))
def test_the_schema_knows_every_field_and_demands_each(number: int) -> None:
    made = a_rendered_plan()
    found = list(objects(made))[number]
    for field in [*found]:
        value = found.pop(field)
        assert not VALIDATOR.is_valid(made), field
        found[field] = value
    assert VALIDATOR.is_valid(made)
    found["another"] = 1
    assert not VALIDATOR.is_valid(made)


@pytest.mark.parametrize(
    ("of", "field", "value"),
    [
        ("candidates", "fate", "chosen"),
        ("candidates", "required", 1),
        ("candidates", "reason", ""),
        ("candidates", "files", -1),
        ("candidates", "lines", "7"),
        ("candidates", "owner", ""),
        ("requirements", "count", 0),
        ("requirements", "any_of", "@a"),
        ("requirements", "rule", None),
        ("notify", "rules", []),
        ("suggestions", "last", "yesterday"),
        ("files", "ownership", "unmatched"),
        ("files", "ownership", "unowned"),
        ("files", "rule", None),
        ("files", "path", ""),
    ],
)
def test_the_schema_refuses_what_no_plan_says(of: str, field: str, value: object) -> None:
    made = a_rendered_plan()
    made[of][0][field] = value
    assert not VALIDATOR.is_valid(made)


@pytest.mark.parametrize(("field", "value"), [("schema", "qgate.reviewers/2"), ("notices", [1])])
def test_the_schema_refuses_another_version_and_notices_that_are_no_text(
    field: str, value: object
) -> None:
    assert not VALIDATOR.is_valid({**a_rendered_plan(), field: value})


def test_only_well_formed_names_to_be_told_are_mentioned_and_not_too_many() -> None:
    rule = (Place(".qgate.yml", 1),)
    odd = ["@a b", "@x\n@y", "a@b.example", "@-", "@org/te am", "@<img>"]
    names = [f"@dev{number}" for number in range(300)]
    made = Plan(files=(), candidates=(), notify=tuple((each, rule) for each in (*odd, *names)))
    line = reviewers_markdown.mentions(made)
    assert line.startswith("cc @- @dev0 @dev1 ")
    assert line.endswith("\n")
    # GitHub's limit, the budget of a comment, and the empty line between.
    assert 400 < len(line) <= 65_536 - comment.MOST_CHARACTERS - 1
    assert reviewers_markdown.mentions(Plan(files=(), candidates=())) == ""
