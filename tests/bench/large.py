"""The case of a change of 2,000 files and 200,000 added lines."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from tests.bench import projects, reports
from tests.bench.contestants import about, diff_cover, qgate, xml_and_diff_cover
from tests.bench.measure import Measurement, by_turns
from tests.bench.projects import Plan, Project
from tests.bench.sizes import Setup
from tests.bench.sources import Language
from tests.bench.table import Result, Target, at_least, at_most, below
from tests.support.repo import ROOT


def large(setup: Setup) -> Iterator[Result]:
    """A change of 2,000 files and 200,000 added lines."""
    yield _large_lines(setup)
    yield _large_native(setup)


def _large_plan(files: int, language: Language) -> Plan:
    # Whole blocks are added until there are 90 lines or more: about 100.
    return Plan(files=files, lines=20, changed=files, added=90, replaces=False, language=language)


def _large_lines(setup: Setup) -> Result:
    """By a line report of a language whose lines are the statements."""
    sizes = setup.sizes
    folder = setup.folder / "large-lines"
    project = projects.make(folder, _large_plan(sizes.large_files, Language.JAVASCRIPT))
    report = reports.write_lcov(project)
    tasks = (qgate(project, report=report), diff_cover(project, report))
    ours, theirs = by_turns(tasks, runs=sizes.runs)
    diff, read = _floor(project, report, sizes.runs)
    what = f"git's diff ({diff:.2f} s) + reading the report ({read:.2f} s)"
    return Result(
        case="large",
        about=f"{about(project)}, JavaScript, LCOV",
        measured=(ours, theirs),
        targets=(at_most(2, diff + read, what, ours.seconds), below(300, ours)),
    )


def _large_native(setup: Setup) -> Result:
    """By native data, in three sizes."""
    sizes = setup.sizes
    whole = sizes.large_files
    made = {
        files: projects.make(setup.folder / f"large-{files}", _large_plan(files, Language.PYTHON))
        for files in (whole // 4, whole // 2, whole)
    }
    for project in made.values():
        reports.write_native(project)
    tasks = [
        replace(qgate(each), name=f"qgate check coverage, {n} files") for n, each in made.items()
    ]
    classic = replace(xml_and_diff_cover(made[whole]), most_runs=1)
    *ours, theirs = by_turns((*tasks, classic), runs=sizes.runs)
    # The same sources by a line report: statements still come from parsing them.
    report = reports.write_lcov(made[whole])
    (lines,) = by_turns((qgate(made[whole], report=report),), runs=1)
    return Result(
        case="large",
        about=f"{about(made[whole])}, Python, .coverage",
        measured=(*ours, theirs, lines),
        targets=(at_least(2, theirs, ours[-1]), below(300, ours[-1]), *_growth(ours)),
    )


def _growth(ours: list[Measurement]) -> Iterator[Target]:
    """Twice the files must not take much more than twice the time."""
    for half, whole in pairwise(ours):
        ratio = whole.seconds / half.seconds
        wanted = f"linear: {half.name} to twice as many, at most 2.2 x"
        yield Target(wanted, f"{ratio:.2f} x", ratio <= 2.2)


def _floor(project: Project, report: Path, runs: int) -> tuple[float, float]:
    """Seconds of git's diff and of reading the report; the best of each."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.floor", project.base, str(report)],
            cwd=project.repo.path,
            env={**project.repo.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    return min(diff for diff, _ in found), min(read for _, read in found)
