"""What a coverage report says about one file, before it meets the source.

Lines are 1-based, as the report writes them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

Arc = tuple[int, int]

# The one format that records only what ran.
NATIVE_FORMAT: Final = "coverage.py data"
# The one format whose lines are those of whole blocks, blank ones among them.
BLOCK_FORMAT: Final = "go"


@dataclass(frozen=True, slots=True)
class Exits:
    """How many of a line's branch exits were taken."""

    taken: int
    total: int

    @property
    def is_partial(self) -> bool:
        """Whether some exit was never taken."""
        return self.taken < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """One file of one report.

    - `executed`: lines that ran;
    - `missing`: lines that could have run and did not; None where the format records only
      what ran (coverage.py's native data), so that the statements must come from the source;
    - `excluded`: lines left out by pragma or configuration; None where the format is silent;
    - `exits`: branch exits by line, for the lines that have any;
    - `arcs`: executed line transitions, None without branch data or in other formats;
    - `checksums`: LCOV's own digest of a line's text, where the report carries it.
    """

    path: str
    executed: frozenset[int] = frozenset()
    missing: frozenset[int] | None = frozenset()
    excluded: frozenset[int] | None = None
    exits: Mapping[int, Exits] = field(default_factory=dict)
    arcs: frozenset[Arc] | None = None
    checksums: Mapping[int, str] = field(default_factory=dict)

    @property
    def statements(self) -> frozenset[int] | None:
        """Executed and missing lines together; None where the format cannot say."""
        return None if self.missing is None else self.executed | self.missing


class CoverageReport(Protocol):
    """A report that was opened: what it names, and each file on request.

    Large formats read a file's lines only when asked, so a report of 165 MB costs what the
    few changed files in it cost.
    """

    @property
    def format(self) -> str:
        """The format's name, such as `lcov`."""
        ...

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders that the report declares its paths to be relative to."""
        ...

    @property
    def paths(self) -> Collection[str]:
        """Every path the report names, as it writes them."""
        ...

    def file(self, path: str) -> FileCoverage:
        """What it says about one of `paths`. Raises `MalformedReport`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedReport:
    """A report small enough to be parsed whole."""

    format: str
    files: Mapping[str, FileCoverage]
    roots: tuple[str, ...] = ()

    @property
    def paths(self) -> Collection[str]:
        """Every path the report names."""
        return self.files.keys()

    def file(self, path: str) -> FileCoverage:
        """What it says about one of `paths`."""
        return self.files[path]
