"""The repository, its commits and what git keeps in it."""

import base64
import textwrap
from typing import Final

from tests.support.github import trees
from tests.support.github.documents import people
from tests.support.github.operations import At, Json
from tests.support.github.state import Files, stamp

# Addresses of a repository that are its own address with something behind it.
_LINKS: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_COUNTS: Final = (
    "forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size",
    "open_issues", "open_issues_count",
)  # fmt: skip


def brief(at: At, owner: str = "") -> Json:
    """The repository as runs and statuses name it, or the fork of another account."""
    repository = at.state.repository
    is_fork = bool(owner) and owner.lower() != repository.owner.lower()
    full = f"{owner}/{repository.name}" if is_fork else repository.full_name
    url = f"{at.base}/repos/{full}"
    number = repository.id + 1 if is_fork else repository.id
    return {
        "id": number,
        "node_id": f"R_{number}",
        "name": repository.name,
        "full_name": full,
        "owner": people.named(at, owner) if is_fork else people.organization(at),
        "private": repository.is_private,
        "html_url": f"{at.site}/{full}",
        "description": None,
        "fork": is_fork,
        "url": url,
        **{name: url + rest for name, rest in _LINKS.items()},
    }


def usual(at: At, owner: str = "") -> Json:
    """The repository as pull requests show it."""
    document = brief(at, owner)
    full, repository = document["full_name"], at.state.repository
    return {
        **document,
        **dict.fromkeys(_COUNTS, 0),
        "license": None,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "git_url": f"{at.site}/{full}.git",
        "ssh_url": f"{at.site}/{full}.git",
        "clone_url": f"{at.site}/{full}.git",
        "svn_url": f"{at.site}/{full}",
        "default_branch": repository.default_branch,
        "has_pages": False,
        "disabled": False,
        "pushed_at": stamp(),
        "created_at": stamp(),
        "updated_at": stamp(),
        "visibility": "private" if repository.is_private else "public",
    }


def full(at: At) -> Json:
    """The repository by itself."""
    switches = ("has_issues", "has_projects", "has_wiki", "has_discussions", "archived")
    counts = ("subscribers_count", "network_count")
    return {**usual(at), **dict.fromkeys(switches, False), **dict.fromkeys(counts, 0)}


def commit(at: At, sha: str) -> Json:
    """A commit."""
    tree = trees.root_id(at.state.commits.get(sha, {}))
    person = {"name": "Author", "email": "author@example.com", "date": stamp()}
    return {
        "url": f"{at.repo}/commits/{sha}",
        "sha": sha,
        "node_id": f"C_{sha}",
        "html_url": f"{at.repo_site}/commit/{sha}",
        "comments_url": f"{at.repo}/commits/{sha}/comments",
        "commit": {
            "url": f"{at.repo}/git/commits/{sha}",
            "author": person,
            "committer": person,
            "message": "x",
            "comment_count": 0,
            "tree": {"sha": tree, "url": f"{at.repo}/git/trees/{tree}"},
        },
        "author": None,
        "committer": None,
        "parents": [],
    }


def branch(at: At, name: str) -> Json:
    """A branch without protection."""
    url = f"{at.repo}/branches/{name}"
    return {
        "name": name,
        "commit": commit(at, at.state.branches[name]),
        "_links": {"self": url, "html": f"{at.repo_site}/tree/{name}"},
        "protected": False,
        "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    }


def ref(at: At, name: str) -> Json:
    """A branch as git knows it."""
    sha = at.state.branches[name]
    return {
        "ref": f"refs/heads/{name}",
        "node_id": f"REF_{name}",
        "url": f"{at.repo}/git/refs/heads/{name}",
        "object": {"type": "commit", "sha": sha, "url": f"{at.repo}/git/commits/{sha}"},
    }


def tree(at: At, sha: str, files: Files, *, below: str = "", is_deep: bool = False) -> Json:
    """A folder; with everything below it if `is_deep`."""
    start = f"{below}/" if below else ""
    nodes = [node for node in trees.walk(files) if node.path.startswith(start)]
    if not is_deep:
        nodes = [node for node in nodes if "/" not in node.path.removeprefix(start)]
    limit = at.state.tree_limit
    shown = [_entry(at, node, start) for node in nodes[:limit]]
    url = f"{at.repo}/git/trees/{sha}"
    return {"sha": sha, "url": url, "tree": shown, "truncated": len(nodes) > limit}


def _entry(at: At, node: trees.Node, start: str) -> Json:
    entry: Json = {
        "path": node.path.removeprefix(start),
        "mode": node.mode,
        "type": node.kind,
        "sha": node.sha,
    }
    if node.data is not None:
        entry["size"] = len(node.data)
    if node.kind != "commit":
        entry["url"] = f"{at.repo}/git/{node.kind}s/{node.sha}"
    return entry


def blob(at: At, sha: str, data: bytes) -> Json:
    """A file, in base64 with a newline after every 60 characters."""
    text = base64.b64encode(data).decode()
    return {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(data),
        "url": f"{at.repo}/git/blobs/{sha}",
        "content": "".join(f"{line}\n" for line in textwrap.wrap(text, 60)),
        "encoding": "base64",
    }
