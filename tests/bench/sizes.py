"""How much of everything a run makes and measures, and where."""

from dataclasses import dataclass, fields, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much of everything; `runs` is how often the contestants take turns.

    With tools they take `quick_runs` turns where all are done in a moment, else `tool_runs`, and a
    peer that takes a minute `peer_runs`.
    """

    native_files: int = 1500
    native_changed: int = 20
    xml_megabytes: int = 165
    xml_files: int = 5000
    xml_changed: int = 100
    project_files: int = 60
    project_changed: int = 6
    large_files: int = 2000
    start_runs: int = 40
    tool_files: int = 500
    tool_changed: int = 100
    tracked_files: int = 20_000
    owners_kilobytes: int = 3000
    owners_changed: int = 3000
    owners_rules: int = 500
    owners_paths: int = 100_000
    documents: int = 5000
    findings: int = 50_000
    finding_files: int = 3000
    quick_runs: int = 20
    tool_runs: int = 5
    peer_runs: int = 2
    runs: int = 3

    def divided(self, by: int) -> "Sizes":
        """Everything smaller, nothing gone."""
        sizes = {
            field.name: max(2, getattr(self, field.name) // by)
            for field in fields(self)
            if field.name not in {"runs", "peer_runs"}
        }
        return replace(self, **sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Where to work, on what, and how much of it; `peers` is a folder to look for them first."""

    folder: Path
    sizes: Sizes
    checkout: Path | None = None
    peers: Path | None = None
