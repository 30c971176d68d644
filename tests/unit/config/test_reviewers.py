"""Rules about reviewers as settings: what may stand there, and where each mistake is."""

import json
from typing import Any, Final

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qgate.config.load import load
from qgate.config.reviewers import KEYS, SelectSettings
from qgate.config.settings import Settings
from qgate.errors import SettingsError
from qgate.model.owners import OwnerRule, Place, Requirement
from qgate.parse.yaml_quotes import quoted
from tests.support.repo import ROOT
from tests.unit.parse.damage import BRIEF

EXAMPLE: Final = "".join(
    f"{line.removeprefix('#').removeprefix(' ')}\n"
    for line in (ROOT / "rules/reviewers.yml").read_text("utf-8").splitlines()
    if line.startswith(("# owners:", "# require:", "# notify:", "# select:", "#   "))
)
SCHEMA: Final[dict[str, Any]] = json.loads(
    (ROOT / "rules/schemas/settings.schema.json").read_text("utf-8")
)


def settings(text: str) -> Settings:
    return load(text).settings


def owners(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Pattern and owners of every rule."""
    return [(rule.pattern, rule.owners) for rule in settings(text).owners]


def problems(text: str) -> list[str]:
    """All that is wrong, without the file's name."""
    with pytest.raises(SettingsError) as refused:
        load(text)
    return [each.removeprefix(".qgate.yml:") for each in refused.value.problems]


def problem(text: str) -> str:
    (only,) = problems(text)
    return only


# As people write it ----------------------------------------------------------------------------


def test_rules_can_be_written_without_quotes() -> None:
    text = """\
owners:
  client/**: [@frontend-team, @tech-lead]
  *.js: @js
  docs/**:
    - @docs
    - writers@example.com
  *: [
    @acme/all,   # everybody
    @lead
  ]
  /generated/:
require:
  *.sql: @dba
  **/auth/**: {all_of: [@security], any_of: [@a, @b], count: 2, except: *.md}
notify:
  **: @o'neil
"""
    # An apostrophe is no part of an owner.
    assert problem(text) == (
        '16:7: notify: expected @login, @organisation/team or an e-mail address, found "@o\'neil"'
    )
    found = settings(text.replace("'", ""))
    assert found.owners == (
        OwnerRule("client/**", ("@frontend-team", "@tech-lead")),
        OwnerRule("*.js", ("@js",)),
        OwnerRule("docs/**", ("@docs", "writers@example.com")),
        OwnerRule("*", ("@acme/all", "@lead")),
        OwnerRule("/generated/", ()),
    )
    assert found.require == (
        Requirement(pattern="*.sql", any_of=("@dba",)),
        Requirement(
            pattern="**/auth/**",
            all_of=("@security",),
            any_of=("@a", "@b"),
            count=2,
            except_=("*.md",),
        ),
    )
    assert found.notify == (OwnerRule("**", ("@oneil",)),)
    places = [rule.place for rule in (*found.owners, *found.require, *found.notify)]
    assert [(place.line, place.column) for place in places] == [
        *((2, 3), (3, 3), (4, 3), (7, 3), (11, 3), (13, 3), (14, 3), (16, 3))
    ]


def test_the_example_that_ships_says_what_its_comments_say() -> None:
    found = settings(EXAMPLE)
    assert [rule.pattern for rule in found.owners] == [
        "client/**",
        "server/routes/**",
        "shared/db/**",
        "k8s/**",
        "docker/**",
        "server/auth/**",
        "server/infra/circuit-breaker/**",
        "docs/**",
    ]
    assert found.require == (
        Requirement(pattern="server/auth/**", any_of=("@security-team",), except_=("*.md",)),
    )
    assert found.notify == (OwnerRule("docs/**", ("@tech-writers",)),)
    assert found.select == SelectSettings()


def test_the_example_of_the_documents_is_read_and_taken_by_editors_once_it_is_quoted() -> None:
    text = (ROOT / "docs/reference/reviewers.md").read_text("utf-8")
    example = text.partition("```yaml\n")[2].partition("```\n")[0]
    found = settings(example)
    assert all((found.owners, found.require, found.notify))
    assert is_accepted(quoted(example).text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("@a", ("@a",)),
        ("@a @b", ("@a", "@b")),
        ("@a, @b", ("@a", "@b")),
        ("@a,@b", ("@a", "@b")),
        ("'  @a ,  @b, '", ("@a", "@b")),
        ("me@example.com @o/t", ("me@example.com", "@o/t")),
        ("|\n    @a\n    @b", ("@a", "@b")),
        ("[@a, '@b']", ("@a", "@b")),
        ("\n    - @a\n    - @b", ("@a", "@b")),
        ("\n  - @a\n  - @b", ("@a", "@b")),
        ("[]", ()),
        ("", ()),
        ("null", ()),
        ("~", ()),
        ("''", ()),
        ("# nobody", ()),
        ("[@a, @a, @A]", ("@a", "@a", "@A")),
    ],
)
def test_owners_are_a_list_or_a_text_or_nobody(value: str, expected: tuple[str, ...]) -> None:
    assert owners(f"owners:\n  x: {value}\n") == [("x", expected)]


@pytest.mark.parametrize("key", ["on", "yes", "null", "~", "1", "1.5", "true", "0x1", "2026-01-01"])
def test_a_pattern_is_text_whatever_yaml_takes_it_for(key: str) -> None:
    assert owners(f"owners:\n  {key}: @a\n") == [(key, ("@a",))]


@pytest.mark.parametrize("text", ["", "owners:\n", "owners: {}\n", "owners: null\nselect:\n"])
def test_no_rules_are_the_default(text: str) -> None:
    assert settings(text) == Settings()


def test_the_order_is_that_of_the_file() -> None:
    patterns = [f"p{number}" for number in (3, 1, 2, 10, 0)]
    text = "owners:\n" + "".join(f"  {pattern}: @a\n" for pattern in patterns)
    assert [pattern for pattern, _ in owners(text)] == patterns


def test_a_line_further_down_it_is_the_same_rule() -> None:
    text = "owners:\n  '*': @a\nrequire:\n  x: @b\nnotify:\n  y: @c\n"
    moved = "\n# moved\n" + text.replace("  '*'", "\n    *").replace("  x", "\n\n  x")
    assert settings(moved) == settings(text)
    assert hash(settings(moved)) == hash(settings(text))
    assert settings(moved).owners[0].place == Place("", 5, 5)
    assert settings(text).owners[0].place == Place("", 2, 3)


@pytest.mark.parametrize(
    "other",
    [
        "owners: {a: [@y], b: [@x]}",
        "owners: {b: [@x], a: [@x, @y]}",
        "owners: {a: [@y, @x], b: [@x]}",
        "owners: {a: [@x, @y]}",
        "notify: {a: [@x, @y], b: [@x]}",
    ],
)
def test_rules_that_say_another_thing_are_not_the_same(other: str) -> None:
    assert settings("owners: {a: [@x, @y], b: [@x]}") != settings(other)


# What is wrong ---------------------------------------------------------------------------------

_OWNER: Final = "expected @login, @organisation/team or an e-mail address, found"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Sections.
        ("owners: [@a]", "1:9: owners: expected a mapping, found a list"),
        ("owners: @a", "1:9: owners: expected a mapping, found '@a'"),
        ("require: 3", "1:10: require: expected a mapping, found 3"),
        ("notify: true", "1:9: notify: expected a mapping, found true"),
        ("select: [cap]", "1:9: select: expected a mapping, found a list"),
        ("owner: {a: @b}", '1:1: owner: no such setting; did you mean "owners"?'),
        # Owners.
        ("owners: {a: bob}", f"1:13: owners: {_OWNER} 'bob'; did you mean @bob?"),
        ("owners: {a: [@x, bob]}", f"1:18: owners: {_OWNER} 'bob'; did you mean @bob?"),
        ("owners:\n  *.b: [@x, o/t]", f"2:13: owners: {_OWNER} 'o/t'; did you mean @o/t?"),
        ("owners:\n  *.b:\n  - @x\n  - @@y", f"4:5: owners: {_OWNER} '@@y'"),
        ("owners: {a: @x/y/z}", f"1:13: owners: {_OWNER} '@x/y/z'"),
        ("owners: {a: @-x}", f"1:13: owners: {_OWNER} '@-x'"),
        ("owners: {a: @}", f"1:13: owners: {_OWNER} '@'"),
        ("owners: {a: [@x @y]}", "1:14: owners: one owner for each item: put commas between them"),
        ("owners: {a: @x bob @y}", f"1:13: owners: {_OWNER} 'bob'; did you mean @bob?"),
        ("owners: {*.a: @x, *.b: @o'c}", f'1:24: owners: {_OWNER} "@o\'c"'),
        ("owners: {a: 3}", "1:13: owners: expected a list of owners"),
        ("owners: {a: true}", "1:13: owners: expected a list of owners"),
        ("owners: {a: {b: @x}}", "1:13: owners: expected a list of owners"),
        ("owners: {a: [3]}", "1:14: owners: expected text, found 3"),
        ("owners: {a: [@x, ~]}", "1:18: owners: expected text, found nothing"),
        ("owners: {a: [[@x]]}", "1:14: owners: expected text, found a list"),
        ("owners: {a: [@x: y]}", "1:14: owners: expected text, found a mapping"),
        ("owners: {a: ['']}", "1:14: owners: expected text, found ''"),
        # Patterns.
        ("owners: {'': @x}", "1:10: owners: expected text, found ''"),
        ("owners: {/: @x}", "1:10: owners: the pattern '/': `/` matches nothing"),
        ("owners:\n  *.js: @x\n  *[b]: @y", "3:3: owners: the pattern '*[b]': character classes"),
        ("owners: {'!a': @x}", "1:10: owners: the pattern '!a': a leading `!`"),
        ("owners: {a**: @x}", "1:10: owners: the pattern 'a**': `**` stands for whole"),
        ("owners: {***: @x}", "1:10: owners: the pattern '***': `***` has no meaning"),
        ("owners: {a//b: @x}", "1:10: owners: the pattern 'a//b': an empty segment"),
        ("owners: {a/**/: @x}", "1:10: owners: the pattern 'a/**/': `**/` at the end"),
        ("notify: {'a\\': @x}", "1:10: notify: the pattern 'a\\\\': the pattern ends in a lone"),
        ("require: {'a[': @x}", "1:11: require: a[: the pattern 'a[': character classes"),
        # Requirements.
        ("require: {x: }", "1:14: require: x: a requirement needs any_of or all_of with somebody"),
        ("require: {x: {}}", "1:14: require: x: a requirement needs any_of or all_of"),
        ("require: {x: []}", "1:14: require: x: a requirement needs any_of or all_of"),
        ("require: {x: {any_of: , all_of: []}}", "1:14: require: x: a requirement needs any_of"),
        ("require: {x: bob}", f"1:14: require: x: {_OWNER} 'bob'; did you mean @bob?"),
        ("require: {x: 3}", "1:14: require: x: expected a list of owners"),
        ("require: {x: {all_of: [@a, bob]}}", f"1:28: require: x: {_OWNER} 'bob'; did you"),
        ("require: {x: {all_of: @a, count: 2}}", "1:14: require: x: count goes with any_of"),
        (
            "require: {x: {any_of: [@a, @b], count: 3}}",
            "1:14: require: x: count is 3, and any_of names 2",
        ),
        (
            "require:\n  *.x:\n    any_of: @a\n    all_of: [@b, @c]\n    count: 2",
            "3:5: require: *.x: count is 2, and any_of names 1",
        ),
        (
            "require: {x: {any_of: @a, count: 0}}",
            "1:34: require: x: expected a whole number from 1 on, found 0",
        ),
        ("require: {x: {any_of: @a, count: -1}}", "1:34: require: x: expected a whole number"),
        ("require: {x: {any_of: @a, count: two}}", "1:34: require: x: expected a whole number"),
        ("require: {x: {any_of: @a, count: 1.0}}", "1:34: require: x: expected a whole number"),
        ("require: {x: {any_of: @a, count: true}}", "1:34: require: x: expected a whole number"),
        ("require: {x: {any_of: @a, block: yes}}", "1:34: require: x: expected true or false"),
        ("require: {x: {any_of: @a, dismiss_stale: 1}}", "1:42: require: x: expected true or"),
        ("require: {x: {any_of: @a, except: 3}}", "1:35: require: x: expected a list of texts"),
        ("require: {x: {any_of: @a, except: 'a['}}", "1:35: require: x: the pattern 'a['"),
        ("require: {x: {any_of: @a, except: [b, 'a[']}}", "1:39: require: x: the pattern 'a['"),
        (
            "require: {x: {anyof: @a}}",
            "1:15: require: x: a requirement has no 'anyof'; did you mean \"any_of\"?",
        ),
        (
            "require: {x: {any_of: @a, *excep: b}}",
            "1:27: require: x: a requirement has no '*excep'; did you mean \"except\"?",
        ),
        ("require: {x: {any_of: @a, foo: b}}", "1:27: require: x: a requirement has no 'foo'"),
        # Whom to choose.
        ("select: {per_rule: 0}", "1:20: select.per_rule: "),
        ("select: {per_rule: two}", "1:20: select.per_rule: expected a whole number"),
        ("select: {cap: -1}", "1:15: select.cap: expected a whole number from 0"),
        ("select: {cap: 1000000001}", "1:15: select.cap: expected a whole number from 0"),
        (
            "select: {strategy: balance}",
            (
                "1:20: select.strategy: expected balanced or listed, found 'balance'; did you "
                'mean "balanced"?'
            ),
        ),
        ("select: {exclude: bob}", f"1:19: select.exclude: {_OWNER} 'bob'; did you mean @bob?"),
        ("select: {exclude: [@a, bob]}", f"1:24: select.exclude: {_OWNER} 'bob'; did you"),
        (
            "select: {events: [opened, reopend]}",
            (
                "1:27: select.events: expected opened or reopened or ready_for_review or "
                "synchronize, found 'reopend'; did you mean \"reopened\"?"
            ),
        ),
        ("select: {events: null}", "1:18: select.events: expected opened or"),
        ("select: {drafts: on}", "1:18: select.drafts: expected true or false, found 'on'"),
        ("select: {blame: 1}", "1:17: select.blame: expected true or false, found 1"),
        (
            "select: {perrule: 2}",
            '1:10: select.perrule: no such setting; did you mean "per_rule"?',
        ),
        ("cap: 2", '1:1: cap: no such setting; did you mean "select.cap"?'),
        # YAML.
        ("owners:\n  *.js: [@a, *b]", "2:14: an anchor or alias is not allowed here"),
        ("owners:\n  a: *all", "2:6: an anchor or alias is not allowed here"),
        ("owners:\n  a: &all [@x]", "2:6: an anchor or alias is not allowed here"),
        ("owners:\n  *.a: [@a, &b @c]", "2:13: an anchor or alias is not allowed here"),
        ("owners: {*.a: @x, b: !!set {@a}}", "1:22: the tag tag:yaml.org,2002:set is not allowed"),
        ("owners:\n  [@a]: @x", "2:3: a key that is not plain text is not allowed here"),
        ("owners:\n  *.js [@a]", "2:3: owners: expected a mapping, found '*.js [@a]'"),
        ("owners:\n  *.js: @a: @b", "2:11: mapping values are not allowed here"),
        ("owners:\n  *.js: @a\n *.md: @b", "3:2: "),
        ("owners:\n  *.js: [@a\n  *.md: [@b]", "3:"),
        ("owners:\n  *.js: @a\n---\n*.md: @b", "3:1: a second document is not allowed here"),
        ("owners: {*.js: " + "[" * 31 + "@a", "1:47: more than 32 levels is not allowed here"),
        ("owners: {*.js: @a} #" + "x" * (1 << 20), "1:1: the file is larger than 1 MiB"),
    ],
)
def test_each_mistake_is_told_at_its_place_in_the_file(text: str, said: str) -> None:
    assert problem(text).startswith(said)


def test_32_levels_are_read() -> None:
    text = "owners: {*.js: " + "[" * 30 + "@a" + "]" * 30 + "}"
    assert problem(text) == "1:17: owners: expected text, found a list"


def test_a_file_of_a_mebibyte_is_read_and_one_byte_more_is_not() -> None:
    text = "owners: {*.js: @a} #"
    assert owners(text + "x" * ((1 << 20) - len(text))) == [("*.js", ("@a",))]
    assert problem(text + "x" * ((1 << 20) - len(text) + 1)).startswith("1:1: the file is larger")


def test_the_size_is_that_of_the_file_not_of_its_characters() -> None:
    assert problem("owners: {*.js: @a} #" + "€" * (1 << 19)).startswith("1:1: the file is larger")


def test_all_mistakes_are_told_at_once() -> None:
    text = """\
owners:
  *.js: [bob, @a, 3]
  b[: [@x]
  *.c: 5
require:
  *.sql: {any_of: bob, count: 0, block: 1, exept: x}
  z:
notify:
  *: carol dave
select: {cap: x, strategy: y, exclude: [e, f], events: [g, h]}
"""
    assert [each.split(" ")[0] + each.split(" ")[1] for each in problems(text)] == [
        "2:10:owners:",
        "2:19:owners:",
        "3:3:owners:",
        "4:8:owners:",
        "6:19:require:",
        "6:31:require:",
        "6:41:require:",
        "6:44:require:",
        "7:5:require:",
        "9:6:notify:",
        "9:6:notify:",
        "10:15:select.cap:",
        "10:28:select.strategy:",
        "10:41:select.exclude:",
        "10:44:select.exclude:",
        "10:57:select.events:",
        "10:60:select.events:",
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("owners: {'b[': bob}", ["1:10", "1:16"]),
        ("require: {'b[': bob}", ["1:11", "1:17"]),
        ("require: {x: {any_of: @a, except: ['a[', 'b[', ok]}}", ["1:36", "1:42"]),
    ],
)
def test_two_mistakes_in_one_rule_are_told_at_once(text: str, places: list[str]) -> None:
    assert [each.rsplit(": ")[0] for each in problems(text)] == places


def test_every_key_that_is_there_twice_is_told_at_once() -> None:
    text = """\
owners:
  *.js: @a
  docs: @b
  *.js: @c
  docs: @d
require:
  *: {any_of: @a, any_of: @b}
  '*': @c
"""
    assert problems(text) == [
        f"{place}: the key {key!r} a second time (first on line {first}) is not allowed here"
        for place, key, first in [
            ("4:3", "*.js", 2),
            ("5:3", "docs", 3),
            ("7:19", "any_of", 7),
            ("8:3", "*", 7),
        ]
    ]


def test_a_key_that_is_there_three_times_was_first_on_the_first_line() -> None:
    assert problems("owners:\n  a: @x\n  a: @y\n  a: @z\n") == [
        "3:3: the key 'a' a second time (first on line 2) is not allowed here",
        "4:3: the key 'a' a second time (first on line 2) is not allowed here",
    ]


@pytest.mark.parametrize("key", ["&name a", "!!binary a", "!own a"])
def test_an_anchor_or_tag_on_a_key_is_refused_too(key: str) -> None:
    assert problem(f"owners:\n  {key}: @x\n").startswith("2:3: ")


@pytest.mark.parametrize("people", ["[@a, @a]", "[@a, '@A']", "@a @a"])
def test_nobody_can_approve_twice(people: str) -> None:
    said = problem(f"require: {{x: {{any_of: {people}, count: 2}}}}")
    assert said.startswith("1:14: require: x: count is 2, and any_of names 1;")


def test_a_team_may_have_as_many_people_as_are_needed() -> None:
    (found,) = settings("require: {x: {any_of: [@o/team, @a], count: 9}}").require
    assert found.count == 9


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("@ok bob", (2, 10)),
        ("@ok, bob", (2, 11)),
        ("'@ok bob'", (2, 11)),
        ('"@ok bob"', (2, 11)),
        ("'@ok, bob'", (2, 12)),
        ("|\n    @ok\n    bob", (4, 5)),
    ],
)
def test_an_owner_within_a_text_is_told_at_its_place_or_at_that_of_the_text(
    value: str, place: tuple[int, int]
) -> None:
    line, column, *_ = problem(f"owners:\n  x: {value}\n").split(":")
    assert (int(line), int(column)) in {place, (2, 6)}


_WRONG: Final = st.sampled_from(["bob", "@@x", "o/t", "@a/b/c", "me@", "@-", "x'y"])
_RIGHT: Final = st.sampled_from(["@a", "@org/team", "me@example.com", "@B-2"])


@BRIEF
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["*.js", "*", "**/a b", "docs/**", "@x"]),
            st.lists(st.one_of(_RIGHT, _WRONG), max_size=4),
            st.booleans(),
        ),
        max_size=5,
        unique_by=lambda rule: rule[0],
    )
)
def test_every_wrong_owner_is_found_where_it_stands(
    rules: list[tuple[str, list[str], bool]],
) -> None:
    lines, expected = ["owners:"], []
    for pattern, people, is_block in rules:
        lines.append(f"  {pattern}: " + ("" if is_block else "["))
        for person in people:
            if is_block:
                lines.append("  - ")
            at = len(lines), len(lines[-1]) + 1
            lines[-1] += person if is_block else f"{person}, "
            if person in {"bob", "@@x", "o/t", "@a/b/c", "me@", "@-", "x'y"}:
                expected.append(f"{at[0]}:{at[1]}")
        lines[-1] += "" if is_block else "]"
    try:
        load("\n".join(lines))
        found = []
    except SettingsError as error:
        found = [":".join(each.split(":")[1:3]) for each in error.problems]
    assert found == expected


# The schema for editors ------------------------------------------------------------------------


def is_accepted(text: str) -> bool:
    """Whether the schema that ships takes it, as any reader of YAML sees it."""
    return not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text)))


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        "owners:\n",
        "owners: {a: null, b: '@x', c: ['@y', z@example.com], d: []}",
        "require: {a: '@x', b: ['@x'], c: {any_of: '@x @z', all_of: ['@y'], count: 2}}",
        "require: {a: {any_of: '@x', except: '*.md', block: false, dismiss_stale: false}}",
        "notify: {a: '@x'}",
        "select: {per_rule: null, cap: null, strategy: listed, exclude: '@x', events: [opened]}",
        "select: {events: opened}",
        "select: {drafts: true, blame: true}",
    ],
)
def test_the_schema_accepts_what_is_read(text: str) -> None:
    load(text)
    assert is_accepted(text)


@pytest.mark.parametrize(
    "text",
    [
        "owners: ['@a']",
        "owners: {a: 3}",
        "owners: {a: [3]}",
        "owners: {a: ['']}",
        "owners: {a: {b: '@x'}}",
        "owner: {a: '@x'}",
        "require: {a: 3}",
        "require: {a: {anyof: '@x'}}",
        "require: {a: {any_of: '@x', count: 0}}",
        "require: {a: {any_of: '@x', count: two}}",
        "require: {a: {any_of: '@x', block: 'yes'}}",
        "require: {a: {any_of: '@x', except: 3}}",
        "notify: '@a'",
        "select: {per_rule: 0}",
        "select: {per_rule: '2'}",
        "select: {cap: -1}",
        "select: {strategy: other}",
        "select: {events: [closed]}",
        "select: {drafts: 'on'}",
        "select: {caps: 2}",
    ],
)
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    assert problems(text)
    assert not is_accepted(text)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_rules_is_described_for_editors(key: str) -> None:
    described = SCHEMA["properties"][key]
    assert described.get("description") or all(
        each["description"] for each in described["properties"].values()
    )
