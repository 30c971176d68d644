"""Every gate by name: the one place a new gate is entered.

A gate of tools exists by a tool's definition alone. Third parties add gates through the entry
point group `qgate.gates`; each names a module or object with `run`.
"""

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, Final

from qgate.config.tools import Definitions
from qgate.gates.context import GateContext
from qgate.model.report import GateResult
from qgate.system import entry_points

Steps = Generator[Sequence[Any], Sequence[Any], GateResult]
Run = Callable[[GateContext], GateResult | Steps]

ENTRY_POINTS: Final = "qgate.gates"
# They judge a pull request and not files, so `qgate check` has none of them.
OF_PULL_REQUESTS: Final = ("checklist", "approvals")


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
    for name, other in entry_points.load(ENTRY_POINTS).items():
        if name not in OF_PULL_REQUESTS:
            found.setdefault(name, other.run)
    return found


def is_ours(name: str, definitions: Definitions) -> bool:
    """Whether we know all that a gate reads."""
    return name in _SHIPPED or name in definitions.gates()
