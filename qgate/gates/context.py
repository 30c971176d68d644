"""What every gate is given: the change, the settings to judge by, and the effects it may use."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qgate.config.load import Loaded
from qgate.config.settings import Settings
from qgate.config.tools import Definitions
from qgate.model.changes import ChangedFile, ChangeSet, Side
from qgate.system.cache import Cache
from qgate.system.git import Repository
from qgate.system.sweep import Run
from qgate.system.trees import Trees
from qgate.system.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """One run.

    - `settings`: those to judge by; `loaded`: the head's, with the origin of each value;
    - `folder`: where qgate was called, which relative flags mean;
    - `is_ci`: whether file times say nothing, because a checkout made the files;
    - `now`: the time that expiry is judged by, UTC;
    - `trees`: the files of both sides; `definitions`: the tools to judge with;
    - `run`: what this run starts and makes, taken away at its end;
    - `cache`: raw findings of earlier runs; `watch`: told of what was read beside git's files.
    """

    repo: Repository
    changes: ChangeSet
    settings: Settings
    loaded: Loaded
    folder: Path
    environ: Mapping[str, str]
    is_ci: bool
    now: datetime
    trees: Trees
    definitions: Definitions
    run: Run
    cache: Cache
    watch: Watch

    @property
    def repository_id(self) -> str:
        """A name for this working tree's folders in the cache."""
        root = str(self.repo.root).encode("utf-8", "surrogateescape")
        return hashlib.sha256(root).hexdigest()[:16]

    def new_sources(self, files: tuple[ChangedFile, ...]) -> list[bytes | None]:
        """The bytes of each file's new side; None where it cannot be read."""
        if self.changes.head.side is Side.WORKTREE:
            return [self.on_disk(file) for file in files]
        return self.repo.blobs([file.new_id for file in files])

    def base_contents(self, paths: Sequence[str]) -> list[bytes | None]:
        """The bytes of files at the base; None for a missing one."""
        return self.repo.blobs([f"{self.changes.base.sha}:{path}" for path in paths])

    def head_contents(self, paths: Sequence[str]) -> list[bytes | None]:
        """The same on the new side."""
        match self.changes.head.side:
            case Side.WORKTREE:
                return [self._read(path) for path in paths]
            case Side.INDEX:
                return self.repo.blobs([f":{path}" for path in paths])
            case Side.COMMIT:
                return self.repo.blobs([f"{self.changes.head.sha}:{path}" for path in paths])

    def on_disk(self, file: ChangedFile) -> bytes | None:
        """The bytes in the working tree, None where there is no such regular file."""
        return self._read(file.path)

    def _read(self, name: str) -> bytes | None:
        path = self.repo.root / name
        try:
            return None if path.is_symlink() else path.read_bytes()
        except OSError:
            return None
