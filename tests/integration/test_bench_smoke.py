"""The measurements at a tiny size: that they run, and that both tools see the same."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.bench import cases, contestants, peers, table
from tests.bench.measure import Measurement, Task, run
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
    tool_files=6,
    tool_changed=2,
    tracked_files=50,
    quick_runs=1,
    tool_runs=1,
    peer_runs=1,
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


@pytest.mark.parametrize("case", ["unchanged", "staged", "cached", "cold", "changed", "status"])
def test_a_case_of_tools_runs_and_every_contestant_is_measured(case: str, tmp_path: Path) -> None:
    (result,) = cases.CASES[case](Setup(folder=tmp_path, sizes=TINY))

    shown = "\n".join(table.rows(result))
    assert any(each.name.startswith("qgate check") for each in result.measured)
    assert all(each.seconds > 0 and each.name in shown for each in result.measured)
    assert all(target.wanted in shown and target.result in shown for target in result.targets)
    assert result.targets or result.left_out


def test_a_peer_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "prek"
    program.write_text("#!/bin/sh\necho prek 1.2.3\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    there, missing = peers.runners(tmp_path)

    assert [(each.name, each.version) for each in there] == [("prek", "1.2.3")]
    assert missing == ("pre-commit is not on PATH", "lefthook is not on PATH")
    result = table.Result(case="x", about="y", measured=(), targets=(), left_out=missing)
    assert "  left out: lefthook is not on PATH" in list(table.rows(result))


def task(folder: Path, *, says: str = "", unsaid: str = "") -> Task:
    argv = ("/bin/sh", "-c", "echo one; echo two >&2")
    return Task(name="t", argvs=(argv,), cwd=folder, environ={}, says=says, unsaid=unsaid)


def test_a_run_that_does_not_say_what_it_should_is_refused(tmp_path: Path) -> None:
    run(task(tmp_path, says="two", unsaid="three"))

    with pytest.raises(AssertionError, match="does not say 'three'"):
        run(task(tmp_path, says="three"))
    with pytest.raises(AssertionError, match="says 'one'"):
        run(task(tmp_path, unsaid="one"))


def measured(name: str, *seconds: float) -> Measurement:
    return Measurement(name=name, seconds=min(seconds), peak=1, every=seconds)


def test_a_target_is_met_only_by_the_best_run_and_by_the_median() -> None:
    floor = measured("floor", 1.0, 1.0, 1.0)

    assert table.within(2, floor, measured("us", 1.5, 2.0, 9.0)).is_met
    assert not table.within(2, floor, measured("us", 1.5, 2.1, 2.2)).is_met
    assert table.faster(2, floor, measured("us", 0.4, 0.5, 0.6)).is_met
    assert not table.faster(2, floor, measured("us", 0.4, 0.6, 0.6)).is_met
    assert table.not_slower_by(0.03, floor, measured("us", 1.01, 1.02, 2.0)).is_met
    assert not table.not_slower_by(0.03, floor, measured("us", 1.01, 1.04, 2.0)).is_met


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
