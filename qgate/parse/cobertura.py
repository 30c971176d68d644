"""Cobertura XML to coverage, reading only the bytes of the files that are asked for.

Opening a report finds where each `<class ...>...</class>` lies; `file()` hands just those bytes
to the XML door. What is left when the classes are taken out must be well-formed and name the
root element, so a cut or foreign document is refused at once; damage inside a class shows when
its file is read. Whatever could make a byte search differ from an XML reader (comments, CDATA,
another encoding, an unusual spelling) sends the document through one complete pass.
"""

import mmap
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from qgate.errors import MalformedReport
from qgate.model.coverage import CoverageReport, FileCoverage
from qgate.parse.cobertura_elements import Lines, Reader

_Buffer = bytes | mmap.mmap
_Slice = tuple[int, int]

_CONTENT: Final = re.compile(rb"[^ \t\r\n]")
_ENCODING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]*)[\"']"
)
_READ_AS_UTF_8: Final = frozenset({b"utf-8", b"us-ascii"})
_OPEN: Final = b"<class "
_CLOSE: Final = b"</class>"
# Values may hold `>` but never a raw `<`; `++` and `*+` leave hostile tags no way to backtrack.
_TAG: Final = re.compile(
    rb"<class(?:[ \t\r\n]++(?:"
    rb"filename[ \t\r\n]*+=[ \t\r\n]*+(?:\"(?P<double>[^\"<]*+)\"|'(?P<single>[^'<]*+)')"
    rb"|[^ \t\r\n=<>\"'/]++[ \t\r\n]*+=[ \t\r\n]*+(?:\"[^\"<]*+\"|'[^'<]*+')"
    rb"))*+[ \t\r\n]*+(?P<empty>/?)>"
)
# Comments, CDATA and instructions, and spellings of the start tag that _OPEN does not find.
_UNUSUAL: Final = re.compile(rb"<(?:[!?]|class[\t\r\n>/])")
# What stands for the first class, and for each other: no element is legal after the root's end.
_PLACEHOLDER: Final = "qgate: the classes stood here"
_GAP: Final = b"<gap/>"


def parse(data: bytes | mmap.mmap) -> CoverageReport:
    """Open the report in `data`, which is not copied and must stay open as long as the report.

    Raises `MalformedReport` where it is no Cobertura report, is cut off, is not well-formed
    between its classes, or declares an entity or an internal DTD subset.
    """
    if _CONTENT.search(data) is None:
        raise MalformedReport("the Cobertura report is empty")
    return _sliced(data) or _whole(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SlicedReport:
    """A report of which each file is read from its slices when asked for."""

    data: _Buffer
    roots: tuple[str, ...]
    slices: Mapping[str, list[_Slice]]
    format: str = "cobertura"

    @property
    def paths(self) -> Collection[str]:
        return self.slices.keys()

    def file(self, path: str) -> FileCoverage:
        parts = [self.data[start:end] for start, end in self.slices[path]]
        reader = Reader()
        try:
            reader.read(b"".join([b"<coverage>", *parts, b"</coverage>"]))
        except MalformedReport as error:
            raise MalformedReport(f"the part on {path!r} is damaged: {error.message}") from error
        return reader.files[path].coverage()


@dataclass(frozen=True, slots=True, kw_only=True)
class _WholeReport:
    """A report whose every file was read on opening."""

    roots: tuple[str, ...]
    files: Mapping[str, Lines]
    format: str = "cobertura"

    @property
    def paths(self) -> Collection[str]:
        return self.files.keys()

    def file(self, path: str) -> FileCoverage:
        return self.files[path].coverage()


def _whole(data: _Buffer) -> _WholeReport:
    reader = Reader()
    reader.read(data)
    return _WholeReport(roots=tuple(reader.roots), files=reader.files)


def _sliced(data: _Buffer) -> _SlicedReport | None:
    """Open the report by its slices; None where only a complete pass can tell."""
    first = data.find(_OPEN)
    if first < 0 or not _is_plain(data, first):
        return None
    found = _slices(data, first)
    if found is None:
        return None
    remainder = Reader()
    try:
        remainder.read(_remainder(data, [place for _, place in found]))
        slices: dict[str, list[_Slice]] = {}
        for name, place in found:
            slices.setdefault(_path(name), []).append(place)
    except MalformedReport:
        # The complete pass knows the line and column.
        return None
    # Otherwise a comment hides the first class, or one in another spelling comes before it.
    if remainder.classes != 1 or _PLACEHOLDER not in remainder.files:
        return None
    return _SlicedReport(data=data, roots=tuple(remainder.roots), slices=slices)


def _is_plain(data: _Buffer, first: int) -> bool:
    """Whether from the first class on a search for `_OPEN` finds what an XML reader would.

    It does in a well-formed document: no `<` but a tag's is left, and no other start of a class.
    """
    encoding = _ENCODING.match(data)
    if encoding is not None and encoding[1].lower() not in _READ_AS_UTF_8:
        return False
    return _UNUSUAL.search(data, first) is None


def _slices(data: _Buffer, start: int) -> list[tuple[bytes, _Slice]] | None:
    """Each class from `start` on: its `filename` as written, and where it begins and ends."""
    found = []
    while start >= 0:
        tag = _TAG.match(data, start)
        if tag is None:
            return None
        name = tag["double"] if tag["single"] is None else tag["single"]
        following = data.find(_OPEN, tag.end())
        end = tag.end()
        if not tag["empty"]:
            # The last end tag before the next class. There is none if a class holds another or
            # ends in another spelling.
            close = data.rfind(_CLOSE, end, following if following >= 0 else len(data))
            end = close + len(_CLOSE)
            if close < 0:
                return None
        if name is None:
            return None
        found.append((name, (start, end)))
        start = following
    return found


def _path(written: bytes) -> str:
    """Read the value of a `filename` attribute: by the XML door unless it is plain ASCII."""
    if written.isascii() and b"&" not in written:
        path = written.decode("ascii")
        if path.isprintable():
            return path
    reader = Reader()
    quote = b"'" if b'"' in written else b'"'
    reader.read(b"<coverage><class filename=%b%b%b/></coverage>" % (quote, written, quote))
    return next(iter(reader.files))


def _remainder(data: _Buffer, slices: list[_Slice]) -> bytes:
    """Give the document without its classes, but with an empty element in the place of each."""
    pieces = [data[: slices[0][0]], b'<class filename="%b"/>' % _PLACEHOLDER.encode("ascii")]
    for (_, end), (begin, _) in pairwise(slices):
        pieces += data[end:begin], _GAP
    pieces.append(data[slices[-1][1] :])
    return b"".join(pieces)
