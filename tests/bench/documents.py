"""The case `documents`: many process documents, one changed, beside a linter of Markdown.

qgate reads them on both sides of the change and follows their links; markdownlint-cli2 reads each
once. Both are first shown a fault of their own kind, so that neither judges nothing.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from qgate.documents.incident import severity
from tests.bench.measure import Task, by_turns, run
from tests.bench.sizes import Setup
from tests.bench.table import Result, at_most, faster
from tests.support.repo import Repo, make_repo

PEER: Final = "markdownlint-cli2"
_AGAIN: Final = "nothing that it read has changed"
_ADRS, _INCIDENTS, _RUNBOOKS = "docs/adr", "docs/incidents", "docs/runbooks"
_WORDS: Final = (
    *("service", "queue", "latency", "replica", "deploy", "budget", "owner", "cache", "retry"),
    *("metric", "gateway", "session", "timeout", "cluster", "schema", "payload", "release"),
)
# Long lines, and a title in both places, which qgate asks for.
_RULES: Final = '{"config": {"MD013": false, "MD025": {"front_matter_title": ""}}}\n'


@dataclass(frozen=True, slots=True)
class Project:
    """A repository of documents in which `path` can be changed."""

    repo: Repo
    count: int
    path: str

    @property
    def cache(self) -> Path:
        """Where qgate keeps what it remembers."""
        return Path(self.repo.environ["HOME"], ".cache/qgate")


def documents(setup: Setup) -> Iterator[Result]:
    """All documents with an empty cache, with a warm one, and with nothing changed."""
    project = make(setup.folder / "documents", setup.sizes.documents)
    argv = (sys.executable, "-m", "qgate", "check", "documents", "--base", "HEAD")
    ours = Task(
        name="qgate check documents",
        argvs=(argv,),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )
    _refuses_a_fault(project, ours)
    cold = replace(
        ours, name="qgate check documents, no cache", before=lambda: _forget(project), unsaid=_AGAIN
    )
    edits = iter(range(sys.maxsize))
    warm = replace(
        ours,
        name="qgate check documents, another edit",
        before=lambda: _edit(project, next(edits)),
        unsaid=_AGAIN,
    )
    again = replace(ours, name="qgate check documents, nothing changed", says=_AGAIN)
    peer, missing = _peer(project, setup.peers)
    runs = setup.sizes.runs
    first, *others = by_turns((cold, *peer), runs=runs)
    (edited,) = by_turns((warm,), runs=runs)
    run(replace(ours, name="once"))
    (same,) = by_turns((again,), runs=runs)
    yield Result(
        case="documents",
        about=f"{project.count} documents, {_lines(project)} lines, one of them changed",
        measured=(first, edited, same, *others),
        targets=(
            *(faster(1, other, first) for other in others),
            at_most(0.1, first.seconds, first.name, same.seconds),
        ),
        left_out=missing,
    )


def make(folder: Path, count: int) -> Project:
    """A repository with so many documents of mixed kinds, always the same, and one change."""
    home = folder.with_name(f"{folder.name}-home")
    home.mkdir(parents=True)
    repo = make_repo(folder, home)
    files = dict(_file(number, count) for number in range(count))
    repo.commit({**files, ".markdownlint-cli2.jsonc": _RULES})
    project = Project(repo, count, next(iter(files)))
    _edit(project, -1)
    return project


def _edit(project: Project, number: int) -> None:
    name, text = _file(0, project.count)
    project.repo.write({name: text + f"\nA remark with the number {number}.\n"})


def _file(number: int, count: int) -> tuple[str, str]:
    third = number // 3
    match number % 3:
        case 0:
            return _runbook(third)
        case 1:
            return _adr(third + 1, count)
        case _:
            return _incident(third)


def _adr(number: int, count: int) -> tuple[str, str]:
    other = max(1, number - 1)
    slug = f"choose-{_word(number)}-{_word(number // 7)}"
    title = slug.replace("-", " ").capitalize()
    most = (count + 1) // 3
    later = min(most, number + 1)
    body = "".join(_part(number * 5 + part, f"Consideration {part}") for part in range(3))
    text = (
        f"# {number}. {title}\n\nDate: 2024-01-{1 + number % 28:02}\n\n## Status\n\nAccepted\n\n"
        f"## Context\n\nSee [the record before]({_adr_name(other)}) and\n"
        f"[the next one]({_adr_name(later)}#context).\n\n{body}"
        f"## Decision\n\nWe choose the {_word(number)}. {_sentence(number)}\n\n"
        f"## Consequences\n\n{_sentence(number + 1)}\n\n- {_sentence(number + 2)}\n"
        f"- {_sentence(number + 3)}\n"
    )
    return f"{_ADRS}/{_adr_name(number)}", text


def _adr_name(number: int) -> str:
    return f"{number:04}-choose-{_word(number)}-{_word(number // 7)}.md"


def _runbook(number: int) -> tuple[str, str]:
    name = f"{_word(number).capitalize()}{_word(number // 5).capitalize()}{number}"
    parts = "".join(
        f"## {title}\n\n{_sentence(number + at)}\n\n{_sentence(number + at + 3)}\n\n"
        f"- {_sentence(number + at + 4)}\n- see [the meaning](#meaning)\n\n"
        for at, title in enumerate(("Meaning", "Impact", "Diagnosis", "Mitigation"))
    )
    code = f"```sh\nkubectl get pods --namespace {_word(number)}\nkubectl get events\n```\n\n"
    table = (
        "| sign | cause |\n| --- | --- |\n"
        + "".join(f"| {_word(number + at)} | {_word(number * 3 + at)} |\n" for at in range(8))
        + "\n"
    )
    last = _part(number, "Verification").rstrip("\n")
    return f"{_RUNBOOKS}/{name}.md", f"# {name}\n\n{parts}## Signs\n\n{table}{code}{last}\n"


@cache
def _items() -> str:
    items = severity.of({}).items("P3")
    return "".join(f"- [ ] {text} <!-- item: {name} -->\n" for name, text in items.items())


def _incident(number: int) -> tuple[str, str]:
    day = f"2024-02-{1 + number % 28:02}"
    ident = f"INC-{day.replace('-', '')}-{_word(number)}-{number}"
    title = f"The {_word(number)} failed, case {number}"
    times = {
        name: f"{day}T10:{minute:02}:00Z"
        for name, minute in (("started", 0), ("detected", 4), ("acknowledged", 9))
    }
    stamped = "".join(f"{name}: {time}\n" for name, time in times.items())
    rows = "".join(f"| {time} | {name} | {_sentence(number)} |\n" for name, time in times.items())
    parts = "".join(_part(number + at, f"Note {at}") for at in range(3))
    text = (
        f"---\ntype: incident\nid: {ident}\ntitle: {title}\nstatus: mitigating\n"
        f"created: {day}\nseverity: P3\ncriteria: [cosmetic]\ncommander: {_word(number)}\n"
        f"{stamped}owners: [{_word(number + 1)}]\n---\n\n"
        f"# {title}\n\n## Summary\n\n{_sentence(number)}\n\n"
        f"## Impact\n\n{_sentence(number + 1)}\n\n"
        "## Timeline\n\n| time | event | evidence |\n| --- | --- | --- |\n"
        f"{rows}\n## Communications\n\n- {_sentence(number)}\n- {_sentence(number + 2)}\n\n"
        f"## Checklist\n\n{_items()}\n{parts.rstrip()}\n"
    )
    return f"{_INCIDENTS}/{ident}.md", text


def _part(number: int, title: str) -> str:
    return (
        f"## {title}\n\n{_sentence(number)}\n{_sentence(number + 1)}\n\n"
        f"- {_sentence(number + 2)}\n- `{_word(number)}`: {_sentence(number + 3)}\n\n"
    )


def _sentence(number: int) -> str:
    words = " ".join(_word(number * at + at) for at in range(1, 10))
    return f"{words.capitalize()}."


def _word(number: int) -> str:
    return _WORDS[number % len(_WORDS)]


def _lines(project: Project) -> int:
    return sum(_file(number, project.count)[1].count("\n") for number in range(project.count))


def _forget(project: Project) -> None:
    shutil.rmtree(project.cache, ignore_errors=True)


def _refuses_a_fault(project: Project, ours: Task) -> None:
    """Show qgate a link to nowhere, which it has to refuse."""
    name, text = _file(0, project.count)
    project.repo.write({name: text + "\nSee [nothing](nowhere.md).\n"})
    run(replace(ours, codes=frozenset({1}), says="nowhere.md"))
    _edit(project, -1)


def _peer(project: Project, folder: Path | None) -> tuple[tuple[Task, ...], tuple[str, ...]]:
    """The linter, if it is there; else in words that it is not."""
    path = os.environ["PATH"] if folder is None else f"{folder}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which(PEER, path=path)
    if program is None:
        return (), (f"{PEER} is not on PATH",)
    task = Task(
        name=PEER,
        argvs=((program, "docs/**/*.md"),),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )
    name, text = _file(0, project.count)
    project.repo.write({name: text + "#no space\n"})
    run(replace(task, codes=frozenset({1}), says="MD018"))
    _edit(project, -1)
    return (task,), ()
