"""What one tool says of one side of the change: from the cache, or by running it."""

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.tools import calls, entries, inputs, reading
from qgate.gates.tools.answers import Answer, Question, troubled
from qgate.gates.tools.calls import Call
from qgate.gates.tools.rules import Rule
from qgate.model.tool import Tool
from qgate.system import toolbox
from qgate.system.cache import Cache
from qgate.system.job import How, Job, tail
from qgate.system.toolbox import Program

Steps = Generator[Sequence[Any], Sequence[Any], Answer]

_LOCAL_SECONDS: Final = 60
_CI_SECONDS: Final = 300
_VERSION_SECONDS: Final = 30
_LOCAL_NETWORK_AGE: Final = 24 * 3600
_CI_NETWORK_AGE: Final = 3600
_KIND: Final = "findings"


def ask(context: GateContext, question: Question) -> Steps:
    """Steps that yield jobs and end in an answer."""
    tool = question.tool
    root = context.repo.root
    program = toolbox.find(tool.command[0], root, context.environ)
    context.watch.lookup(tool.command[0], root, context.environ)
    if program is None:
        return troubled(question, Rule.MISSING_TOOL, f"{_named(tool)} is not installed")
    version = yield from version_of(context, tool, program)
    built = _calls(context, question)
    known = _parts(context, question, built, program, version)
    context.watch.tool(program.path)
    keeps = not tool.mutates and not _sees_submodules(context, tool)
    entry = context.cache.load(_KIND, inputs.key(known)) if keeps else None
    if entry is not None and (answer := _of_entry(context, question, entry, program, version)):
        return replace(answer, how=built.how)
    jobs = [_job(context, question, call, program) for call in built.calls]
    started = int(time.time())
    ended = yield jobs
    if question.name == "head" and question.tree.youngest() >= started:
        # mypy takes a file of the same size and second for unchanged; it may still change in it.
        context.run.distrust(_own_place(context, question))
    result = reading.read(question, program, version, built, ended, root)
    if keeps and result.trouble is None and _is_as_before(context, question, built, known):
        _save(context, question, known, result, sum(each.seconds for each in ended))
    return result


def _sees_submodules(context: GateContext, tool: Tool) -> bool:
    """Whether an answer hangs on files that are in nobody's list here."""
    is_so = not tool.is_per_file and bool(context.trees.head.submodules())
    if is_so:
        context.watch.never("what lies in submodules is not watched")
    return is_so


def _named(tool: Tool) -> str:
    """A tool, with its program where that has another name."""
    program = tool.command[0]
    return tool.name if program == tool.name else f"{tool.name} ({program})"


def _is_as_before(
    context: GateContext, question: Question, built: calls.Calls, known: inputs.Parts
) -> bool:
    """Whether nothing that the tool read changed since the key was made.

    Which version of a file a tool saw that was written meanwhile, nobody knows.
    """
    root = context.repo.root
    if question.tool.is_per_file and not question.tool.reads:
        # The short way, for it is on every commit's path: no process is started.
        files = [root / path for path in question.files]
        return not built.in_place or (
            _configuration(context, question)
            == {name: known[name] for name in known if name.startswith(inputs.CONFIGURATION)}
            and not context.trees.is_any_younger(files)
        )
    trees = context.trees.again()
    later = replace(
        question,
        tree=trees.head if question.name == "head" else trees.base,
        overlay=trees.head if question.overlay else None,
    )
    program = toolbox.find(question.tool.command[0], root, context.environ)
    return program is not None and (
        _parts(context, later, built, program, known["version"]) == known
    )


def remembered(context: GateContext, question: Question) -> tuple[inputs.Parts, inputs.Parts, bool]:
    """For `qgate cache explain`: the parts of the last run, those of now, and whether it hits."""
    program = toolbox.find(question.tool.command[0], context.repo.root, context.environ)
    if program is None:
        return {}, {}, False
    version = _known_version(context.cache, question.tool, program) or ""
    now = _parts(context, question, _calls(context, question), program, version)
    last = context.cache.load("last", _last_name(context, question)) or {}
    hit = context.cache.load(_KIND, inputs.key(now)) is not None
    return last.get("parts", {}), now, hit


def version_of(
    context: GateContext, tool: Tool, program: Program
) -> Generator[Sequence[Any], Sequence[Any], str]:
    """What the tool says its version is; remembered as long as its files stay the same.

    The steps raise `Incomplete` where it says nothing: a tool that cannot do this is broken.
    """
    if not tool.version:
        return ""
    known = _known_version(context.cache, tool, program)
    if known is not None:
        return known
    job = Job(
        label=" ".join(tool.version),
        argv=(str(program.path), *tool.version[1:]),
        cwd=context.repo.root,
        env=toolbox.environment(context.environ, tool.environment, {}),
        timeout=min(tool.timeout or _VERSION_SECONDS, _VERSION_SECONDS),
    )
    (ended,) = yield [job]
    text = (ended.stdout or ended.stderr).decode("utf-8", "replace").strip()
    if ended.how is not How.BY_ITSELF or ended.code or not text:
        raise Incomplete(
            Rule.CRASHED.slug,
            f"{' '.join(tool.version)} does not tell its version\n{tail(ended)}".rstrip(),
            hint=f"run it by hand: {' '.join(job.argv)}",
        )
    version: str = ended.secrets.hidden(text.splitlines()[0])[:200]
    if toolbox.is_known_by_its_files(program.path):
        context.cache.save("version", _version_name(tool, program), version)
    else:
        context.watch.never("the version of a tool cannot be told from its files")
    return version


def _known_version(cache: Cache, tool: Tool, program: Program) -> str | None:
    known = cache.load("version", _version_name(tool, program))
    return known if isinstance(known, str) else None


def _version_name(tool: Tool, program: Program) -> str:
    return "\0".join([*tool.version, toolbox.fingerprint(program.path)])


def _calls(context: GateContext, question: Question) -> calls.Calls:
    if question.calls:
        return calls.Calls(calls=question.calls, in_place=question.tree.unlike_disk is not None)
    return calls.build(
        question.tool,
        question.tree,
        question.files,
        root=context.repo.root,
        new_folder=context.run.folder,
        overlay=question.overlay,
    )


def _parts(
    context: GateContext,
    question: Question,
    built: calls.Calls,
    program: Program,
    version: str,
) -> inputs.Parts:
    tool = question.tool
    needs_python = any("{python}" in word for word in tool.command)
    python = toolbox.interpreter(context.repo.root, context.environ) if needs_python else None
    if python is not None:
        context.watch.lookup("python3", context.repo.root, context.environ)
        context.watch.tool(python)
    found = inputs.parts(
        tool,
        tree=question.tree,
        settings=question.overlay or question.tree,
        root=context.repo.root,
        home=context.environ.get("HOME", ""),
        in_place=built.in_place,
        files=question.files,
        arguments=(*tool.command, *question.salt),
        environment=toolbox.environment(context.environ, tool.environment, {}),
        program=toolbox.fingerprint(program.path),
        version=version,
        interpreter=toolbox.fingerprint(python) if python else "",
    )
    for path in inputs.beside_git(
        tool, question.tree, question.files, context.repo.root, context.environ
    ):
        context.watch.file(path)
    return found


def _configuration(context: GateContext, question: Question) -> inputs.Parts:
    """The parts that are configuration files, as they are on disk now."""
    found = inputs.configuration(
        question.tool,
        tree=question.overlay or question.tree,
        root=context.repo.root,
        environment=toolbox.environment(context.environ, question.tool.environment, {}),
        in_place=True,
        files=question.files,
    )
    return {f"{inputs.CONFIGURATION}{path}": content for path, content in found}


def _job(context: GateContext, question: Question, call: Call, program: Program) -> Job:
    tool = question.tool
    place = _own_place(context, question)
    # mypy 2.4 takes what it remembers of a file for good if the file's size is the same, and looks
    # at the original where it should look at the stand-in (build.py: validate_meta).
    # It also repeats what it found with the path of a copy that is gone. Nor must a stranger's
    # run leave what a later one of our own would believe.
    is_copy = call.folder != context.repo.root
    is_lost = bool(call.stand_ins) or is_copy or not context.cache.may_save
    own = context.run.folder() if is_lost else context.run.private_folder(place)
    python = str(toolbox.interpreter(context.repo.root, context.environ))

    def filled(word: str) -> str:
        word = word.replace("{cache}", str(own)).replace("{python}", python)
        return calls.unescaped(word)

    variables = {name: filled(value) for name, value in tool.variables}
    last = context.cache.load("last", _last_name(context, question)) or {}
    return Job(
        label=tool.name if question.name == "head" else f"{tool.name} ({question.name})",
        argv=(
            str(program.path),
            *(
                filled(each)
                for word in call.arguments[1:]
                for each in (
                    calls.targets(tool, question.overlay or question.tree)
                    if word == "{project}"
                    else (word,)
                )
            ),
        ),
        cwd=call.folder,
        env=toolbox.environment(context.environ, tool.environment, variables),
        timeout=tool.timeout
        or question.timeout
        or (_CI_SECONDS if context.is_ci else _LOCAL_SECONDS),
        stdin=call.stdin,
        network=tool.network,
        exclusive=tool.mutates,
        # One mypy per cache folder: two that share one crashed on its database.
        lock=str(own) if any("{cache}" in word for word in tool.command) else "",
        expected=float(last.get("seconds", 0.0)),
    )


def _own_place(context: GateContext, question: Question) -> Path:
    """Where a tool's own cache for a side is."""
    name = f"{question.tool.name}-{question.name}"
    return context.cache.for_tool(context.repository_id, name)


def _save(
    context: GateContext, question: Question, known: inputs.Parts, answer: Answer, seconds: float
) -> None:
    if not question.tool.mutates:
        entry = entries.pack(context.now.timestamp(), answer.reading)
        context.cache.save(_KIND, inputs.key(known), entry)
        last = {"parts": dict(known), "seconds": seconds}
        context.cache.save("last", _last_name(context, question), last)
    if question.tool.network:
        context.watch.until(context.now.timestamp() + _age(context))


def _age(context: GateContext) -> int:
    return _CI_NETWORK_AGE if context.is_ci else _LOCAL_NETWORK_AGE


def _last_name(context: GateContext, question: Question) -> str:
    return f"{context.repository_id} {question.tool.name} {question.name}"


def _of_entry(
    context: GateContext, question: Question, entry: Any, program: Program, version: str
) -> Answer | None:
    """The saved answer; None where the entry is too old or not of our making."""
    try:
        at, reading = entries.unpack(entry)
    except (KeyError, TypeError, ValueError):
        return None
    if question.tool.network:
        if not 0 <= context.now.timestamp() - at < _age(context):
            return None
        context.watch.until(at + _age(context))
    return Answer(tool=question.tool, program=program, version=version, reading=reading, saved=at)
