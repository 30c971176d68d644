"""`qgate adr`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from qgate import errors
from qgate.cli.options import place_options, report_options
from qgate.cli.output import resolved, write
from qgate.cli.rendering import deliver
from qgate.documents.adr import index
from qgate.documents.adr.record import Record, State
from qgate.engine import adr, adr_changes
from qgate.engine.adr import Change, Edits, Place, Shelf
from qgate.engine.request import Request
from qgate.errors import UsageError
from qgate.reporters.inert import inert, inert_lines

F = TypeVar("F", bound=Callable[..., Any])
_README: Final = "README.md"

_dry_run = click.option(
    "--dry-run", is_flag=True, help="Write nothing; print what would change as a diff."
)


@click.group(name="adr")
def command() -> None:
    """List, change and check the decision records.

    N is a record's number, or its file's name where it has none.
    """


@command.command(name="list")
@click.option(
    "--status",
    "states",
    type=click.Choice([each.value for each in State]),
    multiple=True,
    help="Only those with this status; repeat it for several.",
)
@click.option("--long", "is_long", is_flag=True, help="With status, day and title.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, `qgate.adr/1`.")
@place_options
def list_(
    *, states: tuple[str, ...], is_long: bool, as_json: bool, folder: Path, config: Path | None
) -> int:
    """List the records' files, by number."""
    folder = resolved(folder)
    at = adr.place(request_at(folder, config))
    if not (states or is_long or as_json):
        names = sorted(adr.paths(at), key=lambda path: index.order(Record(adr.nothing(path))))
        here = {name.rpartition("/")[0] for name in names}
        prefixes = {each: shown(at.root / each, folder) for each in here}
        write("".join(f"{inert(_below(prefixes, name))}\n" for name in names))
        return errors.EXIT_PASSED
    known = adr.shelf_of(at)
    wanted = [each for each in known.index.records if not states or each.state in states]
    if as_json:
        write(_json([_facts(each, known) for each in wanted]))
        return errors.EXIT_PASSED
    for each in wanted:
        path = inert(shown(at.root / each.path, folder))
        if is_long:
            day = each.date.text if each.date else "-"
            write(f"{path}  {each.state or '-':10}  {inert(day):10}  {inert(each.title)}\n")
        else:
            write(f"{path}\n")
    return errors.EXIT_PASSED


@command.command()
@click.argument("number", metavar="N")
@click.option("--json", "as_json", is_flag=True, help="Print what is known of it as JSON.")
@place_options
def show(*, number: str, as_json: bool, folder: Path, config: Path | None) -> int:
    """Print a record."""
    known = adr.shelf_of(adr.place(request_at(resolved(folder), config)))
    record = known.record(number)
    if as_json:
        write(_json(_facts(record, known)))
    else:
        text = record.document.text
        write(inert_lines(text) + ("" if text.endswith("\n") else "\n"))
    return errors.EXIT_PASSED


def _state_command(name: str, state: State, help_: str) -> None:
    @command.command(name=name, help=help_)
    @click.argument("number", metavar="N")
    @_dry_run
    @place_options
    def change(*, number: str, dry_run: bool, folder: Path, config: Path | None) -> int:
        return _changed(
            folder,
            config,
            lambda known: adr_changes.with_state(known, number, state),
            dry_run=dry_run,
        )


_state_command("accept", State.ACCEPTED, "Say at every place of a record that it is accepted.")
_state_command("reject", State.REJECTED, "Say at every place of a record that it is rejected.")
_state_command(
    "deprecate", State.DEPRECATED, "Say at every place of a record that it no longer holds."
)


@command.command()
@click.argument("old")
@click.argument("new")
@_dry_run
@place_options
def supersede(*, old: str, new: str, dry_run: bool, folder: Path, config: Path | None) -> int:
    """Say in both records that NEW supersedes OLD."""
    return _changed(
        folder, config, lambda known: adr_changes.superseded(known, old, new), dry_run=dry_run
    )


@command.command()
@click.argument("source", metavar="FROM")
@click.argument("verb", metavar="REL")
@click.argument("target", metavar="TO")
@click.argument("inverse", required=False)
@_dry_run
@place_options
def link(
    *,
    source: str,
    verb: str,
    target: str,
    inverse: str | None,
    dry_run: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Say in FROM that it amends TO, or whatever REL is, and in TO the same from its end.

    INVERSE is how that is said; for amends, clarifies, refines, extends, deprecates, replaces,
    obsoletes, implements and supersedes it is known.
    """
    return _changed(
        folder,
        config,
        lambda known: adr_changes.linked(known, source, verb, target, inverse),
        dry_run=dry_run,
    )


@command.command()
@click.argument("old")
@click.argument("new", required=False, type=click.IntRange(min=0))
@_dry_run
@place_options
def renumber(*, old: str, new: int | None, dry_run: bool, folder: Path, config: Path | None) -> int:
    """Give a record another number: in its name, its heading, and every link to it.

    Without NEW the next one.
    """
    return _changed(
        folder, config, lambda known: adr_changes.renumbered(known, old, new), dry_run=dry_run
    )


@command.command()
@click.option(
    "--write",
    "is_written",
    is_flag=True,
    help="Put it between two marks into the folder's README.md, or index.md if that is there.",
)
@click.option("--prefix", default="", metavar="TEXT", help="What stands before each file's name.")
@_dry_run
@place_options
def toc(*, is_written: bool, prefix: str, dry_run: bool, folder: Path, config: Path | None) -> int:
    """Print a table of contents as Markdown."""
    if is_written:
        if prefix:
            raise UsageError("--prefix is for what is printed", hint="leave it out with --write")
        return _changed(folder, config, _with_toc(folder, config), dry_run=dry_run)
    at = adr.place(request_at(resolved(folder), config))
    known = adr.shelf_of(at)
    write(inert_lines(index.toc(known.index.records, at.folder, prefix)))
    return errors.EXIT_PASSED


def _with_toc(folder: Path, config: Path | None) -> Change:
    at = adr.place(request_at(resolved(folder), config))

    def make(known: Shelf) -> dict[str, str | None]:
        names = [f"{at.folder}/{name}" for name in (_README, "index.md")]
        path = next((name for name in names if name in known.texts), names[0])
        before = known.texts.get(path, "# Decision records\n")
        return {path: index.with_toc(before, index.toc(known.index.records, at.folder))}

    return make


@command.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(("mermaid", "dot")),
    default="mermaid",
    show_default=True,
    help="The language of the graph.",
)
@place_options
def graph(*, format_: str, folder: Path, config: Path | None) -> int:
    """Print what supersedes and amends what as a graph."""
    known = adr.shelf_of(adr.place(request_at(resolved(folder), config)))
    draw = index.mermaid if format_ == "mermaid" else index.dot
    write(inert_lines(draw(known.index)))
    return errors.EXIT_PASSED


@command.command()
@report_options
@place_options
def check(*, format_: str, output: Path | None, folder: Path, config: Path | None) -> int:
    """Judge all records, whatever the change is. Exit code 1 if there is an error."""
    from qgate.engine import adr_check  # noqa: PLC0415 - brings every kind's rules with it

    request = request_at(resolved(folder), config)
    return deliver(adr_check.check(request), request.folder, format_=format_, output=output)


def request_at(folder: Path, config: Path | None) -> Request:
    """What is asked, in a folder whose links are resolved."""
    return Request(folder=folder, environ=os.environ, config=(folder / config) if config else None)


def shown(path: Path, folder: Path) -> str:
    """A path from the folder where the command was called."""
    return os.path.relpath(path, folder)


def diff(edits: Edits) -> str:
    """What changes, as a unified diff."""
    return "".join(f"{inert_lines(line)}\n" for line in _diff(edits))


def _diff(edits: Edits) -> Iterator[str]:
    import difflib  # noqa: PLC0415 - only who looks before

    for path in edits.changed:
        before, after = edits.before[path], edits.after[path]
        yield from difflib.unified_diff(
            (before or "").splitlines(),
            (after or "").splitlines(),
            f"a/{path}" if before is not None else os.devnull,
            f"b/{path}" if after is not None else os.devnull,
            lineterm="",
        )


def report_edits(edits: Edits, at: Place, folder: Path, *, dry_run: bool) -> None:
    """Print what changed: the files one a line, or the diff of what would."""
    if dry_run:
        write(diff(edits))
        return
    here = [path for path in edits.changed if edits.after[path] is not None]
    write("".join(f"{inert(shown(at.root / path, folder))}\n" for path in here))
    if not here:
        click.echo("nothing to change", err=True)


def _changed(folder: Path, config: Path | None, make: Change, *, dry_run: bool) -> int:
    folder = resolved(folder)
    at = adr.place(request_at(folder, config))
    edits = adr.change(at, make, dry_run=dry_run)
    report_edits(edits, at, folder, dry_run=dry_run)
    return errors.EXIT_PASSED


def _below(prefixes: dict[str, str], path: str) -> str:
    folder, _, name = path.rpartition("/")
    return name if prefixes[folder] == "." else f"{prefixes[folder]}/{name}"


def _facts(record: Record, known: Shelf) -> dict[str, Any]:
    return {
        "path": record.path,
        "number": record.number,
        "title": record.title,
        "status": record.state,
        "date": record.date.text if record.date else None,
        "links": [
            {"rel": relation.verb, "to": other.path}
            for relation, other in known.index.related(record)
        ],
    }


def _json(said: Any) -> str:
    import json  # noqa: PLC0415 - only who asks for it

    whole = {"format": "qgate.adr/1", "records": said} if isinstance(said, list) else said
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
