"""Where the templates of documents come from."""

import re
from pathlib import Path
from typing import Final

from qgate.errors import UsageError
from qgate.system import resources

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OWN: Final = ".qgate/templates"


def source(root: Path, name: str, *, below: str = "") -> str:
    """A template's text: the repository's own, else the one that ships.

    `below` is the folder inside of both, such as `adr`. Raises `UsageError`.
    """
    if not _NAME.fullmatch(name):
        hint = "name one without its folder, in letters, digits, dots, _ and -"
        raise UsageError(f"{name!r} is no template's name", hint=hint)
    name = name.removesuffix(".md")
    own, shipped = root / _OWN / below, resources.folder("templates") / below
    for path in (own / f"{name}.md", shipped / f"{name}.md"):
        try:
            return path.read_text("utf-8-sig")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            hint = "it must be a readable file of UTF-8 text"
            raise UsageError(f"{path} cannot be read: {error}", hint=hint) from error
    known = {each.stem for folder in (own, shipped) for each in folder.glob("*.md")} - {"README"}
    place = (Path(_OWN) / below / f"{name}.md").as_posix()
    hint = f"there are {', '.join(sorted(known))}; {place} would be one more"
    raise UsageError(f"there is no template {name}", hint=hint)
