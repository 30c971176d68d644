"""The measurements at a tiny size: that they run, and that both tools see the same."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.bench import cases, contestants, table
from tests.bench.measure import run
from tests.bench.projects import Plan, Project, make
from tests.bench.reports import write_lcov
from tests.bench.sizes import Setup, Sizes

TINY: Final = Sizes(
    native_files=4,
    native_changed=2,
    project_files=3,
    project_changed=2,
    large_files=8,
    start_runs=1,
    runs=1,
)


@pytest.mark.parametrize("case", ["native", "project", "large"])
def test_a_case_runs_and_both_tools_agree(case: str, tmp_path: Path) -> None:
    results = list(cases.CASES[case](Setup(folder=tmp_path, sizes=TINY)))

    assert results
    for result in results:
        assert "both tools see" in result.about
        assert all(each.seconds > 0 and each.peak > 0 for each in result.measured)
        assert all(target.wanted in "\n".join(table.rows(result)) for target in result.targets)


def project_seen_by_both(folder: Path) -> Project:
    project = make(folder, Plan(files=2, lines=40, changed=2, added=20))
    report = write_lcov(project)
    run(contestants.qgate(project, report=report))
    run(contestants.diff_cover(project, report))
    return project


def test_different_misses_stop_the_comparison(tmp_path: Path) -> None:
    project = project_seen_by_both(tmp_path / "project")
    assert contestants.agreed(project).misses
    target = project.outside / "diff-cover.json"
    result = json.loads(target.read_text("utf-8"))
    stats = result["src_stats"][project.changed[0]]
    stats["violation_lines"] = stats["violation_lines"][1:]
    target.write_text(json.dumps(result), "utf-8")

    with pytest.raises(AssertionError, match="qgate alone misses"):
        contestants.agreed(project)


def test_the_misses_are_those_that_were_made(tmp_path: Path) -> None:
    project = project_seen_by_both(tmp_path / "project")
    made = {(path, line) for path in project.changed for line in project.sources[path].misses}

    assert contestants.agreed(project).misses <= made
