"""`qgate config`."""

import os
from pathlib import Path

import click

from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.config.settings import options, value_of
from qgate.engine.request import Request, load_settings
from qgate.reporters.inert import inert
from qgate.system.git import Repository


@click.group(name="config")
def command() -> None:
    """Show the settings and where each came from."""


@command.command()
@place_options
def show(*, folder: Path, config: Path | None) -> int:
    """Print every setting, its value, and where it came from: default, file or environment.

    A flag of `qgate check` beats all three.
    """
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    loaded = load_settings(Repository(folder, os.environ), request)
    rows = []
    for key, option, _ in options():
        origin = loaded.origin(key)
        where = f"{origin.layer.value} {origin.place}".rstrip()
        rows.append((key, option.kind.show(value_of(loaded.settings, key)), where))
    width = max(len(key) for key, _, _ in rows)
    write(
        "".join(f"{key:{width}} = {inert(value)}  ({inert(where)})\n" for key, value, where in rows)
    )
    return 0
