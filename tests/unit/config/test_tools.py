"""Definitions of tools: their fields, their layers, and the ones that ship."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Final

import jsonschema
import pytest
import yaml

from qgate.config.kinds import WrongValue
from qgate.config.load import load
from qgate.config.tools import CONDITION, Definitions, combine, fields_schema, read_fields
from qgate.errors import SettingsError
from qgate.model.tool import Blocks, Tool
from qgate.parse import findings, yaml_reader
from qgate.parse.path_index import PathSet
from tests.support.repo import ROOT

FOLDER: Final = ROOT / "rules/tools"
SHIPPED: Final = {f"rules/tools/{each.name}": each.read_text() for each in FOLDER.glob("*.yml")}
OWN: Final = ".qgate/rules/tools/demo.yml"
WHOLE: Final = """\
name: demo
gate: lint
command: [demo, "{files}"]
files: ["*.txt"]
output: regex
pattern: '(?P<message>.+)'
"""


def combined(files: Mapping[str, str], section: str = "") -> Definitions:
    return combine(files, load(section).settings.tools, yaml_reader.read)


def problems(files: Mapping[str, str], section: str = "") -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        combined(files, section)
    return refused.value.problems


def demo(**given: str) -> Tool:
    """The definition with other fields, as YAML."""
    lines = [line for line in WHOLE.splitlines() if line.partition(":")[0] not in given]
    text = "\n".join([*lines, *(f"{name}: {value}" for name, value in given.items())])
    return combined({OWN: text}).tools["demo"]


def test_a_definition_needs_little_and_has_defaults_for_the_rest() -> None:
    assert combined({OWN: WHOLE}).tools == {
        "demo": Tool(
            name="demo",
            gate="lint",
            command=("demo", "{files}"),
            files=("*.txt",),
            output="regex",
            pattern="(?P<message>.+)",
        )
    }


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("gate", "prose", "prose"),
        ("ran", "[0, 3]", (0, 3)),
        ("ran", "0", (0,)),
        ("reads", "'*.json'", ("*.json",)),
        ("blocks", "new", Blocks.NEW),
        ("timeout", "60", 60),
        ("network", "true", True),
        ("mutates", "true", True),
        ("stream", "both", "both"),
        ("stdin", "[--name, '{file}']", ("--name", "{file}")),
        ("shadow", "['{file}', '{copy}']", ("{file}", "{copy}")),
        ("variables", "{A: b, C: '1'}", (("A", "b"), ("C", "1"))),
        ("environment", "[PIP_*]", ("PIP_*",)),
        ("version", "[demo, --version]", ("demo", "--version")),
        ("extends", r"'extend = (\S+)'", r"extend = (\S+)"),
        ("config", "[a.ini, 'styles/**']", ("a.ini", "styles/**")),
    ],
)
def test_a_field_is_read_as_its_kind(name: str, given: str, expected: object) -> None:
    assert getattr(demo(**{name: given}), name) == expected


WRONG: Final = [
    ("name: 3", "name: expected text, found 3"),
    ("gate: Lint", "gate: a gate's name is lower-case letters, digits and hyphens"),
    ("gate: 3", "gate: a gate's name is lower-case letters, digits and hyphens"),
    ("command: demo --all", "command: a command is a list of words"),
    ("command: []", "command: expected a list of words, found a list"),
    ("command: [3]", "command: expected text, found 3"),
    ("files: []", "files: expected at least one pattern"),
    ("files: ['a[b]']", "files: the pattern 'a[b]': character classes are not supported"),
    ("reads: ['a**b']", "reads: the pattern 'a**b'"),
    ("output: sarrif", 'did you mean "sarif"?'),
    ("output: ../evil", "output: expected sarif or"),
    ("pattern: '('", "pattern: not a regular expression"),
    ("extends: '['", "extends: not a regular expression"),
    ("stream: stdin", "stream: expected stdout or stderr or both, found 'stdin'"),
    ("ran: []", "ran: expected exit codes from 0 to 255"),
    ("ran: [0, 256]", "ran: expected exit codes from 0 to 255"),
    ("ran: [-1]", "ran: expected a whole number from 0"),
    ("ran: zero", "ran: expected a whole number, found 'zero'"),
    ("version: demo --version", "version: a command is a list of words"),
    ("config: {}", "config: expected a list of texts, found a mapping"),
    ("when: [3]", "when: expected text, found 3"),
    ("blocks: none", "blocks: expected changed-lines or new or all, found 'none'"),
    ("timeout: 1.5", "timeout: expected a whole number"),
    ("timeout: true", "timeout: expected a whole number, found true"),
    ("network: yes", "network: expected true or false, found 'yes'"),
    ("mutates: 1", "mutates: expected true or false, found 1"),
    ("stdin: x y", "stdin: a command is a list of words"),
    ("shadow: []", "shadow: expected a list of words"),
    ("links: 3", "links: expected a list of texts, found 3"),
    ("environment: {A: b}", "environment: expected a list of texts, found a mapping"),
    ("variables: [A]", "variables: expected a mapping, found a list"),
    ("variables: {A: 1}", "variables: expected text, found 1"),
    ("install: 3", "install: expected text, found 3"),
    ("about: []", "about: expected text, found a list"),
    ("comand: [x]", "a tool has no field 'comand'; did you mean \"command\"?"),
    ("zzzzzz: 1", "a tool has no field 'zzzzzz'"),
    # Patterns and conditions that would otherwise be met by chance, or never.
    ("config: ['styles/a**']", "config: "),
    ("config: ['a[b]/*']", "config: "),
    ("when: ['a**b']", "when: "),
    ("when: ['a[b']", "when: "),
    ("when: ['a(b']", "when: "),
    ("when: ['[tool.x]']", "when: "),
    ("extends: 'extend = .+'", "extends: "),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_a_wrong_field_is_named_with_its_place(line: str, said: str) -> None:
    name = line.partition(":")[0]
    rest = [each for each in WHOLE.splitlines() if each.partition(":")[0] != name]
    (problem,) = problems({OWN: "\n".join([*rest, line])})
    assert re.match(rf"{re.escape(OWN)}:{len(rest) + 1}:\d+: ", problem), problem
    assert said in problem


def test_the_table_of_wrong_fields_forgets_none() -> None:
    assert {each.name for each in fields(Tool)} <= {line.partition(":")[0] for line, _ in WRONG}


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_in_the_settings_a_wrong_field_is_named_with_its_place(line: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(f"tools:\n  demo:\n    {line}\n")
    (problem,) = refused.value.problems
    assert re.match(r"\.qgate\.yml:3:\d+: tools: demo: ", problem), problem
    assert said in problem


@pytest.mark.parametrize(
    "gate", ["approvals", "change", "checklist", "coverage", "documents", "policy", "tools"]
)
def test_the_names_of_what_qgate_judges_itself_are_reserved(gate: str) -> None:
    (problem,) = problems({OWN: WHOLE.replace("lint", gate)})
    assert problem == f"{OWN}:2:7: gate: a tool cannot belong to {gate}"


@pytest.mark.parametrize("name", ["gate", "command", "files", "output"])
def test_a_definition_without_what_it_needs_says_what(name: str) -> None:
    text = "\n".join(line for line in WHOLE.splitlines() if not line.startswith(f"{name}:"))
    (problem,) = problems({OWN: text})
    assert problem == f"{OWN}: a tool needs {name}"


def test_an_empty_definition_says_everything_that_it_needs() -> None:
    assert problems({OWN: ""}) == (f"{OWN}: a tool needs gate, command, files, output",)


@pytest.mark.parametrize("pattern", ["'.+'", "'(.+)'", "'(?P<line>.+)'", "'(?:x)'"])
def test_an_expression_without_the_group_of_the_message_is_refused(pattern: str) -> None:
    text = WHOLE.replace("'(?P<message>.+)'", pattern)
    assert problems({OWN: text}) == (
        f"{OWN}: output: regex needs a pattern with the named group (?P<message>...)",
    )


def test_an_expression_is_needed_where_one_is_used_and_only_there() -> None:
    without = WHOLE.replace("pattern: '(?P<message>.+)'\n", "")
    (problem,) = problems({OWN: without})
    assert "needs a pattern" in problem
    (problem,) = problems({OWN: WHOLE.replace("regex", "sarif")})
    assert problem == f"{OWN}: pattern goes with output: regex"


@pytest.mark.parametrize("name", ["stdin", "shadow"])
def test_what_names_a_file_must_say_where(name: str) -> None:
    (problem,) = problems({OWN: f"{WHOLE}{name}: [--x]\n"})
    assert problem == f"{OWN}: {name} must say where the {{file}} goes"


def test_the_files_name_is_the_tools() -> None:
    assert problems({OWN: WHOLE.replace("demo\n", "other\n", 1)}) == (
        f"{OWN}:1:1: the tool's name must be the file's: demo",
    )
    nameless = WHOLE.replace("name: demo\n", "")
    assert combined({OWN: nameless}).tools["demo"].name == "demo"


def test_in_the_settings_another_name_inside_is_refused() -> None:
    section = "tools:\n  demo:\n    name: other\n"
    assert problems({OWN: WHOLE}, section)


@pytest.mark.parametrize("name", ["../../up", "a/b", "''", "'a\\nb'", "."])
def test_a_tools_name_is_a_plain_word(name: str) -> None:
    """It becomes the name of a folder in the cache."""
    lines = "".join(f"    {line}\n" for line in WHOLE.splitlines()[1:])
    assert problems({}, f"tools:\n  {name}:\n{lines}")


def test_broken_yaml_is_named_with_its_place() -> None:
    (problem,) = problems({OWN: "name: demo\ncommand: ["})
    assert problem.startswith(f"{OWN}:3:1: ")


def test_every_problem_of_every_file_is_told_at_once() -> None:
    other = OWN.replace("demo", "other")
    found = problems({OWN: "gate: Lint", other: "zzzzzz: 1", OWN.replace("demo", "third"): ""})
    assert [each.partition(".yml")[0].rpartition("/")[2] for each in found] == [
        "demo",
        "other",
        "third",
    ]


def test_a_repository_may_change_some_fields_of_a_shipped_tool() -> None:
    before = combined(SHIPPED).tools["ruff"]
    own = {**SHIPPED, ".qgate/rules/tools/ruff.yml": "timeout: 7\n"}
    after = combined(own, "tools: {ruff: {blocks: all}}").tools["ruff"]
    assert (after.timeout, after.blocks) == (7, Blocks.ALL)
    same = {each.name for each in fields(Tool)} - {"timeout", "blocks"}
    assert all(getattr(after, name) == getattr(before, name) for name in same)


def test_the_settings_come_after_the_files() -> None:
    own = {**SHIPPED, ".qgate/rules/tools/ruff.yml": "timeout: 7\n"}
    assert combined(own, "tools: {ruff: {timeout: 8}}").tools["ruff"].timeout == 8


def test_another_output_of_a_shipped_tool_needs_no_expression() -> None:
    """Its expression goes with the output that it was for."""
    found = combined(SHIPPED, "tools: {actionlint: {output: sarif}}").tools["actionlint"]
    assert (found.output, found.pattern) == ("sarif", "")


def test_a_tool_of_a_new_gate_makes_the_gate() -> None:
    found = combined({**SHIPPED, OWN: WHOLE.replace("lint", "prose")})
    assert "prose" in found.gates()
    assert [each.name for each in found.of_gate("prose")] == ["demo"]
    assert "demo" not in {each.name for each in found.of_gate("lint")}


@pytest.mark.parametrize("path", sorted(SHIPPED))
def test_a_shipped_definition_is_whole_and_can_be_used(path: str) -> None:
    (tool,) = combined({path: SHIPPED[path]}).tools.values()
    assert tool.output in findings.FORMATS
    assert callable(findings.reader(tool.output))
    assert tool.gate in {"lint", "types", "audit"}
    assert tool.when, "one that every project ran would be a surprise"
    assert tool.install
    assert tool.about
    assert tool.version[0] == tool.command[0]
    assert all(CONDITION.fullmatch(each) for each in tool.when)
    PathSet([*tool.files, *tool.reads, *(each for each in tool.config if "*" in each)])
    if tool.extends:
        assert re.compile(tool.extends).groups == 1


@pytest.mark.parametrize("path", sorted(SHIPPED))
def test_the_schema_for_editors_takes_every_shipped_definition(path: str) -> None:
    jsonschema.validate(yaml.safe_load(SHIPPED[path]), fields_schema())


def test_the_schema_knows_every_field() -> None:
    assert {*fields_schema()["properties"]} == {each.name for each in fields(Tool)}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"comand": ["x"]}, fields_schema())


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(WrongValue, match="expected a mapping, found a list"):
        read_fields(yaml_reader.read("[a]"))
