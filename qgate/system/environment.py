"""Where this runs, by the environment's variables."""

from collections.abc import Mapping
from typing import Final

# What git gives to its hooks so that they find the repository and the index of the moment:
# `git rev-parse --local-env-vars`, without what only passes configuration on.
_OF_ONE_REPOSITORY: Final = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX"),
        *("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
        *("GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE"),
    }
)


def is_ci(environ: Mapping[str, str]) -> bool:
    """Whether a CI service runs this, by the variable that all of them set."""
    return environ.get("CI", "").lower() in {"true", "1"} or is_github(environ)


def is_github(environ: Mapping[str, str]) -> bool:
    """Whether this is a run of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def without_repository(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for programs that are not ours.

    In a hook, tests that use git in repositories of their own would else write to the index of the
    commit that is being made.
    """
    return {name: value for name, value in environ.items() if name not in _OF_ONE_REPOSITORY}
