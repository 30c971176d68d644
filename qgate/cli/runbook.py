"""`qgate runbook`."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.documents.runbook.alerts import needs_runbook
from qgate.engine import runbooks
from qgate.engine.request import Request
from qgate.engine.runbooks import Listing
from qgate.reporters.inert import inert


@click.group(name="runbook")
def command() -> None:
    """Look at runbooks and the alerts that they are for."""


@command.command(name="list")
@click.option(
    "--orphans", is_flag=True, help="Only what has no partner; exit code 1 if there is any."
)
@place_options
def list_(*, orphans: bool, folder: Path, config: Path | None) -> int:
    """List every alert with its runbook, and runbooks that no alert is for."""
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    found = runbooks.listing(request)
    lines = [*([] if orphans else _pairs(found)), *_orphans(found)]
    write("".join(f"{line}\n" for line in lines))
    is_amiss = bool(found.lost or found.unused or found.alerts.unread)
    return errors.EXIT_FAILED if orphans and is_amiss else errors.EXIT_PASSED


def _pairs(found: Listing) -> Iterator[str]:
    lost = {(each.path, each.alert.line) for each in found.lost}
    for placed, documents in found.named:
        place = f"{placed.path}:{placed.alert.line}"
        if (placed.path, placed.alert.line) in lost:
            continue
        named = ", ".join(document.path for document in documents)
        if not named:
            named = "needs none" if not needs_runbook(placed.alert) else "-"
        yield inert(f"{place}: {placed.alert.name}: {named}")


def _orphans(found: Listing) -> Iterator[str]:
    for path, error in found.alerts.unread.items():
        yield inert(f"{path}:{error.line}: not read: {error}")
    for placed in found.lost:
        said = placed.alert.runbook
        reason = f"its runbook is not there: {said}" if said else "names no runbook"
        yield inert(f"{placed.path}:{placed.alert.line}: {placed.alert.name}: {reason}")
    for document in found.unused:
        yield inert(f"{document.path}: no alert is for this runbook")
