"""`qgate init`."""

import difflib
import os
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.engine import action_lines, action_reference, init_github, planned_files
from qgate.engine.action_reference import ActionReference
from qgate.engine.planned_files import Planned, State
from qgate.engine.request import Request
from qgate.errors import UsageError
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
    "workflow. Default: that of the workflows that are there, else (and for --pin) the commit "
    "that qgate runs from, if that is a checkout of GitHub's.",
)
@click.option("--branch", metavar="NAME", default="", help="The default branch. Default: git's.")
@click.option(
    "--pin",
    "is_pin",
    is_flag=True,
    help="Only give the Action's commit and version to the lines of workflows that use it.",
)
@click.option("--force", is_flag=True, help="Change files that hold something else.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Write nothing; print the differences.")
@click.option("--check", is_flag=True, help="The same; exit code 1 if there are any.")
@place_options
def github(
    *,
    action: str | None,
    branch: str,
    is_pin: bool,
    force: bool,
    is_dry: bool,
    check: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Write workflows for GitHub Actions, and the template of pull requests.

    A file that is there and holds something else is left alone, and the exit code is 1. What stands
    between the marks of the project's tests in qgate.yml always stays, and so does the text of a
    template that is there: the list is put at its end. To move to another version, use --pin.
    """
    if is_pin and (force or branch):
        raise UsageError("--pin goes with neither --force nor --branch", hint="leave them out")
    folder = resolved(folder)
    request = Request(
        folder=folder, environ=os.environ, config=(folder / config) if config else None
    )
    root = Repository(folder, os.environ).root
    reference = _reference(action, root, is_pin=is_pin)
    if is_pin:
        plan = action_lines.pinned(root, reference)
    else:
        plan = init_github.plan(request, reference, branch=branch)
    if is_dry or check:
        write("".join(map(_difference, plan)))
        is_all_there = all(each.state is State.SAME for each in plan)
        return errors.EXIT_FAILED if check and not is_all_there else errors.EXIT_PASSED
    if is_pin:
        return max([_moved(root, each) for each in plan])
    return max([_written(root, each, force=force) for each in plan])


def _reference(action: str | None, root: Path, *, is_pin: bool) -> ActionReference:
    if action is not None:
        return action_reference.parsed(action)
    # Moved to where it is, it would not move.
    there = None if is_pin else action_lines.in_use(root)
    return there or action_reference.of_this_checkout(os.environ)


def _difference(planned: Planned) -> str:
    name = inert(planned.name)
    if planned.state is State.SAME:
        return f"{name}: unchanged\n"
    if planned.state is State.KEPT:
        return f"{name}: left alone: {inert(planned.kept)}\n"
    before = (planned.before or "").splitlines()
    lines = difflib.unified_diff(before, planned.text.splitlines(), name, name, lineterm="")
    return "".join(f"{inert(line)}\n" for line in lines)


def _moved(root: Path, planned: Planned) -> int:
    if planned.state is State.SAME:
        write(f"{inert(planned.name)}: unchanged\n")
        return errors.EXIT_PASSED
    planned_files.write(root, planned)
    for each in action_lines.moved(planned):
        write(f"{inert(f'{planned.name}:{each.line}: {each.before} -> {each.after}')}\n")
    return errors.EXIT_PASSED


def _written(root: Path, planned: Planned, *, force: bool) -> int:
    code = errors.EXIT_PASSED
    if planned.state is State.SAME:
        said = "unchanged"
    elif planned.state is State.KEPT:
        said, code = f"left alone: {planned.kept}", errors.EXIT_FAILED
    elif planned.state is State.NEW or force:
        planned_files.write(root, planned)
        said = "written"
    else:
        said = "left alone: it holds something else; --check shows what --force would change"
        code = errors.EXIT_FAILED
    write(f"{inert(f'{planned.name}: {said}')}\n")
    return code
