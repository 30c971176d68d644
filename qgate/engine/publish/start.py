"""From the variables of a run on the trusted side to what was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qgate.engine.publish import run, subject
from qgate.engine.publish.run import Published
from qgate.engine.publish.subject import Subject
from qgate.errors import UsageError
from qgate.model.event import RunEvent, TargetEvent
from qgate.system.github.client import GitHub

TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
_API: Final = "https://api.github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was published, and in words why nothing was where there is nothing to publish."""

    published: tuple[Published, ...]
    reason: str = ""


def client_of(environ: Mapping[str, str], repository: str | None = None) -> GitHub:
    """The client for a repository, `owner/name`. Raises `UsageError`."""
    token = next((environ[name] for name in TOKENS if environ.get(name)), "")
    if not token:
        hint = "in a workflow: with: token: ${{ github.token }}; elsewhere set GITHUB_TOKEN"
        raise UsageError("there is no token to ask GitHub with", hint=hint)
    name = repository or environ.get("GITHUB_REPOSITORY", "")
    if name.count("/") != 1:
        said = f"{name!r} is no repository" if name else "no repository is named"
        raise UsageError(said, hint="name it: --repository OWNER/NAME")
    return GitHub(token=token, repository=name, url=environ.get("GITHUB_API_URL") or _API)


def of_event(
    client: GitHub,
    event: TargetEvent | RunEvent,
    environ: Mapping[str, str],
    *,
    is_dry: bool = False,
) -> Done:
    """Publish for every pull request that an event is about. Raises `Incomplete`."""
    reason = ""
    if isinstance(event, TargetEvent):
        subjects = subject.of_target(client, event)
    else:
        subjects, reason = subject.of_run(client, event)
    return _done(client, subjects, environ, reason=reason, is_dry=is_dry)


def of_number(
    client: GitHub, number: int, environ: Mapping[str, str], *, is_dry: bool = False
) -> Done:
    """Publish for one pull request that somebody named. Raises `Incomplete`."""
    return _done(client, subject.of_number(client, number), environ, is_dry=is_dry)


def _done(
    client: GitHub,
    subjects: tuple[Subject, ...],
    environ: Mapping[str, str],
    *,
    reason: str = "",
    is_dry: bool,
) -> Done:
    closed = [each.pull.number for each in subjects if not each.pull.is_open]
    if closed:
        reason = f"pull request {closed[0]} is closed"
    published = tuple(
        run.publish(client, each, is_dry=is_dry, link=_link(environ))
        for each in subjects
        if each.pull.is_open
    )
    return Done(published=published, reason=reason)


def _link(environ: Mapping[str, str]) -> str:
    """The page of this run, where it is one of GitHub Actions."""
    server, name = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    number = environ.get("GITHUB_RUN_ID")
    return f"{server}/{name}/actions/runs/{number}" if server and name and number else ""
