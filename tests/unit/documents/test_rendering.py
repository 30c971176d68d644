"""Templates give text, within limits, and reach nothing else."""

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.documents.rendering import MOST_CHARACTERS, quoted, render
from qgate.errors import UsageError
from qgate.parse.documents import read

VALUES: Final = {"title": "A title", "list": ["a", "b"], "none": None, "at": {"key": "value"}}


def refused(source: str) -> str:
    with pytest.raises(UsageError) as caught:
        render(source, "t.md", VALUES)
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# {{ title }}", "# A title\n"),
        ("a\n\n\n", "a\n"),
        ("{% for each in list %}\n- {{ each }}\n{% endfor %}\nend", "- a\n- b\nend\n"),
        ("{% for a in list %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2\n"),
        ("{% for a in [] %}{% else %}none{% endfor %}", "none\n"),
        ("{% if none is not none %}x{% else %}{{ none or 'y' }}{% endif %}", "y\n"),
        ("{{ list | join(', ') | upper }}", "A, B\n"),
        ("{{ at.key }} {{ at['key'] }}", "value value\n"),
        ("{{ title ~ '!' }}{% set x = 1 + 2 %}{{ x }}", "A title!3\n"),
        ("{{ missing | default('x') }}", "x\n"),
        ("{{ title | quoted }}", '"A title"\n'),
        ("<b> & {{ '<b>' }}", "<b> & <b>\n"),
    ],
)
def test_a_template_gives_its_text_with_one_line_feed(source: str, expected: str) -> None:
    assert render(source, "t.md", VALUES) == expected


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n{{ missing }}", 2, "'missing' is undefined"),
        ("a\n{% if missing %}{% endif %}", 2, "'missing' is undefined"),
        ("a\n\n{{ at.missing }}", 3, "no attribute 'missing'"),
        ("a\n{% for x in list %}\n{{ y }}\n{% endfor %}", 3, "'y' is undefined"),
        ("a\n{{ title", 2, "unexpected end"),
        ("a\n{% nothing %}", 2, "unknown tag 'nothing'"),
        ("a\n{{ none | join }}", 2, "not iterable"),
        ("{{ 1 | quoted(2) }}", 1, "argument"),
    ],
)
def test_a_mistake_is_said_with_its_line(source: str, line: int, said: str) -> None:
    message = refused(source)
    assert message.startswith(f"t.md:{line}: ")
    assert said in message


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ title.upper }}",
        "{{ at.items }}",
        "{% set x = title.__init__.__globals__ %}{{ x }}",
        "{{ title | attr('__class__') }}",
        "{{ list | map(attribute='__class__') | join }}",
        "{{ '%s' | format(title) }}",
    ],
)
def test_nothing_but_values_is_reached(source: str) -> None:
    assert "t.md:1: " in refused(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ title.upper() }}",
        "{{ range(3) }}",
        "{{ lipsum() }}",
        "{{ cycler('a') }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% block a %}{% endblock %}",
        "{% macro a() %}{% endmacro %}",
        "{% set x %}a{% endset %}",
        "{% filter upper %}a{% endfilter %}",
        "{% call a() %}{% endcall %}",
        "{% for x in list recursive %}{{ loop(x) }}{% endfor %}",
        "{{ 2 ** 3 }}",
        "{{ 'a' * 3 }}",
        "{{ 'a' % 3 }}",
        "{{ {'a': 1} }}",
        "{{ title[1:] }}",
    ],
)
def test_what_no_document_needs_is_refused(source: str) -> None:
    assert "templates have values, conditions, loops and filters only" in refused(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% for i in range(10**9) %}x{% endfor %}", "call"),
        ("{{ 10 ** 10 ** 10 }}", "pow"),
        ("{% for a in 'aaaaaaaaaa' %}" * 9 + "{% endfor %}" * 9, "turns"),
        ("{% set x = 'aaaa' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}", "longer"),
        ("{% set x = 'aaaa' %}" + "{% set x = x + x %}" * 60 + "{{ x }}", "longer"),
        ("{% set x = 'a' * 9 %}", "mul"),
        (f"{{% for a in '{'a' * 9000}' %}}{'b' * 200}{{% endfor %}}", "gives more than"),
        ("{% set x = [1, 2] %}" + "{% set x = [x, x, x, x] %}" * 20 + "{{ x }}", "list"),
        ("{{ list | join('" + "a" * MOST_CHARACTERS + "') }}", "longer"),
        (
            "{% set x = 'ab' %}" + f"{{% set x = x | join('{'-' * 99}') %}}" * 9 + "{{ x }}",
            "longer",
        ),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "recursion"),
        ("a" * (MOST_CHARACTERS + 1), "longer"),
    ],
)
def test_what_would_go_on_without_end_is_stopped(source: str, said: str) -> None:
    started = time.process_time()
    assert said in refused(source)
    assert time.process_time() - started < 5


@given(st.text(alphabet=st.sampled_from("{}%#|.'\"()[]~+-=,: \nabforinsetlist"), max_size=80))
def test_any_template_gives_a_text_or_an_error(source: str) -> None:
    for each in (source, f"{{{{ {source} }}}}"):
        try:
            text = render(each, "t.md", VALUES)
        except UsageError as error:
            text = f"{error}\n" if str(error).startswith("t.md") else ""
        assert text.endswith("\n")


@given(st.text(max_size=60))
def test_a_quoted_text_is_read_again_from_front_matter(text: str) -> None:
    line = quoted(text)
    assert len(line.splitlines()) == 1
    document = read(f"---\nid: a\ntitle: {line}\n---\n# a\n".encode(), "a.md")
    entry = document.fields["title"].value
    assert entry.value == text
    assert (document.line_of("title"), document.body_line) == (3, 5)


def test_half_a_character_becomes_the_sign_for_one_that_is_unknown() -> None:
    assert quoted("a\udc80b") == '"a\\uFFFDb"'
