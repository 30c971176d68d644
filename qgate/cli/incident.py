"""`qgate incident`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from qgate import errors
from qgate.cli.new_incident import read_time, request_of, shown
from qgate.cli.options import place_options
from qgate.cli.output import write
from qgate.cli.rewriting import rewrite
from qgate.documents.incident.overdue import Overdue
from qgate.documents.incident.verbs import Step, Verb
from qgate.engine import incidents
from qgate.reporters import incidents_json, incidents_text
from qgate.reporters.inert import inert

F = TypeVar("F", bound=Callable[..., Any])


def _step_options(command: F) -> F:
    at = click.option(
        "--at",
        metavar="TIME",
        callback=read_time,
        help="When it was, such as 2027-01-31T14:05Z. Default: now.",
    )
    by = click.option("--by", metavar="NAME", default="", help="Who did it.")
    evidence = click.option(
        "--evidence", metavar="TEXT", default="", help="What shows it, such as a link to a graph."
    )
    dry = click.option("--dry-run", is_flag=True, help="Write nothing; print the difference.")
    return at(by(evidence(dry(command))))


_estimated = click.option("--estimated", is_flag=True, help="The time is an estimate.")
_identity = click.argument("identity", metavar="ID")
_text = click.argument("text", required=False, default="")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, `qgate.incidents/1`.")


@click.group(name="incident")
def command() -> None:
    """Carry an incident on, and look at all of them.

    ID is an incident's id, or the beginning of one with or without INC- and the day.
    """


@command.command()
@_identity
@_text
@_step_options
@_estimated
@place_options
def ack(**given: Any) -> int:
    """Acknowledge an incident: somebody works on it. TEXT goes into the timeline."""
    return _carry_on(Verb.ACK, **given)


@command.command()
@_identity
@_text
@_step_options
@_estimated
@place_options
def mitigate(**given: Any) -> int:
    """Say that an incident hurts nobody any more. TEXT says what was done."""
    return _carry_on(Verb.MITIGATE, **given)


@command.command()
@_identity
@_text
@_step_options
@_estimated
@place_options
def resolve(**given: Any) -> int:
    """Say that its cause is gone. TEXT says what was done."""
    return _carry_on(Verb.RESOLVE, **given)


@command.command()
@_identity
@_text
@_step_options
@click.option("--false-alarm", is_flag=True, help="There was no incident; TEXT says why.")
@place_options
def close(*, false_alarm: bool, **given: Any) -> int:
    """Close an incident whose record is whole."""
    return _carry_on(Verb.CLOSE, is_false_alarm=false_alarm, **given)


@command.command()
@_identity
@click.argument("text")
@_step_options
@_estimated
@click.option(
    "--to",
    "audience",
    metavar="AUDIENCE",
    default="",
    help="Whom it was told: a row of Communications in place of the timeline.",
)
@place_options
def note(*, audience: str, **given: Any) -> int:
    """Add a row to the timeline, at its place in time."""
    return _carry_on(Verb.NOTE, audience=audience, **given)


@command.command(name="list")
@_json
@place_options
def list_(*, as_json: bool, folder: Path, config: Path | None) -> int:
    """List every incident with its durations, the newest first."""
    desk = incidents.desk(request_of(folder, config))
    books = incidents.books(desk)
    found = sorted(books.incidents, key=lambda each: each.id, reverse=True)
    _say_broken(books)
    if as_json:
        write(incidents_json.render(found, books.post_mortems, desk.table))
    else:
        write(incidents_text.listing(found, desk.table))
    return errors.EXIT_INCOMPLETE if books.broken else errors.EXIT_PASSED


@command.command()
@_identity
@place_options
def show(*, identity: str, folder: Path, config: Path | None) -> int:
    """Show an incident: its times, what they give, and what the severity allows."""
    desk = incidents.desk(request_of(folder, config))
    found = incidents.find(desk, identity)
    write(incidents_text.one(found, incidents.books(desk).post_mortems, desk.table))
    return errors.EXIT_PASSED


@command.command()
@place_options
def status(*, folder: Path, config: Path | None) -> int:
    """Say what is overdue: acknowledgements, post-mortems, action items.

    Exit code 1 if something is, 3 if a document cannot be judged.
    """
    desk = incidents.desk(request_of(folder, config))
    found = incidents.late(desk, datetime.now(UTC))
    write(incidents_text.late(found))
    if any(isinstance(each, Overdue) for each in found):
        return errors.EXIT_FAILED
    return errors.EXIT_INCOMPLETE if found else errors.EXIT_PASSED


@command.command()
@place_options
def severities(*, folder: Path, config: Path | None) -> int:
    """Show the table of severities with the keys of its criteria."""
    desk = incidents.desk(request_of(folder, config))
    write(incidents_text.severities(desk.table))
    return errors.EXIT_PASSED


def _carry_on(
    verb: Verb,
    *,
    identity: str,
    text: str,
    at: datetime | None,
    by: str,
    evidence: str,
    dry_run: bool,
    folder: Path,
    config: Path | None,
    estimated: bool = False,
    audience: str = "",
    is_false_alarm: bool = False,
) -> int:
    desk = incidents.desk(request_of(folder, config))
    step = Step(
        verb=verb,
        now=datetime.now(UTC),
        at=at,
        is_estimated=estimated,
        by=by,
        text=text,
        evidence=evidence,
        audience=audience,
        is_false_alarm=is_false_alarm,
    )
    edit = incidents.carry_on(desk, identity, step, is_dry=dry_run)
    if dry_run:
        rewrite(edit.path, shown(edit.path), edit.before, edit.after, check=True)
    else:
        write(f"{shown(edit.path)}\n")
    return errors.EXIT_PASSED


def _say_broken(books: incidents.Books) -> None:
    for each in books.broken:
        click.echo(f"{inert(each.path)}:{each.line}: {inert(each.message)}", err=True)
