"""How a workflow names qgate's Action: `OWNER/REPO@COMMIT # VERSION`.

Only by a full commit id. Who owns a tag can move it, and a workflow that follows it runs whatever
it then points to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qgate import __version__
from qgate.errors import UsageError
from qgate.system import environment, resources
from qgate.system.git import Repository

_REFERENCE: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+)@(?P<commit>[0-9a-f]{40})"
    r"(?:\s+#\s*(?P<version>v?[0-9][A-Za-z0-9.+-]*))?"
)
# As git takes it: a URL, with a name and port or not, and what scp takes.
_ADDRESS: Final = re.compile(
    r"(?:[a-z+]+://)?(?:[^/@]*@)?(?P<host>[^/:@]+)(?::[0-9]+)?[:/]/?"
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)
_HINT: Final = "pass --action OWNER/REPO@COMMIT with the full id of a commit of qgate's repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReference:
    """The Action at one commit; `version` is for people, empty if it is not known."""

    name: str
    commit: str
    version: str = ""

    def __str__(self) -> str:
        comment = f" # {self.version}" if self.version else ""
        return f"{self.name}@{self.commit}{comment}"


def parsed(text: str) -> ActionReference:
    """A reference as a workflow has it, with the version in a comment or without.

    Raises `UsageError`, also for a tag or branch.
    """
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} does not name an action by its full commit id", hint=_HINT)
    return ActionReference(
        name=found["name"], commit=found["commit"], version=found["version"] or ""
    )


def of_this_checkout(environ: Mapping[str, str]) -> ActionReference:
    """The commit of qgate that is running, where it runs from a checkout of GitHub's.

    Raises `UsageError` where it is installed otherwise, or nobody else can have that commit.
    """
    folder = resources.folder("templates").parent
    try:
        repo = Repository(folder, environment.without_repository(environ))
    except UsageError as error:
        raise _unknown("qgate does not run from a checkout") from error
    # Installed into somebody's repository, the checkout around it is theirs.
    if not (repo.root.samefile(folder) and (folder / "action.yml").is_file()):
        raise _unknown("qgate does not run from a checkout")
    return of_repository(repo, environ)


def of_repository(repo: Repository, environ: Mapping[str, str]) -> ActionReference:
    """A repository's HEAD. Raises `UsageError` where its remote is not GitHub's, or lacks HEAD."""
    found = _ADDRESS.fullmatch(repo.remote_address())
    if found is None or not _is_github(found["host"], environ):
        raise _unknown("the checkout that qgate runs from has no remote on GitHub")
    head = repo.commit("HEAD")
    if head is None or repo.remote is None or not repo.remote_has(repo.remote, head):
        raise _unknown("the commit of the checkout that qgate runs from is on no remote branch")
    return ActionReference(name=found["name"], commit=head, version=f"v{__version__}")


def _is_github(host: str, environ: Mapping[str, str]) -> bool:
    own = environ.get("GITHUB_SERVER_URL", "").partition("://")[2].partition(":")[0].strip("/")
    return host in {"github.com", "ssh.github.com"} or host.endswith(".ghe.com") or host == own


def _unknown(why: str) -> UsageError:
    return UsageError(f"{why}, so the Action has no address", hint=_HINT)
