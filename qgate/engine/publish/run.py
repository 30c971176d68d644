"""One run of the trusted side: read, judge, ask reviewers, keep the comment, write the status.

Whatever the token may not do becomes a notice with the permission that is missing; the verdict
stays what it is.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from qgate.engine.publish import asking, checklist, comment, content, policy
from qgate.engine.publish.content import Unusable
from qgate.engine.publish.people import People
from qgate.engine.publish.policy import Policy
from qgate.engine.publish.subject import Subject
from qgate.errors import Incomplete, QgateError
from qgate.gates.approvals import gate as approvals
from qgate.gates.approvals import policy as changes_of_policy
from qgate.gates.checklist import gate as checklist_gate
from qgate.model.changes import Endpoint
from qgate.model.pull_request import CommitState, FileList, History
from qgate.model.report import Finding, GateResult, Outcome, Report
from qgate.model.reviewers import Plan
from qgate.owners.approvals import Evidence
from qgate.reporters import plain
from qgate.reporters.inert import inert
from qgate.system.github.client import GitHub
from qgate.system.github.errors import Denied, Missing, Rejected

CONTEXT: Final = "qgate"
_CONTENT: Final = "content"
# What only this side judges; a report that claims them is not believed, asked for or not.
_OWN: Final = frozenset({approvals.NAME, checklist_gate.NAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was found for one pull request, and what was made of it on GitHub.

    `is_stated`: whether the commit status carries the verdict.
    """

    number: int
    report: Report
    plan: Plan
    is_stated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Everything before the first write."""

    report: Report
    plan: Plan
    is_pending: bool


def publish(client: GitHub, subject: Subject, *, is_dry: bool = False, link: str = "") -> Published:
    """Judge a pull request by its base's policy, and publish the verdict.

    `is_dry` writes nothing; `link` is where the status leads. Raises `Incomplete` where GitHub
    cannot be asked, and `SettingsError` where the base's policy cannot be read; the status is
    `error` then.
    """
    states = not is_dry
    try:
        at_base = policy.at(client, subject.pull.base_ref)
        states = states and at_base.loaded.settings.publish.status
        return _published(client, subject, at_base, is_dry=is_dry, link=link)
    except Exception as error:
        # What an earlier run said of this head must not stand: it may be a success.
        if states:
            _state_unknown(client, subject, link, error)
        raise


def _published(
    client: GitHub, subject: Subject, at_base: Policy, *, is_dry: bool, link: str
) -> Published:
    judged = _judged(client, subject, at_base)
    writer = _Writer(client, subject, at_base, judged)
    notes: tuple[str, ...] = ("dry run: nothing is written",)
    is_stated = False
    if not is_dry:
        notes, is_stated = writer.write(link)
    report = replace(judged.report, notes=(*judged.report.notes, *notes))
    return Published(
        number=subject.pull.number, report=report, plan=judged.plan, is_stated=is_stated
    )


def _state_unknown(client: GitHub, subject: Subject, link: str, error: Exception) -> None:
    """State that there is no verdict, if that much is possible; the error decides all else."""
    why = error.message if isinstance(error, QgateError) else "this is a bug in qgate"
    with contextlib.suppress(QgateError):
        said = f"qgate incomplete: {inert(why)}"
        client.set_status(subject.pull.head_sha, CommitState.ERROR, CONTEXT, said, link)


def _judged(client: GitHub, subject: Subject, at_base: Policy) -> _Judged:
    pull = subject.pull
    people = People(client)
    files, reviews = client.files(pull), client.reviews(pull.number)
    history = client.history(pull.number)
    plan = asking.plan(client, subject, at_base, files, reviews, history.removed, people)
    found, problem = _content(client, subject, at_base, history)
    evidence = Evidence(
        head=pull.head_sha,
        author=pull.author.id,
        reviews=tuple(reviews),
        accounts=people.accounts(approvals.asked(at_base.rules, files)),
        based=history.based,
        is_complete=files.is_complete,
    )
    own = tuple(_own_gates(subject, at_base, found, files, evidence))
    gates = [each for each in found.gates if each.name not in _OWN] if found else []
    if problem is not None:
        gates.append(problem)
    report = Report(
        base=Endpoint(sha=at_base.sha, found=f"the branch {at_base.branch}, asked of GitHub"),
        head=Endpoint(sha=pull.head_sha, found=f"the head of pull request {pull.number}"),
        gates=(*gates, *own),
        notices=(*changes_of_policy.notice(files.files), *(found.notices if found else ())),
        notes=(
            f"policy: {at_base.branch} at {at_base.sha}",
            *at_base.notices,
            *people.notices,
            *(found.notes if found else ()),
        ),
    )
    is_pending = problem is not None and problem.reason == "report-pending"
    return _Judged(report=report, plan=plan, is_pending=is_pending)


def _content(
    client: GitHub, subject: Subject, at_base: Policy, history: History
) -> tuple[Report | None, GateResult | None]:
    """The content gate's report, and what is wrong with it, as the result of a gate."""
    try:
        found = content.report_of(client, subject, at_base, history)
    except (Denied, Missing) as error:
        why, hint = f"its runs cannot be read: {error.message}", "give the job `actions: read`"
        return None, _incomplete(Unusable("no-permission", why, hint=hint))
    except Unusable as error:
        return None, _incomplete(error)
    if found.verdict is Outcome.INCOMPLETE and not any(map(_is_incomplete, found.gates)):
        # Without this a gate of ours that passed would make it a pass.
        why = "no gate of the content judged anything"
        hint = "see in the run why each was skipped"
        return found, _incomplete(Unusable("nothing-judged", why, hint=hint))
    return found, None


def _is_incomplete(gate: GateResult) -> bool:
    return gate.outcome is Outcome.INCOMPLETE


def _incomplete(error: Incomplete) -> GateResult:
    finding = Finding(rule=f"publish/{error.reason}", message=error.message, blocking=True)
    return GateResult(
        name=_CONTENT,
        outcome=Outcome.INCOMPLETE,
        reason=error.reason,
        summary=error.message,
        hint=error.hint,
        findings=(finding,),
    )


def _own_gates(
    subject: Subject,
    at_base: Policy,
    found: Report | None,
    files: FileList,
    evidence: Evidence,
) -> Iterator[GateResult]:
    """The gates that only this side can judge."""
    settings, pull = at_base.loaded.settings, subject.pull
    results = found.gates if found else ()
    result = checklist.judged(pull, settings, at_base.files, results)
    if result is not None:
        yield result
    if settings.gates.approvals.enabled:
        yield approvals.judged(at_base.rules, files, evidence)


class _Writer:
    """Everything that is written on GitHub, each part for itself."""

    def __init__(self, client: GitHub, subject: Subject, at_base: Policy, judged: _Judged) -> None:
        self._client = client
        self._subject = subject
        self._policy = at_base
        self._judged = judged
        self._notes: list[str] = []

    def write(self, link: str) -> tuple[tuple[str, ...], bool]:
        """Ask, comment, state; what could not be done in words, and whether the status stands."""
        client, pull, judged = self._client, self._subject.pull, self._judged
        wants = self._policy.loaded.settings.publish
        now = client.pull(pull.number)
        if now.head_sha != pull.head_sha:
            return ("the head has moved on meanwhile: nothing is written for the older one",), False
        if now.base_ref != pull.base_ref or now.is_draft != pull.is_draft:
            why = "it has another base, or is a draft no more or again: another run judges that"
            return (f"nothing is written: {why}",), False
        if wants.reviewers and self._subject.may_ask:
            self._try("reviewers are not asked", self._ask)
        # While the content is being judged there is nothing to say yet.
        if wants.comment and not judged.is_pending:
            self._try("no comment is written", self._comment)
        is_stated = wants.status and self._state(link)
        return tuple(self._notes), is_stated

    def _try(self, otherwise: str, act: Callable[[], None]) -> None:
        """Act, or say what is not done; the parts that follow may succeed, above all the status."""
        try:
            act()
        except (Denied, Missing):
            self._notes.append(f"{otherwise}: the token lacks `pull-requests: write`")
        except (Rejected, Incomplete) as error:
            self._notes.append(f"{otherwise}: {error.message}")

    def _ask(self) -> None:
        self._notes += asking.ask(self._client, self._subject.pull.number, self._judged.plan)

    def _comment(self) -> None:
        report, pull = self._judged.report, self._subject.pull
        wanted = comment.text(report, self._judged.plan, pull, self._policy)
        self._notes += wanted.notices
        comment.keep(self._client, pull.number, wanted)

    def _state(self, link: str) -> bool:
        """Whether the status could be written. Raises `Incomplete` where that is not known."""
        report = self._judged.report
        try:
            self._client.set_status(
                self._subject.pull.head_sha,
                state(report, is_pending=self._judged.is_pending),
                CONTEXT,
                plain.verdict_line(report),
                link,
            )
        except (Denied, Missing):
            note = "no commit status is written: the token lacks `statuses: write`"
            self._notes.append(note)
            return False
        return True


def state(report: Report, *, is_pending: bool) -> CommitState:
    """The state of the commit status; what is only waited for is pending, and pending blocks."""
    if report.verdict is Outcome.PASSED:
        # It would still be green when the draft is none any more, until that has been judged.
        return CommitState.PENDING if any(map(_is_put_off, report.gates)) else CommitState.SUCCESS
    red = [each for each in report.gates if each.outcome is Outcome.FAILED]
    if any(each.name != approvals.NAME for each in red):
        return CommitState.FAILURE
    waits = {_CONTENT} if is_pending else set()
    odd = list(filter(_is_incomplete, report.gates))
    if any(each.name not in waits for each in odd):
        return CommitState.ERROR
    return CommitState.PENDING if red or odd else CommitState.ERROR


def _is_put_off(gate: GateResult) -> bool:
    """Whether the checklist is not judged yet, because the pull request is a draft."""
    return gate.name == checklist_gate.NAME and gate.reason == checklist_gate.DRAFT
