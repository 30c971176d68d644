"""Running the tests before judging, where the settings ask for it."""

import os
import tempfile
from collections.abc import Generator, Sequence

from qgate.config.settings import CoverageSettings
from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.coverage.rules import Rule
from qgate.system import environment
from qgate.system.job import Ended, How, Job, tail

_TAIL_LINES = 15


def run(
    context: GateContext, settings: CoverageSettings
) -> Generator[Sequence[Job], Sequence[Ended], int]:
    """Run `command` in the repository's root; when it started, as files made then are dated (ns).

    0 where there is no command. Raises `Incomplete` with the last lines of its output where it
    cannot be run, fails or takes too long: coverage of tests that fail proves nothing.
    """
    if settings.command is None:
        return 0
    context.watch.never("gates.coverage.command runs each time")
    with tempfile.TemporaryFile() as file:
        # The clock of files is coarser than Python's: a quick command's report could look older.
        started = os.fstat(file.fileno()).st_mtime_ns
    shown = " ".join(settings.command)
    job = Job(
        label=shown,
        argv=settings.command,
        cwd=context.repo.root,
        env=environment.without_repository(context.environ),
        timeout=float(settings.timeout),
        # Failures come on one stream, warnings on the other; people need both.
        joined=True,
        # Tests usually take longer than any linter.
        expected=float(settings.timeout),
    )
    (ended,) = yield [job]
    said = tail(ended, lines=_TAIL_LINES)
    match ended.how:
        case How.MISSING:
            message, hint = (
                f"cannot run {settings.command[0]}: {ended.error}",
                "install it, or mend gates.coverage.command",
            )
        case How.TIMED_OUT:
            message, hint = (
                f"{settings.command[0]} did not end within {settings.timeout} s",
                "mend what hangs, or raise gates.coverage.timeout",
            )
        case How.DEADLINE:
            message, hint = (
                f"{settings.command[0]} was ended because the whole run's time was over",
                "mend what hangs, or raise run.deadline",
            )
        case How.BY_ITSELF if ended.code:
            ending = f"signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
            message, hint = f"{shown} ended with {ending}", "mend the tests, then run qgate again"
        case _:
            return started
    raise Incomplete(Rule.COMMAND_FAILED.slug, f"{message}\n{said}".rstrip(), hint=hint)
