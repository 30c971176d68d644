"""Every format of a report that is ours, by name: the one place where a new reporter is entered.

`engine/formats.py` adds those of other packages.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from qgate.model.report import Report

Render = Callable[[Report], str]


def _lazily(module: str) -> Callable[[], Render]:
    """Gives a reporter of ours; what is not asked for is not imported."""

    def load() -> Render:
        render: Render = import_module(f"qgate.reporters.{module}").render
        return render

    return load


FORMATS: Final[Mapping[str, Callable[[], Render]]] = {
    "json": _lazily("json_v1"),
    "markdown": _lazily("markdown"),
    "sarif": _lazily("sarif"),
    "junit": _lazily("junit"),
    "github": _lazily("github"),
}
