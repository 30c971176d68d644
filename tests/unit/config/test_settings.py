"""Settings: decoding, layers, problems, the schema that ships."""

import json
from fractions import Fraction

import jsonschema
import pytest

from qgate.config.load import Layer, load, variable
from qgate.config.options import Bar
from qgate.config.schema import settings_schema
from qgate.config.settings import Settings, build, options, value_of
from qgate.errors import SettingsError
from tests.support.repo import ROOT

KEYS = [key for key, _, _ in options()]


def problems(text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load(text, environ=environ)
    return refused.value.problems


def test_no_file_and_an_empty_file_give_the_defaults() -> None:
    assert load(None).settings == load("").settings == load("gates:\n").settings == Settings()


def test_every_problem_is_named_with_its_place() -> None:
    text = """\
version: 2
gates:
  coverage:
    treshold: 80
    partial: hits
    exclude: [ok, 'a[b]']
    command: pytest -q
  lynt: {}
base: 3
"""
    assert problems(text, QGATE_BAES="x", QGATE_GATES__COVERAGE__THRESHOLD="[") == (
        ".qgate.yml:1:10: version: expected 1, found 2",
        '.qgate.yml:4:5: gates.coverage.treshold: no such setting; did you mean "threshold"?',
        (
            ".qgate.yml:5:14: gates.coverage.partial: expected hit or ratio or miss, "
            "found 'hits'; did you mean \"hit\"?"
        ),
        (
            ".qgate.yml:6:19: gates.coverage.exclude: the pattern 'a[b]': character classes are "
            "not supported; escape with `\\`"
        ),
        (
            ".qgate.yml:7:14: gates.coverage.command: a command is a list of words, such as "
            "[coverage, run, -m, pytest]"
        ),
        '.qgate.yml:8:3: gates.lynt: no such setting; did you mean "lint"?',
        ".qgate.yml:9:7: base: expected text, found 3",
        'environment: QGATE_BAES: no such setting; did you mean "QGATE_BASE"?',
        "environment: QGATE_GATES__COVERAGE__THRESHOLD: did not find expected node content",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1", "an anchor or alias is not allowed here"),
        ("base: *x", "an anchor or alias is not allowed here"),
        ("base: !!python/object:os.system x", "the tag"),
        ("base: a\nbase: b", "the key 'base' a second time (first on line 1)"),
        ("base: a\n---\nbase: b", "a second document"),
        ("[" * 40 + "]" * 40, "more than 32 levels"),
        ("? [a]\n: b", "a key that is not plain text"),
        ("base: [", "did not find expected node content"),
        ("base: \x01", "not valid YAML"),
        ("#" * (1 << 21), "the file is larger than 1 MiB"),
        ("- 1", "expected a mapping, found a list"),
        ("gates: {coverage: 3}", "expected a mapping, found 3"),
    ],
)
def test_yaml_that_is_broken_or_dangerous_is_one_located_problem(text: str, said: str) -> None:
    (problem,) = problems(text)
    assert said in problem
    assert problem.startswith(".qgate.yml:")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("101", "a number from 0 to 100"),
        ("-1", "a number from 0 to 100"),
        ("true", "a number from 0 to 100"),
        ("ninety", "a number from 0 to 100"),
        ("90.123", "at most two decimals"),
        ("null", "a number from 0 to 100"),
    ],
)
def test_a_percentage_is_a_number_of_at_most_two_decimals(value: str, said: str) -> None:
    (problem,) = problems(f"gates: {{coverage: {{threshold: {value}}}}}")
    assert said in problem


def test_percentages_are_exact() -> None:
    loaded = load("gates: {coverage: {threshold: 87.55}}")
    assert loaded.settings.gates.coverage.threshold == Fraction(8755, 100)


def test_the_words_on_and_yes_are_text_not_truth() -> None:
    (problem,) = problems("gates: {coverage: {enabled: yes}}")
    assert "expected true or false, found 'yes'" in problem


def test_a_later_layer_wins_and_every_value_knows_its_place() -> None:
    loaded = load(
        "gates:\n  coverage:\n    threshold: 80\n    max_missing: 3\n    report: a.xml\n",
        environ={"QGATE_GATES__COVERAGE__MAX_MISSING": "5"},
        flags={"gates.coverage.report": ("--report", ("b.xml",))},
    )
    coverage = loaded.settings.gates.coverage
    assert (int(coverage.threshold), coverage.max_missing) == (80, 5)
    assert coverage.report == ("b.xml",)
    places = {key: (origin.layer, origin.place) for key, origin in loaded.origins.items()}
    assert places == {
        "gates.coverage.threshold": (Layer.FILE, ".qgate.yml:3:5"),
        "gates.coverage.max_missing": (Layer.ENVIRONMENT, "QGATE_GATES__COVERAGE__MAX_MISSING"),
        "gates.coverage.report": (Layer.FLAG, "--report"),
    }
    assert loaded.origin("base").layer is Layer.DEFAULT


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_has_a_variable_a_help_and_a_default_that_shows(key: str) -> None:
    option = {name: option for name, option, _ in options()}[key]
    assert option.help.endswith(".")
    assert option.kind.show(value_of(Settings(), key))
    assert variable(key).startswith("QGATE_")
    assert option.bar is not Bar.HIGHER or value_of(Settings(), key) is not False


def test_building_from_the_defaults_changes_nothing() -> None:
    values = {key: value_of(Settings(), key) for key in KEYS}
    assert build(values) == Settings()


def test_the_schema_that_ships_is_the_one_of_the_declarations() -> None:
    text = (ROOT / "rules/schemas/settings.schema.json").read_text("utf-8")
    assert json.loads(text) == settings_schema()


def test_the_schema_accepts_what_qgate_accepts() -> None:
    schema = settings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"version": 1, "gates": {"coverage": {"threshold": 87.5, "report": ["a"]}}}
    jsonschema.validate(good, schema)
    for bad in ({"gates": {"coverage": {"treshold": 1}}}, {"version": 2}, {"base": 3}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
