"""The template of pull requests: made where there is none, never replaced where there is one."""

import os
from pathlib import Path
from typing import Final

from qgate.documents.checklist import pull_request
from qgate.documents.checklist.template import Template
from qgate.documents.checklist.ticks import ticks
from qgate.engine.planned_files import Planned, content, lines_fed
from qgate.parse import markdown

# Where GitHub looks for it, letters of any case.
_NAME: Final = "pull_request_template.md"
_FOLDERS: Final = (".github", ".", "docs")


def planned(root: Path, items: Template) -> Planned:
    """The template for a repository: its own text stays, and gets the list if it has none of it.

    Raises `UsageError` where it would go through a link or is no file.
    """
    name = _place(root)
    data = content(root, name)
    if data is None:
        return Planned(name=name, text=pull_request.text(items), before=None)
    try:
        before = data.decode("utf-8")
    except UnicodeDecodeError:
        return _kept(name, data.decode("utf-8", "backslashreplace"), "it is not UTF-8 text")
    missing = _missing(before, items)
    if not missing or len(missing) < len(items.items):
        why = f"it lacks the items {', '.join(missing)}; add them by hand" if missing else ""
        return _kept(name, before, why)
    text = _appended(before, pull_request.text(items))
    if _missing(text, items):
        return _kept(name, before, "something is open at its end, such as a fence; close it")
    return Planned(name=name, text=text, before=before)


def _kept(name: str, before: str, why: str) -> Planned:
    return Planned(name=name, text=before, before=before, kept=why)


def _missing(text: str, items: Template) -> tuple[str, ...]:
    """The ids of the items that a text does not have."""
    boxes = markdown.parse(lines_fed(text)).tasks
    there = {tick.item for tick in ticks(boxes)}
    return tuple(item.id for item in items.items if item.id not in there)


def _appended(before: str, text: str) -> str:
    own = before.rstrip()
    whole = f"{lines_fed(own)}\n\n{text}" if own else text
    return whole.replace("\n", "\r\n") if "\r\n" in before else whole


def _place(root: Path) -> str:
    """Where the repository has it; a second one would be ignored or take its place."""
    for folder in _FOLDERS:
        place = root / folder
        names = sorted(os.listdir(place)) if place.is_dir() else []  # noqa: PTH208
        for name in names:
            if name.lower() == _NAME:
                return (Path(folder) / name).as_posix()
    return f"{_FOLDERS[0]}/{_NAME}"
