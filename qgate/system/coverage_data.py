"""coverage.py's native data file, read for the files that are asked for and no others.

The tables are those of coverage.py's documented schema, version 7 (coverage.py 5.0 and later).
SQLite opens the file read-only and immutable: no journal, no lock, nothing is created.
"""

import sqlite3
import weakref
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from qgate.errors import MalformedReport
from qgate.model.coverage import NATIVE_FORMAT, Arc, FileCoverage

_SCHEMA_VERSION: Final = 7


class NativeData:
    """One data file. `has_arcs` says whether branches were measured."""

    format: Final = NATIVE_FORMAT
    roots: Final[tuple[str, ...]] = ()

    def __init__(self, path: Path) -> None:
        self._uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
        versions = self._rows("select version from coverage_schema")
        if versions != [(_SCHEMA_VERSION,)]:
            raise MalformedReport(
                f"its schema is {versions[0][0] if versions else 'unknown'}, not "
                f"{_SCHEMA_VERSION}: measure with coverage.py 5 or later"
            )
        meta = dict(self._rows("select key, value from meta"))
        self.has_arcs = meta.get("has_arcs") == "1"

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._uri, uri=True)
        weakref.finalize(self, connection.close)
        return connection

    @cached_property
    def _ids(self) -> dict[str, int]:
        return dict(self._rows("select path, id from file"))

    @property
    def paths(self) -> Collection[str]:
        """Every measured file."""
        return self._ids.keys()

    def file(self, path: str) -> FileCoverage:
        """What ran in one file. Raises `MalformedReport`."""
        identifier = (self._ids[path],)
        if self.has_arcs:
            rows = self._rows("select distinct fromno, tono from arc where file_id = ?", identifier)
            arcs: frozenset[Arc] = frozenset(rows)
            # Negative numbers are entries and exits of code objects.
            executed = frozenset(line for arc in arcs for line in arc if line > 0)
            return FileCoverage(path=path, executed=executed, missing=None, arcs=arcs)
        bits = self._rows("select numbits from line_bits where file_id = ?", identifier)
        executed = frozenset(line for (blob,) in bits for line in _lines(blob))
        return FileCoverage(path=path, executed=executed, missing=None)

    def _rows(self, query: str, arguments: Iterable[int] = ()) -> list[Any]:
        try:
            return self._connection.execute(query, tuple(arguments)).fetchall()
        except sqlite3.Error as error:
            raise MalformedReport(f"not readable as coverage.py data: {error}") from error


def _lines(bits: bytes) -> Iterable[int]:
    """The numbers in a numbits blob: bit n of the blob, from the lowest, is line n."""
    for index, byte in enumerate(bits):
        if byte:
            for bit in range(8):
                if byte >> bit & 1:
                    yield index * 8 + bit
