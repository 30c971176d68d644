"""The runs of changed lines in one hunk of a difference, as places in the old file."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """The first old line, 1-based, and the lines with their marks."""

    first: int
    lines: tuple[str, ...]


def runs(hunk: Hunk) -> Iterator[tuple[int, int, str]]:
    """First and last old line of each run of changes, and in words what would be written.

    An insertion is at both of its neighbours: either can be the one that asked for it.
    """
    at = hunk.first
    gone, written = 0, list[str]()
    for line in (*hunk.lines, ""):
        match line[:1]:
            case "-":
                gone += 1
            case "+":
                written.append(line[1:])
            case "\\":
                pass
            case mark:
                if gone or written:
                    last = at + gone - 1 if gone or not mark else at
                    yield at if gone else max(at - 1, 1), max(last, 1), _words(gone, written)
                at += gone + 1
                gone, written = 0, []


def _words(gone: int, written: list[str]) -> str:
    lines = "\n".join(line.rstrip("\r") for line in written)
    if not lines.strip():
        if gone:
            return f"ruff format would {'empty' if written else 'remove'} this"
        lines_of = "an empty line" if len(written) == 1 else f"{len(written)} empty lines"
        return f"ruff format would add {lines_of} here"
    return f"ruff format would write:\n{lines}"
