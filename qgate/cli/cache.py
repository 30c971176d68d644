"""`qgate cache`."""

import os
import time
from pathlib import Path

import click

from qgate.cli.options import place_options, side_options
from qgate.cli.output import resolved, write
from qgate.engine.remembering import explain as explain_cache
from qgate.engine.request import Request
from qgate.reporters.inert import inert
from qgate.system import cache

_MIB = 1 << 20
_DAY = 24 * 3600
_ANSWERS = {True: "remembered", False: "would run; since it last ran:", None: "not asked"}


@click.group(name="cache")
def command() -> None:
    """Look at what is remembered between runs, and forget it."""


@command.command()
def info() -> int:
    """Print where the cache is, how large, and how old."""
    place = cache.folder(os.environ)
    found = list(cache.units(place))
    used = [unit.used for unit in found]
    lines = [
        f"folder   {inert(str(place))}",
        f"size     {sum(unit.size for unit in found) / _MIB:.1f} MiB in {len(found)} entries",
        f"limit    {cache.MAX_BYTES // _MIB} MiB",
    ]
    if used:
        days = (time.time() - min(used)) / _DAY
        lines.append(
            f"oldest   last used {days:.0f} days ago, kept {cache.MAX_AGE_SECONDS // _DAY} days"
        )
    write("\n".join(lines) + "\n")
    return 0


@command.command()
@click.argument("gates", nargs=-1, metavar="[GATE]...")
@side_options
@place_options
def explain(
    *,
    gates: tuple[str, ...],
    base: str | None,
    committed: bool,
    staged: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Say for every tool whether its answer is remembered, and if not, what changed."""
    folder = resolved(folder)
    request = Request(
        folder=folder,
        environ=os.environ,
        gates=gates,
        base=base,
        committed=committed,
        staged=staged,
        config=(folder / config) if config else None,
    )
    for each in explain_cache(request):
        write(f"{each.gate}/{each.tool}: {_ANSWERS[each.hits]}\n")
        write("".join(f"  {inert(reason)}\n" for reason in each.reasons))
    return 0


@command.command()
def clear() -> int:
    """Forget everything that is remembered."""
    place = cache.folder(os.environ)
    freed = cache.clear(place)
    write(f"{freed / _MIB:.1f} MiB removed from {inert(str(place))}\n")
    return 0
