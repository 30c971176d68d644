"""What other packages add: entry points of a group, at no cost where there are none."""

import os
import sys
from pathlib import Path
from typing import Any, Final

_INFORMATION: Final = (".dist-info", ".egg-info")


def load(group: str) -> dict[str, Any]:
    """Name to what the entry point names, of every installed package; the first of a name counts.

    Raises what importing such a package raises.
    """
    if not any(_names_some(folder, group) for folder in sys.path):
        return {}
    # 20 ms to import, which only those who have such packages should pay.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found: dict[str, Any] = {}
    for point in entry_points(group=group):
        if point.name not in found:
            found[point.name] = point.load()
    return found


def _names_some(folder: str, group: str) -> bool:
    """Whether a distribution in a folder of `sys.path` announces members of the group."""
    try:
        with os.scandir(folder) as entries:
            names = [each.path for each in entries if each.name.endswith(_INFORMATION)]
    except OSError:
        return False
    return any(_announces(Path(name, "entry_points.txt"), group) for name in names)


def _announces(file: Path, group: str) -> bool:
    try:
        return f"[{group}]".encode() in file.read_bytes()
    except OSError:
        return False
