"""What is known of people: who is asked already, and who cannot be."""

import hashlib

from qgate.model.owners import Select, identity, is_email, is_team
from qgate.model.reviewers import Facts


def key(name: str) -> str:
    """A login with or without `@`, a team or an address, ready to be compared."""
    name = identity(name)
    return name if "@" in name or not name else f"@{name}"


class People:
    """The facts of a pull request, asked about one owner at a time."""

    def __init__(self, facts: Facts, select: Select) -> None:
        self._facts = facts
        self._select = select
        self._author = key(facts.author)
        self._excluded = set(map(key, select.exclude))
        self._bots = set(map(key, facts.bots))
        self._removed = set(map(key, facts.removed))
        self._without_access = set(map(key, facts.without_access))
        # The author can answer to reviews, and bots give them.
        nobody = {self._author, *self._bots}
        self._requested = set(map(key, facts.requested)) - nobody
        self._reviewed = set(map(key, facts.reviewed)) - nobody
        self._load = {key(name): load for name, load in facts.load.items()}
        self._members = {key(team): set(map(key, names)) for team, names in facts.members.items()}

    @property
    def engaged(self) -> set[str]:
        """The keys of those who are asked already or have reviewed."""
        return self._requested | self._reviewed

    def already(self, owner: str) -> str:
        """Why somebody need not be asked again; a team is there with one of its members."""
        name = key(owner)
        people = {name, *self._members.get(name, ())}
        if people & self._reviewed:
            return "has reviewed" if name in self._reviewed else "a member has reviewed"
        if people & self._requested:
            return "is asked already" if name in self._requested else "a member is asked already"
        return ""

    @property
    def nobody(self) -> str:
        """Why nobody at all is asked, empty if there is no such reason."""
        if self._facts.is_draft and not self._select.drafts:
            return "the pull request is a draft"
        if self._facts.action and self._facts.action not in self._select.events:
            return f"nobody is asked on the event {self._facts.action}"
        return ""

    def refusal(self, owner: str) -> str:
        """Why somebody cannot be asked, empty if they can."""
        name = key(owner)
        if name == self._author:
            return "is the author"
        if is_team(owner) and self._members.get(name) == {self._author}:
            return "the author is its only member"
        reasons = (
            (is_email(owner), "an e-mail address cannot be asked; name the account"),
            (name in self._bots, "is a bot"),
            (name in self._excluded, "is excluded by select.exclude"),
            (name in self._removed, "somebody took the request away"),
            (name in self._without_access, "cannot read the repository"),
            (bool(self.nobody), self.nobody),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def load(self, owner: str) -> int:
        """Open requests and recent reviews, 0 where nothing is known."""
        return self._load.get(key(owner), 0)

    def lot(self, owner: str) -> str:
        """A number as text that is drawn once for this person and pull request, the same always."""
        text = f"{self._facts.repository}#{self._facts.number}:{key(owner)}"
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
