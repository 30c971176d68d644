"""What dependency files say, as values, and the two normal forms that names and versions have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qgate.model.tool import Unjudged

_RUNS: Final = re.compile(r"[-_.]+")
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
# A longer one is no version: int() alone refuses numbers of 4300 digits.
_MAX_VERSION: Final = 200
_VERSION: Final = re.compile(
    r"v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?P<pre_n>[0-9]*))?"
    r"(?:-(?P<dash>[0-9]+)|(?P<post>[-_.]?(?:post|rev|r)[-_.]?(?P<post_n>[0-9]*)))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_n>[0-9]*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.ASCII,
)
_PRE: Final = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


@dataclass(frozen=True, slots=True)
class Pin:
    """Exactly one version. Name and version are in normal form; `line` is 1-based."""

    name: str
    version: str
    line: int


@dataclass(frozen=True, slots=True)
class Range:
    """A dependency that somebody has to resolve: `text` in the syntax of PEP 508."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """A further requirements or constraints file, as written: relative to the one that names it."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """All that one file says. `unresolvable` are those that no index knows: folders, URLs."""

    pins: tuple[Pin, ...] = ()
    ranges: tuple[Range, ...] = ()
    includes: tuple[str, ...] = ()
    unresolvable: tuple[Unjudged, ...] = ()


Part = Pin | Range | Include | Unjudged


def gathered(parts: Iterable[Part]) -> Dependencies:
    """The parts by their kind, in order."""
    found = tuple(parts)
    return Dependencies(
        pins=tuple(each for each in found if isinstance(each, Pin)),
        ranges=tuple(each for each in found if isinstance(each, Range)),
        includes=tuple(each.path for each in found if isinstance(each, Include)),
        unresolvable=tuple(each for each in found if isinstance(each, Unjudged)),
    )


def normal_name(name: str) -> str | None:
    """PEP 503's form of a name; None if it is none."""
    return _RUNS.sub("-", name).lower() if _NAME.fullmatch(name) else None


def normal_version(version: str) -> str | None:
    """PEP 440's form of a version, which is what pip-audit prints; None if it is none."""
    text = version.strip().lower()
    match = _VERSION.fullmatch(text) if len(text) <= _MAX_VERSION else None
    if match is None:
        return None
    part = match.groupdict()
    normal = ".".join(str(int(each)) for each in part["release"].split("."))
    if int(part["epoch"] or 0):
        normal = f"{int(part['epoch'])}!{normal}"
    if part["pre"]:
        normal += f"{_PRE.get(part['pre'], part['pre'])}{int(part['pre_n'] or 0)}"
    if part["dash"] or part["post"]:
        normal += f".post{int(part['dash'] or part['post_n'] or 0)}"
    if part["dev"]:
        normal += f".dev{int(part['dev_n'] or 0)}"
    return normal + (f"+{_local(part['local'])}" if part["local"] else "")


def _local(text: str) -> str:
    return ".".join(str(int(each)) if each.isdigit() else each for each in re.split("[-_.]", text))
