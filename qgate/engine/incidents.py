"""Incidents and post-mortems of the working tree: declared, carried on, drafted, looked at."""

import contextlib
import posixpath
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qgate.documents import rules
from qgate.documents.incident import declaring, drafting, editing, severity, verbs
from qgate.documents.incident.declaring import Declared
from qgate.documents.incident.drafting import Said
from qgate.documents.incident.overdue import Overdue, Unjudged, overdue
from qgate.documents.incident.record import Incident, PostMortem, State
from qgate.documents.incident.severity import Table
from qgate.documents.incident.verbs import Step, Verb
from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rendering import render
from qgate.documents.rules.asked import Asked
from qgate.documents.rules.incident import Rule
from qgate.engine import template_files
from qgate.engine.request import Request, load_settings
from qgate.engine.scaffolding import Made, bytes_of, create, place
from qgate.errors import SettingsError, UsageError
from qgate.parse.documents import MalformedDocument, read
from qgate.system import shelf
from qgate.system.git import Repository

# What a closed incident must not lack.
_KEEPS_OPEN: Final = frozenset({Rule.SECTION, Rule.ITEM_MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where everything lies, and the table that holds in the working tree."""

    root: Path
    table: Table
    folders: Folders

    def incidents(self) -> Path:
        """The folder of incidents. Raises `UsageError` for one outside of the repository."""
        return place(self.root, self.folders.incidents)

    def post_mortems(self) -> Path:
        """The folder of post-mortems. Raises `UsageError`."""
        return place(self.root, self.folders.post_mortems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All incidents and post-mortems, and the files that are none."""

    incidents: tuple[Incident, ...]
    post_mortems: tuple[PostMortem, ...]
    broken: tuple[Unjudged, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A file with its text before and after."""

    path: Path
    before: str
    after: str


def desk(request: Request) -> Desk:
    """Raises `SettingsError` for a table with faults, `UsageError` outside of a repository."""
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings.documents
    folders = Folders(
        adr=(settings.adr.folder or "").strip("/"),
        runbooks=settings.runbooks.folder.strip("/"),
        checklists=settings.checklists.folder.strip("/"),
        incidents=settings.incidents.folder.strip("/"),
        post_mortems=settings.post_mortems.folder.strip("/"),
    )
    return Desk(root=repo.root, table=severity.of(_policy(repo.root)), folders=folders)


def books(at: Desk) -> Books:
    """Read every incident and post-mortem."""
    documents, broken = {}, []
    kinds = {}
    for folder in (at.incidents(), at.post_mortems()):
        for path in sorted(folder.rglob("*.md")):
            name = path.relative_to(at.root).as_posix()
            kind = at.folders.kind_of(name)
            if kind not in {Kind.INCIDENT, Kind.POST_MORTEM}:
                continue
            try:
                documents[name], kinds[name] = read(bytes_of(path), name), kind
            except MalformedDocument as error:
                broken.append(Unjudged(name, error.line, str(error)))
    library = Library(documents, kinds, frozenset(documents), {})
    return Books(
        incidents=tuple(map(Incident, library.of(Kind.INCIDENT))),
        post_mortems=tuple(map(PostMortem, library.of(Kind.POST_MORTEM))),
        broken=tuple(broken),
    )


def declare(
    at: Desk, declared: Declared, now: datetime, *, template: str, is_dry: bool = False
) -> Made:
    """Make an incident under an id that nobody has. Raises `UsageError`."""
    declaring.refuse_wrong(declared, now)
    source = template_files.source(at.root, template)

    def named(taken: frozenset[str]) -> tuple[str, str]:
        identity = _free(declared.id, taken)
        values = declaring.of_incident(declared, at.table, identity, now)
        text = render(source, template, values)
        _refuse_other(text, f"{identity}.md", Kind.INCIDENT, identity)
        return f"{identity}.md", text

    return create(at.incidents(), named, is_dry=is_dry)


def carry_on(at: Desk, name: str, step: Step, *, is_dry: bool = False) -> Edit:
    """Take a step with an incident. Raises `UsageError` with the reason against it."""

    def edited() -> Edit:
        incident = find(at, name)
        path = at.root / incident.document.path
        before = _text(path)
        after = verbs.done(before, incident.document.path, step)
        if step.verb is Verb.CLOSE:
            _refuse_unfinished(at, incident.document.path, after)
            _refuse_unexamined(at, incident, after)
        return Edit(path, before, after)

    edit = edited()
    if is_dry:
        return edit
    with shelf.locked(at.incidents()):
        # Somebody else may have taken a step meanwhile.
        edit = edited()
        shelf.change({edit.path: edit.after})
    return edit


def draft_post_mortem(
    at: Desk, name: str, said: Said, now: datetime, *, template: str, is_dry: bool = False
) -> tuple[Made, Edit]:
    """A post-mortem of an incident, and the incident with a link to it; both or neither.

    Raises `UsageError`.
    """
    incident = find(at, name)
    if incident.state in {None, State.DECLARED, State.MITIGATING, State.FALSE_ALARM}:
        hint = "there is a post-mortem when it is mitigated"
        raise UsageError(f"{incident.id} is {incident.document.value('status')}", hint=hint)
    source = template_files.source(at.root, template)
    values = drafting.of_post_mortem(incident, at.table, at.folders.post_mortems, said, now)
    text = render(source, template, values)
    file = at.post_mortems() / f"{values['id']}.md"
    _refuse_other(text, file.name, Kind.POST_MORTEM, values["id"])
    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} exists already", hint="go on with the one that is there")
    edit = _linked(at, incident, f"{at.folders.post_mortems}/{file.name}", now)
    if is_dry:
        return Made(file, text), edit
    is_new = not file.parent.exists()
    with shelf.locked(file.parent):
        shelf.create(file, text)
    try:
        with shelf.locked(at.incidents()):
            edit = _linked(at, incident, f"{at.folders.post_mortems}/{file.name}", now)
            shelf.change({edit.path: edit.after})
    except BaseException:
        file.unlink(missing_ok=True)
        if is_new:
            with contextlib.suppress(OSError):
                file.parent.rmdir()
        raise
    return Made(file, text), edit


def _linked(at: Desk, incident: Incident, target: str, now: datetime) -> Edit:
    """The incident's file with a link to its post-mortem."""
    name = incident.document.path
    link = posixpath.relpath(target, posixpath.dirname(name) or ".")
    before = _text(at.root / name)
    after = editing.with_link(before, name, "post-mortem", link)
    after = editing.with_field(after, name, "updated", f"{now.astimezone(UTC):%Y-%m-%d}")
    return Edit(at.root / name, before, after)


def find(at: Desk, name: str) -> Incident:
    """The incident that a name or the beginning of one stands for. Raises `UsageError`.

    `INC-` and the day may be left out; upper and lower case are the same.
    """
    known = {each.id: each for each in books(at).incidents}
    wanted = Path(name).name.removesuffix(".md").casefold()
    names = {key: (key.casefold(), *_shorter(key)) for key in known}
    found = [key for key in known if key.casefold() == wanted]
    found = found or [
        key for key, forms in names.items() if any(each.startswith(wanted) for each in forms)
    ]
    if len(found) == 1 and wanted:
        return known[found[0]]
    if found:
        raise UsageError(f"{name!r} can be {', '.join(found)}", hint="give more of the id")
    hint = "qgate incident list shows all"
    raise UsageError(f"there is no incident {name!r}", hint=hint)


def late(at: Desk, now: datetime) -> tuple[Overdue | Unjudged, ...]:
    """What is overdue at `now`, and what cannot be judged."""
    found = books(at)
    return (*found.broken, *overdue(found.incidents, found.post_mortems, at.table, now))


def _shorter(identity: str) -> tuple[str, ...]:
    """The forms of an id without `INC-`, and without the day."""
    rest = identity.casefold().removeprefix("inc-")
    return rest, rest.partition("-")[2]


def _free(identity: str, taken: frozenset[str]) -> str:
    """The id, with the first free number from 2 on where it is taken."""
    used = {each.casefold() for each in taken}
    number, free = 1, identity
    while f"{free}.md".casefold() in used:
        number += 1
        free = f"{identity}-{number}"
    return free


def _refuse_other(text: str, name: str, kind: Kind, identity: str) -> None:
    """A template makes a document of its kind under its id, or none is made."""
    try:
        document = read(text.encode("utf-8"), name)
        fault = next(
            (each.message for each in rules.of_document(document, kind) if each.blocking), ""
        )
        if document.value("type") != kind or document.value("id") != identity:
            fault = f"it gives no {kind} with the id {identity}"
    except MalformedDocument as error:
        fault = f"line {error.line}: {error}"
    if fault:
        raise UsageError(f"the template does not do: {fault}", hint="mend it")


def _refuse_unfinished(at: Desk, path: str, text: str) -> None:
    """An incident is not closed while its record is not whole."""
    document = editing.document(text, path)
    library = Library({path: document}, {path: Kind.INCIDENT}, frozenset({path}), {})
    asked = Asked(folders=at.folders, policy=_policy(at.root))
    found = (*rules.of_document(document, Kind.INCIDENT), *rules.of_library(library, asked))
    lacking = [each.message for each in found if each.blocking and each.rule in _KEEPS_OPEN]
    if lacking:
        said = "\n".join(lacking)
        raise UsageError(f"it cannot be closed yet:\n{said}", hint="write what is missing")


def _refuse_unexamined(at: Desk, incident: Incident, text: str) -> None:
    """An incident of a severity that asks for a post-mortem is not closed without one."""
    after = Incident(editing.document(text, incident.document.path))
    row = at.table.get(incident.severity)
    if row is None or row.post_mortem_within is None or after.state is State.FALSE_ALARM:
        return
    if incident.id not in {each.incident for each in books(at).post_mortems}:
        hint = f"first: qgate new-postmortem {incident.id}"
        raise UsageError(f"{row.name} needs a post-mortem before it is closed", hint=hint)


def _policy(root: Path) -> dict[str, bytes]:
    """The repository's own table, as it is on disk."""
    path = root / severity.OWN
    if not path.exists() and not path.is_symlink():
        return {}
    if path.resolve() != root.resolve() / severity.OWN:
        hint = "put the table itself there"
        raise UsageError(f"{severity.OWN} is, or is reached through, a link", hint=hint)
    try:
        return {severity.OWN: path.read_bytes()}
    except OSError as error:
        problem = f"{severity.OWN}:1:1: cannot be read: {error.strerror}"
        raise SettingsError((problem,)) from error


def _text(path: Path) -> str:
    """The text with its line ends. Raises `UsageError`."""
    try:
        return bytes_of(path).decode("utf-8")
    except (MalformedDocument, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", hint="it must be UTF-8 text") from error
