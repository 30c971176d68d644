"""`qgate reviewers` and `qgate codeowners`: every command as people and programs call it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from tests.e2e.samples import usage_error
from tests.support.repo import ROOT, Ran, Repo, clean_environment, measured

OWN: Final = ".qgate/rules/reviewers.yml"
RULES: Final = """\
# Who looks at what.
owners:
  *: [@lead]
  client/**: [@web, @lead]
  *.sql: @dba
"""
QUOTED: Final = """\
# Who looks at what.
owners:
  '*': ['@lead']
  client/**: ['@web', '@lead']
  '*.sql': '@dba'
"""
REST: Final = """\
require:
  *.sql: {any_of: [@boss], count: 1}
notify:
  docs/**: @writers
"""
FILES: Final = {
    ".qgate.yml": RULES,
    "client/app.js": "1\n",
    "db.sql": "1\n",
    "docs/a b.md": "1\n",
}
BLOCK: Final = """\
# qgate: begin. Made from .qgate.yml by `qgate codeowners generate`: edit it there.
*         @lead
client/** @web @lead
*.sql     @dba
# qgate: end.
"""
# Two mistakes, and where they are.
BROKEN: Final = "owners:\n  *.js: [@a, bob]\n  b[: @a\n"
# Every command that reads the rules in YAML.
COMMANDS: Final = [
    ("reviewers", "plan", "--base", "HEAD"),
    ("reviewers", "explain", "client"),
    ("reviewers", "lint"),
    ("reviewers", "lint", "--format", "json"),
    ("reviewers", "fmt"),
    ("reviewers", "fmt", "--check"),
    ("codeowners", "generate"),
    ("codeowners", "generate", "--check", "--superset"),
]
as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")


@pytest.fixture
def ruled(repo: Repo) -> Repo:
    """A repository with rules by hand in `.qgate.yml`; three of its files are changed."""
    repo.commit(FILES)
    repo.write({"client/app.js": "2\n", "db.sql": "2\n", "docs/a b.md": "2\n"})
    return repo


def passed(ran: Ran) -> str:
    assert (ran.code, ran.err) == (0, ""), ran
    return ran.out


def failed(ran: Ran) -> str:
    assert (ran.code, ran.err) == (1, ""), ran
    return ran.out


def incomplete(ran: Ran) -> str:
    assert (ran.code, ran.out) == (3, ""), ran
    return ran.err


def valid(text: str, schema: str) -> dict[str, Any]:
    """A whole JSON document of a published schema."""
    shipped = json.loads((ROOT / f"rules/schemas/{schema}.schema.json").read_text("utf-8"))
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(shipped).validate(document)
    return document


def seen(repo: Repo) -> dict[str, tuple[int, int, bytes]]:
    """Time, mode and content of everything in the working tree, and of the index."""
    index = [repo.path / ".git/index"] if (repo.path / ".git/index").exists() else []
    files = [path for path in repo.path.rglob("*") if ".git" not in path.parts and path.is_file()]
    folders = [path for path in (repo.path, *repo.path.rglob("*")) if path.is_dir()]
    return {
        **{str(path): _stamp(path, path.read_bytes()) for path in (*files, *index)},
        **{str(path): _stamp(path) for path in folders if ".git" not in path.parts},
    }


def _stamp(path: Path, content: bytes = b"") -> tuple[int, int, bytes]:
    status = path.lstat()
    return status.st_mtime_ns, status.st_mode, content


# The groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("reviewers", ("explain", "fmt", "lint", "plan")),
        ("codeowners", ("check", "fmt", "generate")),
    ],
)
def test_the_help_lists_every_command_and_each_has_one(
    repo: Repo, group: str, names: tuple[str, ...]
) -> None:
    out = passed(repo.qgate(group, "--help"))
    listed = out.partition("Commands:\n")[2].splitlines()
    assert tuple(line.split()[0] for line in listed) == names
    assert f"  {group} " in passed(repo.call("--help"))
    assert f"Usage: qgate {group} {names[0]} " in passed(repo.qgate(group, names[0], "-h"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("reviewers",),
        ("codeowners",),
        ("reviewers", "nosuch"),
        ("reviewers", "plan", "more"),
        ("reviewers", "plan", "--format", "json"),
        ("reviewers", "explain"),
        ("reviewers", "lint", "--format", "xml"),
        ("reviewers", "lint", "--base", "HEAD"),
        ("codeowners", "check", "a", "b"),
        ("codeowners", "generate", "file"),
        ("codeowners", "check", "--config", "x"),
    ],
)
def test_a_call_that_is_none_is_a_usage_error(repo: Repo, arguments: tuple[str, ...]) -> None:
    ran = repo.call(*arguments)
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err.startswith("Usage: qgate ")


@pytest.mark.parametrize("command", COMMANDS)
def test_broken_rules_are_told_by_every_command_with_all_places(
    ruled: Repo, command: tuple[str, ...]
) -> None:
    ruled.write({".qgate.yml": BROKEN, "CODEOWNERS": "* @a\n"})
    before = seen(ruled)
    said = usage_error(ruled.call(*command)).splitlines()
    assert [line.removeprefix("qgate: ").split(": ")[0] for line in said[:2]] == [
        ".qgate.yml:2:14",
        ".qgate.yml:3:3",
    ]
    assert len(said) == 3
    assert seen(ruled) == before


@pytest.mark.parametrize("command", COMMANDS[:-1])
def test_a_broken_file_of_rules_is_told_by_every_command(
    ruled: Repo, command: tuple[str, ...]
) -> None:
    ruled.write({OWN: BROKEN, ".qgate.yml": "base: main\n"})
    said = usage_error(ruled.call(*command))
    assert said.startswith(f"qgate: {OWN}:2:14: owners: ")
    assert f"\n{OWN}:3:3: owners: the pattern 'b['" in said


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        ("codeowners", "check"),
        ("codeowners", "fmt"),
        ("codeowners", "check", "CODEOWNERS"),
    ],
)
def test_a_folder_without_git_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @a\n", "utf-8")
    outside = Repo(tmp_path, clean_environment(tmp_path))
    said = usage_error(outside.call(*command))
    assert f"{tmp_path} is not inside a git repository" in said


@pytest.mark.parametrize("command", [("reviewers", "lint"), ("codeowners", "check"), COMMANDS[6]])
def test_a_folder_that_is_not_there_is_named(repo: Repo, command: tuple[str, ...]) -> None:
    assert "nosuch is not a folder" in usage_error(repo.call(*command, "-C", "nosuch"))


def test_an_empty_repository_has_no_rules_and_no_change(repo: Repo) -> None:
    assert "no commit yet" in incomplete(repo.call("reviewers", "plan"))
    assert passed(repo.call("reviewers", "explain", "a")) == (
        "a (not a tracked file)\n  nobody: no rule matches\n"
    )
    ran = repo.call("reviewers", "lint")
    assert (ran.code, ran.err) == (3, "")
    assert "there are no rules about reviewers" in ran.out
    assert "there are no rules in YAML" in usage_error(repo.call("reviewers", "fmt"))
    assert "no CODEOWNERS file" in usage_error(repo.call("codeowners", "check"))
    assert "no CODEOWNERS file" in usage_error(repo.call("codeowners", "fmt"))
    assert "no `owners` in the settings" in usage_error(repo.call("codeowners", "generate"))
    assert [path.name for path in repo.path.iterdir()] == [".git"]


def test_nothing_but_a_file_for_gitlab_is_no_rules_of_ours(repo: Repo) -> None:
    repo.commit({".gitlab/CODEOWNERS": "* @boss\n", "a": "1\n"})
    repo.write({"a": "2\n"})
    assert "@boss" not in passed(repo.call("reviewers", "plan", "--base", "HEAD", "--author", "x"))
    assert "nobody: no rule matches" in passed(repo.call("reviewers", "explain", "a"))
    assert ".gitlab/CODEOWNERS is another service's" in usage_error(
        repo.call("codeowners", "check")
    )
    assert "no CODEOWNERS file" in usage_error(repo.call("codeowners", "fmt"))
    assert "no `owners` in the settings" in usage_error(repo.call("codeowners", "generate"))
    named = repo.call("codeowners", "check", ".gitlab/CODEOWNERS")
    assert "looks like a file for GitLab" in passed(named)
    assert sorted(path.name for path in repo.path.iterdir()) == [".git", ".gitlab", "a"]


def test_a_lint_without_rules_passes_nothing(repo: Repo) -> None:
    """Exit code 3 if there are no rules, docs/reference/cli.md; another service's are none."""
    repo.commit({".gitlab/CODEOWNERS": "* @boss\n", "a": "1\n"})
    ran = repo.call("reviewers", "lint")
    assert (ran.code, ran.err) == (3, ""), ran


# reviewers plan --------------------------------------------------------------------------------


def test_a_plan_says_who_is_asked_and_why(ruled: Repo) -> None:
    ruled.commit({".qgate.yml": RULES + REST})
    ruled.write({"client/app.js": "3\n", "db.sql": "3\n", "docs/a b.md": "3\n"})
    sha = ruled.git("rev-parse", "HEAD")[:12]
    assert passed(ruled.call("reviewers", "plan", "--base", "HEAD", "--author", "web")) == (
        "ask    @boss  has to approve *.sql; 1 file, 2 lines (.qgate.yml:7)\n"
        "ask    @lead  owns client/**; 2 files, 4 lines (.qgate.yml:4, .qgate.yml:3)\n"
        "ask    @dba   owns *.sql; 1 file, 2 lines (.qgate.yml:5)\n"
        "leave  @web   is the author; 1 file, 2 lines (.qgate.yml:4)\n"
        "need   approval of 1 of @boss for *.sql (.qgate.yml:7)\n"
        "tell   @writers  (.qgate.yml:9)\n"
        "\n"
        "client/** (.qgate.yml:4) @web @lead\n"
        "    client/app.js\n"
        "*.sql (.qgate.yml:5) @dba\n"
        "    db.sql\n"
        "* (.qgate.yml:3) @lead\n"
        "    docs/a b.md\n"
        f"rules  .qgate.yml at {sha} (merge base of HEAD and HEAD)\n"
    )


def test_a_plan_as_json_is_the_published_format(ruled: Repo) -> None:
    ruled.commit({".qgate.yml": RULES + REST})
    ruled.write({"client/app.js": "3\n", "db.sql": "3\n", "docs/gr\u00fcn\x1b.md": "3\n"})
    arguments = ("reviewers", "plan", "--base", "HEAD", "--json")
    out = passed(ruled.call(*arguments))
    plan = valid(out, "reviewers-1")
    assert plan["schema"] == "qgate.reviewers/1"
    assert [(each["owner"], each["fate"], each["required"]) for each in plan["candidates"]] == [
        ("@boss", "asked", True),
        ("@lead", "asked", False),
        ("@dba", "asked", False),
        ("@web", "asked", False),
    ]
    assert [each["path"] for each in plan["files"]] == [
        *("client/app.js", "db.sql", "docs/gr\u00fcn\\x1b.md")
    ]
    assert plan["requirements"][0]["rule"] == {"path": ".qgate.yml", "line": 7, "column": 3}
    assert len(plan["notices"]) == 1
    assert passed(ruled.call(*arguments)) == out, "the same every time"


def test_every_option_that_names_the_change_is_heard(ruled: Repo) -> None:
    ruled.git("add", "client")
    for flags, files in [
        (("--base", "HEAD"), ["client/app.js", "db.sql", "docs/a b.md"]),
        (("--staged",), ["client/app.js"]),
        (("--base", "HEAD", "--committed"), []),
        (("--base", "HEAD", "-C", "docs"), ["client/app.js", "db.sql", "docs/a b.md"]),
    ]:
        plan = json.loads(passed(ruled.call("reviewers", "plan", "--json", *flags)))
        assert [each["path"] for each in plan["files"]] == files, flags


def test_a_plan_without_changes_says_so(repo: Repo) -> None:
    repo.commit(FILES)
    out = passed(repo.call("reviewers", "plan", "--base", "HEAD", "--author", "x"))
    assert "nothing changed" in out
    assert "ask " not in out


def test_facts_and_author_are_heard(ruled: Repo, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"author": "lead", "reviewed": ["dba"]}', "utf-8")
    flags = ("--base", "HEAD", "--facts", str(tmp_path / "facts.json"))
    out = passed(ruled.call("reviewers", "plan", *flags))
    assert "there  @dba   has reviewed;" in out
    assert "leave  @lead  is the author;" in out
    out = passed(ruled.call("reviewers", "plan", *flags, "--author", "@web"))
    assert "leave  @web   is the author;" in out
    assert "ask    @lead  owns " in out


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), ("{", "truncated"), ('{"autor": "x"}', "unknown field `autor`")],
)
def test_facts_that_cannot_be_read_are_a_usage_error(
    ruled: Repo, tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "facts.json"
    if content is not None:
        path.write_text(content, "utf-8")
    flags = ("--base", "HEAD", "--facts", str(path))
    answer = usage_error(ruled.call("reviewers", "plan", *flags))
    assert f"{path} cannot be read" in answer
    assert said in answer


def test_other_settings_are_heard(ruled: Repo, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("owners: {'*': '@mine'}\n", "utf-8")
    flags = ("--config", str(tmp_path / "mine.yml"))
    assert "ask    @mine" in passed(ruled.call("reviewers", "plan", "--base", "HEAD", *flags))
    assert "  @mine\n" in passed(ruled.call("reviewers", "explain", "x", *flags))
    assert "nosuch.yml does not exist" in usage_error(
        ruled.call("reviewers", "lint", "--config", "nosuch.yml")
    )


@pytest.mark.parametrize(
    "flags",
    [("--staged", "--committed"), ("--staged", "--base", "HEAD"), ("--base", "--output=x")],
)
def test_a_change_that_cannot_be_meant_is_a_usage_error(
    ruled: Repo, flags: tuple[str, ...]
) -> None:
    usage_error(ruled.call("reviewers", "plan", *flags))


def test_without_a_base_the_plan_is_incomplete_on_standard_error(ruled: Repo) -> None:
    for flags in ((), ("--json",), ("--base", "nosuch")):
        said = incomplete(ruled.call("reviewers", "plan", *flags))
        assert said.startswith("qgate: ")
        assert "\nhint: " in said


def test_a_conflict_that_is_not_resolved_leaves_the_plan_incomplete(ruled: Repo) -> None:
    ruled.git("stash", "--quiet")
    ruled.git("switch", "--quiet", "--create", "other")
    ruled.commit({"db.sql": "3\n"})
    ruled.git("switch", "--quiet", "main")
    ruled.commit({"db.sql": "4\n"})
    ruled.git("merge", "other", check=False)
    said = incomplete(ruled.call("reviewers", "plan", "--base", "HEAD~1"))
    assert "db.sql has a conflict" in said


def test_in_ci_the_event_is_heard(repo: Repo, tmp_path: Path) -> None:
    base = repo.commit(FILES)
    head = repo.commit({"client/app.js": "2\n"})
    pull = {"base": {"sha": base}, "head": {"sha": head}, "user": {"login": "web"}}
    event = tmp_path / "event.json"
    ci = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
    }
    event.write_text(json.dumps({"pull_request": pull}), "utf-8")
    out = passed(repo.call("reviewers", "plan", environ=ci))
    assert "leave  @web   is the author;" in out
    assert "note " not in out
    event.write_text("{", "utf-8")
    assert "the payload of the pull_request event" in incomplete(
        repo.call("reviewers", "plan", environ=ci)
    )


# reviewers explain -----------------------------------------------------------------------------


def test_an_explanation_names_the_rule_and_those_that_it_beats(ruled: Repo) -> None:
    ruled.write({".qgate.yml": RULES + REST})
    assert passed(ruled.call("reviewers", "explain", "db.sql", "nosuch", "docs")) == (
        "db.sql\n"
        "  @dba\n"
        "  *.sql (.qgate.yml:5) decides: the last rule that matches\n"
        "  * (.qgate.yml:3) matches too, further up: @lead\n"
        "  approval of 1 of @boss for *.sql (.qgate.yml:7)\n"
        "\n"
        "nosuch (not a tracked file)\n"
        "  @lead\n"
        "  * (.qgate.yml:3) decides: the last rule that matches\n"
        "\n"
        "docs is a folder of 1 file; rules match files\n"
        "  * (.qgate.yml:3) @lead\n"
        "      docs/a b.md\n"
    )


def test_paths_can_be_named_in_every_way(ruled: Repo) -> None:
    for name in ("app.js", "./app.js", "../client/app.js", "/client/app.js"):
        out = passed(ruled.call("reviewers", "explain", "-C", "client", name))
        assert out.startswith("client/app.js\n  @web @lead\n"), name
    whole = str(ruled.path / "client/app.js")
    assert passed(ruled.call("reviewers", "explain", "-C", "docs", whole)).startswith("client/")
    for name in (".", "/", str(ruled.path)):
        out = passed(ruled.call("reviewers", "explain", name))
        assert " is a folder of 4 files; rules match files\n" in out
    assert passed(ruled.call("reviewers", "explain", "--", "-x")).startswith("-x (not a tracked")
    # Absolute, and not in the repository: from its root, as in a pattern.
    assert passed(ruled.call("reviewers", "explain", "/etc/x.sql")).startswith("etc/x.sql (not")


def test_a_path_outside_of_the_repository_is_a_usage_error(ruled: Repo) -> None:
    for name in ("..", "../elsewhere", "client/../../x"):
        said = usage_error(ruled.call("reviewers", "explain", name))
        assert f"{name} is outside of the repository" in said


def test_a_path_of_any_bytes_is_shown_harmless(ruled: Repo) -> None:
    odd = os.fsdecode(b"a\x1b[31m\xff\n\xe2\x80\xae.sql")
    out = passed(ruled.call("reviewers", "explain", odd))
    assert out.startswith("a\\x1b[31m\\xff\\x0a\\u202e.sql (not a tracked file)\n  @dba\n")


# reviewers lint and codeowners check -----------------------------------------------------------


def test_the_lint_names_what_is_wrong_and_passes_with_warnings(ruled: Repo) -> None:
    ruled.write({".qgate.yml": "owners:\n  client/: '@a'\n  'clinet/': '@b'\n  client/**: '@c'\n"})
    assert passed(ruled.call("reviewers", "lint")) == (
        ".qgate.yml: warning: 3 files match no rule: .qgate.yml, db.sql, docs/a b.md"
        " [reviewers/no-owner]\n"
        ".qgate.yml:2: warning: `client/` never decides: the file that it matches goes to"
        " `client/**` in line 4 [reviewers/shadowed]\n"
        ".qgate.yml:3: warning: `clinet/` matches no tracked file; did you mean `client/`?"
        " [reviewers/no-match]\n"
        "qgate passed: reviewers passed: no error, 3 warnings; 1 of 4 files have an owner\n"
    )


def test_the_lint_fails_for_lines_that_github_skips(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @a\n!b @c\n* bob\n"})
    out = failed(repo.call("reviewers", "lint"))
    assert out == failed(repo.call("codeowners", "check"))
    assert out.splitlines()[0].startswith("CODEOWNERS:2: error: a leading `!` (negation)")
    assert out.splitlines()[1].startswith("CODEOWNERS:3: error: bob is no owner:")
    assert out.splitlines()[-1] == (
        "qgate failed: reviewers failed: 2 errors; 1 of 1 files have an owner"
    )


@pytest.mark.parametrize("command", [("reviewers", "lint"), ("codeowners", "check")])
def test_a_report_is_valid_json_of_the_same_verdict(repo: Repo, command: tuple[str, ...]) -> None:
    repo.commit({"CODEOWNERS": "* @a\n", "a": "1\n"})
    report = valid(passed(repo.call(*command, "--format", "json")), "report-1")
    assert (report["verdict"], report["base"], report["head"]) == ("passed", None, None)
    repo.write({"CODEOWNERS": "* @a\nx[ @b\n\x1b* @c\n"})
    report = valid(failed(repo.call(*command, "--format", "json")), "report-1")
    assert report["verdict"] == "failed"
    (gate,) = report["gates"]
    assert (gate["name"], gate["outcome"], gate["reason"]) == ("reviewers", "failed", "errors")
    first = gate["findings"][0]
    assert (first["rule"], first["path"], first["line"], first["column"], first["blocking"]) == (
        "reviewers/invalid-pattern",
        "CODEOWNERS",
        2,
        2,
        True,
    )


def test_the_json_of_no_rules_is_incomplete_and_valid(repo: Repo) -> None:
    ran = repo.call("reviewers", "lint", "--format", "json")
    assert (ran.code, ran.err) == (3, "")
    assert valid(ran.out, "report-1")["verdict"] == "incomplete"


@pytest.mark.parametrize("format_", ["terminal", "json"])
def test_a_report_goes_to_a_file_and_the_verdict_to_standard_output(
    repo: Repo, tmp_path: Path, format_: str
) -> None:
    repo.commit({"CODEOWNERS": "* @a\n* bob\n"})
    place = tmp_path / "report"
    flags = ("--format", format_, "--output", str(place))
    verdict = "qgate failed: reviewers failed: 1 error; 1 of 1 files have an owner\n"
    for command in (("reviewers", "lint"), ("codeowners", "check")):
        assert failed(repo.call(*command, *flags)) == verdict
        text = place.read_text("utf-8")
        if format_ == "json":
            assert valid(text, "report-1")["verdict"] == "failed"
        else:
            assert text.startswith("CODEOWNERS:2: error: bob is no owner")
            assert text.endswith(verdict)
        place.unlink()


def test_an_output_that_cannot_be_written_is_a_usage_error(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @a\n"})
    for name in (".", "nosuch/report", "CODEOWNERS/x"):
        said = usage_error(repo.call("codeowners", "check", "--output", name))
        assert str(repo.path) in said
    assert repo.git("status", "--porcelain") == ""


def test_an_owner_who_is_not_on_the_list_is_an_error(ruled: Repo) -> None:
    ruled.write({"known": "lead\r\n@WEB\n\n  dba  \n", "less": "\ufefflead\n"})
    assert "unknown-owner" not in passed(ruled.call("reviewers", "lint", "--known", "known"))
    out = failed(ruled.call("reviewers", "lint", "-C", "client", "--known", "../less"))
    assert [line for line in out.splitlines() if "unknown-owner" in line] == [
        f".qgate.yml:{line}: error: {owner} is not among the accounts and teams that are known "
        "[reviewers/unknown-owner]"
        for line, owner in ((4, "@web"), (5, "@dba"))
    ]
    ruled.write({"CODEOWNERS": "* @lead @web @other/team me@example.com\n"})
    out = failed(ruled.call("codeowners", "check", "--known", "known"))
    assert [line.split(": ")[2].split()[0] for line in out.splitlines() if "unknown" in line] == [
        "@other/team"
    ]


@pytest.mark.parametrize("name", ["nosuch", ".", "binary"])
def test_a_list_that_cannot_be_read_is_a_usage_error(ruled: Repo, name: str) -> None:
    ruled.write({"binary": b"\xff\xfe"})
    for command in (("reviewers", "lint"), ("codeowners", "check")):
        said = usage_error(ruled.call(*command, "--known", name))
        assert f"{name} cannot be read" in said


def test_another_file_can_be_checked_and_only_it(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"CODEOWNERS": "* bob\n", "new/OWNERS": "* @a\n/new/* @b\n"})
    assert "new/OWNERS (2 rules)" in json.dumps(
        valid(
            passed(repo.call("codeowners", "check", "new/OWNERS", "--format", "json")), "report-1"
        )
    )
    passed(repo.call("codeowners", "check", "-C", "new", "OWNERS"))
    (tmp_path / "elsewhere").write_text("* bob\n", "utf-8")
    out = failed(repo.call("codeowners", "check", str(tmp_path / "elsewhere")))
    assert out.startswith(f"{tmp_path}/elsewhere:1: error: bob is no owner")
    for name in ("nosuch", "new", "CODEOWNERS/x"):
        assert f"{name} cannot be read" in usage_error(repo.call("codeowners", "check", name))


def test_a_second_codeowners_file_is_a_warning(repo: Repo) -> None:
    repo.commit({"docs/CODEOWNERS": "* bob\n", ".github/CODEOWNERS": "* @a\n"})
    out = passed(repo.call("codeowners", "check"))
    assert "docs/CODEOWNERS: warning: GitHub does not read this file" in out


# reviewers fmt ---------------------------------------------------------------------------------


def test_fmt_quotes_what_needs_it_and_nothing_else(ruled: Repo) -> None:
    before = seen(ruled)
    diff = failed(ruled.call("reviewers", "fmt", "--check"))
    assert seen(ruled) == before
    assert diff.startswith("--- .qgate.yml\n+++ .qgate.yml\n@@ ")
    changed = [line for line in diff.splitlines()[3:] if line.startswith(("-", "+"))]
    assert changed == [
        *(f"-{line}" for line in RULES.splitlines()[2:]),
        *(f"+{line}" for line in QUOTED.splitlines()[2:]),
    ]
    assert passed(ruled.call("reviewers", "fmt")) == ".qgate.yml: written\n"
    assert (ruled.path / ".qgate.yml").read_text("utf-8") == QUOTED
    for flags in ((), ("--check",)):
        out = passed(ruled.call("reviewers", "fmt", *flags))
        assert out == ".qgate.yml: nothing to change\n"


def test_both_files_of_rules_are_formatted(ruled: Repo) -> None:
    ruled.write({".qgate.yml": "require: {*.x: @a}\n", OWN: "owners:\n  *: @b\n"})
    out = failed(ruled.call("reviewers", "fmt", "--check", "-C", "client"))
    assert [line for line in out.splitlines() if line.startswith("+++")] == [
        f"+++ {OWN}",
        "+++ .qgate.yml",
    ]
    out = passed(ruled.call("reviewers", "fmt"))
    assert out == f"{OWN}: written\n.qgate.yml: written\n"
    assert (ruled.path / OWN).read_text("utf-8") == "owners:\n  '*': '@b'\n"
    assert (ruled.path / ".qgate.yml").read_text("utf-8") == "require: {'*.x': '@a'}\n"


def test_without_rules_in_yaml_there_is_nothing_to_format(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @a\n"})
    assert "there are no rules in YAML" in usage_error(repo.call("reviewers", "fmt"))


@pytest.mark.parametrize("name", [".qgate.yml", OWN])
def test_fmt_keeps_line_ends_and_a_byte_order_mark(repo: Repo, name: str) -> None:
    """Nothing else changes, docs/reference/cli.md."""
    repo.commit({name: b"\xef\xbb\xbfowners:\r\n  *: @a\r\n"})
    passed(repo.call("reviewers", "fmt"))
    assert (repo.path / name).read_bytes() == b"\xef\xbb\xbfowners:\r\n  '*': '@a'\r\n"


@pytest.mark.parametrize("blank", ["\t\n", "  \t\n", "\t"])
def test_fmt_writes_nothing_that_cannot_be_read_afterwards(repo: Repo, blank: str) -> None:
    """No YAML reader takes a tab behind a quoted text's line; behind a plain one some do."""
    repo.write({OWN: f"owners:\n  *: @a\n{blank}"})
    if repo.call("reviewers", "fmt").code == 0:
        assert "  @a\n" in passed(repo.call("reviewers", "explain", "x"))


def test_fmt_writes_settings_from_elsewhere_where_they_are(ruled: Repo, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("owners: {*: @a}\n", "utf-8")
    passed(ruled.call("reviewers", "fmt", "--config", str(path)))
    assert path.read_text("utf-8") == "owners: {'*': '@a'}\n"
    assert (ruled.path / ".qgate.yml").read_text("utf-8") == RULES


# codeowners fmt --------------------------------------------------------------------------------

_UNTIDY: Final = "# all\n*  @a\n/long/name   @b @c  # why\n\n\n!skipped   @d\n/x\n"
_TIDY: Final = "# all\n*          @a\n/long/name @b @c # why\n\n\n!skipped   @d\n/x\n"


@pytest.mark.parametrize("name", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_the_file_that_github_reads_is_put_in_order(repo: Repo, name: str) -> None:
    repo.commit({name: _UNTIDY, "sub/a": ""})
    before = seen(repo)
    diff = failed(repo.call("codeowners", "fmt", "--check"))
    assert diff.startswith(f"--- {name}\n+++ {name}\n@@ ")
    assert "-*  @a\n-/long/name   @b @c  # why\n+*          @a\n" in diff
    assert seen(repo) == before
    assert passed(repo.call("codeowners", "fmt", "-C", "sub")) == f"{name}: written\n"
    assert (repo.path / name).read_text("utf-8") == _TIDY
    for flags in ((), ("--check",)):
        out = passed(repo.call("codeowners", "fmt", *flags))
        assert out == f"{name}: nothing to change\n"


def test_a_named_file_is_put_in_order_and_no_other(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"CODEOWNERS": _UNTIDY, "sub/OWNERS": _UNTIDY})
    assert passed(repo.call("codeowners", "fmt", "-C", "sub", "OWNERS")) == "sub/OWNERS: written\n"
    assert (repo.path / "CODEOWNERS").read_text("utf-8") == _UNTIDY
    place = tmp_path / "elsewhere"
    place.write_text(_UNTIDY, "utf-8")
    assert passed(repo.call("codeowners", "fmt", str(place))) == f"{place}: written\n"
    assert place.read_text("utf-8") == _TIDY
    for name in ("nosuch", "sub"):
        assert f"{name} cannot be read" in usage_error(repo.call("codeowners", "fmt", name))
    repo.write({"binary": b"* @\xff\n"})
    assert "it must be UTF-8" in usage_error(repo.call("codeowners", "fmt", "binary"))
    assert (repo.path / "binary").read_bytes() == b"* @\xff\n"


@pytest.mark.parametrize(
    "data", [b"* @a\r\n", b"* @a", b"\xef\xbb\xbf* @a\n", b"* @a\n\n", b"* @a \n"]
)
def test_what_would_change_can_be_seen(repo: Repo, data: bytes) -> None:
    """An exit code of 1 without a word would send people looking for it."""
    repo.commit({"CODEOWNERS": data})
    out = failed(repo.call("codeowners", "fmt", "--check"))
    assert out.startswith("--- CODEOWNERS\n+++ CODEOWNERS\n@@ ")
    passed(repo.call("codeowners", "fmt"))
    assert (repo.path / "CODEOWNERS").read_bytes() == b"* @a\n"


# codeowners generate ---------------------------------------------------------------------------


def test_generate_writes_a_block_where_github_looks_and_the_same_every_time(ruled: Repo) -> None:
    place = ruled.path / ".github/CODEOWNERS"
    before = seen(ruled)
    diff = failed(ruled.call("codeowners", "generate", "--check"))
    assert diff.startswith("--- .github/CODEOWNERS\n+++ .github/CODEOWNERS\n@@ ")
    assert "".join(f"+{line}\n" for line in BLOCK.splitlines()) in diff
    assert seen(ruled) == before
    out = passed(ruled.call("codeowners", "generate", "-C", "client"))
    assert out == ".github/CODEOWNERS: written\n"
    assert place.read_text("utf-8") == BLOCK
    after = seen(ruled)
    for flags in ((), ("--check",)):
        out = passed(ruled.call("codeowners", "generate", *flags))
        assert out == ".github/CODEOWNERS: nothing to change\n"
    assert seen(ruled) == after
    passed(ruled.call("codeowners", "check"))


@pytest.mark.parametrize("name", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_generate_keeps_what_stands_around_its_block(ruled: Repo, name: str) -> None:
    old = "# qgate: begin. Old.\n* @old\n# qgate: end.\n"
    around = "# ours\n/x   @y\r\n\n{}# and this\n[skipped\n\n"
    ruled.write({name: around.format(old)})
    assert passed(ruled.call("codeowners", "generate")) == f"{name}: written\n"
    assert (ruled.path / name).read_bytes().decode() == around.format(BLOCK)
    ruled.write({name: "/x @y"})
    passed(ruled.call("codeowners", "generate"))
    assert (ruled.path / name).read_text("utf-8") == f"/x @y\n\n{BLOCK}"
    assert not (ruled.path / ".github").exists()


@pytest.mark.parametrize(
    "text", ["# qgate: begin.\n", "# qgate: end.\n", "# qgate: end.\n# qgate: begin.\n"]
)
def test_a_damaged_block_is_refused_and_left_alone(ruled: Repo, text: str) -> None:
    ruled.write({"CODEOWNERS": text})
    ran = ruled.call("codeowners", "generate")
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err == (
        "qgate: the lines `# qgate: begin` and `# qgate: end` do not make one block\n"
        "hint: leave one of each, in this order, or none\n"
    )
    assert (ruled.path / "CODEOWNERS").read_text("utf-8") == text


def test_what_codeowners_cannot_say_is_listed_and_written_only_as_its_superset(
    ruled: Repo,
) -> None:
    ruled.write({".qgate.yml": RULES + REST})
    lost = [
        ".qgate.yml:7: require *.sql: approvals of its own beside the owners'",
        ".qgate.yml:9: notify docs/**: tells without asking",
    ]
    for flags in ((), ("--check",)):
        said = usage_error(ruled.call("codeowners", "generate", *flags))
        assert said.splitlines()[:3] == ["qgate: CODEOWNERS cannot say all of it:", *lost]
        assert "--superset" in said.splitlines()[3]
    assert not (ruled.path / ".github").exists()
    told = "".join(f"left out, or widened: {each}\n" for each in lost)
    ran = ruled.call("codeowners", "generate", "--superset", "--check")
    assert (ran.code, ran.err) == (1, told)
    assert not (ruled.path / ".github").exists()
    ran = ruled.call("codeowners", "generate", "--superset")
    assert (ran.code, ran.out, ran.err) == (0, ".github/CODEOWNERS: written\n", told)
    text = (ruled.path / ".github/CODEOWNERS").read_text("utf-8")
    assert text.splitlines()[1:-1] == [
        # Both stand above the rule for `*.sql`, which decides all of its files.
        "*         @lead",
        "client/** @web @lead",
        "*.sql     @dba @boss",
    ]
    ran = ruled.call("codeowners", "generate", "--superset")
    assert (ran.code, ran.out, ran.err) == (0, ".github/CODEOWNERS: nothing to change\n", told)
    assert (ruled.path / ".github/CODEOWNERS").read_text("utf-8") == text


def test_what_is_said_of_a_pattern_is_harmless(ruled: Repo) -> None:
    """Escape sequences in the settings of a stranger never reach the terminal."""
    ruled.write({".qgate.yml": RULES + 'notify: {"a\\ec\\u202e": "@a"}\n'})
    for flags in ((), ("--superset",)):
        ran = ruled.call("codeowners", "generate", *flags)
        assert "\x1b" not in ran.out + ran.err
        assert "\u202e" not in ran.out + ran.err
        assert "a\\x1bc\\u202e" in ran.err


def test_a_pattern_with_a_line_feed_makes_no_second_line(ruled: Repo) -> None:
    ruled.write({".qgate.yml": 'owners: {"a\\n*": "@a"}\n'})
    ran = ruled.call("codeowners", "generate")
    place = ruled.path / ".github/CODEOWNERS"
    lines = place.read_text("utf-8").splitlines()[1:-1] if place.exists() else []
    assert not any(line.startswith("*") for line in lines), lines
    assert ran.code == (0 if lines else 2), ran


def test_without_owners_in_the_settings_there_is_nothing_to_generate(repo: Repo) -> None:
    repo.commit({"CODEOWNERS": "* @a\n", OWN: "require: {*: @a}\n"})
    said = usage_error(repo.call("codeowners", "generate"))
    assert "no `owners` in the settings" in said
    assert (repo.path / "CODEOWNERS").read_text("utf-8") == "* @a\n"


def test_generate_takes_the_settings_that_are_named(repo: Repo) -> None:
    repo.commit({"ci/rules.yml": "owners: {*: @a}\n"})
    passed(repo.call("codeowners", "generate", "-C", "ci", "--config", "rules.yml"))
    text = (repo.path / ".github/CODEOWNERS").read_text("utf-8")
    assert text.startswith("# qgate: begin. Made from ci/rules.yml by ")


@pytest.mark.parametrize("target", [None, "nowhere"])
def test_a_place_that_is_no_folder_is_a_usage_error(ruled: Repo, target: str | None) -> None:
    if target is None:
        ruled.write({".github": "a file\n"})
    else:
        (ruled.path / ".github").symlink_to(target)
    said = usage_error(ruled.call("codeowners", "generate"))
    assert ".github" in said


def test_generate_neither_reads_nor_writes_through_a_link(ruled: Repo, tmp_path: Path) -> None:
    """As `check` and `fmt` do, it passes over a CODEOWNERS file that is a link, or refuses it."""
    (tmp_path / "elsewhere").write_text("# theirs\n", "utf-8")
    place = ruled.path / ".github/CODEOWNERS"
    place.parent.mkdir()
    place.symlink_to(tmp_path / "elsewhere")
    ran = ruled.call("codeowners", "generate")
    assert (tmp_path / "elsewhere").read_text("utf-8") == "# theirs\n"
    if ran.code:
        usage_error(ran)
    else:
        assert place.read_text("utf-8") == BLOCK


# What nobody may notice ------------------------------------------------------------------------


def test_a_plan_and_an_explanation_write_nothing(ruled: Repo) -> None:
    ruled.commit({".qgate.yml": RULES + "select: {blame: true}\n"})
    ruled.write({"client/app.js": "3\n", "new.sql": "1\n"})
    # Only touched: git would note the new time in its index.
    os.utime(ruled.path / "db.sql", (1, 1))
    before, status = seen(ruled), ruled.git("--no-optional-locks", "status", "--porcelain")
    passed(ruled.call("reviewers", "plan", "--base", "HEAD"))
    passed(ruled.call("reviewers", "plan", "--staged", "--json"))
    passed(ruled.call("reviewers", "explain", "db.sql", "."))
    passed(ruled.call("reviewers", "lint"))
    assert seen(ruled) == before
    assert ruled.git("--no-optional-locks", "status", "--porcelain") == status


def _in_shell(repo: Repo, script: str, *arguments: str) -> Ran:
    """Run a shell script in which `$qgate` is the whole command."""
    command = shlex.join([sys.executable, "-m", "qgate", *arguments])
    done = subprocess.run(
        ["sh", "-c", f"qgate() {{ {command}; }}; {script}"],
        cwd=repo.path,
        env=measured(repo.environ),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("reviewers", "plan", "--base", "HEAD"), 0),
        (("reviewers", "plan", "--base", "HEAD", "--json"), 0),
        (("reviewers", "explain", "."), 0),
        (("reviewers", "lint"), 0),
        (("reviewers", "fmt", "--check"), 1),
        (("codeowners", "generate", "--check"), 1),
    ],
)
def test_a_reader_that_left_does_not_change_the_answer(
    ruled: Repo, tmp_path: Path, command: tuple[str, ...], code: int
) -> None:
    place = shlex.quote(str(tmp_path / "code"))
    ran = _in_shell(ruled, f"{{ sleep 0.1; qgate; echo $? > {place}; }} | true", *command)
    assert (tmp_path / "code").read_text("utf-8") == f"{code}\n"
    assert (ran.out, ran.err) == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_standard_output_is_said(ruled: Repo) -> None:
    for command in (("reviewers", "explain", "x"), ("codeowners", "generate", "--check")):
        ran = _in_shell(ruled, "qgate > /dev/full", *command)
        assert "cannot write to standard output: No space left" in usage_error(ran)


@as_root
def test_a_folder_that_may_not_be_written_is_a_usage_error(ruled: Repo) -> None:
    ruled.path.chmod(0o555)
    try:
        for command in (("codeowners", "generate"), ("reviewers", "fmt")):
            said = usage_error(ruled.call(*command))
            assert "Permission denied" in said
    finally:
        ruled.path.chmod(0o755)
    assert (ruled.path / ".qgate.yml").read_text("utf-8") == RULES


@as_root
def test_a_file_that_may_not_be_read_is_a_usage_error(ruled: Repo) -> None:
    ruled.write({"CODEOWNERS": "* @a\n"})
    for name, command in [
        ("CODEOWNERS", ("codeowners", "check")),
        ("CODEOWNERS", ("codeowners", "fmt")),
        (".qgate.yml", ("reviewers", "explain", "x")),
    ]:
        (ruled.path / name).chmod(0)
        assert "Permission denied" in usage_error(ruled.call(*command))
        (ruled.path / name).chmod(0o644)
