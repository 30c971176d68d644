"""The rules about reviewers of one tree: those in YAML, else those of its CODEOWNERS file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from qgate.config.load import Layer, Loaded, load
from qgate.config.reviewers import FILE_NAME, KEYS
from qgate.engine.request import Request, settings_path
from qgate.errors import SettingsError, UsageError
from qgate.gates.context import GateContext
from qgate.model.owners import Codeowners, OwnerRule, Requirement, ReviewRules, Select, Strategy
from qgate.parse import codeowners
from qgate.system import resources, trees
from qgate.system.git import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rules of one tree, its CODEOWNERS files in GitHub's order, and the texts in YAML by name.

    Only the first of `files` counts, and none of another service's.
    """

    rules: ReviewRules
    files: tuple[Codeowners, ...]
    yaml: tuple[tuple[str, str], ...] = ()


def on_disk(repo: Repository, loaded: Loaded, request: Request) -> Found:
    """The rules in the working tree. Raises `SettingsError` with all that is wrong."""
    path = settings_path(repo, request)
    name = path.relative_to(repo.root).as_posix() if path.is_relative_to(repo.root) else str(path)
    own = _text(repo.root, FILE_NAME)
    files = codeowners_files(repo.root)
    yaml = [(FILE_NAME, own)] if own is not None else []
    if any(origin.layer is Layer.FILE for origin in loaded.origins.values()):
        yaml.append((name, path.read_text("utf-8-sig")))
    return Found(rules=_combined(loaded, name, own, files), files=files, yaml=tuple(yaml))


def at_base(
    context: GateContext, head: ReviewRules, request: Request
) -> tuple[ReviewRules, list[str]]:
    """The rules that hold for the change, and what is to be said of them."""
    repo, base = context.repo, context.changes.base.sha
    path = settings_path(repo, request)
    is_inside = path.is_relative_to(repo.root)
    name = path.relative_to(repo.root).as_posix() if is_inside else str(path)
    names = (FILE_NAME, name, *codeowners.LOCATIONS)
    contents = trees.regular_files(repo, base, names.__contains__)
    try:
        # Settings from elsewhere are no part of the change: the caller's own.
        main = context.loaded
        if is_inside:
            main = load(text_of(contents, name), name=name, environ=request.environ)
        rules, notices = of_files(contents, main, name)
    except SettingsError:
        return head, ["the rules at the base cannot be read; those of this change stand in"]
    if rules != replace(head, source=rules.source):
        notices.append("this change alters the rules about reviewers; planned by those at its base")
    return rules, notices


def of_files(
    contents: Mapping[str, bytes], main: Loaded, name: str
) -> tuple[ReviewRules, list[str]]:
    """The rules in files by path, and what is to be said of them.

    `main` are the settings, `name` is what their file is called. Raises `SettingsError`.
    """
    files = tuple(
        codeowners.parse(contents[each], each) for each in codeowners.LOCATIONS if each in contents
    )
    rules = _combined(main, name, text_of(contents, FILE_NAME), files)
    notices: list[str] = []
    if (file := read_by_github(files)) and file.path == rules.source:
        skipped = (each for each in file.problems if each.is_skipped)
        notices += (f"{each.place} is skipped: {each.message}" for each in skipped)
    elif file and rules.source:
        notices.append(f"{file.path} is there too, and GitHub asks those whom it names")
    return rules, notices


def text_of(contents: Mapping[str, bytes], name: str) -> str | None:
    """A file's text, None where there is none; bytes that are not UTF-8 are replaced."""
    return contents[name].decode("utf-8-sig", "replace") if name in contents else None


def codeowners_files(root: Path) -> tuple[Codeowners, ...]:
    """Every CODEOWNERS file, in GitHub's order; those of other services last."""
    names = (*codeowners.LOCATIONS, *codeowners.ELSEWHERE)
    found = []
    for name in names:
        path = root / name
        if path.is_file() and not path.is_symlink():
            found.append(read_codeowners(path, name))
    return tuple(found)


def read_by_github(files: Sequence[Codeowners]) -> Codeowners | None:
    """The one CODEOWNERS file that GitHub reads."""
    return next((file for file in files if file.path in codeowners.LOCATIONS), None)


def read_codeowners(path: Path, name: str) -> Codeowners:
    """The file at `path`, which findings call `name`. Raises `UsageError`."""
    try:
        return codeowners.parse(path.read_bytes(), name)
    except OSError as error:
        hint = "it must be a readable file"
        raise UsageError(f"{name} cannot be read: {error.strerror}", hint=hint) from error


def _combined(main: Loaded, name: str, own: str | None, files: Sequence[Codeowners]) -> ReviewRules:
    """The rules of `.qgate.yml` and those of the file of their own, each key from one of them."""
    if own is None:
        own = (resources.folder("rules") / "reviewers.yml").read_text("utf-8")
    apart = load(own, name=FILE_NAME)
    in_main = {_top(key) for key, each in main.origins.items() if each.layer is Layer.FILE}
    in_own = {_top(key) for key in apart.origins}
    problems = [
        f"{origin.place}: {key}: only {', '.join(KEYS)} belong here; put it into {name}"
        for key, origin in apart.origins.items()
        if _top(key) not in (*KEYS, "version")
    ]
    problems += (
        f"{FILE_NAME}:1:1: {key}: {name} has it too; keep one"
        for key in KEYS
        if key in in_main & in_own
    )
    if problems:
        raise SettingsError(tuple(problems))

    def rules(key: str) -> Any:
        loaded, place = (apart, FILE_NAME) if key in in_own else (main, name)
        return _placed(getattr(loaded.settings, key), place)

    owners, source = rules("owners"), FILE_NAME if "owners" in in_own else name
    if not owners:
        file = read_by_github(files)
        owners, source = (file.rules, file.path) if file else ((), "")
    return ReviewRules(
        owners=owners,
        require=rules("require"),
        notify=rules("notify"),
        select=_select(main, apart),
        source=source,
    )


def _top(key: str) -> str:
    return key.partition(".")[0]


def _placed(
    rules: Iterable[OwnerRule | Requirement], path: str
) -> tuple[OwnerRule | Requirement, ...]:
    """The rules with the file that they stand in: the settings know lines only."""
    return tuple(replace(each, place=each.place._replace(path=path)) for each in rules)


def _select(main: Loaded, apart: Loaded) -> Select:
    """Each value from where it is set; a variable of the environment is in `main`."""
    values = {}
    for item in fields(Select):
        loaded = main if f"select.{item.name}" in main.origins else apart
        values[item.name] = getattr(loaded.settings.select, item.name)
    return Select(**{**values, "strategy": Strategy(values["strategy"])})


def _text(root: Path, name: str) -> str | None:
    path = root / name
    # Path.resolve() raises RuntimeError on a loop of links before Python 3.13.
    if not os.path.lexists(path):
        near = path.with_suffix(".yaml")
        if near.exists():
            raise UsageError(f"{near.name} is not read", hint=f"rename it to {path.name}")
        return None
    if os.path.realpath(path) != os.path.realpath(root) + f"/{name}":
        hint = "put the rules themselves there"
        raise UsageError(f"{name} is, or is reached through, a link", hint=hint)
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{name}:1:1: cannot be read: {error}",)) from error
