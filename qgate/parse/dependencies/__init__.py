"""What a dependency file pins: requirements files, pylock.toml, uv.lock, poetry.lock, pyproject.

Text in, values out. A file that cannot be read whole raises `MalformedDependencies`; so does one
whose name or version nobody here knows. It never reads as "no dependencies".
"""

import posixpath
import re
from collections.abc import Callable
from typing import Final

from qgate.errors import MalformedDependencies
from qgate.parse.dependencies import poetry_lock, pylock, pyproject, requirements, uv_lock
from qgate.parse.dependencies.values import Dependencies, Pin, Range

__all__ = ["Dependencies", "Pin", "Range", "read"]

# Far above the largest real lock file, far below what a parser chokes on; in characters.
_MAX_SIZE: Final = 8 << 20
_PYLOCK: Final = re.compile(r"pylock(\.[^.]+)?\.toml")
_NAMES: Final[dict[str, Callable[[str, str], Dependencies]]] = {
    "pyproject.toml": pyproject.read,
    "uv.lock": uv_lock.read,
    "poetry.lock": poetry_lock.read,
}
# Other tools' files; anything else is taken for requirements, which may have any name.
_UNKNOWN: Final = (".toml", ".lock", ".json", ".yml", ".yaml", ".py", ".cfg", ".xml")


def read(path: str, text: str) -> Dependencies:
    """What the file says, by its name. Raises `MalformedDependencies`, with the path."""
    name = posixpath.basename(path.replace("\\", "/"))
    if len(text) > _MAX_SIZE:
        raise MalformedDependencies(f"{path} is larger than {_MAX_SIZE >> 20} Mi characters")
    if "\0" in text:
        raise MalformedDependencies(f"{path} is not text: it has a NUL byte")
    if _PYLOCK.fullmatch(name):
        return pylock.read(path, text)
    if name in _NAMES:
        return _NAMES[name](path, text)
    if name.endswith(_UNKNOWN):
        raise MalformedDependencies(f"{path} is no dependency file that qgate can read")
    return requirements.read(path, text)
