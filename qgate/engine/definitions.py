"""The tools to judge with: those that ship, the repository's, and the base's where they differ.

A change may add tools; one that it alters or takes away is judged by the base's definition, as
for any other policy.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from qgate import __version__
from qgate.config import tools
from qgate.config.settings import Settings
from qgate.config.tools import Definitions
from qgate.errors import SettingsError, UsageError
from qgate.model.changes import ChangeSet, Status
from qgate.model.tool import Blocks, Tool
from qgate.parse.yaml_tree import Located
from qgate.system import resources
from qgate.system.cache import Cache
from qgate.system.git import Repository

FOLDER: Final = ".qgate/rules/tools"


@dataclass(frozen=True, slots=True)
class Held:
    """A definition of the base that holds against this change's."""

    name: str
    path: str

    @property
    def message(self) -> str:
        """One sentence for people."""
        return f"this change alters the tool {self.name}; judged by what holds at its base"


def shipped() -> Definitions:
    """The tools that come with qgate."""
    folder = resources.folder("rules") / "tools"
    texts = {f"rules/tools/{p.name}": p.read_text("utf-8") for p in sorted(folder.glob("*.yml"))}
    return tools.combine(texts, (), _read)


def remembered(cache: Cache) -> Definitions:
    """The same from the cache, as long as the files are: to read YAML takes 20 ms."""
    folder = resources.folder("rules") / "tools"
    with os.scandir(folder) as entries:
        states = sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries)
    name = f"{__version__} {folder} {states}"
    kept = cache.load("definitions", name)
    if kept is not None:
        try:
            return Definitions({each["name"]: _tool(each) for each in kept})
        except (TypeError, ValueError, KeyError):
            pass
    found = shipped()
    cache.save("definitions", name, [asdict(tool) for tool in found.tools.values()])
    return found


def _tool(values: Mapping[str, Any]) -> Tool:
    fields = {name: _tuples(value) for name, value in values.items()}
    blocks = fields["blocks"]
    return Tool(**{**fields, "blocks": Blocks(blocks) if blocks else None})


def _tuples(value: Any) -> Any:
    """JSON has no tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def of_head(root: Path, settings: Settings, ours: Definitions) -> Definitions:
    """The tools as the working tree defines them, over the shipped ones.

    Raises `SettingsError` and `UsageError`.
    """
    own = _on_disk(root)
    if not own and not settings.tools:
        return ours
    return tools.combine(own, settings.tools, _read, ours.tools)


def held(
    repo: Repository,
    changes: ChangeSet,
    head: Definitions,
    settings: Settings,
    before: Settings,
    ours: Definitions,
) -> tuple[Definitions, tuple[Held, ...]]:
    """The tools to judge with, and those for which the base's definition holds.

    A shipped definition is the base's where the base has no other.
    """
    own = [path.relative_to(repo.root).as_posix() for path in (repo.root / FOLDER).glob("*.yml")]
    names = _names_at_base(repo.root, changes)
    if not names and not before.tools and not own and not settings.tools:
        return head, ()
    contents = repo.blobs([f"{changes.base.sha}:{name}" for name in names])
    texts = {
        name: data.decode("utf-8", "replace")
        for name, data in zip(names, contents, strict=True)
        if data is not None
    }
    try:
        base = tools.combine(texts, before.tools, _read, ours.tools)
    except SettingsError:
        # A base that was broken defines nothing that could hold.
        return head, ()
    kept = {name: tool for name, tool in base.tools.items() if head.tools.get(name) != tool}
    held_names = tuple(
        Held(name, next((path for path in (*texts, *own) if Path(path).stem == name), ".qgate.yml"))
        for name in kept
    )
    return Definitions({**head.tools, **kept}), held_names


def _read(text: str) -> Located:
    # PyYAML is imported only where there is something to read.
    from qgate.parse import yaml_reader  # noqa: PLC0415

    return yaml_reader.read(text)


def _on_disk(root: Path) -> dict[str, str]:
    found = {}
    for path in sorted((root / FOLDER).glob("*.yml")):
        name = path.relative_to(root).as_posix()
        if path.resolve() != root.resolve() / name:
            raise UsageError(
                f"{name} is, or is reached through, a link", hint="put the definition itself there"
            )
        try:
            found[name] = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"{name}:1:1: cannot be read: {error}",)) from error
    return found


def _names_at_base(root: Path, changes: ChangeSet) -> list[str]:
    """The repository's definition files before the change, from the change alone."""
    now = (path.relative_to(root).as_posix() for path in (root / FOLDER).glob("*.yml"))
    added = {file.path for file in changes.files if file.status is Status.ADDED}
    old = _below(file.old_path for file in changes.files if file.status is not Status.ADDED)
    return sorted({*(set(now) - added), *old})


def _below(paths: Iterable[str]) -> list[str]:
    prefix = f"{FOLDER}/"
    return [
        path
        for path in paths
        if path.startswith(prefix)
        and path.endswith(".yml")
        and "/" not in path.removeprefix(prefix)
    ]
