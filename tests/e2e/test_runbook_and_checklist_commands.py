"""`qgate new-runbook`, `qgate new-checklist` and `qgate runbook`, as people call them."""

import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from qgate.parse.documents import read
from tests.support.repo import Repo, measured

RULES = """\
groups:
  - name: a
    rules:
      - {alert: Up, annotations: {runbook_url: https://x/Up}}
      - {alert: Lost, annotations: {runbook: docs/runbooks/Lost.md}}
      - {alert: Bare, expr: "x"}
      - {alert: Watchdog}
"""
HARD = [
    "Restore the database",
    'A | "quoted" \\ title #',
    "../../etc/passwd",
    "Größe und Wörter, 数据库",
    "🔥🔥",
    "<!-- x --> [a](b) <b> `c` &amp; *d* _e_ {{ f }} {% g %}",
    "two\nlines\tand\x1b[31m",
    "word " * 60,
    "x-template",
    "README",
    "1. First",
    "---",
    "- [x] box",
]


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.commit({"a.txt": "a\n"})
    return repo


def passes(repo: Repo) -> None:
    """No finding of the documents' gate, except for warnings."""
    ran = repo.call("check", "--base", "HEAD")
    assert "documents passed" in ran.out, ran.out


@pytest.mark.parametrize("title", HARD)
def test_a_title_of_any_kind_gives_a_runbook_that_passes(project: Repo, title: str) -> None:
    ran = project.call("new-runbook", "--", title)
    assert (ran.code, ran.err) == (0, "")
    path = project.path / ran.out.rstrip("\n")
    assert ran.out == f"docs/runbooks/{path.name}\n"
    assert path.name.startswith("RB-")
    written = read(path.read_bytes(), "x.md")
    assert written.value("title") == " ".join(title.replace("\x1b", " ").split())
    passes(project)


@pytest.mark.parametrize("title", HARD)
def test_so_does_a_checklist_for_anything(project: Repo, title: str) -> None:
    ran = project.call("new-checklist", "review", f"--for={title}")
    assert (ran.code, ran.err) == (0, "")
    path = project.path / ran.out.rstrip("\n")
    assert path.parent == project.path / "docs/checklists"
    assert len(read(path.read_bytes(), "x.md").body.tasks) == 24
    passes(project)


def test_an_alert_names_the_file_and_a_second_one_is_refused(project: Repo) -> None:
    assert project.call("new-runbook", "--alert", "KubePodCrashLooping").out == (
        "docs/runbooks/KubePodCrashLooping.md\n"
    )
    before = (project.path / "docs/runbooks/KubePodCrashLooping.md").read_bytes()
    ran = project.call("new-runbook", "--alert", "KubePodCrashLooping")
    assert ran.code == 2
    assert "exists already" in ran.err
    assert (project.path / "docs/runbooks/KubePodCrashLooping.md").read_bytes() == before
    assert project.call("new-runbook", "--alert", "../Odd name").out == (
        "docs/runbooks/RB-odd-name.md\n"
    )
    assert project.call("new-runbook", "--alert", "README").out == "docs/runbooks/RB-readme.md\n"
    passes(project)


def test_every_field_has_a_flag(project: Repo) -> None:
    sections = (
        *("meaning", "impact", "diagnosis", "mitigation"),
        *("escalation", "rollback", "verification"),
    )
    texts = [word for name in sections for word in (f"--{name}", f"The {name}.")]
    more = ("--owner", "@sre", "--tag", "db", "--link", "relates:../../a.txt")
    ran = project.call(
        *("new-runbook", "Restore", "--alert", "DbLost", "--procedure", "--status", "active"),
        *(*texts, *more, "--review-by", "2099-01-31"),
    )
    assert ran.code == 0, ran.err
    written = read((project.path / ran.out.strip()).read_bytes(), "docs/runbooks/RB-restore.md")
    assert written.value("review_by") == "2099-01-31"
    assert written.value("procedure") == "True"
    assert all(f"The {name}." in written.text for name in sections)
    assert [key for key in ("owners", "tags", "links", "alerts") if key in written.fields] == [
        *("owners", "tags", "links", "alerts")
    ]
    passes(project)


def test_an_active_runbook_without_its_sections_is_refused(project: Repo) -> None:
    ran = project.call("new-runbook", "A", "--status", "active", "--meaning", "x")
    assert ran.code == 2
    assert "impact, diagnosis, mitigation" in ran.err
    assert not (project.path / "docs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("new-runbook",),
        ("new-runbook", " \n "),
        ("new-runbook", "--alert", ""),
        ("new-runbook", "A", "--link", "nothing"),
        ("new-runbook", "A", "--review-by", "soon"),
        ("new-runbook", "A", "--template", "../secret"),
        ("new-runbook", "A", "--template", "absent"),
        ("new-checklist",),
        ("new-checklist", "p4"),
        ("new-checklist", "../review"),
    ],
)
def test_what_cannot_be_made_leaves_nothing_behind(
    project: Repo, arguments: tuple[str, ...]
) -> None:
    ran = project.call(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("qgate: ")
    assert "hint: " in ran.err
    assert project.git("status", "--porcelain", "--ignored") == ""


def test_a_dry_run_prints_path_and_text_and_writes_nothing(project: Repo) -> None:
    ran = project.call("new-runbook", "A", "--dry-run")
    assert ran.out.startswith("docs/runbooks/RB-a.md\n---\ntype: runbook\n")
    assert project.call("new-checklist", "p1", "--dry-run").out.startswith("docs/checklists/p1-")
    assert project.git("status", "--porcelain", "--ignored") == ""


def test_the_path_is_relative_to_the_current_folder(project: Repo) -> None:
    (project.path / "sub").mkdir()
    assert project.call("new-runbook", "A", "-C", "sub").out == "../docs/runbooks/RB-a.md\n"


OURS: Final = "".join(
    (
        "# A\n",
        *(f"\n## {each}\n\nours\n" for each in ("Meaning", "Impact", "Diagnosis", "Mitigation")),
    )
)


def test_a_repository_has_templates_folders_and_lists_of_its_own(project: Repo) -> None:
    own = "title: Own\nsections: [{title: One, items: [{id: a, text: First.}]}]\n"
    project.commit(
        {
            ".qgate/templates/runbook.md": OURS.replace("# A\n", "# {{ heading }}\n", 1),
            ".qgate/templates/bad.md": "# {{ nothing }}\n",
            ".qgate/rules/checklists/release.yml": own,
            ".qgate.yml": "documents: {runbooks: {folder: ops/books}}\n",
        }
    )
    path = project.call("new-runbook", "A").out.strip()
    assert path == "ops/books/RB-a.md"
    assert (project.path / path).read_text() == OURS
    bad = project.call("new-runbook", "B", "--template", "bad")
    assert (bad.code, "bad:1" in bad.err) == (2, True)
    path = project.call("new-checklist", "release", "--for", "1.0").out.strip()
    assert path == "docs/checklists/release-1-0.md"
    assert "- [ ] First. <!-- item: a -->" in (project.path / path).read_text()


@pytest.mark.parametrize("folder", ["../outside", "link", "."])
def test_no_folder_outside_of_the_repository_is_written(project: Repo, folder: str) -> None:
    (project.path.parent / "outside").mkdir()
    (project.path / "link").symlink_to("../outside")
    project.write({".qgate.yml": f"documents: {{runbooks: {{folder: {folder}}}}}\n"})
    ran = project.call("new-runbook", "A")
    assert ran.code == 2
    assert "inside the repository" in ran.err
    assert list((project.path.parent / "outside").iterdir()) == []


def test_eight_at_once_get_eight_files(project: Repo) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda _: project.qgate("new-runbook", "A"), range(8))
        paths = [ran.out for ran in runs]
    assert len(set(paths)) == 8
    assert sorted(path.name for path in (project.path / "docs/runbooks").iterdir()) == sorted(
        path.strip().rpartition("/")[2] for path in paths
    )
    passes(project)


def test_edit_opens_the_editor_on_the_new_file(project: Repo) -> None:
    editor = project.path.parent / "editor"
    editor.write_text('#!/bin/sh\necho edited >> "$1"\n')
    editor.chmod(0o755)
    ran = project.qgate("new-runbook", "A", "--edit", environ={"VISUAL": str(editor)})
    assert (ran.code, ran.out) == (0, "docs/runbooks/RB-a.md\n")
    assert (project.path / "docs/runbooks/RB-a.md").read_text().endswith("edited\n")


def test_on_a_terminal_the_title_is_asked_for(project: Repo) -> None:
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "qgate", "new-runbook"],
            cwd=project.path,
            env=measured(project.environ),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.write(ours, b"Asked for\n")
        out, _ = process.communicate(timeout=30)
    finally:
        os.close(ours)
        os.close(theirs)
    assert out == b"docs/runbooks/RB-asked-for.md\n"


def test_list_shows_pairs_and_orphans_of_both_directions(project: Repo) -> None:
    book = "# {0}\n\n## Meaning\n"
    project.write(
        {
            "alerts/a.yml": RULES,
            "alerts/b.yml": "groups: [\n",
            "docs/runbooks/Up.md": book.format("Up"),
            "docs/runbooks/Alone.md": book.format("Alone"),
            "docs/runbooks/Manual.md": "---\nprocedure: true\n---\n# Manual\n",
        }
    )
    orphans = [
        "alerts/b.yml:2: not read: did not find expected node content",
        "alerts/a.yml:5: Lost: its runbook is not there: docs/runbooks/Lost.md",
        "alerts/a.yml:6: Bare: names no runbook",
        "docs/runbooks/Alone.md: no alert is for this runbook",
    ]
    ran = project.call("runbook", "list")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "alerts/a.yml:4: Up: docs/runbooks/Up.md",
        "alerts/a.yml:7: Watchdog: needs none",
        *orphans,
    ]
    ran = project.call("runbook", "list", "--orphans")
    assert (ran.code, ran.out.splitlines()) == (1, orphans)


def test_without_orphans_the_list_of_them_is_empty_and_passes(project: Repo) -> None:
    ran = project.call("runbook", "list", "--orphans")
    assert (ran.code, ran.out) == (0, "")


def test_text_from_rule_files_is_harmless_on_a_terminal(project: Repo) -> None:
    rules = 'groups: [{rules: [{alert: "A\\e[31m", expr: x}]}]\n'
    project.write({"alerts/a.yml": rules})
    assert "\x1b" not in project.call("runbook", "list").out


def test_a_template_is_not_read_from_another_folder(project: Repo) -> None:
    project.commit({".qgate/templates/a.md": "# a\n", ".qgate/secret.md": "# secret\n"})
    ran = project.call("new-runbook", "A", "--template", "../secret")
    assert (ran.code, ran.out) == (2, "")
    assert "is no template's name" in ran.err
