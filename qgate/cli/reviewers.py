"""`qgate reviewers`."""

import os
import shutil
import sys
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options, report_options, side_options
from qgate.cli.output import resolved, write
from qgate.cli.rendering import deliver
from qgate.cli.rewriting import rewrite
from qgate.engine import review_rules, reviewers, reviewers_lint
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.parse.yaml_quotes import quoted
from qgate.parse.yaml_reader import read
from qgate.parse.yaml_tree import InvalidYaml, plain
from qgate.reporters import reviewers_text
from qgate.system.git import Repository

known_option = click.option(
    "--known",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A list of all accounts and teams, one a line; owners that are not in it are errors.",
)


@click.group(name="reviewers")
def command() -> None:
    """Say who should review a change, and why."""


@command.command()
@side_options
@click.option(
    "--author",
    metavar="LOGIN",
    help="Who wrote the change, and is not asked. Default: in CI the pull request's author.",
)
@click.option(
    "--facts",
    "facts_file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="What is known of the pull request, as JSON. Default: in CI what the event says.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, `qgate.reviewers/1`.")
@place_options
def plan(
    *,
    base: str | None,
    committed: bool,
    staged: bool,
    author: str | None,
    facts_file: Path | None,
    as_json: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Plan who is asked to review this change, by the rules at its base.

    Nobody is asked: this prints the plan, with the reason for everybody in it.
    """
    request = _request(folder, config, base=base, committed=committed, staged=staged)
    made = reviewers.plan(request, reviewers.facts(request, facts_file, author))
    if as_json:
        from qgate.reporters import reviewers_json  # noqa: PLC0415 - only who asks for it

        write(reviewers_json.render(made))
    else:
        write(reviewers_text.plan(made, _width()))
    return errors.EXIT_PASSED


@command.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@place_options
def explain(*, paths: tuple[str, ...], folder: Path, config: Path | None) -> int:
    """Say who owns a PATH by the rules on disk, by which rule, and which others match.

    A PATH need not exist. It is taken from the current folder, `/PATH` from the repository's root.
    """
    found = reviewers.explain(_request(folder, config), paths)
    texts = (
        reviewers_text.explained(
            each.path, each.owned, each.below, is_tracked=each.is_tracked, width=_width()
        )
        for each in found
    )
    write("\n".join(texts))
    return errors.EXIT_PASSED


@command.command()
@known_option
@report_options
@place_options
def lint(
    *,
    known: Path | None,
    format_: str,
    output: Path | None,
    folder: Path,
    config: Path | None,
) -> int:
    """Report what is wrong with the rules about reviewers, and files that have no owner.

    Exit code 1 for what GitHub would skip or cannot find; the rest are warnings.
    """
    request = _request(folder, config)
    report = reviewers_lint.check(request, known_owners(request.folder, known))
    return deliver(report, request.folder, format_=format_, output=output)


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if something would change.")
@place_options
def fmt(*, check: bool, folder: Path, config: Path | None) -> int:
    """Quote what YAML does not take for text, such as @owner and *.js, in the files of rules."""
    request = _request(folder, config)
    repo = Repository(request.folder, request.environ)
    found = review_rules.on_disk(repo, load_settings(repo, request), request)
    if not found.yaml:
        raise UsageError("there are no rules in YAML", hint="write `owners:` in .qgate.yml")
    return max(_format(repo.root / name, name, check=check) for name, _ in found.yaml)


def _format(path: Path, name: str, *, check: bool) -> int:
    # As bytes: line ends and a byte order mark stay.
    text = path.read_bytes().decode("utf-8")
    bare = text.removeprefix("\ufeff")
    made = quoted(bare).text
    try:
        says_the_same = plain(read(made)) == plain(read(bare))
    except InvalidYaml:
        says_the_same = False
    if not says_the_same:
        hint = "quote what begins with @ or * by hand"
        raise UsageError(f"{name} would say something else with quotes", hint=hint)
    return rewrite(path, name, text, text[: len(text) - len(bare)] + made, check=check)


def known_owners(folder: Path, path: Path | None) -> frozenset[str] | None:
    """The list that `--known` names. Raises `UsageError`."""
    if path is None:
        return None
    try:
        return reviewers_lint.known_owners((folder / path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        hint = "it must be a text file with an owner a line"
        raise UsageError(f"{path} cannot be read: {error}", hint=hint) from error


def _request(
    folder: Path,
    config: Path | None,
    *,
    base: str | None = None,
    committed: bool = False,
    staged: bool = False,
) -> Request:
    folder = resolved(folder)
    return Request(
        folder=folder,
        environ=os.environ,
        base=base,
        committed=committed,
        staged=staged,
        config=(folder / config) if config else None,
    )


def _width() -> int | None:
    """The terminal's width; None in a pipe, where lines are whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
