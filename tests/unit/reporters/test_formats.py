"""Formats by name: ours, those of other packages, and none that nobody has."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qgate import api
from qgate.engine import formats
from qgate.reporters.formats import FORMATS
from tests.support.repo import ROOT, Repo
from tests.support.report_samples import FAILED


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed package that adds a format, and would like to replace one of ours."""
    folder = tmp_path / "site"
    folder.mkdir()
    information = folder / "other-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[qgate.reporters]\nhaiku = other_reporter\njson = other_reporter\n"
    )
    (folder / "other_reporter.py").write_text(
        "def render(report):\n    return f'{report.verdict} in three lines\\n'\n"
    )
    monkeypatch.syspath_prepend(folder)
    return "haiku"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_from_a_program(name: str) -> None:
    assert api.render(FAILED, name) == FORMATS[name]()(FAILED)
    assert api.render(FAILED, name).endswith("\n")


def test_an_unknown_format_is_told_which_there_are() -> None:
    with pytest.raises(api.UsageError, match="there is no format pdf") as caught:
        api.render(FAILED, "pdf")
    assert caught.value.hint == "there are json, markdown, sarif, junit, github"


def test_another_package_adds_a_format_and_replaces_none(other_package: str) -> None:
    assert formats.render(FAILED, other_package) == "failed in three lines\n"
    assert formats.names() == (*FORMATS, other_package)
    assert json.loads(formats.render(FAILED, "json"))["schema"] == "qgate.report/1"


def test_a_reporter_that_is_not_asked_for_is_not_imported() -> None:
    code = (
        "import sys; from qgate.reporters.formats import FORMATS; FORMATS['markdown'](); "
        "print([name for name in sys.modules if name.startswith('qgate.reporters.s')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_check_writes_every_format(repo: Repo) -> None:
    repo.commit({"a.py": "a = 1\n"})
    begins = {
        "json": "{",
        "markdown": "### ✅ qgate passed\n",
        "sarif": '{"$schema"',
        "junit": "<?xml",
        "github": "",
    }
    assert set(begins) == set(FORMATS)
    for name, begin in begins.items():
        done = repo.call("check", "coverage", "--base", "HEAD", "--format", name)
        assert done.code == 0, done
        assert done.out.startswith(begin)


def test_rules_for_reviewers_are_reported_in_every_format(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @a\n!x @b\n", "a.py": "a = 1\n"})
    done = repo.call("codeowners", "check", "--format", "github")
    assert done.code == 1
    assert done.out.startswith("::error file=CODEOWNERS,line=2,")


def test_a_format_of_another_package_is_taken_by_the_command(
    repo: Repo, other_package: str
) -> None:
    repo.commit({"a.py": "a = 1\n"})
    done = repo.call("check", "coverage", "--base", "HEAD", "--format", other_package)
    assert (done.code, done.out) == (0, "passed in three lines\n")
    refused = repo.call("check", "--format", "pdf")
    assert refused.code == 2
    assert "'pdf' is not one of 'terminal', 'json', 'markdown'" in refused.err
