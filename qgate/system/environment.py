"""Where this runs, by the environment's variables."""

from collections.abc import Mapping


def is_ci(environ: Mapping[str, str]) -> bool:
    """Whether a CI service runs this, by the variable that all of them set."""
    return environ.get("CI", "").lower() in {"true", "1"} or is_github(environ)


def is_github(environ: Mapping[str, str]) -> bool:
    """Whether this is a run of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"
