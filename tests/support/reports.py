"""Coverage reports for sources as they lie in a repository, written as the tools write them.

Which lines are statements is asked of coverage.py itself (its public `analysis2`), so that a
report is fresh and a test has to name only what was not covered.
"""

import json
import os
from collections.abc import Collection, Mapping

import coverage

from tests.support.repo import Repo

Misses = Mapping[str, Collection[int]]


def statements(repo: Repo, path: str) -> tuple[set[int], set[int]]:
    """First lines of the statements of a Python file, and of the excluded ones."""
    analyst = coverage.Coverage(data_file=None, config_file=False)
    _, known, excluded, _, _ = analyst.analysis2(str(repo.path / path))
    return set(known), set(excluded)


def lcov_missing(repo: Repo, misses: Misses, name: str = "lcov.info") -> None:
    """Write an LCOV report on these files in which all but the given lines ran."""
    rows = []
    for path, missing in misses.items():
        known, _ = statements(repo, path)
        assert known.issuperset(missing), f"{path} has the statements {sorted(known)}"
        rows += [f"SF:{path}", *(f"DA:{line},{int(line not in missing)}" for line in sorted(known))]
        rows.append("end_of_record")
    repo.write({name: os.fsencode("\n".join([*rows, ""]))})


def json_missing(repo: Repo, misses: Misses, name: str = "coverage.json") -> None:
    """Write a coverage.py JSON report on these files in which all but the given lines ran."""
    files = {}
    for path, missing in misses.items():
        known, excluded = statements(repo, path)
        assert known.issuperset(missing), f"{path} has the statements {sorted(known)}"
        files[path] = {
            "executed_lines": sorted(known.difference(missing)),
            "missing_lines": sorted(missing),
            "excluded_lines": sorted(excluded),
        }
    meta = {"format": 3, "version": coverage.__version__, "branch_coverage": False}
    repo.write({name: json.dumps({"meta": meta, "files": files})})
