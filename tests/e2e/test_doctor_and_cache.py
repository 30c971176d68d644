"""`qgate doctor`, `qgate cache` and `qgate explain` of what tools find, as people call them."""

import sys
from pathlib import Path

import pytest

from tests.support.repo import Repo

DEFINITION = """\
name: words
gate: lint
command: [bin/words, "{files}"]
files: ["*.txt"]
output: regex
pattern: '^(?P<path>[^:]+):(?P<line>\\d+): (?P<rule>\\w+) (?P<message>.*)$'
version: [bin/words, --version]
config: [words.ini]
about: rule {rule} in the words handbook
"""
PROGRAM = f"""#!{sys.executable} -S
import sys
if sys.argv[1] == "--version":
    print("words 2.1")
    sys.exit()
hits = [n for n in sys.argv[1:] if "bad" in open(n).read()]
print("\\n".join(f"{{n}}:1: W1 bad word" for n in hits))
sys.exit(bool(hits))
"""


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A tool of the repository's own, and a change that it judges."""
    repo.commit(
        {
            ".qgate/rules/tools/words.yml": DEFINITION,
            "bin/words": PROGRAM,
            "a.txt": "good\n",
            ".gitignore": "*.info\n",
        }
    )
    (repo.path / "bin/words").chmod(0o755)
    repo.commit()
    repo.write({"a.txt": "better\n"})
    return repo


def test_the_doctor_names_tool_path_version_and_reason_for_every_gate(project: Repo) -> None:
    ran = project.call("doctor", "--base", "HEAD")
    lines = ran.out.splitlines()
    titles = [line for line in lines if not line.startswith(" ")]
    assert titles == ["repository", *(f"gate {n}" for n in GATES), "cache"]
    (words,) = (line for line in lines if " words" in line)
    assert words.split()[:4] == ["ok", "words", "words", "2.1"]
    assert "bin/words (the definition's path)" in words
    assert "its definition is the repository's; blocks changed-lines" in words
    (mypy,) = (line for line in lines if " mypy " in line)
    assert "not chosen: there is no mypy.ini or" in mypy


GATES = ("coverage", "lint", "types", "audit", "documents")


def test_without_a_report_the_doctor_says_how_to_get_one_and_ends_with_3(project: Repo) -> None:
    project.write({"m.py": "x = 1\n"})
    ran = project.call("doctor", "--base", "HEAD")
    assert ran.code == 3
    assert "!! coverage  no coverage report was found" in ran.out
    assert "fix: run the tests under coverage" in ran.out


def test_the_doctor_counts_the_documents_and_says_where_it_looked(project: Repo) -> None:
    ran = project.call("doctor", "--base", "HEAD")
    assert "there are none in docs/incidents, docs/post-mortems, docs/runbooks" in ran.out
    project.write({"docs/adr/0001-a.md": "# a\n", "docs/runbooks/b.md": "# b\n"})
    ran = project.call("doctor", "--base", "HEAD")
    assert "ok documents  1 adr in docs/adr, 1 runbook in docs/runbooks" in ran.out


def test_where_all_would_judge_the_doctor_ends_with_0(project: Repo) -> None:
    project.lcov({"a.txt": {1: 1}})
    ran = project.call("doctor", "--base", "HEAD")
    assert (ran.code, ran.err) == (0, "")
    assert "coverage  passed" in ran.out


def test_a_tool_that_is_gone_or_broken_is_found(project: Repo) -> None:
    (project.path / "bin/words").unlink()
    gone = project.call("doctor", "--base", "HEAD")
    assert "!! words" in gone.out
    assert "and bin/words is nowhere" in gone.out
    assert "fix: install it, or leave it out of gates.lint.tools" in gone.out
    project.write({"bin/words": "#!/bin/sh\necho no >&2\nexit 9\n"})
    (project.path / "bin/words").chmod(0o755)
    broken = project.call("doctor", "--base", "HEAD")
    assert (gone.code, broken.code) == (3, 3)
    assert "does not tell its version" in broken.out
    assert "no" in broken.out.splitlines()[broken.out.splitlines().index("gate lint") + 2]


def test_a_missing_base_a_shallow_clone_and_a_gate_that_is_off_are_told(
    project: Repo, tmp_path: Path
) -> None:
    missing = project.call("doctor")
    assert missing.code == 3
    assert "!! base" in missing.out
    assert "fix: --base HEAD judges" in missing.out
    project.git("clone", "--quiet", "--depth=1", project.path.as_uri(), str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow", project.environ)
    assert "shallow: where the merge base is missing" in shallow.call("doctor").out
    project.write({".qgate.yml": "gates: {types: {enabled: false}}\n"})
    project.commit()
    assert "switched off (.qgate.yml:1:" in project.call("doctor", "--base", "HEAD").out


def test_a_command_that_measures_is_looked_for_and_not_run(project: Repo) -> None:
    settings = "gates: {coverage: {command: [nosuch-runner, x]}}\n"
    project.commit({".qgate.yml": settings})
    ran = project.call("doctor", "--base", "HEAD")
    assert "nosuch-runner is not on PATH" in ran.out
    project.commit({".qgate.yml": settings.replace("nosuch-runner", "touch")})
    ran = project.call("doctor", "--base", "HEAD")
    assert "runs `touch x` first, each time" in ran.out
    assert not (project.path / "x").exists()


def test_tools_that_nobody_knows_are_told_by_the_doctor(project: Repo) -> None:
    project.commit({".qgate.yml": "gates: {lint: {tools: [wrods]}}\n"})
    ran = project.call("doctor", "--base", "HEAD")
    assert 'there is no tool "wrods"; did you mean "words"?' in ran.out
    assert ran.code == 3


def test_the_cache_tells_what_it_has_why_it_misses_and_forgets(project: Repo) -> None:
    explain = ("cache", "explain", "--base", "HEAD", "lint")
    first = project.call(*explain)
    assert first.out == "lint/words: would run; since it last ran:\n  it has not run here yet\n"
    assert project.call("check", "lint", "--base", "HEAD").code == 0
    assert project.call(*explain).out == "lint/words: remembered\n"
    project.write({"a.txt": "best\n", "words.ini": "x\n"})
    changed = project.call(*explain).out
    assert "  configuration words.ini is new\n" in changed
    assert "  file a.txt changed\n" in changed
    info = project.call("cache", "info")
    assert info.out.startswith(f"folder   {project.environ['HOME']}/.cache/qgate\n")
    assert "limit    256 MiB" in info.out
    assert "last used 0 days ago" in info.out
    cleared = project.call("cache", "clear")
    assert "MiB removed from" in cleared.out
    assert "in 0 entries" in project.call("cache", "info").out


def test_only_tools_are_explained_and_a_gate_must_exist(project: Repo) -> None:
    assert project.call("cache", "explain", "--base", "HEAD", "coverage").out == ""
    unknown = project.call("cache", "explain", "--base", "HEAD", "lnit")
    assert unknown.code == 2
    assert 'there is no gate "lnit"; did you mean "lint"?' in unknown.err
    assert project.call("cache", "explain").code == 3
    project.git("checkout", "--", "a.txt")
    idle = project.call("cache", "explain", "--base", "HEAD", "lint").out
    assert idle == "lint/words: not asked\n  nothing that it judges changed\n"


def test_a_finding_of_a_tool_is_explained_by_where_its_rules_are(project: Repo) -> None:
    project.write({"a.txt": "bad\n"})
    assert "[lint/W1]" in project.call("check", "lint", "--base", "HEAD").out
    assert "- words: rule W1 in the words handbook\n" in project.call("explain", "lint/W1").out
    assert project.call("explain", "nosuch/W1").code == 2
