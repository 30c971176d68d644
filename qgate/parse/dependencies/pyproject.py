"""pyproject.toml: what a project asks for, which is ranges and never a lock.

PEP 621 tables, PEP 735 groups, uv's older list of the same and its sources, and Poetry's tables.
Even `==` is a range here: what it brings along is not written down, so it has to be resolved.
"""

from collections.abc import Iterator
from typing import Any, Final

from qgate.model.tool import Unjudged
from qgate.parse.dependencies import requirement
from qgate.parse.dependencies.located_toml import Text, listed
from qgate.parse.dependencies.lock_package import read_with
from qgate.parse.dependencies.poetry_range import in_pips_words
from qgate.parse.dependencies.values import Dependencies, Part, Range, normal_name

_DYNAMIC: Final = ("dependencies", "optional-dependencies")
_ELSEWHERE: Final = frozenset({"git", "path", "url", "file", "workspace"})


def read(path: str, text: str) -> Dependencies:
    """What the project asks for. Raises `MalformedDependencies`."""
    return read_with(path, text, _parts)


def _parts(table: dict[str, Any], path: str) -> Iterator[Part]:
    project, tool = table.get("project", {}), table.get("tool", {})
    dynamic = {each.value for each in listed(project.get("dynamic", []))}
    for each in _DYNAMIC:
        if each in dynamic:
            yield Unjudged(each, "dynamic: only a build can tell", path)
    itself = normal_name(project["name"].value) if "name" in project else None
    sources = tool.get("uv", {}).get("sources", {})
    local = {normal_name(name) for name, source in sources.items() if _is_elsewhere(source)}
    for written in _requirements(table):
        wanted = requirement.parse(written.value)
        if wanted.url or wanted.name in local:
            yield Unjudged(wanted.name, "from a URL, folder or repository", path)
        elif wanted.name != itself:
            yield Range(wanted.text, written.line)
    yield from _of_poetry(tool.get("poetry", {}), path)


def _requirements(table: dict[str, Any]) -> Iterator[Text]:
    """Every requirement of the standard tables."""
    project = table.get("project", {})
    yield from listed(project.get("dependencies", []))
    for extra in project.get("optional-dependencies", {}).values():
        yield from listed(extra)
    for group in table.get("dependency-groups", {}).values():
        for each in listed(group):
            if not isinstance(each, dict):
                yield each
            elif list(each) != ["include-group"]:
                raise TypeError(f"a group entry with {list(each)}")
    yield from listed(table.get("tool", {}).get("uv", {}).get("dev-dependencies", []))


def _of_poetry(poetry: dict[str, Any], path: str) -> Iterator[Part]:
    groups = [poetry, *poetry.get("group", {}).values()]
    tables = [group.get("dependencies", {}) for group in groups]
    for table in (*tables, poetry.get("dev-dependencies", {})):
        for name, wanted in table.items():
            if name != "python":
                for each in wanted if isinstance(wanted, list) else [wanted]:
                    yield _poetry_part(name, each, path)


def _poetry_part(written: str, wanted: Any, path: str) -> Part:
    name = normal_name(written)
    if name is None:
        raise TypeError(f"no name of a package: {written!r}")
    if isinstance(wanted, dict) and _is_elsewhere(wanted):
        return Unjudged(name, "from a URL, folder or repository", path)
    version, extras, marker = wanted, "", ""
    if isinstance(wanted, dict):
        version = wanted["version"]
        extras = ",".join(each.value for each in listed(wanted.get("extras", [])))
        extras = f"[{extras}]" if extras else ""
        marker = f"; {wanted['markers'].value}" if "markers" in wanted else ""
    specifiers = in_pips_words(version.value)
    if specifiers is None:
        return Unjudged(name, f"pip has no words for {requirement.shown(version.value)}", path)
    return Range(f"{name}{extras}{specifiers}{marker}", version.line)


def _is_elsewhere(source: Any) -> bool:
    """Whether a table, or one of several, says something other than an index."""
    several = source if isinstance(source, list) else [source]
    return any(_ELSEWHERE & each.keys() for each in several)
