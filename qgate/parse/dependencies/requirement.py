"""One requirement in the syntax of PEP 508, or a URL or path in its place, as pip allows."""

import re
from dataclasses import dataclass
from typing import Final

from qgate.errors import MalformedDependencies
from qgate.model.tool import Unjudged
from qgate.parse.dependencies.values import Pin, Range, normal_name, normal_version

_HEAD: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*+)\s*+(?:\[(?P<extras>[^\[\]]*+)\])?\s*+(?P<rest>.*)",
    re.DOTALL,
)
_SPECIFIER: Final = re.compile(r"(?P<operator>===|~=|==|!=|<=|>=|<|>)\s*+(?P<version>[^\s,;()]++)")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://|file:")
_ARCHIVE: Final = re.compile(r".*\.(?:whl|zip|tar|tgz|tar\.[a-z0-9]+|tbz|txz|tlz)", re.IGNORECASE)
_EGG: Final = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_USER: Final = re.compile(r"//[^/@\s]*+@")
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Requirement:
    """A name in normal form, extras and marker as written, pairs of operator and version, or a URL.

    The marker is not looked into: what holds on another machine is a dependency as well.
    """

    name: str
    extras: str = ""
    specifiers: tuple[tuple[str, str], ...] = ()
    marker: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """The same for pip."""
        extras = f"[{self.extras}]" if self.extras else ""
        marker = f"; {self.marker}" if self.marker else ""
        return f"{self.name}{extras}{','.join(''.join(each) for each in self.specifiers)}{marker}"


def parse(text: str) -> Requirement:
    """The requirement of a text without comment. Raises `MalformedDependencies`."""
    match = _HEAD.fullmatch(text.strip())
    name = normal_name(match["name"]) if match else None
    if match is None or name is None:
        raise MalformedDependencies(f"no requirement: {shown(text)}")
    extras, rest = (match["extras"] or "").strip(), match["rest"]
    if rest.startswith("@"):
        return Requirement(name, extras, url=rest[1:].strip())
    specifiers, _, marker = rest.partition(";")
    return Requirement(name, extras, _specifiers(specifiers.strip(), text), marker.strip())


def _specifiers(listed: str, text: str) -> tuple[tuple[str, str], ...]:
    if listed.startswith("(") and listed.endswith(")"):
        listed = listed[1:-1]
    found = []
    for each in listed.removesuffix(",").split(",") if listed.strip() else ():
        match = _SPECIFIER.fullmatch(each.strip())
        if match is None:
            raise MalformedDependencies(f"no requirement: {shown(text)}")
        found.append((match["operator"], match["version"]))
    return tuple(found)


def of_pip(text: str, line: int, path: str) -> Pin | Range | Unjudged:
    """What a line of a requirements file asks for. Raises `MalformedDependencies`."""
    if _URL.match(text) or is_path(text.partition(";")[0].strip()):
        return Unjudged(shown(text), "a URL or path: no index knows it", path)
    return judged(parse(text), line, path)


def judged(wanted: Requirement, line: int, path: str) -> Pin | Range | Unjudged:
    """A pin for exactly one `==` or `===`; a range for all else that an index can answer."""
    if wanted.url:
        return Unjudged(wanted.name, "comes from a URL: no index knows it", path)
    match wanted.specifiers:
        case (("==" | "===" as operator, version),) if not version.endswith(".*"):
            exact = normal_version(version)
            if exact is not None:
                return Pin(wanted.name, exact, line)
            if operator == "==":
                raise MalformedDependencies(f"{shown(version)} is no version")
    return Range(wanted.text, line)


def is_path(text: str) -> bool:
    """Whether pip would take it for a file or folder: by its look, the tree is not asked."""
    bare = text.partition("[")[0].rstrip()
    if "@" in bare and normal_name(bare.partition("@")[0].strip()):
        return False
    return text.startswith(".") or "/" in bare or "\\" in bare or bool(_ARCHIVE.fullmatch(bare))


def shown(text: str) -> str:
    """A URL's or path's name for people: its egg, else itself, without who may fetch it."""
    egg = _EGG.search(text)
    named = normal_name(egg[1]) if egg else None
    return named or _USER.sub("//", text.strip())[:_LONGEST_NAME]
