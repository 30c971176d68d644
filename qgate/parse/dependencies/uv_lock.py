"""uv.lock, version 1: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile."""

from collections.abc import Iterator
from typing import Any, Final

from qgate.errors import MalformedDependencies
from qgate.model.tool import Unjudged
from qgate.parse.dependencies.located_toml import Text, listed
from qgate.parse.dependencies.lock_package import name_of, pin, read_with, require_version
from qgate.parse.dependencies.values import Dependencies, Part, normal_name

# A `revision` beside it is for additions that older readers may ignore.
_KNOWN: Final = (1,)
# How the projects of the repository itself stand in the lock.
_OWN: Final = ("editable", "virtual")


def read(path: str, text: str) -> Dependencies:
    """What the lock holds, the workspace's own projects left out.

    Raises `MalformedDependencies`.
    """
    return read_with(path, text, _parts)


def _parts(table: dict[str, Any], path: str) -> Iterator[Part]:
    require_version(table["version"], _KNOWN)
    manifest = table.get("manifest", {})
    members = {normal_name(each.value) for each in listed(manifest.get("members", []))}
    for package in listed(table["package"]):
        name, line = name_of(package)
        source = _source(package["source"], line)
        if "registry" in source:
            yield pin(package, path)
        elif not _is_own(source, name, members):
            yield Unjudged(name, f"from {' '.join(source)}: no index knows it", path)


def _source(source: dict[str, Text], line: int) -> dict[str, Text]:
    if not source:
        raise MalformedDependencies(f"line {line}: a package without a source")
    return source


def _is_own(source: dict[str, Text], name: str, members: set[str | None]) -> bool:
    """Whether it is the project, or a member that the lock's manifest names."""
    folders = [source[key].value for key in _OWN if key in source]
    return bool(folders) and (folders == ["."] or name in members)
