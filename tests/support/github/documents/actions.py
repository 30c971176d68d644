"""Runs of GitHub Actions, what they left, and commit statuses."""

from tests.support.github import trees
from tests.support.github.documents import people, repository
from tests.support.github.operations import At, Json
from tests.support.github.state import Artifact, Run, Status, stamp


def run(at: At, of: Run) -> Json:
    """A run."""
    url = f"{at.repo}/actions/runs/{of.id}"
    addresses = {"jobs", "logs", "artifacts", "cancel", "rerun"}
    tree = trees.root_id(at.state.commits.get(of.head_sha, {}))
    return {
        "id": of.id,
        "name": "qgate",
        "node_id": f"WFR_{of.id}",
        "head_branch": of.head_branch,
        "head_sha": of.head_sha,
        "path": of.path,
        "display_title": "A change",
        "run_number": 1,
        "run_attempt": 1,
        "event": of.event,
        "status": "in_progress" if of.conclusion is None else "completed",
        "conclusion": of.conclusion,
        "workflow_id": 80,
        "url": url,
        "html_url": f"{at.repo_site}/actions/runs/{of.id}",
        **{f"{name}_url": f"{url}/{name}" for name in sorted(addresses)},
        "check_suite_url": f"{at.repo}/check-suites/81",
        "workflow_url": f"{at.repo}/actions/workflows/80",
        "pull_requests": [_pull(at, number) for number in of.pulls],
        "created_at": stamp(of.id),
        "updated_at": stamp(of.id),
        "head_commit": {
            "id": of.head_sha,
            "tree_id": tree,
            "message": "x",
            "timestamp": stamp(),
            "author": {"name": "Author", "email": "author@example.com"},
            "committer": {"name": "Author", "email": "author@example.com"},
        },
        "repository": repository.brief(at),
        "head_repository": repository.brief(at, of.head_owner),
    }


def _pull(at: At, number: int) -> Json:
    pull, own = at.state.pulls[number], at.state.repository
    where = {"id": own.id, "url": at.repo, "name": own.name}
    base = at.state.branches.get(pull.base_ref, "0" * 40)
    return {
        "id": 5000 + number,
        "number": number,
        "url": f"{at.repo}/pulls/{number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": where},
        "base": {"ref": pull.base_ref, "sha": base, "repo": where},
    }


def artifact(at: At, of: Artifact) -> Json:
    """What a run left."""
    url, own = f"{at.repo}/actions/artifacts/{of.id}", at.state.repository
    of_run = at.state.runs[of.run]
    is_fork = of_run.head_owner.lower() != own.owner.lower()
    return {
        "id": of.id,
        "node_id": f"A_{of.id}",
        "name": of.name,
        "size_in_bytes": len(of.data) if of.size is None else of.size,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": of.is_expired,
        "created_at": stamp(of.id),
        "expires_at": stamp(of.id + 90 * 86_400),
        "updated_at": stamp(of.id),
        "workflow_run": {
            "id": of.run,
            "repository_id": own.id,
            "head_repository_id": own.id + 1 if is_fork else own.id,
            "head_branch": of_run.head_branch,
            "head_sha": of_run.head_sha,
        },
    }


def simple_status(at: At, of: Status) -> Json:
    """A commit status in brief."""
    return {
        "url": f"{at.repo}/statuses/{of.sha}",
        "avatar_url": f"{at.site}/avatars/{of.id}",
        "id": of.id,
        "node_id": f"SC_{of.id}",
        "state": of.state,
        "description": of.description,
        "target_url": of.target_url,
        "context": of.context,
        "created_at": stamp(of.id),
        "updated_at": stamp(of.id),
    }


def status(at: At, of: Status) -> Json:
    """A commit status, and who set it."""
    return {**simple_status(at, of), "creator": people.named(at, of.login)}


def combined(at: At, sha: str, newest: list[Status]) -> Json:
    """What the statuses of a commit come to: the worst of each context's newest."""
    states = {each.state for each in newest}
    if states & {"failure", "error"}:
        state = "failure"
    else:
        state = "pending" if "pending" in states or not states else "success"
    return {
        "state": state,
        "statuses": [simple_status(at, each) for each in newest],
        "sha": sha,
        "total_count": len(newest),
        "repository": repository.brief(at),
        "commit_url": f"{at.repo}/commits/{sha}",
        "url": f"{at.repo}/commits/{sha}/status",
    }
