"""The commands that compete, and what each of them found."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Task
from tests.bench.projects import Project


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tool found in a change: changed statements, and those without coverage."""

    statements: int
    misses: frozenset[tuple[str, int]]


def qgate(project: Project, *, report: Path | None = None) -> Task:
    """`qgate check coverage`, on a report or on what lies in the repository."""
    return Task(
        name=f"qgate check coverage{f' --report {report.name}' if report else ''}",
        argvs=(
            (
                *(sys.executable, "-m", "qgate", "check", "coverage", "--base", project.base),
                *(("--report", str(report)) if report else ()),
                *("--format", "json", "--output", str(_qgate_result(project))),
            ),
        ),
        cwd=project.repo.path,
        environ=project.repo.environ,
        codes=frozenset({0, 1}),
    )


def diff_cover(project: Project, report: Path) -> Task:
    """diff-cover on a report."""
    return Task(
        name=f"diff-cover {report.name}",
        argvs=(_diff_cover(project, report),),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )


def xml_and_diff_cover(project: Project) -> Task:
    """`coverage xml` of the native data, then diff-cover on that."""
    report = project.outside / "coverage.xml"
    return Task(
        name="coverage xml + diff-cover",
        argvs=(coverage_xml(report), _diff_cover(project, report)),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )


def coverage_xml(report: Path) -> tuple[str, ...]:
    """`coverage xml` into a file outside of the repository, where qgate does not see it."""
    return (sys.executable, "-m", "coverage", "xml", "--quiet", "-o", str(report))


def _diff_cover(project: Project, report: Path) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "diff_cover.diff_cover_tool", str(report)),
        *("--compare-branch", project.base),
        *("--format", f"json:{_diff_cover_result(project)}"),
    )


def agreed(project: Project) -> Seen:
    """What both tools saw in their last runs.

    Raises `AssertionError` where that differs, or where there was nothing to see: then the
    times compare different work.
    """
    ours, theirs = _seen_by_qgate(project), _seen_by_diff_cover(project)
    assert ours.misses == theirs.misses, (
        f"qgate alone misses {sorted(ours.misses - theirs.misses)[:3]}, "
        f"diff-cover alone {sorted(theirs.misses - ours.misses)[:3]}"
    )
    assert ours.statements == theirs.statements, (
        f"qgate counts {ours.statements} changed statements, diff-cover {theirs.statements}"
    )
    expected = len(project.changed)
    assert len({path for path, _ in ours.misses}) <= expected
    assert ours.misses, "nothing was missing: the sample proves nothing"
    return ours


def about(project: Project) -> str:
    """The project in figures, after both tools were seen to agree about it."""
    seen = agreed(project)
    return (
        f"{len(project.sources)} files of {project.lines} lines, {len(project.changed)} changed "
        f"(+{project.added} lines); both tools see {len(seen.misses)} misses in "
        f"{seen.statements} changed statements"
    )


def _seen_by_qgate(project: Project) -> Seen:
    (gate,) = json.loads(_qgate_result(project).read_text("utf-8"))["gates"]
    return Seen(
        gate["metrics"]["coverable"],
        frozenset(
            (finding["path"], finding["line"])
            for finding in gate["findings"]
            if finding["rule"] == "coverage/uncovered"
        ),
    )


def _seen_by_diff_cover(project: Project) -> Seen:
    result = json.loads(_diff_cover_result(project).read_text("utf-8"))
    return Seen(
        result["total_num_lines"],
        frozenset(
            (path, line)
            for path, stats in result["src_stats"].items()
            for line in stats["violation_lines"]
        ),
    )


def _qgate_result(project: Project) -> Path:
    return project.outside / "qgate.json"


def _diff_cover_result(project: Project) -> Path:
    return project.outside / "diff-cover.json"
