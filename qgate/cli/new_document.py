"""What commands that write a new document share: flags, questions, the editor, the answer."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from qgate.cli.output import write
from qgate.engine.scaffolding import Made
from qgate.errors import UsageError
from qgate.reporters.inert import inert, inert_lines
from qgate.system import editor

F = TypeVar("F", bound=Callable[..., Any])


def field_options(command: F) -> F:
    """`--owner`, `--tag`, `--link REL:TO`, `--review-by DAY`: what every document has."""
    options = (
        click.option("--owner", "owners", metavar="WHO", multiple=True, help="Who keeps it true."),
        click.option("--tag", "tags", metavar="TAG", multiple=True, help="A tag."),
        click.option(
            "--link", "links", metavar="REL:TO", multiple=True, help="A link, as relates:PATH."
        ),
        click.option("--review-by", metavar="DAY", default="", help="When to look at it again."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def making_options(command: F) -> F:
    """`--template NAME`, `--dry-run`, `--edit`: how it is made."""
    options = (
        click.option("--template", metavar="NAME", help="The template of the document."),
        click.option("--dry-run", is_flag=True, help="Write nothing; print the path and the text."),
        click.option("--edit", is_flag=True, help="Open it in $VISUAL or $EDITOR afterwards."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def links(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`REL:TO` as pairs. Raises `UsageError`."""
    found = []
    for text in texts:
        rel, colon, to = text.partition(":")
        if not colon or not rel.strip() or not to.strip():
            raise UsageError(f"--link {text}: expected REL:TO", hint="such as relates:INC-1")
        found.append((rel.strip(), to.strip()))
    return tuple(found)


def day(text: str) -> str:
    """A day as it is written, empty for none. Raises `UsageError`."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        hint = "such as 2027-01-31"
        raise UsageError(f"--review-by {text}: expected a day", hint=hint) from error


def asked(question: str) -> str:
    """A person's answer on a terminal, empty where there is none to ask."""
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    if not is_terminal or not (sys.stdout.isatty() or sys.stderr.isatty()):
        return ""
    answer: str = click.prompt(question, err=True, default="", show_default=False)
    return answer


def answer(made: Made, folder: Path, *, is_dry: bool, edit: bool) -> int:
    """Print the path, with a dry run the text too, and open the editor where wanted."""
    path = inert(os.path.relpath(made.path, folder))
    if is_dry:
        write(f"{path}\n{inert_lines(made.text)}")
        return 0
    write(f"{path}\n")
    if edit:
        editor.edit(made.path, os.environ)
    return 0
