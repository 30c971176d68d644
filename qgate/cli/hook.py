"""`qgate hook`."""

import os
import shlex
import sys
from pathlib import Path
from typing import Final

import click

from qgate.cli import check
from qgate.cli.output import resolved, write
from qgate.engine import push
from qgate.engine.request import Request
from qgate.errors import EXIT_PASSED, Incomplete, UsageError
from qgate.parse import pre_push
from qgate.system import hooks
from qgate.system.git import Repository
from qgate.system.hook_script import KEPT, PRE_PUSH, STAGES, run_arguments, script
from qgate.system.hooks import Change

# Quick enough to wait for at each commit. A push is judged by every gate, as in CI.
BEFORE_A_COMMIT: Final = ("lint", "types")

_WHAT_WAS_DONE: Final = {
    Change.WRITTEN: "installed",
    Change.REWRITTEN: "installed anew",
    Change.KEPT_EARLIER: f"installed; the hook that was there is now {{}}{KEPT} and runs first",
    Change.REMOVED: "removed",
    Change.RESTORED: "removed; the hook that was there before is back",
    Change.LEFT_ALONE: "left alone: this hook was not written by qgate",
}

_stages = click.option(
    "--stage",
    "stages",
    metavar="STAGE",
    type=click.Choice(list(STAGES)),
    multiple=True,
    default=list(STAGES),
    help=f"One of {', '.join(STAGES)} (repeat for several). Default: all three.",
)
_gates = click.option(
    "--gate",
    "gates",
    metavar="GATE",
    multiple=True,
    help=f"A gate to run (repeat for several). Default: {' and '.join(BEFORE_A_COMMIT)}, before "
    "a push every gate.",
)
_folder = click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Run as if started in DIR.",
)


@click.group(name="hook")
def command() -> None:
    """Let git run qgate before each commit, merge and push."""


@command.command()
@_stages
@_gates
@_folder
def install(*, stages: tuple[str, ...], gates: tuple[str, ...], folder: Path) -> int:
    """Put hooks into the repository's git folder.

    A hook that is there already is kept and runs first. The working tree is not written.
    """
    repo = Repository(resolved(folder), os.environ)
    place = hooks.folder_of(repo)
    if place is None:
        raise _not_ours_to_write(repo.hooks_folder(), stages, gates)
    scripts = {stage: script(stage, python=sys.executable, gates=gates) for stage in stages}
    _say(hooks.install(place, scripts), "already installed")
    return EXIT_PASSED


@command.command()
@_stages
@_folder
def uninstall(*, stages: tuple[str, ...], folder: Path) -> int:
    """Take the hooks away and bring back those that were there before."""
    repo = Repository(resolved(folder), os.environ)
    _say(hooks.uninstall(repo, stages), "qgate is not installed here")
    return EXIT_PASSED


@command.command()
@click.argument("stage", metavar="STAGE", type=click.Choice(list(STAGES)))
@click.argument("arguments", metavar="[ARG]...", nargs=-1, type=click.UNPROCESSED)
@_gates
def run(*, stage: str, arguments: tuple[str, ...], gates: tuple[str, ...]) -> int:
    """Do what the installed hook of this STAGE does; for hooks written by hand.

    Before a commit or merge the index is judged, before a push HEAD. ARG and standard input are
    what git gives to the hook.
    """
    folder = resolved(Path())
    if stage != PRE_PUSH:
        staged = gates or BEFORE_A_COMMIT
        return check.run(Request(folder=folder, environ=os.environ, gates=staged, staged=True))
    updates = pre_push.parse(_standard_input())
    remote = next(iter(arguments), "")
    plan = push.plan(Repository(folder, os.environ), remote, updates)
    code = EXIT_PASSED
    if plan.head:
        code = check.run(Request(folder=folder, environ=os.environ, gates=gates, committed=True))
    # What is certain goes first: a failed HEAD is failed, whatever else is pushed with it.
    if code == EXIT_PASSED and plan.elsewhere:
        raise _not_checked_out(plan.elsewhere[0])
    return code


def _standard_input() -> str:
    if not sys.stdin:
        hint = "leave the call to git: `qgate hook install`, then `git push`"
        raise UsageError("standard input is closed, so what is pushed is not known", hint=hint)
    return os.fsdecode(sys.stdin.buffer.read())


def _say(done: dict[str, Change], nothing: str) -> None:
    for stage, change in done.items():
        text = _WHAT_WAS_DONE.get(change, nothing).format(stage)
        write(f"{stage}: {text}\n")


def _not_ours_to_write(place: Path, stages: tuple[str, ...], gates: tuple[str, ...]) -> UsageError:
    lines = (f'`qgate {run_arguments(stage, gates)} "$@" || exit` to {stage}' for stage in stages)
    return UsageError(
        f"git takes its hooks from {place} (core.hooksPath), which is not in this repository's "
        "git folder; qgate does not write there",
        hint=f"add a line by hand: {', '.join(lines)}",
    )


def _not_checked_out(update: pre_push.Update) -> Incomplete:
    branch = update.local_ref.removeprefix("refs/heads/")
    way = f"git switch {shlex.quote(branch)}" if branch != update.local_ref else "check it out"
    return Incomplete(
        "not-checked-out",
        f"{update.local_ref} ({update.local_id[:12]}) is not what is checked out, so it cannot "
        "be judged",
        hint=f"{way} and push again, or push without this hook: git push --no-verify",
    )
