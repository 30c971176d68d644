"""The files that ship with qgate: `rules/` and `templates/`.

A wheel holds them inside the package; in a checkout they stand beside it.
"""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The folder `rules` or `templates`. Raises `FileNotFoundError` in a broken installation."""
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{name} is missing from this installation of qgate")
