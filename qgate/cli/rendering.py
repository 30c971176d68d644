"""A report as text for where it goes, and as an exit code."""

import sys
from pathlib import Path
from typing import Final, assert_never

from qgate import errors
from qgate.cli.output import write
from qgate.engine import formats
from qgate.model.report import Outcome, Report
from qgate.reporters import plain
from qgate.system import files

TERMINAL: Final = "terminal"


def rendered(report: Report, format_: str, *, to_file: bool = False) -> str:
    """The report in a format; `terminal` is plain lines where there is no terminal.

    Raises `UsageError` where there is no such format.
    """
    if format_ != TERMINAL:
        return formats.render(report, format_)
    if to_file or not sys.stdout.isatty():
        return plain.render(report)
    # rich costs as much to import as all the rest; a pipe does without.
    from rich.console import Console  # noqa: PLC0415

    from qgate.reporters import terminal  # noqa: PLC0415

    return terminal.render(report, Console())


def exit_code(report: Report) -> int:
    """The published code of a verdict."""
    match report.verdict:
        case Outcome.PASSED:
            return errors.EXIT_PASSED
        case Outcome.FAILED:
            return errors.EXIT_FAILED
        case Outcome.INCOMPLETE | Outcome.SKIPPED:
            return errors.EXIT_INCOMPLETE
        case _:
            assert_never(report.verdict)


def deliver(report: Report, folder: Path, *, format_: str, output: Path | None) -> int:
    """Write the report to standard output or to a file, and give the exit code.

    With a file, standard output gets the verdict in one line. Raises `UsageError`.
    """
    if output is None:
        write(rendered(report, format_))
    else:
        files.write(folder / output, rendered(report, format_, to_file=True))
        write(f"{plain.verdict_line(report)}\n")
    return exit_code(report)
