"""The gate `checklist`: every item of the list is answered in the body of a pull request.

A pure function of the body, of the list as the base has it, and of what the other gates said:

- an item that a gate answers needs no tick where that gate passed;
- where it failed, a tick is a contradiction, and an open box is an open item;
- a gate that could not judge, was skipped or is not known has said nothing: the box counts then,
  as that of any other item. That a gate is incomplete is in the verdict by itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from qgate.documents.checklist import templates
from qgate.documents.checklist.template import Item, MalformedTemplate, Template, path_of
from qgate.documents.checklist.ticks import Answer, Tick, contradictions, says, ticks
from qgate.gates.checklist.rules import Rule
from qgate.model.report import Finding, GateResult, Level, Outcome
from qgate.parse import markdown

NAME: Final = "checklist"
DRAFT: Final = "draft"
# GitHub takes no more. The worst body of this length takes three seconds to read; twice it, twelve.
_MOST_CHARACTERS: Final = 65_536
_MEND: Final = "mend what the gate found: its item is answered as soon as it passes"
_SAID: Final = {
    Outcome.FAILED: "failed",
    Outcome.INCOMPLETE: "could not judge",
    Outcome.SKIPPED: "did not run",
}
_HOW: Final = (
    "edit the body of the pull request: tick what is done, and write `N/A:` and why behind what "
    "does not apply"
)
_DRAFT: Final = GateResult(
    name=NAME,
    outcome=Outcome.SKIPPED,
    reason=DRAFT,
    summary="the list of a draft is not judged yet",
)


def run(
    body: str,
    name: str,
    policy: Mapping[str, bytes],
    answers: Mapping[str, Outcome],
    *,
    is_draft: bool,
) -> GateResult:
    """Judge a body by the list of a name.

    `policy` is the base's files by path, `answers` what became of the other gates, by name. A name
    without a list is incomplete: something was asked for.
    """
    if is_draft:
        return _DRAFT
    try:
        template = templates.find(name, policy)
    except MalformedTemplate as error:
        place = f"{path_of(name)}:{error.line}:{error.column}"
        return _incomplete(
            Rule.NO_TEMPLATE,
            f"the checklist {name} cannot be read at the base: {place}: {error}",
            "mend the template on the base branch",
        )
    if template is None:
        known = ", ".join(templates.names(policy))
        return _incomplete(
            Rule.NO_TEMPLATE,
            f"gates.checklist.list is {name}, and the base has no checklist of that name",
            f"there are {known}; {path_of('NAME')} on the base branch adds one",
        )
    return judged(body, template, answers)


def judged(body: str, template: Template, answers: Mapping[str, Outcome]) -> GateResult:
    """Judge a body, in Markdown, by a list."""
    if len(body) > _MOST_CHARACTERS:
        message = f"the body has {len(body)} characters; GitHub takes {_MOST_CHARACTERS} at most"
        return _incomplete(Rule.TOO_LONG, message, "make it shorter")
    boxes: dict[str, list[Tick]] = defaultdict(list)
    for tick in ticks(markdown.parse(body).tasks):
        boxes[tick.item].append(tick)
    if not any(item.id in boxes for item in template.items):
        return _without_list(body, template)
    return _result(template, tuple(_findings(template, boxes, answers)), answers)


def _findings(
    template: Template, boxes: Mapping[str, Sequence[Tick]], answers: Mapping[str, Outcome]
) -> Iterator[Finding]:
    """At most one finding for each item, in the order of the list."""
    spoken = {
        gate: outcome is Outcome.PASSED
        for gate, outcome in answers.items()
        if gate and outcome in {Outcome.PASSED, Outcome.FAILED}
    }
    for item in template.items:
        found = boxes.get(item.id, ())
        if not found:
            yield _finding(Rule.MISSING, f"the item {item.id} is missing: {item.text}")
        elif len({tick.answer for tick in found}) > 1:
            said = ", ".join(f"line {tick.line} {tick.answer.value}" for tick in found[:3])
            yield _finding(Rule.TWICE, f"the item {item.id} has more than one answer: {said}")
        else:
            yield from _of_answer(item, found, answers, spoken)


def _of_answer(
    item: Item, found: Sequence[Tick], answers: Mapping[str, Outcome], spoken: Mapping[str, bool]
) -> Iterator[Finding]:
    """What is wrong with boxes that all say the same."""
    called = f"the item {item.id} on line {found[0].line}"
    if found[0].answer is Answer.OPEN:
        if not spoken.get(item.answered_by, False):
            yield _finding(Rule.OPEN, f"{called} is open{_of_gate(item, answers)}: {item.text}")
    elif any(tick.lacks_reason for tick in found):
        message = f"{called} is said not to apply, without a reason: {item.text}"
        yield _finding(Rule.NO_REASON, message)
    elif any(contradictions((item,), found, spoken)):
        message = (
            f"{called} is said to be {found[0].answer.value}, "
            f"and the gate {item.answered_by} failed: {item.text}"
        )
        yield _finding(Rule.CONTRADICTION, message)
    elif not all(says(tick, item.text) for tick in found):
        message = f"{called} has other words than the list: {item.text}"
        yield _finding(Rule.REWORDED, message, Level.WARNING)


def _of_gate(item: Item, answers: Mapping[str, Outcome]) -> str:
    """What the gate that answers an item did instead."""
    if not item.answered_by:
        return ""
    outcome = answers.get(item.answered_by)
    return f", and the gate {item.answered_by} {_SAID[outcome] if outcome else 'is not known'}"


def _result(
    template: Template, findings: tuple[Finding, ...], answers: Mapping[str, Outcome]
) -> GateResult:
    total = len(template.items)
    open_ = sum(each.blocking for each in findings)
    by_gates = sum(
        answers.get(item.answered_by) is Outcome.PASSED
        for item in template.items
        if item.answered_by
    )
    words = f"{total - open_} of {total} items of the list {template.name} are answered"
    return GateResult(
        name=NAME,
        outcome=Outcome.FAILED if open_ else Outcome.PASSED,
        reason="unanswered" if open_ else "answered",
        summary=words,
        hint=_hint(findings),
        metrics={"items": total, "answered": total - open_, "by_gates": by_gates},
        findings=findings,
    )


def _hint(findings: tuple[Finding, ...]) -> str:
    """The next step: another where a gate says no and the body says yes."""
    blocking = [each.rule for each in findings if each.blocking]
    if not blocking:
        return ""
    return _MEND if set(blocking) == {Rule.CONTRADICTION} else _HOW


def _without_list(body: str, template: Template) -> GateResult:
    total = len(template.items)
    is_ = "has no text" if not body.strip() else "does not hold the list"
    message = f"the body of the pull request {is_}: none of {total} items of {template.name}"
    return GateResult(
        name=NAME,
        outcome=Outcome.FAILED,
        reason=Rule.NO_LIST.slug,
        summary=message,
        hint="write the list into the body; .github/pull_request_template.md puts it into new ones",
        metrics={"items": total, "answered": 0, "by_gates": 0},
        findings=(_finding(Rule.NO_LIST, message),),
    )


def _finding(rule: Rule, message: str, level: Level = Level.ERROR) -> Finding:
    """On the change as a whole: the body is no file, its lines are named in the message."""
    return Finding(rule=rule, message=message, level=level, blocking=level is Level.ERROR)


def _incomplete(rule: Rule, message: str, hint: str) -> GateResult:
    return GateResult(
        name=NAME,
        outcome=Outcome.INCOMPLETE,
        reason=rule.slug,
        summary=message,
        hint=hint,
        findings=(_finding(rule, message),),
    )
