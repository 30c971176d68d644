"""The cases of tools: runs of ruff and mypy through qgate, through others, and by hand.

Where two contestants judge the same, they are first shown a fault that both must see.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Final

from tests.bench import peers, typed_projects, typed_sources
from tests.bench.checks import AGAIN, again, as_module, by_script, report, told_to_a_file, which
from tests.bench.measure import Measurement, by_turns, run
from tests.bench.sizes import Setup
from tests.bench.table import Result, faster, not_slower_by, within
from tests.bench.typed_projects import Plan, Project, forget, qgate_cache, tool_caches

_RUFF: Final = ("ruff", "check", ".")
_MYPY: Final = ("mypy", ".")
_FAILED: Final = frozenset({1})


def unchanged(setup: Setup) -> Iterator[Result]:
    """Nothing changed: the whole verdict a second time."""
    project = typed_projects.make(
        setup.folder / "unchanged",
        Plan(files=setup.sizes.tool_files, changed=5, further=peers.settings(peers.TRIVIAL)),
    )
    typed_projects.measure(project)
    there, missing = peers.runners(setup.peers)
    ours = again(project, ("--base", project.base))
    bare = replace(ours[0], name="python -c pass", argvs=((sys.executable, "-c", "pass"),), says="")
    tasks = (bare, *ours, *(each.task(project, peers.TRIVIAL) for each in there))
    floor, script, module, *others = by_turns(tasks, runs=setup.sizes.quick_runs)
    least = {"pre-commit": 4}
    yield Result(
        case="unchanged",
        about=f"{project.about}; coverage, lint and types; the peers run `true`; {which()}",
        measured=(floor, script, module, *others),
        targets=(
            *(within(2, floor, each) for each in (script, module)),
            *(
                faster(least.get(peer.name, 1), other, script)
                for peer, other in zip(there, others, strict=True)
            ),
        ),
        left_out=missing,
    )


def staged(setup: Setup) -> Iterator[Result]:
    """One staged file with new content each time, ruff and its formatter."""
    hooks = peers.RUFF
    plan = Plan(
        files=setup.sizes.tool_files, changed=1, formats=True, further=peers.settings(hooks)
    )
    project = typed_projects.make(setup.folder / "staged", plan)
    there, missing = peers.runners(setup.peers)
    arguments = ("--staged", "lint")
    ours = (by_script(project, arguments), as_module(project, arguments))
    tasks = (
        *(replace(each, unsaid=AGAIN) for each in ours),
        *(each.task(project, hooks) for each in there),
    )
    for task in tasks:
        _stage(project, wrong=True)
        run(replace(task, codes=_FAILED))
    fresh = tuple(replace(task, before=lambda: _stage(project)) for task in tasks)
    script, module, *others = by_turns(fresh, runs=setup.sizes.quick_runs)
    least = {"pre-commit": 2}
    yield Result(
        case="staged",
        about=f"{project.about} and one staged; all refused a fault before; {which()}",
        measured=(script, module, *others),
        targets=tuple(
            faster(least.get(peer.name, 1), other, script)
            for peer, other in zip(there, others, strict=True)
        ),
        left_out=missing,
    )


def cached(setup: Setup) -> Iterator[Result]:
    """Everything cached, on both sides."""
    plan = Plan(files=setup.sizes.tool_files, changed=5, further={})
    project = typed_projects.make(setup.folder / "cached", plan)
    arguments = ("--base", project.base, "lint", "types")
    told = told_to_a_file(project, arguments)
    told = replace(told, name=f"{told.name}, answers from the cache")
    replay, _ = again(project, arguments)
    hand = peers.by_hand(project, "ruff check . and mypy . side by side", _RUFF, _MYPY)
    for task in (told, hand):
        run(task)
    ours, replayed, theirs = by_turns((told, replay, hand), runs=setup.sizes.quick_runs)
    evidence = [each for gate in report(project) for each in gate["evidence"]]
    assert len(evidence) == 2, evidence
    assert all("from the cache" in each for each in evidence), evidence
    yield Result(
        case="cached",
        about=f"{project.about}, warm caches; written to a file, so not given again",
        measured=(ours, replayed, theirs),
        targets=(faster(3, theirs, ours), faster(3, theirs, replayed)),
    )


def cold(setup: Setup) -> Iterator[Result]:
    """No cache at all: the whole verdict beside its slowest tool alone."""
    plan = Plan(files=setup.sizes.tool_files, changed=5, formats=True, further={})
    project = typed_projects.make(setup.folder / "cold", plan)
    typed_projects.measure(project)

    def before() -> None:
        forget(qgate_cache(project), *tool_caches(project))

    tasks = (
        by_script(project, ("--base", project.base)),
        peers.by_hand(project, "mypy .", _MYPY),
        peers.by_hand(project, "ruff check .", _RUFF),
    )
    measured = by_turns(
        tuple(replace(task, before=before) for task in tasks), runs=setup.sizes.tool_runs
    )
    ours, *others = measured
    slowest: Measurement = max(others, key=lambda each: each.seconds)
    yield Result(
        case="cold",
        about=f"{project.about}, no cache; coverage, lint with ruff and ruff-format, types",
        measured=measured,
        targets=(within(1.25, slowest, ours),),
    )


def changed(setup: Setup) -> Iterator[Result]:
    """Many changed files, mypy and ruff, with a finding of each in every file."""
    sizes = setup.sizes
    plan = Plan(files=sizes.tool_files, changed=sizes.tool_changed, is_wrong=True, further={})
    project = typed_projects.make(setup.folder / "changed", plan)
    arguments = ("--base", project.base, "lint", "types")
    told = replace(told_to_a_file(project, arguments), codes=_FAILED)
    peer = replace(peers.diff_quality(project), most_runs=sizes.peer_runs)
    tasks = (
        replace(
            told,
            name=f"{told.name}, the tools' own caches",
            before=lambda: forget(qgate_cache(project) / "entries"),
        ),
        replace(peer, name=f"{peer.name}, the tools' own caches"),
        replace(told, name=f"{told.name}, no cache", before=lambda: forget(qgate_cache(project))),
        replace(peer, name=f"{peer.name}, no cache", before=lambda: forget(*tool_caches(project))),
    )
    for task in (told, peer):
        run(task)
    measured = by_turns(tasks, runs=sizes.tool_runs)
    ours, theirs, ours_cold, theirs_cold = measured
    seen = frozenset(
        (each["path"], each["line"])
        for gate in report(project)
        for each in gate["findings"]
        if each["blocking"]
    )
    assert seen == peers.seen_by_diff_quality(project), "they do not see the same"
    assert len(seen) == 2 * len(project.changed), f"{len(seen)} findings"
    yield Result(
        case="changed",
        about=f"{project.about}; both tools see {len(seen)} findings",
        measured=measured,
        targets=(faster(8, theirs, ours), faster(8, theirs_cold, ours_cold)),
    )


def status(setup: Setup) -> Iterator[Result]:
    """Many tracked files, nothing changed."""
    sizes = setup.sizes
    plan = Plan(
        files=min(100, sizes.tool_files),
        changed=5,
        small=sizes.tracked_files,
        types=False,
        further={},
    )
    project = typed_projects.make(setup.folder / "status", plan)
    arguments = ("--base", project.base, "lint")
    ours = again(project, arguments)
    told = told_to_a_file(project, arguments)
    told = replace(told, name=f"{told.name}, answers from the cache")
    run(told)
    git = replace(told, name="git status", argvs=(("git", "status"),))
    floor, script, module, cache = by_turns((git, *ours, told), runs=sizes.quick_runs)
    tracked = len(project.repo.git("ls-files").splitlines())
    yield Result(
        case="status",
        about=f"{tracked} tracked files, {len(project.changed)} changed before; lint; {which()}",
        measured=(floor, script, module, cache),
        targets=tuple(not_slower_by(0.030, floor, each) for each in (script, module)),
    )


_numbers = count(1)


def _stage(project: Project, *, wrong: bool = False) -> None:
    """Stage a module that no run has seen: one line is new each time."""
    number = project.files[-1]
    path = typed_sources.path_of(number)
    text = typed_sources.module(number) + f"\n\nCOUNT = {next(_numbers)}\n"
    if wrong:
        text = text.replace("from dataclasses", "import os\nfrom dataclasses", 1)
    project.repo.write({path: text})
    project.repo.git("add", path)
