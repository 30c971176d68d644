"""The Action's first step: an environment with qgate and its pinned requirements.

Standard library only, run with `python3 -I`: nothing of the workspace is imported. The interpreter
is the first `python3` on PATH, the one that runs the project's tests, so that both read the same
coverage data and the same syntax. What is installed is requirements/action.txt, wheels with these
hashes and nothing else; qgate itself is the Action's own checkout, put on the path. An environment
that is there already, from an earlier step of the job, is used again.

Exit codes: 2 for a Python or a runner that will not do, 3 where the installation failed.
"""

# A Python that is too old must still read this file, to say so.
from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Mapping, Sequence

OLDEST = (3, 11)
TRUSTED = ("pull_request_target", "workflow_run")
USAGE, INCOMPLETE = 2, 3
MOST_CHARACTERS = 4000

# Where packages come from is the user's own affair: hashes say what may be installed. Whatever else
# pip can be told by variables (a target folder, constraints, a log) would change what is.
PIP_VARIABLES = frozenset(
    {
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"),
        *("PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_CONFIG_FILE"),
        *("PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CACHE_DIR"),
    }
)
# What pip does without, none of it being fetched: no building, no other version, no dependency.
INSTALL = (
    *("--quiet", "--no-input", "--disable-pip-version-check", "install"),
    *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
)


def main() -> int:
    """Make the environment and tell the later steps where it is."""
    if sys.version_info < OLDEST:
        found = f"{platform.python_version()} ({sys.executable})"
        return refuse(
            f"Python 3.11 or later is needed, and python3 is {found}; "
            "run actions/setup-python before qgate",
            USAGE,
        )
    missing = [name for name in ("RUNNER_TEMP", "GITHUB_OUTPUT") if not os.environ.get(name)]
    if missing:
        return refuse(f"{missing[0]} is not set: this is no step of GitHub Actions", USAGE)
    action = Path(__file__).resolve().parent.parent
    requirements = action / "requirements" / "action.txt"
    lock = hashlib.sha256(requirements.read_bytes()).hexdigest()
    temporary = Path(os.environ["RUNNER_TEMP"])
    folder = temporary / f"qgate-{identity(lock, action)}"
    problem = prepare(folder, requirements, action)
    if problem:
        return refuse(problem, INCOMPLETE)
    tell(outputs(folder, temporary, lock))
    return 0


def identity(lock: str, action: Path) -> str:
    """What must be the same for an environment to be used again."""
    parts = (lock, str(action), sys.executable, sys.version)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def prepare(folder: Path, requirements: Path, action: Path) -> str:
    """Make the environment, whole or not at all; what went wrong in words, or nothing."""
    ready = folder / "ready"
    if folder.is_symlink():
        folder.unlink()
    elif ready.is_file():
        return ""
    elif folder.exists():
        shutil.rmtree(folder)
    python = str(folder / "bin" / "python")
    failed = run([sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)], action)
    if failed:
        return f"python3 -m venv failed\n{failed}"
    pip = [sys.executable, "-I", "-m", "pip", "--python", python]
    if importlib.util.find_spec("pip") is None:
        pip = [python, "-I", "-m", "pip"]
        failed = run([python, "-I", "-m", "ensurepip"], action)
        if failed:
            return f"{sys.executable} has neither pip nor ensurepip\n{failed}"
    failed = run([*pip, *INSTALL, "--requirement", str(requirements)], action)
    if failed:
        return f"the pinned requirements cannot be installed\n{failed}"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    (site / "qgate-action.pth").write_text(f"{action}\n", "utf-8")
    ready.touch()
    return ""


def run(argv: Sequence[str], folder: Path) -> str:
    """What a program says where it fails; nothing where it does not."""
    done = subprocess.run(
        argv,
        # Not the workspace.
        cwd=str(folder),
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return done.stdout.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables for pip: the user's, without those that change what is installed or where."""
    return {
        name: value
        for name, value in environ.items()
        if name in PIP_VARIABLES or not name.startswith(("PIP_", "PYTHON"))
    }


def outputs(folder: Path, temporary: Path, lock: str) -> dict[str, str]:
    """What later steps ask for; `keeps` is whether anything of this run may outlive it."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = f"{platform.system()}-{platform.machine()}".lower()
    prefix = f"qgate-{machine}-{version}-{lock[:16]}-"
    # An entry is never written twice: each run saves its own, and the next finds the newest.
    once = (os.environ.get("GITHUB_RUN_ID", ""), uuid.uuid4().hex[:8])
    return {
        "python": str(folder / "bin" / "python"),
        "cache": str(temporary / "qgate-cache"),
        "prefix": prefix,
        "key": prefix + "-".join(once),
        "keeps": "false" if os.environ.get("GITHUB_EVENT_NAME", "") in TRUSTED else "true",
    }


def tell(values: Mapping[str, str]) -> None:
    """Set the step's outputs, each between delimiters that nobody can guess."""
    text = ""
    for name, value in values.items():
        delimiter = f"qgate-{uuid.uuid4()}"
        text += f"{name}<<{delimiter}\n{' '.join(value.splitlines())}\n{delimiter}\n"
    handle = os.open(os.environ["GITHUB_OUTPUT"], os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with os.fdopen(handle, "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def refuse(problem: str, code: int) -> int:
    """Say in an annotation why there is no verdict."""
    text = problem[-MOST_CHARACTERS:].replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=qgate incomplete::{text}\n")
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
