"""Prometheus rule files: which alerts there are, and which runbook each names.

Read are YAML files with `groups:` at the top, as Prometheus takes them, and the operator's
`kind: PrometheusRule`, which has the same below `spec:`. Any other file is none of these. Nothing
is evaluated: expressions and templates are text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qgate.parse.yaml_tree import Entry, InvalidYaml, Located

# The annotations that name a runbook, the usual one first.
RUNBOOK_KEYS: Final = ("runbook_url", "runbook")
# Valid YAML of which Prometheus knows more than our reader, which takes no stranger's anchors.
_MORE_THAN_WE_READ: Final = re.compile(r"an anchor or alias|a second document|the tag ")


class UnreadRules(ValueError):
    """A file that may have alerts and was not read; 1-based place.

    `is_broken` tells what is wrong by itself from YAML that only this reader does not take.
    """

    def __init__(self, message: str, line: int, column: int = 1, *, is_broken: bool = True) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.is_broken = is_broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alerting rule.

    - `line`, `column`: of its name; `runbook_line`: of the annotation, 0 without one;
    - `runbook`: what the annotation says, stripped; empty without one;
    - `severity`: the label by this name, in lower case.
    """

    name: str
    group: str
    line: int
    column: int
    runbook: str = ""
    runbook_line: int = 0
    severity: str = ""


def read(data: bytes) -> tuple[Alert, ...] | None:
    """The alerts in the file's order, None for a file that has no rules. Raises `UnreadRules`."""
    if b"groups" not in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadRules(f"not UTF-8 text: {error.reason}", line) from error
    # PyYAML is imported only where there are such files.
    from qgate.parse import yaml_reader  # noqa: PLC0415

    try:
        root = yaml_reader.read(text)
    except InvalidYaml as error:
        is_broken = _MORE_THAN_WE_READ.match(str(error)) is None
        said = str(error) if is_broken else f"its alerts are not read: {error}"
        raise UnreadRules(said, error.line, error.column, is_broken=is_broken) from error
    groups = _groups(root)
    return None if groups is None else tuple(_alerts(groups))


def _groups(root: Located) -> Entry | None:
    if not isinstance(root.value, dict):
        return None
    kind = root.value.get("kind")
    if kind is not None and kind.value.value == "PrometheusRule":
        spec = root.value.get("spec")
        if spec is None or not isinstance(spec.value.value, dict):
            return None
        return spec.value.value.get("groups")
    return root.value.get("groups")


def _alerts(groups: Entry) -> Iterator[Alert]:
    for group in _items(groups.value, "groups"):
        entries = _mapping(group, "a group")
        name = _text(entries, "name")
        rules = entries.get("rules")
        for rule in _items(rules.value, "rules") if rules else ():
            found = _mapping(rule, "a rule")
            if "alert" in found:
                yield _alert(found, name)


def _alert(rule: dict[str, Entry], group: str) -> Alert:
    named = rule["alert"].value
    name = _text(rule, "alert").strip()
    if not name:
        raise UnreadRules("an alert without a name", named.line, named.column)
    labels = _below(rule, "labels")
    annotations = _below(rule, "annotations")
    key = next((key for key in RUNBOOK_KEYS if _text(annotations, key).strip()), "")
    return Alert(
        name=name,
        group=group,
        line=named.line,
        column=named.column,
        runbook=_text(annotations, key).strip(),
        runbook_line=annotations[key].line if key else 0,
        severity=_text(labels, "severity").strip().lower(),
    )


def _below(entries: dict[str, Entry], key: str) -> dict[str, Entry]:
    entry = entries.get(key)
    if entry is None or entry.value.value is None:
        return {}
    return _mapping(entry.value, key)


def _mapping(at: Located, what: str) -> dict[str, Entry]:
    if not isinstance(at.value, dict):
        raise UnreadRules(f"{what}: expected keys and values", at.line, at.column)
    return at.value


def _items(at: Located, what: str) -> tuple[Located, ...]:
    if at.value is None:
        return ()
    if not isinstance(at.value, tuple):
        raise UnreadRules(f"{what}: expected a list", at.line, at.column)
    return at.value


def _text(entries: dict[str, Entry], key: str) -> str:
    entry = entries.get(key)
    if entry is None or entry.value.value is None:
        return ""
    value = entry.value.value
    return "" if isinstance(value, tuple | dict) else str(value)
