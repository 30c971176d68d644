"""The lines of workflows that use an action: which one that is, and how it moves to a commit.

Lines are found by their text, as people write a step: `uses: OWNER/REPO@REFERENCE # VERSION`.
Everything else in a file stays as it is, to the byte.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qgate.engine import action_reference
from qgate.engine.action_reference import ActionReference
from qgate.engine.planned_files import Planned, content, lines_fed
from qgate.errors import UsageError

WORKFLOWS: Final = ".github/workflows"
_SUFFIXES: Final = (".yml", ".yaml")
# That the last line has no end must make no difference, and `$` would take a line feed alone.
_USES: Final = re.compile(
    r"(?P<start>^[ \t]*(?:-[ \t]+)?uses:[ \t]*(?P<quote>['\"]?))"
    r"(?P<name>[\w-]+/[\w.-]+)@(?P<reference>[^\s'\"#]+)(?P=quote)"
    r"(?P<comment>[ \t]+#[^\r\n]*?)?(?P<end>[ \t]*(?=\r?\n|\r?\Z))",
    re.MULTILINE,
)
_VERSION: Final = re.compile(r"(?P<start>[ \t]+#[ \t]*)v?[0-9][\w.+-]*(?=[ \t]|$)")
# By a generated workflow: behind which text the Action is; what comes before may use others.
_GENERATED: Final = {
    "qgate-publish.yml": "steps:\n",
    "qgate.yml": "# end: the project's tests\n",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A line that gets another commit: the number is 1-based, the texts are without indentation."""

    line: int
    before: str
    after: str


def pinned(root: Path, action: ActionReference) -> tuple[Planned, ...]:
    """Every workflow that uses this action, with its commit and version in those lines.

    Raises `UsageError` if there is none, and for a workflow that is no file or no UTF-8 text.
    """
    found = tuple(_pinned(root, action))
    if not found:
        message = f"no workflow in {WORKFLOWS} uses {action.name}"
        raise UsageError(message, hint="`qgate init github` without --pin writes workflows")
    return found


def moved(planned: Planned) -> Iterator[Moved]:
    """The lines that a plan of `pinned` changes."""
    sides = ((planned.before or "").split("\n"), planned.text.split("\n"))
    for number, (before, after) in enumerate(zip(*sides, strict=True), 1):
        if before != after:
            yield Moved(number, before.strip(), after.strip())


def in_use(root: Path) -> ActionReference | None:
    """The Action that the generated workflows use; None where none does, or one cannot tell."""
    for name, start in _GENERATED.items():
        data = content(root, f"{WORKFLOWS}/{name}") or b""
        text = lines_fed(data.decode("utf-8", "replace")).partition(start)[2]
        lines = [e for e in _USES.finditer(text) if not e["name"].startswith("actions/")]
        used = set(filter(None, map(_reference, lines)))
        if len(used) == len({each["name"] for each in lines}) == 1:
            return used.pop()
    return None


def _reference(found: re.Match[str]) -> ActionReference | None:
    version = _VERSION.match(found["comment"] or "")
    comment = version[0] if version else ""
    try:
        return action_reference.parsed(f"{found['name']}@{found['reference']}{comment}")
    except UsageError:
        return None


def _pinned(root: Path, action: ActionReference) -> Iterator[Planned]:
    folder = root / WORKFLOWS
    names = sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208
    for name in (f"{WORKFLOWS}/{each}" for each in names if each.endswith(_SUFFIXES)):
        data = content(root, name) or b""
        before = data.decode("utf-8", "surrogateescape")
        lines = [e for e in _USES.finditer(before) if _is_of(e, action)]
        if not lines:
            continue
        if data.decode("utf-8", "replace") != before:
            raise UsageError(f"{name} is not UTF-8 text", hint="write it anew as UTF-8")
        text = _USES.sub(lambda e: _moved(e, action) if _is_of(e, action) else e[0], before)
        yield Planned(name=name, text=text, before=before)


def _is_of(found: re.Match[str], action: ActionReference) -> bool:
    # GitHub tells no letters' case apart.
    return found["name"].lower() == action.name.lower()


def _moved(found: re.Match[str], action: ActionReference) -> str:
    """The line with the commit of the action; of a comment only the version changes."""
    comment = found["comment"] or ""
    version = _VERSION.match(comment)
    if found["reference"] == action.commit and not action.version:
        return found[0]
    if version:
        # Without a known version the old one would be a lie.
        new = f"{version['start']}{action.version}" if action.version else ""
        rest = comment[version.end() :]
        comment = new + rest if new else (f" # {rest.strip()}" if rest.strip() else "")
    elif not comment and action.version:
        comment = f" # {action.version}"
    name = replace(action, name=found["name"], version="")
    return f"{found['start']}{name}{found['quote']}{comment}{found['end']}"
