"""What coverage.py's configuration leaves out, read from the base of the change."""

import pytest

from tests.support.check import counts, coverage_of, missing, of_rule
from tests.support.repo import Repo

FILES = {"src/pkg/a.py": "a = 1\n", "tools/b.py": "b = 1\n", "setup.py": "c = 1\n"}
CHANGED = {name: text.replace("1", "2") for name, text in FILES.items()}


def judged_files(
    repo: Repo, config: str, *, name: str = ".coveragerc", **flags: object
) -> list[str]:
    """The changed files that count, none of them measured but `other.py`."""
    repo.commit({**FILES, "other.py": "d = 1\n", name: config})
    repo.commit(CHANGED)
    repo.lcov({"other.py": {1: 1}})
    return [path for path, _ in missing(coverage_of(repo, base="HEAD~1", **flags))]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", ["setup.py", "src/pkg/a.py", "tools/b.py"]),
        ("[run]\nomit = tools/*\n", ["setup.py", "src/pkg/a.py"]),
        ("[run]\nomit =\n  ./tools/\n  setup.py\n", ["src/pkg/a.py"]),
        ("[report]\nomit = */tools/*\n", ["setup.py", "src/pkg/a.py"]),
        ("[run]\nomit = a.py\n", ["setup.py", "src/pkg/a.py", "tools/b.py"]),
        ("[run]\nsource = src\n", ["src/pkg/a.py"]),
        ("[run]\nsource = src/pkg,tools\n", ["src/pkg/a.py", "tools/b.py"]),
        ("[run]\nsource_pkgs = pkg\n", ["src/pkg/a.py"]),
        ("[run]\nsource = .\n", ["setup.py", "src/pkg/a.py", "tools/b.py"]),
        ("[run]\nsource = setup\n", ["setup.py"]),
        ("[run]\ninclude = src/*\n", ["src/pkg/a.py"]),
        ("[report]\ninclude = */pkg/*\n", ["src/pkg/a.py"]),
    ],
)
def test_what_the_configuration_measures_is_judged(
    repo: Repo, config: str, expected: list[str]
) -> None:
    assert judged_files(repo, config) == expected


@pytest.mark.parametrize("names", ["jinja2", "jinja2, tests", "src/other", "pkg.other, tools"])
def test_a_source_with_a_name_that_nobody_has_leaves_nothing_out(repo: Repo, names: str) -> None:
    repo.commit({"tests/test_a.py": "e = 1\n"})
    everything = ["setup.py", "src/pkg/a.py", "tools/b.py"]
    assert judged_files(repo, f"[run]\nsource = {names}\n") == everything
    (doubt,) = of_rule(coverage_of(repo, base="HEAD~1"), "coverage/dead-source")
    assert "jinja2" in doubt.message or "other" in doubt.message
    assert "tools" not in doubt.message
    assert (doubt.path, doubt.blocking) == (".coveragerc", False)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("setup.cfg", "[coverage:run]\nomit = tools/*\n"),
        ("tox.ini", "[coverage:run]\nomit = tools/*\n"),
        ("pyproject.toml", '[tool.coverage.run]\nomit = ["tools/*"]\n'),
        (".coveragerc.toml", '[run]\nomit = ["tools/*"]\n'),
    ],
)
def test_the_configuration_is_found_where_coverage_py_finds_it(
    repo: Repo, name: str, config: str
) -> None:
    assert "tools/b.py" not in judged_files(repo, config, name=name)


def test_the_rule_that_leaves_a_file_out_is_named(repo: Repo) -> None:
    judged_files(repo, "[run]\nomit = tools/*\n")
    gate = coverage_of(repo, base="HEAD~1")
    assert [(each.path, each.rule) for each in gate.left_out] == [
        ("tools/b.py", "coverage.py's omit: tools/* (.coveragerc)")
    ]


def test_a_change_cannot_leave_itself_out(repo: Repo) -> None:
    repo.commit({**FILES, "other.py": "d = 1\n"})
    repo.commit({**CHANGED, ".coveragerc": "[run]\nomit = *\n"})
    repo.lcov({"other.py": {1: 1}})
    assert len(missing(coverage_of(repo, base="HEAD~1"))) == len(FILES)


CHOSEN = {"QGATE_GATES__COVERAGE__CONFIG": "tools/cov.ini"}


def test_patterns_of_a_chosen_file_are_relative_to_its_folder(repo: Repo) -> None:
    files = judged_files(repo, "[run]\nomit = b.py\n", name="tools/cov.ini", environ=CHOSEN)
    assert files == ["setup.py", "src/pkg/a.py"]


def test_what_a_chosen_file_includes_may_also_be_meant_from_the_root(repo: Repo) -> None:
    config = "[run]\ninclude = b.py,src/*\n"
    files = judged_files(repo, config, name="tools/cov.ini", environ=CHOSEN)
    assert files == ["src/pkg/a.py", "tools/b.py"]


def test_a_chosen_file_that_the_base_lacks_is_incomplete(repo: Repo) -> None:
    repo.commit(FILES)
    repo.commit({**CHANGED, "tools/cov.ini": ""})
    repo.lcov({name: {1: 1} for name in FILES})
    gate = coverage_of(repo, base="HEAD~1", environ=CHOSEN)
    assert gate.reason == "no-coverage-config"


@pytest.mark.parametrize(
    "config",
    ["[run\n", "[report]\nexclude_also = (\n", "[run]\nomit = a**b\n", "[report]\nprecision = x\n"],
)
def test_a_configuration_that_cannot_be_read_is_incomplete(repo: Repo, config: str) -> None:
    repo.commit({**FILES, ".coveragerc": config})
    repo.commit(CHANGED)
    repo.lcov({name: {1: 1} for name in FILES})
    gate = coverage_of(repo, base="HEAD~1")
    assert gate.reason == "no-coverage-config"
    assert ".coveragerc at the base" in gate.summary


def test_plugins_named_in_the_configuration_are_not_loaded(repo: Repo) -> None:
    plugin = "raise SystemExit('loaded')\n"
    repo.commit({**FILES, "evil.py": plugin, ".coveragerc": "[run]\nplugins = evil\n"})
    repo.commit(CHANGED)
    repo.lcov({name: {1: 1} for name in FILES})
    assert coverage_of(repo, base="HEAD~1").reason == "covered"


BLOCK = "one = f(1)\ntwo = f(2)\nthree = f(3)\n"


@pytest.mark.parametrize(("moved", "expected"), [("count", (0, 3, 3)), ("ignore", (0, 0, 3))])
def test_moved_statements_count_or_not(
    repo: Repo, moved: str, expected: tuple[int, int, int]
) -> None:
    settings = f"gates: {{coverage: {{moved: {moved}}}}}\n"
    repo.commit({"a.py": f"f = int\n{BLOCK}", "b.py": "f = int\n", ".qgate.yml": settings})
    repo.commit({"a.py": "f = int\n", "b.py": f"f = int\n{BLOCK}"})
    repo.lcov({"a.py": {1: 1}, "b.py": {1: 1, 2: 0, 3: 0, 4: 0}})
    gate = coverage_of(repo, base="HEAD~1")
    assert counts(gate, "covered", "coverable", "moved") == expected
    assert all("(moved)" in each.message for each in of_rule(gate, "coverage/uncovered"))
