"""poetry.lock, lock versions 1.0 to 2.1, as Poetry 1 and 2 write it. The project is not in it."""

from collections.abc import Iterator
from typing import Any, Final

from qgate.model.tool import Unjudged
from qgate.parse.dependencies.located_toml import listed
from qgate.parse.dependencies.lock_package import name_of, pin, read_with, require_version
from qgate.parse.dependencies.values import Dependencies, Part

# It stands in the file's last table, so a lock that was cut off has none.
_KNOWN: Final = ("1.0", "1.1", "2.0", "2.1")
# Poetry's word for an index other than the default one.
_INDEX: Final = "legacy"


def read(path: str, text: str) -> Dependencies:
    """What the lock holds. Raises `MalformedDependencies`."""
    return read_with(path, text, _parts)


def _parts(table: dict[str, Any], path: str) -> Iterator[Part]:
    require_version(table["metadata"]["lock-version"], _KNOWN)
    for package in listed(table["package"]):
        kind = package["source"]["type"].value if "source" in package else _INDEX
        if kind == _INDEX:
            yield pin(package, path)
        else:
            name, _ = name_of(package)
            yield Unjudged(name, f"from {kind}: no index knows it", path)
