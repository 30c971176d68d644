"""A file that a command writes anew, or only says that it would."""

import difflib
from pathlib import Path

from qgate import errors
from qgate.cli.output import write
from qgate.reporters.inert import inert
from qgate.system import files


def rewrite(path: Path, name: str, before: str, after: str, *, check: bool) -> int:
    """Write `after`; with `check` print the difference instead. Gives the exit code.

    Raises `UsageError` where the file cannot be written.
    """
    if before == after:
        write(f"{inert(name)}: nothing to change\n")
        return errors.EXIT_PASSED
    if check:
        # By line feeds alone: a carriage return is a difference, and is shown.
        lines = difflib.unified_diff(before.split("\n"), after.split("\n"), name, name, lineterm="")
        write("".join(f"{inert(line)}\n" for line in lines))
        return errors.EXIT_FAILED
    files.write(path, after)
    write(f"{inert(name)}: written\n")
    return errors.EXIT_PASSED
