"""npm's JSON. The text is that of npm 11.19.1 for a made-up registry, without the metadata."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding
from qgate.parse.findings import npm_audit
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import (
    TOOL,
    cuts,
    is_clean,
    misshapen,
    never_clean,
    output,
    refusal,
)

_ADVISORY = {
    "source": 1001,
    "name": "leaf",
    "dependency": "leaf",
    "title": "Command injection in leaf",
    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
    "severity": "high",
    "cwe": ["CWE-77"],
    "cvss": {"score": 7.2, "vectorString": None},
    "range": "<1.2.0",
}


def _package(*via: Any, fix: Any = True) -> dict[str, Any]:
    return {
        "name": "leaf",
        "severity": "high",
        "isDirect": False,
        "via": via,
        "effects": [],
        "range": "<=1.2.0",
        "nodes": ["node_modules/leaf"],
        "fixAvailable": fix,
    }


def _report(**packages: dict[str, Any]) -> bytes:
    whole = {"auditReportVersion": 2, "vulnerabilities": packages, "metadata": {}}
    return json.dumps(whole, indent=2).encode()


_REPORT = _report(leaf=_package(_ADVISORY), mid=_package("leaf"))


def test_an_advisory_is_one_finding_at_the_lock_file() -> None:
    (found,) = npm_audit.read(output(_REPORT, code=1), TOOL).findings
    assert found == ToolFinding(
        path="package-lock.json",
        rule="GHSA-aaaa-bbbb-cccc",
        message="leaf <1.2.0: Command injection in leaf; npm audit fix mends it",
        severity="high",
        subject="leaf",
    )


def test_each_advisory_about_a_package_is_a_finding() -> None:
    other = {**_ADVISORY, "url": "https://github.com/advisories/GHSA-DDDD-eeee-ffff"}
    report = _report(leaf=_package(_ADVISORY, other))
    rules = [each.rule for each in npm_audit.read(output(report, code=1), TOOL).findings]
    assert rules == ["GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff"]


def test_an_advisory_that_is_named_twice_is_one_finding() -> None:
    report = _report(leaf=_package(_ADVISORY), again=_package(_ADVISORY))
    assert len(npm_audit.read(output(report, code=1), TOOL).findings) == 1


def test_an_advisory_from_elsewhere_goes_by_its_number() -> None:
    report = _report(leaf=_package({**_ADVISORY, "url": "https://example.com/advisories/7"}))
    (found,) = npm_audit.read(output(report, code=1), TOOL).findings
    assert found.rule == "npm-1001"


@pytest.mark.parametrize(
    ("fix", "words"),
    [
        (False, "no fix is known"),
        ({"name": "mid", "version": "1.1.0", "isSemVerMajor": False}, "mended by mid 1.1.0"),
        (
            {"name": "mid", "version": "2.0.0", "isSemVerMajor": True},
            "mended by mid 2.0.0 (a new major version)",
        ),
    ],
)
def test_the_message_says_what_mends_it(fix: Any, words: str) -> None:
    report = _report(leaf=_package(_ADVISORY, fix=fix))
    (found,) = npm_audit.read(output(report, code=1), TOOL).findings
    assert found.message.endswith(f"; {words}")


def test_no_vulnerabilities_are_no_findings() -> None:
    assert is_clean(npm_audit.read(output(_report()), TOOL))


def test_a_registry_that_answers_with_an_error_is_refused_with_its_words() -> None:
    report = b"""{
      "message": "500 Internal Server Error - POST http://127.0.0.1/-/npm/v1/security - boom",
      "method": "POST", "statusCode": 500, "body": {"error": "boom"},
      "error": {"summary": "", "detail": ""}
    }"""
    words = b"npm error audit endpoint returned an error\n"
    assert "500 Internal" in refusal(npm_audit.read, output(report, words, code=1))


def test_a_project_without_a_lock_is_refused_with_npms_words() -> None:
    report = b"""{"error": {"code": "ENOLOCK",
      "summary": "This command requires an existing lockfile.", "detail": "Try creating one"}}"""
    assert "ENOLOCK: This command" in refusal(npm_audit.read, output(report, code=1))


@pytest.mark.parametrize("error", ["null", '"x"', "[]", "{}"])
def test_any_error_is_refused_even_beside_a_report(error: str) -> None:
    whole = json.loads(_report())
    report = json.dumps({**whole, "error": json.loads(error)}).encode()
    refusal(npm_audit.read, output(report))


def test_the_report_of_npm_6_is_refused() -> None:
    refusal(npm_audit.read, output(b'{"actions":[],"advisories":{},"muted":[]}'))


def test_another_version_of_the_report_is_refused() -> None:
    report = _report().replace(b'Version": 2', b'Version": 3')
    assert "3" in refusal(npm_audit.read, output(report))


def test_packages_at_fault_without_an_advisory_are_refused() -> None:
    for code in (0, 1):
        report = _report(mid=_package("leaf"))
        assert "no advisory" in refusal(npm_audit.read, output(report, code=code))


def test_exit_code_1_without_a_finding_is_refused() -> None:
    refusal(npm_audit.read, output(_report(), code=1))


def test_a_stack_trace_is_refused() -> None:
    words = b"npm error Cannot read properties of undefined (reading 'x')\n    at Arborist\n"
    assert "Arborist" in refusal(npm_audit.read, output(b"", words, code=1))


@pytest.mark.parametrize(
    "report",
    [b"", b"[]", b"{}", b"null", b'{"auditReportVersion":2}',
     b'{"auditReportVersion":2,"vulnerabilities":[]}', b'{"vulnerabilities":{}}'],
)  # fmt: skip
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(npm_audit.read, output(report))


def test_an_exit_code_that_means_failure_is_refused_even_with_a_report() -> None:
    assert "exit code 4" in refusal(npm_audit.read, output(_REPORT, code=4))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(npm_audit.read, output(cut, code=1))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 254]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(npm_audit.read, output(report, code=code))
