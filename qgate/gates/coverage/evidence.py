"""The coverage reports: found, told apart by what is in them, and opened."""

import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from qgate.config.settings import CoverageSettings
from qgate.errors import Incomplete, MalformedReport
from qgate.gates.coverage.rules import Rule
from qgate.model.coverage import NATIVE_FORMAT, CoverageReport
from qgate.system import files

# In order of preference. A later one counts only for files that no earlier one knows, so an
# old report of another format beside the fresh one does no harm.
USUAL_PLACES: Final = (
    (".coverage",),
    (".coverage.*",),
    ("coverage.json",),
    ("coverage.lcov", "lcov.info", "coverage/lcov.info"),
    ("coverage.xml", "cobertura.xml", "coverage/cobertura-coverage.xml"),
    (
        "target/site/jacoco/jacoco.xml",
        "build/reports/jacoco/test/jacocoTestReport.xml",
        "clover.xml",
        "coverage/clover.xml",
        "coverage.out",
        "cover.out",
    ),
)


_NATIVE: Final = b"SQLite format 3\0"
_HEAD_BYTES: Final = 1 << 16
_HINT: Final = "write it again, or name the right one with --report"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One opened report: `name` as people know it, the time it was written (ns), its content.

    `rank` is 0 for a report that was named, and the place in `USUAL_PLACES` of a found one.
    """

    name: str
    path: Path
    written_ns: int
    rank: int
    report: CoverageReport

    @property
    def knows_only_what_ran(self) -> bool:
        """Whether the statements must come from the source: coverage.py's own data."""
        return self.report.format == NATIVE_FORMAT


def collect(
    settings: CoverageSettings, *, root: Path, folder: Path, named: bool
) -> tuple[Evidence, ...]:
    """Every report that is named in the settings, else all in the usual places below `root`.

    Names given by a flag are relative to `folder`.

    Raises `Incomplete` where there is none, one cannot be read, or one of `expect_reports` is
    not there.
    """
    found = tuple(_named(settings, folder if named else root) if settings.report else _usual(root))
    if not found:
        raise Incomplete(
            Rule.NO_REPORT.slug,
            "no coverage report was found",
            hint="run the tests under coverage (coverage run -m pytest), or name a report with "
            "--report PATH or gates.coverage.report",
        )
    # A found report of another kind is no shard of the preferred one.
    shards = [path.name for path, rank in found if rank == found[0][1]]
    expected = settings.expect_reports
    if expected is not None and len(shards) < expected:
        raise Incomplete(
            Rule.MISSING_SHARD.slug,
            f"{len(shards)} of {expected} expected coverage reports are here: " + ", ".join(shards),
            hint="find out which test job did not deliver its report, and run it again",
        )
    return tuple(_open(path, rank, root) for path, rank in found)


def _named(settings: CoverageSettings, folder: Path) -> Iterator[tuple[Path, int]]:
    seen = set()
    for pattern in settings.report:
        paths = files.expand(pattern, folder)
        if not paths:
            raise Incomplete(
                Rule.NO_REPORT.slug,
                f"no coverage report matches {pattern}",
                hint="run the tests under coverage first, or mend the name",
            )
        for path in paths:
            if path not in seen:
                seen.add(path)
                yield path, 0


def _usual(root: Path) -> Iterator[tuple[Path, int]]:
    has_native = False
    for rank, patterns in enumerate(USUAL_PLACES):
        for pattern in patterns:
            if pattern == ".coverage.*" and has_native:
                # Shards that `coverage combine --keep` left behind are in the data already.
                continue
            for path in files.expand(pattern, root):
                if path.is_file() and (pattern != ".coverage.*" or _is_native(path)):
                    has_native = has_native or rank == 0
                    yield path, rank


def _is_native(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_NATIVE)) == _NATIVE
    except OSError:
        return False


def _open(path: Path, rank: int, root: Path) -> Evidence:
    name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        report = read_report(path)
        is_empty = not report.paths
        written = path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise Incomplete(
            Rule.NO_REPORT.slug,
            f"the coverage report {name} does not exist",
            hint="run the tests under coverage first (coverage run -m pytest), or mend the name",
        ) from error
    except (OSError, MalformedReport) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise Incomplete(
            Rule.UNREADABLE_REPORT.slug, f"the coverage report {name}: {said}", hint=_HINT
        ) from error
    if is_empty:
        raise Incomplete(
            Rule.EMPTY_REPORT.slug,
            f"the coverage report {name} names no file: nothing was measured",
            hint="check `source` in coverage's configuration, and that the tests ran",
        )
    return Evidence(name, path, written, rank, report)


def read_report(path: Path) -> CoverageReport:
    """Open one report, whatever its format. Raises `MalformedReport` and `OSError`."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        if head.startswith(_NATIVE):
            from qgate.system.coverage_data import NativeData  # noqa: PLC0415 - as the readers below

            return NativeData(path)
        if not head.strip():
            raise MalformedReport("is empty")
        name = _reader(head)
        # One format is read in a run, seldom two; the readers of the others stay on the disk.
        parse: Callable[[bytes | mmap.mmap], CoverageReport]
        parse = import_module(f"qgate.parse.{name}").parse
        if name == "cobertura":
            # Only the slices that are asked for are ever read from the disk.
            return parse(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        return parse(head + stream.read())


def _reader(head: bytes) -> str:
    """The module in `qgate.parse` that reads a format, by its first bytes.

    Raises `MalformedReport`.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "coverage_json"
    if start.startswith(b"mode:"):
        return "go_cover"
    if start.startswith((b"TN:", b"SF:", b"#")):
        return "lcov"
    if start.startswith(b"<"):
        if b"<report" in start:
            return "jacoco"
        _, _, root = start.partition(b"<coverage")
        tag = root.partition(b">")[0]
        if b"line-rate" in tag or b"<sources" in root or b"<packages" in root:
            return "cobertura"
        if b"generated" in tag or b"<project" in root:
            return "clover"
        if root:
            return "cobertura"
    raise MalformedReport(
        "is no coverage format that qgate knows (coverage.py data or JSON, LCOV, Cobertura, "
        "JaCoCo, Clover, Go cover profile)"
    )


def fixed_places() -> tuple[str, ...]:
    """The usual places that are one path each."""
    return tuple(place for places in USUAL_PLACES for place in places if "*" not in place)
