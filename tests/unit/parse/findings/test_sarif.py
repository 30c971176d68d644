"""SARIF 2.1.0: the shapes of zizmor 1.32.0, bandit 1.9.4 and Trivy, and what the standard says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.model.tool import ToolFinding, ToolReading, Unjudged
from qgate.parse.findings import sarif
from tests.unit.parse.damage import THOROUGH, damaged
from tests.unit.parse.findings.samples import (
    TOOL,
    cuts,
    is_clean,
    misshapen,
    never_clean,
    output,
    refusal,
    tool,
)


def _location(uri: str = "a.yml", base: str = "", **region: int) -> dict[str, Any]:
    artifact = {"uri": uri, **({"uriBaseId": base} if base else {})}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _result(*locations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = {"ruleId": "R1", "message": {"text": "wrong"}, "locations": locations}
    return {key: value for key, value in {**given, **fields}.items() if value is not None}


def _run(*results: dict[str, Any], rules: Any = (), **fields: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "x", "rules": rules}}, "results": results, **fields}


def _log(*runs: dict[str, Any]) -> bytes:
    return json.dumps({"version": "2.1.0", "runs": runs}).encode()


def _read(*runs: dict[str, Any]) -> ToolReading:
    return sarif.read(output(_log(*runs)), tool("demo"))


def _one(*runs: dict[str, Any]) -> ToolFinding:
    (found,) = _read(*runs).findings
    return found


_REPORT = _log(
    _run(
        _result(
            _location(".github/a.yml", startLine=4, startColumn=3, endLine=8, endColumn=9),
            ruleIndex=0,
            level="note",
        ),
        rules=[{"id": "R1", "defaultConfiguration": {"level": "error"}}],
        invocations=[{"executionSuccessful": True}],
    )
)


def test_a_result_is_a_finding_with_its_range() -> None:
    (found,) = sarif.read(output(_REPORT), TOOL).findings
    assert found == ToolFinding(
        path=".github/a.yml",
        rule="R1",
        message="wrong",
        line=4,
        end_line=8,
        column=3,
        level="note",
    )


def test_a_region_without_an_end_is_one_line() -> None:
    found = _one(_run(_result(_location(startLine=4))))
    assert (found.line, found.end_line, found.column) == (4, 4, 0)


def test_the_regions_of_trivy_keep_their_last_line() -> None:
    found = _one(_run(_result(_location(startLine=4, endLine=6, startColumn=1, endColumn=1))))
    assert (found.line, found.end_line) == (4, 6)


def test_a_location_without_a_region_is_the_file() -> None:
    found = _one(_run(_result(_location())))
    assert (found.path, found.line, found.end_line) == ("a.yml", 0, 0)


@pytest.mark.parametrize("locations", [None, [], [{"logicalLocations": [{"name": "f"}]}]])
def test_a_result_without_a_place_is_kept(locations: Any) -> None:
    found = _one(_run({"ruleId": "R1", "message": {"text": "m"}, "locations": locations}))
    assert (found.path, found.line) == ("", 0)


def test_each_location_is_a_finding() -> None:
    findings = _read(
        _run(_result(_location(startLine=1), _location("b.yml", startLine=2)))
    ).findings
    assert [(each.path, each.line) for each in findings] == [("a.yml", 1), ("b.yml", 2)]


def test_all_runs_are_read() -> None:
    findings = _read(_run(_result(_location())), _run(), _run(_result(_location("b.yml")))).findings
    assert [each.path for each in findings] == ["a.yml", "b.yml"]


# Rules, levels, messages


@pytest.mark.parametrize(
    "fields",
    [
        {"ruleId": "R2"},
        {"ruleId": None, "rule": {"id": "R2"}},
        {"ruleId": None, "ruleIndex": 1},
        {"ruleId": None, "rule": {"index": 1}},
        {"ruleId": "R2/part"},
    ],
)
def test_the_rule_and_its_level_are_found_however_they_are_named(fields: dict[str, Any]) -> None:
    rules = [{"id": "R1"}, {"id": "R2", "defaultConfiguration": {"level": "error"}}]
    found = _one(_run(_result(_location(), **fields), rules=rules))
    assert found.rule in {"R2", "R2/part"}
    assert found.level == "error"


@pytest.mark.parametrize("reference", [{"index": 0}, {"name": "ext"}, {"guid": "g"}])
def test_a_rule_can_be_an_extensions(reference: dict[str, Any]) -> None:
    run = _run(_result(_location(), ruleId=None, rule={"index": 0, "toolComponent": reference}))
    rule = {"id": "E1", "defaultConfiguration": {"level": "error"}}
    run["tool"]["extensions"] = [{"name": "ext", "guid": "g", "rules": [rule]}]
    found = _one(run)
    assert (found.rule, found.level) == ("E1", "error")


@pytest.mark.parametrize("rules", [[], [{"id": "R1"}], [{"id": "R"}]])
def test_a_level_that_nobody_gives_is_warning(rules: Any) -> None:
    assert _one(_run(_result(_location()), rules=rules)).level == "warning"


def test_a_result_without_a_rule_goes_by_the_tools_name() -> None:
    assert _one(_run(_result(_location(), ruleId=None))).rule == "demo"


def test_the_rule_has_no_say_where_the_result_gives_a_level() -> None:
    rules = [{"id": "R1", "defaultConfiguration": {"level": "note"}}]
    assert _one(_run(_result(_location(), level="error"), rules=rules)).level == "error"


def test_a_message_by_id_is_the_rules_text_with_its_arguments() -> None:
    rules = [{"id": "R1", "messageStrings": {"m": {"text": "{0} is {{not}} {1} {7}"}}}]
    message = {"id": "m", "arguments": ["x", "y"]}
    found = _one(_run(_result(_location(), message=message), rules=rules))
    assert found.message == "x is {not} y {7}"


def test_a_message_of_several_lines_is_kept_whole() -> None:
    found = _one(_run(_result(_location(), message={"text": "Package: x\nLink: [a](b)"})))
    assert found.message == "Package: x\nLink: [a](b)"


# What is left out


@pytest.mark.parametrize(
    ("suppressions", "is_left_out"),
    [
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted"}], True),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
        ([], False),
    ],
)
def test_a_suppressed_result_is_left_out(suppressions: Any, is_left_out: bool) -> None:  # noqa: FBT001
    given_run = _run(_result(_location(), suppressions=suppressions))
    assert is_clean(_read(given_run)) == is_left_out


@pytest.mark.parametrize(
    ("fields", "levels"),
    [
        ({"kind": "pass"}, []),
        ({"kind": "notApplicable"}, []),
        ({"kind": "informational"}, []),
        ({"kind": "review"}, ["note"]),
        ({"kind": "open"}, ["note"]),
        ({"kind": "fail", "level": "error"}, ["error"]),
        ({"baselineState": "absent"}, []),
        ({"baselineState": "unchanged"}, ["warning"]),
    ],
)
def test_only_what_is_wrong_is_a_finding(fields: Any, levels: list[str]) -> None:
    findings = _read(_run(_result(_location(), **fields))).findings
    assert [each.level for each in findings] == levels


# Paths


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a%20b.py", "src/a b.py"),
        ("src/%C3%BC.py", "src/\u00fc.py"),
        ("src/\u00fc.py", "src/\u00fc.py"),
        ("src/%FF.py", "src/\udcff.py"),
        ("100%.py", "100%.py"),
        ("./src/../a.py", "a.py"),
        ("file:///project/a%20b.py", "/project/a b.py"),
        ("file://localhost/project/a.py", "/project/a.py"),
        ("FILE:/project/a.py", "/project/a.py"),
        ("file://host/share/a.py", "//host/share/a.py"),
        ("/project/a.py", "/project/a.py"),
        ("https://example.com/a.py", "https://example.com/a.py"),
        ("", ""),
    ],
)
def test_a_uri_becomes_a_path(uri: str, path: str) -> None:
    assert _one(_run(_result(_location(uri)))).path == path


@pytest.mark.parametrize(
    ("bases", "path"),
    [
        ({}, "src/a.py"),
        ({"ROOT": {"uri": "file:///project/"}}, "/project/src/a.py"),
        ({"ROOT": {"uri": "file:///project"}}, "/project/src/a.py"),
        ({"ROOT": {"uri": "file:///my%20project/"}}, "/my project/src/a.py"),
        ({"ROOT": {"uri": "file:///"}}, "src/a.py"),
        ({"ROOT": {"description": {"text": "anywhere"}}}, "src/a.py"),
        ({"ROOT": {"uri": "web/", "uriBaseId": "REPO"}, "REPO": {"uri": "file:///r/"}},
         "/r/web/src/a.py"),
        ({"ROOT": {"uri": "web/", "uriBaseId": "REPO"}}, "web/src/a.py"),
    ],
)  # fmt: skip
def test_a_uri_is_behind_its_base(bases: Any, path: str) -> None:
    run = _run(_result(_location("src/a.py", "ROOT")), originalUriBaseIds=bases)
    assert _one(run).path == path


def test_an_absolute_uri_has_no_use_for_a_base() -> None:
    bases = {"ROOT": {"uri": "file:///other/"}}
    run = _run(_result(_location("file:///project/a.py", "ROOT")), originalUriBaseIds=bases)
    assert _one(run).path == "/project/a.py"


def test_bases_in_a_circle_are_refused() -> None:
    bases = {"ROOT": {"uri": "x/", "uriBaseId": "ROOT"}}
    run = _run(_result(_location("a.py", "ROOT")), originalUriBaseIds=bases)
    assert "circle" in refusal(sarif.read, output(_log(run)))


def test_a_location_can_be_one_of_the_runs_artifacts() -> None:
    location = {"physicalLocation": {"artifactLocation": {"index": 1}, "region": {"startLine": 2}}}
    artifacts = [{"location": {"uri": "x.py"}}, {"location": {"uri": "y.py"}}]
    found = _one(_run(_result(location), artifacts=artifacts))
    assert (found.path, found.line) == ("y.py", 2)


# Whether it is an answer


@pytest.mark.parametrize("kind", ["toolExecutionNotifications", "toolConfigurationNotifications"])
def test_what_a_notification_calls_an_error_was_not_judged(kind: str) -> None:
    note = {"level": "error", "message": {"text": "syntax error"}, "locations": [_location("b.py")]}
    reading = _read(_run(invocations=[{"executionSuccessful": True, kind: [note]}]))
    assert reading.unjudged == (Unjudged("b.py", "syntax error", "b.py"),)


def test_a_notification_without_a_place_is_the_tools() -> None:
    note = {"level": "error", "message": {"text": "no memory"}}
    reading = _read(_run(invocations=[{"toolExecutionNotifications": [note]}]))
    assert reading.unjudged == (Unjudged("demo", "no memory", ""),)


@pytest.mark.parametrize("level", [{"level": "warning"}, {"level": "note"}, {}])
def test_lesser_notifications_are_passed_over(level: dict[str, str]) -> None:
    note = {"message": {"text": "slow"}, **level}
    assert is_clean(_read(_run(invocations=[{"toolExecutionNotifications": [note]}])))


@pytest.mark.parametrize("value", [False, None, "true"])
def test_a_run_that_was_not_successful_is_refused_with_its_words(value: Any) -> None:
    note = {"level": "error", "message": {"text": "no memory"}}
    invocation = {
        "executionSuccessful": value,
        "exitCodeDescription": "crashed",
        "toolExecutionNotifications": [note],
    }
    run = _run(_result(_location()), invocations=[{"executionSuccessful": True}, invocation])
    assert "crashed: no memory" in refusal(sarif.read, output(_log(run)))


def test_no_results_are_no_findings() -> None:
    assert is_clean(_read(_run(), _run(invocations=[{"executionSuccessful": True}])))


def test_a_failure_without_a_result_is_refused_with_its_words() -> None:
    given_words = output(_log(_run()), b"out of memory", code=1)
    assert "out of memory" in refusal(sarif.read, given_words)


def test_a_suppressed_result_explains_an_exit_code() -> None:
    run = _run(_result(_location(), suppressions=[{"kind": "inSource"}]))
    assert is_clean(sarif.read(output(_log(run), code=1), TOOL))


def test_a_run_that_computed_no_results_is_refused() -> None:
    for results in ({}, {"results": None}):
        run = {"tool": {"driver": {"name": "x"}}, **results}
        refusal(sarif.read, output(_log(_run(_result(_location())), run)))


def test_a_fatal_error_in_place_of_a_report_is_refused_with_its_words() -> None:
    words = b"fatal: no audit was performed\ninvalid input: gone.yml\n\nStack backtrace:\n"
    assert "gone.yml" in refusal(sarif.read, output(b"", words, code=1))


@pytest.mark.parametrize(
    "report",
    [b"[]", b"{}", b"null", b'{"version":"2.1.0"}', b'{"version":"2.1.0","runs":[]}',
     b'{"version":"2.1.0","runs":null}', b'{"version":"2.1.0","runs":{}}',
     b'{"version":"2.1.0","runs":[[]]}', b'{"runs":[]}', b'{"version":2.1,"runs":[]}',
     b'{"version":"2.0.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[]}]}',
     b'{"version":"2.1.0","runs":[{"results":{}}]}'],
)  # fmt: skip
def test_other_shapes_are_refused(report: bytes) -> None:
    refusal(sarif.read, output(report))


@pytest.mark.parametrize(
    "result",
    [
        _result(_location(), ruleIndex=3),
        _result(_location(), ruleIndex=-2),
        _result(_location(), ruleIndex="0"),
        _result(_location(startLine=-1)),
        _result({"physicalLocation": {"artifactLocation": {"index": 9}}}),
        _result(_location(), level=3),
        _result(_location(), suppressions={"kind": "inSource"}),
        _result(_location(), message={"text": 3}),
    ],
)
def test_a_result_that_leads_nowhere_is_refused(result: dict[str, Any]) -> None:
    refusal(sarif.read, output(_log(_run(result))))


def test_a_report_cut_off_anywhere_is_refused() -> None:
    for cut in cuts(_REPORT):
        refusal(sarif.read, output(cut))


@THOROUGH
@given(damaged(_REPORT) | misshapen(_REPORT), st.sampled_from([1, 2]))
def test_a_damaged_report_is_never_clean(report: bytes, code: int) -> None:
    never_clean(sarif.read, output(report, code=code))
