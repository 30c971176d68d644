"""The plain list of decision records without loading anything: `qgate adr list` in milliseconds.

It answers only where the answer cannot be another one: no settings about decision records, names
that sort by their number, no folders below. `qgate.cli.adr` has the whole of it.
"""

import os

# As qgate.documents.kinds has them; a test compares.
FOLDERS = ("docs/adr", "doc/adr", "docs/decisions", "docs/adrs", "adr")
NO_DOCUMENTS = ("readme.md", "index.md", "_index.md")
_REDIRECTING = ("GIT_DIR", "GIT_WORK_TREE", "QGATE_DOCUMENTS__ADR__FOLDER")
_USUAL = "doc/adr"


def listing(folder: str) -> str | None:
    """The records' paths seen from a folder, one a line; None where that takes a longer look."""
    if any(name in os.environ for name in _REDIRECTING):
        return None
    root = _root(folder)
    if root is None or not _is_silent(root):
        return None
    place = _place(root)
    if place is None:
        return None
    names = _names(os.path.join(root, place))
    if names is None:
        return None
    prefix = os.path.relpath(os.path.join(root, place), folder)
    before = "" if prefix == "." else f"{prefix}/"
    if not ((before.isascii() and before.isprintable()) or not before):
        return None
    return "".join([f"{before}{name}\n" for name in names])


def _root(folder: str) -> str | None:
    """The working tree's root, the folder with `.git`; None inside of that one."""
    place = os.path.realpath(folder)
    while not os.path.exists(os.path.join(place, ".git")):
        parent = os.path.dirname(place)
        if parent == place or os.path.exists(os.path.join(place, "HEAD")):
            return None
        place = parent
    return place


def _is_silent(root: str) -> bool:
    """Whether the settings say nothing of decision records."""
    if os.path.lexists(os.path.join(root, ".qgate.yaml")):
        return False
    try:
        with open(os.path.join(root, ".qgate.yml"), "rb") as stream:
            said = stream.read()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return b"adr" not in said and b"\\" not in said


def _place(root: str) -> str | None:
    """The folder below the root; None where `.adr-dir` says another, or there is none."""
    try:
        with open(os.path.join(root, ".adr-dir"), encoding="utf-8") as stream:
            named = stream.read().strip() or _USUAL
    except FileNotFoundError:
        named = ""
    except (OSError, UnicodeDecodeError):
        return None
    if named:
        return named if named.replace("/", "").replace("-", "").isalnum() else None
    for folder in FOLDERS:
        path = os.path.join(root, folder)
        if os.path.isdir(path) and os.listdir(path):
            return folder if os.path.realpath(path) == path else None
    return None


def _names(place: str) -> list[str] | None:
    """The records' names in order; None where they do not sort by their text alone."""
    names = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith(".md"):
                    if entry.is_dir() and not name.startswith("."):
                        return None
                    continue
                if entry.is_dir():
                    return None
                lower = name.lower()
                if lower in NO_DOCUMENTS:
                    continue
                if lower.endswith(".template.md"):
                    return None
                if not (name[:4].isdigit() and name[4:5] == "-" and name.isascii()):
                    return None
                if not name.isprintable():
                    return None
                names.append(name)
    except OSError:
        return None
    return sorted(names)
