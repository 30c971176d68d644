"""What each tool says of one measured commit, line by line.

qgate's `GateResult` lists misses, exclusions and files left out; hits and format-only statements
it only counts. Which statements those are is derived here: of the statements that the changed
lines belong to (`PythonSource`), all that can be covered, are no miss and are not format-only.
`Ours.figures` holds the derived and the reported counts, which must be equal.
"""

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from diff_cover.diff_reporter import GitDiffReporter
from diff_cover.git_diff import GitDiffTool

from qgate.api import GateResult, Outcome, Request, check
from qgate.engine import changes, comparison
from qgate.engine.comparison import Wanted
from qgate.gates.coverage import earlier
from qgate.gates.coverage.rules import Rule
from qgate.model.changes import ChangedFile
from qgate.parse.python_source import PythonSource
from qgate.system import coverage_config
from qgate.system.coverage_config import CoverageConfig
from qgate.system.git import Repository
from tests.history.measure import git
from tests.history.reasons import Class, Count
from tests.support.repo import clean_environment

BASE: Final = "HEAD~1"
_FORMATS: Final = (".coverage", "coverage.json", "coverage.xml")


class NotJudged(Exception):
    """qgate gave no verdict on a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """qgate on one file: the changed lines, each line's class and its statement's first line."""

    file: ChangedFile
    lines: frozenset[int]
    classes: Mapping[int, Class]
    firsts: Mapping[int, int]
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """qgate on one commit.

    `figures` are name, derived count and reported count; `formats` tells of the formats of
    which qgate read the same coverage and came to other figures.
    """

    gate: GateResult
    files: Mapping[str, FileView]
    figures: tuple[tuple[str, int, object], ...]
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """diff-cover on one commit: its JSON report, and the lines that it calls changed."""

    report: Mapping[str, Any]
    lines: Mapping[str, frozenset[int]]

    def count(self, path: str, line: int) -> Count:
        """Its answer about one line."""
        stats = self.report["src_stats"].get(path, {})
        if line in stats.get("violation_lines", ()):
            return Count.MISS
        return Count.HIT if line in stats.get("covered_lines", ()) else Count.NOT


def theirs(folder: Path) -> Theirs:
    """Run diff-cover as its users do, on coverage.xml."""
    report = folder / ".git" / "diff-cover.json"
    tool = str(Path(sys.executable).with_name("diff-cover"))
    argv = [tool, "coverage.xml", "--compare-branch", BASE, "--format", f"json:{report}"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    with contextlib.chdir(folder):
        reporter = GitDiffReporter(BASE, git_diff=GitDiffTool("...", ignore_whitespace=False))
        lines = {
            path: frozenset(reporter.lines_changed(path)) for path in reporter.src_paths_changed()
        }
    return Theirs(report=json.loads(report.read_text()), lines=lines)


def _config_at(repo: Repository, commit: str) -> CoverageConfig:
    def contents(names: Sequence[str]) -> list[bytes | None]:
        return repo.blobs([f"{commit}:{name}" for name in names])

    return coverage_config.read(contents, None, where=commit)


def ours(folder: Path) -> Ours:
    """Run qgate on .coverage. Raises `NotJudged`."""
    environ = clean_environment(folder)
    gates = {name: _gate(folder, name, environ) for name in _FORMATS}
    gate = gates[_FORMATS[0]]
    if gate.outcome is Outcome.INCOMPLETE:
        raise NotJudged(f"{gate.reason}: {gate.summary}")
    repo = Repository(folder, environ)
    change = changes.read(repo, comparison.find(repo, Wanted(base=BASE, committed=True)))
    exclude = _config_at(repo, change.base.sha).exclude
    rules = {each.path: each.rule for each in gate.left_out}
    files = {
        file.path: _file_view(folder, file, gate, rules.get(file.path, ""), exclude)
        for file in change.files
        if file.path.endswith(".py") and file.is_regular
    }
    return Ours(
        gate=gate,
        files=files,
        figures=tuple(_figures(gate, files)),
        formats=tuple(
            f"{name}: {each.reason}, {each.summary}"
            for name, each in gates.items()
            if each.metrics != gate.metrics
        ),
    )


def _gate(folder: Path, report: str, environ: Mapping[str, str]) -> GateResult:
    request = Request(
        folder=folder,
        environ=environ,
        gates=("coverage",),
        base=BASE,
        committed=True,
        reports=(report,),
    )
    (gate,) = check(request).gates
    return gate


def _file_view(
    folder: Path, file: ChangedFile, gate: GateResult, rule: str, exclude: str
) -> FileView:
    changed = frozenset(file.changed_lines())
    if rule:
        classes = dict.fromkeys(changed, Class.LEFT_OUT)
        return FileView(file=file, lines=changed, classes=classes, firsts={}, rule=rule)
    new = content(folder, "HEAD", file.path)
    source = PythonSource(new, exclude)
    findings = [each for each in gate.findings if each.path == file.path]
    misses = {each.line for each in findings if each.rule == Rule.UNCOVERED}
    excluded = {
        line
        for each in findings
        if each.rule == Rule.EXCLUDED
        for line in range(each.line, each.end_line + 1)
    }
    same = frozenset[int]()
    if file.old_id:
        old = PythonSource(content(folder, BASE, file.old_path))
        same = earlier.format_only(file, source, old)
    classes = {}
    for first in source.owners(changed):
        if first in misses:
            classes[first] = Class.MISS
        elif first in source.coverable:
            classes[first] = Class.FORMAT_ONLY if first in same else Class.HIT
        else:
            is_excluded = first in source.excluded and first in excluded
            classes[first] = Class.EXCLUDED if is_excluded else Class.NOTHING
    firsts = {line: source.owner(line) for line in changed}
    return FileView(
        file=file,
        lines=changed,
        classes={line: classes.get(first, Class.NOTHING) for line, first in firsts.items()},
        firsts=firsts,
    )


def _figures(gate: GateResult, files: Mapping[str, FileView]) -> Iterator[tuple[str, int, object]]:
    statements = Counter(
        each
        for view in files.values()
        for _, each in {(view.firsts.get(line, 0), each) for line, each in view.classes.items()}
    )
    for name, kind in (
        ("covered", Class.HIT),
        ("missing", Class.MISS),
        ("excluded_changed", Class.EXCLUDED),
        ("format_only", Class.FORMAT_ONLY),
    ):
        if gate.metrics:
            yield name, statements[kind], gate.metrics[name]


def content(folder: Path, revision: str, path: str) -> bytes:
    """A file's bytes in a commit."""
    return git(folder, "cat-file", "blob", f"{revision}:{path}")
