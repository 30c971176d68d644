"""Accounts and teams."""

from tests.support.github.operations import At, Json
from tests.support.github.state import Team, User, stamp


def user(at: At, account: User) -> Json:
    """An account in brief."""
    url = f"{at.base}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{at.site}/avatars/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{at.site}/{account.login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": account.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def named(at: At, login: str) -> Json:
    """The account with this name in brief; it is a mistake of the test if there is none."""
    account = at.state.user(login)
    if account is None:
        raise AssertionError(f"the state has no user {login}")
    return user(at, account)


def known(at: At, login: str | None) -> Json | None:
    """The account in brief, None where it is gone."""
    return named(at, login) if login is not None else None


def profile(at: At, account: User) -> Json:
    """An account at length, as everybody sees it."""
    nothing = ("name", "company", "blog", "location", "email", "hireable", "bio")
    numbers = ("public_repos", "public_gists", "followers", "following")
    return {
        **user(at, account),
        **dict.fromkeys(nothing),
        **dict.fromkeys(numbers, 0),
        "created_at": stamp(),
        "updated_at": stamp(),
    }


def organization(at: At) -> Json:
    """The repository's owner in brief."""
    repository = at.state.repository
    kind = "Organization" if repository.is_organization else "User"
    return user(at, User(login=repository.owner, id=repository.owner_id, type=kind))


def team(at: At, of: Team) -> Json:
    """A team in brief."""
    repository = at.state.repository
    url = f"{at.base}/organizations/{repository.owner_id}/team/{of.id}"
    return {
        "id": of.id,
        "node_id": f"T_{of.id}",
        "url": url,
        "html_url": f"{at.site}/orgs/{repository.owner}/teams/{of.slug}",
        "name": of.slug,
        "slug": of.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
    }


def permission(at: At, account: User) -> Json:
    """What an account may do in the repository."""
    order = ("none", "read", "triage", "write", "maintain", "admin")
    # Everybody can read what is public.
    is_public = account.permission == "none" and not at.state.repository.is_private
    role = "read" if is_public else account.permission
    level = order.index(role)
    legacy = {"triage": "read", "maintain": "write"}.get(role, role)
    may = {
        "pull": level >= order.index("read"),
        "triage": level >= order.index("triage"),
        "push": level >= order.index("write"),
        "maintain": level >= order.index("maintain"),
        "admin": level >= order.index("admin"),
    }
    return {
        "permission": legacy,
        "role_name": role,
        "user": {**user(at, account), "permissions": may, "role_name": role},
    }
