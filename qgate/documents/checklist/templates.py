"""Which template a name means: the base's, so that a change cannot shorten its own list.

In order: `.qgate/rules/checklists/NAME.yml` at the base, the shipped file, the severity of that
name in the base's table of severities, and last what the change itself brings: where the base has
nothing by that name there is nothing to weaken.
"""

from collections.abc import Mapping
from functools import lru_cache

from qgate.documents.checklist import template
from qgate.documents.checklist.template import (
    FOLDER,
    Item,
    MalformedTemplate,
    Part,
    Template,
    path_of,
)
from qgate.documents.incident import severity
from qgate.errors import SettingsError
from qgate.system import resources


def find(
    name: str, policy: Mapping[str, bytes], proposed: Mapping[str, bytes] | None = None
) -> Template | None:
    """The template of a name, None where there is none.

    `policy` and `proposed` are files by path: those of the base, and those of the change. Raises
    `MalformedTemplate`.
    """
    if not template.is_name(name):
        return None
    path = path_of(name)
    if path in policy:
        return _read(policy[path], name)
    shipped = _shipped()
    if name in shipped:
        return _read(shipped[name], name)
    if found := _of_severity(name, policy):
        return found
    if not proposed:
        return None
    return _read(proposed[path], name) if path in proposed else _of_severity(name, proposed)


def names(policy: Mapping[str, bytes]) -> tuple[str, ...]:
    """Every name that `find` knows, sorted."""
    own = {
        path.removeprefix(f"{FOLDER}/").removesuffix(".yml")
        for path in policy
        if path.startswith(f"{FOLDER}/") and path.endswith(".yml")
    }
    return tuple(sorted({*filter(template.is_name, own), *_shipped(), *_severities(policy)}))


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, bytes]:
    folder = resources.folder("rules") / "checklists"
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.yml"))}


@lru_cache(maxsize=64)
def _read(data: bytes, name: str) -> Template:
    return template.read(data, name)


def _severities(policy: Mapping[str, bytes]) -> tuple[str, ...]:
    try:
        return tuple(each.lower() for each in severity.of(policy).names)
    except SettingsError:
        return ()


def _of_severity(name: str, policy: Mapping[str, bytes]) -> Template | None:
    """The phases of an incident as a list of their own, for one severity."""
    try:
        table = severity.of(policy)
    except SettingsError as error:
        raise MalformedTemplate(f"{severity.OWN}: {error}", 1) from error
    found = next((each for each in table.severities if each.name.lower() == name), None)
    if found is None:
        return None
    parts = tuple(
        Part(phase.heading, tuple(Item(item.id, item.text) for item in items))
        for phase, items in table.checklist(found.name)
    )
    return Template(name, f"{found.name} {found.label}", "", parts)
