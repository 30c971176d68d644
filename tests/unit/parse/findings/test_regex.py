"""Text that a definition's expression knows, and the expressions that ship."""

import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.config import tools
from qgate.model.tool import Tool, ToolFinding, Unjudged
from qgate.parse import yaml_reader
from qgate.parse.findings import regex
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import is_clean, never_clean, output, refusal, tool

_FOLDER: Final = Path(__file__).parents[4] / "rules" / "tools"
_PATTERN: Final = (
    r"^(?P<path>[^:]+):(?P<line>\d+)(?:-(?P<end_line>\d+))?:(?P<column>\d+): "
    r"(?:(?P<level>\w+): )?\[(?P<rule>[^\]]+)\] (?P<message>.*)$"
)
_TOOL: Final = tool(pattern=_PATTERN)
_REPORT: Final = b"""\
Checking 2 files
docs/a.md:3-4:7: warning: [Spelling] "teh"?
docs/b.md:1:1: [Heading] none

2 problems
"""


def _shipped(name: str) -> Tool:
    text = (_FOLDER / f"{name}.yml").read_text()
    return tools.combine({f"{name}.yml": text}, (), yaml_reader.read).tools[name]


def test_a_line_that_matches_is_a_finding_and_others_are_passed_over() -> None:
    assert regex.read(output(_REPORT, code=1), _TOOL).findings == (
        ToolFinding(
            path="docs/a.md",
            rule="Spelling",
            message='"teh"?',
            line=3,
            end_line=4,
            column=7,
            level="warning",
        ),
        ToolFinding(path="docs/b.md", rule="Heading", message="none", line=1, end_line=1, column=1),
    )


def test_what_the_expression_does_not_name_has_a_default() -> None:
    given = output(b"  something is wrong  \n")
    (found,) = regex.read(given, tool("vale", pattern="something")).findings
    assert found == ToolFinding(path="", rule="vale", message="something")


@pytest.mark.parametrize(
    ("word", "level"),
    [("Error", "error"), ("E", "error"), ("WARN", "warning"), ("info", "note"), ("odd", "odd")],
)
def test_words_for_levels_are_known_and_others_kept(word: str, level: str) -> None:
    line = f"a:1:1: {word}: [x] y\n".encode()
    (found,) = regex.read(output(line), _TOOL).findings
    assert found.level == level


@pytest.mark.parametrize(
    ("stream", "expected"), [("stdout", ["out"]), ("stderr", ["err"]), ("both", ["out", "err"])]
)
def test_the_definition_says_which_stream_is_read(stream: str, expected: list[str]) -> None:
    definition = tool(pattern=r"^(?P<message>\w+)$", stream=stream)
    findings = regex.read(output(b"out", b"err\n"), definition).findings
    assert [each.message for each in findings] == expected


def test_a_carriage_return_is_no_part_of_a_line() -> None:
    (found,) = regex.read(output(b"a:1:1: [x] y\r\n"), _TOOL).findings
    assert found.message == "y"


def test_a_name_that_is_not_utf_8_survives() -> None:
    (found,) = regex.read(output(b"\xff.md:1:1: [x] y\n"), _TOOL).findings
    assert found.path == "\udcff.md"


def test_a_line_that_goes_on_belongs_to_the_finding_above_it() -> None:
    definition = tool(pattern=r"^(?P<path>\w+): (?P<message>.*)$|^(?P<more>  .*)$")
    report = b"  alone\na: one\n  two\nnothing\n  three\nb: four\n"
    messages = [each.message for each in regex.read(output(report, code=1), definition).findings]
    assert messages == ["one\n  two\n  three", "four"]


def test_a_line_can_say_that_a_file_does_not_parse() -> None:
    definition = tool(pattern=r"^(?P<message>(?P<syntax>cannot parse)?.*)$")
    findings = regex.read(output(b"cannot parse this\nbad style"), definition).findings
    assert [each.is_parse_error for each in findings] == [True, False]


def test_a_line_can_say_that_something_was_not_judged() -> None:
    definition = tool(
        "demo", pattern=r"^(?P<message>x)|(?:(?P<path>\w+): )?skipped (?P<unjudged>.*)"
    )
    reading = regex.read(output(b"a: skipped too big\nskipped all\n", code=1), definition)
    assert reading.unjudged == (Unjudged("a", "too big", "a"), Unjudged("demo", "all", ""))
    assert not reading.findings


def test_a_run_that_failed_without_a_match_is_refused_with_its_words() -> None:
    words = b"Traceback (most recent call last):\nKeyError: 'x'\n"
    assert "KeyError" in refusal(regex.read, output(b"", words, code=1), _TOOL)
    assert "it printed nothing" in refusal(regex.read, output(code=2), _TOOL)


@pytest.mark.parametrize("report", [b"", b"all good\n"])
def test_a_run_that_went_well_without_a_match_has_no_findings(report: bytes) -> None:
    assert is_clean(regex.read(output(report), _TOOL))


def test_a_line_of_more_than_10000_characters_is_refused() -> None:
    assert is_clean(regex.read(output(b"x" * 10_000), _TOOL))
    assert "line 2" in refusal(regex.read, output(b"\n" + b"x" * 10_001), _TOOL)


@pytest.mark.parametrize("pattern", ["", "(", "(?P<message>x){9999999999999999999}"])
def test_an_expression_that_cannot_be_used_is_refused(pattern: str) -> None:
    refusal(regex.read, output(b"x"), tool(pattern=pattern))


@pytest.mark.parametrize("digits", ["9" * 10, "9" * 5000, "\u0663"])
def test_a_number_that_no_line_has_is_refused(digits: str) -> None:
    line = f"a:{digits}:1: [x] y\n".encode()
    refusal(regex.read, output(line), _TOOL)


def test_tsc_is_read_with_all_lines_of_a_message() -> None:
    report = b"""\
src/a(1).ts(3,14): error TS2322: Type 'A' is not assignable to type 'B'.
  Types of parameters 'a' and 'a' are incompatible.
    Type 'number' is not assignable to type 'string'.
src/c.ts(1,14): error TS1134: Variable declaration expected.
"""
    first, second = regex.read(output(report, code=2), _shipped("tsc")).findings
    assert first == ToolFinding(
        path="src/a(1).ts",
        rule="TS2322",
        message="Type 'A' is not assignable to type 'B'.\n"
        "  Types of parameters 'a' and 'a' are incompatible.\n"
        "    Type 'number' is not assignable to type 'string'.",
        line=3,
        end_line=3,
        column=14,
    )
    assert (second.rule, second.is_parse_error) == ("TS1134", True)


@pytest.mark.parametrize(
    "words",
    [b"TS18003: No inputs were found in config file '/project/tsconfig.json'.",
     b"TS5083: Cannot read file '/project/base.json'.",
     b"TS5023: Unknown compiler option '--nosuch'."],
)  # fmt: skip
def test_an_error_of_tsc_without_a_file_is_something_that_was_not_judged(words: bytes) -> None:
    reading = regex.read(output(b"error " + words + b"\n", code=2), _shipped("tsc"))
    assert reading.unjudged == (Unjudged("tsc", words.decode(), ""),)


def test_the_help_of_tsc_where_there_is_no_project_is_refused() -> None:
    report = (
        b"Version 6.0.3\ntsc: The TypeScript Compiler - Version 6.0.3\n\nCOMMON COMMANDS\n\n  tsc\n"
    )
    refusal(regex.read, output(report, code=1), _shipped("tsc"))


def test_actionlint_is_read_and_yaml_that_does_not_parse_is_a_parse_error() -> None:
    report = b"""\
.github/workflows/a.yml:8:24: "github.event.issue.title" is potentially untrusted [expression]
.github/workflows/b.yml:1:0: could not parse as YAML: did not find node content [syntax-check]
"""
    first, second = regex.read(output(report, code=1), _shipped("actionlint")).findings
    assert first == ToolFinding(
        path=".github/workflows/a.yml",
        rule="expression",
        message='"github.event.issue.title" is potentially untrusted',
        line=8,
        end_line=8,
        column=24,
    )
    assert second.is_parse_error
    assert not first.is_parse_error


@pytest.mark.parametrize(
    "words", ['could not read "gone.yml": open gone.yml: no such file or directory',
              "could not parse config file: yaml: line 1: did not find node content"]
)  # fmt: skip
def test_a_failure_of_actionlint_is_refused(words: str) -> None:
    assert words in refusal(regex.read, output(b"", words.encode(), code=3), _shipped("actionlint"))


def test_promtool_is_read_from_standard_error() -> None:
    words = b"""\
  FAILED:
r.yml: 5:11: group "a", rule 1, "job:x:sum": could not parse expression: 1:6: parse error
  FAILED:
b.yml: yaml: unmarshal errors:
  line 3: field rulez not found in type rulefmt.RuleGroup
"""
    report = b"Checking r.yml\n\nChecking ok.yml\n  SUCCESS: 1 rules found\n\nChecking b.yml\n\n"
    findings = regex.read(output(report, words, code=1), _shipped("promtool")).findings
    assert [(each.path, each.line, each.column) for each in findings] == [
        ("r.yml", 5, 11),
        ("b.yml", 0, 0),
    ]
    assert findings[1].message == (
        "yaml: unmarshal errors:\n  line 3: field rulez not found in type rulefmt.RuleGroup"
    )
    assert all(each.is_parse_error for each in findings)


def test_a_wrong_call_of_promtool_is_refused() -> None:
    words = b"promtool: error: path 'gone.yml' does not exist, try --help\n"
    assert "gone.yml" in refusal(regex.read, output(b"", words, code=1), _shipped("promtool"))


@pytest.mark.parametrize("name", ["tsc", "actionlint", "promtool"])
@pytest.mark.parametrize(
    "part",
    [
        "a",
        "(",
        "(1,1",
        "1",
        ":1",
        "a:1:1: ",
        "a(1,1): error ",
        ": ",
        " ",
        " [",
        "error TS1",
        "a.yml:1:1: ",
    ],
)
def test_no_line_slows_a_shipped_expression_down(name: str, part: str) -> None:
    definition = _shipped(name)
    line = (part * 10_000)[:9_990].encode() + b"\n"
    started = time.process_time()
    regex.read(output(line, line), definition)
    # The worst takes 0.04 s; exponential time would never end.
    assert time.process_time() - started < 5


@THOROUGH
@given(damaged(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(regex.read, output(report, code=code), _TOOL)
