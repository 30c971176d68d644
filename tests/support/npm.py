"""What comes from npm: `make test` installs it into tests/npm/node_modules."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.support.repo import ROOT

FOLDER: Final = ROOT / "tests" / "npm"


def package(name: str) -> Path:
    """The folder of an installed package; without it the test is skipped, with CI=true it fails."""
    folder = FOLDER / "node_modules" / name
    if not (folder / "package.json").is_file():
        missing = f"the npm package {name} is not installed: `make test` does that where npm is"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return folder
