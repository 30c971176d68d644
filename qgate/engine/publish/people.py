"""What GitHub knows of the people behind owners: accounts, members of teams, who may read.

Each is asked about once. What the token may not see is unknown, and unknown is never an approval.
"""

from collections.abc import Iterable

from qgate.model.owners import distinct, identity, is_email, is_team
from qgate.model.pull_request import Account
from qgate.system.github.client import GitHub
from qgate.system.github.errors import Denied, Missing


class People:
    """The accounts behind owners, remembered; `notices` says what could not be seen."""

    def __init__(self, client: GitHub) -> None:
        self._client = client
        self._known: dict[str, tuple[Account, ...] | None] = {}
        self.notices: list[str] = []

    def behind(self, owner: str) -> tuple[Account, ...] | None:
        """The account of a login, the members of a team; None where nobody can be known."""
        key = identity(owner)
        if key not in self._known:
            self._known[key] = self._ask(owner)
        return self._known[key]

    def accounts(self, owners: Iterable[str]) -> dict[str, frozenset[int]]:
        """The ids behind each owner that is known, by the owner's identity."""
        found = {identity(owner): self.behind(owner) for owner in distinct(owners)}
        return {
            key: frozenset(each.id for each in accounts if each.id)
            for key, accounts in found.items()
            if accounts is not None
        }

    def members(self, owners: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The logins of each team among these that can be seen."""
        teams = {team: self.behind(team) for team in distinct(owners) if is_team(team)}
        return {
            team: tuple(each.login for each in accounts)
            for team, accounts in teams.items()
            if accounts is not None
        }

    def _ask(self, owner: str) -> tuple[Account, ...] | None:
        if is_email(owner):
            return None
        try:
            if is_team(owner):
                return self._client.team_members(owner)
            return (self._client.account(owner.removeprefix("@")),)
        except (Denied, Missing):
            what = "the members of the team cannot be seen" if is_team(owner) else "no such account"
            self.notices.append(f"{owner}: {what}")
            return None
