"""`qgate init`."""

import difflib
import os
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.engine import action_reference, init_github
from qgate.engine.init_github import Planned, State
from qgate.engine.request import Request
from qgate.reporters.inert import inert
from qgate.system.git import Repository


@click.group(name="init")
def command() -> None:
    """Write the files that let a service run qgate."""


@command.command()
@click.option(
    "--action",
    metavar="OWNER/REPO@COMMIT",
    help="The Action, by its full commit id; a comment with its version may follow, as in a "
    "workflow. Default: the commit that qgate runs from, if that is a checkout of GitHub's.",
)
@click.option("--branch", metavar="NAME", default="", help="The default branch. Default: git's.")
@click.option("--force", is_flag=True, help="Overwrite files that hold something else.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Write nothing; print the differences.")
@click.option("--check", is_flag=True, help="The same; exit code 1 if there are any.")
@place_options
def github(
    *,
    action: str | None,
    branch: str,
    force: bool,
    is_dry: bool,
    check: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Write workflows for GitHub Actions, and the template of pull requests.

    A file that is there and holds something else is left alone, and the exit code is 1. What stands
    between the marks of the project's tests in qgate.yml always stays.
    """
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    reference = (
        action_reference.of_this_checkout(os.environ)
        if action is None
        else action_reference.parsed(action)
    )
    plan = init_github.plan(request, reference, branch=branch)
    if is_dry or check:
        write("".join(map(_difference, plan)))
        is_all_there = all(each.state is State.SAME for each in plan)
        return errors.EXIT_FAILED if check and not is_all_there else errors.EXIT_PASSED
    root = Repository(folder, os.environ).root
    return max([_written(root, each, force=force) for each in plan])


def _difference(planned: Planned) -> str:
    name = inert(planned.name)
    if planned.state is State.SAME:
        return f"{name}: unchanged\n"
    before = (planned.before or "").splitlines()
    lines = difflib.unified_diff(before, planned.text.splitlines(), name, name, lineterm="")
    return "".join(f"{inert(line)}\n" for line in lines)


def _written(root: Path, planned: Planned, *, force: bool) -> int:
    if planned.state is State.SAME:
        said, code = "unchanged", errors.EXIT_PASSED
    elif planned.state is State.NEW or force:
        init_github.write(root, planned)
        said, code = "written", errors.EXIT_PASSED
    else:
        said = "left alone: it holds something else; --check shows what, --force overwrites it"
        code = errors.EXIT_FAILED
    write(f"{inert(planned.name)}: {said}\n")
    return code
