"""Every rule id of the gate `approvals`; each has a text in rules/explain/approvals/."""

from qgate.gates.rule import RuleId


class Rule(RuleId):
    """Rule ids."""

    MISSING = "approvals/missing"
    POLICY_MISSING = "approvals/policy-missing"
    POLICY_UNOWNED = "approvals/policy-unowned"
    POLICY_CHANGED = "approvals/policy-changed"

    INCOMPLETE_LIST = "approvals/incomplete-list"
    UNKNOWN_OWNER = "approvals/unknown-owner"
