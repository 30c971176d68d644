"""`qgate codeowners`."""

import os
from pathlib import Path
from typing import Final

import click

from qgate.cli.options import place_options, report_options
from qgate.cli.output import resolved
from qgate.cli.rendering import deliver
from qgate.cli.reviewers import known_option, known_owners
from qgate.cli.rewriting import rewrite
from qgate.engine import review_rules, reviewers_lint
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.owners import codeowners_file
from qgate.parse.codeowners import LOCATIONS
from qgate.reporters.inert import inert
from qgate.system.git import Repository

_NEW: Final = LOCATIONS[0]
_folder = click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Run as if started in DIR.",
)
_file = click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
_check = click.option(
    "--check", is_flag=True, help="Write nothing; exit code 1 if something would change."
)


@click.group(name="codeowners")
def command() -> None:
    """Check, format and generate the CODEOWNERS file."""


@command.command()
@_file
@known_option
@report_options
@_folder
def check(
    *, file: Path | None, known: Path | None, format_: str, output: Path | None, folder: Path
) -> int:
    """Report every line that GitHub skips, and rules that no file needs.

    Without FILE the one is checked that GitHub reads.
    """
    request = Request(folder=resolved(folder), environ=os.environ)
    report = reviewers_lint.check_codeowners(request, file, known_owners(request.folder, known))
    return deliver(report, request.folder, format_=format_, output=output)


@command.command()
@_file
@_check
@_folder
def fmt(*, file: Path | None, check: bool, folder: Path) -> int:
    """Put the owners of each block below each other; rules, comments and order stay.

    Without FILE the one is written that GitHub reads.
    """
    place = resolved(folder)
    root = Repository(place, os.environ).root
    path = (place / file) if file else _existing(root)
    if path is None:
        hint = f"GitHub looks for {', '.join(LOCATIONS)}, in this order"
        raise UsageError("there is no CODEOWNERS file", hint=hint)
    text = _text(path)
    return rewrite(path, _shown(path, root), text, codeowners_file.formatted(text), check=check)


@command.command()
@_check
@click.option(
    "--superset",
    is_flag=True,
    help="Write what CODEOWNERS cannot say as more owners than were meant.",
)
@place_options
def generate(*, check: bool, superset: bool, folder: Path, config: Path | None) -> int:
    """Write the `owners` of the settings into a block of the CODEOWNERS file.

    What stands outside of the block stays. Where the rules say more than CODEOWNERS can, nothing
    is written, unless --superset.
    """
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    repo = Repository(folder, os.environ)
    rules = review_rules.on_disk(repo, load_settings(repo, request), request).rules
    if not rules.owners or rules.source in LOCATIONS:
        hint = "write `owners:` in .qgate.yml; `qgate codeowners fmt` formats a file by hand"
        raise UsageError("there are no `owners` in the settings to generate from", hint=hint)
    lost = codeowners_file.losses(rules)
    if lost and not superset:
        raise UsageError(
            "CODEOWNERS cannot say all of it:\n" + "\n".join(lost),
            hint="--superset writes the owners of `require` to every rule they may concern",
        )
    path = _existing(repo.root) or repo.root / _NEW
    if path.is_symlink():
        raise UsageError(f"{_NEW} is a link", hint="GitHub does not follow it; take it away")
    text = _text(path) if path.exists() else ""
    made = codeowners_file.generated(text, rules)
    if not check:
        _make_folder(path.parent)
    code = rewrite(path, _shown(path, repo.root), text, made, check=check)
    for each in lost:
        click.echo(f"left out, or widened: {inert(each)}", err=True)
    return code


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        hint = "there must be a folder of that name, or nothing"
        raise UsageError(f"cannot make {folder}: {error.strerror}", hint=hint) from error


def _existing(root: Path) -> Path | None:
    found = (root / name for name in LOCATIONS)
    return next((path for path in found if path.is_file() and not path.is_symlink()), None)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="it must be UTF-8") from error


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
