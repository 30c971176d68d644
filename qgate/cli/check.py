"""`qgate check`."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final, assert_never

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.engine.check import Request, check
from qgate.model.report import Outcome, Report
from qgate.reporters import plain
from qgate.reporters.inert import inert
from qgate.system import files

_QUIET_SECONDS: Final = 10


@click.command(name="check")
@click.argument("gates", nargs=-1, metavar="[GATE]...")
@click.option(
    "--base",
    metavar="REV",
    help="Compare with the merge base of REV and HEAD. Default: in CI the event's base, else "
    "the remote's default branch.",
)
@click.option("--committed", is_flag=True, help="Judge HEAD, not the working tree.")
@click.option("--staged", is_flag=True, help="Judge the index against HEAD.")
@click.option(
    "--report",
    "reports",
    metavar="PATH",
    multiple=True,
    help="A coverage report to read (repeat to merge several). Default: look in the usual places.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to write the report.",
)
@click.option(
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Write the report to a file; standard output gets the verdict in one line.",
)
@place_options
def command(
    *,
    gates: tuple[str, ...],
    base: str | None,
    committed: bool,
    staged: bool,
    reports: tuple[str, ...],
    format_: str,
    output: Path | None,
    folder: Path,
    config: Path | None,
) -> int:
    """Judge this change: one verdict from every gate (or from those named).

    Without options the working tree is compared with the merge base of the remote's default
    branch. Nothing is written to the working tree.
    """
    folder = resolved(folder)
    if output is not None:
        # Not after an hour of tests.
        files.refuse_unwritable(folder / output)
    progress = _Progress()
    request = Request(
        folder=folder,
        environ=os.environ,
        gates=gates,
        base=base,
        committed=committed,
        staged=staged,
        reports=reports,
        config=(folder / config) if config else None,
        progress=progress,
    )
    try:
        report = check(request)
    finally:
        progress.clear()
    if output is not None:
        files.write(folder / output, _rendered(report, format_, to_file=True))
        write(f"{plain.verdict_line(report)}\n")
    else:
        write(_rendered(report, format_))
    return _exit_code(report)


def _rendered(report: Report, format_: str, *, to_file: bool = False) -> str:
    if format_ == "json":
        from qgate.reporters import json_v1  # noqa: PLC0415 - the encoder is 20 ms to import

        return json_v1.render(report)
    if to_file or not sys.stdout.isatty():
        return plain.render(report)
    # rich costs as much to import as all the rest; a pipe does without.
    from rich.console import Console  # noqa: PLC0415

    from qgate.reporters import terminal  # noqa: PLC0415

    return terminal.render(report, Console())


def _exit_code(report: Report) -> int:
    match report.verdict:
        case Outcome.PASSED:
            return errors.EXIT_PASSED
        case Outcome.FAILED:
            return errors.EXIT_FAILED
        case Outcome.INCOMPLETE | Outcome.SKIPPED:
            return errors.EXIT_INCOMPLETE
        case _:
            assert_never(report.verdict)


class _Progress:
    """What runs, on standard error: one line rewritten on a terminal, now and then one in a log."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._is_dirty = False

    def __call__(self, what: str, seconds: int) -> None:
        if self._is_terminal:
            # A line that wraps could not be wiped.
            room = shutil.get_terminal_size().columns - len(f" {seconds} s") - 1
            click.echo(f"\r\x1b[K{inert(what)[:room]} {seconds} s", err=True, nl=False)
            self._is_dirty = True
        elif seconds == 1 or (seconds and seconds % _QUIET_SECONDS == 0):
            click.echo(f"{what} {seconds} s", err=True)

    def clear(self) -> None:
        """Take the rewritten line away."""
        if self._is_dirty:
            click.echo("\r\x1b[K", err=True, nl=False)
