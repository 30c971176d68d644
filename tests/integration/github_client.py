"""What the tests of the GitHub client share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from qgate.system.github.client import GitHub
from tests.support.github import Double, GitHubState, github
from tests.support.patience import Clock
from tests.support.scripted import Scripted

MANY = 1000
TOKEN = "ghs_scripted_secret"  # noqa: S105 - no password of anything


@dataclass(frozen=True, slots=True)
class Asked:
    """A client, what it talks to, and the clock that it goes by."""

    client: GitHub
    double: Double
    clock: Clock

    @property
    def paths(self) -> list[str]:
        """Method and path of everything that was asked."""
        return [f"{each.method} {each.path}" for each in self.double.asked]


@contextmanager
def asked(
    state: GitHubState, *, token: str = "", is_enterprise: bool = False, **patience: Any
) -> Iterator[Asked]:
    """A client of a loopback GitHub with this state."""
    clock = Clock()
    with github(state) as double:
        client = GitHub(
            token=token or state.token.value,
            repository=state.repository.full_name,
            url=double.enterprise_url if is_enterprise else double.url,
            patience=clock.patience(**patience),
        )
        yield Asked(client, double, clock)


def client_of(script: Scripted, clock: Clock | None = None, **patience: Any) -> GitHub:
    """A client of a server that answers what a test wrote down."""
    clock = clock or Clock()
    return GitHub(
        token=TOKEN, repository="o/r", url=script.url, patience=clock.patience(**patience)
    )
