"""`qgate docs`."""

from pathlib import Path

import click

from qgate import errors
from qgate.cli.adr import diff, report_edits, request_at
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.engine import adr, adr_fix
from qgate.system.git import Repository


@click.group(name="docs")
def command() -> None:
    """Mend process documents."""


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if something would change.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would change as a diff.")
@place_options
def fix(*, check: bool, dry_run: bool, folder: Path, config: Path | None) -> int:
    """Mend in decision records what needs nobody's judgement.

    A number that two have: the one that is not committed yet gets the next. A day that can only be
    one: 2016/02/12 or 12 Feb 2016. A link whose other end says nothing. The table of contents
    between the marks of `qgate adr toc --write`.
    """
    folder = resolved(folder)
    request = request_at(folder, config)
    at = adr.place(request)
    if not at.path.is_dir():
        click.echo("nothing to change", err=True)
        return errors.EXIT_PASSED
    new = adr_fix.young(Repository(folder, request.environ))
    edits = adr.change(at, lambda known: adr_fix.fixed(known, at, new), dry_run=check or dry_run)
    if check:
        write(diff(edits))
        return errors.EXIT_FAILED if edits.changed else errors.EXIT_PASSED
    report_edits(edits, at, folder, dry_run=dry_run)
    return errors.EXIT_PASSED
