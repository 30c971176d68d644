"""States for tests, in a line or two."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Final

from tests.support.github.state import (
    Artifact,
    Comment,
    Entry,
    Event,
    File,
    Files,
    GitHubState,
    Pull,
    Review,
    Run,
    Team,
    Token,
    TokenKind,
    User,
)

# What the job that publishes has: GITHUB_TOKEN with the permissions of the generated workflow.
PUBLISHER: Final = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "write",
    "statuses": "write",
    "actions": "read",
}
TOKEN: Final = "ghs_loopback"  # noqa: S105 - it opens nothing but the double
BOT: Final = "github-actions[bot]"


def started(*logins: str, is_private: bool = True) -> GitHubState:
    """A repository `org/project` with an empty `main`, GITHUB_TOKEN, and these accounts."""
    state = GitHubState()
    state.repository.is_private = is_private
    state.tokens.append(Token(value=TOKEN, login=BOT, permissions=dict(PUBLISHER)))
    state.users[BOT] = User(login=BOT, id=41_898_282, type="Bot")
    for login in logins:
        add_user(state, login)
    push(state, {})
    return state


def add_user(state: GitHubState, login: str, permission: str = "write") -> User:
    """An account that may do so much in the repository."""
    user = User(login=login, id=state.new_id(), permission=permission)
    state.users[login] = user
    return user


def add_team(state: GitHubState, slug: str, *members: str) -> Team:
    """A team of these accounts, which are made if there are none."""
    for login in members:
        if state.user(login) is None:
            add_user(state, login)
    team = Team(slug=slug, id=state.new_id(), members=list(members))
    state.teams[slug] = team
    return team


def organization_token(state: GitHubState, value: str = "pat_loopback") -> Token:
    """A person's token that can read the organisation, in addition to the others."""
    login = "owner"
    if state.user(login) is None:
        add_user(state, login, "admin")
    may = {**PUBLISHER, "members": "read", "issues": "write"}
    token = Token(value=value, login=login, kind=TokenKind.FINE_GRAINED, permissions=may)
    state.tokens.append(token)
    return token


def commit(state: GitHubState, files: Mapping[str, Entry | str]) -> str:
    """A commit with exactly these files, as text, bytes, or mode and bytes; its id."""
    entries: Files = {
        path: entry.encode() if isinstance(entry, str) else entry for path, entry in files.items()
    }
    seed = f"{state.new_id()}{sorted(entries)}"
    sha = hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()
    state.commits[sha] = entries
    return sha


def push(state: GitHubState, files: Mapping[str, Entry | str], branch: str = "main") -> str:
    """The same, as the newest commit of a branch."""
    state.branches[branch] = commit(state, files)
    return state.branches[branch]


def open_pull(
    state: GitHubState,
    *names: str,
    author: str = "author",
    head_sha: str = "",
    fork: str = "",
) -> Pull:
    """An open pull request that changes these files, from a branch or from somebody's fork."""
    for login in filter(None, (author, fork)):
        if state.user(login) is None:
            add_user(state, login, "read" if fork else "write")
    pull = Pull(
        number=len(state.pulls) + 1,
        author=author,
        head_sha=head_sha or commit(state, {}),
        is_fork=bool(fork),
        head_owner=fork,
        files=[File(name=name) for name in names],
    )
    state.pulls[pull.number] = pull
    return pull


def review(
    state: GitHubState, pull: Pull, login: str | None, verdict: str = "APPROVED", commit: str = ""
) -> Review:
    """A review of the pull request's head, or of another commit."""
    made = Review(id=state.new_id(), login=login, state=verdict, commit=commit or pull.head_sha)
    pull.reviews.append(made)
    if login in pull.requested_users:
        pull.requested_users.remove(login)  # who has answered is not asked any more
    return made


def comment(state: GitHubState, pull: Pull, login: str | None, body: str) -> Comment:
    """A comment in the conversation."""
    made = Comment(id=state.new_id(), login=login, body=body)
    pull.comments.append(made)
    return made


def event(
    state: GitHubState, pull: Pull, kind: str, actor: str, *, reviewer: str = "", team: str = ""
) -> Event:
    """Something that happened, such as `review_request_removed`."""
    made = Event(id=state.new_id(), kind=kind, actor=actor, reviewer=reviewer, team=team)
    pull.events.append(made)
    return made


def run(state: GitHubState, pull: Pull, *, event: str = "pull_request") -> Run:
    """A finished run for the head of a pull request."""
    owner = pull.head_owner if pull.is_fork else state.repository.owner
    made = Run(
        id=state.new_id(),
        head_sha=pull.head_sha,
        event=event,
        head_branch=pull.head_ref,
        head_owner=owner,
        pulls=[] if pull.is_fork else [pull.number],
    )
    state.runs[made.id] = made
    return made


def artifact(
    state: GitHubState, run: Run, files: Mapping[str, bytes], name: str = "qgate-report"
) -> Artifact:
    """What a run left: these files in a zip."""
    made = Artifact(id=state.new_id(), run=run.id, name=name, data=zipped(files))
    state.artifacts[made.id] = made
    return made


def zipped(files: Mapping[str, bytes]) -> bytes:
    """These files in a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def encoded(document: object) -> bytes:
    """A document as JSON."""
    return json.dumps(document).encode()


def many_files(count: int) -> list[File]:
    """So many changed files."""
    return [File(name=f"src/f{number:04}.py") for number in range(count)]
