"""Changes to look at: files of ten numbered lines, what changed in them, and who says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from qgate.engine import changes, comparison
from qgate.engine.comparison import Wanted
from qgate.model.changes import ChangeSet
from qgate.model.report import Outcome
from qgate.system.git import Repository
from tests.support.check import coverage_of, missing
from tests.support.repo import Repo

# Ten statements: number n stands on line n + 1.
TEN: Final = "".join(f"v{n} = {n}\n" for n in range(10))


def edited(*numbers: int) -> str:
    """`TEN` with the values of some numbers changed."""
    return "".join(f"v{n} = {n}{n if n in numbers else ''}\n" for n in range(10))


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


def touched(repo: Repo, **flags: object) -> list[tuple[str, int]]:
    """Path and line of every changed statement, by a verdict; the flags are those of `judged`.

    The report says of the sources in the root, all lines statements, that nothing ran: so
    every changed one is a miss.
    """
    sources = {path.name: path.read_text() for path in repo.path.glob("*.py")}
    repo.lcov(
        {name: dict.fromkeys(range(1, text.count("\n") + 1), 0) for name, text in sources.items()}
    )
    gate = coverage_of(repo, **flags)
    assert gate.outcome is not Outcome.INCOMPLETE, gate.summary
    return missing(gate)
