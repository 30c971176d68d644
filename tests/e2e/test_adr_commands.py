"""The commands for decision records, as people call them."""

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from qgate.documents import kinds
from qgate.system import adr_listing
from tests.support.repo import Repo, measured
from tests.unit.documents.adr.forms import BULLETS, MADR, NYGARD

AT_ONCE = 12
TEXTS = ("--context", "There are two.", "--decision", "One.", "--consequences", "One is left.")


def new(repo: Repo, *arguments: str) -> str:
    """Make a record; its path."""
    ran = repo.call("new-adr", *arguments)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.removesuffix("\n")


def text(repo: Repo, path: str) -> str:
    return (repo.path / path).read_bytes().decode()


def everything(repo: Repo) -> dict[str, bytes]:
    files = (path for path in repo.path.rglob("*") if path.is_file())
    return {
        str(path.relative_to(repo.path)): path.read_bytes()
        for path in files
        if ".git" not in path.parts
    }


def test_the_first_record_of_an_empty_repository(repo: Repo) -> None:
    repo.commit()
    assert new(repo, "Use", "one database") == "docs/adr/0001-use-one-database.md"
    assert text(repo, "docs/adr/0001-use-one-database.md").startswith("# 1. Use one database\n")
    assert repo.call("adr", "check").code == 0
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert (ran.code, "1 of 1 documents checked" in ran.out) == (0, True)


@pytest.mark.parametrize("template", ["nygard", "madr"])
def test_a_whole_record_is_accepted_at_once(repo: Repo, template: str) -> None:
    of_madr = ("--option", "Keep both", "--option", "Use one", "--chosen", "Use one")
    path = new(
        repo,
        *("One", "--template", template, "--status", "accepted", "--date", "2024-05-01"),
        *TEXTS,
        *(of_madr if template == "madr" else ()),
        *("--because", "it is enough.", "--driver", "Cost", "--confirmation", "Somebody looks."),
        *("--follow-up", "Move the data", "--decider", "Two: of us", "--consulted", "Others"),
        *("--informed", "All", "--more", "Nothing."),
    )
    assert repo.call("adr", "check").out.startswith("qgate passed")
    shown = json.loads(repo.call("adr", "show", "1", "--json").out)
    assert (shown["path"], shown["status"], shown["date"]) == (path, "accepted", "2024-05-01")
    assert "Move the data" in text(repo, path)


def test_what_would_not_pass_is_not_written(repo: Repo) -> None:
    for template in ("nygard", "madr"):
        ran = repo.call("new-adr", "One", "--status", "accepted", "--template", template)
        assert (ran.code, ran.out) == (2, "")
        assert "documents/adr-placeholder" in ran.err
    assert everything(repo) == {}
    assert not (repo.path / "docs").exists()


@pytest.mark.parametrize(
    "title",
    [
        "a | b",
        "../../etc/passwd",
        'Q&A: "it\'s" 50 % `done`',
        "-dash",
        "日本語の題",
        "🎉",
        "word " * 60,
        "line\nbreak",
        "[x](y.md) <b>",
        "{{ 7 * 7 }} {% if %}",
    ],
)
def test_any_title_is_kept(repo: Repo, title: str) -> None:
    repo.commit()
    for template in ("nygard", "madr"):
        path = new(repo, "--template", template, "--", title)
        assert (repo.path / path).parent == repo.path / "docs/adr"
    shown = json.loads(repo.call("adr", "list", "--json").out)
    assert [each["title"] for each in shown["records"]] == [" ".join(title.split())] * 2
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert ran.code == 0, ran.out


def test_a_record_supersedes_and_amends_others_at_both_ends(repo: Repo) -> None:
    new(repo, "One")
    new(repo, "Two")
    new(repo, "Three", "--supersedes", "1", "--amends", "2")
    assert "\nSuperseded by [3. Three](0003-three.md)\n" in text(repo, "docs/adr/0001-one.md")
    assert "\nAmended by [3. Three](0003-three.md)\n" in text(repo, "docs/adr/0002-two.md")
    assert "\nSupersedes [1. One](0001-one.md)\n" in text(repo, "docs/adr/0003-three.md")
    assert repo.call("adr", "check").code == 0


@pytest.mark.parametrize("flag", ["--supersedes", "--amends"])
def test_a_missing_target_fails_before_anything_is_written(repo: Repo, flag: str) -> None:
    new(repo, "One")
    before = everything(repo)
    ran = repo.call("new-adr", "Two", "--supersedes", "1", flag, "9")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no decision record 9" in ran.err
    assert everything(repo) == before


def test_a_number_never_means_a_name_with_that_number_in_it(repo: Repo) -> None:
    new(repo, "Use HTTP 2")
    ran = repo.call("new-adr", "Two", "--supersedes", "2")
    assert ran.code == 2
    assert "Proposed" in text(repo, "docs/adr/0001-use-http-2.md")


def test_a_dry_run_prints_the_text_and_the_diff_and_writes_nothing(repo: Repo) -> None:
    ran = repo.call("new-adr", "One", "--dry-run")
    assert ran.out.startswith("docs/adr/0001-one.md\n# 1. One\n")
    assert everything(repo) == {}
    new(repo, "One")
    before = everything(repo)
    ran = repo.call("new-adr", "Two", "--supersedes", "1", "--dry-run")
    assert "--- a/docs/adr/0001-one.md\n" in ran.out
    assert "\n-Proposed\n+Superseded by [2. Two](0002-two.md)\n" in ran.out
    assert everything(repo) == before


def test_those_at_once_have_a_number_each(repo: Repo) -> None:
    argv = [sys.executable, "-m", "qgate", "new-adr", "At once"]
    started = [
        subprocess.Popen(argv, cwd=repo.path, env=repo.environ, stdout=subprocess.DEVNULL)
        for _ in range(AT_ONCE)
    ]
    assert {each.wait() for each in started} == {0}
    names = sorted(path.name for path in (repo.path / "docs/adr").iterdir())
    assert names == [f"{number:04}-at-once.md" for number in range(1, AT_ONCE + 1)]


def test_numbers_go_on_in_the_width_in_use(repo: Repo) -> None:
    repo.write({".adr-dir": "log\n", "log/008-eight.md": NYGARD.replace("3.", "8.")})
    assert new(repo, "Nine") == "log/009-nine.md"


def test_dated_records_get_a_day(repo: Repo) -> None:
    repo.write({"docs/adr/20240501-use-one-database.md": BULLETS})
    path = new(repo, "Another", "--date", "2024-06-01", "--template", "madr")
    assert path == "docs/adr/20240601-another.md"
    ran = repo.call("adr", "supersede", "20240501-use-one-database", "20240601-another")
    assert ran.code == 0
    assert "- Status: superseded by [20240601-another](20240601-another.md)\n" in text(
        repo, "docs/adr/20240501-use-one-database.md"
    )
    assert repo.call("adr", "check").code == 0


def test_a_folder_outside_of_the_repository_is_refused(repo: Repo) -> None:
    repo.write({".adr-dir": "../elsewhere\n"})
    ran = repo.call("new-adr", "One")
    assert (ran.code, "outside of the repository" in ran.err) == (2, True)
    assert not (repo.path.parent / "elsewhere").exists()


def test_a_template_of_the_repository(repo: Repo) -> None:
    own = "# {{ number }}. {{ title }}\n\n## Status\n\n{{ status }}\n"
    repo.write({".qgate/templates/adr/short.md": own})
    new(repo, "One")
    path = new(repo, "Two", "--template", "short", "--amends", "1")
    assert text(repo, path) == (
        "# 2. Two\n\n## Status\n\nproposed\n\nAmends [1. One](0001-one.md)\n"
    )
    repo.write({".qgate/templates/outer.md": own})
    ran = repo.call("new-adr", "Three", "--template", "../outer")
    assert (ran.code, "no template's name" in ran.err) == (2, True)
    ran = repo.call("new-adr", "Three", "--template", "shart")
    assert "there are " in ran.err
    assert "short" in ran.err


def test_the_editor_is_opened_on_the_new_file(repo: Repo) -> None:
    program = repo.path.parent / "editor"
    program.write_text('#!/bin/sh\necho said >&1\necho "$1" >> "$2"\n')
    program.chmod(0o755)
    ran = repo.qgate("new-adr", "One", "--edit", environ={"VISUAL": f"{program} written"})
    assert (ran.code, ran.out) == (0, "docs/adr/0001-one.md\n")
    assert text(repo, "docs/adr/0001-one.md").endswith("written\n")
    assert "said" in ran.err
    ran = repo.qgate("new-adr", "Two", "--edit")
    assert ran.code == 2


def test_without_a_title_nothing_is_asked_where_nobody_is(repo: Repo) -> None:
    ran = repo.call("new-adr")
    assert (ran.code, ran.out) == (2, "")
    assert "needs a title" in ran.err


def test_on_a_terminal_what_is_missing_is_asked_for(repo: Repo) -> None:
    leader, follower = pty.openpty()
    argv = [sys.executable, "-m", "qgate", "new-adr", "--status", "accepted", "--decision", "One."]
    with subprocess.Popen(
        argv,
        cwd=repo.path,
        env=measured(repo.environ),
        stdin=follower,
        stderr=follower,
        stdout=follower,
    ) as started:
        os.close(follower)
        os.write(leader, b"Use one\nThere are two.\nOne is left.\n")
        said = b""
        while started.poll() is None or select.select([leader], [], [], 0)[0]:
            try:
                said += os.read(leader, 4096)
            except OSError:
                break
    os.close(leader)
    assert started.returncode == 0, said
    assert b"Decision" not in said
    made = text(repo, "docs/adr/0001-use-one.md")
    for each in ("# 1. Use one\n", "There are two.\n", "One.\n", "One is left.\n"):
        assert each in made


def test_states_are_changed_and_line_ends_stay(repo: Repo) -> None:
    raw = NYGARD.replace("Accepted", "Proposed").replace("\n", "\r\n")
    repo.write({"docs/adr/0003-use-one-database.md": raw})
    ran = repo.call("adr", "accept", "3")
    assert (ran.code, ran.out) == (0, "docs/adr/0003-use-one-database.md\n")
    assert text(repo, "docs/adr/0003-use-one-database.md") == NYGARD.replace("\n", "\r\n")
    ran = repo.call("adr", "accept", "3")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to change\n")
    assert repo.call("adr", "reject", "3").code == 2
    assert repo.call("adr", "deprecate", "0003").code == 0
    assert "Deprecated\r\n" in text(repo, "docs/adr/0003-use-one-database.md")


def test_what_is_not_written_yet_is_not_accepted(repo: Repo) -> None:
    new(repo, "One")
    ran = repo.call("adr", "accept", "1")
    assert (ran.code, "documents/adr-placeholder" in ran.err) == (2, True)
    assert "Proposed" in text(repo, "docs/adr/0001-one.md")
    # What is turned down need not be finished.
    assert repo.call("adr", "reject", "1").code == 0


def test_what_would_leave_another_without_a_successor_is_not_rejected(repo: Repo) -> None:
    repo.write({"docs/adr/0001-use-one-database.md": NYGARD.replace("# 3.", "# 1.")})
    path = new(repo, "Use two databases", *TEXTS)
    assert repo.call("adr", "supersede", "1", "2").code == 0
    before = everything(repo)
    ran = repo.call("adr", "reject", "2")
    assert (ran.code, "superseded by nothing" in ran.err) == (2, True)
    assert everything(repo) == before
    other = new(repo, "Use three databases", *TEXTS)
    assert repo.call("adr", "reject", "3").out == f"{other}\n"
    assert "Supersedes [1." in text(repo, path)


def test_superseding_in_a_circle_is_refused(repo: Repo) -> None:
    for title in ("One", "Two", "Three"):
        new(repo, title)
    assert repo.call("adr", "supersede", "1", "2").code == 0
    assert repo.call("adr", "supersede", "2", "3").code == 0
    before = everything(repo)
    assert repo.call("adr", "supersede", "3", "1").code == 2
    assert repo.call("adr", "supersede", "1", "1").code == 2
    assert everything(repo) == before
    assert repo.call("adr", "supersede", "1", "2").err == "nothing to change\n"


def test_links_at_both_ends(repo: Repo) -> None:
    new(repo, "One")
    new(repo, "Two")
    assert repo.call("adr", "link", "2", "Amends", "1").code == 0
    assert repo.call("adr", "link", "2", "Motivates", "1").code == 2
    ran = repo.call("adr", "link", "2", "Motivates", "1", "Motivated by", "--dry-run")
    assert "+Motivated by [2. Two](0002-two.md)\n" in ran.out
    assert "Amended by [2. Two](0002-two.md)" in text(repo, "docs/adr/0001-one.md")
    assert repo.call("adr", "link", "2", "Amends", "1").err == "nothing to change\n"
    assert 'r2 -- "amends" --> r1' in repo.call("adr", "graph").out
    assert repo.call("adr", "check").code == 0


def test_a_number_is_changed_everywhere(repo: Repo) -> None:
    new(repo, "One")
    new(repo, "Two", "--supersedes", "1")
    repo.write({"docs/adr/0003-madr.md": MADR + "\nAs in [ADR-0002](0002-two.md#context).\n"})
    repo.write({"docs/adr/0004-four.md": "---\nstatus: superseded by ADR-0002\n---\n# Four\n"})
    repo.write({"docs/adr/0005-code.md": "# 5. Code\n\n```\n[2. Two](0002-two.md)\n```\n"})
    assert repo.call("adr", "toc", "--write").out == "docs/adr/README.md\n"
    ran = repo.call("adr", "renumber", "2", "12")
    assert ran.code == 0
    assert not (repo.path / "docs/adr/0002-two.md").exists()
    assert text(repo, "docs/adr/0012-two.md").startswith("# 12. Two\n")
    assert "[12. Two](0012-two.md)" in text(repo, "docs/adr/0001-one.md")
    assert "[12. Two](0012-two.md)" in text(repo, "docs/adr/README.md")
    assert "[ADR-0012](0012-two.md#context)" in text(repo, "docs/adr/0003-madr.md")
    assert "superseded by ADR-0012" in text(repo, "docs/adr/0004-four.md")
    assert "[2. Two](0002-two.md)" in text(repo, "docs/adr/0005-code.md")
    assert repo.call("adr", "renumber", "1", "12").code == 2
    assert repo.call("adr", "renumber", "1").code == 0
    assert (repo.path / "docs/adr/0013-one.md").exists()


def test_of_two_with_one_number_the_name_tells_which(repo: Repo) -> None:
    repo.write({"docs/adr/0001-a.md": NYGARD, "docs/adr/0001-b.md": NYGARD})
    ran = repo.call("adr", "renumber", "1")
    assert (ran.code, "0001-a.md, 0001-b.md" in ran.err) == (2, True)
    assert repo.call("adr", "renumber", "0001-b.md", "2").out == "docs/adr/0002-b.md\n"


def test_lists(repo: Repo) -> None:
    new(repo, "One")
    new(repo, "Two", "--supersedes", "1")
    assert repo.call("adr", "list").out == "docs/adr/0001-one.md\ndocs/adr/0002-two.md\n"
    ran = repo.call("adr", "list", "--status", "superseded")
    assert ran.out == "docs/adr/0001-one.md\n"
    assert "proposed" in repo.call("adr", "list", "--long").out
    (repo.path / "deep").mkdir()
    assert repo.call("adr", "list", "-C", "deep").out.startswith("../docs/adr/0001-one.md\n")


@pytest.mark.parametrize(
    ("files", "is_quick"),
    [
        ({"docs/adr/0002-b.md": "", "docs/adr/0001-a.md": "", "docs/adr/README.md": ""}, True),
        ({"doc/adr/0001-a.md": "", "doc/adr/image.png": ""}, True),
        ({".adr-dir": "log/adr\n", "log/adr/0001-a.md": "", "docs/adr/0001-b.md": ""}, True),
        ({".qgate.yml": "version: 1\n", "docs/adr/0001-a.md": ""}, True),
        (
            {
                ".qgate.yml": "documents: {adr: {folder: x}}\n",
                "x/0001-a.md": "",
                "docs/adr/0001-b.md": "",
            },
            False,
        ),
        ({"docs/adr/1-b.md": "", "docs/adr/10-a.md": "", "docs/adr/9-a.md": ""}, False),
        ({"docs/adr/0001-a.md": "", "docs/adr/api/0001-b.md": ""}, False),
        ({"docs/adr/0001-\x1b[31m.md": ""}, False),
        ({"docs/adr/words.md": ""}, False),
        ({"docs/adr/template.md": "", "docs/adr/0001-use-a-template.md": ""}, False),
        ({"docs/adr/0001-use-a-template.md": ""}, True),
        ({"docs/adr/0001-a.template.md": ""}, False),
        ({"a.txt": ""}, False),
    ],
)
def test_the_quick_list_is_the_whole_one(
    repo: Repo, files: dict[str, str], *, is_quick: bool
) -> None:
    repo.write(files)
    quick = adr_listing.listing(str(repo.path))
    assert (quick is not None) == is_quick
    # With an option that says nothing the whole command answers.
    whole = repo.call("adr", "list", "-C", ".")
    assert whole.code == 0
    assert repo.call("adr", "list").out == whole.out
    if quick is not None:
        assert quick == whole.out
    assert "\x1b" not in whole.out


def test_the_quick_list_knows_what_the_whole_one_knows() -> None:
    assert adr_listing.FOLDERS == kinds.ADR_FOLDERS
    assert set(adr_listing.NO_DOCUMENTS) == set(kinds._NO_DOCUMENTS)


def test_the_table_of_contents_is_kept_true(repo: Repo) -> None:
    new(repo, "One")
    assert repo.call("adr", "toc").out == "* [1. One](0001-one.md) (proposed)\n"
    repo.call("adr", "toc", "--write")
    repo.commit()
    new(repo, "Two")
    ran = repo.call("docs", "fix", "--check")
    assert (ran.code, "+* [2. Two](0002-two.md) (proposed)\n" in ran.out) == (1, True)
    assert repo.call("docs", "fix").out == "docs/adr/README.md\n"
    assert repo.call("docs", "fix", "--check").code == 0


def test_fixes(repo: Repo) -> None:
    amending = "Accepted\n\nAmends [1. A](0001-a.md)"
    one = NYGARD.replace("# 3.", "# 1.").replace("2024-05-01", "12 Feb 2016")
    repo.commit({"docs/adr/0001-a.md": one, "docs/adr/0002-b.md": NYGARD.replace("# 3.", "# 2.")})
    added = NYGARD.replace("# 3.", "# 2.").replace("Accepted", amending).replace("\n", "\r\n")
    repo.write({"docs/adr/0002-a-new-one.md": added})
    before = everything(repo)
    ran = repo.call("docs", "fix", "--dry-run")
    assert ran.code == 0
    assert everything(repo) == before
    assert repo.call("docs", "fix").code == 0
    assert sorted(path.name for path in (repo.path / "docs/adr").iterdir()) == [
        "0001-a.md",
        "0002-b.md",
        "0003-a-new-one.md",
    ]
    assert text(repo, "docs/adr/0003-a-new-one.md") == added.replace("# 2.", "# 3.")
    after = text(repo, "docs/adr/0001-a.md")
    assert "Date: 2016-02-12\n" in after
    assert "Amended by [3. Use one database](0003-a-new-one.md)" in after
    assert repo.call("adr", "check").code == 0


def test_what_is_a_matter_of_judgement_is_not_fixed(repo: Repo) -> None:
    files = {
        "docs/adr/0001-a.md": NYGARD.replace("# 3.", "# 1.").replace("2024-05-01", "12/02/2016"),
        "docs/adr/0001-b.md": NYGARD.replace("# 3.", "# 1."),
    }
    repo.commit(files)
    ran = repo.call("docs", "fix")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to change\n")


def test_check_judges_all_of_them(repo: Repo) -> None:
    repo.commit({"docs/adr/0003-use-one-database.md": NYGARD.replace("Accepted", "Done")})
    ran = repo.call("adr", "check")
    assert ran.code == 1
    assert "docs/adr/0003-use-one-database.md:7" in ran.out
    report = json.loads(repo.call("adr", "check", "--format", "json").out)
    assert report["gates"][0]["findings"][0]["rule"] == "documents/adr-unknown-status"


def test_check_without_records_is_no_pass(repo: Repo) -> None:
    assert repo.call("adr", "check").code == 3


def test_a_link_is_not_written_through(repo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(NYGARD.replace("Accepted", "Proposed"))
    folder = repo.path / "docs/adr"
    folder.mkdir(parents=True)
    (folder / "0003-use-one-database.md").symlink_to(outside)
    before = outside.read_bytes()
    assert repo.call("adr", "accept", "3").code == 2
    ran = repo.call("adr", "show", "3")
    assert (ran.code, ran.out) == (2, "")
    assert outside.read_bytes() == before
    assert (folder / "0003-use-one-database.md").is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_changes_nothing(repo: Repo) -> None:
    new(repo, "One")
    (repo.path / "docs/adr").chmod(0o555)
    try:
        ran = repo.call("new-adr", "Two", "--supersedes", "1")
    finally:
        (repo.path / "docs/adr").chmod(0o755)
    assert ran.code == 2
    assert "Proposed" in text(repo, "docs/adr/0001-one.md")


def adr(repo: Repo, *arguments: str) -> tuple[int, str]:
    ran = repo.call("adr-tools", *arguments, environ={"ADR_DATE": "1992-01-12"})
    return ran.code, ran.out


def test_as_adr_tools_where_its_faults_are_not_ours(repo: Repo) -> None:
    assert adr(repo, "new", "Use HTTP 2") == (0, "doc/adr/0001-use-http-2.md\n")
    before = everything(repo)
    assert adr(repo, "new", "-s", "2", "Another")[0] == 2
    assert adr(repo, "new", "-s", "9", "Another")[0] == 2
    assert adr(repo, "new", "-l", "9:Amends:Amended by", "Another")[0] == 2
    assert adr(repo, "link", "1", "Amends", "9", "Amended by")[0] == 2
    assert everything(repo) == before
    assert adr(repo, "new", "-s", "1", "A | B / C & D \\1") == (0, "doc/adr/0002-a-b-c-d-1.md\n")
    assert text(repo, "doc/adr/0002-a-b-c-d-1.md").startswith("# 2. A | B / C & D \\1\n")
    assert adr(repo, "new", "-s", "-", "By a part of two names")[0] == 2
    assert adr(repo, "new", "-l", "http:Amends:Amended by", "By a part of the name")[0] == 0
    toc = adr(repo, "generate", "toc")[1]
    assert "* [2. A | B / C & D \\1](0002-a-b-c-d-1.md)\n" in toc
    dot = adr(repo, "generate", "graph")[1]
    assert '  _2 -> _1 [label="Supercedes", weight=0]\n' in dot


def test_adr_tools_template_is_not_passed_for_a_decision(repo: Repo) -> None:
    adr(repo, "new", "One")
    ran = repo.call("adr", "check")
    assert (ran.code, ran.out.count("documents/adr-placeholder")) == (1, 3)


def test_adr_tools_usage(repo: Repo) -> None:
    assert adr(repo, "help", "link") == (
        0,
        "usage: adr link SOURCE LINK TARGET REVERSE-LINK\n",
    )
    assert adr(repo, "nonsense")[0] == 1
    assert adr(repo, "new", "-z", "x")[0] == 2
    assert adr(repo, "generate") == (0, "graph\ntoc\n")
    assert adr(repo, "list")[0] == 1
