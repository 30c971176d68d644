"""The gate `approvals`: who has to approve a pull request has, and nobody stands in for them.

A pure function of the rules at the base, the files and the reviews. What `require` asks for and
what changes of policy ask for are the same kind of value, judged by `qgate.owners.approvals` alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from qgate.gates.approvals import policy, wording
from qgate.gates.approvals.policy import PolicyChange
from qgate.gates.approvals.rules import Rule
from qgate.model.owners import ReviewRules, distinct, identity
from qgate.model.pull_request import MOST_FILES, FileList
from qgate.model.report import Finding, GateResult, Level, Outcome
from qgate.owners import approvals
from qgate.owners.approvals import Evidence, Met, Missing

NAME: Final = "approvals"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What became of one requirement; `change` is the change of policy that it is for."""

    found: Met | Missing
    change: PolicyChange | None = None
    is_open: bool = False

    @property
    def blocks(self) -> bool:
        return self.found.requirement.block


def asked(rules: ReviewRules, files: FileList) -> tuple[str, ...]:
    """The owners whose accounts `judged` has to know, each once."""
    required = (
        *approvals.applying(rules, files.files),
        *(each.requirement for each in policy.changes(rules, files.files) if each.requirement),
    )
    return distinct(owner for each in required for owner in each.owners)


def judged(rules: ReviewRules, files: FileList, evidence: Evidence) -> GateResult:
    """Judge the approvals of a pull request by the rules that its base has."""
    if not (files.is_complete and evidence.is_complete and len(files.files) < MOST_FILES):
        return _without_list(rules)
    changed = policy.changes(rules, files.files)
    answers = (*_of_rules(rules, files, evidence), *_of_policy(changed, evidence))
    unowned = tuple(
        Finding(rule=Rule.POLICY_UNOWNED, message=wording.unowned(name), level=Level.WARNING)
        for each in changed
        if each.requirement is None
        for name in each.names
    )
    findings = tuple(found for each in answers for found in _findings(each, evidence))
    return _result(answers, (*findings, *unowned))


def _of_rules(rules: ReviewRules, files: FileList, evidence: Evidence) -> Iterator[_Answer]:
    for found in approvals.judge(rules, files.files, evidence):
        yield _answer(found, evidence)


def _of_policy(changed: Iterable[PolicyChange], evidence: Evidence) -> Iterator[_Answer]:
    """Every set of owners is judged by itself."""
    for change in changed:
        if change.requirement is not None:
            found = approvals.judge_one(change.requirement, evidence)
            yield _answer(found, evidence, change)


def _answer(
    found: Met | Missing, evidence: Evidence, change: PolicyChange | None = None
) -> _Answer:
    is_open = isinstance(found, Missing) and _may_be_met(found, evidence)
    return _Answer(found=found, change=change, is_open=is_open)


def _may_be_met(missing: Missing, evidence: Evidence) -> bool:
    """Whether it would be met if the owners nobody knows were all who have reviewed."""
    if not missing.unknown:
        return False
    everybody = frozenset(review.author for review in evidence.reviews)
    unknown = {identity(owner): everybody for owner in missing.unknown}
    known = replace(evidence, accounts={**evidence.accounts, **unknown})
    return isinstance(approvals.judge_one(missing.requirement, known), Met)


def _findings(answer: _Answer, evidence: Evidence) -> Iterator[Finding]:
    if isinstance(answer.found, Met):
        return
    names = answer.change.names if answer.change else ()
    rule = Rule.POLICY_MISSING if answer.change else Rule.MISSING
    yield Finding(
        rule=Rule.UNKNOWN_OWNER if answer.is_open else rule,
        message=wording.missing(answer.found, names, evidence),
        level=Level.ERROR if answer.blocks else Level.WARNING,
        blocking=answer.blocks,
    )


def _result(answers: tuple[_Answer, ...], findings: tuple[Finding, ...]) -> GateResult:
    blocking = [each for each in answers if each.blocks]
    unmet = [each for each in blocking if isinstance(each.found, Missing)]
    met = len(blocking) - len(unmet)
    if not blocking:
        outcome, reason = Outcome.SKIPPED, "nothing-required"
        summary = "this change waits for no approval"
    elif not unmet:
        outcome, reason = Outcome.PASSED, "approved"
        summary = wording.approved([each.found for each in blocking])
    else:
        is_open = all(each.is_open for each in unmet)
        outcome = Outcome.INCOMPLETE if is_open else Outcome.FAILED
        reason = Rule.UNKNOWN_OWNER.slug if is_open else Rule.MISSING.slug
        summary = f"{met} of {len(blocking)} requirements are met"
    return GateResult(
        name=NAME,
        outcome=outcome,
        reason=reason,
        summary=summary,
        hint=wording.hint([each.found for each in unmet]),
        metrics={"required": len(blocking), "met": met},
        findings=findings,
    )


def _without_list(rules: ReviewRules) -> GateResult:
    """Any file may have changed; only where nothing can be required, nothing is."""
    can_be = any(each.block for each in rules.require) or any(each.owners for each in rules.owners)
    if not can_be:
        return _result((), ())
    message = "the list of files or reviews is not complete, so any requirement may apply"
    return GateResult(
        name=NAME,
        outcome=Outcome.INCOMPLETE,
        reason=Rule.INCOMPLETE_LIST.slug,
        summary=message,
        hint=f"GitHub lists {MOST_FILES} files at most: make the change smaller",
        findings=(Finding(rule=Rule.INCOMPLETE_LIST, message=message, blocking=True),),
    )
