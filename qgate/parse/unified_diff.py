r"""`git diff --raw -z --patch -U0` to changed files, from bytes.

Names, modes and blob ids come only from the raw part, so no spelling of a path can mislead.
Hunks are consumed by their counts: a content line that looks like a header is content, and
`\ No newline at end of file` is no line. reviewdog's reader works by counts too
(its diff/parse.go); diff-cover 11.0.1 and python-coverage-comment-action do not.
"""

import os
import re
from collections.abc import Iterator
from typing import Final

from qgate.errors import EXIT_INCOMPLETE, QgateError
from qgate.model.changes import ChangedFile, Hunk, Status

_HUNK: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_INDEX: Final = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)")
_NO_MODE: Final = "000000"


class MalformedDiff(QgateError):
    """What git wrote is not what it was asked for: could not judge, never a verdict."""

    exit_code = EXIT_INCOMPLETE


def parse(output: bytes) -> tuple[ChangedFile, ...]:
    """The changed files in git's order. Raises `MalformedDiff`, also on an unmerged path."""
    if not output:
        return ()
    entries, position = _raw_entries(output)
    sections = _sections(output, position)
    files = tuple(_with_hunks(entry, sections) for entry in entries)
    if next(sections, None) is not None:
        raise MalformedDiff("the patch has more parts than there are files")
    return files


def _raw_entries(output: bytes) -> tuple[list[ChangedFile], int]:
    """The raw part, and where the patch begins."""
    entries = []
    position = 0
    while output[position : position + 1] == b":":
        header, position = _until_nul(output, position + 1)
        old_mode, new_mode, old_id, new_id, letter = header.decode("ascii").split(" ")
        name, position = _until_nul(output, position)
        old_path = path = os.fsdecode(name)
        if letter[0] in "RC":
            name, position = _until_nul(output, position)
            path = os.fsdecode(name)
        try:
            status = Status(letter[0])
        except ValueError:
            raise MalformedDiff(f"{path!r} has the status {letter!r}") from None
        entries.append(
            ChangedFile(
                path=path,
                old_path=old_path,
                status=status,
                old_mode=old_mode,
                new_mode=new_mode,
                old_id=_blob(old_id),
                new_id=_blob(new_id),
            )
        )
    # One more NUL parts the raw part from the patch.
    return entries, position + 1


def _until_nul(output: bytes, start: int) -> tuple[bytes, int]:
    end = output.find(b"\0", start)
    if end < 0:
        raise MalformedDiff("the raw part of the diff ends in the middle of an entry")
    return output[start:end], end + 1


def _blob(identifier: str) -> str:
    return identifier if identifier.strip("0") else ""


def _with_hunks(
    entry: ChangedFile, sections: Iterator[tuple[str, tuple[Hunk, ...]]]
) -> ChangedFile:
    """The entry with its part of the patch: one section, or two where its type changed."""
    try:
        if entry.status is Status.TYPE_CHANGED:
            next(sections)
        new_id, hunks = next(sections)
    except StopIteration:
        raise MalformedDiff(f"the patch has no part for {entry.path!r}") from None
    # The raw part has no blob id for a file of the working tree; the patch computes one.
    return ChangedFile(
        path=entry.path,
        old_path=entry.old_path,
        status=entry.status,
        old_mode=entry.old_mode,
        new_mode=entry.new_mode,
        old_id=entry.old_id,
        new_id=entry.new_id or ("" if entry.new_mode == _NO_MODE else new_id),
        hunks=hunks,
    )


def _sections(output: bytes, position: int) -> Iterator[tuple[str, tuple[Hunk, ...]]]:
    """New blob id and hunks of each `diff --git` part, in order."""
    size = len(output)
    while position < size:
        line, position = _line(output, position)
        if not line.startswith(b"diff --git "):
            raise MalformedDiff(f"expected the start of a file in the patch, found {line[:60]!r}")
        new_id, hunks = "", []
        while position < size and not output.startswith(b"diff --git ", position):
            line, position = _line(output, position)
            if found := _HUNK.match(line):
                hunk = Hunk(*(1 if part is None else int(part) for part in found.groups()))
                position = _skip(output, position, b"-", hunk.old_count)
                position = _skip(output, position, b"+", hunk.new_count)
                hunks.append(hunk)
            elif ids := _INDEX.match(line):
                new_id = ids[2].decode("ascii")
        yield _blob(new_id), tuple(hunks)


def _line(output: bytes, position: int) -> tuple[bytes, int]:
    end = output.find(b"\n", position)
    if end < 0:
        end = len(output)
    return output[position:end], end + 1


def _skip(output: bytes, position: int, sign: bytes, count: int) -> int:
    """Past `count` lines that begin with `sign`, and past a note that the last has no newline."""
    mark = sign[0]
    find, size = output.find, len(output)
    for _ in range(count):
        if position >= size or output[position] != mark:
            raise MalformedDiff("a hunk has fewer lines than it announces")
        end = find(b"\n", position)
        position = size if end < 0 else end + 1
    if position < size and output[position] == ord("\\"):
        position = find(b"\n", position) + 1 or size
    return position
