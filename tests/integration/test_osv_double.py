"""The OSV double, asked by the real pip-audit: what qgate believes about it is true of this one."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolOutput, ToolReading
from qgate.parse.findings import pip_audit
from tests.support.osv import (
    ADVISORIES,
    JINJA,
    JINJA_PYSEC,
    URLLIB3,
    Osv,
    Trouble,
    closed_url,
    osv,
    without_proxies,
)

TOOL = Tool(name="pip-audit", gate="audit", command=("pip-audit",), files=(), output="pip_audit")
BESIDE_PYTHON = Path(sys.executable).with_name("pip-audit")
PROGRAM = str(BESIDE_PYTHON) if BESIDE_PYTHON.exists() else shutil.which("pip-audit")


@pytest.fixture
def service() -> Iterator[Osv]:
    with osv() as double:
        yield double


@pytest.fixture
def program() -> str:
    """pip-audit; a machine without it skips, continuous integration must have it."""
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("pip-audit is not installed, and this is CI")
        pytest.skip("pip-audit is not installed")
    return PROGRAM


def audit(program: str, url: str, folder: Path, *source: str, timeout: int = 15) -> ToolOutput:
    done = subprocess.run(
        [
            program,
            *("--format=json", "--desc=off", "--aliases=on", "--progress-spinner=off"),
            *(f"--cache-dir={folder / 'cache'}", f"--timeout={timeout}"),
            *("--vulnerability-service=osv", f"--osv-url={url}", *source),
        ],
        cwd=folder,
        env=without_proxies(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return ToolOutput(done.stdout, done.stderr, done.returncode, str(folder))


def locked(folder: Path, *pins: tuple[str, str]) -> tuple[str, str]:
    """The arguments that audit exactly these pins: no index, no markers, doubles allowed."""
    tables = (f'[[packages]]\nname = "{name}"\nversion = "{version}"\n' for name, version in pins)
    (folder / "pylock.toml").write_text('lock-version = "1.0"\n' + "".join(tables), "utf-8")
    return "--locked", str(folder)


def read(said: ToolOutput) -> ToolReading:
    return pip_audit.read(said, TOOL)


def test_pins_are_judged_one_request_each(program: str, service: Osv, tmp_path: Path) -> None:
    pins = (("jinja2", "2.10"), ("urllib3", "2.0.5"), ("pyyaml", "6.0.1"), ("jinja2", "3.1.6"))
    said = audit(program, service.query_url, tmp_path, *locked(tmp_path, *pins))
    assert said.code == 1
    assert [(each.name, each.version) for each in pip_audit.audited(said)] == list(pins)
    assert [each.message for each in read(said).findings] == [
        "jinja2 2.10: GHSA-462w-v97r-4m45 (CVE-2019-10906), fixed in 2.10.1",
        "urllib3 2.0.5: GHSA-v845-jxx5-vc9f (CVE-2023-43804), fixed in 1.26.17, 2.0.6",
    ]
    assert [(path, body["version"]) for _, path, body in service.asked] == [
        ("/v1/query", version) for _, version in pins
    ]


def test_nothing_found_is_exit_code_0_with_json(program: str, service: Osv, tmp_path: Path) -> None:
    said = audit(program, service.query_url, tmp_path, *locked(tmp_path, ("pyyaml", "6.0.1")))
    assert said.code == 0
    assert read(said) == ToolReading(judged=("pyyaml 6.0.1",))


def test_a_skipped_dependency_is_exit_code_0_and_not_judged(
    program: str, service: Osv, tmp_path: Path
) -> None:
    (tmp_path / "r.txt").write_text("foo @ https://example.test/foo.zip\n", "utf-8")
    source = ("--disable-pip", "--no-deps", "-r", "r.txt")
    said = audit(program, service.query_url, tmp_path, *source)
    assert said.code == 0
    assert [each.name for each in read(said).unjudged] == ["foo"]


@pytest.mark.parametrize("line", ["-r more.txt", 'jinja2==2.10; python_version < "3"'])
def test_pip_audit_itself_passes_over_includes_and_markers_in_silence(
    program: str, service: Osv, tmp_path: Path, line: str
) -> None:
    """Which is why qgate reads the files, and asks about pins that it writes itself."""
    (tmp_path / "r.txt").write_text(f"{line}\n", "utf-8")
    (tmp_path / "more.txt").write_text("jinja2==2.10\n", "utf-8")
    source = ("--disable-pip", "--no-deps", "-r", "r.txt")
    said = audit(program, service.query_url, tmp_path, *source)
    assert said.code == 0
    assert pip_audit.audited(said) == ()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.BROKEN, "500 Server Error"),
        (Trouble.TOO_MANY, "429 Client Error"),
        (Trouble.GARBAGE, "JSONDecodeError"),
        (Trouble.WRONG_SHAPE, "KeyError"),
        (Trouble.HANG, "ReadTimeout"),
        (Trouble.ELSEWHERE, "InvalidSchema"),
    ],
)
def test_a_service_in_trouble_is_exit_code_1_and_no_answer(
    program: str, service: Osv, tmp_path: Path, trouble: Trouble, words: str
) -> None:
    service.trouble = trouble
    source = locked(tmp_path, ("pyyaml", "6.0.1"))
    said = audit(program, service.query_url, tmp_path, *source, timeout=1)
    assert said.code == 1
    with pytest.raises(MalformedOutput, match=words):
        read(said)
    assert len(service.asked) == 1


def test_a_service_that_is_not_there_is_exit_code_1_and_no_answer(
    program: str, tmp_path: Path
) -> None:
    said = audit(program, closed_url(), tmp_path, *locked(tmp_path, ("pyyaml", "6.0.1")))
    assert said.code == 1
    with pytest.raises(MalformedOutput, match="ConnectionError"):
        read(said)


@pytest.mark.parametrize(
    "text",
    ["!!!", "jinja2>=2", "jinja2==2.*", "jinja2==1\njinja2==2", "a==1 --hash=sha256:00\nb==1"],
)
def test_requirements_that_are_no_pins_are_exit_code_1_and_no_answer(
    program: str, service: Osv, tmp_path: Path, text: str
) -> None:
    (tmp_path / "r.txt").write_text(f"{text}\n", "utf-8")
    source = ("--disable-pip", "--no-deps", "-r", "r.txt")
    said = audit(program, service.query_url, tmp_path, *source)
    assert said.code == 1
    with pytest.raises(MalformedOutput):
        read(said)


def test_a_withdrawn_advisory_is_none(program: str, tmp_path: Path) -> None:
    withdrawn = dataclasses.replace(JINJA, withdrawn="2024-01-01T00:00:00Z")
    with osv((withdrawn,)) as double:
        said = audit(program, double.query_url, tmp_path, *locked(tmp_path, ("jinja2", "2.10")))
    assert read(said) == ToolReading(judged=("jinja2 2.10",))


def test_an_advisory_of_a_newer_schema_is_dropped_and_therefore_not_judged(
    program: str, tmp_path: Path
) -> None:
    newer = dataclasses.replace(JINJA, schema="2.0.0")
    with osv((newer,)) as double:
        said = audit(program, double.query_url, tmp_path, *locked(tmp_path, ("jinja2", "2.10")))
    assert said.code == 0
    assert [each.reason for each in read(said).unjudged] == [
        "Unsupported OSV schema version: 2.0.0"
    ]


# The double by itself.


def ask(url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data), timeout=5) as answer:  # noqa: S310 - its own
        return json.load(answer)


def query(name: str, version: str, ecosystem: str = "PyPI") -> dict[str, object]:
    return {"package": {"name": name, "ecosystem": ecosystem}, "version": version}


@pytest.mark.parametrize(
    ("version", "affected"),
    [("1.26.16", 1), ("1.26.17", 0), ("2.0.0rc1", 0), ("2.0.0", 1), ("2.0.6", 0)],
)
def test_the_double_evaluates_ranges(service: Osv, version: str, affected: int) -> None:
    answer = ask(service.query_url, query("urllib3", version))
    assert answer.get("vulns", []) == [URLLIB3.as_osv()] * affected


def test_the_double_answers_for_one_ecosystem_and_says_nothing_of_strangers(service: Osv) -> None:
    assert ask(service.query_url, query("jinja2", "2.10", "npm")) == {}
    assert ask(service.query_url, query("no-such-thing", "1")) == {}


def test_the_double_answers_many_queries_at_once(service: Osv) -> None:
    queries = [query("jinja2", "2.10"), query("jinja2", "3.1.6")]
    first, second = ask(f"{service.url}/v1/querybatch", {"queries": queries})["results"]
    assert [each["id"] for each in first["vulns"]] == [JINJA.id, JINJA_PYSEC.id]
    assert second == {"vulns": []}


def test_the_double_has_each_record_and_404_for_others(service: Osv) -> None:
    for advisory in ADVISORIES:
        assert ask(f"{service.url}/v1/vulns/{advisory.id}") == advisory.as_osv()
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(f"{service.url}/v1/vulns/CVE-2019-10906")
    refused.value.close()
    assert refused.value.code == 404
    assert len(service.asked) == len(ADVISORIES) + 1
