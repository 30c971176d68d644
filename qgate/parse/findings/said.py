"""What a run printed, and whether it is an answer at all."""

from collections.abc import Callable, Collection
from typing import Any, Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolOutput, ToolReading
from qgate.parse.findings import json_text

_MOST_WORDS: Final = 500


def stream(output: ToolOutput, tool: Tool) -> bytes:
    """The stream that the definition names; for `both`, standard error after standard output."""
    match tool.stream:
        case "stderr":
            return output.stderr
        case "both":
            gap = b"\n" if output.stdout and not output.stdout.endswith(b"\n") else b""
            return output.stdout + gap + output.stderr
        case _:
            return output.stdout


def decoded(data: bytes) -> str:
    """Text with names of files as the system decodes them: bytes that are not UTF-8 survive."""
    return data.decode("utf-8", "surrogateescape")


def last_words(output: ToolOutput) -> str:
    """What standard error, else standard output, says: beginning and end, where it is long.

    Some programs give the reason before the stack, others after it.
    """
    words = (output.stderr.strip() or output.stdout.strip()).decode("utf-8", "replace")
    if not words:
        return "it printed nothing"
    half = _MOST_WORDS // 2
    return words if len(words) <= _MOST_WORDS else f"{words[:half]} ... {words[-half:]}"


def json_answer(output: ToolOutput, data: bytes, read: Callable[[Any], ToolReading]) -> ToolReading:
    """What `read` makes of decoded JSON. Where there is none, the error has the tool's words."""
    if not data.strip():
        raise MalformedOutput(f"no JSON, exit code {output.code}: {last_words(output)}")
    return json_text.reading(data, read)


def require_ran(output: ToolOutput, codes: Collection[int]) -> None:
    """Raise `MalformedOutput` for an exit code with which the tool says that it did not finish."""
    if output.code not in codes:
        raise MalformedOutput(f"exit code {output.code}: {last_words(output)}")


def require_reason(output: ToolOutput, *, is_explained: bool) -> None:
    """Raise `MalformedOutput` where the exit code says "something is wrong" and nothing else does.

    A tool that died before it found anything prints an empty list, or nothing.
    """
    if output.code and not is_explained:
        raise MalformedOutput(f"exit code {output.code} without a finding: {last_words(output)}")
