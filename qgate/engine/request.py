"""What a caller asks for, and the settings that hold for it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qgate.config.load import FILE_NAME, Loaded, load
from qgate.errors import SettingsError, UsageError
from qgate.system.git import Repository
from qgate.system.job import Running
from qgate.system.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the caller asks for; `gates` empty means all that are enabled.

    `watch` is told a few times a second what runs; `seen` collects what was read beside git's
    files; `now` is the clock that expiry is judged by.
    """

    folder: Path
    environ: Mapping[str, str]
    gates: tuple[str, ...] = ()
    base: str | None = None
    committed: bool = False
    staged: bool = False
    reports: tuple[str, ...] = ()
    config: Path | None = None
    watch: Callable[[Sequence[Running]], None] = lambda _running: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seen: Watch = field(default_factory=Watch)


def load_settings(repo: Repository, request: Request) -> Loaded:
    """The head's settings with all layers. Raises `SettingsError` and `UsageError`."""
    path = settings_path(repo, request)
    flags: dict[str, tuple[str, Any]] = {}
    if request.reports:
        flags["gates.coverage.report"] = ("--report", request.reports)
    name = str(path.relative_to(repo.root)) if path.is_relative_to(repo.root) else str(path)
    return load(
        _settings_text(path, required=request.config is not None),
        name=name,
        environ=request.environ,
        flags=flags,
    )


def settings_path(repo: Repository, request: Request) -> Path:
    """The settings file by its written name.

    Raises `UsageError` for one in the repository that is, or is reached through, a link:
    where it leads is not part of the base, so nothing could be compared.
    """
    path = Path(os.path.normpath(request.config or repo.root / FILE_NAME))
    if path.is_relative_to(repo.root):
        name = path.relative_to(repo.root)
        # os.path says no where pathlib raises before 3.14, as for a name that is too long.
        if os.path.exists(path) and path.resolve() != repo.root.resolve() / name:  # noqa: PTH110
            hint = "put the settings themselves there"
            raise UsageError(f"{name} is, or is reached through, a link", hint=hint)
    return path


def _settings_text(path: Path, *, required: bool) -> str | None:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        if required:
            hint = "mend the path, or leave out --config"
            raise UsageError(f"the settings file {path} does not exist", hint=hint) from error
        near = path.with_suffix(".yaml")
        if near.exists():
            raise UsageError(
                f"{near.name} is not read", hint=f"rename it to {path.name}"
            ) from error
        return None
    except OSError as error:
        hint = "it must be a readable file"
        raise UsageError(f"cannot read {path}: {error.strerror}", hint=hint) from error
    except UnicodeDecodeError as error:
        raise SettingsError((f"{path.name}:1:1: not UTF-8 text: {error.reason}",)) from error
