"""Prometheus rule files: alerts, their runbooks, and files that are none or cannot be read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.parse.alert_rules import Alert, UnreadRules, read

RULES = b"""\
groups:
  - name: web
    interval: 30s
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: WebDown
        expr: |
          sum(rate(http_errors_total{job="web"}[5m]))
            * on (job) group_left () up
            > 0
        for: 5m
        labels:
          severity: Critical
        annotations:
          description: >-
            {{ $labels.instance }} is down:
            {{ printf "%.2f" $value }}
          runbook_url: https://runbooks.example/web/webdown/
      - alert: WebSlow
        expr: slow > 1
        annotations: {runbook: docs/runbooks/WebSlow.md}
      - alert: WebOdd
        expr: odd
"""


def test_every_alert_has_its_runbook_severity_and_place() -> None:
    assert read(RULES) == (
        Alert(
            name="WebDown",
            group="web",
            line=7,
            column=16,
            runbook="https://runbooks.example/web/webdown/",
            runbook_line=19,
            severity="critical",
        ),
        Alert(
            name="WebSlow",
            group="web",
            line=20,
            column=16,
            runbook="docs/runbooks/WebSlow.md",
            runbook_line=22,
        ),
        Alert(name="WebOdd", group="web", line=23, column=16),
    )


def test_runbook_url_goes_before_runbook_and_an_empty_one_is_none() -> None:
    both = b"groups: [{name: a, rules: [{alert: A, annotations: {runbook: x, runbook_url: y}}]}]"
    empty = b"groups: [{name: a, rules: [{alert: A, annotations: {runbook: x, runbook_url: ' '}}]}]"
    assert [alert.runbook for alert in read(both) or ()] == ["y"]
    assert [alert.runbook for alert in read(empty) or ()] == ["x"]


def test_the_operators_rules_lie_below_spec() -> None:
    data = (
        b"kind: PrometheusRule\nspec:\n  groups:\n    - name: a\n      rules:\n        - alert: A\n"
    )
    (alert,) = read(data) or ()
    assert (alert.name, alert.line) == ("A", 6)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a: 1\n",
        b"- groups\n",
        b"kind: RoleBinding\nsubjects: [{kind: Group, name: groups}]\n",
        b"spec: {groups: [{rules: [{alert: A}]}]}\n",
        b"{{ template }} of something: [\n",
    ],
)
def test_a_file_without_groups_at_the_top_has_no_rules(data: bytes) -> None:
    assert read(data) is None


@pytest.mark.parametrize("data", [b"groups:\n", b"groups: []\n", b"groups: [{name: a}]\n"])
def test_a_rule_file_can_be_empty(data: bytes) -> None:
    assert read(data) == ()


@pytest.mark.parametrize(
    ("data", "line", "column", "said"),
    [
        (b"groups:\n  - name: 'a\n", 3, 1, "unexpected end"),
        (b"groups: 7\n", 1, 9, "groups: expected a list"),
        (b"groups:\n  - 7\n", 2, 5, "a group: expected keys"),
        (b"groups:\n  - rules: {a: 1}\n", 2, 12, "rules: expected a list"),
        (b"groups:\n  - rules:\n      - 7\n", 3, 9, "a rule: expected keys"),
        (b"groups:\n  - rules:\n      - alert:\n", 3, 15, "an alert without a name"),
        (b"groups:\n  - rules:\n      - {alert: A, labels: x}\n", 3, 28, "labels: expected keys"),
        (b"groups:\n  - rules: []\n    rules: []\n", 3, 5, "a second time"),
        (b"groups:\n  - \xff\n", 2, 1, "not UTF-8"),
        (b"groups: " + b"[" * 100, 1, 41, "more than 32 levels"),
        (b"groups: " + b"a" * (1 << 20), 1, 1, "larger than 1 MiB"),
    ],
)
def test_broken_rules_are_told_with_their_place(
    data: bytes, line: int, column: int, said: str
) -> None:
    with pytest.raises(UnreadRules, match=said) as caught:
        read(data)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.is_broken


def test_any_depth_is_refused_wherever_the_reader_stops() -> None:
    with pytest.raises(UnreadRules, match="more than 32 levels"):
        read(b"groups: " + b"[" * 100_000)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x: &a [b]\ngroups: [*a, *a]\n", 1),
        (b"groups: []\n---\ngroups: []\n", 2),
        (b"groups:\n  - !custom {name: a}\n", 2),
    ],
)
def test_valid_yaml_that_this_reader_does_not_take_is_unread_and_not_broken(
    data: bytes, line: int
) -> None:
    with pytest.raises(UnreadRules, match="its alerts are not read") as caught:
        read(data)
    assert caught.value.line == line
    assert not caught.value.is_broken


def outcome(data: bytes) -> tuple[Alert, ...] | UnreadRules:
    """The alerts, or why there are none."""
    try:
        return read(data) or ()
    except UnreadRules as error:
        return error


@pytest.mark.parametrize("end", range(0, len(RULES), 7))
def test_a_file_that_was_cut_off_gives_a_prefix_or_a_place(end: int) -> None:
    whole = [alert.name for alert in read(RULES) or ()]
    found = outcome(RULES[:end])
    if isinstance(found, UnreadRules):
        assert 0 < found.line <= RULES.count(b"\n") + 1
        return
    names = [alert.name for alert in found]
    # The last name itself can be cut off.
    assert names[:-1] == whole[: len(names)][:-1]
    assert not names or whole[len(names) - 1].startswith(names[-1])


@pytest.mark.parametrize(
    "data",
    [
        b"groups: [" + b"@a, " * 30_000 + b"]",
        b"groups:\n- rules:\n" + b"  - {alert: A, expr: x}\n" * 40_000,
        b'groups: "' + b"a " * 400_000,
        b"groups: " + b"{a: " * 200_000,
    ],
    ids=["words", "alerts", "quote", "levels"],
)
def test_a_large_file_takes_no_more_than_seconds(data: bytes) -> None:
    began = time.process_time()
    outcome(data)
    assert time.process_time() - began < 20


@given(st.binary(max_size=200).map(b"groups:".__add__) | st.binary(max_size=200))
def test_any_bytes_are_alerts_nothing_or_a_located_problem(data: bytes) -> None:
    found = outcome(data)
    places = [found] if isinstance(found, UnreadRules) else found
    assert all(each.line > 0 and each.column > 0 for each in places)
