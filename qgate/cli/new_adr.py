"""`qgate new-adr`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from qgate.cli.adr import diff, request_at, shown
from qgate.cli.new_document import asked, making_options
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.documents.adr.naming import plain
from qgate.documents.adr.record import State
from qgate.engine import adr, adr_new
from qgate.errors import UsageError
from qgate.reporters.inert import inert, inert_lines
from qgate.system import editor

# Name, whether it can be given several times, and what it is.
_FIELDS: Final = (
    ("context", False, "Why there is something to decide."),
    ("decision", False, "What is decided."),
    ("consequences", False, "What follows from it."),
    ("option", True, "An option that was considered; repeat it."),
    ("driver", True, "What the decision is judged by; repeat it."),
    ("chosen", False, "The chosen option, in the words of its --option."),
    ("because", False, "Why that one."),
    ("confirmation", False, "How one sees that it is followed."),
    ("more", False, "Anything else."),
    ("follow-up", True, "What is to be done now; repeat it."),
    ("decider", True, "Who decides; repeat it."),
    ("consulted", True, "Who was asked; repeat it."),
    ("informed", True, "Who is told; repeat it."),
)
_PLURALS: Final = {"option": "options", "driver": "drivers", "decider": "deciders"}
# A record that is decided says all of these; they are asked for on a terminal.
_NEEDED: Final = ("context", "decision", "consequences")


def _field_options(command: Any) -> Any:
    for name, is_many, help_ in reversed(_FIELDS):
        default: Any = () if is_many else ""
        option = click.option(
            f"--{name}", metavar="TEXT", multiple=is_many, default=default, help=help_
        )
        command = option(command)
    return command


@click.command(name="new-adr")
@click.argument("title", nargs=-1, metavar="TITLE...")
@click.option("--supersedes", metavar="N", multiple=True, help="A record that this one replaces.")
@click.option("--amends", metavar="N", multiple=True, help="A record that this one adds to.")
@click.option(
    "--status",
    type=click.Choice([State.DRAFT.value, State.PROPOSED.value, State.ACCEPTED.value]),
    default=State.PROPOSED.value,
    show_default=True,
    help="Its status; an accepted one needs a text for each section.",
)
@click.option("--date", "day", metavar="DAY", default="", help="Its day. Default: today, by UTC.")
@_field_options
@making_options
@place_options
def command(
    *,
    title: tuple[str, ...],
    supersedes: tuple[str, ...],
    amends: tuple[str, ...],
    status: str,
    day: str,
    template: str | None,
    dry_run: bool,
    edit: bool,
    folder: Path,
    config: Path | None,
    **texts: Any,
) -> int:
    """Write the next decision record, and print its path.

    With --supersedes and --amends the other records say so too: all of them are written, or none.
    """
    folder = resolved(folder)
    request = request_at(folder, config)
    words = plain(" ".join(title)) or plain(asked("Title"))
    values = _values(texts)
    if status == State.ACCEPTED and (template or "nygard") == "nygard":
        for name in _NEEDED:
            values[name] = values[name] or asked(name.capitalize())
    wanted = adr_new.New(
        title=words,
        status=State(status),
        date=_day(day, request.now()),
        template=template,
        values=values,
        supersedes=supersedes,
        amends=amends,
    )
    at = adr.place(request)
    made = adr_new.new(at, wanted, dry_run=dry_run)
    path = shown(at.root / made.path, folder)
    if dry_run:
        write(f"{inert(path)}\n{inert_lines(made.text)}{diff(made.others)}")
        return 0
    write(f"{inert(path)}\n")
    if edit:
        editor.edit(at.root / made.path, os.environ)
    return 0


def _values(texts: dict[str, Any]) -> dict[str, Any]:
    """The template's fields; those of a list on one line each."""
    values: dict[str, Any] = {}
    for name, is_many, _ in _FIELDS:
        key = name.replace("-", "_")
        given = texts[key]
        is_line = is_many or name == "chosen"
        if is_many:
            values[_PLURALS.get(key, key)] = tuple(filter(None, map(plain, given)))
        else:
            values[key] = plain(given) if is_line else given.strip()
    return values


def _day(text: str, now: datetime) -> str:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else now
    except ValueError as error:
        raise UsageError(f"--date {text}: expected a day", hint="such as 2027-01-31") from error
    if day.date() > now.date():
        raise UsageError(f"--date {text} is to come", hint="give the day of the decision")
    return day.date().isoformat()
