"""What the rule ids of all gates have in common."""

from enum import StrEnum


class RuleId(StrEnum):
    """A rule id, `GROUP/SLUG`. The slug of an incomplete gate is its reason."""

    @property
    def slug(self) -> str:
        """The part behind the slash."""
        return self.value.partition("/")[2]
