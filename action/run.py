"""The Action's own step: `qgate ci` with the inputs as a list of arguments.

Standard library only, run with `python3 -I`. Inputs come as variables and never through a shell.
"""

import os
import sys

TRUSTED = ("pull_request_target", "workflow_run")


def arguments(environ):
    """The command line for the inputs."""
    folder = environ.get("INPUT_WORKING_DIRECTORY", "").strip() or "."
    found = ["-C", folder]
    for name, option in (("INPUT_BASE", "--base"), ("INPUT_CONFIG", "--config")):
        value = environ.get(name, "").strip()
        if value:
            # One word, so that no value is taken for an option.
            found.append(f"{option}={value}")
    for name, option in (("INPUT_GATES", "--gate"), ("INPUT_FORMATS", "--format")):
        found += [f"{option}={word}" for word in environ.get(name, "").split()]
    return found


def environment(environ):
    """The variables for qgate: a token only where there is something to publish."""
    kept = {name: value for name, value in environ.items() if not name.startswith("INPUT_")}
    python = kept.pop("PREPARED_PYTHON")
    token = environ.get("INPUT_TOKEN", "")
    if environ.get("GITHUB_EVENT_NAME", "") in TRUSTED and token:
        kept["GITHUB_TOKEN"] = token
    return python, kept


def main():
    """Become qgate: its exit code is the step's, and a signal reaches it."""
    python, environ = environment(os.environ)
    sys.stdout.flush()
    os.execve(python, [python, "-I", "-m", "qgate", "ci", *arguments(os.environ)], environ)


if __name__ == "__main__":
    main()
