"""pylock.toml, PEP 751: https://packaging.python.org/en/latest/specifications/pylock-toml/."""

from collections.abc import Iterator
from typing import Any, Final

from qgate.model.tool import Unjudged
from qgate.parse.dependencies.located_toml import listed
from qgate.parse.dependencies.lock_package import name_of, pin, read_with, require_version
from qgate.parse.dependencies.values import Dependencies, Part

_KNOWN: Final = ("1.0",)
# Where a package can come from, other than an index.
_ELSEWHERE: Final = {
    "vcs": "from a repository",
    "directory": "from a folder",
    "archive": "from an archive's URL or path",
}


def read(path: str, text: str) -> Dependencies:
    """What the lock holds, the project itself left out. Raises `MalformedDependencies`."""
    return read_with(path, text, _parts)


def _parts(table: dict[str, Any], path: str) -> Iterator[Part]:
    require_version(table["lock-version"], _KNOWN)
    for package in listed(table["packages"]):
        elsewhere = next((key for key in _ELSEWHERE if key in package), None)
        if elsewhere is None:
            yield pin(package, path)
        elif not _is_itself(package):
            name, _ = name_of(package)
            yield Unjudged(name, f"{_ELSEWHERE[elsewhere]}: no index knows it", path)


def _is_itself(package: dict[str, Any]) -> bool:
    folder = package.get("directory", {})
    return "path" in folder and folder["path"].value == "." and "subdirectory" not in folder
