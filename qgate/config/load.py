"""Settings from their four layers: default, file, environment, flag; the later one wins.

All problems of a file and of the environment are collected and raised together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import WrongValue
from qgate.config.options import Option
from qgate.config.settings import Settings, build, options
from qgate.errors import SettingsError
from qgate.parse.yaml_tree import InvalidYaml, Located

FILE_NAME: Final = ".qgate.yml"
ENVIRONMENT_PREFIX: Final = "QGATE_"

# Where the cache is, no file of the repository's may say.
_NO_SETTINGS: Final = frozenset({"QGATE_CACHE_DIR"})
_OPTIONS: Final[dict[str, Option]] = {key: option for key, option, _ in options()}


class Layer(StrEnum):
    """Where a value came from, in order of precedence."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Origin:
    """The layer of a value, and the exact place: `.qgate.yml:3:5`, a variable, a flag."""

    layer: Layer
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, and the origin of every value that is not a default, by dotted key."""

    settings: Settings = field(default_factory=Settings)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, key: str) -> Origin:
        """Where a value came from."""
        return self.origins.get(key, Origin(Layer.DEFAULT))


def variable(key: str) -> str:
    """The environment variable of a key.

    `gates.coverage.threshold` has `QGATE_GATES__COVERAGE__THRESHOLD`.
    """
    return ENVIRONMENT_PREFIX + key.replace(".", "__").upper()


def load(
    text: str | None,
    *,
    name: str = FILE_NAME,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, tuple[str, Any]] | None = None,
) -> Loaded:
    """Decode the file's text (None: there is no file) and lay the other layers over it.

    `flags` maps a key to the flag's name and its value, already of the right type.
    Raises `SettingsError` with every problem.
    """
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    problems: list[str] = []
    if text is not None:
        _read_file(text, name, values, origins, problems)
    _read_environment(environ or {}, values, origins, problems)
    if problems:
        raise SettingsError(tuple(problems))
    for key, (flag, value) in (flags or {}).items():
        values[key] = value
        origins[key] = Origin(Layer.FLAG, flag)
    return Loaded(settings=build(values), origins=origins)


def _read_file(
    text: str,
    name: str,
    values: dict[str, Any],
    origins: dict[str, Origin],
    problems: list[str],
) -> None:
    try:
        root = _yaml(text)
    except InvalidYaml as error:
        problems += (f"{name}:{each.line}:{each.column}: {each}" for each in error.every)
        return
    _read_section(root, "", name, values, origins, problems)


def _yaml(text: str) -> Located:
    """The text as a tree. Raises `InvalidYaml`."""
    # PyYAML is imported only where there are settings to read.
    from qgate.parse import yaml_reader  # noqa: PLC0415

    return yaml_reader.read(text)


def _read_section(
    at: Located,
    prefix: str,
    name: str,
    values: dict[str, Any],
    origins: dict[str, Origin],
    problems: list[str],
) -> None:
    known = _names_below(prefix)
    try:
        found = kinds.entries(at)
    except WrongValue as error:
        key = prefix.rstrip(".") or "the settings"
        problems.append(f"{name}:{error.line}:{error.column}: {key}: {error}")
        return
    for word, entry in found.items():
        key = f"{prefix}{word}"
        if word not in known:
            near = kinds.suggestion(word, known) or _elsewhere(word)
            problems.append(f"{name}:{entry.line}:{entry.column}: {key}: no such setting{near}")
        elif key not in _OPTIONS:
            _read_section(entry.value, f"{key}.", name, values, origins, problems)
        else:
            try:
                values[key] = _OPTIONS[key].kind.read(entry.value)
            except WrongValue as error:
                problems += (
                    f"{name}:{each.line}:{each.column}: {key}: {each}" for each in error.every
                )
            origins[key] = Origin(Layer.FILE, f"{name}:{entry.line}:{entry.column}")


def _elsewhere(word: str) -> str:
    """Where a setting of exactly this name belongs, if there is one."""
    key = next((key for key in _OPTIONS if key.endswith(f".{word}")), "")
    return f'; did you mean "{key}"?' if key else ""


def _names_below(prefix: str) -> tuple[str, ...]:
    below = (key.removeprefix(prefix) for key in _OPTIONS if key.startswith(prefix))
    return tuple(dict.fromkeys(key.split(".", 1)[0] for key in below))


def _read_environment(
    environ: Mapping[str, str],
    values: dict[str, Any],
    origins: dict[str, Origin],
    problems: list[str],
) -> None:
    keys = {variable(key): key for key in _OPTIONS}
    named = {name for name in environ if name.startswith(ENVIRONMENT_PREFIX)}
    for name in sorted(named - _NO_SETTINGS):
        key = keys.get(name)
        if key is None:
            near = kinds.suggestion(name, tuple(keys))
            problems.append(f"environment: {name}: no such setting{near}")
            continue
        try:
            values[key] = _OPTIONS[key].kind.read(_yaml(environ[name]))
        except (WrongValue, InvalidYaml) as error:
            problems.append(f"environment: {name}: {error}")
        origins[key] = Origin(Layer.ENVIRONMENT, name)
