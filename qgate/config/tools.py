"""Tool definitions: read from YAML, laid over each other by name, checked as a whole.

The layers are the definitions that ship (rules/tools/), those of the repository
(.qgate/rules/tools/), and `tools` in .qgate.yml. A later layer may give only some fields.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.errors import SettingsError
from qgate.model.tool import Blocks, Tool
from qgate.parse import findings
from qgate.parse.yaml_tree import InvalidYaml, Located

Fields = Mapping[str, Any]

# What shows that a project uses a tool.
CONDITION: Final = re.compile(r"(?P<path>[^\[(]+)(?:\[(?P<section>[^\]]+)\]|\((?P<word>[^)]+)\))?")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GATE: Final = re.compile(r"[a-z][a-z0-9-]*")
_MAX_CODE: Final = 255
_REQUIRED: Final = ("gate", "command", "files", "output")
_RESERVED: Final = frozenset(
    {"approvals", "change", "checklist", "coverage", "documents", "policy", "tools"}
)


def _read_gate(at: Located) -> str:
    if not isinstance(at.value, str) or not _GATE.fullmatch(at.value):
        raise WrongValue("a gate's name is lower-case letters, digits and hyphens", at)
    if at.value in _RESERVED:
        raise WrongValue(f"a tool cannot belong to {at.value}", at)
    return at.value


def _read_codes(at: Located) -> tuple[int, ...]:
    items = at.value if isinstance(at.value, tuple) else (at,)
    codes = tuple(kinds.COUNT.read(item) for item in items)
    if not codes or max(codes) > _MAX_CODE:
        raise WrongValue(f"expected exit codes from 0 to {_MAX_CODE}", at)
    return codes


def _read_expression(at: Located) -> str:
    text: str = kinds.TEXT.read(at)
    try:
        re.compile(text)
    except (re.error, RecursionError) as error:
        raise WrongValue(f"not a regular expression: {error}", at) from error
    return text


def _read_variables(at: Located) -> tuple[tuple[str, str], ...]:
    return tuple((name, kinds.TEXT.read(entry.value)) for name, entry in kinds.entries(at).items())


def _read_patterns(at: Located) -> tuple[str, ...]:
    patterns: tuple[str, ...] = kinds.PATTERNS.read(at)
    if not patterns:
        raise WrongValue("expected at least one pattern", at)
    return patterns


def _read_names(at: Located) -> tuple[str, ...]:
    """Names of configuration files; those with a slash or a star are patterns."""
    names: tuple[str, ...] = kinds.TEXTS.read(at)
    for name in names:
        if ("/" in name or "*" in name) and not name.startswith("~/"):
            kinds.PATTERNS.read(Located(name, at.line, at.column))
    return names


def _read_conditions(at: Located) -> tuple[str, ...]:
    conditions: tuple[str, ...] = kinds.TEXTS.read(at)
    for text in conditions:
        match = CONDITION.fullmatch(text)
        if match is None:
            raise WrongValue(f"expected FILE, FILE[SECTION] or FILE(WORD), found {text!r}", at)
        kinds.PATTERNS.read(Located(f"/{match['path'].lstrip('/')}", at.line, at.column))
    return conditions


def _read_extends(at: Located) -> str:
    text = _read_expression(at)
    if not re.compile(text).groups:
        raise WrongValue("the first group must be the path of the further file", at)
    return text


def _blocks(at: Located) -> Blocks:
    return Blocks(kinds.one_of(*Blocks).read(at))


_TEXTS_SCHEMA: Final = kinds.TEXTS.schema
_FIELDS: Final[dict[str, Kind]] = {
    "name": kinds.TEXT,
    "gate": Kind(_read_gate, {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}),
    "command": kinds.COMMAND,
    "files": Kind(_read_patterns, kinds.PATTERNS.schema),
    "reads": kinds.PATTERNS,
    "output": kinds.one_of(*findings.FORMATS),
    "pattern": Kind(_read_expression, {"type": "string"}),
    "stream": kinds.one_of("stdout", "stderr", "both"),
    "ran": Kind(_read_codes, {"type": "array", "items": {"type": "integer"}}),
    "version": kinds.COMMAND,
    "config": Kind(_read_names, kinds.TEXTS.schema),
    "extends": Kind(_read_extends, {"type": "string"}),
    "when": Kind(_read_conditions, kinds.TEXTS.schema),
    "blocks": Kind(_blocks, {"enum": list(Blocks)}),
    "timeout": kinds.COUNT,
    "network": kinds.SWITCH,
    "mutates": kinds.SWITCH,
    "stdin": kinds.COMMAND,
    "shadow": kinds.COMMAND,
    "links": kinds.TEXTS,
    "environment": kinds.TEXTS,
    "variables": Kind(_read_variables, {"type": "object"}),
    "install": kinds.TEXT,
    "about": kinds.TEXT,
}


def fields_schema() -> dict[str, Any]:
    """JSON Schema of one definition, for editors."""
    properties = {name: kind.schema for name, kind in _FIELDS.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def read_fields(at: Located) -> dict[str, Any]:
    """The fields of one definition that are there. Raises `WrongValue`."""
    found = {}
    for word, entry in kinds.entries(at).items():
        if word not in _FIELDS:
            near = kinds.suggestion(word, tuple(_FIELDS))
            place = Located(None, entry.line, entry.column)
            raise WrongValue(f"a tool has no field {word!r}{near}", place)
        try:
            found[word] = _FIELDS[word].read(entry.value)
        except WrongValue as error:
            place = Located(None, error.line, error.column)
            raise WrongValue(f"{word}: {error}", place) from error
    return found


def _read_section(at: Located) -> tuple[tuple[str, Fields], ...]:
    """`tools` of the settings: name and fields of each."""
    section: list[tuple[str, Fields]] = []
    for name, entry in kinds.entries(at).items():
        try:
            section.append((name, read_fields(entry.value)))
        except WrongValue as error:
            place = Located(None, error.line, error.column)
            raise WrongValue(f"{name}: {error}", place) from error
    return tuple(section)


SECTION: Final = Kind(
    _read_section,
    {"type": ["object", "null"], "additionalProperties": fields_schema()},
    lambda section: ", ".join(name for name, _ in section) or "none",
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """Every tool by name, complete."""

    tools: Mapping[str, Tool]

    def of_gate(self, gate: str) -> tuple[Tool, ...]:
        """The tools of one gate, in order of definition."""
        return tuple(tool for tool in self.tools.values() if tool.gate == gate)

    def gates(self) -> tuple[str, ...]:
        """Every gate that a tool belongs to."""
        return tuple(dict.fromkeys(tool.gate for tool in self.tools.values()))


def combine(
    files: Mapping[str, str],
    section: Iterable[tuple[str, Fields]],
    read: Callable[[str], Located],
    below: Mapping[str, Tool] | None = None,
) -> Definitions:
    """Definitions from files (name to text) and the settings' section, laid over those `below`.

    `read` turns YAML into a tree. Raises `SettingsError` with every problem.
    """
    merged: dict[str, dict[str, Any]] = {}
    for name, tool in (below or {}).items():
        # What is not set is not there: an empty `pattern` would be refused beside JSON.
        merged[name] = {
            item.name: value
            for item in fields(tool)
            if (value := getattr(tool, item.name)) != item.default
        }
    origins: dict[str, str] = dict.fromkeys(merged, "rules/tools")
    problems: list[str] = []
    _lay_files(files, read, merged, origins, problems)
    _lay_section(section, merged, origins, problems)
    tools = {}
    for name, found in merged.items():
        if wrong := _wrong(found):
            problems.append(f"{origins[name]}: {wrong}")
        else:
            tools[name] = Tool(**{**found, "name": name})
    if problems:
        raise SettingsError(tuple(problems))
    return Definitions(tools)


def _lay_files(
    files: Mapping[str, str],
    read: Callable[[str], Located],
    merged: dict[str, dict[str, Any]],
    origins: dict[str, str],
    problems: list[str],
) -> None:
    for path, text in files.items():
        name = PurePosixPath(path).stem
        try:
            found = read_fields(read(text))
        except (WrongValue, InvalidYaml) as error:
            problems.append(f"{path}:{error.line}:{error.column}: {error}")
            continue
        if found.setdefault("name", name) != name:
            problems.append(f"{path}:1:1: the tool's name must be the file's: {name}")
        _lay(found, merged.setdefault(name, {}))
        origins[name] = path


def _lay_section(
    section: Iterable[tuple[str, Fields]],
    merged: dict[str, dict[str, Any]],
    origins: dict[str, str],
    problems: list[str],
) -> None:
    for name, given in section:
        if not _NAME.fullmatch(name):
            problems.append(f"tools: {name!r}: a tool's name is letters, digits, `.`, `_` and `-`")
            continue
        if given.get("name", name) != name:
            problems.append(f"tools.{name}: the tool's name must be its key: {name}")
        _lay(given, merged.setdefault(name, {}))
        origins[name] = f"tools.{name}"


def _lay(given: Fields, below: dict[str, Any]) -> None:
    """Lay fields over others; an expression goes with the output that it was for."""
    if "output" in given and "pattern" not in given:
        below.pop("pattern", None)
    below.update(given)


def _wrong(found: Mapping[str, Any]) -> str:
    """What keeps the fields from being a tool; nothing if they are one."""
    lacking = [name for name in _REQUIRED if name not in found]
    if lacking:
        return f"a tool needs {', '.join(lacking)}"
    if found["output"] == "regex":
        groups = re.compile(found.get("pattern", "")).groupindex
        if "message" not in groups:
            return "output: regex needs a pattern with the named group (?P<message>...)"
    elif "pattern" in found:
        return "pattern goes with output: regex"
    for name in ("stdin", "shadow"):
        if name in found and not any("{file}" in word for word in found[name]):
            return f"{name} must say where the {{file}} goes"
    return ""
