"""Every gate by name: the one place a new gate is entered.

A gate of tools exists by a tool's definition alone. Third parties add gates through the entry
point group `qgate.gates`; each names a module or object with `NAME` and `run`.
"""

import os
import sys
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from qgate.config.tools import Definitions
from qgate.gates.context import GateContext
from qgate.model.report import GateResult

Steps = Generator[Sequence[Any], Sequence[Any], GateResult]
Run = Callable[[GateContext], GateResult | Steps]

ENTRY_POINTS: Final = "qgate.gates"
# They judge a pull request and not files, so `qgate check` has none of them.
OF_PULL_REQUESTS: Final = ("checklist", "approvals")
_INFORMATION: Final = (".dist-info", ".egg-info")


def _coverage(context: GateContext) -> Steps:
    from qgate.gates.coverage import gate  # noqa: PLC0415 - only what runs is imported

    return gate.run(context)


def _documents(context: GateContext) -> GateResult:
    from qgate.gates.documents import gate  # noqa: PLC0415 - the same

    return gate.run(context)


def _tools(name: str, context: GateContext) -> Steps:
    from qgate.gates.tools import gate  # noqa: PLC0415 - the same

    return gate.run(context, name)


_SHIPPED: Final[dict[str, Run]] = {"coverage": _coverage, "documents": _documents}
# What most repositories have none of is said last.
_LAST: Final = ("documents",)


def gates(definitions: Definitions) -> dict[str, Run]:
    """Name to gate, ours first; a third party cannot replace one of those."""
    found = {name: run for name, run in _SHIPPED.items() if name not in _LAST}
    found |= {name: partial(_tools, name) for name in definitions.gates()}
    found |= {name: _SHIPPED[name] for name in _LAST}
    if any(map(_names_gates, sys.path)):
        # 20 ms to import, which only those who have such gates should pay.
        from importlib.metadata import entry_points  # noqa: PLC0415

        for point in entry_points(group=ENTRY_POINTS):
            if point.name not in OF_PULL_REQUESTS:
                found.setdefault(point.name, point.load().run)
    return found


def is_ours(name: str, definitions: Definitions) -> bool:
    """Whether we know all that a gate reads."""
    return name in _SHIPPED or name in definitions.gates()


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
