"""Running the tests before judging, where the settings ask for it."""

import tempfile
from pathlib import Path
from typing import Final

from qgate.config.settings import CoverageSettings
from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.coverage.rules import Rule
from qgate.system import process

_EVERY_SECONDS: Final = 1.0
_TAIL_LINES: Final = 15
_TAIL_BYTES: Final = 1 << 16


def run(context: GateContext, settings: CoverageSettings) -> int:
    """Run `command` in the repository's root; when it started, as files made then are dated (ns).

    0 where there is no command. Raises `Incomplete` with the last lines of its output where it
    cannot be run, fails or takes too long: coverage of tests that fail proves nothing.
    """
    if settings.command is None:
        return 0
    shown = " ".join(settings.command)
    with tempfile.TemporaryDirectory(prefix="qgate-") as folder:
        log = Path(folder, "output")
        # The clock of files is coarser than Python's: a quick command's report could look older.
        log.touch()
        started = log.stat().st_mtime_ns
        try:
            code = process.run_watched(
                settings.command,
                cwd=context.repo.root,
                env=context.environ,
                timeout=float(settings.timeout),
                log=log,
                every=_EVERY_SECONDS,
                tick=lambda seconds: context.progress(f"running {shown}", round(seconds)),
            )
        except process.ProgramMissing as error:
            hint = "install it, or mend gates.coverage.command"
            raise Incomplete(Rule.COMMAND_FAILED.slug, str(error), hint=hint) from error
        except process.TimedOut as error:
            raise Incomplete(
                Rule.COMMAND_FAILED.slug,
                f"{error}\n{_tail(log)}".rstrip(),
                hint="mend what hangs, or raise gates.coverage.timeout",
            ) from error
        if code:
            raise Incomplete(
                Rule.COMMAND_FAILED.slug,
                f"{shown} ended with {_ending(code)}\n{_tail(log)}".rstrip(),
                hint="mend the tests, then run qgate again",
            )
    return started


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _tail(log: Path) -> str:
    with log.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL_BYTES))
        text = stream.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-_TAIL_LINES:])
