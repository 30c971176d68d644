"""90 % is 90 %, and a change cannot lower the bar that it has to pass."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.samples import as_json, uncovered, usage_error
from tests.support.repo import Repo


def _of(own: Repo, total: int, hits: int) -> dict[str, Any]:
    """The coverage gate's JSON for a change of `total` statements, the first `hits` covered."""
    own.write({"new.py": "".join(f"x{line} = {line}\n" for line in range(total))})
    own.lcov({"new.py": {line: int(line <= hits) for line in range(1, total + 1)}})
    ran = own.call("check", "coverage", "--base", "HEAD", "--format", "json")
    (gate,) = json.loads(ran.out)["gates"]
    assert ran.code == (0 if gate["outcome"] == "passed" else 1)
    return dict(gate)


@pytest.mark.parametrize(
    ("total", "hits", "outcome", "percent"),
    [
        (10, 9, "passed", "90.00"),
        (10, 8, "failed", "80.00"),
        (1009, 908, "failed", "89.99"),
        (1001, 901, "passed", "90.00"),
    ],
)
def test_exactly_90_passes_and_less_never_shows_as_90(
    own: Repo, total: int, hits: int, outcome: str, percent: str
) -> None:
    gate = _of(own, total, hits)

    assert gate["outcome"] == outcome
    assert gate["summary"].startswith(f"{percent} % of {total} changed statements covered, 90 %")
    assert gate["metrics"]["percent"] == float(percent)


def _with_policy(own: Repo, before: str | None, after: str | None) -> None:
    """`main` has one .qgate.yml, the working tree another."""
    own.git("switch", "--quiet", "main")
    if before is not None:
        own.commit({".qgate.yml": before})
    own.git("switch", "--quiet", "topic")
    own.git("rebase", "--quiet", "main")
    (own.path / ".qgate.yml").unlink(missing_ok=True)
    if after is not None:
        own.write({".qgate.yml": after})


_HALF: Final = "gates:\n  coverage:\n    threshold: 50\n"
_APP: Final = {1: 1, 2: 1, 5: 1, 6: 1}
_ALL: Final = "gates:\n  coverage:\n    threshold: 100\n"


@pytest.mark.parametrize(
    ("before", "after", "threshold", "place"),
    [
        (None, _HALF, 90, ".qgate.yml:3"),
        (_ALL, _HALF, 100, ".qgate.yml:3"),
        (_ALL, "", 100, ".qgate.yml"),
        (_ALL, None, 100, ".qgate.yml"),
    ],
)
def test_a_change_that_lowers_the_threshold_is_judged_by_the_base_s(
    own: Repo,
    tmp_path: Path,
    before: str | None,
    after: str | None,
    threshold: int,
    place: str,
) -> None:
    _with_policy(own, before, after)
    report = uncovered(tmp_path)

    plain = own.call("check", "--report", report)
    code, whole = as_json(own, "--report", report)

    assert (plain.code, code) == (1, 1)
    assert whole["gates"][0]["metrics"]["threshold"] == threshold
    (notice,) = whole["notices"]
    assert (notice["rule"], notice["level"]) == ("policy/weakened", "warning")
    head = 50 if after == _HALF else 90
    message = (
        f"this change sets gates.coverage.threshold to {head}; judged by {threshold}, "
        "which holds at its base"
    )
    assert plain.out.startswith(f"{place}: warning: {message} [policy/weakened]\n")


def test_a_change_that_raises_the_threshold_is_held_to_it(own: Repo) -> None:
    _with_policy(own, None, _ALL)
    own.write({"new.py": "".join(f"x{line} = {line}\n" for line in range(10))})
    own.lcov({"new.py": {line: int(line <= 9) for line in range(1, 11)}, "app.py": _APP})

    code, report = as_json(own)

    assert code == 1
    metrics = report["gates"][0]["metrics"]
    assert (metrics["percent"], metrics["threshold"]) == (91.66, 100)
    assert report["notices"] == []


@pytest.mark.parametrize("target", ["/dev/null", "sub/lax.yml"])
def test_settings_turned_into_a_link_do_not_escape_the_base_s_policy(
    own: Repo, tmp_path: Path, target: str
) -> None:
    """Where a link leads is no part of the base, so there is nothing to compare with."""
    _with_policy(own, _ALL, None)
    own.write({"sub/lax.yml": _HALF})
    (own.path / ".qgate.yml").symlink_to(target)

    said = usage_error(own.call("check", "--report", uncovered(tmp_path)))

    assert ".qgate.yml is, or is reached through, a link" in said


def test_settings_turned_into_a_link_to_nowhere_count_as_removed(own: Repo, tmp_path: Path) -> None:
    _with_policy(own, _ALL, None)
    (own.path / ".qgate.yml").symlink_to("nowhere.yml")

    code, report = as_json(own, "--report", uncovered(tmp_path))

    assert code == 1
    assert report["gates"][0]["metrics"]["threshold"] == 100
    assert [notice["rule"] for notice in report["notices"]] == ["policy/weakened"]


def test_what_a_person_sets_is_their_word(topic: Repo, tmp_path: Path) -> None:
    ran = topic.call(
        *("check", "--report", uncovered(tmp_path)),
        environ={"QGATE_GATES__COVERAGE__THRESHOLD": "50"},
    )

    assert ran.code == 0, ran
    assert "50 % needed" in ran.out
