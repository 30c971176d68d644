"""A program to run, and what became of it: values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from qgate.system.secrets import Secrets

_LINE: Final = 500


class How(Enum):
    """How a program ended."""

    BY_ITSELF = "by itself"
    MISSING = "missing"
    TIMED_OUT = "timed out"
    DEADLINE = "deadline"
    TOO_MUCH = "too much output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program to run. `timeout` and `expected` (its usual duration) are in seconds.

    An `exclusive` job runs alone; of jobs with the same `lock` (not empty) one runs at a time.
    The standard error of a `joined` one is part of its standard output, in the order written,
    and only the end of it is kept, however much there is: it is for people to read.
    """

    label: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    timeout: float
    stdin: bytes | None = None
    network: bool = False
    exclusive: bool = False
    lock: str = ""
    joined: bool = False
    expected: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a job. `code` is negative for a signal; `seconds` it ran.

    The streams are as the program wrote them; `secrets` are to be hidden from what is said of them.
    """

    job: Job
    how: How
    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    seconds: float = 0.0
    error: str = ""
    secrets: Secrets = field(default_factory=Secrets)


@dataclass(frozen=True, slots=True)
class Running:
    """For people: a program and its seconds so far; `is_done` once it has ended."""

    label: str
    seconds: float
    is_done: bool = False


Watch = Callable[[Sequence[Running]], None]


def tail(ended: Ended, *, lines: int = 10, limit: int = 1 << 14) -> str:
    """The last lines of what a program said, standard error before standard output; no secrets."""
    said = ended.stderr.strip() or ended.stdout.strip()
    # First hidden, then cut: a part of a secret looks like none.
    whole = ended.secrets.hidden(said[-limit * 2 :].decode("utf-8", "replace"))
    last = whole[-limit:].splitlines()[-lines:]
    return "\n".join(line if len(line) <= _LINE else f"...{line[-_LINE:]}" for line in last)
