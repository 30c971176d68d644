"""The JSON Schema of `.qgate.yml`, for editors, made from the declarations.

A test compares the file that ships, rules/schemas/settings.schema.json, with this.
"""

from dataclasses import fields
from typing import Any

from qgate.config.settings import Settings


def settings_schema() -> dict[str, Any]:
    """The whole schema, as JSON would hold it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of qgate (.qgate.yml)",
        **_section(Settings),
    }


def _section(section: type[Any]) -> dict[str, Any]:
    properties = {}
    for item in fields(section):
        if "option" in item.metadata:
            option = item.metadata["option"]
            properties[item.name] = {"description": option.help, **option.kind.schema}
        else:
            properties[item.name] = _section(item.default_factory)  # type: ignore[arg-type]
    # A section that is named and left empty is a null in YAML, and means its defaults.
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}
