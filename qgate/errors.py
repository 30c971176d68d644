"""The error tree: every error knows its exit code and the next step to take.

The codes are those of docs/reference/exit-codes.md. A red gate is a value
(`qgate.model.report.GateResult`), never an exception; only "could not run" is raised.
"""

from typing import ClassVar, Final

EXIT_PASSED: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INCOMPLETE: Final = 3
EXIT_BUG: Final = 4
EXIT_INTERRUPTED: Final = 130
EXIT_TERMINATED: Final = 143


class QgateError(Exception):
    """Anything qgate says no to, with a hint on how to go on.

    `message` is one sentence on what is wrong, `hint` one on what to do about it.
    """

    exit_code: ClassVar[int] = EXIT_BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(QgateError):
    """The call itself is wrong: flags, the folder, a file that cannot be written."""

    exit_code = EXIT_USAGE


class SettingsError(UsageError):
    """The settings are wrong. Carries every problem found, not only the first."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(
            "\n".join(problems),
            hint="docs/reference/ in the repository of qgate: settings.md describes every setting, "
            "reviewers.md rules about reviewers, tools.md every field of a tool",
        )
        self.problems = problems


class Incomplete(QgateError):
    """Could not judge. Never a pass and never a fail (exit code 3).

    `reason` is the last part of a rule id that `qgate explain` knows, such as
    `stale-report` in `coverage/stale-report`; `path` names the file at fault, if one is.
    """

    exit_code = EXIT_INCOMPLETE

    def __init__(self, reason: str, message: str, *, hint: str = "", path: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.path = path


class MalformedReport(QgateError):
    """A parser could not read a coverage report; the gate turns it into `Incomplete`."""

    exit_code = EXIT_INCOMPLETE


class MalformedOutput(QgateError):
    """A parser could not read what a tool printed; the gate turns it into `Incomplete`."""

    exit_code = EXIT_INCOMPLETE


class MalformedDependencies(QgateError):
    """A parser could not read a dependency file; the gate turns it into `Incomplete`."""

    exit_code = EXIT_INCOMPLETE
