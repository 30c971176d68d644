"""The change alone, without any gate."""

from collections.abc import Mapping
from pathlib import Path

from qgate.engine import changes, comparison
from qgate.engine.comparison import Wanted
from qgate.model.changes import ChangeSet
from qgate.system.git import Repository
from tests.support.repo import Repo


def change_set(
    repo: Repo,
    *,
    base: str | None = None,
    committed: bool = False,
    staged: bool = False,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> ChangeSet:
    """What changed; the flags are those of `qgate check`."""
    repository = Repository(folder or repo.path, {**repo.environ, **(environ or {})})
    wanted = Wanted(base=base, committed=committed, staged=staged)
    return changes.read(repository, comparison.find(repository, wanted))
