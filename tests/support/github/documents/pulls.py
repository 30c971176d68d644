"""Pull requests and what hangs on them."""

from tests.support.github import trees
from tests.support.github.documents import people, repository
from tests.support.github.operations import At, Json
from tests.support.github.state import Comment, Event, File, Pull, Review, stamp


def brief(at: At, pull: Pull) -> Json:
    """A pull request as lists show it."""
    url, issue = f"{at.repo}/pulls/{pull.number}", f"{at.repo}/issues/{pull.number}"
    site = f"{at.repo_site}/pull/{pull.number}"
    urls = {
        "comments": f"{issue}/comments",
        "commits": f"{url}/commits",
        "statuses": f"{at.repo}/statuses/{pull.head_sha}",
        "html": site,
        "issue": issue,
        "review_comments": f"{url}/comments",
        "review_comment": f"{at.repo}/pulls/comments{{/number}}",
        "self": url,
    }
    return {
        "url": url,
        "id": 5000 + pull.number,
        "node_id": f"PR_{pull.number}",
        "diff_url": f"{site}.diff",
        "patch_url": f"{site}.patch",
        **{f"{name}_url": address for name, address in urls.items() if name != "self"},
        "number": pull.number,
        "state": "open" if pull.is_open else "closed",
        "locked": pull.is_locked,
        "draft": pull.is_draft,
        "title": pull.title,
        "body": pull.body,
        "user": people.named(at, pull.author),
        "labels": [label(at, name) for name in pull.labels],
        "milestone": None,
        "assignees": [],
        "requested_reviewers": [people.named(at, name) for name in pull.requested_users],
        "requested_teams": requested_teams(at, pull),
        "created_at": stamp(),
        "updated_at": stamp(),
        "closed_at": None if pull.is_open else stamp(pull.closed),
        "merged_at": None,
        "author_association": "CONTRIBUTOR",
        "auto_merge": None,
        "head": head(at, pull),
        "base": base(at, pull),
        "_links": {name: {"href": address} for name, address in urls.items()},
    }


def full(at: At, pull: Pull) -> Json:
    """A pull request by itself."""
    counted = len(pull.files) if pull.changed_files is None else pull.changed_files
    teams = [{k: v for k, v in each.items() if k != "parent"} for each in requested_teams(at, pull)]
    return {
        **brief(at, pull),
        "requested_teams": teams,
        "merged": False,
        "mergeable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "comments": len(pull.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": sum(file.additions for file in pull.files),
        "deletions": sum(file.deletions for file in pull.files),
        "changed_files": counted,
    }


def requested_teams(at: At, pull: Pull) -> list[Json]:
    """The teams that a review was requested from."""
    teams = [at.state.teams[slug] for slug in pull.requested_teams]
    return [{**people.team(at, team), "parent": None} for team in teams]


def requested(at: At, pull: Pull) -> Json:
    """Whom a review was requested from."""
    users = [people.named(at, login) for login in pull.requested_users]
    return {"users": users, "teams": requested_teams(at, pull)}


def label(at: At, name: str) -> Json:
    """A label."""
    return {
        "id": 6000 + sum(name.encode()),
        "node_id": f"L_{name}",
        "url": f"{at.repo}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
        "archived_by": None,
    }


def head(at: At, pull: Pull) -> Json:
    """Where a pull request comes from; a fork that is gone has no repository."""
    owner = head_owner(at, pull)
    if not owner:
        gone = {"label": f"unknown:{pull.head_ref}", "repo": None, "user": None}
        return {**gone, "ref": pull.head_ref, "sha": pull.head_sha}
    is_own = owner == at.state.repository.owner
    return {
        "label": f"{owner}:{pull.head_ref}",
        "ref": pull.head_ref,
        "sha": pull.head_sha,
        "user": people.organization(at) if is_own else people.named(at, owner),
        "repo": repository.usual(at, owner),
    }


def head_owner(at: At, pull: Pull) -> str:
    """The owner of the branch; empty for a fork that is gone."""
    return pull.head_owner if pull.is_fork else at.state.repository.owner


def base(at: At, pull: Pull) -> Json:
    """Where it goes."""
    owner = at.state.repository.owner
    return {
        "label": f"{owner}:{pull.base_ref}",
        "ref": pull.base_ref,
        "sha": at.state.branches.get(pull.base_ref, "0" * 40),
        "user": people.organization(at),
        "repo": repository.usual(at),
    }


def file(at: At, pull: Pull, of: File) -> Json:
    """A file of a pull request."""
    sha = trees.blob_id(of.name.encode())
    document: Json = {
        "sha": sha,
        "filename": of.name,
        "status": of.status,
        "additions": of.additions,
        "deletions": of.deletions,
        "changes": of.additions + of.deletions,
        "blob_url": f"{at.repo_site}/blob/{pull.head_sha}/{of.name}",
        "raw_url": f"{at.repo_site}/raw/{pull.head_sha}/{of.name}",
        "contents_url": f"{at.repo}/contents/{of.name}?ref={pull.head_sha}",
    }
    if of.previous:
        document["previous_filename"] = of.previous
    return document


def review(at: At, pull: Pull, of: Review) -> Json:
    """A review; one that is not handed in has no time."""
    url = f"{at.repo}/pulls/{pull.number}"
    site = f"{at.repo_site}/pull/{pull.number}#pullrequestreview-{of.id}"
    document: Json = {
        "id": of.id,
        "node_id": f"PRR_{of.id}",
        "user": people.known(at, of.login),
        "body": of.body,
        "state": of.state,
        "html_url": site,
        "pull_request_url": url,
        "author_association": "MEMBER",
        "_links": {"html": {"href": site}, "pull_request": {"href": url}},
        "commit_id": of.commit or None,
    }
    if of.state != "PENDING":
        document["submitted_at"] = stamp(of.id)
    return document


def event(at: At, of: Event) -> Json:
    """Something that happened to a pull request."""
    document: Json = {
        "id": of.id,
        "node_id": f"EV_{of.id}",
        "url": f"{at.repo}/issues/events/{of.id}",
        "actor": people.named(at, of.actor),
        "event": of.kind,
        "commit_id": None,
        "commit_url": None,
        "created_at": stamp(of.id),
        "performed_via_github_app": None,
    }
    if of.kind.startswith("review_request"):
        document["review_requester"] = document["actor"]
    if of.reviewer:
        document["requested_reviewer"] = people.named(at, of.reviewer)
    if of.team:
        document["requested_team"] = {**people.team(at, at.state.teams[of.team]), "parent": None}
    return document


def comment(at: At, pull: Pull, of: Comment) -> Json:
    """A comment in the conversation."""
    return {
        "id": of.id,
        "node_id": f"IC_{of.id}",
        "url": f"{at.repo}/issues/comments/{of.id}",
        "html_url": f"{at.repo_site}/pull/{pull.number}#issuecomment-{of.id}",
        "issue_url": f"{at.repo}/issues/{pull.number}",
        "user": people.known(at, of.login),
        "created_at": stamp(of.id),
        "updated_at": stamp(of.id),
        "author_association": "NONE",
        "body": of.body,
        "performed_via_github_app": None,
    }
