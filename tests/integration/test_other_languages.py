"""Files that are not Python: the lines that a report knows are the statements."""

from tests.support.check import counts, coverage_of, missing
from tests.support.repo import Repo

GO = """\
package m

func Sign(x int) int {
\tif x < 0 {
\t\t// below

\t\treturn -1
\t}
\treturn 1
}
"""
PROFILE = """\
mode: set
example.com/m/sign.go:3.22,4.11 1 1
example.com/m/sign.go:4.11,8.3 1 0
example.com/m/sign.go:9.2,9.10 1 1
"""


def test_blank_lines_comments_and_brackets_inside_go_blocks_do_not_count(repo: Repo) -> None:
    repo.commit({"go.mod": "module example.com/m\n"})
    repo.commit({"m/sign.go": GO})
    repo.write({"cover.out": PROFILE})
    gate = coverage_of(repo, base="HEAD~1")
    assert missing(gate) == [("m/sign.go", 7)]
    assert counts(gate, "covered", "coverable") == (3, 4)


def test_a_new_file_that_no_report_knows_counts_by_its_lines_of_code(repo: Repo) -> None:
    repo.commit({"a.js": "let a = 1;\n"})
    repo.commit({"a.js": "let a = 2;\n", "b.js": "// note\n\nlet b = 1;\nf(b);\n"})
    repo.lcov({"a.js": {1: 1}})
    gate = coverage_of(repo, base="HEAD~1")
    assert missing(gate) == [("b.js", 3), ("b.js", 4)]
    assert counts(gate, "covered", "coverable", "unmeasured") == (1, 3, 2)


def test_the_suffixes_beside_python_modules_are_not_demanded(repo: Repo) -> None:
    """Jinja's tests run a template with the suffix `.txt`; requirements are no source code."""
    repo.commit({"m.py": "a = 1\n", "t.txt": "x\n", "requirements.txt": "a\n"})
    repo.commit({"m.py": "a = 2\n", "requirements.txt": "b\n"})
    repo.lcov({"m.py": {1: 1}, "t.txt": {1: 1}})
    gate = coverage_of(repo, base="HEAD~1")
    assert counts(gate, "covered", "coverable") == (1, 1)
    assert [each.path for each in gate.left_out] == ["requirements.txt"]


SCRIPT = "#!/usr/bin/env python3\nimport sys\n\nif len(sys.argv) > 1:\n    print(1)\n    print(2)\n"


def test_a_program_without_a_suffix_is_parsed_like_a_module(repo: Repo) -> None:
    """From coverage.py's data, which knows only what ran, it once passed with that alone."""
    repo.commit({"m.py": "a = 1\n"})
    repo.commit({"tool": SCRIPT})
    repo.measure("--source=.", "tool")
    gate = coverage_of(repo, base="HEAD~1")
    assert missing(gate) == [("tool", 5), ("tool", 6)]
    assert counts(gate, "covered", "coverable") == (2, 4)


def test_other_exclusions_are_worked_out_in_the_source_s_own_encoding(repo: Repo) -> None:
    """The letter's two bytes in UTF-8 are no text in the encoding that the source declares."""
    source = "# coding: cp1252\ndef debug():\n    return '\u00c1'\n\n\nx = 1\n".encode("cp1252")
    repo.commit({"a.py": "x = 0\n"})
    repo.commit({"a.py": source, ".coveragerc": "[report]\nexclude_also = debug\n"})
    repo.lcov({"a.py": {6: 1}})
    gate = coverage_of(repo, base="HEAD~1")
    assert missing(gate) == [("a.py", 2), ("a.py", 3)]


def test_exclusions_that_only_the_change_brings_count_as_missing_in_every_format(
    repo: Repo,
) -> None:
    source = "def f():\n    return 1\n\n\ndef debug():\n    return 2\n\n\nf()\n"
    repo.commit({"m.py": "f = int\nf()\n", ".gitignore": "*.xml\n*.lcov\n*.json\n.coverage\n"})
    exclusion = "[report]\nexclude_also = def debug\n"
    repo.commit({"m.py": source, ".coveragerc": exclusion})
    repo.measure("m.py")
    for kind, name in (("xml", "c.xml"), ("lcov", "c.lcov"), ("json", "c.json")):
        repo.coverage(kind, "-o", name, "-q")
    for report in (".coverage", "c.xml", "c.lcov", "c.json"):
        gate = coverage_of(repo, base="HEAD~1", reports=(report,))
        assert missing(gate)[-1] == ("m.py", 6), report
        assert gate.metrics["excluded_changed"] == 0
