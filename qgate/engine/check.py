"""One run of `qgate check`: find both ends, read the change, judge it, give one report."""

import gc
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgate.config import policy
from qgate.config.kinds import suggestion
from qgate.config.load import FILE_NAME, Loaded, load
from qgate.config.settings import Settings
from qgate.engine import changes, comparison
from qgate.engine.comparison import Wanted
from qgate.errors import Incomplete, SettingsError, UsageError
from qgate.gates import registry
from qgate.gates.context import GateContext
from qgate.model.event import CiEvent
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.parse.unified_diff import MalformedDiff
from qgate.system import environment
from qgate.system.git import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the caller asks for; `gates` empty means all that are enabled."""

    folder: Path
    environ: Mapping[str, str]
    gates: tuple[str, ...] = ()
    base: str | None = None
    committed: bool = False
    staged: bool = False
    reports: tuple[str, ...] = ()
    config: Path | None = None
    progress: Callable[[str, int], None] = lambda _what, _seconds: None


def check(request: Request) -> Report:
    """Judge the change. What could not be judged is in the report.

    Raises `UsageError`, of which `SettingsError` is one.
    """
    if request.committed and request.staged:
        raise UsageError("--committed and --staged exclude each other", hint="choose one")
    if request.base is not None and request.staged:
        raise UsageError("--staged is always compared with HEAD", hint="leave out --base")
    repo = Repository(request.folder, request.environ)
    loaded = load_settings(repo, request)
    wanted = _wanted_gates(request.gates)
    enabled = gc.isenabled()
    # Parsing makes millions of objects and no cycles; collecting costs more than the work.
    gc.disable()
    try:
        return _judge(repo, request, loaded, wanted)
    finally:
        if enabled:
            gc.enable()


def load_settings(repo: Repository, request: Request) -> Loaded:
    """The head's settings with all layers. Raises `SettingsError` and `UsageError`."""
    path = _settings_path(repo, request)
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


def _settings_path(repo: Repository, request: Request) -> Path:
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


def _wanted_gates(names: Collection[str]) -> dict[str, registry.Run]:
    known = registry.gates()
    for name in names:
        if name not in known:
            near = suggestion(name, tuple(known))
            hint = f"gates: {', '.join(known)}"
            raise UsageError(f'there is no gate "{name}"{near}', hint=hint)
    return {name: run for name, run in known.items() if not names or name in names}


def _judge(
    repo: Repository, request: Request, loaded: Loaded, wanted: Mapping[str, registry.Run]
) -> Report:
    base = head = None
    notices: tuple[Finding, ...] = ()
    try:
        ends = comparison.find(
            repo,
            Wanted(
                base=request.base,
                committed=request.committed,
                staged=request.staged,
                default_base=loaded.settings.base,
                event=_event(request),
            ),
        )
        base, head = ends.base, ends.head
        settings, notices = _judged_by(repo, base.sha, loaded, request)
        change = changes.read(repo, ends)
    except (Incomplete, MalformedDiff) as error:
        results = tuple(_not_judged(name, "change", error) for name in wanted)
        return Report(base=base, head=head, gates=results, notices=notices)
    context = GateContext(
        repo=repo,
        changes=change,
        settings=settings,
        loaded=loaded,
        folder=request.folder,
        environ=request.environ,
        is_ci=ends.from_event or environment.is_ci(request.environ),
        progress=request.progress,
    )
    results = tuple(_run(name, run, context) for name, run in wanted.items())
    return Report(base=base, head=head, gates=results, notices=notices, notes=change.notes)


def _event(request: Request) -> CiEvent | None:
    """What CI says of this run, where nothing else was asked for."""
    if request.base is not None or request.staged or not environment.is_github(request.environ):
        return None
    from qgate.system import ci  # noqa: PLC0415 - decoding is 20 ms to import

    return ci.read_event(request.environ)


def _judged_by(
    repo: Repository, base: str, loaded: Loaded, request: Request
) -> tuple[Settings, tuple[Finding, ...]]:
    """The stricter of this change's policy and its base's, with a notice for each difference."""
    path = _settings_path(repo, request)
    if not path.is_relative_to(repo.root):
        # Named on the command line and no part of the change: the caller's own policy.
        return loaded.settings, ()
    name = path.relative_to(repo.root).as_posix()
    content = repo.blob(base, name)
    notices = []
    try:
        text = content.decode("utf-8-sig") if content is not None else None
        before = load(text, name=name).settings
    except (SettingsError, UnicodeDecodeError):
        before = Settings()
        notices.append(
            _notice(name, "the base's settings cannot be read; the defaults stand in for them")
        )
    settings, weakened = policy.judged_by(before, loaded)
    for each in weakened:
        line = each.place.split(":")[-2] if ":" in each.place else "0"
        notices.append(_notice(name, each.message, int(line)))
    return settings, tuple(notices)


def _notice(path: str, message: str, line: int = 0) -> Finding:
    return Finding(
        rule="policy/weakened",
        message=message,
        path=path,
        line=line,
        end_line=line,
        level=Level.WARNING,
    )


def _run(name: str, run: registry.Run, context: GateContext) -> GateResult:
    section = getattr(context.settings.gates, name, None)
    if section is not None and not section.enabled:
        key = f"gates.{name}.enabled"
        return GateResult(
            name=name,
            outcome=Outcome.SKIPPED,
            reason="disabled",
            summary=f"{key} is false ({context.loaded.origin(key).place})",
            hint=f"set {key} to true, or leave it out",
        )
    try:
        return run(context)
    except Incomplete as error:
        return _not_judged(name, name, error)


def _not_judged(name: str, group: str, error: Incomplete | MalformedDiff) -> GateResult:
    """A gate that could not judge, with one finding that names the rule to look up."""
    reason = error.reason if isinstance(error, Incomplete) else "malformed-diff"
    finding = Finding(
        rule=f"{group}/{reason}",
        message=error.message,
        path=error.path if isinstance(error, Incomplete) else "",
        blocking=True,
    )
    return GateResult(
        name=name,
        outcome=Outcome.INCOMPLETE,
        reason=reason,
        summary=error.message,
        hint=error.hint,
        findings=(finding,),
    )
