"""The Action's first step: an environment with qgate and its pinned requirements.

Standard library only, run with `python3 -I`: nothing of the workspace is imported. The interpreter
is the first `python3` on PATH, the one that runs the project's tests, so that both read the same
coverage data and the same syntax. What is installed is requirements/action.txt, wheels with these
hashes and nothing else; qgate itself is the Action's own checkout, put on the path. An environment
that is there already, from an earlier step of the job, is used again.

Exit codes: 2 for a Python or a runner that will not do, 3 where the installation failed.
"""

# No later syntax: a Python that is too old must still read this file to say so.
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import uuid

OLDEST = (3, 11)
TRUSTED = ("pull_request_target", "workflow_run")
USAGE, INCOMPLETE = 2, 3
READY = "ready"

# Where packages come from is the user's own affair: hashes say what may be installed. Whatever else
# pip can be told by variables (a target folder, constraints, a log) would change what is.
PIP_VARIABLES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"),
    *("PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY"),
    *("PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CACHE_DIR", "PIP_CONFIG_FILE"),
)


def main():
    """Make the environment and tell the later steps where it is."""
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        return refuse(
            f"Python 3.11 or later is needed, and python3 is {found} ({sys.executable}); "
            "run actions/setup-python before qgate",
            USAGE,
        )
    missing = [name for name in ("RUNNER_TEMP", "GITHUB_OUTPUT") if not os.environ.get(name)]
    if missing:
        return refuse(f"{missing[0]} is not set: this is no step of GitHub Actions", USAGE)
    action = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    requirements = os.path.join(action, "requirements", "action.txt")
    with open(requirements, "rb") as file:
        lock = hashlib.sha256(file.read()).hexdigest()
    temporary = os.environ["RUNNER_TEMP"]
    folder = os.path.join(temporary, "qgate-" + identity(lock, action))
    problem = prepared(folder, requirements, action)
    if problem:
        return refuse(problem, INCOMPLETE)
    tell(outputs(folder, temporary, lock))
    return 0


def identity(lock, action):
    """What must be the same for an environment to be used again."""
    parts = (lock, action, sys.executable, sys.version)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def prepared(folder, requirements, action):
    """Make the environment, whole or not at all; what went wrong in words, or nothing."""
    if os.path.isfile(os.path.join(folder, READY)) and not os.path.islink(folder):
        return ""
    if os.path.lexists(folder):
        (os.unlink if os.path.islink(folder) else shutil.rmtree)(folder)
    # `venv` writes no address of pip's and pip none of the workspace's: both start elsewhere.
    python = os.path.join(folder, "bin", "python")
    made = run([sys.executable, "-I", "-m", "venv", folder], action)
    if made:
        return "python3 -m venv failed (Debian has it in python3-venv)\n" + made
    options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile")
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    install = (python, "-I", "-m", "pip", *quiet, "install", *options, "--requirement", requirements)
    failed = run(install, action)
    if failed:
        return "the pinned requirements cannot be installed\n" + failed
    version = "python%d.%d" % sys.version_info[:2]
    site = os.path.join(folder, "lib", version, "site-packages")
    with open(os.path.join(site, "qgate-action.pth"), "w", encoding="utf-8") as file:
        file.write(action + "\n")
    with open(os.path.join(folder, READY), "w", encoding="utf-8"):
        return ""


def run(argv, folder):
    """What a program says where it fails; nothing where it does not."""
    done = subprocess.run(  # noqa: S603
        argv,
        cwd=folder,
        env=environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return done.stdout.decode("utf-8", "replace") or f"exit code {done.returncode}"


def environment(environ):
    """The variables for pip: the user's, without those that change what is installed or where."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(("PIP_", "PYTHON")) or name in PIP_VARIABLES
    }


def outputs(folder, temporary, lock):
    """What later steps ask for; `keeps` is whether anything of this run may outlive it."""
    version = "%d.%d" % sys.version_info[:2]
    prefix = f"qgate-{platform.system()}-{platform.machine()}-{version}-{lock[:16]}-".lower()
    once = (os.environ.get(name, "") for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT"))
    return {
        "python": os.path.join(folder, "bin", "python"),
        "cache": os.path.join(temporary, "qgate-cache"),
        "prefix": prefix,
        "key": prefix + "-".join((*once, uuid.uuid4().hex[:8])),
        "keeps": "false" if os.environ.get("GITHUB_EVENT_NAME", "") in TRUSTED else "true",
    }


def tell(values):
    """Set the step's outputs, each between delimiters that nobody can guess."""
    text = ""
    for name, value in values.items():
        delimiter = f"qgate-{uuid.uuid4()}"
        text += f"{name}<<{delimiter}\n{' '.join(value.splitlines())}\n{delimiter}\n"
    handle = os.open(os.environ["GITHUB_OUTPUT"], os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with os.fdopen(handle, "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def refuse(problem, code):
    """Say in an annotation why there is no verdict."""
    text = problem.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error title=qgate incomplete::{text[-4000:]}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
