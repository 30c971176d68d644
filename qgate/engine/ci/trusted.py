"""The side that has rights: `pull_request_target` and `workflow_run`. No checkout, no tools."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from qgate.errors import UsageError


def trusted(environ: Mapping[str, str], folder: Path) -> NoReturn:
    """Judge reviews and checklists, and publish.

    `environ` is the run's, with the token as GITHUB_TOKEN; `folder` is where qgate was called.
    """
    del environ, folder
    raise UsageError(
        "qgate has nothing to publish with yet",
        hint="judge changes on pull_request, merge_group and push",
    )
