"""The cases of owners: a CODEOWNERS file as large as GitHub reads, and a tree of many paths.

qgate and the package `codeowners` must name the same owners for every path.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Final

from tests.bench.measure import Measurement, Task, by_turns
from tests.bench.sizes import Setup
from tests.bench.table import MEGABYTE, Result, Target, at_least
from tests.support.repo import clean_environment

_AREAS: Final = ("services", "libs", "apps", "tools", "docs", "infra")
_LAYERS: Final = ("src", "src/main", "tests", "internal/api", "web/components", "config")
# Ten files a folder.
_FILES: Final = (
    *("README.md", "Dockerfile", "index.ts", "model-{n}.py", "handler-{n}.go"),
    *("schema-{n}.sql", "style-{n}.css", "values-{n}.yaml", "view-{n}.tsx", "table.v{n}"),
)
# What a file begins with: the last rule that matches wins.
_GENERAL: Final = ("*", "*.md", "*.sql", "*.css", "*.yaml", "Dockerfile")
# Twenty rules in a row: literal paths, folders with and without `/`, ...
_KINDS: Final = (
    *("/{folder}/{file}",) * 8,
    *("/{folder}/", "/{unit}/") * 2,
    *("{folder}",) * 2,
    *("/{unit}/**/*.py", "/{unit}/**/*.tsx"),
    *("**/part-{n}/",) * 2,
    "model-{n}.py",
    "*.v{n}",
)
_LIMIT: Final = 1.0


def large_file(setup: Setup) -> Iterator[Result]:
    """Few paths of many, and a rule or so for each folder."""
    sizes = setup.sizes
    rules = _rules_of(1000 * sizes.owners_kilobytes)
    files = len(_FILES) * len(rules)
    paths = [path_of(each * files // sizes.owners_changed) for each in range(sizes.owners_changed)]
    case = _Case(setup.folder / "owners", rules, paths)
    ours, theirs = by_turns(case.tasks(), runs=sizes.runs)
    yield Result(
        case="owners",
        about=case.about(),
        measured=(ours, theirs),
        targets=(_within(_LIMIT, ours.name, ours.seconds), at_least(20, theirs, ours)),
    )


def many_paths(setup: Setup) -> Iterator[Result]:
    """All paths of a tree, and a rule for every so many folders."""
    sizes = setup.sizes
    paths = [path_of(number) for number in range(sizes.owners_paths)]
    every = max(1, sizes.owners_paths // len(_FILES) // sizes.owners_rules)
    rules = [rule(number, number * every) for number in range(sizes.owners_rules)]
    case = _Case(setup.folder / "owners-paths", rules, paths)
    ours, theirs = by_turns(case.tasks(), runs=sizes.runs)
    match = case.matching(ours)
    yield Result(
        case="owners-paths",
        about=case.about(),
        measured=(ours, theirs),
        targets=(_within(_LIMIT, f"{ours.name}, matching alone", match),),
    )


def folder_of(number: int) -> str:
    """The folder of this number, as no other is called."""
    return f"{_unit_of(number)}/{_LAYERS[number // 6 % 6]}/part-{number}"


def _unit_of(number: int) -> str:
    return f"{_AREAS[number % 6]}/unit-{number // 36}"


def path_of(number: int) -> str:
    """The file of this number; ten in a row share a folder."""
    folder, file = divmod(number, len(_FILES))
    return f"{folder_of(folder)}/{_FILES[file].format(n=folder)}"


def rule(number: int, folder: int) -> str:
    """The line of this number, about a folder; one to three owners."""
    if number < len(_GENERAL):
        pattern = _GENERAL[number]
    else:
        pattern = _KINDS[number % len(_KINDS)].format(
            folder=folder_of(folder),
            unit=_unit_of(folder),
            file=_FILES[number // 2 % len(_FILES)].format(n=folder),
            n=folder,
        )
    names = (f"@org/team-{number * 7 % 97}", f"@user-{number % 211}", f"@org/group-{number % 13}")
    return f"{pattern} {' '.join(names[: 1 + number % 3])}"


def _rules_of(size: int) -> list[str]:
    """Rules of together nearly so many bytes."""
    rules: list[str] = []
    for number in count():
        line = rule(number, number)
        size -= len(line) + 1
        if size < 0:
            break
        rules.append(line)
    return rules


class _Case:
    """The files of one case, and what the contestants made of them."""

    def __init__(self, folder: Path, rules: Sequence[str], paths: Sequence[str]) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._rules = rules
        self._paths = paths
        (folder / "CODEOWNERS").write_text("".join(f"{each}\n" for each in rules), "utf-8")
        (folder / "paths").write_text("".join(f"{each}\n" for each in paths), "utf-8")

    def tasks(self) -> tuple[Task, Task]:
        """Those of qgate and of the package, which runs once only."""
        theirs = self._task("codeowners", f"codeowners {metadata.version('codeowners')}")
        return self._task("qgate", "qgate"), replace(theirs, most_runs=1)

    def _task(self, name: str, title: str) -> Task:
        files = (str(self._folder / each) for each in ("CODEOWNERS", "paths", f"{name}.json"))
        return Task(
            name=title,
            argvs=((sys.executable, "-m", "tests.bench.owner_answers", name, *files),),
            cwd=self._folder,
            environ=clean_environment(self._folder),
        )

    def matching(self, measured: Measurement) -> float:
        """Seconds of the best of its runs, without the start and without reading the rules."""
        lines = (self._folder / f"{measured.name}.json.seconds").read_text("utf-8").splitlines()
        return min(float(json.loads(line)[1]) for line in lines)

    def about(self) -> str:
        """The case in figures, after both were seen to agree about every path."""
        ours, theirs = self._answers("qgate"), self._answers("codeowners")
        assert len(ours) == len(theirs) == len(self._paths)
        for path, mine, their in zip(self._paths, ours, theirs, strict=True):
            assert mine == their, f"{path}: qgate names {mine}, codeowners {their}"
        size = (self._folder / "CODEOWNERS").stat().st_size / MEGABYTE
        return (
            f"{len(self._rules)} rules ({size:.2f} MB), {len(self._paths)} paths; both name the "
            f"same owners for each, {len(set(map(tuple, ours)))} different ones"
        )

    def _answers(self, name: str) -> list[list[str]]:
        found: list[list[str]] = json.loads((self._folder / f"{name}.json").read_text("utf-8"))
        return found


def _within(limit: float, what: str, seconds: float) -> Target:
    return Target(f"{what}: under {limit:g} s", f"{seconds:.3f} s", seconds < limit)
