"""The gate itself: reports and sources in, one result out. Nothing is written anywhere."""

import posixpath
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.coverage import command, evidence, scope, verdict
from qgate.gates.coverage.evidence import Evidence
from qgate.gates.coverage.judging import Judging, Known
from qgate.gates.coverage.paths import PathMap
from qgate.gates.coverage.rules import Rule
from qgate.model.changes import ChangedFile
from qgate.model.report import GateResult, LeftOut, Outcome
from qgate.system import coverage_config
from qgate.system.coverage_config import CoverageConfig
from qgate.system.job import Ended, Job

NAME: Final = verdict.NAME
_MODULES: Final = frozenset({".py", ".pyw", ""})


def run(context: GateContext) -> Generator[Sequence[Job], Sequence[Ended], GateResult]:
    """Steps that judge the changed statements. They raise `Incomplete` where nobody could."""
    settings = context.settings.gates.coverage
    if not context.changes.files:
        return GateResult(
            name=NAME,
            outcome=Outcome.PASSED,
            reason="empty-diff",
            summary="nothing changed",
        )
    started = yield from command.run(context, settings)
    # A report that appears would count, and a new file changes its folder's time.
    context.watch.file(context.repo.root)
    for place in evidence.fixed_places():
        context.watch.file(context.repo.root / place)
    reports = evidence.collect(
        settings,
        root=context.repo.root,
        folder=context.folder,
        named=context.loaded.origin("gates.coverage.report").place.startswith("--"),
    )
    _refuse_older(reports, started)
    for each in reports:
        context.watch.file(each.path)
        context.watch.file(each.path.parent)
    where = f"the base {context.changes.base.sha[:12]}"
    config = coverage_config.read(context.base_contents, settings.config, where=where)
    known = _find_paths(context, config, reports)
    rules = scope.build(
        settings, config, [each.report.paths for each in reports], context.repo.tracked
    )
    files, left_out = _in_scope(context, rules, known, {each.path for each in reports})
    _refuse_foreign(context, config, reports, files, known)
    verdicts = Judging(context, config, known).all_of(files)
    return verdict.decide(
        verdicts,
        settings,
        left_out=left_out,
        evidence=tuple(f"{each.name} ({each.report.format})" for each in reports),
        doubts=rules.doubts(file.path for file in files),
    )


def _refuse_older(reports: Iterable[Evidence], started_ns: int) -> None:
    for each in reports:
        if each.written_ns < started_ns:
            raise Incomplete(
                Rule.STALE_REPORT.slug,
                f"gates.coverage.command did not write {each.name}: it is older than the run",
                path=each.name,
                hint="let the command write it, or name the right file in gates.coverage.report",
            )


def _path_map(context: GateContext, config: CoverageConfig, each: Evidence) -> PathMap:
    changed = [file.path for file in context.changes.files]
    return PathMap(
        name=each.name,
        paths=each.report.paths,
        roots=each.report.roots,
        repository=context.repo.root,
        tracked=lambda: {*context.repo.tracked(), *changed},
        aliases=config.paths,
    )


def _find_paths(context: GateContext, config: CoverageConfig, reports: Iterable[Evidence]) -> Known:
    """Which reports know which changed file; of found ones only the most preferred count."""
    wanted = {file.path for file in context.changes.files if file.is_regular}
    known: dict[str, list[tuple[Evidence, str]]] = defaultdict(list)
    for each in reports:
        for path, names in _path_map(context, config, each).find(wanted).items():
            if each.knows_only_what_ran and posixpath.splitext(path)[1] not in _MODULES:
                # A template or the like: which lines of it could run, nobody can say.
                continue
            if not known[path] or known[path][0][0].rank == each.rank:
                known[path] += [(each, name) for name in names]
    return {path: found for path, found in known.items() if found}


def _in_scope(
    context: GateContext, rules: scope.Scope, known: Known, reports: set[Path]
) -> tuple[tuple[ChangedFile, ...], tuple[LeftOut, ...]]:
    files, left_out = [], []
    for file in context.changes.files:
        # A report that lies untracked in the working tree is no part of the change.
        if scope.has_lines(file) and context.repo.root / file.path not in reports:
            reason = rules.left_out(file.path, is_known=file.path in known)
            if reason is None:
                files.append(file)
            else:
                left_out.append(reason)
    return tuple(files), tuple(left_out)


def _refuse_foreign(
    context: GateContext,
    config: CoverageConfig,
    reports: tuple[Evidence, ...],
    files: tuple[ChangedFile, ...],
    known: Known,
) -> None:
    """A report of which not one path is ours says nothing about us."""
    if known or not files:
        return
    maps = [_path_map(context, config, each) for each in reports]
    if all(each.maps_nothing() for each in maps):
        raise Incomplete(
            Rule.FOREIGN_REPORT.slug,
            f"no path in {maps[0].name} is a file of this repository "
            f"(report / repository: {maps[0].samples()})",
            hint="measure this repository; where only the folder differs, name both in "
            "coverage.py's [paths]",
        )
