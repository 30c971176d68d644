"""From marked findings to a gate's result: what blocks, what is waived, what nobody judged."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from qgate.config.waivers import Waiver
from qgate.gates.context import GateContext
from qgate.gates.tools import blocking, notices
from qgate.gates.tools.answers import Answer
from qgate.gates.tools.blocking import Marked
from qgate.gates.tools.choosing import Choice
from qgate.gates.tools.rules import AUDIT, Rule
from qgate.model.report import Finding, GateResult, Level, Outcome, Standing
from qgate.model.tool import Blocks, ToolFinding, Unjudged

_MOST_PROBLEMS: Final = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """One tool's part of a gate.

    `answer` is None where the change does not concern the tool; `base` where it was not asked.
    `files` counts the files named to it. `harmless` maps a finding that does not reach the
    severity floor to its severity.
    """

    choice: Choice
    blocks: Blocks
    answer: Answer | None = None
    base: Answer | None = None
    marked: tuple[Marked, ...] = ()
    files: int = 0
    harmless: Mapping[ToolFinding, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Problem:
    rule: Rule
    message: str
    hint: str
    path: str = ""


def no_tool(name: str, choices: Sequence[Choice]) -> GateResult:
    """The result of a gate for which nothing is set up."""
    looked = "; ".join(f"{each.tool.name}: {each.reason}" for each in choices)
    return GateResult(
        name=name,
        outcome=Outcome.SKIPPED,
        reason="no-tool",
        summary="no tool is set up for it here",
        evidence=tuple(looked.split("; ")) if looked else (),
    )


def nothing_changed(name: str) -> GateResult:
    """The result for an empty change."""
    return GateResult(
        name=name, outcome=Outcome.PASSED, reason="empty-diff", summary="nothing changed"
    )


def decide(name: str, judged: Sequence[Judged], *, context: GateContext, level: str) -> GateResult:
    """The gate's result."""
    findings: list[Finding] = []
    problems: list[_Problem] = []
    for each in judged:
        findings += _findings(each, context, level)
        findings += notices.reconfigured(each.choice.tool, context)
        problems += _problems(name, each, context)
    findings.sort(key=lambda one: (one.path, one.line, one.column, one.rule))
    findings = _with_sources(findings, context)
    blocking_now = [one for one in findings if one.blocking]
    outcome = Outcome.PASSED
    if problems:
        outcome = Outcome.INCOMPLETE
        findings[:0] = [_of_problem(problem) for problem in problems]
    if blocking_now:
        outcome = Outcome.FAILED
    counts = Counter(one.standing for one in findings if one.rule.startswith(f"{name}/"))
    return GateResult(
        name=name,
        outcome=outcome,
        reason=_reason(outcome, problems, judged),
        summary=_summary(outcome, judged, findings, problems),
        hint="\n".join(dict.fromkeys(problem.hint for problem in problems if problem.hint)),
        metrics={
            **{standing.value: counts[standing] for standing in Standing},
            "tools": tuple(each.choice.tool.name for each in judged if each.answer),
        },
        findings=tuple(findings),
        evidence=tuple(map(_evidence, judged)),
    )


def _reason(outcome: Outcome, problems: Sequence[_Problem], judged: Sequence[Judged]) -> str:
    if outcome is Outcome.FAILED:
        return "findings"
    if problems:
        return problems[0].rule.slug
    return "nothing-new" if any(each.answer for each in judged) else "not-concerned"


def _findings(judged: Judged, context: GateContext, level: str) -> Iterator[Finding]:
    tool = judged.choice.tool
    for marked in judged.marked:
        found = marked.finding
        rule = f"{tool.gate}/{found.rule or tool.name}"
        waiver = waiver_of(context, rule, found.path, found.aliases) if marked.is_new else None
        severity = judged.harmless.get(found)
        message = found.message
        if waiver is not None:
            message += f" (waived by {waiver.by} until {waiver.until}: {waiver.reason})"
        elif severity is not None:
            message += f" (severity {severity}, below the floor)"
        is_blocking = (
            marked.is_new and waiver is None and severity is None and blocking.is_loud(found, level)
        )
        yield Finding(
            rule=rule,
            message=message,
            path=found.path,
            line=found.line,
            end_line=max(found.line, found.end_line),
            column=found.column,
            level=_level(found, tool.gate, marked, is_blocking=is_blocking),
            blocking=is_blocking,
            standing=_standing(marked, waiver),
        )


def _standing(marked: Marked, waiver: Waiver | None) -> Standing:
    if waiver is not None:
        return Standing.WAIVED
    return Standing.NEW if marked.is_new else Standing.EXISTING


def _level(found: ToolFinding, gate: str, marked: Marked, *, is_blocking: bool) -> Level:
    """How loud: what blocks is an error, older vulnerabilities warn, other old debt is a note."""
    if is_blocking:
        return Level.ERROR
    if not marked.is_new:
        return Level.WARNING if gate == AUDIT else Level.NOTE
    return Level.NOTE if found.level == "note" else Level.WARNING


def waiver_of(
    context: GateContext, rule: str, path: str, aliases: Sequence[str] = ()
) -> Waiver | None:
    """The waiver that holds today for a rule, by this or another of its names."""
    gate = rule.partition("/")[0]
    names = {rule, *(f"{gate}/{alias}" for alias in aliases)}
    for each in context.settings.waivers:
        if each.rule in names and each.holds(context.now.date()) and each.path in {"", path}:
            return each
    return None


def _problems(name: str, judged: Judged, context: GateContext) -> Iterator[_Problem]:
    answer, base = judged.answer, judged.base
    if answer is None:
        return
    if answer.trouble is not None:
        trouble = answer.trouble
        yield _Problem(trouble.rule, trouble.message, trouble.hint, trouble.path)
    if base is not None and base.trouble is not None:
        message = f"what is new cannot be told, because of the base: {base.trouble.message}"
        yield _Problem(Rule.BASE_NOT_CHECKED, message, base.trouble.hint)
    of_base = base.reading.unjudged if base is not None and name != AUDIT else ()
    for each in of_base:
        message = (
            f"what is new cannot be told: at the base {each.name} was not judged: {each.reason}"
        )
        hint = f"mend the base first, or judge all of it with gates.{name}.blocks: all"
        yield _Problem(Rule.BASE_NOT_CHECKED, message, hint, each.path)
    rule = Rule.NOT_AUDITED if name == AUDIT else Rule.NOT_JUDGED
    for each in answer.reading.unjudged:
        if waiver_of(context, f"{rule}:{each.name}", each.path) is None:
            yield _unjudged(judged.choice.tool.name, rule, each)


def _unjudged(tool: str, rule: Rule, each: Unjudged) -> _Problem:
    verb = "audited" if rule is Rule.NOT_AUDITED else "judged"
    hint = f"mend what keeps {tool} from it"
    if rule is Rule.NOT_AUDITED:
        hint += f" (is gates.audit.service the right one?), or waive {rule}:NAME on the base branch"
    return _Problem(rule, f"{each.name} was not {verb}: {each.reason}", hint, each.path)


def _of_problem(problem: _Problem) -> Finding:
    return Finding(
        rule=str(problem.rule), message=problem.message, path=problem.path, blocking=True
    )


def _with_sources(findings: Sequence[Finding], context: GateContext) -> list[Finding]:
    """Findings that are shown, with the text of their line."""
    shown = {one.path for one in findings if one.line and one.standing is not Standing.EXISTING}
    texts = {
        path: data.decode("utf-8", "replace").split("\n")
        for path, data in context.trees.head.contents(sorted(shown)).items()
    }
    return [_with_source(one, texts.get(one.path, [])) for one in findings]


def _with_source(finding: Finding, lines: Sequence[str]) -> Finding:
    if not 0 < finding.line <= len(lines) or finding.standing is Standing.EXISTING:
        return finding
    return replace(finding, source=lines[finding.line - 1].strip())


def _summary(
    outcome: Outcome,
    judged: Sequence[Judged],
    findings: Sequence[Finding],
    problems: Sequence[_Problem],
) -> str:
    said = []
    blocking_now = [one for one in findings if one.blocking]
    if outcome is Outcome.FAILED:
        count = len(blocking_now) - len(problems)
        whole = all(each.blocks is Blocks.ALL for each in judged)
        said.append(_counted(count, "finding" if whole else "new finding"))
    said += [problem.message for problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        said.append(f"and {len(problems) - _MOST_PROBLEMS} more that could not be judged")
    if not said:
        names = [each.choice.tool.name for each in judged if each.answer]
        if names:
            is_silent = all(one.standing is Standing.EXISTING for one in findings)
            what = "nothing new" if is_silent else "nothing that blocks"
            said.append(f"{_listed(names)} found {what}")
        else:
            names = [each.choice.tool.name for each in judged]
            said.append(f"nothing changed that {_listed(names)} judges")
    older = sum(one.standing is Standing.EXISTING for one in findings)
    waived = sum(one.standing is Standing.WAIVED for one in findings)
    if older:
        # By its place alone nobody can tell an old finding from one that the change caused there.
        is_by_place = all(each.blocks is Blocks.CHANGED_LINES for each in judged)
        where = "off the changed lines" if is_by_place else "older"
        if outcome is Outcome.FAILED:
            said.append(f"{older} {where}")
        else:
            noun = _counted(older, "finding" if is_by_place else "older finding")
            said.append(f"{noun} {where}" if is_by_place else noun)
    if waived:
        said.append(f"{waived} waived")
    return "; ".join(said)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _evidence(judged: Judged) -> str:
    """One tool in a line: what it is, where, why it ran, and on what."""
    tool, answer = judged.choice.tool, judged.answer
    if answer is None:
        return f"{tool.name}: not run, nothing that it judges changed"
    version = answer.version or tool.name
    if not version.startswith(tool.name):
        version = f"{tool.name} {version}"
    parts = [judged.choice.reason]
    if answer.program is not None:
        parts.insert(0, f"{answer.program.path}, {answer.program.origin}")
    if judged.files:
        parts.append(_counted(judged.files, "file"))
    if answer.how:
        parts.append(answer.how)
    if answer.saved is not None:
        parts.append("from the cache")
    if judged.base is not None:
        parts.append("base asked as well")
    return f"{version} ({'; '.join(parts)})"
