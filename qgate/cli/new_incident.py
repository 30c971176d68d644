"""`qgate new-incident`."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.documents.incident import declaring, times
from qgate.documents.incident.declaring import Declared
from qgate.documents.incident.severity import Severity, Table
from qgate.documents.incident.times import Moment
from qgate.engine import incidents
from qgate.engine.request import Request
from qgate.engine.scaffolding import Made
from qgate.errors import UsageError
from qgate.reporters.inert import inert, inert_lines
from qgate.system import editor

F = TypeVar("F", bound=Callable[..., Any])

_ESTIMATES = (Moment.STARTED, Moment.DETECTED)


def read_time(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    """An option's time. Raises `click.BadParameter`."""
    try:
        return None if text is None else times.read(text)
    except times.WrongTime as error:
        raise click.BadParameter(str(error)) from error


def making_options(template: str) -> Callable[[F], F]:
    """`--owner`, `--tag`, `--template`, `--edit` and `--dry-run`: of whatever makes a document."""

    def add(command: F) -> F:
        owner = click.option(
            "--owner",
            "owners",
            metavar="NAME",
            multiple=True,
            help="Whose it is (repeat for several).",
        )
        tag = click.option(
            "--tag", "tags", metavar="TAG", multiple=True, help="A tag (repeat for several)."
        )
        named = click.option(
            "--template",
            metavar="NAME",
            default=template,
            show_default=True,
            help="The template, from .qgate/templates or one that ships.",
        )
        edit = click.option(
            "--edit", is_flag=True, help="Open it in $VISUAL or $EDITOR afterwards."
        )
        dry = click.option("--dry-run", is_flag=True, help="Write nothing; print what would be.")
        return owner(tag(named(edit(dry(command)))))

    return add


@click.command(name="new-incident")
@click.argument("title", required=False)
@click.option("--severity", metavar="NAME", help="Such as P1. Default: what the answers imply.")
@click.option(
    "--answer",
    "answers",
    metavar="KEY",
    multiple=True,
    help="A criterion of the table of severities that holds (repeat for several); "
    "`qgate incident severities` lists them.",
)
@click.option(
    "--lowered-by",
    metavar="NAME",
    default="",
    help="Who says that it is less severe than the answers imply.",
)
@click.option(
    "--started",
    metavar="TIME",
    callback=read_time,
    help="When it began, such as 2027-01-31T14:05Z. Default: an estimate, the detection.",
)
@click.option(
    "--detected",
    metavar="TIME",
    callback=read_time,
    help="When somebody or something noticed. Default: now.",
)
@click.option(
    "--estimated",
    metavar="WHICH",
    multiple=True,
    type=click.Choice([each.value for each in _ESTIMATES]),
    help="Which of the two is an estimate: started or detected.",
)
@click.option("--commander", metavar="NAME", default="", help="Who leads the response.")
@click.option("--service", metavar="NAME", default="", help="What is hit.")
@click.option("--summary", metavar="TEXT", default="", help="What happened.")
@click.option("--impact", metavar="TEXT", default="", help="Who or what is affected.")
@making_options("incident")
@place_options
def command(
    *,
    title: str | None,
    severity: str | None,
    answers: tuple[str, ...],
    lowered_by: str,
    started: datetime | None,
    detected: datetime | None,
    estimated: tuple[str, ...],
    commander: str,
    service: str,
    summary: str,
    impact: str,
    owners: tuple[str, ...],
    tags: tuple[str, ...],
    template: str,
    edit: bool,
    dry_run: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Declare an incident: severity, times and the checklist of what to do.

    The severity is the gravest that an answer stands for. A lower one needs somebody who says so.
    """
    request = request_of(folder, config)
    desk = incidents.desk(request)
    now = datetime.now(UTC)
    title = title if title is not None else _asked_title()
    row = _severity(desk.table, severity, answers, lowered_by)
    noticed = detected or now
    guessed = {Moment(each) for each in estimated} | ({Moment.STARTED} if not started else set())
    declared = Declared(
        title=title,
        severity=row[0],
        criteria=row[1],
        started=started or noticed,
        detected=noticed,
        estimated=tuple(each for each in _ESTIMATES if each in guessed),
        lowered_by=lowered_by,
        commander=commander,
        service=service,
        summary=summary,
        impact=impact,
        owners=owners,
        tags=tags,
    )
    made = incidents.declare(desk, declared, now, template=template, is_dry=dry_run)
    return deliver_made(made, edit=edit, dry_run=dry_run)


def request_of(folder: Path, config: Path | None) -> Request:
    """A request for the settings of a folder."""
    folder = resolved(folder)
    return Request(folder=folder, environ=os.environ, config=(folder / config) if config else None)


def deliver_made(made: Made, *, edit: bool, dry_run: bool) -> int:
    """Print the path alone; in a dry run the text below it."""
    write(f"{shown(made.path)}\n" + (inert_lines(made.text) if dry_run else ""))
    if edit and not dry_run:
        editor.edit(made.path, os.environ)
    return errors.EXIT_PASSED


def shown(path: Path) -> str:
    """A path relative to the current folder."""
    return inert(os.path.relpath(path, resolved(Path())))


def may_ask() -> bool:
    """Whether a person sits at both ends; questions go to standard error."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _asked_title() -> str:
    if not may_ask():
        hint = 'such as: qgate new-incident "Checkout is down" --answer outage'
        raise UsageError("an incident needs a title", hint=hint)
    return str(click.prompt("What happened, in a few words", err=True))


def _severity(
    table: Table, named: str | None, answers: tuple[str, ...], lowered_by: str
) -> tuple[Severity, tuple[str, ...]]:
    """The severity, and the answers that stand for it: asked for where nothing says any."""
    if named is None and not answers and may_ask():
        answers = _asked_answers(table)
        if not answers:
            choice = click.Choice(table.names)
            named = str(click.prompt("None of these. How severe is it", type=choice, err=True))
    answers = tuple(dict.fromkeys(answers))
    return declaring.chosen(table, named, answers, lowered_by), answers


def _asked_answers(table: Table) -> tuple[str, ...]:
    """The first severity's criteria of which one holds."""
    for row in table.severities:
        found = tuple(
            key
            for key, text in row.criteria.items()
            if click.confirm(f"{row.name}: {inert(text)}", default=False, err=True)
        )
        if found:
            return found
    return ()
