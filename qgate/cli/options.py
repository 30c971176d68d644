"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


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
