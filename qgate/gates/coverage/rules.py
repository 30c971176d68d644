"""Every rule id that the coverage gate can utter; each has a text in rules/explain/coverage/."""

from qgate.gates.rule import RuleId


class Rule(RuleId):
    """Rule ids."""

    UNCOVERED = "coverage/uncovered"
    PARTIAL = "coverage/partial"
    UNMEASURED = "coverage/unmeasured"
    DEAD_SOURCE = "coverage/dead-source"
    EXCLUDED = "coverage/excluded"
    TOO_MANY_EXCLUDED = "coverage/too-many-excluded"
    TOO_MANY_MISSING = "coverage/too-many-missing"
    FILE_BELOW_MINIMUM = "coverage/file-below-minimum"
    BRANCHES_BELOW_MINIMUM = "coverage/branches-below-minimum"

    NO_REPORT = "coverage/no-report"
    UNREADABLE_REPORT = "coverage/unreadable-report"
    EMPTY_REPORT = "coverage/empty-report"
    MISSING_SHARD = "coverage/missing-shard"
    FOREIGN_REPORT = "coverage/foreign-report"
    STALE_REPORT = "coverage/stale-report"
    AMBIGUOUS_PATH = "coverage/ambiguous-path"
    CONFLICTING_REPORTS = "coverage/conflicting-reports"
    NO_BRANCH_DATA = "coverage/no-branch-data"
    NO_COVERAGE_CONFIG = "coverage/no-coverage-config"
    UNPARSABLE_SOURCE = "coverage/unparsable-source"
    UNREADABLE_SOURCE = "coverage/unreadable-source"
    COMMAND_FAILED = "coverage/command-failed"
