"""`qgate check`."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from qgate import errors
from qgate.cli import entry
from qgate.cli.options import place_options, report_options, side_options
from qgate.cli.output import resolved, write
from qgate.cli.rendering import TERMINAL, deliver, exit_code, rendered
from qgate.engine.check import check
from qgate.engine.request import Request
from qgate.model.report import Outcome
from qgate.reporters.formats import FORMATS
from qgate.reporters.inert import inert
from qgate.system import files, replay
from qgate.system.cache import Cache
from qgate.system.cache import folder as cache_folder
from qgate.system.job import Running
from qgate.system.watch import Watch

_QUIET_SECONDS: Final = 10
_MOST_SECONDS: Final = 24 * 3600


@click.command(name="check")
@click.argument("gates", nargs=-1, metavar="[GATE]...")
@side_options
@click.option(
    "--report",
    "reports",
    metavar="PATH",
    multiple=True,
    help="A coverage report to read (repeat to merge several). Default: look in the usual places.",
)
@report_options
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
    request = Request(
        folder=folder,
        environ=os.environ,
        gates=gates,
        base=base,
        committed=committed,
        staged=staged,
        reports=reports,
        config=(folder / config) if config else None,
    )
    return run(request, format_=format_, output=output)


def run(request: Request, *, format_: str = TERMINAL, output: Path | None = None) -> int:
    """Judge, write the report to standard output or a file, and give the exit code."""
    if output is not None:
        # Not after an hour of tests.
        files.refuse_unwritable(request.folder / output)
    progress = _Progress()
    seen = Watch()
    try:
        report = check(replace(request, watch=progress, seen=seen))
    finally:
        progress.clear()
    if output is not None:
        return deliver(report, request.folder, format_=format_, output=output)
    text = rendered(report, format_)
    write(text)
    if any(gate.outcome is Outcome.INCOMPLETE for gate in report.gates):
        seen.never("a gate could not judge; what it needs may come from anywhere")
    if format_ not in (TERMINAL, *FORMATS):
        seen.never("the reporter of another package may read anything")
    _keep(request, seen, text, exit_code(report))
    return exit_code(report)


def _keep(request: Request, seen: Watch, text: str, code: int) -> None:
    """Keep the answer for an identical call; prune the cache now that nobody waits for it."""
    cache = Cache(cache_folder(request.environ))
    if (
        entry.asked is not None
        and not seen.reason
        and code in {errors.EXIT_PASSED, errors.EXIT_FAILED}
    ):
        place, name, before, started = entry.asked
        now = time.time()
        with contextlib.suppress(OSError):
            replay.keep(
                place,
                name,
                before=before,
                after=replay.capture(str(request.folder), request.environ),
                watched=map(str, seen.paths),
                ends=min(seen.ends or now + _MOST_SECONDS, now + _MOST_SECONDS),
                started_ns=started,
                code=code,
                text=text,
            )
    cache.prune()


class _Progress:
    """What runs, on standard error: a list rewritten on a terminal, now and then a line in a log.

    A log gets one after a second and every ten.
    """

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._height = 0
        self._next = 1.0

    def __call__(self, running: Sequence[Running]) -> None:
        if self._is_terminal:
            self._redraw(running)
            return
        now = max((each.seconds for each in running if not each.is_done), default=0.0)
        if now >= self._next:
            self._next = now - now % _QUIET_SECONDS + _QUIET_SECONDS
            at_work = [f"{each.label} {each.seconds:.0f} s" for each in running if not each.is_done]
            click.echo(inert(f"running {', '.join(at_work)}"), err=True)

    def _redraw(self, running: Sequence[Running]) -> None:
        size = shutil.get_terminal_size()
        done = [each for each in running if each.is_done]
        # What runs is what matters; a list that scrolls could not be wiped.
        shown = [*done, *(each for each in running if not each.is_done)][-(size.lines - 2) :]
        lines = []
        for each in shown:
            mark = "done" if each.is_done else "    "
            # A line that wraps could not be wiped either.
            lines.append(f"{mark} {each.seconds:6.1f} s  {inert(each.label)}"[: size.columns - 1])
        text = "".join(f"\r\x1b[K{line}\n" for line in lines)
        up = f"\x1b[{self._height}A" if self._height else ""
        click.echo(f"{up}{text}\x1b[J", err=True, nl=False)
        self._height = len(lines)

    def clear(self) -> None:
        """Take the list away."""
        if self._height:
            click.echo(f"\x1b[{self._height}A\r\x1b[J", err=True, nl=False)
            self._height = 0
