"""`qgate new-checklist`."""

import os
from pathlib import Path

import click

from qgate.cli.new_document import answer, asked, day, field_options, making_options
from qgate.cli.new_document import links as pairs
from qgate.cli.options import place_options
from qgate.cli.output import resolved
from qgate.documents.checklist.writing import NewChecklist
from qgate.engine import checklists
from qgate.engine.request import Request
from qgate.errors import UsageError


@click.command(name="new-checklist")
@click.argument("name", required=False, default="")
@click.option("--for", "subject", metavar="ID", default="", help="What it is for, as an incident.")
@click.option("--title", metavar="TEXT", default="", help="Its title. Default: the template's.")
@field_options
@making_options
@place_options
def command(
    *,
    name: str,
    subject: str,
    title: str,
    owners: tuple[str, ...],
    tags: tuple[str, ...],
    links: tuple[str, ...],
    review_by: str,
    template: str | None,
    dry_run: bool,
    edit: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Write a new checklist and print its path.

    NAME is review, a severity such as p0, or that of a file in .qgate/rules/checklists.
    """
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    name = name.strip() or asked("Which list").strip()
    if not name:
        raise UsageError("which list?", hint=f"one of {', '.join(checklists.names(request))}")
    wanted = NewChecklist(
        name=name.lower(),
        subject=subject,
        title=title,
        owners=owners,
        tags=tags,
        links=pairs(links),
        review_by=day(review_by),
    )
    made = checklists.make(request, wanted, template=template or "checklist", is_dry=dry_run)
    return answer(made, folder, is_dry=dry_run, edit=edit)
