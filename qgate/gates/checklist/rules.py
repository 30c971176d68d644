"""Every rule id of the gate `checklist`; each has a text in rules/explain/checklist/."""

from enum import StrEnum


class Rule(StrEnum):
    """Rule ids. The part behind the slash of an incomplete gate is its reason."""

    NO_LIST = "checklist/no-list"
    MISSING = "checklist/missing"
    OPEN = "checklist/open"
    NO_REASON = "checklist/without-reason"
    TWICE = "checklist/answered-twice"
    CONTRADICTION = "checklist/contradiction"
    REWORDED = "checklist/reworded"

    NO_TEMPLATE = "checklist/no-template"
    TOO_LONG = "checklist/too-long"

    @property
    def slug(self) -> str:
        """The part behind the slash."""
        return self.value.partition("/")[2]
