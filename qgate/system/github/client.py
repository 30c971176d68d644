"""GitHub as qgate asks it. What each method needs stands in docs/reference/github.md.

Every method may raise `Denied`, `Missing` and `Rejected` (`errors`), and `Incomplete` where nothing
is known: unreachable, rate-limited, or an answer of the wrong shape.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from qgate.model.pull_request import (
    MOST_FILES,
    MOST_REVIEWERS,
    Account,
    Artifact,
    Comment,
    CommitState,
    FileList,
    History,
    Others,
    PullRequest,
    Review,
    WorkflowRun,
)
from qgate.system.github import people, shapes, shapes_of_actions
from qgate.system.github.addresses import commit_id, repository_of, segment
from qgate.system.github.api import Api
from qgate.system.github.errors import Denied, Missing, unreachable
from qgate.system.github.listing import every, malformed, one, shaped, wrapped
from qgate.system.github.patience import Patience
from qgate.system.github.trees import Trees

_ACTIONS: Final = "github-actions[bot]"
_MOST_DESCRIPTION: Final = 140
_FORBIDDEN: Final = 403


class GitHub:
    """One repository on GitHub. `url` is the API's, as in `GITHUB_API_URL`.

    Raises `UsageError` for a token, a repository or an address that cannot be one.
    """

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        url: str = "https://api.github.com",
        patience: Patience | None = None,
    ) -> None:
        self.repository = repository_of(repository)
        self._owner = repository.partition("/")[0]
        self._path = f"/repos/{repository}"
        self._api = Api(token, url, patience or Patience())
        self._me = ""
        self._known: Trees | None = None

    def __repr__(self) -> str:
        return f"GitHub({self.repository!r})"

    def me(self) -> str:
        """The login that we write under. An installation's token may not ask for it."""
        if not self._me:
            try:
                self._me = one(self._api, "/user", "who we are", shapes.Login).login
            except Denied as error:
                if error.status != _FORBIDDEN:
                    raise
                self._me = _ACTIONS
        return self._me

    def pull(self, number: int) -> PullRequest:
        """A pull request."""
        what = f"pull request {number}"
        return one(self._api, f"{self._path}/pulls/{number:d}", what, shapes.Pull).value()

    def open_pulls_with_head(self, owner: str, branch: str, sha: str) -> tuple[int, ...]:
        """The numbers of the open pull requests from a branch whose head is that commit.

        Without an owner: of those whose fork is gone.
        """
        what = f"open pull requests of {owner}:{branch}"
        # GitHub takes no notice of a head without its owner, and lists them all.
        wanted = {"head": f"{owner}:{branch}"} if owner else {}
        pulls = self._pulls(what, state="open", **wanted)
        return tuple(
            each.number
            for each in pulls
            if each.head.sha == sha
            and each.head.ref == branch
            and (owner or each.head.repo is None)
        )

    def others(self, pull: PullRequest) -> Others:
        """Other pull requests with the same head. GitHub cannot be asked for them by a commit.

        Where the fork is gone, the closed ones are not known.
        """
        found = self._pulls("the open pull requests", state="open")
        is_open = any(_is_other(each, pull) for each in found)
        if not pull.head_owner:
            return Others(is_open=is_open)
        head = f"{pull.head_owner}:{pull.head_ref}"
        found = self._pulls(f"closed pull requests of {head}", state="closed", head=head)
        closed = (each.closed_at for each in found if _is_other(each, pull))
        return Others(is_open=is_open, closed=max(filter(None, closed), default=None))

    def _pulls(self, what: str, **wanted: str) -> tuple[shapes.BriefPull, ...]:
        path = f"{self._path}/pulls"
        return every(self._api, path, what, shapes.BriefPull, lambda each: each.number, **wanted)

    def branch_sha(self, name: str) -> str:
        """The commit of a branch."""
        what = f"branch {name}"
        path = f"{self._path}/git/ref/heads/{segment(name)}"
        found = one(self._api, path, what, shapes.Reference)
        if found.ref != f"refs/heads/{name}" or found.object.type != "commit":
            raise unreachable(what, "GitHub told of another one")
        return found.object.sha

    def files(self, pull: PullRequest) -> FileList:
        """The files. At 3,000 GitHub stops and does not say so."""
        what = f"the files of pull request {pull.number}"
        path = f"{self._path}/pulls/{pull.number:d}/files"
        found = every(self._api, path, what, shapes.File, lambda each: each.filename)
        try:
            files = tuple(each.value() for each in found)
        except shapes.MalformedAnswer as error:
            raise malformed(what, error) from None
        is_complete = len(files) == pull.changed_files and len(files) < MOST_FILES
        return FileList(files=files, is_complete=is_complete)

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Reviews that were given, oldest first. An account that is gone has the id 0."""
        what = f"the reviews of pull request {number}"
        path = f"{self._path}/pulls/{number:d}/reviews"
        found = every(self._api, path, what, shapes.Review, lambda each: each.id)
        try:
            return tuple(each.value() for each in found if not each.is_pending)
        except shapes.MalformedAnswer as error:
            raise malformed(what, error) from None

    def requested(self, number: int) -> tuple[str, ...]:
        """Who is asked for a review: `@login`, `@org/team`."""
        what = f"the reviewers of pull request {number}"
        path = f"{self._path}/pulls/{number:d}/requested_reviewers"
        found = one(self._api, path, what, shapes.Requested)
        teams = (f"@{self._owner}/{each.slug}" for each in found.teams)
        return (*(f"@{each.login}" for each in found.users), *teams)

    def load(self) -> dict[str, int]:
        """How many open pull requests wait for a login, of the hundred that were touched last."""
        what = "the open pull requests"
        pulls = one(
            self._api,
            f"{self._path}/pulls",
            what,
            list[shapes.BusyPull],
            state="open",
            sort="updated",
            direction="desc",
            per_page=100,
        )
        return Counter(each.login for pull in pulls for each in pull.requested_reviewers or ())

    def history(self, number: int) -> History:
        """Whose request a person took away last, and when it last got another base."""
        what = f"the events of pull request {number}"
        path = f"{self._path}/issues/{number:d}/events"
        events = every(self._api, path, what, shapes.Event, lambda each: each.id)
        return History(
            removed=people.removed(events, self._owner, self.me()), based=people.based(events)
        )

    def request_reviewers(self, number: int, users: Sequence[str], teams: Sequence[str]) -> None:
        """Ask for reviews, at most 15 in one call; one bad name fails the call (`Rejected`)."""
        if len(users) + len(teams) > MOST_REVIEWERS:
            raise ValueError(f"at most {MOST_REVIEWERS} reviewers in one request")
        body = {
            "reviewers": [each.removeprefix("@") for each in users],
            "team_reviewers": [each.rpartition("/")[2].removeprefix("@") for each in teams],
        }
        path = f"{self._path}/pulls/{number:d}/requested_reviewers"
        what = f"asking reviewers of pull request {number}"
        shaped(self._api.write("POST", path, what, body), shapes.BriefPull, what)

    def team_members(self, team: str) -> tuple[Account, ...]:
        """The members of `@org/slug`."""
        organization, slug = people.team(team)
        path = f"/orgs/{segment(organization)}/teams/{segment(slug)}/members"
        what = f"the members of {team}"
        found = every(self._api, path, what, shapes.User, lambda each: each.id)
        return tuple(each.account() for each in found)

    def account(self, login: str) -> Account:
        """The account of a login."""
        login = login.removeprefix("@")
        path, what = f"/users/{segment(login)}", f"the account {login}"
        return one(self._api, path, what, shapes.User).account()

    def files_at(self, sha: str, names: Sequence[str], folders: Sequence[str]) -> dict[str, bytes]:
        """Regular files of a commit by name, and all below some folders; what is not there lacks.

        At most 500 files, 4 MiB each, 32 MiB together; `Incomplete` beyond that.
        """
        return self._trees(sha).files(names, folders)

    def names_at(self, sha: str, folder: str) -> frozenset[str]:
        """The paths of the regular files below a folder of a commit: no file is read."""
        return self._trees(sha).names(folder)

    def _trees(self, sha: str) -> Trees:
        if self._known is None or self._known.sha != sha:
            self._known = Trees(self._api, self._path, commit_id(sha))
        return self._known

    def run(self, id: int) -> WorkflowRun:  # noqa: A002 - GitHub's word
        """A run of a workflow."""
        what = f"run {id}"
        return one(
            self._api, f"{self._path}/actions/runs/{id:d}", what, shapes_of_actions.Run
        ).value()

    def runs_of(self, sha: str) -> tuple[WorkflowRun, ...]:
        """All runs for a commit, newest first."""
        found = wrapped(
            self._api,
            f"{self._path}/actions/runs",
            f"the runs of commit {sha[:12]}",
            shapes_of_actions.Runs,
            head_sha=commit_id(sha),
        )
        newest = sorted(found, key=lambda each: each.id, reverse=True)
        return tuple(each.value() for each in newest)

    def artifacts(self, run: int) -> tuple[Artifact, ...]:
        """What a run left."""
        path = f"{self._path}/actions/runs/{run:d}/artifacts"
        found = wrapped(self._api, path, f"the artifacts of run {run}", shapes_of_actions.Packages)
        return tuple(each.value() for each in found)

    def download(self, artifact: Artifact, most: int) -> bytes:
        """The zip of an artifact, at most so many bytes; its store never sees the token."""
        what = f"artifact {artifact.id}"
        if artifact.size > most:
            raise unreachable(what, f"it is larger than {most:,} bytes")
        path = f"{self._path}/actions/artifacts/{artifact.id:d}/zip"
        return self._api.download(path, what, most)

    def comments(self, number: int) -> tuple[Comment, ...]:
        """The comments in the conversation, oldest first."""
        what = f"the comments of pull request {number}"
        path = f"{self._path}/issues/{number:d}/comments"
        found = every(self._api, path, what, shapes.Remark, lambda each: each.id)
        return tuple(each.value() for each in found)

    def create_comment(self, number: int, body: str) -> int:
        """Write a comment; gives its id. `Incomplete` may mean that it was written after all."""
        what = f"a comment on pull request {number}"
        path = f"{self._path}/issues/{number:d}/comments"
        answer = self._api.write("POST", path, what, {"body": body})
        return shaped(answer, shapes.Made, what).id

    def edit_comment(self, id: int, body: str) -> None:  # noqa: A002 - GitHub's word
        """Replace a comment's text."""
        path, what = f"{self._path}/issues/comments/{id:d}", f"editing comment {id}"
        shaped(self._api.write("PATCH", path, what, {"body": body}), shapes.Made, what)

    def delete_comment(self, id: int) -> None:  # noqa: A002 - GitHub's word
        """Take a comment away."""
        path, what = f"{self._path}/issues/comments/{id:d}", f"deleting comment {id}"
        shaped(self._api.write("DELETE", path, what), type(None), what)

    def set_status(
        self, sha: str, state: CommitState, context: str, description: str, url: str = ""
    ) -> None:
        """Set a commit's status. The description is cut at 140 characters."""
        body = {"state": str(state), "context": context, "description": _short(description)}
        path = f"{self._path}/statuses/{commit_id(sha)}"
        what = f"the status of commit {sha[:12]}"
        answer = self._api.write("POST", path, what, {**body, "target_url": url} if url else body)
        shaped(answer, shapes.Made, what)

    def unreadable(self, logins: Sequence[str]) -> tuple[str, ...]:
        """Those who certainly cannot read the repository; whoever cannot be asked about is not."""
        found = []
        for login in logins:
            what = f"what {login} may do here"
            try:
                name = segment(login.removeprefix("@"))
                path = f"{self._path}/collaborators/{name}/permission"
                level = one(self._api, path, what, shapes.Level)
            except Missing:
                continue
            except Denied:
                break
            found += [login] * (level.permission == "none")
        return tuple(found)


def _is_other(each: shapes.BriefPull, pull: PullRequest) -> bool:
    return each.number != pull.number and each.head.sha == pull.head_sha


def _short(text: str) -> str:
    return text if len(text) <= _MOST_DESCRIPTION else f"{text[: _MOST_DESCRIPTION - 1]}…"
