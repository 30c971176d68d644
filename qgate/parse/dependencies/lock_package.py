"""What the package tables of lock files have in common."""

from collections.abc import Callable, Iterable
from typing import Any

from qgate.errors import MalformedDependencies
from qgate.model.tool import Unjudged
from qgate.parse.dependencies.located_toml import Text, load
from qgate.parse.dependencies.requirement import shown
from qgate.parse.dependencies.values import (
    Dependencies,
    Part,
    Pin,
    gathered,
    normal_name,
    normal_version,
)


def read_with(
    path: str, text: str, parts: Callable[[dict[str, Any], str], Iterable[Part]]
) -> Dependencies:
    """What `parts` finds in the file's TOML. Raises `MalformedDependencies` for other shapes."""
    table = load(path, text)
    try:
        return gathered(parts(table, path))
    except MalformedDependencies as error:
        raise MalformedDependencies(f"{path}: {error.message}") from error
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise MalformedDependencies(f"{path} has an unexpected shape: {error!r}") from error


def require_version(found: Any, known: tuple[Any, ...]) -> None:
    """Raise `MalformedDependencies` unless the lock's own version is a known one."""
    said = found.value if isinstance(found, Text) else found
    if said not in known or isinstance(said, bool):
        raise MalformedDependencies(f"version {said!r} of this lock format is not known")


def name_of(package: dict[str, Any]) -> tuple[str, int]:
    """The package's name in normal form and the line that it is written on."""
    written: Text = package["name"]
    name = normal_name(written.value)
    if name is None:
        raise MalformedDependencies(f"line {written.line}: no name of a package")
    return name, written.line


def pin(package: dict[str, Any], path: str) -> Pin | Unjudged:
    """The package of a release; one without a version that an index could know is not judged."""
    name, line = name_of(package)
    written = package.get("version")
    version = normal_version(written.value) if written is not None else None
    if version is None:
        said = shown(written.value) if written is not None else "no version"
        return Unjudged(name, f"the lock has {said}, which no index knows", path)
    return Pin(name, version, line)
