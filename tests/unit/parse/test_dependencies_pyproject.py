"""pyproject.toml: what a project asks for, in the tables of the standards, of uv and of Poetry."""

import pytest

from qgate.errors import MalformedDependencies
from qgate.parse.dependencies import Dependencies, Range, read
from qgate.parse.dependencies.poetry_range import in_pips_words

STANDARD = """\
[project]
name = "Root.Thing"
dependencies = [
    "Jinja2>=2.10",  # "not>=1"
    'requests[socks] >= 2, < 3; os_name == "posix"',
]
[project.optional-dependencies]
fast = ["uvloop==0.19.0", "orjson"]
all = ["root-thing[fast]"]

[dependency-groups]
dev = ["pytest", { include-group = "docs" }]
docs = ["sphinx"]
"""


def project(text: str) -> Dependencies:
    return read("pyproject.toml", text)


def test_every_standard_table_is_read_as_ranges_with_their_lines() -> None:
    assert project(STANDARD) == Dependencies(
        ranges=(
            Range("jinja2>=2.10", 4),
            Range('requests[socks]>=2,<3; os_name == "posix"', 5),
            Range("uvloop==0.19.0", 8),
            Range("orjson", 8),
            Range("pytest", 12),
            Range("sphinx", 13),
        )
    )


@pytest.mark.parametrize("key", ["dependencies", "optional-dependencies"])
def test_dependencies_that_only_a_build_can_tell_are_not_judged(key: str) -> None:
    found = project(f'[project]\nname = "x"\ndynamic = ["version", "{key}"]\n')
    assert [each.name for each in found.unresolvable] == [key]


def test_dependencies_by_url_or_from_uvs_other_sources_are_not_judged() -> None:
    found = project(
        """\
        [project]
        dependencies = ["a @ https://example.test/a.zip", "b", "c_c>=1", "d", "e"]
        [tool.uv]
        dev-dependencies = ["f"]
        [tool.uv.sources]
        b = { git = "https://example.test/b" }
        C-c = [{ workspace = true, marker = "os_name == 'nt'" }, { index = "ours" }]
        e = { index = "ours" }
        """
    )
    assert [each.name for each in found.unresolvable] == ["a", "b", "c-c"]
    assert [each.text for each in found.ranges] == ["d", "e", "f"]


def test_poetrys_tables_become_pips_words() -> None:
    found = project(
        """\
[tool.poetry.dependencies]
python = "^3.11"
Jinja2 = "^2.10"
requests = { version = "~2.3", extras = ["socks"], markers = "os_name == 'nt'" }
leaf = { path = "../leaf" }
other = [{ version = "<2", python = "<3.12" }, { version = ">=2" }]
odd = "1 || 2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.dev-dependencies]
mypy = "1.15"
"""
    )
    assert found.ranges == (
        Range("jinja2>=2.10,<3", 3),
        Range("requests[socks]>=2.3,<2.4; os_name == 'nt'", 4),
        Range("other<2", 6),
        Range("other>=2", 6),
        Range("pytest", 9),
        Range("mypy==1.15", 11),
    )
    assert [each.name for each in found.unresolvable] == ["leaf", "odd"]


@pytest.mark.parametrize(
    ("constraint", "specifiers"),
    [
        ("*", ""), ("1.2.3", "==1.2.3"), ("=1.2", "==1.2"), ("1.2.*", "==1.2.*"),
        ("^1.2.3", ">=1.2.3,<2"), ("^0.2.3", ">=0.2.3,<0.3"), ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"), ("^0", ">=0,<1"), ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"), (">=1,<2", ">=1,<2"), (">= 1 < 2", ">=1,<2"), ("!=1.5", "!=1.5"),
        ("^1.2rc1", ">=1.2rc1,<2"), ("~=1.4", "~=1.4"),
        ("1 || 2", None), ("", None), ("^1.*", None), ("latest", None), ("^", None), ("1 |", None),
        ("1," * 1000, None),
    ],
)  # fmt: skip
def test_poetrys_constraints_are_said_in_pips_words(
    constraint: str, specifiers: str | None
) -> None:
    assert in_pips_words(constraint) == specifiers


def test_a_project_without_dependencies_has_none() -> None:
    assert project('[project]\nname = "x"\n') == Dependencies()
    assert project("") == Dependencies()


@pytest.mark.parametrize(
    "text",
    [
        'dependencies = "a"',
        "dependencies = {}",
        "dependencies = [1]",
        'dependencies = ["!!!"]',
        'dependencies = ["a b"]',
        'dependencies = [["a"]]',
        "optional-dependencies = []",
        "optional-dependencies = {x = {}}",
        "dynamic = {}",
        'dependencies = ["a"',
        "[dependency-groups]\nx = [{include = 'a'}]",
        "[dependency-groups]\nx = {}",
        "[tool.uv]\nsources = {a = 'x'}",
        "[tool.poetry.dependencies]\na = {}",
        "[tool.poetry.dependencies]\na = 1",
        "[tool.poetry.dependencies]\n'!' = '1'",
        "[tool.poetry]\ndependencies = []",
    ],
)
def test_another_shape_is_refused(text: str) -> None:
    with pytest.raises(MalformedDependencies, match=r"pyproject\.toml"):
        project(f"[project]\n{text}\n")
