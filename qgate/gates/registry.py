"""Every gate by name: the one place a new gate is entered.

Third parties add gates through the entry point group `qgate.gates`; each names a module or
object with `NAME` and `run`.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Final

from qgate.gates.context import GateContext
from qgate.model.report import GateResult

Run = Callable[[GateContext], GateResult]

ENTRY_POINTS: Final = "qgate.gates"


def _coverage(context: GateContext) -> GateResult:
    from qgate.gates.coverage import gate  # noqa: PLC0415 - only what runs is imported

    return gate.run(context)


_SHIPPED: Final[dict[str, Run]] = {"coverage": _coverage}


def gates() -> dict[str, Run]:
    """Name to gate, the shipped ones first; a third party cannot replace one of those."""
    found = dict(_SHIPPED)
    for point in entry_points(group=ENTRY_POINTS):
        found.setdefault(point.name, point.load().run)
    return found
