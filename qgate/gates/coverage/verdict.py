"""All files' verdicts to one: whole numbers and fractions, never a float in a decision."""

from collections.abc import Sequence
from fractions import Fraction

from qgate.config.kinds import show_percent
from qgate.config.settings import CoverageSettings
from qgate.errors import Incomplete
from qgate.gates.coverage.judge import FileVerdict, Span
from qgate.gates.coverage.rules import Rule
from qgate.model.report import Finding, GateResult, LeftOut, Level, Metric, Outcome

NAME = "coverage"


def decide(
    files: Sequence[FileVerdict],
    settings: CoverageSettings,
    *,
    left_out: tuple[LeftOut, ...] = (),
    evidence: tuple[str, ...] = (),
    doubts: tuple[Finding, ...] = (),
) -> GateResult:
    """The gate's result; `doubts` are findings about the measuring itself.

    Raises `Incomplete` where branches are demanded and none were measured, and where nothing
    could be covered although a changed file was never measured.
    """
    total = sum(file.coverable for file in files)
    score = sum((file.score(settings.partial) for file in files), Fraction(0))
    if not total:
        _refuse_unmeasured(files)
    if settings.branch_min is not None:
        _refuse_branchless(files)
    failures = _failures(files, settings, score, total)
    metrics = _metrics(files, settings, score, total)
    blocking = bool(failures)
    findings = [finding for finding in failures.values() if finding is not None]
    for file in sorted(files, key=lambda file: (-len(file.misses), file.path)):
        findings += _file_findings(file, settings, blocking=blocking)
    return GateResult(
        name=NAME,
        outcome=Outcome.FAILED if failures else Outcome.PASSED,
        reason=next(iter(failures)) if failures else _reason_to_pass(settings, score, total),
        summary=_summary(settings, score, total, metrics)
        + "".join(f"; {finding.message}" for finding in failures.values() if finding),
        metrics=metrics,
        findings=(*doubts, *findings),
        left_out=left_out,
        evidence=evidence,
    )


def percent(score: Fraction, total: int) -> float | None:
    """Floored to two decimals, so that 89.999 never shows as 90; None of nothing."""
    return int(score * 10000 / total) / 100 if total else None


def _reaches(score: Fraction | int, total: int, threshold: Fraction) -> bool:
    return score * 100 >= threshold * total


def _reason_to_pass(settings: CoverageSettings, score: Fraction, total: int) -> str:
    if not total:
        return "no-coverable-lines"
    return "covered" if _reaches(score, total, settings.threshold) else "too-few-statements"


def _refuse_unmeasured(files: Sequence[FileVerdict]) -> None:
    """No coverable line is a pass only if every changed file was mapped."""
    # A file without any statement, such as an empty __init__.py, is in no report.
    unknown = [file.path for file in files if file.unmeasured and file.has_statements]
    if unknown:
        raise Incomplete(
            Rule.UNMEASURED.slug,
            f"no report knows {unknown[0]}"
            + (f" and {len(unknown) - 1} more changed files" if len(unknown) > 1 else ""),
            path=unknown[0],
            hint="measure it (coverage.py: `source`), or leave it out with gates.coverage.exclude",
        )


def _refuse_branchless(files: Sequence[FileVerdict]) -> None:
    """Branches cannot be demanded of reports that did not measure any."""
    blind = next((file.path for file in files if file.lacks_branches), None)
    if blind is not None:
        raise Incomplete(
            Rule.NO_BRANCH_DATA.slug,
            f"gates.coverage.branch_min is set, and no report measured branches in {blind}",
            path=blind,
            hint="measure branches (coverage.py: `branch = true`)",
        )


def _failures(
    files: Sequence[FileVerdict], settings: CoverageSettings, score: Fraction, total: int
) -> dict[str, Finding | None]:
    """What the change fails on: reason to finding; the threshold speaks through its misses."""
    failures: dict[str, Finding | None] = {}
    missing = sum(len(file.misses) for file in files)
    if total >= settings.min_statements:
        if not _reaches(score, total, settings.threshold):
            failures["below-threshold"] = None
        failures |= _too_few_branches(files, settings)
        failures |= _file_below(files, settings)
    if settings.max_missing is not None and missing > settings.max_missing:
        failures[Rule.TOO_MANY_MISSING.slug] = _demand(
            Rule.TOO_MANY_MISSING,
            f"missing statements: {missing}, at most {settings.max_missing} allowed",
        )
    excluded = sum(len(file.excluded) for file in files)
    most = settings.excluded_changed_max
    if most is not None and excluded > most:
        failures[Rule.TOO_MANY_EXCLUDED.slug] = _demand(
            Rule.TOO_MANY_EXCLUDED,
            f"excluded changed statements: {excluded}, at most {most} allowed",
        )
    return failures


def _demand(rule: Rule, message: str, path: str = "") -> Finding:
    return Finding(rule=rule, message=message, path=path, blocking=True)


def _too_few_branches(
    files: Sequence[FileVerdict], settings: CoverageSettings
) -> dict[str, Finding | None]:
    if settings.branch_min is None:
        return {}
    exits = [file.exit_counts() for file in files]
    taken, total = sum(each.taken for each in exits), sum(each.total for each in exits)
    if _reaches(taken, total, settings.branch_min):
        return {}
    rule = Rule.BRANCHES_BELOW_MINIMUM
    message = f"{taken} of {total} branches taken, {show_percent(settings.branch_min)} % needed"
    return {rule.slug: _demand(rule, message)}


def _file_below(
    files: Sequence[FileVerdict], settings: CoverageSettings
) -> dict[str, Finding | None]:
    least = settings.per_file_min
    if least is None:
        return {}
    below = [
        file for file in files if not _reaches(file.score(settings.partial), file.coverable, least)
    ]
    if not below:
        return {}
    worst = min(below, key=lambda file: (file.score(settings.partial) / file.coverable, file.path))
    rule = Rule.FILE_BELOW_MINIMUM
    message = (
        f"{_show(worst.score(settings.partial), worst.coverable)} of its changed statements "
        f"covered, {show_percent(least)} % needed in each file"
        + (f" ({len(below)} files are below)" if len(below) > 1 else "")
    )
    return {rule.slug: _demand(rule, message, worst.path)}


def _metrics(
    files: Sequence[FileVerdict], settings: CoverageSettings, score: Fraction, total: int
) -> dict[str, Metric]:
    return {
        "covered": _number(Fraction(int(score * 100), 100)),
        "coverable": total,
        "percent": percent(score, total),
        "threshold": _number(settings.threshold),
        "missing": sum(len(file.misses) for file in files),
        "unmeasured": sum(file.coverable for file in files if file.unmeasured),
        "excluded_changed": sum(len(file.excluded) for file in files),
        "partial": sum(len(file.partial) for file in files),
        "moved": sum(len(file.moved) for file in files),
        "format_only": sum(file.format_only for file in files),
        "files": len(files),
    }


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _show(score: Fraction, total: int) -> str:
    value = percent(score, total)
    return f"{value:.2f} %" if value is not None else "none"


def _summary(
    settings: CoverageSettings, score: Fraction, total: int, metrics: dict[str, Metric]
) -> str:
    needed = f"{show_percent(settings.threshold)} % needed"
    if not total:
        return f"no changed statement can be covered ({needed})"
    few = f"; too few to judge, min_statements is {settings.min_statements}"
    partial = ""
    if settings.partial != "hit" and metrics["partial"]:
        partial = f", {metrics['partial']} partial"
    statements = "statement" if total == 1 else "statements"
    return (
        f"{_show(score, total)} of {total} changed {statements} covered, {needed}"
        f" ({metrics['missing']} missing{partial})"
        + (few if total < settings.min_statements else "")
    )


def _file_findings(
    file: FileVerdict, settings: CoverageSettings, *, blocking: bool
) -> list[Finding]:
    level = Level.ERROR if blocking else Level.WARNING
    findings = []
    if file.unmeasured and file.misses:
        message = f"no report knows this file: its {file.coverable} changed statements are missing"
        findings.append(
            Finding(rule=Rule.UNMEASURED, message=message, path=file.path, level=Level.WARNING)
        )
    for line in sorted(file.misses):
        label = " (moved)" if line in file.moved else ""
        findings.append(
            _at(
                file,
                file.spans[line],
                Rule.UNCOVERED,
                f"not covered by any test{label}",
                level,
                blocking,
            )
        )
    is_miss = settings.partial != "hit" and blocking
    for line in sorted(file.partial):
        exits = file.exits[line]
        message = f"{exits.taken} of {exits.total} branches taken"
        partial_level = level if is_miss else Level.WARNING
        findings.append(_at(file, file.spans[line], Rule.PARTIAL, message, partial_level, is_miss))
    findings += [
        _at(file, span, Rule.EXCLUDED, message, Level.WARNING, blocking=False)
        for span, message in _excluded_runs(file)
    ]
    return findings


def _excluded_runs(file: FileVerdict) -> list[tuple[Span, str]]:
    """Excluded statements, a run of neighbours as one."""
    runs: list[list[Span]] = []
    for span in (file.spans[line] for line in sorted(file.excluded)):
        if runs and span.first == runs[-1][-1].last + 1 and span.first not in file.pragmas:
            runs[-1].append(span)
        else:
            runs.append([span])
    texts = []
    for run in runs:
        count = f"{len(run)} statements " if len(run) > 1 else ""
        how = "a pragma that this change adds" if run[0].first in file.pragmas else "configuration"
        texts.append((Span(run[0].first, run[-1].last, run[0].text), f"{count}excluded by {how}"))
    return texts


def _at(
    file: FileVerdict,
    span: Span,
    rule: Rule,
    message: str,
    level: Level,
    blocking: bool,  # noqa: FBT001
) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        path=file.path,
        line=span.first,
        end_line=span.last,
        level=level,
        blocking=blocking,
        source=span.text,
    )
