"""What the evidence must be: of these sources, whole, and each file as its tests saw it."""

import os

import pytest

from qgate.model.report import Outcome
from qgate.system import git as git_door
from tests.support.check import counts, coverage_of, judged, missing
from tests.support.repo import Repo

BLOCK = "one = int(1)\ntwo = int(2)\nthree = int(3)\n"


def test_statements_of_a_deleted_file_that_appear_elsewhere_are_moved(repo: Repo) -> None:
    repo.commit({"old.py": BLOCK, "new.py": "zero = 0\n"})
    (repo.path / "old.py").unlink()
    repo.commit({"new.py": f"zero = 0\n{BLOCK}"})
    repo.lcov({"new.py": {1: 1, 2: 1, 3: 1, 4: 0}})
    gate = coverage_of(repo, base="HEAD~1")
    assert counts(gate, "coverable", "moved") == (3, 3)


def test_an_older_version_that_does_not_parse_makes_nothing_format_only(repo: Repo) -> None:
    repo.commit({"a.py": "x = (1\nprint 'two'\n"})
    repo.commit({"a.py": "x = (1)\nprint('two')\n"})
    repo.lcov({"a.py": {1: 1, 2: 0}})
    gate = coverage_of(repo, base="HEAD~1")
    assert counts(gate, "coverable", "format_only") == (2, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_source_that_may_not_be_read_is_incomplete(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.write({"a.py": "x = 2\n"})
    repo.lcov({"a.py": {1: 1}})
    (repo.path / "a.py").chmod(0)
    assert coverage_of(repo, base="HEAD").outcome is Outcome.INCOMPLETE


def test_a_source_that_vanishes_from_the_object_store_is_incomplete(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n"})
    repo.lcov({"a.py": {1: 1}})
    blob = repo.git("rev-parse", "HEAD:a.py")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert coverage_of(repo, base="HEAD~1", committed=True).outcome is Outcome.INCOMPLETE


def test_templates_that_python_tests_ran_are_not_judged_by_what_ran(repo: Repo) -> None:
    """From coverage.py's data nobody can say which lines of a template could run."""
    repo.commit({"a.py": "x = 1\n", ".gitignore": ".coverage\n"})
    code = "exec(compile('y = 1', 'page.html', 'exec'))\n"
    repo.commit({"a.py": code, "page.html": "<p>\n</p>\n"})
    repo.measure("--include=*", "a.py")
    gate = coverage_of(repo, base="HEAD~1")
    assert counts(gate, "covered", "coverable") == (1, 1)
    assert [each.path for each in gate.left_out] == ["page.html"]


def test_a_part_of_a_report_that_is_broken_is_found_when_it_is_needed(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n"})
    line = '<line number="x" hits="1"/>'
    repo.write(
        {
            "coverage.xml": '<?xml version="1.0"?><coverage line-rate="1"><packages><package>'
            f'<classes><class name="a" filename="a.py"><lines>{line}</lines></class>'
            "</classes></package></packages></coverage>"
        }
    )
    assert coverage_of(repo, base="HEAD~1").reason == "unreadable-report"


def test_one_hit_in_several_reports_is_a_hit_and_branches_are_the_better_ones(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "if x:\n    y = 1\nelse:\n    y = 2\n"})
    for name, (first, second, taken) in {"a": (1, 0, (1, 0)), "b": (0, 1, (0, 1))}.items():
        repo.write(
            {
                f"{name}.info": f"SF:a.py\nDA:1,1\nDA:2,{first}\nDA:4,{second}\n"
                f"BRDA:1,0,0,{taken[0]}\nBRDA:1,0,1,{taken[1]}\nend_of_record\n"
            }
        )
    gate = coverage_of(repo, base="HEAD~1", reports=("a.info", "b.info"))
    assert missing(gate) == []
    # Reports give counts, not names, of exits: one of two is what is certain.
    assert gate.metrics["partial"] == 1


def test_a_minimal_diff_that_takes_too_long_is_replaced_and_said(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n"})
    repo.lcov({"a.py": {1: 1}})
    monkeypatch.setattr(git_door, "_MINIMAL_SECONDS", 0.0)
    report = judged(repo, base="HEAD~1")
    assert report.gates[0].outcome is Outcome.PASSED
    assert report.notes == ("git's minimal diff took too long; its default algorithm was used",)


def test_a_push_that_makes_the_default_branch_brings_everything(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    payload = '{"before": "%s", "ref": "refs/heads/main", "repository": {"default_branch": "main"}}'
    repo.write({"../event.json": payload % ("0" * 40)})
    repo.lcov({"a.py": {1: 0}})
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(repo.path.parent / "event.json"),
    }
    assert missing(coverage_of(repo, environ=environ)) == [("a.py", 1)]


def test_the_base_s_settings_that_cannot_be_read_are_the_defaults_with_a_notice(
    repo: Repo,
) -> None:
    repo.commit({"a.py": "x = 1\n", ".qgate.yml": "gates: {coverage: {treshold: 1}}\n"})
    repo.commit({"a.py": "x = 2\n", ".qgate.yml": "gates: {coverage: {threshold: 1}}\n"})
    repo.lcov({"a.py": {1: 0}})
    report = judged(repo, base="HEAD~1")
    assert report.verdict is Outcome.FAILED
    assert report.gates[0].metrics["threshold"] == 90
    assert "cannot be read" in report.notices[0].message


@pytest.mark.parametrize("kind", ["", "xml", "json"])
def test_an_installed_copy_with_another_text_is_no_evidence_for_the_source(
    repo: Repo, kind: str
) -> None:
    """Tests that import from site-packages never ran the source that is to be judged."""
    source = "def total(prices):\n    return sum(prices)\n"
    installed = repo.path.parent / "site-packages"
    for folder in (repo.path / "src", installed):
        (folder / "shop").mkdir(parents=True)
        (folder / "shop/price.py").write_text(source, "utf-8")
    repo.commit({"run.py": "from shop.price import total\ntotal([1])\n"})
    repo.write({"src/shop/price.py": source.replace("sum(prices)", "launch(prices)")})
    path = {"PYTHONPATH": str(installed)}
    repo = Repo(repo.path, {**repo.environ, **path})
    repo.measure_with(path, "--source=shop", "run.py")
    if kind:
        repo.coverage(kind, "-o", "report", "-q")
    gate = coverage_of(repo, base="HEAD", reports=("report",) if kind else ())
    assert gate.reason == "stale-report", gate.summary
    assert "site-packages/shop/price.py" in gate.summary


def test_an_installed_copy_with_the_same_text_is_evidence(repo: Repo) -> None:
    source = "x = 1\n"
    installed = repo.path.parent / "site-packages"
    (installed / "shop").mkdir(parents=True)
    (installed / "shop/price.py").write_text(source, "utf-8")
    repo.commit({"run.py": "import shop.price\n"})
    repo.commit({"src/shop/price.py": source})
    repo.measure_with({"PYTHONPATH": str(installed)}, "--source=shop", "run.py")
    assert coverage_of(repo, base="HEAD~1").reason == "covered"
