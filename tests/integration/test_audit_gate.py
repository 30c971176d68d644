"""The gate `audit` with the real pip-audit and an OSV service on loopback."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from qgate.model.report import GateResult, Level, Outcome, Standing
from tests.support.check import judged
from tests.support.osv import Osv, Trouble, osv, without_proxies
from tests.support.repo import Repo

pytestmark = pytest.mark.usefixtures("warm_tools")

JINJA = "audit/GHSA-462w-v97r-4m45"
REQUESTS = "audit/GHSA-j8r2-6x86-q33q"
PYYAML = "audit/GHSA-8q59-q68h-6hv4"


@pytest.fixture
def service() -> Iterator[Osv]:
    with osv() as double:
        yield double


def project(repo: Repo, files: dict[str, str], service: str, settings: str = "") -> None:
    """The base: dependency files, and settings that name the service."""
    repo.commit({".qgate.yml": f"gates: {{audit: {{service: '{service}'{settings}}}}}\n", **files})


def audit(repo: Repo, **flags: Any) -> GateResult:
    flags = {"base": "HEAD", **flags} if not flags.get("staged") else flags
    report = judged(repo, gates=("audit",), environ=without_proxies({}), **flags)
    (gate,) = report.gates
    return gate


def found(gate: GateResult) -> dict[str, tuple[Standing, bool, int]]:
    return {each.rule: (each.standing, each.blocking, each.line) for each in gate.findings}


def test_what_the_change_brings_in_blocks_and_what_was_there_warns(
    repo: Repo, service: Osv
) -> None:
    project(repo, {"requirements.txt": "jinja2==2.10\n"}, service.url)
    repo.write({"requirements.txt": "# moved\n\njinja2==2.10\npyyaml==5.3\n"})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.FAILED, "findings")
    assert found(gate) == {
        JINJA: (Standing.EXISTING, False, 3),
        PYYAML: (Standing.NEW, True, 4),
    }
    assert {each.level for each in gate.findings} == {Level.ERROR, Level.WARNING}
    assert "2020-14343" in gate.findings[-1].message


def test_another_version_with_the_same_vulnerability_is_the_changes_own(
    repo: Repo, service: Osv
) -> None:
    project(repo, {"requirements.txt": "jinja2==2.9\n"}, service.url)
    repo.write({"requirements.txt": "jinja2==2.10\n"})
    assert found(audit(repo)) == {JINJA: (Standing.NEW, True, 1)}


def test_a_change_that_touches_no_dependency_asks_nobody(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "jinja2==2.10\n"}, service.url)
    repo.write({"readme.txt": "x\n"})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "not-concerned")
    assert not service.asked


def test_with_blocks_all_the_service_is_always_asked(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "jinja2==2.10\n"}, service.url, ", blocks: all")
    repo.write({"readme.txt": "x\n"})
    assert found(audit(repo)) == {JINJA: (Standing.NEW, True, 1)}


UV_LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "mine"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "jinja2" }]

[[package]]
name = "jinja2"
version = "2.10"
source = { registry = "https://example.com/simple" }
"""
POETRY_LOCK = """\
[[package]]
name = "jinja2"
version = "2.10"
optional = false
python-versions = "*"
files = []

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "x"
"""
PYLOCK = """\
lock-version = "1.0"
created-by = "x"

[[packages]]
name = "jinja2"
version = "2.10"
"""


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [("uv.lock", UV_LOCK, 11), ("poetry.lock", POETRY_LOCK, 2), ("pylock.toml", PYLOCK, 5)],
)
def test_lock_files_are_read_without_an_index(
    repo: Repo, service: Osv, name: str, text: str, line: int
) -> None:
    # The ranges are pinned by the lock file; nobody resolves them a second time.
    pyproject = '[project]\nname = "mine"\nversion = "0"\ndependencies = ["jinja2"]\n'
    project(repo, {}, service.url)
    repo.write({name: text, "pyproject.toml": pyproject})
    gate = audit(repo)
    assert found(gate) == {JINJA: (Standing.NEW, True, line)}
    assert {each.path for each in gate.findings} == {name}


def test_an_included_file_is_audited_too(repo: Repo, service: Osv) -> None:
    files = {"requirements.txt": "-r more/base.txt\n", "more/base.txt": "requests==2.31.0\n"}
    project(repo, files, service.url)
    repo.write({"more/base.txt": "requests==2.30.0\n", "requirements.txt": "-r more/base.txt\n\n"})
    assert set(found(audit(repo))) == {REQUESTS}


def test_what_cannot_be_audited_is_named_until_it_is_waived(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    repo.write({"requirements.txt": "six==1.16.0\nmine @ git+https://example.com/mine\n"})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "not-audited")
    assert "mine" in gate.summary
    waiver = (
        f'waivers: [{{rule: "audit/not-audited:mine", reason: ours, by: "@us", '
        f"until: {date.today() + timedelta(days=9)}}}]\n"  # noqa: DTZ011 - nine days are enough
    )
    settings = (repo.path / ".qgate.yml").read_text()
    repo.git("stash", "--quiet")
    repo.commit({".qgate.yml": settings + waiver})
    repo.git("stash", "pop", "--quiet")
    assert audit(repo).outcome is Outcome.PASSED


def test_an_included_file_that_is_not_there_is_not_an_empty_one(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    repo.write({"requirements.txt": "six==1.16.0\n-r missing.txt\n"})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "unreadable-dependencies")
    assert "missing.txt" in gate.summary


def test_a_file_that_cannot_be_read_is_incomplete(repo: Repo, service: Osv) -> None:
    project(repo, {"uv.lock": UV_LOCK}, service.url)
    repo.write({"uv.lock": UV_LOCK[:-20]})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "unreadable-dependencies")
    assert gate.findings[0].path == "uv.lock"


@pytest.mark.parametrize("trouble", [Trouble.BROKEN, Trouble.TOO_MANY, Trouble.GARBAGE])
def test_a_service_that_does_not_answer_is_incomplete(
    repo: Repo, service: Osv, trouble: Trouble
) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    repo.write({"requirements.txt": "six==1.16.0\n"})
    service.trouble = trouble
    gate = audit(repo)
    assert gate.outcome is Outcome.INCOMPLETE
    assert "pip-audit gave no answer; is its service reachable?" in gate.summary


def test_an_answer_that_failed_is_not_remembered(repo: Repo) -> None:
    with osv() as double:
        project(repo, {"requirements.txt": "\n"}, double.url)
        repo.write({"requirements.txt": "jinja2==2.10\n"})
        double.trouble = Trouble.BROKEN
        assert audit(repo).outcome is Outcome.INCOMPLETE
        double.trouble = Trouble.NONE
        assert audit(repo).outcome is Outcome.FAILED


FLOORS = {"low": True, "moderate": True, "high": False, "critical": False}


def test_the_severity_floor_lets_lesser_ones_through(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    for floor, blocks in FLOORS.items():
        repo.write({"requirements.txt": "\n"})
        project(repo, {}, service.url, f", severity: {floor}")
        repo.write({"requirements.txt": "requests==2.30.0\n"})
        gate = audit(repo)
        assert found(gate) == {REQUESTS: (Standing.NEW, blocks, 1)}
        assert ("severity moderate, below the floor" in gate.findings[0].message) is not blocks


def test_a_waiver_holds_by_any_name_until_its_day(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    settings = (repo.path / ".qgate.yml").read_text()
    for name in ("GHSA-462w-v97r-4m45", "CVE-2019-10906", "PYSEC-2019-217"):
        waiver = (
            f'waivers: [{{rule: audit/{name}, reason: sandboxed, by: "@us", until: 2027-01-31}}]\n'
        )
        repo.commit({".qgate.yml": settings + waiver, "requirements.txt": "\n"})
        repo.write({"requirements.txt": "jinja2==2.10\n"})
        gate = audit(repo, now=lambda: datetime(2027, 1, 31, 23, tzinfo=UTC))
        assert found(gate) == {JINJA: (Standing.WAIVED, False, 1)}
        assert "waived by @us until 2027-01-31: sandboxed" in gate.findings[0].message
        assert audit(repo, now=lambda: datetime(2027, 2, 1, tzinfo=UTC)).outcome is Outcome.FAILED


def test_an_answer_is_remembered_for_a_day(repo: Repo, service: Osv) -> None:
    project(repo, {"requirements.txt": "\n"}, service.url)
    repo.write({"requirements.txt": "six==1.16.0\n"})
    now = datetime(2026, 6, 1, tzinfo=UTC)

    def asked(at: datetime) -> int:
        before = len(service.asked)
        assert audit(repo, now=lambda: at).outcome is Outcome.PASSED
        return len(service.asked) - before

    assert asked(now) > 0
    assert asked(now + timedelta(hours=23)) == 0
    assert asked(now + timedelta(hours=25)) > 0


def test_the_environment_can_be_audited(repo: Repo, service: Osv) -> None:
    site = repo.path / f".venv/lib/python3.{sys.version_info.minor}/site-packages"
    for name, version in (("jinja2", "2.10"), ("six", "1.16.0")):
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
    python = repo.path / ".venv/bin/python3"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    files = {"requirements.txt": "six==1.16.0\n", ".gitignore": ".venv/\n"}
    project(repo, files, service.url, ", source: environment")
    repo.write({"readme.txt": "x\n"})
    (one,) = audit(repo).findings
    assert (one.rule, one.blocking) == (JINJA, True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "x @ git+https://example.com/x.git\n"),
        ("requirements.txt", "-e git+https://example.com/x.git#egg=x\n"),
        ("requirements.txt", "./local\n"),
        ("requirements-dev.txt", "https://example.com/x-1.0.tar.gz\n"),
        ("pyproject.toml", '[project]\nname = "m"\ndependencies = ["x @ https://e.com/x.zip"]\n'),
    ],
)
def test_a_file_of_nothing_that_an_index_knows_is_not_passed_over(
    repo: Repo, service: Osv, name: str, text: str
) -> None:
    files = {} if name == "pyproject.toml" else {"requirements.txt": "\n"}
    project(repo, files, service.url)
    repo.write({name: text})
    gate = audit(repo)
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "not-audited")
    assert {each.path for each in gate.findings} == {name}


def test_what_the_base_could_not_audit_either_does_not_hide_what_is_new(
    repo: Repo, service: Osv
) -> None:
    project(repo, {"requirements.txt": "./local\njinja2==2.10\n"}, service.url)
    repo.write({"requirements.txt": "./local\njinja2==2.10\npyyaml==5.3\n"})
    gate = audit(repo)
    assert gate.outcome is Outcome.FAILED
    assert {each.rule for each in gate.findings if each.standing is Standing.EXISTING} == {JINJA}
    assert "base" not in gate.summary
