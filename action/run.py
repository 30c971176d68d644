"""The Action's own step: `qgate ci` with the inputs as a list of arguments.

Standard library only, run with `python3 -I`. Inputs come as variables and never through a shell.
"""

import os
from collections.abc import Mapping
from pathlib import Path

TRUSTED = ("pull_request_target", "workflow_run")


def arguments(environ: Mapping[str, str]) -> list[str]:
    """The command line for the inputs."""
    found = ["-C", environ.get("INPUT_WORKING_DIRECTORY", "").strip() or "."]
    for name, option in (("INPUT_BASE", "--base"), ("INPUT_CONFIG", "--config")):
        value = environ.get(name, "").strip()
        if value:
            # One word, so that no value is taken for an option.
            found.append(f"{option}={value}")
    for name, option in (("INPUT_GATES", "--gate"), ("INPUT_FORMATS", "--format")):
        found += [f"{option}={word}" for word in environ.get(name, "").split()]
    return found


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables for qgate: a token only where there is something to publish."""
    ours = ("INPUT_", "PREPARED_")
    kept = {name: value for name, value in environ.items() if not name.startswith(ours)}
    token = environ.get("INPUT_TOKEN", "")
    if environ.get("GITHUB_EVENT_NAME", "") in TRUSTED and token:
        kept["GITHUB_TOKEN"] = token
    return kept


def main() -> None:
    """Become qgate: its exit code is the step's, and a signal reaches it."""
    python = os.environ["PREPARED_PYTHON"]
    # Byte code goes beside the environment, and not into a checkout.
    compiled = Path(python).parent.parent / "compiled"
    isolated = ("-I", "-X", f"pycache_prefix={compiled}")
    argv = [python, *isolated, "-m", "qgate", "ci", *arguments(os.environ)]
    os.execve(python, argv, environment(os.environ))  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    main()
