"""From what programs printed to an answer: read whole, or a trouble that names the tool."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from qgate.errors import MalformedOutput
from qgate.gates.tools import calls
from qgate.gates.tools.answers import Answer, Question, troubled, way_to
from qgate.gates.tools.rules import Rule
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse import findings
from qgate.system.job import Ended, How, tail
from qgate.system.secrets import Secrets
from qgate.system.toolbox import Program

_MOST_WORDS: Final = 12


def read(
    question: Question,
    program: Program,
    version: str,
    built: calls.Calls,
    ended: Iterable[Ended],
    root: Path,
) -> Answer:
    """The answer in what each call of a question ended in."""
    tool = question.tool
    found: list[ToolFinding] = []
    unjudged: list[Unjudged] = []
    judged: list[str] = []
    for call, each in zip(built.calls, ended, strict=True):
        wrong = _wrong(tool, each)
        if wrong is None:
            try:
                output = ToolOutput(each.stdout, each.stderr, each.code, str(call.folder))
                reading = findings.reader(tool.output)(output, tool)
            except MalformedOutput as error:
                wrong = _unreadable(tool, each, error)
        if wrong is not None:
            rule, *said = wrong
            words = map(each.secrets.hidden, said)
            return replace(
                troubled(question, rule, *words), program=program, version=version, how=built.how
            )
        reading = _hidden(reading, each.secrets, root)
        found += [
            replace(finding, path=calls.path_of(finding.path, call, root))
            for finding in reading.findings
        ]
        unjudged += [
            replace(one, path=calls.path_of(one.path, call, root)) for one in reading.unjudged
        ]
        judged += reading.judged
    return Answer(
        tool=tool,
        program=program,
        version=version,
        reading=ToolReading(tuple(found), tuple(unjudged), tuple(judged)),
        how=built.how,
    )


def _hidden(reading: ToolReading, secrets: Secrets, root: Path) -> ToolReading:
    """The same without secrets; the path of a file that there is stays, whatever it looks like."""
    if not secrets.are_in(_texts(reading)):
        return reading
    hidden = secrets.hidden

    def place(path: str) -> str:
        return path if os.path.lexists(root / path) else hidden(path)

    return ToolReading(
        findings=tuple(
            replace(
                each,
                path=place(each.path),
                rule=hidden(each.rule),
                message=hidden(each.message),
                subject=hidden(each.subject),
                aliases=tuple(map(hidden, each.aliases)),
            )
            for each in reading.findings
        ),
        unjudged=tuple(
            replace(one, name=hidden(one.name), reason=hidden(one.reason), path=place(one.path))
            for one in reading.unjudged
        ),
        judged=tuple(map(hidden, reading.judged)),
    )


def _texts(reading: ToolReading) -> Iterator[str]:
    for each in reading.findings:
        yield from (each.path, each.rule, each.message, each.subject, *each.aliases)
    for one in reading.unjudged:
        yield from (one.name, one.reason, one.path)
    yield from reading.judged


def _wrong(tool: Tool, ended: Ended) -> tuple[Rule, str, str] | None:
    """Why a run's output need not even be looked at."""
    said = tail(ended)
    last = f"\n{said}" if said else ""
    match ended.how:
        case How.MISSING:
            return Rule.MISSING_TOOL, f"{tool.name} cannot be run: {ended.error}", way_to(tool)
        case How.TIMED_OUT:
            message = f"{tool.name} did not end within {ended.job.timeout:g} s{last}"
            return Rule.TIMED_OUT, message, f"mend what hangs, or raise gates.{tool.gate}.timeout"
        case How.DEADLINE:
            message = f"{tool.name} was ended because the whole run's time was over{last}"
            return Rule.TIMED_OUT, message, "raise run.deadline, or run fewer gates at once"
        case How.TOO_MUCH:
            message = f"{tool.name} printed more than 64 MiB and was ended; its last lines:{last}"
            return Rule.TOO_MUCH_OUTPUT, message, f"run it by hand: {_shown(ended)}"
        case How.BY_ITSELF:
            pass
    if ended.code not in tool.ran:
        ending = f"signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
        message = f"{tool.name} ended with {ending}{last}"
        return Rule.CRASHED, message, f"run it by hand: {_shown(ended)}"
    return None


def _unreadable(tool: Tool, ended: Ended, error: MalformedOutput) -> tuple[Rule, str, str]:
    said = tail(ended)
    first, _, rest = error.message.partition("\n")
    if tool.network:
        message = f"{tool.name} gave no answer; is its service reachable? ({first})"
    else:
        message = f"the output of {tool.name} cannot be read: {first}"
    if rest or (said and said not in message):
        message += f"\n{rest or said}"
    hint = f"run it by hand: {_shown(ended)}"
    return Rule.UNREADABLE_OUTPUT, message, hint


def _shown(ended: Ended) -> str:
    words = ended.job.argv[:_MOST_WORDS]
    return " ".join([*words, *(["..."] if len(ended.job.argv) > _MOST_WORDS else [])])
