"""What the tests of the readers share: a run's output, and output that was damaged."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import strategies as st

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolOutput, ToolReading
from qgate.parse.findings import Reader

_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    10**30,
    float("inf"),
    float("nan"),
    0.5,
    "",
    "x",
    "\ud800",
    [],
    {},
)


def output(stdout: bytes = b"", stderr: bytes = b"", *, code: int = 0) -> ToolOutput:
    """One run's output, in a folder of its own."""
    return ToolOutput(stdout, stderr, code, "/project")


def tool(name: str = "demo", *, pattern: str = "", stream: str = "stdout") -> Tool:
    """A definition with nothing in it but what a reader looks at."""
    return Tool(
        name=name,
        gate="lint",
        command=(name,),
        files=("*",),
        output="regex",
        pattern=pattern,
        stream=stream,
    )


TOOL: Final = tool()


def refusal(read: Reader, given: ToolOutput, definition: Tool = TOOL) -> str:
    """The message with which output is refused."""
    with pytest.raises(MalformedOutput) as caught:
        read(given, definition)
    return caught.value.message


def is_clean(reading: ToolReading) -> bool:
    """Whether a reading says that nothing is wrong."""
    return not reading.findings and not reading.unjudged


def never_clean(read: Reader, given: ToolOutput, definition: Tool = TOOL) -> None:
    """Fail unless the output is refused as malformed, or gives lines that can be."""
    try:
        reading = read(given, definition)
    except MalformedOutput:
        return
    assert not is_clean(reading)
    for each in reading.findings:
        assert 0 <= each.line <= each.end_line or not each.end_line
        assert each.column >= 0


def cuts(report: bytes) -> Iterator[bytes]:
    """The report cut off at every byte, but for blanks at its end."""
    for end in range(len(report.rstrip())):
        yield report[:end]


@st.composite
def misshapen(draw: st.DrawFn, report: bytes) -> bytes:
    """JSON in which one value, anywhere, is another or is gone."""
    whole = json.loads(report)
    places = list(_places(whole))
    holder, key = draw(st.sampled_from(places))
    if draw(st.booleans()):
        holder[key] = draw(st.sampled_from(_ODD))
    else:
        del holder[key]
    return json.dumps(draw(st.sampled_from([whole, whole, whole, *_ODD]))).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])
