"""Everything before the first gate runs: both ends, the change, the policy to judge by."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from qgate.config import policy
from qgate.config.load import Loaded, load
from qgate.config.settings import Settings
from qgate.config.tools import Definitions
from qgate.engine import changes, comparison
from qgate.engine.comparison import Wanted
from qgate.engine.definitions import FOLDER, held, of_head, remembered
from qgate.engine.request import Request, load_settings, settings_path
from qgate.errors import Incomplete, SettingsError, UsageError
from qgate.gates.context import GateContext
from qgate.model.changes import Endpoint
from qgate.model.event import CiEvent
from qgate.model.report import Finding, Level
from qgate.parse.unified_diff import MalformedDiff
from qgate.system import environment
from qgate.system.cache import Cache, folder
from qgate.system.git import Repository
from qgate.system.sweep import Run
from qgate.system.trees import Trees


@dataclass(slots=True, kw_only=True)
class Prepared:
    """What is known before judging: `ours` are the shipped tools, `definitions` all.

    `context` is None where `problem` says why nothing can be judged; `base` and `head` are
    there as far as they were found.
    """

    repo: Repository
    loaded: Loaded
    ours: Definitions
    definitions: Definitions
    base: Endpoint | None = None
    head: Endpoint | None = None
    notices: tuple[Finding, ...] = ()
    context: GateContext | None = None
    problem: Incomplete | MalformedDiff | None = None

    def readable(self) -> GateContext:
        """The context. Raises `Incomplete` where there is none."""
        if self.context is not None:
            return self.context
        if isinstance(self.problem, Incomplete):
            raise self.problem
        raise Incomplete("malformed-diff", str(self.problem))


@contextlib.contextmanager
def prepared(request: Request) -> Iterator[Prepared]:
    """Find and read all that gates are given; at the end nothing of the run is left behind.

    Raises `UsageError`, of which `SettingsError` is one.
    """
    if request.committed and request.staged:
        raise UsageError("--committed and --staged exclude each other", hint="choose one")
    if request.base is not None and request.staged:
        raise UsageError("--staged is always compared with HEAD", hint="leave out --base")
    repo = Repository(request.folder, request.environ)
    loaded = load_settings(repo, request)
    request.seen.file(settings_path(repo, request))
    for path in (repo.root / FOLDER, *(repo.root / FOLDER).glob("*")):
        request.seen.file(path)
    cache = Cache(folder(request.environ), may_save=not _is_fork(request))
    ours = remembered(cache)
    definitions = of_head(repo.root, loaded.settings, ours)
    ready = Prepared(repo=repo, loaded=loaded, ours=ours, definitions=definitions)
    with Run(cache.folder / "runs") as run:
        repo.new_folder = run.folder
        try:
            ready.context = _context(request, ready, cache, run)
        except (Incomplete, MalformedDiff) as error:
            ready.problem = error
        yield ready


def _context(request: Request, ready: Prepared, cache: Cache, run: Run) -> GateContext:
    repo, loaded = ready.repo, ready.loaded
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
    ready.base, ready.head = ends.base, ends.head
    settings, before, ready.notices = _judged_by(repo, ends.base.sha, loaded, request)
    change = changes.read(repo, ends)
    ready.definitions, kept = held(
        repo, change, ready.definitions, loaded.settings, before, ready.ours
    )
    ready.notices += tuple(_notice(each.path, each.message) for each in kept)
    return GateContext(
        repo=repo,
        changes=change,
        settings=settings,
        loaded=loaded,
        folder=request.folder,
        environ=request.environ,
        is_ci=ends.from_event or environment.is_ci(request.environ),
        now=request.now(),
        trees=Trees(repo, change),
        definitions=ready.definitions,
        run=run,
        cache=cache,
        watch=request.seen,
    )


def _event(request: Request) -> CiEvent | None:
    """What CI says of this run, where nothing else was asked for."""
    if request.base is not None or request.staged or not environment.is_github(request.environ):
        return None
    from qgate.system import ci  # noqa: PLC0415 - decoding is 20 ms to import

    return ci.read_event(request.environ)


def _is_fork(request: Request) -> bool:
    """Whether CI runs for a stranger's pull request, whose answers are not kept for others."""
    if not environment.is_github(request.environ):
        return False
    from qgate.system import ci  # noqa: PLC0415 - the same

    return ci.is_fork(request.environ)


def _judged_by(
    repo: Repository, base: str, loaded: Loaded, request: Request
) -> tuple[Settings, Settings, tuple[Finding, ...]]:
    """What to judge by: the stricter of this change's policy and its base's.

    Also the base's own, and a notice for each difference.
    """
    path = settings_path(repo, request)
    if not path.is_relative_to(repo.root):
        # Named on the command line and no part of the change: the caller's own policy.
        return loaded.settings, loaded.settings, ()
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
    return settings, before, tuple(notices)


def _notice(path: str, message: str, line: int = 0) -> Finding:
    return Finding(
        rule="policy/weakened",
        message=message,
        path=path,
        line=line,
        end_line=line,
        level=Level.WARNING,
    )
