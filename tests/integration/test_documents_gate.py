"""The gate `documents` on real repositories: what is new blocks, what was there does not."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from qgate.model.report import Finding, GateResult, Level, Outcome, Standing
from tests.support.check import counts, judged
from tests.support.repo import Ran, Repo

AGAIN: Final = "nothing that it read has changed"
SETTLED_SECONDS: Final = 0.06
RUNBOOK: Final = "docs/runbooks/{}.md"
LINK: Final = "documents/broken-link"
UNREADABLE: Final = "documents/unreadable"


def runbook(name: str, more: str = "") -> str:
    """A runbook that every rule passes, but for what is added to it."""
    parts = "".join(
        f"## {title}\n\nSome words on it.\n\n"
        for title in ("Meaning", "Impact", "Diagnosis", "Mitigation")
    )
    return f"# {name}\n\n{parts}## More\n\nMore words.\n{more}"


def adr(number: int, more: str = "") -> str:
    return (
        f"# {number}. Use it\n\nDate: 2026-01-01\n\n## Status\n\nProposed\n\n"
        f"## Context\n\nWords.\n\n## Decision\n\nWords.\n\n## Consequences\n\nWords.\n{more}"
    )


def checked(repo: Repo, **flags: object) -> GateResult:
    """The gate's result; the flags are those of `judged`."""
    (gate,) = judged(repo, gates=("documents",), **flags).gates  # type: ignore[arg-type]
    return gate


def short(gate: GateResult) -> list[tuple[str, str, int, str]]:
    """Standing, path, line and rule of each finding."""
    return [(each.standing, each.path, each.line, each.rule) for each in gate.findings]


@pytest.fixture
def project(repo: Repo) -> Repo:
    """Two runbooks, the first with a link to nowhere from before, and a decision."""
    repo.commit(
        {
            RUNBOOK.format("old"): runbook("old", "\n[x](gone.md)\n"),
            RUNBOOK.format("good"): runbook("good", "\n[x](old.md#impact)\n"),
            "docs/adr/0001-use-it.md": adr(1),
            "src/main.py": "x = 1\n",
        }
    )
    return repo


def test_without_documents_the_gate_is_skipped_and_quiet(repo: Repo) -> None:
    repo.commit({"README.md": "# [x](nowhere.md)\n"})
    gate = checked(repo, base="HEAD")
    assert (gate.outcome, gate.reason, gate.findings) == (Outcome.SKIPPED, "no-documents", ())
    ran = repo.call("check", "documents", "--base", "HEAD")
    # As for every gate: where nothing at all was judged, nothing has passed.
    assert (ran.code, ran.err) == (3, "")
    assert "documents skipped: there are none here" in ran.out


def test_what_is_new_blocks_and_what_was_there_does_not(project: Repo) -> None:
    project.write({RUNBOOK.format("good"): runbook("good", "\n[x](old.md#nothing)\n")})
    gate = checked(project, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.FAILED, "findings")
    assert short(gate) == [
        (Standing.NEW, RUNBOOK.format("good"), 23, LINK),
        (Standing.EXISTING, RUNBOOK.format("old"), 23, LINK),
    ]
    new, old = gate.findings
    assert (new.blocking, new.level) == (True, Level.ERROR)
    assert (old.blocking, old.level) == (False, Level.NOTE)
    assert counts(gate, "checked", "eligible", "total", "older", "runbook", "adr") == (
        *(3, 1, 3, 1, 2, 1),
    )
    assert gate.summary == "1 new finding; 1 older; 3 of 3 documents checked, 1 in this change"


def test_older_findings_are_not_in_the_way_on_a_terminal(project: Repo) -> None:
    project.write({"src/main.py": "x = 2\n"})
    ran = project.call("check", "documents", "--base", "HEAD")
    assert ran.code == 0
    assert "gone.md" not in ran.out
    assert "1 older" in ran.out


def test_an_older_finding_stays_old_when_its_lines_move(project: Repo) -> None:
    text = runbook("old", "\n[x](gone.md)\n").replace("Some", "\n\nMore and\nsome", 1)
    project.write({RUNBOOK.format("old"): text})
    assert [each.standing for each in checked(project, base="HEAD").findings] == [Standing.EXISTING]


def test_a_second_mistake_like_an_older_one_is_new(project: Repo) -> None:
    text = runbook("old", "\n[x](gone.md)\n").replace("Some words", "[x](gone.md)", 1)
    project.write({RUNBOOK.format("old"): text})
    assert short(checked(project, base="HEAD")) == [
        (Standing.NEW, RUNBOOK.format("old"), 5, LINK),
        (Standing.EXISTING, RUNBOOK.format("old"), 23, LINK),
    ]


def test_a_message_that_names_a_line_stays_old_when_lines_move(repo: Repo) -> None:
    matter = "---\nid: a\nid: b\n---\n"
    repo.commit({RUNBOOK.format("a"): f"{matter}# a\n"})
    repo.write({RUNBOOK.format("a"): f"---\ntags: []\n{matter.removeprefix('---')[1:]}# a\n"})
    (finding,) = checked(repo, base="HEAD").findings
    assert (finding.standing, finding.line) == (Standing.EXISTING, 4)
    assert "first on line 3" in finding.message


def test_a_document_that_is_renamed_takes_its_older_findings_along(project: Repo) -> None:
    project.git("mv", RUNBOOK.format("old"), RUNBOOK.format("older"))
    text = runbook("older", "\n[x](gone.md)\n")
    project.write({RUNBOOK.format("older"): text})
    gate = checked(project, base="HEAD")
    assert (Standing.EXISTING, RUNBOOK.format("older"), 23, LINK) in short(gate)
    # The one that named it is new: it was true before.
    assert [each.path for each in gate.findings if each.blocking] == [RUNBOOK.format("good")]


def test_a_document_that_is_deleted_makes_links_to_it_new_findings(project: Repo) -> None:
    (project.path / RUNBOOK.format("old")).unlink()
    gate = checked(project, base="HEAD")
    assert short(gate) == [(Standing.NEW, RUNBOOK.format("good"), 23, LINK)]
    assert counts(gate, "checked", "eligible", "total") == (2, 0, 2)


def test_any_file_that_a_document_links_to_counts(project: Repo) -> None:
    project.commit({RUNBOOK.format("good"): runbook("good", "\n[x](../../src/main.py)\n")})
    assert not any(each.blocking for each in checked(project, base="HEAD").findings)
    project.git("rm", "--quiet", "src/main.py")
    gate = checked(project, base="HEAD")
    assert [each.path for each in gate.findings if each.blocking] == [RUNBOOK.format("good")]


def test_each_side_is_judged_as_it_is(project: Repo) -> None:
    good = RUNBOOK.format("good")
    project.write({good: runbook("good", "\n[x](staged.md)\n")})
    project.git("add", good)
    project.write({good: runbook("good", "\n[x](disk.md)\n")})

    def new(**flags: object) -> list[str]:
        gate = checked(project, **flags)
        return [each.message for each in gate.findings if each.standing is Standing.NEW]

    assert new(staged=True) == ["staged.md: there is no such file"]
    assert new(base="HEAD") == ["disk.md: there is no such file"]
    assert new(base="HEAD", committed=True) == []
    project.git("commit", "--quiet", "--message", "x")
    assert new(base="HEAD~1", committed=True) == ["staged.md: there is no such file"]
    project.git("checkout", "--quiet", "--", good)
    assert new(staged=True) == []


def test_untracked_documents_are_judged_and_can_be_linked_to(project: Repo) -> None:
    project.write(
        {
            RUNBOOK.format("new"): runbook("new", "\n[x](../../notes.txt) [y](no.md)\n"),
            "notes.txt": "x\n",
        }
    )
    gate = checked(project, base="HEAD")
    assert short(gate)[0] == (Standing.NEW, RUNBOOK.format("new"), 23, LINK)
    assert [each.message for each in gate.findings if each.blocking] == [
        "no.md: there is no such file"
    ]
    assert not any(each.blocking for each in checked(project, staged=True).findings)


def test_ignored_files_are_no_documents(project: Repo) -> None:
    project.commit({".gitignore": "docs/runbooks/draft*\n"})
    project.write({RUNBOOK.format("draft"): "[x](no.md)\n"})
    assert counts(checked(project, base="HEAD"), "total") == (3,)


def test_two_branches_with_the_same_number_are_told_of_it(project: Repo) -> None:
    project.git("branch", "other")
    project.commit({"docs/adr/0002-main.md": adr(2).replace("Use it", "Main")})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    project.git("remote", "add", "origin", ".")
    project.git("switch", "--quiet", "other")
    project.commit({"docs/adr/0002-other.md": adr(2).replace("Use it", "Other")})
    gate = checked(project, base="origin/main", committed=True)
    assert [(each.rule, each.path) for each in gate.findings if each.blocking] == [
        ("documents/adr-number-taken", "docs/adr/0002-other.md")
    ]


BAD: Final[dict[str, tuple[bytes, int, str]]] = {
    "binary": (b"# a\n\n\0\xff" * 100, 3, "NUL"),
    "10 MB": (b"# a\n" * (10_000_000 // 4), 1, "larger than 1 MiB"),
    "front matter": (b"---\na: [\n---\n# a\n", 3, "front matter"),
    "front matter without an end": (b"---\na: b\n# a\n", 1, "no `---` ends it"),
    "a key twice": (b"---\na: b\nc: d\na: e\n---\n# a\n", 4, "a second time"),
    "aliases": (b"---\na: &a [1]\nb: *a\n---\n# a\n", 2, "anchor or alias"),
    "another encoding": ("# ä\n".encode("latin-1"), 1, "not UTF-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_document_is_one_finding_at_its_place_in_bounded_time(
    project: Repo, name: str
) -> None:
    data, line, said = BAD[name]
    path = RUNBOOK.format("bad")
    project.write({path: data})
    started = time.process_time()
    gate = checked(project, base="HEAD")
    assert time.process_time() - started < 20
    (finding,) = (each for each in gate.findings if each.blocking)
    assert (finding.rule, finding.path, finding.line) == (UNREADABLE, path, line)
    assert said in finding.message
    assert counts(gate, "checked", "eligible", "total") == (3, 1, 4)
    project.git("add", "--all")
    assert [each.rule for each in checked(project, staged=True).findings if each.blocking] == [
        UNREADABLE
    ]
    project.git("commit", "--quiet", "--message", "x")
    project.write({"src/main.py": "x = 3\n"})
    assert checked(project, base="HEAD").outcome is Outcome.PASSED


def test_a_link_is_not_followed_on_any_side(project: Repo) -> None:
    outside = project.path.parent / "outside.md"
    outside.write_text("# secret\n\n[x](no.md)\n")
    path = RUNBOOK.format("link")
    (project.path / path).symlink_to(outside)

    def rules(**flags: object) -> list[tuple[str, str]]:
        gate = checked(project, **flags)
        assert "secret" not in repr(gate)
        return [(each.rule, each.path) for each in gate.findings if each.blocking]

    assert rules(base="HEAD") == [(UNREADABLE, path)]
    project.git("add", "--all")
    assert rules(staged=True) == [(UNREADABLE, path)]
    project.git("commit", "--quiet", "--message", "x")
    assert rules(base="HEAD~1", committed=True) == [(UNREADABLE, path)]
    assert rules(base="HEAD") == rules(staged=True) == []
    (project.path / path).unlink()
    project.write({path: runbook("link")})
    assert rules(base="HEAD") == []


def test_a_pipe_in_a_documents_place_does_not_stop_the_run(project: Repo) -> None:
    path = project.path / RUNBOOK.format("good")
    path.unlink()
    os.mkfifo(path)
    ran = project.call("check", "documents", "--base", "HEAD")
    assert ran.code in {0, 1, 3}


def test_documents_outside_of_a_sparse_checkout_are_read_from_the_index(project: Repo) -> None:
    project.git("sparse-checkout", "set", "--no-cone", "/src/")
    assert not (project.path / "docs").exists()
    project.write({"src/main.py": "x = 2\n"})
    gate = checked(project, base="HEAD")
    assert gate.outcome is Outcome.PASSED
    assert counts(gate, "checked", "total", "older") == (3, 3, 1)


NOW: Final = datetime(2027, 3, 1, 12, tzinfo=UTC)
WAIVER: Final = "{{rule: {}, reason: it comes next week, by: lead, until: {}}}"


def test_a_waiver_of_the_settings_is_echoed(project: Repo) -> None:
    waiver = WAIVER.format(LINK, "2027-03-01")
    project.commit({".qgate.yml": f"waivers:\n  - {waiver}\n"})
    project.write({RUNBOOK.format("good"): runbook("good", "\n[x](no.md)\n")})

    def first(now: datetime) -> Finding:
        return next(
            each
            for each in checked(project, base="HEAD", now=lambda: now).findings
            if each.path == RUNBOOK.format("good")
        )

    assert first(NOW).standing is Standing.WAIVED
    assert "(waived by lead until 2027-03-01: it comes next week)" in first(NOW).message
    assert not first(NOW).blocking
    assert first(NOW + timedelta(days=1)).blocking


def test_a_waiver_of_the_document_holds_for_itself_alone_and_is_echoed(project: Repo) -> None:
    matter = f"---\nwaivers:\n  - {WAIVER.format(LINK, '2027-03-01')}\n---\n"
    good, new = RUNBOOK.format("good"), RUNBOOK.format("new")
    project.commit({good: matter + runbook("good"), new: runbook("new")})
    bad = "\n[x](no.md)\n"
    project.write({good: matter + runbook("good", bad), new: runbook("new", bad)})

    def standings(now: datetime) -> dict[str, Standing]:
        gate = checked(project, base="HEAD", now=lambda: now)
        return {each.path: each.standing for each in gate.findings}

    assert standings(NOW) == {
        good: Standing.WAIVED,
        new: Standing.NEW,
        RUNBOOK.format("old"): Standing.EXISTING,
    }
    assert checked(project, base="HEAD", now=lambda: NOW).summary.startswith(
        "1 new finding; 1 waived; 1 older; "
    )
    assert standings(NOW + timedelta(days=1))[good] is Standing.NEW


def test_a_change_does_not_waive_its_own_findings(project: Repo) -> None:
    good = RUNBOOK.format("good")
    matter = f"---\nwaivers:\n  - {WAIVER.format(LINK, '2027-03-01')}\n---\n"
    project.write({good: matter + runbook("good", "\n[x](no.md)\n")})
    (finding,) = (
        each
        for each in checked(project, base="HEAD", now=lambda: NOW).findings
        if each.path == good
    )
    assert finding.blocking


def test_the_clock_is_asked_of_touched_documents_only(project: Repo) -> None:
    dated = "---\ncreated: 2027-03-02\n---\n"
    project.commit({RUNBOOK.format("good"): dated + runbook("good")})

    def rules(now: datetime = NOW) -> list[str]:
        gate = checked(project, base="HEAD", now=lambda: now)
        return [each.rule for each in gate.findings if each.blocking]

    project.write({"src/main.py": "x = 2\n"})
    assert rules() == []
    project.write({RUNBOOK.format("good"): dated + runbook("good", "\nmore\n")})
    assert rules() == ["documents/future-date"]
    assert rules(NOW + timedelta(days=1)) == []


def test_another_folder_of_decisions_is_another_base(project: Repo) -> None:
    project.commit({"decisions/0001-use-it.md": adr(1, "\n[x](no.md)\n")})
    project.write({".adr-dir": "decisions\n"})
    gate = checked(project, base="HEAD")
    assert counts(gate, "adr", "total") == (1, 3)
    assert [each.path for each in gate.findings if each.blocking] == ["decisions/0001-use-it.md"]


# The whole command, and answers that are given again.


def run(repo: Repo) -> Ran:
    time.sleep(SETTLED_SECONDS)
    return repo.qgate("check", "documents", "--base", "HEAD")


def kept(repo: Repo) -> Ran:
    first, again = run(repo), run(repo)
    assert AGAIN not in first.err
    assert AGAIN in again.err
    assert (again.code, again.out) == (first.code, first.out)
    return first


@pytest.fixture
def rich(project: Repo) -> Repo:
    """A project with everything that the gate reads, and an untracked document."""
    project.write({"pages/untracked.txt": "x\n", ".gitignore": "*.log\n"})
    project.commit(
        {
            RUNBOOK.format("good"): runbook("good", "\n[x](../../src/main.py)\n"),
            ".adr-dir": "docs/adr\n",
            "alerts/a.yml": "groups: []\n",
            "decisions/0001-use-it.md": adr(1, "\n[x](no.md)\n"),
        }
    )
    project.write({RUNBOOK.format("new"): runbook("new"), "new.txt": "x\n"})
    return project


def linked_file_gone(repo: Repo) -> None:
    (repo.path / "src/main.py").unlink()


ALERT: Final = (
    "groups:\n  - name: g\n    rules:\n      - alert: Nobody\n        expr: up == 0\n"
    "        annotations: {runbook_url: https://example.com/runbooks/Nobody}\n"
)
# Made one after another; behind each the exit code from there on.
CHANGES: Final[dict[str, tuple[Callable[[Repo], object], int]]] = {
    # Judged by what holds at the base, and said to be so.
    "the settings": (
        lambda repo: repo.write({".qgate.yml": "documents: {adr: {folder: decisions}}\n"}),
        0,
    ),
    "an untracked document": (
        lambda repo: repo.write({RUNBOOK.format("new"): runbook("new", "\n[x](no.md)\n")}),
        1,
    ),
    "an untracked document gone": (
        lambda repo: (repo.path / RUNBOOK.format("new")).unlink(),
        0,
    ),
    "one more untracked document": (
        lambda repo: repo.write({RUNBOOK.format("newer"): runbook("newer", "\n[x](no.md)\n")}),
        1,
    ),
    "that one mended": (
        lambda repo: repo.write({RUNBOOK.format("newer"): runbook("newer")}),
        0,
    ),
    "a file that a document links to": (linked_file_gone, 1),
    "a document": (lambda repo: repo.write({RUNBOOK.format("good"): runbook("good")}), 0),
    "a file of alerts": (lambda repo: repo.write({"alerts/a.yml": ALERT}), 1),
    "that file as it was": (lambda repo: repo.git("checkout", "--quiet", "alerts/a.yml"), 0),
    "an untracked file of alerts": (lambda repo: repo.write({"alerts/b.yml": ALERT}), 1),
    "that file gone": (lambda repo: (repo.path / "alerts/b.yml").unlink(), 0),
    "the file .adr-dir": (lambda repo: repo.write({".adr-dir": "decisions\n"}), 1),
}


def test_no_answer_is_given_again_after_a_change(rich: Repo) -> None:
    assert kept(rich).code == 0
    for name, (change, code) in CHANGES.items():
        change(rich)
        ran = kept(rich)
        assert ran.code == code, f"{name}: {ran.out}{ran.err}"


def test_an_untracked_file_that_is_linked_to_and_goes_makes_a_new_run(project: Repo) -> None:
    path = RUNBOOK.format("good")
    project.write({path: runbook("good", "\n[x](../../new.txt)\n"), "new.txt": "x\n"})
    assert kept(project).code == 0
    (project.path / "new.txt").unlink()
    assert run(project).code == 1


def test_an_answer_that_hangs_on_the_clock_is_not_given_again_for_long(project: Repo) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    text = f"---\ncreated: {tomorrow}\n---\n{runbook('good')}"
    project.write({RUNBOOK.format("good"): text})
    assert kept(project).code == 1
    replays = list((project.path.parent / "home/.cache/qgate/replay").iterdir())
    ends = [float(each.read_bytes()[20:].split(b"\0")[4]) for each in replays]
    assert max(ends) <= time.time() + 60


def test_with_nothing_changed_the_gate_is_not_even_loaded(project: Repo) -> None:
    kept(project)
    ran = project.qgate("check", "documents", "--base", "HEAD", environ={"PYTHONVERBOSE": "1"})
    # Another environment is another call; the same a second time is answered again.
    time.sleep(SETTLED_SECONDS)
    again = project.qgate("check", "documents", "--base", "HEAD", environ={"PYTHONVERBOSE": "1"})
    assert "import 'qgate.gates.documents.gate'" in ran.err
    assert "import 'qgate.gates.documents.gate'" not in again.err


@pytest.mark.parametrize(
    "arguments", [("--version",), ("check", "lint", "--base", "HEAD"), ("check", "--help")]
)
def test_markdown_and_templates_are_only_loaded_where_there_are_documents(
    project: Repo, arguments: tuple[str, ...]
) -> None:
    verbose = {"PYTHONVERBOSE": "1"}
    ran = project.qgate(*arguments, environ=verbose)
    assert "import 'qgate.cli.main'" in ran.err
    for module in ("markdown_it", "jinja2", "qgate.documents", "qgate.parse.documents"):
        assert f"import '{module}" not in ran.err
    ran = project.qgate("check", "documents", "--base", "HEAD", environ=verbose)
    assert "import 'markdown_it" in ran.err
    assert "import 'jinja2" not in ran.err
