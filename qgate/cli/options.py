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
