"""The judging of all changed files, a few sources in memory at a time."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import Final

from qgate.errors import Incomplete, MalformedReport
from qgate.gates.context import GateContext
from qgate.gates.coverage import earlier, freshness, measured, provenance
from qgate.gates.coverage.earlier import Run
from qgate.gates.coverage.evidence import Evidence
from qgate.gates.coverage.judge import FileVerdict, Span, judge, with_moved
from qgate.gates.coverage.measured import Measured
from qgate.gates.coverage.rules import Rule
from qgate.model.changes import ChangedFile
from qgate.model.coverage import BLOCK_FORMAT, Exits, FileCoverage
from qgate.parse import python_branches
from qgate.parse.python_source import PythonSource
from qgate.parse.python_text import UnparsableSource, from_git_lines
from qgate.system import coverage_config
from qgate.system.coverage_config import CoverageConfig

_CHUNK: Final = 200
_MAX_SOURCE_BYTES: Final = 64 << 20
_PYTHON_SCRIPT: Final = re.compile(rb"#!.*\bpython")

# For each changed file, the reports that know it and the names they know it by.
Known = Mapping[str, list[tuple[Evidence, str]]]


@dataclass(frozen=True)
class Judging:
    """What the judging needs: the run, coverage.py's configuration at the base, and `known`."""

    context: GateContext
    config: CoverageConfig
    known: Known

    @cached_property
    def has_deletions(self) -> bool:
        """Whether this change took any line away, so that others can have come from there."""
        return any(hunk.old_count for file in self.context.changes.files for hunk in file.hunks)

    @property
    def needs_branches(self) -> bool:
        """Whether the settings demand branches to be taken."""
        return self.context.settings.gates.coverage.branch_min is not None

    def all_of(self, files: tuple[ChangedFile, ...]) -> list[FileVerdict]:
        """A verdict for each file, moved statements marked."""
        deleted: dict[int, set[tuple[str, int]]] = defaultdict(set)
        judged_paths = {file.path for file in files}
        gone = tuple(
            file
            for file in self.context.changes.files
            if file.path not in judged_paths and any(hunk.old_count for hunk in file.hunks)
        )
        for file, (_, old) in self._sources(gone, new=False):
            self._note_deleted(file, old, deleted)
        verdicts, added = [], []
        for file, (new, old) in self._sources(files):
            version = self._note_deleted(file, old, deleted)
            judged, runs = self._one(file, new, version)
            verdicts.append(judged)
            added.append(runs)
        ignore = self.context.settings.gates.coverage.moved == "ignore"
        return [
            with_moved(judged, earlier.moved(runs, deleted), ignore=ignore) if runs else judged
            for judged, runs in zip(verdicts, added, strict=True)
        ]

    def _sources(
        self, files: tuple[ChangedFile, ...], *, new: bool = True
    ) -> Iterator[tuple[ChangedFile, tuple[bytes | None, bytes | None]]]:
        """New and old bytes of each file; the old ones only of Python that lost lines."""
        waiting = iter(files)
        while chunk := tuple(islice(waiting, _CHUNK)):
            with_old = [file for file in chunk if file.old_id and _is_python(file.old_path)]
            old = dict(
                zip(
                    (file.path for file in with_old),
                    self.context.repo.blobs([file.old_id for file in with_old]),
                    strict=True,
                )
            )
            sources = self.context.new_sources(chunk) if new else [None] * len(chunk)
            for file, source in zip(chunk, sources, strict=True):
                yield file, (source, old.get(file.path))

    def _note_deleted(
        self,
        file: ChangedFile,
        old: bytes | None,
        deleted: dict[int, set[tuple[str, int]]],
    ) -> PythonSource | None:
        """The old version of a file, its deleted runs noted; None where there is none to parse."""
        version = _earlier_version(old) if old is not None else None
        if version is not None:
            for run in earlier.deleted_runs(file, version):
                deleted[run.digest].add(run.place)
        return version

    def _one(
        self, file: ChangedFile, new: bytes | None, old: PythonSource | None
    ) -> tuple[FileVerdict, list[Run]]:
        if new is None or len(new) > _MAX_SOURCE_BYTES:
            raise Incomplete(
                Rule.UNREADABLE_SOURCE.slug,
                f"{file.path} cannot be read" if new is None else f"{file.path} is too large",
                path=file.path,
                hint="make it readable, or leave it out with gates.coverage.exclude",
            )
        if reports := [each for each, _ in self.known.get(file.path, ())]:
            provenance.refuse_other_content(self.context, file, new, reports)
        if _is_python(file.path) or _is_script(file.path, new) or self._only_ran(file):
            return self._python(file, new, old)
        return self._lines(file, new), []

    def _python(
        self, file: ChangedFile, new: bytes, old: PythonSource | None
    ) -> tuple[FileVerdict, list[Run]]:
        try:
            source = PythonSource(new, self.config.exclude)
            changed = from_git_lines(new, (hunk.new_lines for hunk in file.hunks))
            touched = source.owners_in(changed) - source.docstrings
            # A pragma on `else:` stands on no statement; it is told of the first it excludes.
            by_else = source.pragmas_on_keywords(chain.from_iterable(changed))
            judged = judge(
                file.path,
                touched | by_else,
                self._measured(file, source, touched),
                span=lambda line: Span(line, source.last_line(line), source.lines[line - 1]),
                same=earlier.format_only(file, source, old) if old is not None else frozenset(),
                pragmas=lambda: (
                    by_else | source.owners(_pragmas(source, chain.from_iterable(changed)))
                ),
                has_branching=lambda: self.needs_branches and source.has_branch(touched),
            )
        except UnparsableSource as error:
            raise Incomplete(
                Rule.UNPARSABLE_SOURCE.slug,
                f"{file.path}: {error}",
                path=file.path,
                hint="mend the syntax, or run qgate with the project's own Python",
            ) from error
        # What nothing was deleted from cannot have been moved.
        can_be_moved = self.has_deletions and not _has_lone_returns(new)
        return judged, list(earlier.added_runs(file, source)) if can_be_moved else []

    def _only_ran(self, file: ChangedFile) -> bool:
        return any(each.knows_only_what_ran for each, _ in self.known.get(file.path, ()))

    def _measured(
        self, file: ChangedFile, source: PythonSource, touched: frozenset[int]
    ) -> Measured:
        parts = []
        for each, name in self.known.get(file.path, ()):
            provenance.refuse_other_copy(self.context, each, name, file, source.text)
            coverage = self._with_exclusions(_read(each, name), source)
            provenance.refuse_stale(each, file, freshness.against_python(coverage, source))
            exits = self._exits_later(coverage, source, touched)
            parts.append(measured.of_python(each.name, coverage, source, exits))
        return measured.merge(file.path, parts) or measured.nothing(source)

    def _with_exclusions(self, coverage: FileCoverage, source: PythonSource) -> FileCoverage:
        """Where the format is silent on exclusions: those of the change's own configuration.

        The tests ran with it, so its statements are not in the report. They are known then,
        and count as missing unless the base excludes them too.
        """
        theirs = self.head_config.exclude
        if coverage.missing is None or coverage.excluded is not None or not self.is_other_config:
            return coverage
        return replace(coverage, excluded=source.excluded_by(theirs))

    @cached_property
    def head_config(self) -> CoverageConfig:
        """The change's own configuration of coverage.py; the base's where it has none."""
        chosen = self.context.settings.gates.coverage.config
        try:
            return coverage_config.read(self.context.head_contents, chosen, where="HEAD")
        except Incomplete:
            return self.config

    @property
    def is_other_config(self) -> bool:
        """Whether the change brings other exclusions than the base has."""
        return self.head_config.exclude != self.config.exclude

    def _exits_later(
        self, coverage: FileCoverage, source: PythonSource, touched: frozenset[int]
    ) -> measured.ExitsOfArcs:
        """Exits by coverage.py's own analysis.

        It is slow, and so done only where a touched header can have several.
        """

        def exits() -> Mapping[int, Exits]:
            if coverage.arcs is None or not source.has_branch(touched):
                return {}
            return python_branches.exits(
                source.text,
                coverage.arcs,
                exclude=self.config.exclude,
                no_branch=self.config.no_branch,
            )

        return exits

    def _lines(self, file: ChangedFile, new: bytes) -> FileVerdict:
        """A file in another language: the lines the report knows are the statements."""
        texts = new.decode("utf-8", "replace").split("\n")
        parts = []
        for each, name in self.known.get(file.path, ()):
            provenance.refuse_other_copy(self.context, each, name, file, "\n".join(texts))
            coverage = _read(each, name)
            provenance.refuse_stale(each, file, freshness.against_lines(coverage, new))
            blocks = texts if each.report.format == BLOCK_FORMAT else ()
            parts.append(measured.of_lines(each.name, coverage, blocks))
        whole = measured.merge(file.path, parts)
        if whole is None:
            whole = measured.nothing_of_lines(texts)
        return judge(
            file.path,
            frozenset(file.changed_lines()),
            whole,
            span=lambda line: Span(line, line, texts[line - 1]),
        )


def _is_python(path: str) -> bool:
    return posixpath.splitext(path)[1] in {".py", ".pyw"}


def _pragmas(source: PythonSource, lines: Iterable[int]) -> list[int]:
    """Those of the lines that exclude something by a pragma, not by another pattern."""
    matching = source.pragmas.intersection(lines)
    return [line for line in matching if "pragma" in source.lines[line - 1].lower()]


def _is_script(path: str, source: bytes) -> bool:
    """A Python program without a suffix, by its first line."""
    return "." not in posixpath.basename(path) and _PYTHON_SCRIPT.match(source) is not None


def _has_lone_returns(source: bytes) -> bool:
    return b"\r" in source.replace(b"\r\n", b"")


def _earlier_version(source: bytes) -> PythonSource | None:
    """A parsed older source; None where it does not parse, so that nothing compares equal."""
    if _has_lone_returns(source):
        return None
    try:
        return PythonSource(source)
    except UnparsableSource:
        return None


def _read(each: Evidence, name: str) -> FileCoverage:
    try:
        return each.report.file(name)
    except MalformedReport as error:
        raise Incomplete(
            Rule.UNREADABLE_REPORT.slug,
            f"the coverage report {each.name}: {error}",
            path=each.name,
            hint=provenance.MEASURE_AGAIN,
        ) from error
