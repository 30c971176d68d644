"""The rule behind a SARIF result: its name, its level, and the text of its message."""

import re
from typing import Any, Final

from qgate.parse.findings.shape import items, number, record, text

_PLACEHOLDER: Final = re.compile(r"\{(\d{1,3})\}|\{\{|\}\}")

Object = dict[str, Any]


def of_result(run: Object, result: Object) -> tuple[Object, Object]:
    """The component that has the rule, and the rule; an empty one if the log does not describe it.

    By index where there is one (3.27.6, 3.52.5), else by id; the id of a result may have more
    parts than that of its rule (3.27.5). Raises `IndexError` for an index that leads nowhere.
    """
    reference = record(result.get("rule") or {})
    component = _component(run, record(reference.get("toolComponent") or {}))
    rules = items(component.get("rules") or [])
    index = number(reference.get("index", result.get("ruleIndex", -1)), least=-1)
    if index >= 0:
        return component, record(rules[index])
    wanted = _id(result)
    for rule in rules:
        described = text(record(rule)["id"])
        if wanted and (wanted == described or wanted.startswith(f"{described}/")):
            return component, rule
    return component, {}


def _component(run: Object, reference: Object) -> Object:
    """The driver, or the extension that a reference (3.54) names by index or by name."""
    tool = record(run["tool"])
    driver = record(tool["driver"])
    extensions = items(tool.get("extensions") or [])
    index = number(reference.get("index", -1), least=-1)
    if index >= 0:
        return record(extensions[index])
    for extension in extensions:
        for key in ("guid", "name"):
            if key in reference and reference[key] == record(extension).get(key):
                return record(extension)
    return driver


def _id(result: Object) -> str:
    return text(result.get("ruleId") or record(result.get("rule") or {}).get("id") or "")


def name(result: Object, rule: Object) -> str:
    """The rule's id; empty where the log names none."""
    return _id(result) or text(rule.get("id") or "")


def default_level(rule: Object) -> str:
    """The level of a result that gives none (3.27.10)."""
    return text(record(rule.get("defaultConfiguration") or {}).get("level", "warning"))


def message(result: Object, rule: Object, component: Object) -> str:
    """The text, or the rule's or component's text that it names, its arguments filled in (3.11)."""
    given = record(result.get("message") or {})
    template = given.get("text")
    if template is None and "id" in given:
        for place in (rule.get("messageStrings"), component.get("globalMessageStrings")):
            described = record(place or {}).get(given["id"])
            if described is not None:
                template = record(described)["text"]
                break
    words = text(template or given.get("markdown") or given.get("id") or "")
    arguments = [text(each) for each in items(given.get("arguments") or [])]
    return _filled(words, arguments) if arguments else words


def _filled(words: str, arguments: list[str]) -> str:
    def replacement(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        place = int(match[1])
        return arguments[place] if place < len(arguments) else match[0]

    return _PLACEHOLDER.sub(replacement, words)
