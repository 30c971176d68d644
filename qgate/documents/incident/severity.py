"""The table of severities, read from YAML, and what answers imply by it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind, WrongValue
from qgate.documents.incident import times
from qgate.errors import SettingsError
from qgate.parse.yaml_tree import Entry, InvalidYaml, Located
from qgate.system import resources

# Where a repository has its own, which stands for the shipped one as a whole.
OWN: Final = ".qgate/rules/severity.yml"
_NAME: Final = re.compile(r"[A-Z][A-Z0-9-]{0,15}")
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """One row: `criteria` are sentences by key; `post_mortem_within` None where none is needed."""

    name: str
    label: str
    respond_within: timedelta
    post_mortem_within: timedelta | None = None
    criteria: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of a checklist; `only` empty: for every severity."""

    id: str
    text: str
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of an incident with its items; without `begins` and `ends` it takes what it takes."""

    key: str
    label: str
    begins: timedelta | None = None
    ends: timedelta | None = None
    items: tuple[Item, ...]

    @property
    def heading(self) -> str:
        """The label, with the limits where it has some."""
        if self.begins is None or self.ends is None:
            return self.label
        return f"{self.label} ({times.limit(self.begins)} to {times.limit(self.ends)})"


@dataclass(frozen=True, slots=True)
class Table:
    """The severities, the gravest first, and the phases in order."""

    severities: tuple[Severity, ...]
    phases: tuple[Phase, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The severities' names, the gravest first."""
        return tuple(each.name for each in self.severities)

    def get(self, name: str) -> Severity | None:
        """The severity of a name."""
        return next((each for each in self.severities if each.name == name), None)

    def criteria(self) -> dict[str, str]:
        """Every criterion's sentence by key."""
        return {key: text for each in self.severities for key, text in each.criteria.items()}

    def implied(self, answers: Iterable[str]) -> Severity | None:
        """The gravest severity that one of the answers stands for; None for no known answer."""
        given = set(answers)
        return next((each for each in self.severities if given & each.criteria.keys()), None)

    def is_graver(self, one: str, other: str) -> bool:
        """Whether `one` is graver than `other`; both are names of this table."""
        return self.names.index(one) < self.names.index(other)

    def checklist(self, severity: str) -> tuple[tuple[Phase, tuple[Item, ...]], ...]:
        """The phases with those items that are for a severity."""
        found = (
            (phase, tuple(item for item in phase.items if not item.only or severity in item.only))
            for phase in self.phases
        )
        return tuple((phase, items) for phase, items in found if items)

    def items(self, severity: str) -> dict[str, str]:
        """The text of each item of a severity's checklist by its id."""
        return {item.id: item.text for _, items in self.checklist(severity) for item in items}


def shipped() -> Table:
    """The table that comes with qgate."""
    return read((resources.folder("rules") / "severity.yml").read_bytes(), "rules/severity.yml")


def of(policy: Mapping[str, bytes]) -> Table:
    """The table of a repository by its files of policy, else the shipped one."""
    return read(policy[OWN], OWN) if OWN in policy else shipped()


@lru_cache(maxsize=4)
def read(data: bytes, name: str) -> Table:
    """A table from YAML. Raises `SettingsError` with every problem and its place in `name`."""
    # PyYAML is imported only where there is something to read.
    from qgate.parse import yaml_reader  # noqa: PLC0415

    try:
        return _table(yaml_reader.read(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise SettingsError((f"{name}:1:1: not UTF-8 text: {error.reason}",)) from error
    except (InvalidYaml, WrongValue) as error:
        problems = (f"{name}:{each.line}:{each.column}: {each}" for each in error.every)
        raise SettingsError(tuple(problems)) from error


def _table(root: Located) -> Table:
    found = _fields(root, "the table", {"severities": _severities, "phases": _phases})
    table = Table(*(found[word] for word in ("severities", "phases")))
    entries = kinds.entries(root)
    _refuse_repeated(entries["severities"].value)
    _refuse_unknown(entries["phases"].value, table.names)
    return table


def _severities(at: Located) -> tuple[Severity, ...]:
    return _several(at, _severity, "severity")


def _severity(item: tuple[str, Entry]) -> Severity:
    name, entry = item
    _refuse_name(name, entry, _NAME, "a severity's name is capital letters and digits, such as P0")
    fields = {
        "label": kinds.TEXT.read,
        "respond_within": _length,
        "post_mortem_within": kinds.optional(Kind(_length)).read,
        "criteria": _criteria,
    }
    found = _fields(entry.value, "a severity", fields, optional=("post_mortem_within",))
    return Severity(name=name, **found)


def _criteria(at: Located) -> dict[str, str]:
    return dict(_several(at, _criterion, "criterion"))


def _criterion(item: tuple[str, Entry]) -> tuple[str, str]:
    key, entry = item
    _refuse_name(key, entry, _KEY, "a key is small letters, digits and hyphens")
    return key, kinds.TEXT.read(entry.value)


def _phases(at: Located) -> tuple[Phase, ...]:
    return _several(at, _phase, "phase")


def _phase(item: tuple[str, Entry]) -> Phase:
    key, entry = item
    _refuse_name(key, entry, _KEY, "a key is small letters, digits and hyphens")
    fields = {"label": kinds.TEXT.read, "from": _length, "to": _length, "items": _items}
    found = _fields(entry.value, "a phase", fields, optional=("from", "to"))
    if ("from" in found) != ("to" in found):
        raise WrongValue("from and to go together", entry.value)
    return Phase(
        key=key,
        label=found["label"],
        begins=found.get("from"),
        ends=found.get("to"),
        items=tuple(
            Item(id=f"{key}/{each.id}", text=each.text, only=each.only) for each in found["items"]
        ),
    )


def _items(at: Located) -> tuple[Item, ...]:
    return _several(at, _item, "item")


def _item(item: tuple[str, Entry]) -> Item:
    key, entry = item
    _refuse_name(key, entry, _KEY, "an item's id is small letters, digits and hyphens")
    if not isinstance(entry.value.value, dict):
        return Item(id=key, text=kinds.TEXT.read(entry.value))
    fields = {"text": kinds.TEXT.read, "only": kinds.TEXTS.read}
    return Item(id=key, **_fields(entry.value, "an item", fields, optional=("only",)))


def _length(at: Located) -> timedelta:
    text: str = kinds.TEXT.read(at)
    try:
        return times.duration(text)[0]
    except times.WrongTime as error:
        raise WrongValue(f"{error}, found {text!r}", at) from error


def _fields(
    at: Located, what: str, known: Mapping[str, Any], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The known fields of a mapping, each read. Raises `WrongValue` for all that is wrong."""

    def read_field(item: tuple[str, Entry]) -> tuple[str, Any]:
        word, entry = item
        if word not in known:
            near = kinds.suggestion(word, tuple(known))
            place = Located(None, entry.line, entry.column)
            raise WrongValue(f"{what} has no {word!r}{near}", place)
        return word, known[word](entry.value)

    found = dict(kinds.read_each(kinds.entries(at).items(), read_field))
    if lacking := [word for word in known if word not in found and word not in optional]:
        raise WrongValue(f"{what} needs {', '.join(lacking)}", at)
    return found


def _several(at: Located, read_one: Any, what: str) -> tuple[Any, ...]:
    found = kinds.read_each(kinds.entries(at).items(), read_one, key=lambda item: item[0])
    if not found:
        raise WrongValue(f"at least one {what} is needed", at)
    return found


def _refuse_name(name: str, entry: Entry, form: re.Pattern[str], message: str) -> None:
    if not form.fullmatch(name):
        raise WrongValue(f"{message}, found {name!r}", Located(None, entry.line, entry.column))


def _refuse_repeated(at: Located) -> None:
    """A criterion stands for one severity."""
    seen: dict[str, str] = {}
    for name, entry in kinds.entries(at).items():
        for key, criterion in kinds.entries(kinds.entries(entry.value)["criteria"].value).items():
            if key in seen:
                place = Located(None, criterion.line, criterion.column)
                raise WrongValue(f"{key} stands for {seen[key]} already", place)
            seen[key] = name


def _refuse_unknown(at: Located, names: tuple[str, ...]) -> None:
    """`only` names severities of this table."""
    for phase in kinds.entries(at).values():
        for entry in kinds.entries(kinds.entries(phase.value)["items"].value).values():
            if not isinstance(entry.value.value, dict) or "only" not in entry.value.value:
                continue
            only = entry.value.value["only"].value
            for name in kinds.TEXTS.read(only):
                if name not in names:
                    near = kinds.suggestion(name, names)
                    raise WrongValue(f"there is no severity {name!r}{near}", only)
