"""Cases of every release, part four: shapes of history, large changes, several reports.

The stale merge ref, as CI sees it, is in test_base_and_head_in_ci.py.
"""

from qgate.model.report import Outcome
from tests.support.changes import change_set
from tests.support.check import counts, coverage_of, missing
from tests.support.repo import Repo
from tests.support.reports import lcov_missing

TEN = "".join(f"v{n} = {n}\n" for n in range(10))


def on_branch(repo: Repo) -> None:
    """`main` with one commit of `m.py` and `n.py`, and `topic` checked out there."""
    repo.commit({"m.py": TEN, "n.py": TEN})
    repo.git("switch", "--quiet", "--create", "topic")


def test_what_a_merge_of_the_base_brings_is_not_judged(repo: Repo) -> None:
    on_branch(repo)
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11")})
    repo.git("switch", "--quiet", "main")
    repo.commit({"n.py": TEN.replace("v2 = 2", "v2 = 22"), "of_main.py": "a = 1\n"})
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "--quiet", "--no-edit", "main")
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11").replace("v9 = 9", "v9 = 99")})
    lcov_missing(repo, {"m.py": {2, 10}, "n.py": {3}, "of_main.py": {1}})
    gate = coverage_of(repo, base="main")
    assert missing(gate) == [("m.py", 2), ("m.py", 10)]
    assert counts(gate, "coverable") == (2,)


def test_after_a_force_push_of_the_base_the_last_common_commit_counts(repo: Repo) -> None:
    on_branch(repo)
    first = repo.git("rev-parse", "HEAD")
    repo.git("switch", "--quiet", "main")
    repo.commit({"n.py": TEN.replace("v2 = 2", "v2 = 22")})
    repo.git("switch", "--quiet", "topic")
    repo.git("reset", "--quiet", "--hard", "main")
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11")})
    # The base drops the commit that the branch stands on.
    repo.git("branch", "--force", "main", first)
    repo.git("switch", "--quiet", "main")
    repo.commit({"of_main.py": "a = 1\n"})
    repo.git("switch", "--quiet", "topic")
    lcov_missing(repo, {"m.py": {2}, "n.py": {3}})
    gate = coverage_of(repo, base="main")
    assert missing(gate) == [("m.py", 2), ("n.py", 3)]
    assert counts(gate, "coverable") == (2,)


def test_an_octopus_merge_is_compared_with_where_the_branch_began(repo: Repo) -> None:
    on_branch(repo)
    for number, name in enumerate(("one", "two"), 1):
        repo.git("switch", "--quiet", "--create", name, "main")
        repo.commit({f"{name}.py": f"a = {number}\n"})
    repo.git("switch", "--quiet", "topic")
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11")})
    repo.git("merge", "--quiet", "--no-edit", "one", "two")
    assert len(repo.git("rev-list", "--parents", "-1", "HEAD").split()) == 4
    lcov_missing(repo, {"m.py": {2}, "one.py": {1}, "two.py": set()})
    gate = coverage_of(repo, base="main", committed=True)
    assert missing(gate) == [("m.py", 2), ("one.py", 1)]
    assert counts(gate, "coverable") == (3,)


def test_an_octopus_merge_that_holds_the_base_leaves_its_lines_out(repo: Repo) -> None:
    on_branch(repo)
    repo.git("switch", "--quiet", "--create", "one", "main")
    repo.commit({"one.py": "a = 1\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"of_main.py": "a = 1\n"})
    repo.git("switch", "--quiet", "topic")
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11")})
    repo.git("merge", "--quiet", "--no-edit", "one", "main")
    changed = {file.path for file in change_set(repo, base="main").files}
    assert changed == {"m.py", "one.py"}


def test_a_change_and_its_revert_are_no_change(repo: Repo) -> None:
    on_branch(repo)
    repo.commit({"m.py": TEN.replace("v1 = 1", "v1 = 11")})
    repo.git("revert", "--no-edit", "HEAD")
    gate = coverage_of(repo, base="main")
    assert (gate.outcome, gate.reason) == (Outcome.PASSED, "empty-diff")


def test_what_a_revert_brings_back_is_judged_like_any_line(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    repo.commit({"m.py": TEN.replace("v1 = 1\n", "").replace("v2 = 2", "v2 = 22")})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.git("revert", "--no-edit", "HEAD")
    lcov_missing(repo, {"m.py": {2, 3, 5}})
    gate = coverage_of(repo, base="main")
    assert missing(gate) == [("m.py", 2), ("m.py", 3)]


def test_more_than_300_files_are_all_judged(repo: Repo) -> None:
    names = [f"pkg{n % 7}/m{n}.py" for n in range(301)]
    repo.commit(dict.fromkeys(names, "a = 1\nb = 2\n"))
    repo.write(dict.fromkeys(names, "a = 1\nb = 3\n"))
    repo.lcov({name: {1: 1, 2: int(number % 100 != 0)} for number, name in enumerate(names)})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == sorted((names[number], 2) for number in (0, 100, 200, 300))
    assert counts(gate, "files", "coverable", "covered") == (301, 301, 297)


def test_a_missing_shard_is_never_a_pass(repo: Repo) -> None:
    settings = "gates:\n  coverage:\n    report: ['shard-*.info']\n    expect_reports: 2\n"
    repo.commit({"m.py": "a = 1\n", ".qgate.yml": settings})
    repo.write({"m.py": "a = 2\n"})
    lcov_missing(repo, {"m.py": set()}, "shard-1.info")
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "missing-shard")
    lcov_missing(repo, {"m.py": {1}}, "shard-2.info")
    assert coverage_of(repo, base="HEAD").outcome is Outcome.PASSED


def test_a_python_file_in_two_reports_at_two_versions_is_never_judged(repo: Repo) -> None:
    repo.commit({"m.py": "a = 1\n"})
    repo.write({"m.py": "a = 1\n\nb = 2\n"})
    lcov_missing(repo, {"m.py": set()}, "old.info")
    repo.write({"m.py": "a = 1\nb = 3\n"})
    lcov_missing(repo, {"m.py": set()}, "new.info")
    # As after a checkout: the times say nothing, the statements do.
    gate = coverage_of(repo, base="HEAD", reports=("new.info", "old.info"), environ={"CI": "true"})
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "stale-report")


def test_another_file_in_two_reports_at_two_versions_is_never_judged(repo: Repo) -> None:
    repo.commit({"a.js": "one();\ntwo();\nthree();\n"})
    repo.write({"a.js": "one();\nzwei();\nthree();\n"})
    repo.lcov({"a.js": {1: 1, 2: 1}}, "old.info")
    repo.lcov({"a.js": {1: 1, 2: 0, 3: 1}}, "new.info")
    gate = coverage_of(repo, base="HEAD", reports=("new.info", "old.info"))
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "conflicting-reports")


def test_two_reports_of_one_version_are_merged(repo: Repo) -> None:
    repo.commit({"m.py": TEN})
    repo.write({"m.py": TEN + "a = 1\nb = 2\nc = 3\n"})
    lcov_missing(repo, {"m.py": {11, 12}}, "one.info")
    lcov_missing(repo, {"m.py": {12, 13}}, "two.info")
    gate = coverage_of(repo, base="HEAD", reports=("one.info", "two.info"))
    assert missing(gate) == [("m.py", 12)]
