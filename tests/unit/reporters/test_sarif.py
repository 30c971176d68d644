"""SARIF: valid by the official schema, stable where lines move, and no more than GitHub takes."""

import gzip
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from qgate import __version__
from qgate.model.report import Finding, Report
from qgate.reporters import sarif
from tests.support.report_samples import (
    FAILED,
    LINT,
    NO_BASE,
    NO_GATE,
    PASSED,
    a_report,
    finding,
    large,
    miss,
)
from tests.unit.reporters.sarif_schema import validator


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report))
    validator().validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def of(*findings: Finding) -> dict[str, Any]:
    return run_of(a_report(replace(LINT, findings=findings)))


@pytest.mark.parametrize("report", [FAILED, PASSED, NO_BASE, NO_GATE])
def test_it_is_valid_by_the_schema_of_the_standard(report: Report) -> None:
    assert run_of(report)["tool"]["driver"]["version"] == __version__


def test_the_schema_does_refuse() -> None:
    log = json.loads(sarif.render(FAILED))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator().is_valid(log)


def test_a_result_has_rule_level_place_and_standing() -> None:
    run = run_of(FAILED)
    result = next(each for each in run["results"] if each["ruleId"] == "lint/F401")
    fingerprints = result.pop("partialFingerprints")
    assert set(fingerprints) == {"qgate/v1", "primaryLocationLineHash"}
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert result == {
        "ruleId": "lint/F401",
        "ruleIndex": rules.index("lint/F401"),
        "level": "error",
        "message": {"text": "`json` imported but unused"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "src/b.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1, "startColumn": 8},
                }
            }
        ],
        "baselineState": "new",
        "properties": {"blocking": True},
    }


def test_old_debt_is_unchanged_and_a_waiver_suppresses() -> None:
    found = {each["ruleId"]: each for each in run_of(FAILED)["results"]}
    assert found["lint/E501"]["baselineState"] == "unchanged"
    assert found["lint/F841"]["suppressions"] == [{"kind": "external", "status": "accepted"}]
    assert "suppressions" not in found["lint/F401"]


def test_a_gate_that_could_not_judge_is_a_notification_and_no_success() -> None:
    run = run_of(FAILED)
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert said[0] == "audit incomplete: pip-audit timed out\nhint: run it again"
    assert "audit/timed-out" not in {each["ruleId"] for each in run["results"]}
    assert run_of(PASSED)["invocations"][0]["executionSuccessful"] is True


def test_what_has_no_place_is_a_notification() -> None:
    run = of(finding("lint/x", "about all", blocking=True))
    assert run["results"] == []
    [said] = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"] == "about all"
    assert said["associatedRule"] == {"id": "lint/x"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d?.py", "a%20b/c%23d%3F.py"),
        ("http://x/y", "http%3A//x/y"),
        ("//host/x", "%2F/host/x"),
        ("100%.py", "100%25.py"),
        ("é.py", "%C3%A9.py"),
        (b"caf\xe9.py".decode("utf-8", "surrogateescape"), "caf%E9.py"),
        ("\ud800.py", "%5Cud800.py"),
        ("a\\b\n", "a%5Cb%0A"),
    ],
)
def test_a_path_is_a_relative_reference(path: str, uri: str) -> None:
    [result] = of(miss(path, 1))["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def prints(*findings: Finding) -> list[str]:
    results = of(*findings)["results"]
    return [each["partialFingerprints"]["qgate/v1"] for each in results]


def test_a_fingerprint_stays_where_lines_move() -> None:
    def found(line: int, message: str = "too complex (12 > 10)") -> Finding:
        return finding("lint/C901", message, "a.py", line, source=f"def f{line}(): ...")

    assert prints(found(3)) == prints(found(90)) == prints(found(3, "too complex (13 > 10)"))
    assert prints(found(3)) != prints(found(3, "unused"))
    assert prints(found(3)) != prints(replace(found(3), path="b.py"))
    assert prints(found(3)) != prints(replace(found(3), rule="lint/C902"))


def test_findings_that_say_the_same_are_told_apart_by_their_number() -> None:
    first, second, third = prints(*(miss("a.py", line) for line in (1, 5, 9)))
    assert len({first, second, third}) == 3
    assert [each.rpartition(":")[2] for each in (first, second, third)] == ["1", "2", "3"]
    assert prints(miss("a.py", 1), miss("a.py", 9)) == [first, second]


def test_what_goes_into_a_fingerprint_is_published_and_never_changes() -> None:
    key = hashlib.sha256(b"lint/x\0a.py\0m 0 of 0").hexdigest()[:32]
    assert prints(finding("lint/x", "m 3 of 12", "a.py", 1)) == [f"{key}:1"]


def test_no_more_results_than_github_takes_the_worst_first() -> None:
    assert (sarif.MOST_RESULTS, sarif.MOST_BYTES) == (25_000, 10_000_000)
    log = json.loads(sarif._limited(large(260), 250, sarif.MOST_BYTES))
    [run] = log["runs"]
    assert len(run["results"]) == 250
    first = [each["properties"]["blocking"] for each in run["results"]]
    # The notice of policy and what does not block are last.
    assert first == sorted(first, reverse=True)
    said = run["invocations"][0]["toolExecutionNotifications"][0]
    assert said["message"]["text"] == "11 results are left out, the least important"


def test_no_more_bytes_than_github_takes_and_what_is_left_out_is_counted() -> None:
    noise = [hashlib.sha512(str(number).encode()).hexdigest() for number in range(400)]
    found = tuple(finding("lint/x", each, "a.py", 1, blocking=True) for each in noise)
    report = a_report(replace(LINT, findings=found))
    assert len(gzip.compress(sarif.render(report).encode())) > 40_000
    text = sarif._limited(report, 400, 20_000)
    assert 15_000 < len(gzip.compress(text.encode(), 1)) <= 20_000
    [run] = json.loads(text)["runs"]
    left_out = 400 - len(run["results"])
    said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert said == f"{left_out} results are left out, the least important"
    assert sarif.MOST_BYTES == 10_000_000
    assert sarif._limited(report, 400, 0).count("ruleId") == 0


def test_a_long_message_and_a_line_beyond_all_lines_are_cut() -> None:
    [result] = of(finding("lint/x", "y" * 9_000, "a.py", 1 << 40))["results"]
    assert len(result["message"]["text"]) == 2_000
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == (1 << 31) - 1
