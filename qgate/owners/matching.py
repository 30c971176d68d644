"""What the rules say of a path: the owners' rule that wins, and every requirement and notice."""

from qgate.model.owners import OwnerRule, Requirement, ReviewRules
from qgate.model.reviewers import Owned
from qgate.parse.path_index import PathIndex, PathSet


class Matcher:
    """Rules ready to be asked about many paths. Their patterns must have been checked."""

    def __init__(self, rules: ReviewRules) -> None:
        self._rules = rules
        self._owners = PathIndex([each.pattern for each in rules.owners])
        self._require = PathIndex([each.pattern for each in rules.require])
        self._notify = PathIndex([each.pattern for each in rules.notify])
        self._except = [PathSet(each.except_) for each in rules.require]

    def winner(self, path: str) -> OwnerRule | None:
        """The last rule about owners that matches."""
        number = self._owners.last(path)
        return None if number is None else self._rules.owners[number]

    def of(self, path: str) -> Owned:
        """Everything about one path."""
        rules = tuple(self._rules.owners[number] for number in self._owners.all(path))
        return Owned(
            path=path,
            rule=rules[-1] if rules else None,
            overridden=rules[:-1],
            require=self._requirements(path),
            notify=tuple(self._rules.notify[number] for number in self._notify.all(path)),
        )

    def _requirements(self, path: str) -> tuple[Requirement, ...]:
        return tuple(
            self._rules.require[number]
            for number in self._require.all(path)
            if path not in self._except[number]
        )
