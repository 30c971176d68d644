"""Every rule id that these gates utter in their own name; rules/explain/tools/ has the texts.

What a tool finds has the rule id GATE/CODE, such as `lint/F401` or `audit/GHSA-xxxx-xxxx-xxxx`.
"""

from enum import StrEnum
from typing import Final

AUDIT: Final = "audit"  # the gate whose older findings are shown, as warnings


class Rule(StrEnum):
    """Rule ids. The part behind the slash of an incomplete gate is its reason."""

    MISSING_TOOL = "tools/missing-tool"
    CRASHED = "tools/crashed"
    UNREADABLE_OUTPUT = "tools/unreadable-output"
    TOO_MUCH_OUTPUT = "tools/too-much-output"
    TIMED_OUT = "tools/timed-out"
    NOT_JUDGED = "tools/not-judged"
    BASE_NOT_CHECKED = "tools/base-not-checked"
    UNREADABLE_DEPENDENCIES = "tools/unreadable-dependencies"
    NO_ROOM = "tools/no-room"
    NO_GIT = "tools/no-git"
    GIT_FAILED = "tools/git-failed"
    NOT_AUDITED = "audit/not-audited"

    @property
    def slug(self) -> str:
        """The part behind the slash."""
        return self.value.partition("/")[2]
