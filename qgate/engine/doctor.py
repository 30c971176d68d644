"""What would and would not run, gate by gate, why, and what mends it: for `qgate doctor`."""

import shutil
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qgate.engine import schedule
from qgate.engine.prepare import Prepared, prepared
from qgate.engine.request import Request
from qgate.errors import Incomplete, UsageError
from qgate.gates import registry
from qgate.gates.context import GateContext
from qgate.gates.coverage import gate as coverage
from qgate.gates.documents import gate as documents
from qgate.gates.documents import places
from qgate.gates.tools import answers, asking, gate
from qgate.gates.tools.choosing import Choice
from qgate.model.report import GateResult, Outcome
from qgate.model.tool import Blocks
from qgate.system import cache, secrets, toolbox
from qgate.system.jobs import Jobs


class State(StrEnum):
    """What an examined thing is like."""

    GOOD = "ok"
    IDLE = "--"
    BAD = "!!"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One examined thing: `about` what, in `text` how it is, and how to mend it."""

    about: str
    state: State
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together: the repository, one gate, the cache."""

    title: str
    diagnoses: tuple[Diagnosis, ...]


def examine(request: Request) -> tuple[Part, ...]:
    """Look at everything that `qgate check` would need. Raises `UsageError`."""
    with prepared(request) as ready:
        parts = [Part("repository", tuple(_repository(ready)))]
        context = ready.context
        if context is not None:
            tasks = {name: _gate(name, context) for name in registry.gates(ready.definitions)}
            with Jobs(
                run=context.run,
                slots=2,
                deadline=120.0,
                watch=request.watch,
                secrets=secrets.of(request.environ),
            ) as jobs:
                outcomes = schedule.run_all(tasks, jobs)
            parts += [
                Part(f"gate {name}", _diagnosed(name, each)) for name, each in outcomes.items()
            ]
        return (*parts, Part("cache", tuple(_cache(request))))


def _diagnosed(name: str, outcome: Any) -> tuple[Diagnosis, ...]:
    found = [outcome] if isinstance(outcome, Incomplete) else outcome
    return tuple(
        Diagnosis(name, State.BAD, each.message, each.hint)
        if isinstance(each, Incomplete)
        else each
        for each in found
    )


def _repository(ready: Prepared) -> Iterator[Diagnosis]:
    repo = ready.repo
    place = next(iter(ready.loaded.origins.values()), None)
    yield Diagnosis(
        "settings",
        State.GOOD,
        f"read from {place.place.partition(':')[0]}" if place else "defaults, nothing is set",
    )
    if repo.is_shallow():
        yield Diagnosis(
            "history",
            State.IDLE,
            "shallow: where the merge base is missing, more is fetched",
            "git fetch --unshallow",
        )
    if ready.problem is not None:
        hint = ready.problem.hint if isinstance(ready.problem, Incomplete) else ""
        yield Diagnosis("base", State.BAD, str(ready.problem), hint)
    elif ready.base is not None and ready.context is not None:
        count = len(ready.context.changes.files)
        changed = f"{count} changed file{'' if count == 1 else 's'}"
        yield Diagnosis("base", State.GOOD, f"{ready.base.sha[:12]}, {ready.base.found}; {changed}")
    for notice in ready.notices:
        yield Diagnosis("policy", State.IDLE, notice.message)


def _gate(name: str, context: GateContext) -> Generator[Sequence[Any], Sequence[Any], Any]:
    section = getattr(context.settings.gates, name, None)
    if section is not None and not section.enabled:
        place = context.loaded.origin(f"gates.{name}.enabled").place
        return [Diagnosis(name, State.IDLE, f"switched off ({place})")]
    if name == coverage.NAME:
        return (yield from _coverage(context))
    if name == documents.NAME:
        return [_documents(context)]
    if name not in context.definitions.gates():
        return [Diagnosis(name, State.GOOD, "a third party's gate: it speaks when it runs")]
    try:
        choices = gate.choices(context, name)
    except UsageError as error:
        return [Diagnosis(name, State.BAD, error.message, error.hint)]
    return (yield [_tool(context, name, choice) for choice in choices])


def _coverage(context: GateContext) -> Generator[Sequence[Any], Sequence[Any], Any]:
    command = context.settings.gates.coverage.command
    if command is not None:
        known = shutil.which(command[0], path=context.environ.get("PATH"))
        if known is None and "/" not in command[0]:
            text = f"gates.coverage.command: {command[0]} is not on PATH"
            return [Diagnosis("coverage", State.BAD, text, "install it, or mend the setting")]
        return [Diagnosis("coverage", State.GOOD, f"runs `{' '.join(command)}` first, each time")]
    result: GateResult = yield from coverage.run(context)
    evidence = f" from {', '.join(result.evidence)}" if result.evidence else ""
    state = State.IDLE if result.outcome is Outcome.SKIPPED else State.GOOD
    return [Diagnosis("coverage", state, f"{result.outcome.value}: {result.summary}{evidence}")]


def _documents(context: GateContext) -> Diagnosis:
    """Which documents there are, and where they were looked for."""
    here = places.here(context)
    counts = Counter(here.kinds.values())
    if not counts:
        folders = ", ".join(folder for folder in here.folders.by_kind().values() if folder)
        return Diagnosis("documents", State.IDLE, f"there are none in {folders}")
    found = (f"{counts[kind]} {kind} in {here.folders.by_kind()[kind]}" for kind in sorted(counts))
    return Diagnosis("documents", State.GOOD, ", ".join(found))


def _tool(
    context: GateContext, name: str, choice: Choice
) -> Generator[Sequence[Any], Sequence[Any], Diagnosis]:
    tool = choice.tool
    if not choice.is_chosen:
        return Diagnosis(tool.name, State.IDLE, f"not chosen: {choice.reason}")
    program = toolbox.find(tool.command[0], context.repo.root, context.environ)
    if program is None:
        text = f"chosen because {choice.reason}, and {tool.command[0]} is nowhere"
        return Diagnosis(tool.name, State.BAD, text, answers.way_to(tool))
    version = yield from asking.version_of(context, tool, program)
    where = f"{version or 'version unknown'} at {program.path} ({program.origin})"
    blocks = tool.blocks or Blocks(gate.section(context, name).blocks)
    if blocks is not Blocks.ALL and not gate.is_concerned(context, tool):
        return Diagnosis(
            tool.name, State.GOOD, f"{where}; idle now: nothing that it judges changed"
        )
    return Diagnosis(tool.name, State.GOOD, f"{where}; {choice.reason}; blocks {blocks}")


def _cache(request: Request) -> Iterator[Diagnosis]:
    place = cache.folder(request.environ)
    is_usable = cache.is_writable(place)
    yield Diagnosis(
        "findings",
        State.GOOD if is_usable else State.IDLE,
        str(place) if is_usable else f"{place} cannot be written: nothing is remembered",
        "" if is_usable else f"make it writable, or set {cache.VARIABLE}",
    )
