"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from qgate.cli.rendering import TERMINAL
from qgate.engine import formats
from qgate.reporters.formats import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


class Format(click.Choice[str]):
    """The name of a format: one of ours, or one that another package adds."""

    def __init__(self) -> None:
        super().__init__((TERMINAL, *FORMATS))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a format; others are looked up only if it is none of ours."""
        if value not in self.choices and formats.find(value) is not None:
            return str(value)
        return super().convert(value, param, ctx)


def place_options(command: F) -> F:
    """`-C DIR` and `--config PATH`: which repository, and which settings."""
    folder = click.option(
        "-C",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=Path(),
        help="Run as if started in DIR.",
    )
    config = click.option(
        "--config",
        metavar="PATH",
        type=click.Path(path_type=Path),
        help="The settings file. Default: .qgate.yml in the repository's root.",
    )
    return folder(config(command))


def side_options(command: F) -> F:
    """`--base REV`, `--committed`, `--staged`: which change."""
    base = click.option(
        "--base",
        metavar="REV",
        help="Compare with the merge base of REV and HEAD. Default: in CI the event's base, else "
        "the remote's default branch.",
    )
    committed = click.option("--committed", is_flag=True, help="Judge HEAD, not the working tree.")
    staged = click.option("--staged", is_flag=True, help="Judge the index against HEAD.")
    return base(committed(staged(command)))


def report_options(command: F) -> F:
    """`--format FORMAT` and `--output PATH`: how a report is written, and where to."""
    format_ = click.option(
        "--format",
        "format_",
        type=Format(),
        default=TERMINAL,
        show_default=True,
        help="How to write the report.",
    )
    output = click.option(
        "--output",
        metavar="PATH",
        type=click.Path(path_type=Path),
        help="Write the report to a file; standard output gets the verdict in one line.",
    )
    return format_(output(command))
