"""Which runbook an alert means, and which alerts a runbook is for: both directions, offline."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from qgate.documents.kinds import Kind, Library
from qgate.documents.runbook import shape
from qgate.parse import alert_rules
from qgate.parse.alert_rules import Alert, UnreadRules
from qgate.parse.documents import Document

# Files of qgate's own that lie among those that rules ask about.
_OWN: Final = (".qgate/", ".qgate.yml")
_ALERT_NAME: Final = re.compile(r"\{\{-?\s*(?:\$labels|\.Labels)\.alertname\s*-?\}\}")
# What a site adds to a page's name.
_ENDING: Final = re.compile(r"\.(?:md|markdown|html?|adoc|rst)$", re.IGNORECASE)
# Severities that ask nobody to act, and the alert that fires while all is well.
_NOT_FOR_PEOPLE: Final = frozenset({"none", "info"})
_HEARTBEAT: Final = "Watchdog"


@dataclass(frozen=True, slots=True)
class Placed:
    """An alert and the file that has it."""

    path: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class Alerts:
    """Every alert of a tree, and the files whose alerts could not be read, by path."""

    found: tuple[Placed, ...]
    unread: Mapping[str, UnreadRules]


def alerts_of(library: Library) -> Alerts:
    """The alerts in the files that the settings name, by path and line."""
    found: list[Placed] = []
    unread: dict[str, UnreadRules] = {}
    for path, data in sorted(library.others.items()):
        if path.startswith(_OWN) or path.endswith(".md"):
            continue
        answer = _read(data)
        if isinstance(answer, UnreadRules):
            unread[path] = answer
        else:
            found += (Placed(path, alert) for alert in answer)
    return Alerts(tuple(found), unread)


# Both sides of a change have mostly the same files.
@lru_cache(maxsize=256)
def _read(data: bytes) -> tuple[Alert, ...] | UnreadRules:
    try:
        return alert_rules.read(data) or ()
    except UnreadRules as error:
        return error


def needs_runbook(alert: Alert) -> bool:
    """Whether somebody is woken by it: not `Watchdog`, and no severity `none` or `info`."""
    return alert.name != _HEARTBEAT and alert.severity not in _NOT_FOR_PEOPLE


class Shelf:
    """The runbooks of a library, to be found by what alerts say."""

    def __init__(self, library: Library, folder: str) -> None:
        self.runbooks = library.of(Kind.RUNBOOK)
        self._folder = folder
        self._by_page: dict[str, list[Document]] = {}
        for document in self.runbooks:
            for page in {shape.stem(document).casefold(), document.value("id").casefold()} - {""}:
                self._by_page.setdefault(page, []).append(document)

    def named_by(self, alert: Alert) -> tuple[Document, ...]:
        """The runbooks that an alert's annotation can mean, those of the closest path."""
        parts = _parts(alert)
        if not parts:
            return ()
        near: dict[int, list[Document]] = {}
        for document in self._by_page.get(_page(parts[-1]), ()):
            near.setdefault(_shared(document.path, parts), []).append(document)
        return tuple(near[max(near)]) if near else ()

    def is_elsewhere(self, alert: Alert) -> bool:
        """Whether its runbook lies in another place: there are none here, nor is it meant here."""
        parts = _parts(alert)
        return not self.runbooks and f"{self._folder}/" not in "/".join(parts)


def page_of(alert: Alert) -> str:
    """The last part of what its annotation says, empty without one."""
    parts = _parts(alert)
    return parts[-1] if parts else ""


def _parts(alert: Alert) -> tuple[str, ...]:
    """The parts of the path in a URL or path, without its query and fragment."""
    said = _ALERT_NAME.sub(alert.name, alert.runbook)
    path = said.partition("#")[0].partition("?")[0].partition("://")
    return tuple(unquote(part) for part in (path[2] or path[0]).split("/") if part.strip())


def _page(part: str) -> str:
    return _ENDING.sub("", part).casefold()


def _shared(path: str, parts: tuple[str, ...]) -> int:
    """How many parts at their ends are the same."""
    own = [each.casefold() for each in PurePosixPath(path).with_suffix("").parts]
    other = [*(each.casefold() for each in parts[:-1]), _page(parts[-1])]
    count = 0
    for one, two in zip(reversed(own), reversed(other), strict=False):
        if one != two:
            break
        count += 1
    return count


def orphans(
    found: Iterable[Placed], shelf: Shelf
) -> tuple[tuple[Placed, ...], tuple[Document, ...]]:
    """Alerts whose runbook is not there, and active runbooks that no alert is for."""
    alerts = tuple(found)
    known = {placed.alert.name.casefold() for placed in alerts}
    lost = tuple(
        placed
        for placed in alerts
        if (placed.alert.runbook and not shelf.named_by(placed.alert))
        or (not placed.alert.runbook and needs_runbook(placed.alert))
    )
    unused = tuple(
        document
        for document in shelf.runbooks
        if shape.state(document) is shape.State.ACTIVE
        and not shape.is_procedure(document)
        and not shape.names(document) & known
    )
    return lost, unused
