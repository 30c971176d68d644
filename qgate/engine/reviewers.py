"""Rules about reviewers at work: the plan for a change, and what they say of a path.

A plan goes by the rules at the base, as on GitHub: a change does not choose its own reviewers.
Whoever writes rules wants to see the new ones at work, so `explain` goes by the files as they are
on disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qgate.engine import authors, review_rules
from qgate.engine.prepare import prepared
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.model.changes import ChangedFile
from qgate.model.reviewers import Facts, Owned, Plan, TouchedFile
from qgate.owners import selection
from qgate.owners.matching import Matcher
from qgate.parse.facts import MalformedFacts
from qgate.parse.facts import parse as parse_facts
from qgate.system import environment
from qgate.system.git import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One path that was asked about: what the rules say of it, and of the files below a folder."""

    path: str
    is_tracked: bool
    owned: Owned
    below: tuple[Owned, ...] = ()


def plan(request: Request, facts: Facts) -> Plan:
    """Who should look at the change. Raises `UsageError` and `Incomplete`."""
    with prepared(request) as ready:
        context = ready.readable()
        head = review_rules.on_disk(ready.repo, ready.loaded, request)
        rules, notices = review_rules.at_base(context, head.rules, request)
        suggestions = authors.suggested(context) if rules.select.blame else ()
        if not facts.repository:
            facts = replace(facts, repository=ready.repo.remote_name())
        made = selection.plan(
            [_touched(file) for file in context.changes.files], rules, facts, suggestions
        )
        base = context.changes.base
        source = f"{rules.source or 'no rules'} at {base.sha[:12]} ({base.found})"
        if not facts.author:
            notices.append("the author is not known and may be among those asked: --author LOGIN")
        return replace(made, notices=(*notices, *made.notices), source=source)


def explain(request: Request, names: Sequence[str]) -> tuple[Explained, ...]:
    """What the rules on disk say of paths, which may be folders. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    found = review_rules.on_disk(repo, load_settings(repo, request), request)
    matcher = Matcher(found.rules)
    tracked = repo.tracked()
    known = frozenset(tracked)
    explained = []
    for name in names:
        path = _in_repository(repo.root, request.folder, name)
        below = () if path in known else tuple(_below(path, tracked))
        explained.append(
            Explained(
                path=path,
                is_tracked=path in known,
                owned=matcher.of(path),
                below=tuple(map(matcher.of, below)),
            )
        )
    return tuple(explained)


def facts(request: Request, file: Path | None, author: str | None) -> Facts:
    """What is known of the pull request: from a file, else from the event of a CI run.

    Raises `UsageError` and `Incomplete`.
    """
    if file is not None:
        try:
            known = parse_facts((request.folder / file).read_bytes())
        except (OSError, MalformedFacts) as error:
            hint = "docs/reference/reviewers.md in the repository of qgate describes it"
            raise UsageError(f"{file} cannot be read: {error}", hint=hint) from error
    elif environment.is_github(request.environ) and request.base is None:
        from qgate.system import ci  # noqa: PLC0415 - only CI needs it

        known = ci.read_facts(request.environ)
    else:
        known = Facts()
    return replace(known, author=author) if author is not None else known


def _touched(file: ChangedFile) -> TouchedFile:
    names = dict.fromkeys((file.path, file.old_path))
    lines = sum(hunk.old_count + hunk.new_count for hunk in file.hunks)
    return TouchedFile(names=tuple(names), lines=lines)


def _in_repository(root: Path, folder: Path, name: str) -> str:
    """A path as git writes it: `/x` from the root, any other from the folder. Any name will do."""
    path = Path(name)
    if path.is_absolute() and not path.is_relative_to(root):
        path = root / name.lstrip("/")
    whole = Path(*(folder / path).parts)
    if not whole.is_relative_to(root) or ".." in whole.relative_to(root).parts:
        whole = whole.resolve()
    if not whole.is_relative_to(root):
        raise UsageError(f"{name} is outside of the repository", hint="name a path in it")
    return whole.relative_to(root).as_posix()


def _below(path: str, tracked: Iterable[str]) -> Iterable[str]:
    prefix = "" if path == "." else f"{path}/"
    return (each for each in tracked if each.startswith(prefix))
