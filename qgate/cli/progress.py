"""What runs, on standard error, while it runs."""

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import click

from qgate.reporters.inert import inert
from qgate.system.job import Running

_QUIET_SECONDS: Final = 10


@contextlib.contextmanager
def shown(*, is_log: bool = False) -> Iterator["Progress"]:
    """Something to tell what runs; what it draws is gone at the end.

    `is_log` draws nothing even at a terminal: a runner may give one to a log.
    """
    progress = Progress(is_terminal=sys.stderr.isatty() and not is_log)
    try:
        yield progress
    finally:
        progress.clear()


class Progress:
    """What runs, on standard error: a list rewritten on a terminal, now and then a line in a log.

    A log gets one after a second and every ten.
    """

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._height = 0
        self._next = 1.0

    def __call__(self, running: Sequence[Running]) -> None:
        """Take what runs now."""
        if self._is_terminal:
            self._redraw(running)
            return
        now = max((each.seconds for each in running if not each.is_done), default=0.0)
        if now >= self._next:
            self._next = now - now % _QUIET_SECONDS + _QUIET_SECONDS
            at_work = [f"{each.label} {each.seconds:.0f} s" for each in running if not each.is_done]
            click.echo(inert(f"running {', '.join(at_work)}"), err=True)

    def _redraw(self, running: Sequence[Running]) -> None:
        size = shutil.get_terminal_size()
        done = [each for each in running if each.is_done]
        # What runs is what matters; a list that scrolls could not be wiped.
        shown = [*done, *(each for each in running if not each.is_done)][-(size.lines - 2) :]
        lines = []
        for each in shown:
            mark = "done" if each.is_done else "    "
            # A line that wraps could not be wiped either.
            lines.append(f"{mark} {each.seconds:6.1f} s  {inert(each.label)}"[: size.columns - 1])
        text = "".join(f"\r\x1b[K{line}\n" for line in lines)
        up = f"\x1b[{self._height}A" if self._height else ""
        click.echo(f"{up}{text}\x1b[J", err=True, nl=False)
        self._height = len(lines)

    def clear(self) -> None:
        """Take the list away."""
        if self._height:
            click.echo(f"\x1b[{self._height}A\r\x1b[J", err=True, nl=False)
            self._height = 0
