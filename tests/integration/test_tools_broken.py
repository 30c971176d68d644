"""Tools that do not work: the gate is incomplete, says why and what to do, and never passes."""

import json
from dataclasses import dataclass

import pytest

from qgate.model.report import GateResult, Outcome
from qgate.parse.findings import FORMATS
from tests.support.check import judged
from tests.support.localtool import FINDS, SHELL, definition, program
from tests.support.repo import Repo

NO_NETWORK = (
    "echo 'ERROR:pip_audit._cli:Could not connect to the vulnerability service' >&2; exit 1"
)
FLOOD = "echo here it begins >&2; tr '\\0' x < /dev/zero | head -c 100000000"


def changed(repo: Repo, files: dict[str, str], text: str = "y\n") -> None:
    """Commit the tools as the base, and change one text."""
    repo.commit({"a.txt": "x\n"} | files)
    repo.write({"a.txt": text})


def lint(repo: Repo) -> GateResult:
    """The gate's result about the working tree."""
    (gate,) = judged(repo, gates=("lint",), base="HEAD").gates
    return gate


@dataclass(frozen=True)
class Broken:
    """What is wrong with the tool, and what must be said of it."""

    said: tuple[str, ...]
    body: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    mode: int = 0o755


def broken(*said: str, body: str = "", mode: int = 0o755, **fields: str) -> Broken:
    """One case; `body` is a shell script, or a whole file where it has a first line of its own."""
    return Broken(said, body, tuple(fields.items()), mode)


CASES = {
    "missing": broken("not installed", command="[no-such-program-here]"),
    "missing by its path": broken("not installed", command="[bin/no-such-program]"),
    "not executable": broken("not installed", body="exit 0", mode=0o644),
    "interpreter gone": broken("cannot be run", "interpreter", body="#!/no/such/interpreter\n"),
    "no program at all": broken("cannot be run", "Exec format error", body="\0nothing\n"),
    "a code that is none of its own": broken(
        "exit code 70", "boom at line 7", body="echo boom at line 7 >&2; exit 70"
    ),
    "a signal": broken("signal 11", "dying", body="echo dying >&2; kill -SEGV $$"),
    "killed for memory": broken("signal 9", body="kill -KILL $$"),
    "output of another kind": broken(
        "cannot be read", "<<what>>", body="echo '<<what>>'", output="sarif"
    ),
    "invalid JSON": broken("not valid JSON", body="echo '[{]'; exit 1", output="ruff"),
    "JSON that is cut off": broken(
        "not valid JSON", body="""printf '[{"code": "F401", "mess'; exit 1""", output="ruff"
    ),
    "JSON of another shape": broken(
        "unexpected shape", body="""echo '{"results": 7}'""", output="bandit"
    ),
    "nothing at all": broken("it printed nothing", body="exit 0", output="ruff"),
    "nothing at all, and a failure": broken("it printed nothing", body="exit 1"),
    "no line that the pattern knows": broken(
        "without a finding",
        "no such rule set",
        body="echo checking; echo no such rule set >&2; exit 1",
    ),
    "100 MB": broken("more than 64 MiB", "here it begins", body=FLOOD),
    "no end": broken(
        "did not end within 1 s", "still at it", body="echo still at it; exec sleep 60", timeout="1"
    ),
    "no network": broken(
        "Could not connect",
        "is its service reachable?",
        body=NO_NETWORK,
        output="pip_audit",
        network="true",
    ),
    "a version that fails": broken(
        "does not tell its version",
        "no such option",
        body='test "$1" = --version && { echo no such option >&2; exit 3; }; exit 0',
        version="[bin/broken, --version]",
    ),
    "a version that hangs": broken(
        "does not tell its version",
        body='test "$1" = --version && exec sleep 60; exit 0',
        version="[bin/broken, --version]",
        timeout="1",
    ),
    "a version of no words": broken(
        "does not tell its version", body="exit 0", version="[bin/broken, --version]"
    ),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest, repo: Repo) -> Broken:
    """A repository with one tool that is broken in some way, not yet committed."""
    found: Broken = request.param
    if found.body:
        has_first_line = found.body.startswith(("#!", "\0"))
        program(repo, "broken", found.body if has_first_line else SHELL + found.body, found.mode)
    repo.write(definition("broken", **dict(found.fields)))
    return found


def test_a_broken_tool_is_named_with_its_words_and_a_next_step(case: Broken, repo: Repo) -> None:
    changed(repo, {})
    gate = lint(repo)
    assert gate.outcome is Outcome.INCOMPLETE, gate
    assert gate.summary.startswith(("broken ", "broken: ", "the output of broken ")), gate.summary
    for words in case.said:
        assert words in f"{gate.summary}\n{gate.hint}"
    assert gate.hint
    assert [each.blocking for each in gate.findings] == [True]
    assert gate.findings[0].rule == f"tools/{gate.reason}"


def test_another_tools_finding_makes_it_a_failure_that_names_both(case: Broken, repo: Repo) -> None:
    program(repo, "finder", FINDS)
    changed(repo, definition("finder"), "BAD\n")
    gate = lint(repo)
    assert gate.outcome is Outcome.FAILED, gate
    assert "1 new finding" in gate.summary
    assert all(words in f"{gate.summary}\n{gate.hint}" for words in case.said)
    found = [each.rule for each in gate.findings if each.blocking]
    assert found[1:] == ["lint/finder"]
    assert "broken" in gate.findings[0].message


def test_the_command_ends_with_3_and_with_another_tools_finding_with_1(repo: Repo) -> None:
    program(repo, "broken", f"{SHELL}echo boom >&2; exit 70")
    program(repo, "finder", FINDS)
    changed(repo, definition("broken") | definition("finder"))
    alone = repo.call("check", "lint", "--base", "HEAD")
    assert alone.code == 3, alone.out
    for words in ("qgate incomplete", "broken ended with exit code 70", "boom", "run it by hand"):
        assert words in alone.out + alone.err
    repo.write({"a.txt": "BAD\n"})
    both = repo.call("check", "lint", "--base", "HEAD")
    assert both.code == 1, both.out
    for words in ("a.txt:1", "lint/finder", "broken ended with exit code 70"):
        assert words in both.out


def test_a_gate_that_fails_beside_one_that_is_incomplete_fails_the_run(repo: Repo) -> None:
    program(repo, "broken", f"{SHELL}exit 70")
    program(repo, "finder", FINDS)
    changed(repo, definition("broken", gate="style") | definition("finder"), "BAD\n")
    report = judged(repo, gates=("style", "lint"), base="HEAD")
    assert report.verdict is Outcome.FAILED
    outcomes = {each.name: each.outcome for each in report.gates}
    assert outcomes == {"style": Outcome.INCOMPLETE, "lint": Outcome.FAILED}


def test_a_tool_that_only_fails_at_the_base_leaves_what_is_new_unknown(repo: Repo) -> None:
    # A copy outside the working tree has no .git.
    program(repo, "broken", f"{SHELL}test -d .git || {{ echo lost >&2; exit 70; }}\n{FINDS}")
    files = definition("broken", blocks="new") | {"a.txt": "BAD\nx\n"}
    changed(repo, files, "BAD\ny\n")
    gate = lint(repo)
    assert gate.outcome is Outcome.INCOMPLETE
    assert gate.reason == "base-not-checked"
    for words in ("broken ended with exit code 70", "lost", "because of the base"):
        assert words in gate.summary


def test_one_of_several_runs_that_fails_is_not_outvoted(repo: Repo) -> None:
    # Staged files come one at a time; the second is what the tool cannot stand.
    program(repo, "broken", f'{SHELL}grep -q BAD "$1" && {{ echo boom >&2; exit 70; }}\nexit 0\n')
    stdin = definition("broken", stdin='["-", "{file}"]')
    repo.commit(stdin | {"a.txt": "x\n", "b.txt": "x\n"})
    program(repo, "broken", f"{SHELL}grep -q BAD && {{ echo boom >&2; exit 70; }}\nexit 0\n")
    repo.write({"a.txt": "y\n", "b.txt": "BAD\n"})
    repo.git("add", ".")
    repo.write({"a.txt": "z\n", "b.txt": "z\n"})
    (gate,) = judged(repo, gates=("lint",), staged=True).gates
    assert gate.outcome is Outcome.INCOMPLETE
    assert "boom" in gate.summary


# Silence, or one plain line, is a whole answer of these when they end with 0.
MAY_BE_SILENT = {"regex", "mypy", "ruff_format"}
ANSWERS = {
    "nothing": "",
    "words": "Error: something went wrong",
    "a number": "42",
    "another object": json.dumps({"hello": [1, {"a": None}]}),
    "another list": json.dumps([{"a": 1}]),
    "a cut": '{"results": [{"filename": "a.txt", "message": "x',
    "a page of a proxy": "<html><body>502 Bad Gateway</body></html>",
}


@pytest.mark.parametrize("output", FORMATS)
def test_no_format_takes_a_strange_answer_for_a_good_one(output: str, repo: Repo) -> None:
    tool = f'{SHELL}cat "$(dirname "$0")/answer"; exit $(cat "$(dirname "$0")/code")\n'
    program(repo, "broken", tool)
    changed(repo, definition("broken", output=output) | {"bin/code": "0"})
    passed = []
    for code in ("0", "1"):
        for what, answer in ANSWERS.items():
            repo.write({"bin/answer": answer, "bin/code": code, "a.txt": f"{code} {what}\n"})
            gate = lint(repo)
            if gate.outcome is not Outcome.INCOMPLETE:
                passed.append((code, what))
            else:
                assert "broken" in gate.summary
                assert gate.hint
    # A regular expression passes over lines that it does not know, while the tool says "fine".
    allowed = {("0", what) for what in ANSWERS} if output == "regex" else set()
    allowed |= {("0", "nothing")} if output in MAY_BE_SILENT else set()
    assert set(passed) <= allowed
