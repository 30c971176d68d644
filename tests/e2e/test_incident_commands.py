"""`qgate new-incident`, `qgate incident` and `qgate new-postmortem`, as people call them."""

import json
import os
import pty
import resource
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.repo import Repo, make_repo, measured

OWN = """\
severities:
  SEV1:
    label: bad
    respond_within: 10 minutes
    criteria: {broken: It is broken.}
phases:
  first: {label: First, items: {look: Look at it.}}
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = make_repo(tmp_path / "repo", tmp_path / "home")
    made.commit({"README.md": "# x\n"})
    return made


def ago(**length: float) -> str:
    """A time so long before now, to the second."""
    return f"{datetime.now(UTC) - timedelta(**length):%Y-%m-%dT%H:%M:%SZ}"


def new(repo: Repo, title: str = "Checkout is down", *more: str) -> str:
    """Declare a P1; the path that was printed, alone."""
    arguments = more or ("--answer", "degraded")
    ran = repo.call("new-incident", *arguments, "--", title)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    (line,) = ran.out.splitlines()
    return line


def text(repo: Repo, path: str) -> str:
    return (repo.path / path).read_text("utf-8")


def carried(repo: Repo, *arguments: str) -> None:
    ran = repo.call("incident", *arguments)
    assert ran.code == 0, ran.err


def fill(repo: Repo, path: str) -> None:
    """What a person writes before closing."""
    whole = text(repo, path)
    whole = whole.replace("<!-- What happened, in two or three sentences. -->", "It was down.")
    whole = whole.replace(
        "<!-- Who or what was affected, how much, and for how long. -->", "Everybody."
    )
    head = "| time | audience | message |\n|---|---|---|\n"
    whole = whole.replace(head, f"{head}| {ago(hours=2)} | customers | told |\n")
    (repo.path / path).write_text(whole, "utf-8")


def test_the_path_alone_is_printed_and_the_file_passes_the_gate(repo: Repo) -> None:
    path = new(repo)
    assert path == f"docs/incidents/INC-{datetime.now(UTC):%Y%m%d}-checkout-is-down.md"
    assert "severity: P1\n" in text(repo, path)
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert ran.code == 0, ran.out + ran.err
    assert "1 of 1 documents checked" in ran.out
    assert "warning" not in ran.out


def test_a_second_of_the_same_day_and_title_gets_a_number(repo: Repo) -> None:
    first, second, third = new(repo), new(repo), new(repo)
    assert second == first.replace(".md", "-2.md")
    assert third == first.replace(".md", "-3.md")
    assert f"id: {Path(second).stem}\n" in text(repo, second)


def test_many_at_once_get_a_name_each(repo: Repo) -> None:
    argv = [sys.executable, "-m", "qgate", "new-incident", "Same", "--severity", "P3"]
    running = [
        subprocess.Popen(argv, cwd=repo.path, env=repo.environ, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    paths = {each.communicate()[0] for each in running}
    assert {each.returncode for each in running} == {0}
    assert len(paths) == 4
    assert len(list((repo.path / "docs/incidents").iterdir())) == 4


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "-rf | `x`", "a\nb", "\U0001f525 \u6771\u4eac", "y" * 300, "/"]
)
def test_any_title_stays_in_the_folder_and_passes_the_gate(repo: Repo, title: str) -> None:
    path = new(repo, title)
    assert (repo.path / path).parent == repo.path / "docs/incidents"
    assert len(repo.git("status", "--porcelain", "-uall").splitlines()) == 1
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert ran.code == 0, ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "an incident needs a title"),
        (("X",), "nothing says how severe it is"),
        (("X", "--severity", "P2", "--answer", "outage"), "outage makes it P0, not P2"),
        (("X", "--severity", "P5"), "there is no severity 'P5'"),
        (("X", "--answer", "nope"), "there is no criterion 'nope'"),
        (("X", "--severity", "P1", "--started", "2027-01-31T14:00"), "no offset from UTC"),
        (("X", "--severity", "P1", "--detected", "9998-01-31T14:00Z"), "is to come"),
        (("X", "--severity", "P1", "--template", "../x"), "no template's name"),
        (("X", "--severity", "P1", "--template", "none"), "there is no template none"),
        (("X", "--severity", "P1", "--template", "none"), "there are checklist, incident,"),
        (("X", "--severity", "P1", "--template", "README"), "the template does not do"),
    ],
)
def test_a_wrong_call_says_why_and_leaves_nothing_behind(
    repo: Repo, arguments: tuple[str, ...], said: str
) -> None:
    ran = repo.call("new-incident", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert repo.git("status", "--porcelain", "--ignored") == ""
    assert not (repo.path / "docs").exists()


def test_somebody_who_is_named_may_lower_the_severity_and_is_recorded(repo: Repo) -> None:
    path = new(repo, "X", "--answer", "outage", "--severity", "P2", "--lowered-by", "Ada")
    assert 'lowered_by: "Ada"\n' in text(repo, path)
    assert repo.call("check", "documents", "--base", "HEAD").code == 0


def test_every_field_has_a_flag(repo: Repo) -> None:
    path = new(
        repo,
        "X",
        *("--severity", "P0", "--answer", "outage", "--started", ago(minutes=9)),
        *("--detected", ago(minutes=8), "--estimated", "detected", "--commander", "Ada"),
        *("--service", "shop", "--summary", "All down.", "--impact", "All.", "--owner", "ops"),
        *("--tag", "a", "--tag", "b"),
    )
    whole = text(repo, path)
    for line in (
        *("severity: P0", "criteria: [outage]", "estimated: [detected]", 'commander: "Ada"'),
        *('service: "shop"', "All down.", "All.", 'owners: ["ops"]', 'tags: ["a", "b"]'),
    ):
        assert f"\n{line}\n" in whole


def test_a_dry_run_prints_path_and_text_and_writes_nothing(repo: Repo) -> None:
    ran = repo.call("new-incident", "X", "--severity", "P3", "--dry-run")
    assert ran.code == 0
    path, _, whole = ran.out.partition("\n")
    assert path.endswith("-x.md")
    assert whole.startswith("---\ntype: incident\n")
    assert not (repo.path / "docs").exists()


def test_the_path_is_relative_to_the_current_folder(repo: Repo) -> None:
    repo.commit({"deep/er/x": ""})
    below = Repo(repo.path / "deep/er", repo.environ)
    assert new(below).startswith("../../docs/incidents/INC-")


def test_the_editor_opens_the_new_file_and_its_output_is_not_the_answer(repo: Repo) -> None:
    script = repo.path.parent / "editor"
    script.write_text('#!/bin/sh\necho noise\necho "$1" > "$0.opened"\n', "utf-8")
    script.chmod(0o755)
    ran = repo.qgate(
        "new-incident", "X", "--severity", "P3", "--edit", environ={"EDITOR": str(script)}
    )
    assert ran.code == 0, ran.err
    (path,) = ran.out.splitlines()
    assert Path(f"{script}.opened").read_text("utf-8").strip() == str(repo.path / path)


def test_a_repository_has_its_own_table_and_template(repo: Repo) -> None:
    repo.write(
        {
            ".qgate/rules/severity.yml": OWN,
            ".qgate/templates/short.md": "---\ntype: incident\nid: {{ id }}\n"
            "title: {{ title|quoted }}\nstatus: declared\nseverity: {{ severity }}\n"
            "created: {{ today }}\n"
            "started: {{ started }}\ndetected: {{ detected }}\n---\n\n# {{ heading }}\n\n"
            "## Summary\n\n## Impact\n\n## Timeline\n\n## Communications\n\n## Checklist\n",
        }
    )
    path = new(repo, "X", "--answer", "broken")
    assert "severity: SEV1\n" in text(repo, path)
    assert "<!-- item: first/look -->" in text(repo, path)
    path = new(repo, "Y", "--answer", "broken", "--template", "short")
    assert text(repo, path).endswith("## Communications\n\n## Checklist\n")
    listed = repo.call("incident", "severities").out
    assert listed.startswith("SEV1 bad: respond within 10 minutes\n  broken ")


def test_a_table_with_a_fault_is_told_with_its_place(repo: Repo) -> None:
    repo.write({".qgate/rules/severity.yml": OWN.replace("10 minutes", "soon")})
    ran = repo.call("new-incident", "X", "--severity", "SEV1")
    assert ran.code == 2
    assert ".qgate/rules/severity.yml:4:21: " in ran.err
    assert not (repo.path / "docs").exists()


def test_a_table_that_is_a_link_is_refused(repo: Repo) -> None:
    repo.write({"elsewhere.yml": OWN, ".qgate/rules/x": ""})
    (repo.path / ".qgate/rules/severity.yml").symlink_to("../../elsewhere.yml")
    ran = repo.call("new-incident", "X", "--severity", "SEV1")
    assert ran.code == 2
    assert "link" in ran.err


def test_a_folder_outside_of_the_repository_is_refused(repo: Repo) -> None:
    repo.write({".qgate.yml": "version: 1\ndocuments: {incidents: {folder: ../out}}\n"})
    ran = repo.call("new-incident", "X", "--severity", "P3")
    assert ran.code == 2
    assert not (repo.path.parent / "out").exists()


def test_an_incident_is_carried_on_to_its_end(repo: Repo) -> None:
    start = ("--started", ago(hours=3), "--detected", ago(hours=2, minutes=50))
    path = new(repo, "Checkout is down", "--answer", "degraded", *start)
    carried(repo, "ack", "checkout", "--at", ago(hours=2, minutes=40), "--by", "Ada")
    carried(repo, "note", "checkout", "told | them", "--at", ago(hours=2), "--to", "customers")
    carried(repo, "mitigate", "INC-", "rolled back", "--at", ago(hours=1), "--estimated")
    carried(repo, "resolve", Path(path).stem, "fixed", "--at", ago(minutes=30))
    refused = repo.call("incident", "close", "checkout")
    assert refused.code == 2
    assert "`Summary` is empty" in refused.err
    assert "`Impact` is empty" in refused.err
    fill(repo, path)
    refused = repo.call("incident", "close", "checkout")
    assert (refused.code, "qgate new-postmortem INC-" in refused.err) == (2, True)
    repo.call("new-postmortem", "checkout")
    carried(repo, "close", path)
    assert "status: closed\n" in text(repo, path)
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert ran.code == 0, ran.out
    assert "warning" not in ran.out


def test_a_dry_run_of_a_step_is_a_difference_and_writes_nothing(repo: Repo) -> None:
    path = new(repo)
    before = text(repo, path)
    ran = repo.call("incident", "ack", "checkout", "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith(f"--- {path}\n+++ {path}\n@@ ")
    assert "\n-status: declared\n+status: mitigating\n" in ran.out
    assert text(repo, path) == before


def test_a_wrong_order_and_a_second_time_are_refused_and_write_nothing(repo: Repo) -> None:
    path = new(repo)
    before = text(repo, path)
    ran = repo.call("incident", "resolve", "checkout")
    assert (ran.code, text(repo, path)) == (2, before)
    assert "is declared, not mitigated" in ran.err
    assert "first: qgate incident mitigate" in ran.err
    carried(repo, "ack", "checkout")
    before = text(repo, path)
    ran = repo.call("incident", "ack", "checkout")
    assert (ran.code, text(repo, path)) == (2, before)
    assert "was acknowledged at" in ran.err


def test_two_who_acknowledge_at_once_leave_one_acknowledgement(repo: Repo) -> None:
    path = new(repo)
    argv = [sys.executable, "-m", "qgate", "incident", "ack", "checkout"]
    running = [
        subprocess.Popen(
            [*argv, "--by", name], cwd=repo.path, env=repo.environ, stderr=subprocess.DEVNULL
        )
        for name in ("Ada", "Bob")
    ]
    assert sorted(each.wait() for each in running) == [0, 2]
    assert text(repo, path).count("| Acknowledged by ") == 1


def test_an_abbreviation_must_be_clear(repo: Repo) -> None:
    new(repo, "Checkout is down")
    new(repo, "Checkout is slow")
    ran = repo.call("incident", "ack", "checkout")
    assert ran.code == 2
    assert "checkout-is-down, INC-" in ran.err
    carried(repo, "ack", "checkout-is-s")
    ran = repo.call("incident", "ack", "billing")
    assert ran.code == 2
    assert "there is no incident 'billing'" in ran.err


def test_a_whole_id_is_clear_though_it_begins_another(repo: Repo) -> None:
    first = new(repo)
    new(repo)
    carried(repo, "ack", Path(first).stem)


def test_nothing_is_made_for_an_incident_that_is_not_there(repo: Repo) -> None:
    for command in (("incident", "ack", "x"), ("incident", "show", "x"), ("new-postmortem", "x")):
        assert repo.call(*command).code == 2
    assert not (repo.path / "docs").exists()


def test_durations_are_shown_against_the_limit(repo: Repo) -> None:
    day = ("--started", "2026-01-31T14:00Z", "--detected", "2026-01-31T14:10Z")
    new(repo, "Slow", "--severity", "P0", *day)
    carried(repo, "ack", "slow", "--at", "2026-01-31T14:26Z")
    carried(repo, "mitigate", "slow", "--at", "2026-01-31T15:00Z", "--estimated")
    shown = repo.call("incident", "show", "slow").out
    assert "time to detect       10 min (started to detected)\n" in shown
    assert "16 min! (detected to acknowledged; P0 allows 15 minutes)\n" in shown
    assert "time to mitigate     ~1 h (started to mitigated)\n" in shown
    assert "time to resolve      - (started to resolved)\n" in shown
    (_, row) = repo.call("incident", "list").out.splitlines()
    assert row.split() == [
        *("INC-20260131-slow", "P0", "mitigated", "10", "min", "16", "min!", "~1", "h", "-", "Slow")
    ]
    (found,) = json.loads(repo.call("incident", "list", "--json").out)["incidents"]
    assert found["seconds"] == {"detect": 600, "acknowledge": 960, "mitigate": 3600}
    assert found["respond_within_seconds"] == 900
    assert found["times"]["mitigated"] == {"at": "2026-01-31T15:00:00Z", "estimated": True}


def test_status_says_what_is_overdue_with_exit_code_1(repo: Repo) -> None:
    assert repo.call("incident", "status").out == "nothing is overdue\n"
    new(repo, "Old", "--severity", "P0", "--started", ago(hours=1), "--detected", ago(hours=1))
    new(repo, "Fresh", "--severity", "P3")
    ran = repo.call("incident", "status")
    assert ran.code == 1
    line, last = ran.out.splitlines()
    assert "overdue acknowledgement: P0 was detected 1 h" in line
    assert last == "1 overdue"
    carried(repo, "ack", "old")
    assert repo.call("incident", "status").code == 0


def test_status_is_incomplete_where_a_document_cannot_be_judged(repo: Repo) -> None:
    path = new(repo)
    repo.write({path: text(repo, path).replace("severity: P1", "severity: P9")})
    ran = repo.call("incident", "status")
    assert ran.code == 3
    assert "cannot be judged: no severity that is known" in ran.out
    repo.write({"docs/incidents/broken.md": b"---\na: [\n---\n"})
    ran = repo.call("incident", "status")
    assert ran.code == 3
    assert "docs/incidents/broken.md:" in ran.out
    ran = repo.call("incident", "list")
    assert ran.code == 3
    assert "broken.md" in ran.err


def long_over(repo: Repo) -> str:
    """An incident that was resolved three days ago."""
    times = ("--started", ago(days=3, minutes=9), "--detected", ago(days=3, minutes=5))
    path = new(repo, "Over", "--severity", "P1", *times)
    for verb in ("ack", "mitigate", "resolve"):
        carried(repo, verb, "over", "--at", ago(days=3))
    return path


def test_a_post_mortem_is_owed_and_drafted_and_both_ends_link(repo: Repo) -> None:
    path = long_over(repo)
    ran = repo.call("incident", "status")
    assert ran.code == 1
    assert "overdue post-mortem: P1 was resolved 3 d" in ran.out
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert ran.code == 1
    assert "[documents/no-post-mortem]" in ran.out
    ran = repo.call("new-postmortem", "over", "--owner", "Ada")
    assert ran.code == 0, ran.err
    (made,) = ran.out.splitlines()
    assert made == f"docs/post-mortems/PM-{Path(path).stem}.md"
    assert f'  - {{rel: post-mortem, to: "../post-mortems/{Path(made).name}"}}\n' in text(
        repo, path
    )
    assert repo.call("incident", "status").code == 0
    ran = repo.call("check", "documents", "--base", "HEAD")
    assert "[documents/no-post-mortem]" not in ran.out
    assert ran.code == 0, ran.out
    assert made in repo.call("incident", "show", "over").out


def test_a_second_post_mortem_is_refused_and_the_first_stays(repo: Repo) -> None:
    path = long_over(repo)
    made = repo.call("new-postmortem", "over").out.strip()
    before = text(repo, made), text(repo, path)
    ran = repo.call("new-postmortem", "over")
    assert ran.code == 2
    assert "exists already" in ran.err
    assert (text(repo, made), text(repo, path)) == before


def test_a_post_mortem_whose_incident_cannot_get_the_link_is_not_made(repo: Repo) -> None:
    path = long_over(repo)
    repo.write({path: text(repo, path).replace("links: []", "links: [{rel: a, to: b.md}]")})
    ran = repo.call("new-postmortem", "over")
    assert ran.code == 2
    assert "links cannot be changed" in ran.err
    assert not (repo.path / "docs/post-mortems").exists()


def small_files_only() -> None:
    """Let this process write no file of more than 100 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_post_mortem_goes_again_if_its_incident_cannot_be_written(repo: Repo) -> None:
    path = long_over(repo)
    repo.write({path: text(repo, path) + "\n" + "long " * 50_000 + "\n"})
    before = text(repo, path)
    done = subprocess.run(
        [sys.executable, "-m", "qgate", "new-postmortem", "over"],
        cwd=repo.path,
        env=measured(repo.environ),
        capture_output=True,
        check=False,
        preexec_fn=small_files_only,
    )
    assert done.returncode == 2
    assert b"File too large" in done.stderr
    assert not (repo.path / "docs/post-mortems").exists()
    assert text(repo, path) == before


def test_a_dry_run_of_a_post_mortem_shows_both_files(repo: Repo) -> None:
    path = long_over(repo)
    before = text(repo, path)
    ran = repo.call("new-postmortem", "over", "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("docs/post-mortems/PM-INC-")
    assert "\n+  - {rel: post-mortem, to: " in ran.out
    assert text(repo, path) == before
    assert not (repo.path / "docs/post-mortems").exists()


def test_a_post_mortem_is_too_early_while_it_hurts(repo: Repo) -> None:
    new(repo)
    ran = repo.call("new-postmortem", "checkout")
    assert ran.code == 2
    assert "is declared" in ran.err


def test_an_action_that_is_past_due_is_overdue(repo: Repo) -> None:
    long_over(repo)
    made = repo.call("new-postmortem", "over").out.strip()
    head = "|---|---|---|---|---|---|---|---|---|\n"
    action = "| A1 | prevent | Do it | Ada | P1 | 2026-01-31 | T-1 | open | |\n"
    repo.write({made: text(repo, made).replace(head, head + action)})
    ran = repo.call("incident", "status")
    assert ran.code == 1
    assert "overdue action: A1 (P1, Ada) was due on 2026-01-31" in ran.out


def answered(repo: Repo, answers: list[str], *arguments: str) -> tuple[int, str, str]:
    """Run on a terminal (standard output a pipe), typing an answer whenever one is asked for."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "qgate", *arguments],
        cwd=repo.path,
        env=measured(repo.environ),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    said, waiting = b"", list(answers)
    while select.select([ours], [], [], 20)[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
        if waiting and said.rstrip(b" ").endswith(b":"):
            os.write(ours, f"{waiting.pop(0)}\n".encode())
    out = running.communicate(timeout=20)[0].decode()
    os.close(ours)
    return running.returncode, out, said.decode("utf-8", "replace")


def test_on_a_terminal_what_is_missing_is_asked_for_and_nothing_else(repo: Repo) -> None:
    answers = ["It is slow", "n", "n", "n", "n", "y", "n", "n", "n"]
    code, out, said = answered(repo, answers, "new-incident")
    assert code == 0, said
    (path,) = out.splitlines()
    assert path.endswith("-it-is-slow.md")
    assert "criteria: [degraded]\n" in text(repo, path)
    assert said.count("[y/N]") == 8
    code, out, said = answered(repo, [*["n"] * 16, "P2"], "new-incident", "Y")
    assert code == 0, said
    assert "severity: P2\ncriteria: []\n" in text(repo, out.strip())
    code, out, said = answered(repo, [], "new-incident", "X", "--severity", "P3")
    assert (code, said) == (0, "")
