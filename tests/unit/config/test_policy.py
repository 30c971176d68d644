"""A change is judged by the stricter of its own policy and its base's."""

import pytest

from qgate.config.load import load
from qgate.config.policy import judged_by
from qgate.config.settings import value_of


def judged(key: str, base: str, head: str, **environ: str) -> tuple[str, bool]:
    """The value that holds, shown, and whether the head's was set aside."""

    def text(value: str) -> str:
        return f"gates: {{coverage: {{{key}: {value}}}}}" if value else ""

    settings, weakened = judged_by(load(text(base)).settings, load(text(head), environ=environ))
    return str(value_of(settings, f"gates.coverage.{key}")), bool(weakened)


@pytest.mark.parametrize(
    ("key", "base", "head", "expected"),
    [
        ("threshold", "90", "50", ("90", True)),
        ("threshold", "90", "95", ("95", False)),
        ("threshold", "", "50", ("90", True)),
        ("threshold", "95", "", ("95", True)),
        ("enabled", "true", "false", ("True", True)),
        ("partial", "miss", "hit", ("miss", True)),
        ("partial", "hit", "ratio", ("ratio", False)),
        ("moved", "count", "ignore", ("count", True)),
        ("max_missing", "3", "null", ("3", True)),
        ("max_missing", "3", "5", ("3", True)),
        ("max_missing", "3", "2", ("2", False)),
        ("max_missing", "", "2", ("2", False)),
        ("min_statements", "0", "20", ("0", True)),
        ("per_file_min", "80", "null", ("80", True)),
        ("branch_min", "null", "80", ("80", False)),
        ("excluded_changed_max", "0", "9", ("0", True)),
        ("expect_reports", "3", "2", ("3", True)),
        ("exclude", "[tests/]", "[tests/, src/]", ("('tests/',)", True)),
        ("include", "['*.py']", "[a.py]", ("('*.py',)", True)),
        ("config", "a.ini", "b.ini", ("a.ini", True)),
        ("report", "a.xml", "b.xml", ("('b.xml',)", False)),
        ("command", "[a]", "[b]", ("('b',)", False)),
        ("timeout", "10", "20", ("20", False)),
    ],
)
def test_the_stricter_one_holds(key: str, base: str, head: str, expected: tuple[str, bool]) -> None:
    assert judged(key, base, head) == expected


def test_a_person_at_the_command_line_may_lower_the_bar() -> None:
    variable = {"QGATE_GATES__COVERAGE__THRESHOLD": "50"}
    assert judged("threshold", "90", "", **variable) == ("50", False)


def test_the_notice_names_both_values() -> None:
    head = load("gates:\n  coverage:\n    threshold: 50\n")
    _, (weakened,) = judged_by(load(None).settings, head)
    assert weakened.message == (
        "this change sets gates.coverage.threshold to 50; judged by 90, which holds at its base"
    )
    assert weakened.place == ".qgate.yml:3:5"
