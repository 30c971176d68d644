"""What git's plumbing prints, read: listings separated by NUL, and `cat-file --batch`.

Paths are bytes for git and text with surrogate escapes for everybody else.
"""

import os
import re
from collections.abc import Iterable, Iterator
from typing import Final

Entries = dict[str, tuple[str, str]]

_KIND: Final = re.compile(rb" (?:blob|commit|tree) ")
_BATCH_HEADER: Final = re.compile(rb"[0-9a-f]+ (\w+) (\d+)")


def names(listing: bytes) -> list[str]:
    """The paths of a listing, in git's order."""
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def staged(listing: bytes) -> tuple[Entries, frozenset[str]]:
    """`ls-files -z --stage -v`: mode and id by path, conflicts left out.

    Also the paths whose file git was told not to look at: the tag is not H.
    """
    lines = [line for line in listing.split(b"\0") if b" 0\t" in line]
    unseen = (line.partition(b"\t")[2] for line in lines if not line.startswith(b"H "))
    return _entries(line[2:] for line in lines), frozenset(map(os.fsdecode, unseen))


def tree(listing: bytes) -> Entries:
    """`ls-tree -r -z`: mode and id by path."""
    # `mode type id` here, `mode id stage` in an index.
    lines = (line for line in listing.split(b"\0") if line)
    return _entries(_KIND.sub(b" ", line, count=1) for line in lines)


def _entries(lines: Iterable[bytes]) -> Entries:
    """`mode id ...<tab>path` by path."""
    entries = {}
    for line in lines:
        head, _, name = line.partition(b"\t")
        mode, found, *_ = head.split(b" ")
        entries[os.fsdecode(name)] = (mode.decode(), found.decode())
    return entries


def batch(output: bytes, count: int) -> Iterator[bytes | None]:
    """The contents that `cat-file --batch` gives for `count` names; None for what is no blob."""
    position = 0
    for _ in range(count):
        end = output.index(b"\n", position)
        found = _BATCH_HEADER.fullmatch(output, position, end)
        position = end + 1
        if found is None:
            yield None
            continue
        size = int(found[2])
        yield output[position : position + size] if found[1] == b"blob" else None
        position += size + 1


def blamed(listing: bytes) -> Iterator[tuple[str, str, int]]:
    """`blame --line-porcelain`: name, address and time (seconds since 1970) of each line's author.

    Lines of the file begin with a tab and are passed over.
    """
    fields: dict[bytes, bytes] = {}
    for line in listing.split(b"\n"):
        if not line.startswith(b"\t"):
            word, _, rest = line.partition(b" ")
            fields[word] = rest
            continue
        name = fields.get(b"author", b"").decode("utf-8", "replace")
        mail = fields.get(b"author-mail", b"").decode("utf-8", "replace").strip("<>")
        when = fields.get(b"author-time", b"")
        if when.isdigit():
            yield name, mail, int(when)
        fields = {}
