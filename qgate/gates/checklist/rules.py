"""Every rule id of the gate `checklist`; each has a text in rules/explain/checklist/."""

from qgate.gates.rule import RuleId


class Rule(RuleId):
    """Rule ids."""

    NO_LIST = "checklist/no-list"
    MISSING = "checklist/missing"
    OPEN = "checklist/open"
    NO_REASON = "checklist/without-reason"
    TWICE = "checklist/answered-twice"
    CONTRADICTION = "checklist/contradiction"
    REWORDED = "checklist/reworded"

    NO_TEMPLATE = "checklist/no-template"
    TOO_LONG = "checklist/too-long"
