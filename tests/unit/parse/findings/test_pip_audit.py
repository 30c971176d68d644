"""pip-audit's JSON. The texts are those of pip-audit 2.10.1; tracebacks are shortened."""

import json
from typing import Any

import pytest

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, Unjudged
from qgate.parse.findings import pip_audit, reader

TOOL = Tool(name="pip-audit", gate="audit", command=("pip-audit",), files=(), output="pip_audit")
JINJA: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.10",
    "vulns": [
        {
            "id": "PYSEC-2019-217",
            "fix_versions": ["2.10.1"],
            "aliases": ["CVE-2019-10906", "GHSA-462w-v97r-4m45"],
        }
    ],
}
CLEAN: dict[str, Any] = {"name": "pyyaml", "version": "6.0.1", "vulns": []}
SKIPPED: dict[str, Any] = {
    "name": "foo",
    "skip_reason": "URL requirements cannot be pinned to a specific package version",
}
UNKNOWN = "Dependency not found on PyPI and could not be audited: foo (1.0)"


def whole(*dependencies: dict[str, Any]) -> bytes:
    return json.dumps({"dependencies": dependencies, "fixes": []}).encode() + b"\n"


def output(*dependencies: dict[str, Any], code: int = 0, stderr: bytes = b"") -> ToolOutput:
    return ToolOutput(whole(*dependencies), stderr, code)


def changed(**fields: Any) -> dict[str, Any]:
    return {**JINJA, "vulns": [{**JINJA["vulns"][0], **fields}]}


def refusal(said: ToolOutput) -> str:
    with pytest.raises(MalformedOutput) as refused:
        pip_audit.read(said, TOOL)
    return refused.value.message


def test_a_vulnerability_goes_by_githubs_id_and_keeps_the_others_for_waivers() -> None:
    read = reader("pip_audit")(output(CLEAN, JINJA, code=1), TOOL)
    assert read.findings == (
        ToolFinding(
            path="",
            rule="GHSA-462w-v97r-4m45",
            message="jinja2 2.10: GHSA-462w-v97r-4m45 (CVE-2019-10906), fixed in 2.10.1",
            aliases=("CVE-2019-10906", "PYSEC-2019-217"),
            subject="jinja2 2.10",
        ),
    )
    assert read.judged == ("pyyaml 6.0.1", "jinja2 2.10")
    assert not read.unjudged


@pytest.mark.parametrize(
    ("ids", "rule"),
    [
        ({"PYSEC-1", "CVE-2", "GHSA-3"}, "GHSA-3"),
        ({"PYSEC-1", "CVE-2"}, "CVE-2"),
        ({"PYSEC-1", "MAL-1"}, "MAL-1"),
        ({"GHSA-b", "GHSA-a"}, "GHSA-a"),
        ({"XGHSA-1", "CVE-9"}, "CVE-9"),
    ],
)
def test_the_preferred_id_does_not_depend_on_the_order(ids: set[str], rule: str) -> None:
    assert pip_audit.preferred(ids) == rule


def test_without_a_fix_or_a_cve_the_message_says_no_more_than_is_known() -> None:
    (finding,) = pip_audit.read(output(changed(fix_versions=[], aliases=[]), code=1), TOOL).findings
    assert finding.message == "jinja2 2.10: PYSEC-2019-217, no version is known to fix it"
    assert finding.aliases == ()


def test_two_records_of_one_vulnerability_are_one_finding() -> None:
    twin = {"id": "PYSEC-X", "fix_versions": ["3.0"], "aliases": ["GHSA-462w-v97r-4m45"]}
    both = {**JINJA, "vulns": [*JINJA["vulns"], twin]}
    (finding,) = pip_audit.read(output(both, code=1), TOOL).findings
    assert finding.aliases == ("CVE-2019-10906", "PYSEC-2019-217", "PYSEC-X")
    assert finding.message.endswith("fixed in 2.10.1, 3.0")


def test_a_skipped_dependency_is_not_judged_although_the_code_says_all_is_well() -> None:
    read = pip_audit.read(output({"name": "foo", "skip_reason": UNKNOWN}, CLEAN), TOOL)
    assert read.unjudged == (Unjudged("foo", UNKNOWN),)
    assert read.judged == ("pyyaml 6.0.1",)
    assert not read.findings


def test_findings_and_skipped_dependencies_come_together() -> None:
    read = pip_audit.read(output(JINJA, SKIPPED, code=1), TOOL)
    assert len(read.findings) == 1
    assert [each.name for each in read.unjudged] == ["foo"]


def test_all_dependencies_of_the_answer_are_named_so_that_missing_ones_show() -> None:
    answers = pip_audit.audited(output(JINJA, CLEAN, SKIPPED, code=1))
    assert [(each.name, each.version) for each in answers] == [
        ("jinja2", "2.10"),
        ("pyyaml", "6.0.1"),
        ("foo", ""),
    ]


@pytest.mark.parametrize(
    "warning",
    [
        "WARNING:pip_audit._service.osv:Unsupported OSV schema version: 2.0.0",
        "WARNING:pip_audit._service.osv:OSV vuln entry 'X-1' is missing 'affected' list",
        "WARNING:pip_audit._x:pyproject file /p does not contain `dependencies` list",
    ],
)
def test_what_pip_audit_drops_with_a_warning_is_not_judged(warning: str) -> None:
    stderr = f"{warning}\nNo known vulnerabilities found\n".encode()
    (dropped,) = pip_audit.read(output(CLEAN, stderr=stderr), TOOL).unjudged
    assert dropped.reason in warning


def test_warnings_without_consequences_are_nothing() -> None:
    stderr = b"WARNING:pip_audit._cli:--no-deps is supported, but users are encouraged\n"
    assert not pip_audit.read(output(CLEAN, stderr=stderr), TOOL).unjudged


@pytest.mark.parametrize(
    ("dependency", "code"), [(JINJA, 0), (CLEAN, 1), (SKIPPED, 1), (CLEAN, 2), (JINJA, -9)]
)
def test_json_that_the_exit_code_contradicts_is_refused(
    dependency: dict[str, Any], code: int
) -> None:
    assert f"ended with {code}" in refusal(output(dependency, code=code))


TRACEBACK = b"""\
Traceback (most recent call last):
  File "requests/models.py", line 1028, in raise_for_status
    raise HTTPError(http_error_msg, response=self)
requests.exceptions.HTTPError: 500 Server Error: Internal Server Error for url: http://osv.test/

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "pip_audit/_service/osv.py", line 79, in query
    raise ServiceError from http_error
pip_audit._service.interface.ServiceError
"""
UNCONNECTED = b"""\
ERROR:pip_audit._cli:Could not connect to OSV's vulnerability feed
ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service
"""


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        (TRACEBACK, "500 Server Error"),
        (UNCONNECTED, "said: ERROR:pip_audit._cli:Could not connect to OSV's vulnerability feed"),
        (b"WARNING:pip_audit._cli:advice\n  indented\n", "nothing on standard error"),
        (b"\xff\xfe broken bytes", "broken bytes"),
        (b"", "nothing on standard error"),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_silence_on_standard_output_is_refused_with_the_last_words(
    stderr: bytes, words: str, code: int
) -> None:
    said = refusal(ToolOutput(b"", stderr, code))
    assert words in said
    assert "Tip" not in said


def test_last_words_are_cut_to_a_length() -> None:
    assert len(refusal(ToolOutput(b"", b"x" * 100_000, 1))) < 1000


def test_every_cut_of_an_answer_is_refused() -> None:
    text = whole(JINJA, SKIPPED).rstrip()
    for length in range(len(text)):
        refusal(ToolOutput(text[:length], b"", 1))


@pytest.mark.parametrize(
    "stdout",
    [
        b"[]",
        b"{}",
        b"null",
        b'{"dependencies": []}',
        b'{"fixes": []}',
        b'{"dependencies": {}, "fixes": []}',
        b'{"dependencies": [], "fixes": {}}',
        b'{"dependencies": [[]], "fixes": []}',
        b'{"dependencies": [{}], "fixes": []}',
        b'{"dependencies": [{"name": "a"}], "fixes": []}',
        b'{"dependencies": [{"name": "a", "version": "1"}], "fixes": []}',
        b'{"dependencies": [{"name": "a", "version": 1, "vulns": []}], "fixes": []}',
        b'{"dependencies": [{"name": "a", "version": "1", "vulns": {}}], "fixes": []}',
        b'{"dependencies": [{"name": "", "version": "1", "vulns": []}], "fixes": []}',
        b'{"dependencies": [{"name": "a", "skip_reason": null}], "fixes": []}',
        b'{"dependencies": [], "fixes": []} {}',
        b"[" * 100_000,
        b"No known vulnerabilities found",
        b"\xff\xfe",
    ],
)
def test_another_shape_is_refused(stdout: bytes) -> None:
    refusal(ToolOutput(stdout, b"", 0))


@pytest.mark.parametrize(
    "fields", [{"id": ""}, {"id": None}, {"aliases": None}, {"aliases": [1]}, {"fix_versions": {}}]
)
def test_a_vulnerability_of_another_shape_is_refused(fields: dict[str, Any]) -> None:
    refusal(output(changed(**fields), code=1))
