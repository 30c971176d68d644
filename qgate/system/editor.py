"""The person's own editor on a file."""

import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from qgate.errors import UsageError


def edit(path: Path, environ: Mapping[str, str], *, keeps_output: bool = False) -> None:
    """Open a file with `$VISUAL`, else `$EDITOR`, and wait for it. Raises `UsageError`.

    What the editor prints goes to standard error where standard output is no terminal, so that
    only the command's own answer is in it; with `keeps_output` it goes where ours goes.
    """
    editor = environ.get("VISUAL") or environ.get("EDITOR")
    if not editor:
        raise UsageError("there is no editor to open", hint="set VISUAL or EDITOR")
    try:
        argv = [*shlex.split(editor), str(path)]
    except ValueError as error:
        raise UsageError(f"VISUAL or EDITOR: {error}", hint="close the quotation") from error
    sys.stdout.flush()
    output = None if keeps_output or sys.stdout.isatty() else sys.stderr
    try:
        code = subprocess.call(argv, env=dict(environ), stdout=output)
    except OSError as error:
        message = f"cannot start {argv[0]}: {error.strerror}"
        raise UsageError(message, hint="set VISUAL or EDITOR to a program that is there") from error
    if code:
        raise UsageError(f"{argv[0]} ended with code {code}", hint="the file stays as it is")
