"""The rules about reviewers of one tree: those in YAML, else those of its CODEOWNERS file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from qgate.config.load import Layer, Loaded, load
from qgate.config.reviewers import FILE_NAME, KEYS
from qgate.config.settings import Settings
from qgate.engine.request import Request, settings_path
from qgate.errors import SettingsError, UsageError
from qgate.gates.context import GateContext
from qgate.model.owners import Codeowners, OwnerRule, Requirement, ReviewRules, Select, Strategy
from qgate.parse import codeowners
from qgate.system import resources
from qgate.system.git import Repository

_DEFAULTS: Final = Settings()


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
    rules = _combined(loaded.settings, name, own, files)
    return Found(rules=rules, files=files, yaml=tuple(yaml))


def at_base(
    context: GateContext, head: ReviewRules, request: Request
) -> tuple[ReviewRules, list[str]]:
    """The rules that hold for the change, and what is to be said of them."""
    repo, base = context.repo, context.changes.base.sha
    path = settings_path(repo, request)
    if not path.is_relative_to(repo.root):
        # Named on the command line and no part of the change: the caller's own rules.
        return head, []
    own, *contents = repo.blobs([f"{base}:{name}" for name in (FILE_NAME, *codeowners.LOCATIONS)])
    files = tuple(
        codeowners.parse(data, name)
        for name, data in zip(codeowners.LOCATIONS, contents, strict=True)
        if data is not None
    )
    name = path.relative_to(repo.root).as_posix()
    try:
        text = own.decode("utf-8-sig") if own is not None else None
        rules = _combined(context.settings, name, text, files)
    except (SettingsError, UnicodeDecodeError):
        return head, ["the rules at the base cannot be read; those of this change stand in"]
    notices: list[str] = []
    if (file := read_by_github(files)) and file.path == rules.source:
        skipped = (each for each in file.problems if each.is_skipped)
        notices += (f"{each.place} is skipped: {each.message}" for each in skipped)
    elif file and rules.source:
        notices.append(f"{file.path} is there too, and GitHub asks those whom it names")
    if rules != replace(head, source=rules.source):
        notices.append("this change alters the rules about reviewers; planned by those at its base")
    return rules, notices


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


def _combined(
    main: Settings, name: str, own: str | None, files: Sequence[Codeowners]
) -> ReviewRules:
    """The rules of `.qgate.yml` and those of the file of their own, each key from one of them."""
    if own is None:
        own = (resources.folder("rules") / "reviewers.yml").read_text("utf-8")
    apart = load(own, name=FILE_NAME)
    problems = [
        f"{origin.place}: {key}: only {', '.join(KEYS)} belong here; put it into {name}"
        for key, origin in apart.origins.items()
        if key.partition(".")[0] not in (*KEYS, "version")
    ]
    values: dict[str, Any] = {}
    for key in KEYS:
        places = [
            (getattr(settings, key), place)
            for settings, place in ((main, name), (apart.settings, FILE_NAME))
            if getattr(settings, key) != getattr(_DEFAULTS, key)
        ]
        if len(places) > 1:
            problems.append(f"{FILE_NAME}:1:1: {key}: {name} has it too; keep one")
        value, place = places[0] if places else (getattr(_DEFAULTS, key), "")
        values[key] = _placed(value, place) if isinstance(value, tuple) else value
        values["source"] = values.get("source") or (place if key == "owners" else "")
    if problems:
        raise SettingsError(tuple(problems))
    if not values["owners"] and (file := read_by_github(files)):
        values |= {"owners": file.rules, "source": file.path}
    values["select"] = _select(values["select"])
    return ReviewRules(**values)


def _placed(
    rules: Iterable[OwnerRule | Requirement], path: str
) -> tuple[OwnerRule | Requirement, ...]:
    """The rules with the file that they stand in: the settings know lines only."""
    return tuple(replace(each, place=each.place._replace(path=path)) for each in rules)


def _select(settings: Any) -> Select:
    values = {item.name: getattr(settings, item.name) for item in fields(Select)}
    return Select(**{**values, "strategy": Strategy(settings.strategy)})


def _text(root: Path, name: str) -> str | None:
    path = root / name
    if not path.exists() and not path.is_symlink():
        return None
    if path.resolve() != root.resolve() / name:
        hint = "put the rules themselves there"
        raise UsageError(f"{name} is, or is reached through, a link", hint=hint)
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{name}:1:1: cannot be read: {error}",)) from error
