"""Bytes of a Python source to text, and git's lines to Python's."""

import io
import tokenize
from collections.abc import Iterable

from qgate.errors import QgateError


class UnparsableSource(QgateError):
    """The source is not Python that this interpreter can parse."""


def from_git_lines(source: bytes, ranges: Iterable[range]) -> list[range]:
    """The Python lines inside lines as git counts them: the same, without lone returns."""
    if b"\r" not in source or b"\r" not in source.replace(b"\r\n", b""):
        return list(ranges)
    starts = [0, 1]
    for text in source.split(b"\n"):
        starts.append(starts[-1] + 1 + text.removesuffix(b"\r").count(b"\r"))
    return [range(starts[lines.start], starts[lines.stop]) for lines in ranges]


def decode(source: bytes) -> str:
    """Text by its byte-order mark or coding line, every newline a line feed.

    Raises `UnparsableSource`.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UnparsableSource(f"cannot decode it: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
