"""`qgate check`."""

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from qgate import errors
from qgate.cli import entry
from qgate.cli.options import place_options, report_options, side_options
from qgate.cli.output import resolved, write
from qgate.cli.progress import shown
from qgate.cli.rendering import TERMINAL, deliver, exit_code, rendered
from qgate.engine.check import check
from qgate.engine.request import Request
from qgate.model.report import Outcome
from qgate.reporters.formats import FORMATS
from qgate.system import files, replay
from qgate.system.cache import Cache
from qgate.system.cache import folder as cache_folder
from qgate.system.watch import Watch

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
    seen = Watch()
    with shown() as progress:
        report = check(replace(request, watch=progress, seen=seen))
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
