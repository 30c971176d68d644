"""What every gate is given: the change, the settings to judge by, and the effects it may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qgate.config.load import Loaded
from qgate.config.settings import Settings
from qgate.model.changes import ChangedFile, ChangeSet, Side
from qgate.system.git import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """One run.

    - `settings`: those to judge by; `loaded`: the head's, with the origin of each value;
    - `folder`: where qgate was called, which relative flags mean;
    - `is_ci`: whether file times say nothing, because a checkout made the files;
    - `progress`: told every second what slow thing runs, and for how many seconds by now.
    """

    repo: Repository
    changes: ChangeSet
    settings: Settings
    loaded: Loaded
    folder: Path
    environ: Mapping[str, str]
    is_ci: bool
    progress: Callable[[str, int], None]

    def new_sources(self, files: tuple[ChangedFile, ...]) -> list[bytes | None]:
        """The bytes of each file's new side; None where it cannot be read."""
        if self.changes.head.side is Side.WORKTREE:
            return [self.on_disk(file) for file in files]
        return self.repo.blobs([file.new_id for file in files])

    def on_disk(self, file: ChangedFile) -> bytes | None:
        """The bytes in the working tree, None where there is no such regular file."""
        path = self.repo.root / file.path
        try:
            return None if path.is_symlink() else path.read_bytes()
        except OSError:
            return None
