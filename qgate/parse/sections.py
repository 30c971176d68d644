"""Sections of the configuration files that several tools share: TOML, JSON and INI."""

from typing import Any


def section(name: str, data: bytes, path: str) -> Any:
    """A section by its dotted path, None where there is none or the file cannot be read.

    `name` is the file's: .cfg and .ini are INI, .json is JSON, all else TOML. Of an INI file also
    the sections that begin with the path and a hyphen (`mypy-tests.*`) count.
    """
    text = data.decode("utf-8-sig", "replace")
    if name.endswith((".cfg", ".ini")):
        return _of_ini(text, path)
    value = _json(text) if name.endswith(".json") else _toml(text)
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _of_ini(text: str, path: str) -> dict[str, dict[str, str]] | None:
    import configparser  # noqa: PLC0415 - each of these is for those who have such a file

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    names = [name for name in parser if name == path or name.startswith(f"{path}-")]
    return {name: dict(parser[name]) for name in names} or None


def _json(text: str) -> Any:
    import json  # noqa: PLC0415

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _toml(text: str) -> Any:
    import tomllib  # noqa: PLC0415

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
