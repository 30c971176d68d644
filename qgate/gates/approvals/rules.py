"""Every rule id of the gate `approvals`; each has a text in rules/explain/approvals/."""

from enum import StrEnum


class Rule(StrEnum):
    """Rule ids. The part behind the slash of an incomplete gate is its reason."""

    MISSING = "approvals/missing"
    POLICY_MISSING = "approvals/policy-missing"
    POLICY_UNOWNED = "approvals/policy-unowned"
    POLICY_CHANGED = "approvals/policy-changed"

    INCOMPLETE_LIST = "approvals/incomplete-list"
    UNKNOWN_OWNER = "approvals/unknown-owner"

    @property
    def slug(self) -> str:
        """The part behind the slash."""
        return self.value.partition("/")[2]
