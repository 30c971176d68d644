"""The command group and the one boundary at which everything becomes an exit code.

Commands are imported only when they are called; their one-line help stands here.
"""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click

from qgate import __version__, errors
from qgate.errors import QgateError

_COMMANDS: Final = {
    "check": ("qgate.cli.check", "Judge this change: one verdict from every gate."),
    "ci": ("qgate.cli.ci", "Judge what a CI run is for, and say it where people look."),
    "explain": ("qgate.cli.explain", "Say what a rule means, why, and how to mend it."),
    "doctor": ("qgate.cli.doctor", "Say which tool runs for each gate, and what is amiss."),
    "config": ("qgate.cli.config", "Show the settings and where each came from."),
    "cache": ("qgate.cli.cache", "Look at what is remembered between runs, and forget it."),
    "hook": ("qgate.cli.hook", "Let git run qgate before each commit, merge and push."),
    "publish": ("qgate.cli.publish", "Publish the verdict on a pull request."),
    "init": ("qgate.cli.init", "Write the files that let a service run qgate."),
    "reviewers": ("qgate.cli.reviewers", "Say who should review a change, and why."),
    "codeowners": ("qgate.cli.codeowners", "Check, format and generate the CODEOWNERS file."),
    "new-adr": ("qgate.cli.new_adr", "Write the next decision record."),
    "new-incident": ("qgate.cli.new_incident", "Declare an incident, with its checklist."),
    "new-postmortem": ("qgate.cli.new_postmortem", "Draft the post-mortem of an incident."),
    "new-runbook": ("qgate.cli.new_runbook", "Write a new runbook, for an alert or a procedure."),
    "new-checklist": ("qgate.cli.new_checklist", "Write a new checklist from its template."),
    "adr": ("qgate.cli.adr", "List, change and check the decision records."),
    "incident": ("qgate.cli.incident", "Carry an incident on, and look at all of them."),
    "runbook": ("qgate.cli.runbook", "List alerts and runbooks, and which have no partner."),
    "docs": ("qgate.cli.docs", "Mend process documents."),
    "adr-tools": ("qgate.cli.adr_tools", "Run a command of adr-tools."),
}
_ISSUES: Final = "the project's issue tracker"


class Terminated(BaseException):
    """TERM or HUP arrived; raised so that `finally` blocks run."""


class Interrupted(BaseException):
    """Ctrl-C; raised in place of KeyboardInterrupt.

    Where that comes up in the middle of an `exec`, as in the making of a dataclass, Python ends
    itself with SIGINT at the end, whatever code it was told to exit with (CPython 3.11,
    `unhandled_keyboard_interrupt`).
    """


class _LazyGroup(click.Group):
    """A group that imports a command when it is called, not to list it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qgate", message="%(prog)s %(version)s")
def group() -> None:
    """Enforce the documented process on what a change brought in.

    Exit codes: 0 passed, 1 a gate failed, 2 usage or settings, 3 incomplete (could not judge),
    4 a bug in qgate, 130 interrupted, 143 terminated.
    """


def main() -> NoReturn:
    """Run the command line and exit with the documented code."""
    signal.signal(signal.SIGTERM, _terminate)
    # A job that a shell put into the background ignores INT.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    # nohup ignores HUP so that the run outlives its terminal.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _terminate)
    # A stream that was closed (`>&-`) is None; what is written to it is lost, as asked for.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - for good
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A console that cannot show a character gets its number, not a crash.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_code())


def _code() -> int:
    try:
        result = group.main(standalone_mode=False, prog_name="qgate")
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt, Interrupted):
        _say("interrupted")
        return errors.EXIT_INTERRUPTED
    except Terminated:
        _say("terminated")
        return errors.EXIT_TERMINATED
    except click.ClickException as error:
        error.show()
        return errors.EXIT_USAGE
    except QgateError as error:
        _say(error.message)
        if error.hint:
            _say(error.hint, "hint: ")
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the one catch-all: a bug must not look like a verdict
        _report_bug(error)
        return errors.EXIT_BUG
    return result if isinstance(result, int) else errors.EXIT_PASSED


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    _ignore_more()
    raise Interrupted


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    _ignore_more()
    raise Terminated


def _ignore_more() -> None:
    # Once is enough: another exception in the middle of tidying up would leave the rest undone.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _say(text: str, prefix: str = "qgate: ") -> None:
    from qgate.reporters.inert import inert_lines  # noqa: PLC0415 - only on the way out

    click.echo(f"{prefix}{inert_lines(_hidden(text))}", err=True)


def _hidden(text: str) -> str:
    """Without the secrets of this process's environment."""
    from qgate.system import secrets  # noqa: PLC0415 - the same

    return secrets.of(os.environ).hidden(text)


def _report_bug(error: Exception) -> None:
    import platform  # noqa: PLC0415 - nobody should wait for these
    import traceback  # noqa: PLC0415

    _say(f"this is a bug in qgate, not a verdict on your change: {error!r}")
    click.echo(f"Please report it to {_ISSUES} with the lines below.\n", err=True)
    click.echo(
        f"qgate {__version__}, Python {platform.python_version()}, {platform.platform()}", err=True
    )
    click.echo(_hidden("".join(traceback.format_exception(error))), err=True)
