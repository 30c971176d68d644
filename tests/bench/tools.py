"""The cases of tools: runs of ruff and mypy through qgate, through others, and by hand.

Where two contestants judge the same, they are first shown a fault that both must see.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.bench import peers, typed_projects, typed_sources
from tests.bench.measure import Measurement, Task, by_turns, run
from tests.bench.sizes import Setup
from tests.bench.table import Result, faster, not_slower_by, within
from tests.bench.typed_projects import Plan, Project, forget, qgate_cache, tool_caches

_AGAIN: Final = "nothing that it read has changed"
_SCRIPT: Final = """\
#!{python}
import sys
from qgate.cli.entry import main
if __name__ == "__main__":
    sys.exit(main())
"""
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
    ours = _again(project, ("--base", project.base))
    bare = replace(ours[0], name="python -c pass", argvs=((sys.executable, "-c", "pass"),), says="")
    tasks = (bare, *ours, *(each.task(project, peers.TRIVIAL) for each in there))
    floor, script, module, *others = by_turns(tasks, runs=setup.sizes.quick_runs)
    least = {"pre-commit": 4}
    yield Result(
        case="unchanged",
        about=f"{project.about}; coverage, lint and types; the peers run `true`",
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
    ours = (_qgate(project, arguments), _as_module(project, arguments))
    tasks = (
        *(replace(each, unsaid=_AGAIN) for each in ours),
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
        about=f"{project.about} and one staged; every contestant refused a fault before",
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
    told = _told(project, arguments)
    told = replace(told, name=f"{told.name}, answers from the cache")
    again, _ = _again(project, arguments)
    hand = peers.by_hand(project, "ruff check . and mypy . side by side", _RUFF, _MYPY)
    for task in (told, hand):
        run(task)
    ours, replayed, theirs = by_turns((told, again, hand), runs=setup.sizes.quick_runs)
    evidence = [each for gate in _report(project) for each in gate["evidence"]]
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
        _qgate(project, ("--base", project.base)),
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
    told = replace(_told(project, arguments), codes=_FAILED)
    new = replace(told, name=f"{told.name}, no cache", before=lambda: forget(qgate_cache(project)))
    known = replace(
        told,
        name=f"{told.name}, only the tools' own caches",
        before=lambda: forget(qgate_cache(project) / "entries"),
    )
    peer = replace(peers.diff_quality(project), most_runs=sizes.peer_runs)
    run(peer)
    ours, warm, theirs = by_turns((new, known, peer), runs=sizes.tool_runs)
    seen = frozenset(
        (each["path"], each["line"])
        for gate in _report(project)
        for each in gate["findings"]
        if each["blocking"]
    )
    assert seen == peers.seen_by_diff_quality(project), "they do not see the same"
    assert len(seen) == 2 * len(project.changed), f"{len(seen)} findings"
    yield Result(
        case="changed",
        about=f"{project.about}; both tools see {len(seen)} findings; diff-quality after a run",
        measured=(ours, warm, theirs),
        targets=(faster(8, theirs, ours), faster(8, theirs, warm)),
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
    ours = _again(project, arguments)
    told = _told(project, arguments)
    told = replace(told, name=f"{told.name}, answers from the cache")
    run(told)
    git = replace(told, name="git status", argvs=(("git", "status"),))
    floor, script, module, cache = by_turns((git, *ours, told), runs=sizes.quick_runs)
    tracked = len(project.repo.git("ls-files").splitlines())
    yield Result(
        case="status",
        about=f"{tracked} tracked files, {len(project.changed)} changed before; lint",
        measured=(floor, script, module, cache),
        targets=tuple(not_slower_by(0.030, floor, each) for each in (script, module)),
    )


def _again(project: Project, arguments: tuple[str, ...]) -> tuple[Task, Task]:
    """A call that was made before: by the script, and as a module."""
    # They may run by two names of one interpreter, which are two calls.
    return _first(_qgate(project, arguments)), _first(_as_module(project, arguments))


def _first(task: Task) -> Task:
    run(task)
    return replace(task, name=f"{task.name}, again", says=_AGAIN)


def _told(project: Project, arguments: tuple[str, ...]) -> Task:
    """A call that writes its report to a file, which is never given again."""
    output = ("--format", "json", "--output", str(_place(project)))
    return replace(
        _qgate(project, (*arguments, *output)),
        name=_name("qgate", project, arguments),
        unsaid=_AGAIN,
    )


def _qgate(project: Project, arguments: tuple[str, ...]) -> Task:
    """`qgate check` by the installed script."""
    return Task(
        name=_name("qgate", project, arguments),
        argvs=((_script(project), "check", *arguments),),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )


def _as_module(project: Project, arguments: tuple[str, ...]) -> Task:
    return replace(
        _qgate(project, arguments),
        name=_name("python -m qgate", project, arguments),
        argvs=((sys.executable, "-m", "qgate", "check", *arguments),),
    )


def _name(program: str, project: Project, arguments: tuple[str, ...]) -> str:
    """A call without its base."""
    shown = (each for each in arguments if each not in {"--base", project.base})
    return " ".join((program, "check", *shown))


def _script(project: Project) -> str:
    """The installed script; where qgate is not installed, one as pip writes it."""
    installed = shutil.which("qgate", path=str(Path(sys.executable).parent))
    if installed is not None:
        return installed
    script = project.outside / "qgate"
    script.write_text(_SCRIPT.format(python=sys.executable), "utf-8")
    script.chmod(0o755)
    return str(script)


def _place(project: Project) -> Path:
    return project.outside / "qgate.json"


def _report(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_place(project).read_text("utf-8"))["gates"]
    return found


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
