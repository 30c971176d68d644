"""The gate `documents` on decision records, on both sides of real changes."""

from tests.support.check import judged
from tests.support.repo import Repo
from tests.unit.documents.adr.forms import NYGARD

ONE = NYGARD.replace("# 3.", "# 1.")
OWED = "documents:\n  adr:\n    owed: ['db/**']\n"


def findings(repo: Repo) -> list[tuple[str, str, bool]]:
    """Rule, path and whether it blocks, of what is new or waived."""
    (gate,) = judged(repo, base="main", gates=("documents",)).gates
    return [
        (each.rule.removeprefix("documents/"), each.path, each.blocking)
        for each in gate.findings
        if not each.is_quiet
    ]


def outcome(repo: Repo) -> str:
    (gate,) = judged(repo, base="main", gates=("documents",)).gates
    return gate.outcome


def branch(repo: Repo, files: dict[str, str | bytes]) -> None:
    """A base with these files, and a branch from it."""
    repo.commit(files)
    repo.git("checkout", "--quiet", "-b", "work")


def test_what_the_base_has_too_does_not_block(repo: Repo) -> None:
    branch(repo, {"docs/adr/0001-use-one-database.md": ONE.replace("Accepted", "Done")})
    repo.commit({"docs/adr/0002-two.md": ONE.replace("# 1.", "# 2.").replace("Accepted", "Done")})
    assert ("adr-unknown-status", "docs/adr/0002-two.md", True) in findings(repo)
    assert "docs/adr/0001-use-one-database.md" not in {path for _, path, _ in findings(repo)}


def test_an_accepted_record_is_not_rewritten(repo: Repo) -> None:
    path = "docs/adr/0001-use-one-database.md"
    branch(repo, {path: ONE})
    repo.commit({path: ONE.replace("We will use one.", "We will use two.")})
    assert findings(repo) == [("adr-body-changed", path, True)]
    repo.commit({path: ONE.replace("Accepted", "Deprecated")})
    assert findings(repo) == []


def test_a_renamed_record_is_compared_with_what_it_was(repo: Repo) -> None:
    branch(repo, {"docs/adr/0001-use-one-database.md": ONE})
    repo.git("mv", "docs/adr/0001-use-one-database.md", "docs/adr/0002-use-one-database.md")
    renumbered = ONE.replace("# 1.", "# 2.")
    repo.commit({"docs/adr/0002-use-one-database.md": renumbered})
    assert findings(repo) == []
    repo.commit({"docs/adr/0002-use-one-database.md": renumbered.replace("One is", "Two are")})
    assert findings(repo) == [("adr-body-changed", "docs/adr/0002-use-one-database.md", True)]


def test_a_number_that_the_local_main_branch_got_meanwhile(repo: Repo) -> None:
    branch(repo, {"docs/adr/0001-use-one-database.md": ONE})
    repo.commit({"docs/adr/0002-mine.md": NYGARD.replace("# 3.", "# 2.")})
    assert not any(rule == "adr-number-taken" for rule, *_ in findings(repo))
    repo.git("switch", "--quiet", "main")
    repo.commit({"docs/adr/0002-theirs.md": NYGARD.replace("# 3.", "# 2.")})
    repo.git("switch", "--quiet", "work")
    assert ("adr-number-taken", "docs/adr/0002-mine.md", True) in findings(repo)


def test_two_branches_with_the_same_number(repo: Repo) -> None:
    branch(repo, {"docs/adr/0001-use-one-database.md": ONE})
    repo.commit({"docs/adr/0002-mine.md": NYGARD.replace("# 3.", "# 2.")})
    repo.git("checkout", "--quiet", "main")
    repo.commit({"docs/adr/0002-theirs.md": NYGARD.replace("# 3.", "# 2.")})
    repo.git("remote", "add", "origin", ".")
    repo.git("fetch", "--quiet", "origin")
    repo.git("remote", "set-head", "origin", "main")
    repo.git("checkout", "--quiet", "work")
    assert ("adr-number-taken", "docs/adr/0002-mine.md", True) in findings(repo)
    assert repo.call("adr", "renumber", "2", "3").code == 0
    repo.commit()
    assert "adr-number-taken" not in {rule for rule, _, _ in findings(repo)}


def test_a_decision_is_owed_by_what_the_policy_names(repo: Repo) -> None:
    branch(repo, {".qgate.yml": f"version: 1\n{OWED}", "db/schema.sql": "a\n"})
    repo.commit({"db/schema.sql": "b\n", "x.py": ""})
    assert findings(repo) == [("adr-owed", "db/schema.sql", True)]
    ran = repo.call(
        *("new-adr", "Use b", "--status", "accepted", "--context", "There is a."),
        *("--decision", "We use b.", "--consequences", "No a."),
    )
    assert ran.code == 0
    assert findings(repo) == []


def test_a_waiver_with_a_reason_is_echoed(repo: Repo) -> None:
    waiver = (
        "waivers:\n  - rule: documents/adr-owed\n    path: db/schema.sql\n"
        "    reason: only a comment\n    by: somebody\n    until: 2999-01-01\n"
    )
    branch(repo, {".qgate.yml": f"version: 1\n{OWED}{waiver}", "db/schema.sql": "a\n"})
    repo.commit({"db/schema.sql": "b\n"})
    assert findings(repo) == [("adr-owed", "db/schema.sql", False)]
    (gate,) = judged(repo, base="main", gates=("documents",)).gates
    assert "waived by somebody until 2999-01-01: only a comment" in gate.findings[0].message
    assert outcome(repo) == "passed"


def test_what_the_commands_write_passes(repo: Repo) -> None:
    branch(repo, {"docs/adr/0001-use-one-database.md": ONE})
    for arguments in (
        ("new-adr", "Two", "--amends", "1"),
        ("new-adr", "Three", "--template", "madr", "--supersedes", "2"),
        ("adr", "link", "3", "Clarifies", "1"),
        ("adr", "supersede", "1", "3"),
        ("adr", "toc", "--write"),
        ("adr", "renumber", "3", "7"),
        ("docs", "fix"),
    ):
        assert repo.call(*arguments).code == 0
        assert [each for each in findings(repo) if each[2]] == [], arguments
