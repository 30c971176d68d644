"""One comment on the pull request, edited in place: made for trouble, one line when all is well."""

from dataclasses import dataclass
from typing import Final

from qgate.documents import rendering
from qgate.engine.publish.policy import Policy
from qgate.errors import UsageError
from qgate.gates.approvals import gate as approvals
from qgate.model.pull_request import PullRequest
from qgate.model.report import Finding, GateResult, Level, Outcome, Report, Standing
from qgate.model.reviewers import Plan
from qgate.reporters import comment, reviewers_markdown
from qgate.reporters.budget import utf16
from qgate.system.github.client import GitHub

_BOT: Final = "[bot]"
TEMPLATE: Final = ".qgate/templates/comment.md"


@dataclass(frozen=True, slots=True)
class Text:
    """What the comment should say, and whether it is worth a new one."""

    body: str
    is_needed: bool
    notices: tuple[str, ...] = ()


def text(report: Report, plan: Plan, pull: PullRequest, policy: Policy) -> Text:
    """The comment for a report and a plan.

    It is worth a new one for trouble, and where somebody is to be told.
    """
    is_trouble = any(map(_is_trouble, report.gates)) or any(map(_is_loud, report.notices))
    told = reviewers_markdown.mentions(plan)
    notices: tuple[str, ...] = ()
    if report.verdict is Outcome.PASSED and not is_trouble:
        body = comment.mended(report)
    else:
        body = comment.render(report, reviewers_markdown.folded(plan))
        if TEMPLATE in policy.files:
            try:
                body = _in_template(body, report, pull, policy)
            except UsageError as error:
                notices = (error.message,)
    # The room of a comment is a little larger than its budget.
    body += f"\n{told}" * bool(told)
    return Text(body, is_needed=is_trouble or bool(told), notices=notices)


def _is_trouble(gate: GateResult) -> bool:
    """Whether a gate is worth a comment; that nobody has approved yet is no news."""
    if gate.name == approvals.NAME and gate.outcome is Outcome.FAILED:
        return False
    is_red = gate.outcome in {Outcome.FAILED, Outcome.INCOMPLETE}
    return is_red or any(map(_is_loud, gate.findings))


def _is_loud(finding: Finding) -> bool:
    return finding.level is not Level.NOTE and finding.standing is not Standing.WAIVED


def _in_template(plain: str, report: Report, pull: PullRequest, policy: Policy) -> str:
    """The comment within the base's own words around it. Raises `UsageError`."""
    values = {
        "comment": plain.removeprefix(comment.MARKER).lstrip("\n"),
        "verdict": report.verdict.value,
        "number": pull.number,
        "gates": [{"name": each.name, "outcome": each.outcome.value} for each in report.gates],
    }
    source = policy.files[TEMPLATE].decode("utf-8-sig", "replace")
    body = f"{comment.MARKER}\n{rendering.render(source, TEMPLATE, values)}"
    if utf16(body) > comment.MOST_CHARACTERS:
        hint = "shorten the template"
        raise UsageError(f"{TEMPLATE}: the comment would be too long; left out", hint=hint)
    return body


def keep(client: GitHub, number: int, wanted: Text) -> None:
    """Leave exactly one comment of ours, or none if there was none and none is needed.

    Raises `Denied` where the token may not write.
    """
    marked = [each for each in client.comments(number) if _is_marked(each.body)]
    # Anybody can write the marker: only what this token's account wrote is ours to change. An
    # app's token does not say whose it is; of bots, only one that is installed here can write.
    me = client.me() if marked else ""
    ours = [each for each in marked if each.author.login == me]
    if not ours and me.endswith(_BOT):
        bots = [each for each in marked if each.author.is_bot]
        # Of one bot: what the others wrote is not to be deleted.
        ours = [each for each in bots if each.author == bots[0].author]
    if not ours:
        if wanted.is_needed:
            client.create_comment(number, wanted.body)
        return
    first, *surplus = ours
    if first.body.rstrip() != wanted.body.rstrip():
        client.edit_comment(first.id, wanted.body)
    for each in surplus:
        client.delete_comment(each.id)


def _is_marked(body: str) -> bool:
    return body.lstrip().startswith(comment.MARKER)
