"""Every rule id that these gates utter in their own name; rules/explain/tools/ has the texts.

What a tool finds has the rule id GATE/CODE, such as `lint/F401` or `audit/GHSA-xxxx-xxxx-xxxx`.
"""

from typing import Final

from qgate.gates.rule import RuleId

AUDIT: Final = "audit"  # the gate whose older findings are shown, as warnings


class Rule(RuleId):
    """Rule ids."""

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
