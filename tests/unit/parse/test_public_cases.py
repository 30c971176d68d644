"""Facts about CODEOWNERS from public test suites, where the file with them is at hand.

They are no part of the project: what they say, the tests beside this one say in their own words.
"""

import json
from typing import Any, Final

import pytest

from qgate.model.owners import identity
from qgate.parse.codeowners import parse
from qgate.parse.path_index import PathIndex
from qgate.parse.path_pattern import InvalidPattern, compile_lenient, refuse_invalid
from tests.support.repo import ROOT

FILE: Final = ROOT.parent / "shared" / "data" / "codeowners_cases.json"

_Case = dict[str, Any]


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    """The lists of cases and the texts of files, by their names."""
    if not FILE.is_file():
        pytest.skip(f"{FILE} is not here; it is no part of the project")
    loaded: dict[str, Any] = json.loads(FILE.read_bytes())
    return loaded


def owned(pattern: str, path: str) -> bool:
    """What GitHub makes of it: an invalid pattern owns nothing."""
    try:
        refuse_invalid(pattern)
    except InvalidPattern:
        return False
    is_match = compile_lenient(pattern).matches(path)
    assert PathIndex([pattern]).all(path) == [0] * is_match
    return is_match


def test_patterns_match_what_they_publicly_match(facts: dict[str, Any]) -> None:
    cases: list[_Case] = facts["pattern_cases"]
    assert len(cases) >= 300
    assert [
        case for case in cases if owned(case["pattern"], case["path"]) is not case["expected"]
    ] == []


def test_lines_are_publicly_read_like_this(facts: dict[str, Any]) -> None:
    cases: list[_Case] = facts["line_cases"]
    assert len(cases) >= 20
    wrong = []
    for case in cases:
        found = parse(case["line"].encode(), "CODEOWNERS")
        rules = [(rule.pattern, list(rule.owners)) for rule in found.rules]
        expected = [(case["pattern"], case["owners"])] if case["valid"] else []
        is_told = any(problem.is_skipped for problem in found.problems)
        if rules != expected or is_told is case["valid"]:
            wrong.append((case, found))
    assert wrong == []


def test_files_are_publicly_owned_like_this(facts: dict[str, Any]) -> None:
    cases: list[_Case] = facts["ownership_cases"]
    assert len(cases) >= 30
    wrong = []
    for case in cases:
        found = parse(facts["files"][case["file"]].encode(), "CODEOWNERS")
        # Some suites ask with a `/` in front. A path of the repository has none, here and in git.
        path = case["path"].removeprefix("/")
        last = PathIndex([rule.pattern for rule in found.rules]).last(path)
        # Some suites fold the case of what they read, which GitHub ignores.
        owners = [] if last is None else [identity(owner) for owner in found.rules[last].owners]
        if owners != [identity(owner) for owner in case["expected_owners"]]:
            wrong.append((case, owners))
    assert wrong == []
