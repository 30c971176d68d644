"""What tools print, read into one type: one module a format, found by the definition's `output`.

Each module has `read(output, tool) -> ToolReading` and raises `MalformedOutput` for anything that
is not the tool's whole answer: cut-off JSON, a stack trace, nothing at all where there should be
something. Silence is read as "no findings" only where the tool is known to be silent then.
"""

from importlib import import_module
from typing import Final, Protocol

from qgate.model.tool import Tool, ToolOutput, ToolReading

FORMATS: Final = (
    *("sarif", "checkstyle", "regex"),
    *("ruff", "ruff_format", "mypy", "pip_audit"),
    *("eslint", "npm_audit", "bandit", "shellcheck", "squawk"),
)


class Reader(Protocol):
    """The one function of a format's module."""

    def __call__(self, output: ToolOutput, tool: Tool) -> ToolReading:
        """Read one run's output. Raises `MalformedOutput`."""


def reader(name: str) -> Reader:
    """The reader of a format in `FORMATS`; imported only when it is used."""
    read: Reader = import_module(f"qgate.parse.findings.{name}").read
    return read
