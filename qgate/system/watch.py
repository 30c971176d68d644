"""What a run read beside the files that git knows, so that its answer can be given again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qgate.system import toolbox


@dataclass(slots=True)
class Watch:
    """Collected during a run.

    `paths` are files and folders whose state matters, also their absence; `ends` is when the
    answer stops being good (seconds since 1970); `reason` is why it must not be given again at
    all, empty if it may.
    """

    paths: set[Path] = field(default_factory=set)
    ends: float | None = None
    reason: str = ""

    def file(self, path: Path) -> None:
        """A file was read, or looked for."""
        self.paths.add(path)

    def tool(self, program: Path) -> None:
        """A program ran, or its answer of an earlier run was used."""
        self.paths.update((program, *toolbox.beside(program)))

    def lookup(self, name: str, root: Path, environ: Mapping[str, str]) -> None:
        """A program was looked for; one that appears in an earlier place would be another."""
        self.paths.update(toolbox.looked_for(name, root, environ))

    def until(self, moment: float) -> None:
        """The answer is good until then."""
        self.ends = moment if self.ends is None else min(self.ends, moment)

    def never(self, reason: str) -> None:
        """The answer hangs on more than can be watched."""
        self.reason = self.reason or reason
