"""Every gate by name: the one place a new gate is entered.

Third parties add gates through the entry point group `qgate.gates`; each names a module or
object with `NAME` and `run`.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from qgate.gates.context import GateContext
from qgate.model.report import GateResult

Run = Callable[[GateContext], GateResult]

ENTRY_POINTS: Final = "qgate.gates"
_INFORMATION: Final = (".dist-info", ".egg-info")


def _coverage(context: GateContext) -> GateResult:
    from qgate.gates.coverage import gate  # noqa: PLC0415 - only what runs is imported

    return gate.run(context)


_SHIPPED: Final[dict[str, Run]] = {"coverage": _coverage}


def gates() -> dict[str, Run]:
    """Name to gate, the shipped ones first; a third party cannot replace one of those."""
    found = dict(_SHIPPED)
    if any(map(_names_gates, sys.path)):
        # 20 ms to import, which only those who have such gates should pay.
        from importlib.metadata import entry_points  # noqa: PLC0415

        for point in entry_points(group=ENTRY_POINTS):
            found.setdefault(point.name, point.load().run)
    return found


def _names_gates(folder: str) -> bool:
    """Whether a distribution in a folder of `sys.path` announces gates of its own."""
    try:
        with os.scandir(folder) as entries:
            names = [each.path for each in entries if each.name.endswith(_INFORMATION)]
    except OSError:
        return False
    return any(_announces(Path(name, "entry_points.txt")) for name in names)


def _announces(file: Path) -> bool:
    try:
        return f"[{ENTRY_POINTS}]".encode() in file.read_bytes()
    except OSError:
        return False
