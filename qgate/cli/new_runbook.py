"""`qgate new-runbook`."""

import os
from pathlib import Path
from typing import Any

import click

from qgate.cli.new_document import answer, asked, day, field_options, links, making_options
from qgate.cli.options import place_options
from qgate.cli.output import resolved
from qgate.documents.runbook.shape import OF_PROCEDURES, REQUIRED, State
from qgate.documents.runbook.writing import NewRunbook
from qgate.engine import runbooks
from qgate.engine.request import Request


def _section_options(command: Any) -> Any:
    for title in reversed((*REQUIRED, *OF_PROCEDURES)):
        of = " of a procedure" if title in OF_PROCEDURES else ""
        name = f"--{title.lower()}"
        help_ = f"The text of the section {title}{of}."
        command = click.option(name, metavar="TEXT", default="", help=help_)(command)
    return command


@click.command(name="new-runbook")
@click.argument("title", required=False, default="")
@click.option(
    "--alert",
    "alerts",
    metavar="NAME",
    multiple=True,
    help="An alert that it is for. Without TITLE the first names the file.",
)
@click.option("--procedure", is_flag=True, help="It is a procedure that people start.")
@click.option(
    "--status",
    type=click.Choice([str(each) for each in State]),
    default=str(State.DRAFT),
    show_default=True,
    help="Its state; an active one needs a text for each section.",
)
@_section_options
@field_options
@making_options
@place_options
def command(
    *,
    title: str,
    alerts: tuple[str, ...],
    procedure: bool,
    status: str,
    owners: tuple[str, ...],
    tags: tuple[str, ...],
    review_by: str,
    template: str | None,
    dry_run: bool,
    edit: bool,
    folder: Path,
    config: Path | None,
    **texts: Any,
) -> int:
    """Write a new runbook, as RB-slug.md or by its alert's name, and print its path.

    It is a draft until every section has a text.
    """
    folder = resolved(folder)
    pairs = links(texts.pop("links"))
    if not title.strip() and not alerts:
        title = asked("Title")
    wanted = NewRunbook(
        title=title,
        alerts=alerts,
        is_procedure=procedure,
        state=State(status),
        owners=owners,
        tags=tags,
        links=pairs,
        review_by=day(review_by),
        sections={name.capitalize(): text for name, text in texts.items()},
    )
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    made = runbooks.make(request, wanted, template=template or "runbook", is_dry=dry_run)
    return answer(made, folder, is_dry=dry_run, edit=edit)
