"""Defects that were reproduced in other tools; each passed a change that it should fail.

Every docstring names the tool and version it was seen in. All ended with exit code 0.
"""

import re
from pathlib import Path

import pytest

from qgate.model.report import Outcome
from tests.support.check import counts, coverage_of, missing, of_rule
from tests.support.repo import Repo
from tests.support.reports import lcov_missing

TEN = "".join(f"v{n} = {n}\n" for n in range(10))


def test_committed_staged_and_unstaged_edits_are_one_change(repo: Repo) -> None:
    """diff-cover 11.0.1: a union of three diffs mixes three line numberings."""
    repo.commit({"m.py": TEN})
    repo.git("switch", "--quiet", "--create", "topic")
    committed = TEN.replace("v9 = 9", "v9 = 99")
    repo.commit({"m.py": committed})
    staged = "s1 = 1\ns2 = 2\ns3 = 3\n" + committed
    repo.write({"m.py": staged})
    repo.git("add", "m.py")
    repo.write({"m.py": "u1 = 1\n" + staged})
    # v9 was committed as line 10 and is now 14; lines 10 to 13 were never touched.
    lcov_missing(repo, {"m.py": {10, 11, 12, 13, 14}})
    gate = coverage_of(repo, base="main")
    assert missing(gate) == [("m.py", 14)]
    assert counts(gate, "coverable", "covered") == (5, 4)


def test_a_staged_edit_undone_in_the_working_tree_is_no_change(repo: Repo) -> None:
    """diff-cover 11.0.1: a union judges lines that are not there any more."""
    repo.commit({"m.py": TEN})
    repo.write({"m.py": TEN.replace("v3 = 3", "v3 = 33")})
    repo.git("add", "m.py")
    repo.write({"m.py": TEN})
    lcov_missing(repo, {"m.py": {4}})
    gate = coverage_of(repo, base="HEAD")
    assert [left.path for left in gate.left_out] == []
    assert gate.reason == "no-coverable-lines"


@pytest.mark.parametrize("old_end", ["", "\n"])
@pytest.mark.parametrize("new_end", ["", "\n"])
def test_the_note_on_a_missing_newline_is_no_line(repo: Repo, old_end: str, new_end: str) -> None:
    """diff-cover 11.0.1 counts the note as a line, shifts by one and loses the miss."""
    repo.commit({"m.py": f"a = 1\nb = 2{old_end}"})
    repo.write({"m.py": f"a = 1\nb = 3\nc = 4\nd = 5{new_end}"})
    lcov_missing(repo, {"m.py": {4}})
    assert missing(coverage_of(repo, base="HEAD")) == [("m.py", 4)]


HEADERS = """\
++ b/evil.py
-- a/x.py
++ /dev/null
-- /dev/null
diff --git a/x.py b/y.py
@@ -1 +1 @@
@@ -1,9 +1,9 @@
index 0000000..1111111 100644
\\ No newline at end of file
rename to z.py
:100644 100644 0000000 1111111 M
Binary files a/x and b/x differ
"""


def text(content: str) -> str:
    """A module whose one string holds the content."""
    return f'TEXT = r"""\n{content}"""\n'


@pytest.mark.parametrize("direction", ["added", "removed", "replaced"])
@pytest.mark.parametrize("line", HEADERS.splitlines(keepends=True))
def test_a_content_line_that_looks_like_a_header_is_content(
    repo: Repo, line: str, direction: str
) -> None:
    """diff-cover 11.0.1 and python-coverage-comment-action 3.x begin another file there."""
    plain, hostile = text("one\ntwo\n"), text(f"one\n{line}two\n")
    old, new = {
        "added": (plain, hostile),
        "removed": (hostile, plain),
        "replaced": (text(f"one\n{line}{line}two\n"), text(f"{line}one\n{line}two\n")),
    }[direction]
    repo.commit({"a.py": f"{old}b = 1\n", "ä.py": "b = 1\n"})
    repo.write({"a.py": f"{new}b = 2\n", "ä.py": "b = 2\n", "neu ü.py": "b = 1\n"})
    last = new.count("\n") + 1
    lcov_missing(repo, {"a.py": {last}, "ä.py": {1}, "neu ü.py": {1}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("a.py", last), ("neu ü.py", 1), ("ä.py", 1)]
    # A statement that only loses a line has no changed line.
    assert counts(gate, "coverable") == (3 if direction == "removed" else 4,)


@pytest.mark.parametrize(
    "attributes",
    [
        "*.py -diff",
        "*.py binary",
        "* binary",
        "*.py diff=hide",
        "*.py -text -diff linguist-generated export-ignore",
        "[attr]gone -diff -merge -text\n*.py gone",
    ],
)
@pytest.mark.parametrize("place", [".gitattributes", "pkg/.gitattributes", ".git/info/attributes"])
@pytest.mark.parametrize("committed", [True, False], ids=["committed", "worktree"])
def test_attributes_cannot_empty_the_diff(
    repo: Repo, attributes: str, place: str, *, committed: bool
) -> None:
    """diff-cover 11.0.1: a pull request that adds `*.py -diff` has an empty diff."""
    repo.git("config", "diff.hide.textconv", "true")
    repo.git("config", "diff.hide.command", "true")
    repo.git("config", "diff.hide.binary", "true")
    repo.commit({"pkg/m.py": "a = 1\nb = 2\n"})
    repo.write({place: f"{attributes}\n", "pkg/m.py": "a = 1\nb = 3\n"})
    if committed:
        repo.commit()
    lcov_missing(repo, {"pkg/m.py": {2}})
    base = "HEAD~1" if committed else "HEAD"
    gate = coverage_of(repo, base=base, committed=committed)
    assert missing(gate) == [("pkg/m.py", 2)]
    assert counts(gate, "coverable") == (1,)


CALL = """\
def f(*parts):
    return parts


def g():
    return f(
        1,
        {},
    )
"""


def test_a_changed_argument_belongs_to_its_call(repo: Repo) -> None:
    """diff-cover 11.0.1 drops lines that no report lists: 120 of 180 touched in a sample."""
    repo.commit({"m.py": CALL.format(2)})
    repo.write({"m.py": CALL.format(3)})
    lcov_missing(repo, {"m.py": {6}})
    gate = coverage_of(repo, base="HEAD")
    assert missing(gate) == [("m.py", 6)]
    assert of_rule(gate, "coverage/uncovered")[0].end_line == 9


@pytest.mark.parametrize("called", [True, False], ids=["covered", "uncovered"])
def test_a_changed_argument_belongs_to_its_call_in_native_data(repo: Repo, *, called: bool) -> None:
    """diff-cover 11.0.1, as above, with a real run."""
    repo.commit({"m.py": CALL.format(2)})
    repo.write({"m.py": CALL.format(3) + ("g()\n" if called else "")})
    assert repo.measure("m.py").code == 0
    assert missing(coverage_of(repo, base="HEAD")) == ([] if called else [("m.py", 6)])


def test_a_changed_file_that_no_report_knows_counts_as_missing(repo: Repo) -> None:
    """diff-cover 11.0.1 leaves it out and passes."""
    repo.commit({"known.py": "a = 1\n"})
    repo.write({"known.py": "a = 2\n", "unknown.py": "def f():\n    return (\n        1\n    )\n"})
    lcov_missing(repo, {"known.py": set()})
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.FAILED, "below-threshold")
    assert missing(gate) == [("unknown.py", 1), ("unknown.py", 2)]
    assert [finding.path for finding in of_rule(gate, "coverage/unmeasured")] == ["unknown.py"]
    assert counts(gate, "unmeasured", "coverable") == (2, 3)


def test_a_report_measured_before_the_change_is_incomplete(repo: Repo) -> None:
    """diff-cover 11.0.1 reads the old line numbers against the new lines and says 100 %."""
    repo.commit({"m.py": "a = 1\nb = 2\n"})
    lcov_missing(repo, {"m.py": set()})
    repo.write({"m.py": "a = 1\n\n\nb = 2\nc = 3\n"})
    gate = coverage_of(repo, base="HEAD", environ={"CI": "true"})
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "stale-report")


def test_a_report_older_than_the_source_is_incomplete_outside_ci(repo: Repo) -> None:
    """diff-cover 11.0.1: the statements agree, only the file's time tells."""
    repo.commit({"m.py": "a = 1\nb = 2\n"})
    lcov_missing(repo, {"m.py": set()})
    repo.write({"m.py": "a = 1\nb = 3\n"})
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "stale-report")


def test_the_command_ends_with_3_on_a_stale_report(repo: Repo) -> None:
    """diff-cover 11.0.1 ends with 0."""
    repo.commit({"m.py": "a = 1\nb = 2\n"})
    lcov_missing(repo, {"m.py": set()})
    repo.write({"m.py": "a = 1\nb = 3\nc = 4\n"})
    done = repo.call("check", "--base", "HEAD")
    assert done.code == 3
    assert "stale-report" in done.out


def two_roots(repo: Repo) -> None:
    """Measure two files of one relative name below two roots, for real, as Cobertura."""
    repo.commit(
        {
            "one/m.py": "a = 1\n",
            "two/m.py": "a = 1\nb = 2\nc = 3\n",
            ".coveragerc": "[run]\nsource = one, two\n",
        }
    )
    repo.write({"one/m.py": "a = 2\n", "two/m.py": "a = 1\nb = 3\nif a > 2:\n    c = 3\n"})
    program = "import runpy; [runpy.run_path(f'{d}/m.py') for d in ('one', 'two')]"
    (repo.path.parent / "both.py").write_text(program)
    assert repo.measure("../both.py").code == 0
    done = repo.coverage("xml")
    assert done.code == 0, done.out


def test_two_roots_with_a_file_of_one_name_are_refused(repo: Repo) -> None:
    """coverage.py 7.17's Cobertura drops one of the two; diff-cover 11.0.1 passes the other."""
    two_roots(repo)
    written = (repo.path / "coverage.xml").read_text()
    assert len(re.findall("<source>", written)) == 2
    assert len(re.findall('<class [^>]*filename="m.py"', written)) == 1
    gate = coverage_of(repo, base="HEAD", reports=("coverage.xml",))
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "ambiguous-path")
    assert "one/m.py or two/m.py" in gate.summary


def test_the_native_data_of_two_such_roots_is_judged(repo: Repo) -> None:
    """The way out of the case above."""
    two_roots(repo)
    gate = coverage_of(repo, base="HEAD", reports=(".coverage",))
    assert missing(gate) == [("two/m.py", 4)]
    assert counts(gate, "coverable") == (4,)


def cobertura(
    repo: Repo, roots: tuple[Path | str, ...], classes: dict[str, dict[int, int]]
) -> None:
    """Write `coverage.xml` with these roots and, by file name, hits by line."""
    lines = {
        name: "".join(f'<line number="{line}" hits="{count}"/>' for line, count in hits.items())
        for name, hits in classes.items()
    }
    sources = "".join(f"<source>{root}</source>" for root in roots)
    written = "".join(
        f'<class name="m" filename="{name}" line-rate="1"><lines>{text}</lines></class>'
        for name, text in lines.items()
    )
    repo.write(
        {
            "coverage.xml": f'<coverage line-rate="1"><sources>{sources}</sources><packages>'
            f'<package name="."><classes>{written}</classes></package></packages></coverage>'
        }
    )


def test_two_classes_of_one_path_with_other_lines_are_refused(repo: Repo) -> None:
    """coverage.py 7.17's Cobertura, combined by a tool that keeps both classes."""
    repo.commit({"one/a.js": "one();\ntwo();\nthree();\n"})
    repo.write({"one/a.js": "one();\nzwei();\nthree();\n"})
    hits = {"a.js": {1: 1, 2: 1}, str(repo.path / "one/a.js"): {1: 1, 2: 0, 3: 1}}
    cobertura(repo, (repo.path / "one",), hits)
    gate = coverage_of(repo, base="HEAD")
    assert (gate.outcome, gate.reason) == (Outcome.INCOMPLETE, "conflicting-reports")


def test_two_roots_of_which_one_has_the_file_are_no_riddle(repo: Repo) -> None:
    repo.commit({"one/m.py": "a = 1\n", "two/n.py": "a = 1\n"})
    repo.write({"one/m.py": "a = 2\n", "two/n.py": "a = 2\n"})
    cobertura(repo, (repo.path / "one", repo.path / "two"), {"m.py": {1: 1}, "n.py": {1: 0}})
    assert missing(coverage_of(repo, base="HEAD")) == [("two/n.py", 1)]
