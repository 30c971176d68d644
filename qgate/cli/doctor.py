"""`qgate doctor`."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options, side_options
from qgate.cli.output import resolved, write
from qgate.engine.doctor import Part, State, examine
from qgate.engine.request import Request
from qgate.reporters.inert import inert_lines


@click.command(name="doctor")
@side_options
@place_options
def command(
    *, base: str | None, committed: bool, staged: bool, folder: Path, config: Path | None
) -> int:
    """Say for every gate which tool runs, where it is, and what would keep it from judging.

    Exit code 3 if something would.
    """
    folder = resolved(folder)
    parts = examine(
        Request(
            folder=folder,
            environ=os.environ,
            base=base,
            committed=committed,
            staged=staged,
            config=(folder / config) if config else None,
        )
    )
    write("\n".join(_lines(parts)) + "\n")
    is_ill = any(each.state is State.BAD for part in parts for each in part.diagnoses)
    return errors.EXIT_INCOMPLETE if is_ill else errors.EXIT_PASSED


def _lines(parts: Iterable[Part]) -> Iterable[str]:
    for part in parts:
        yield part.title
        width = max((len(each.about) for each in part.diagnoses), default=0)
        for each in part.diagnoses:
            text = inert_lines(each.text).replace("\n", "\n      ")
            yield f"  {each.state} {each.about:{width}}  {text}"
            if each.fix:
                fix = inert_lines(each.fix).replace("\n", "\n         ")
                yield f"     {'':{width}}  fix: {fix}"
