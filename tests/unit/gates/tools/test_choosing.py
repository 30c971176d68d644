"""Which tools a gate runs, and the reason in words."""

from dataclasses import replace
from typing import Final

import pytest

from qgate.errors import UsageError
from qgate.gates.tools.choosing import choose
from qgate.model.tool import Tool
from qgate.system.trees import Tree
from tests.unit.gates.tools.project import make_project

TOOL: Final = Tool(name="demo", gate="lint", command=("demo",), files=("*",), output="regex")
OTHER: Final = Tool(name="other", gate="lint", command=("other",), files=("*",), output="regex")

FILES: Final[dict[str, str | bytes]] = {
    "pyproject.toml": "[tool.ruff]\nx = 1\n[tool.a-b]\n[project]\nname = 'x'\n",
    "bom.toml": b"\xef\xbb\xbf[tool.ruff]\n",
    "broken.toml": "[tool.ruff\n",
    "latin.toml": b"[tool.ruff]\nx = '\xff'\n",
    "setup.cfg": "[mypy]\n[flake8]\n",
    "modules.ini": "[mypy-x.*]\nx = 1\n",
    "twice.cfg": "[mypy]\na = 1\na = 2\n[mypy]\n",
    "broken.cfg": "mypy\n",
    "package.json": '{"eslintConfig": {"rules": {}}, "name": null}',
    "deep.json": "[" * 100_000,
    ".pre-commit-config.yaml": "repos: [{hooks: [{id: ruff-format}]}]\n",
    "requirements-dev.txt": "x\n",
    "docs/requirements.txt": "x\n",
    "empty": "",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    project = make_project(tmp_path_factory.mktemp("choosing") / "outer")
    project.repo.commit(FILES)
    (project.repo.path / "link.toml").symlink_to("pyproject.toml")
    return project.trees().head


CONDITIONS: Final = [
    ("pyproject.toml", "there is pyproject.toml"),
    ("/pyproject.toml", "there is pyproject.toml"),
    ("ruff.toml", ""),
    ("empty", "there is empty"),
    ("docs", ""),
    ("requirements.txt", ""),
    ("docs/requirements.txt", "there is docs/requirements.txt"),
    ("pyproject.toml[tool.ruff]", "pyproject.toml has [tool.ruff]"),
    ("pyproject.toml[tool]", "pyproject.toml has [tool]"),
    ("pyproject.toml[tool.ruff.format]", ""),
    ("pyproject.toml[tool.ruff.x.y]", ""),
    ("pyproject.toml[tool.a-b]", "pyproject.toml has [tool.a-b]"),
    ("pyproject.toml[ruff]", ""),
    ("ruff.toml[format]", ""),
    ("broken.toml[tool.ruff]", ""),
    ("setup.cfg[mypy]", "setup.cfg has [mypy]"),
    ("modules.ini[mypy]", "modules.ini has [mypy]"),
    ("setup.cfg[my]", ""),
    ("twice.cfg[mypy]", "twice.cfg has [mypy]"),
    ("broken.cfg[mypy]", ""),
    ("package.json[eslintConfig]", "package.json has [eslintConfig]"),
    ("package.json[name]", ""),
    ("package.json[eslintConfig.rules.x]", ""),
    ("deep.json[a]", ""),
    (".pre-commit-config.yaml(ruff-format)", ".pre-commit-config.yaml names ruff-format"),
    (".pre-commit-config.yaml(black)", ""),
    ("missing.yaml(black)", ""),
    ("requirements*.txt", "there is requirements-dev.txt"),
    ("**/requirements.txt", "there is docs/requirements.txt"),
    ("*.rules.yml", ""),
    ("*.toml[tool.a-b]", "pyproject.toml has [tool.a-b]"),
    ("*.json(eslint)", "package.json names eslint"),
    ("*.json(black)", ""),
]


@pytest.mark.parametrize(("condition", "reason"), CONDITIONS)
def test_a_condition_holds_for_a_reason(condition: str, reason: str, tree: Tree) -> None:
    tool = replace(TOOL, when=(condition,))
    (choice,) = choose((tool,), None, tree, key="k")
    assert choice.is_chosen is bool(reason)
    assert choice.reason == (reason or f"there is no {condition}")


@pytest.mark.parametrize("name", ["bom.toml", "latin.toml"])
def test_bytes_that_a_tool_may_not_mind_hide_no_section(name: str, tree: Tree) -> None:
    tool = replace(TOOL, when=(f"{name}[tool.ruff]",))
    (choice,) = choose((tool,), None, tree, key="k")
    assert choice.is_chosen


def test_the_first_condition_that_holds_is_the_reason(tree: Tree) -> None:
    tool = replace(TOOL, when=("ruff.toml", "setup.cfg", "empty"))
    (choice,) = choose((tool,), None, tree, key="k")
    assert choice.reason == "there is setup.cfg"


def test_a_tool_without_conditions_is_the_repositorys_own_and_runs(tree: Tree) -> None:
    (choice,) = choose((TOOL,), None, tree, key="k")
    assert choice.is_chosen


def test_the_named_tools_run_in_their_order_and_no_other(tree: Tree) -> None:
    third = Tool(name="third", gate="lint", command=("x",), files=("*",), output="regex")
    found = choose((TOOL, OTHER, third), ("third", "demo"), tree, key="gates.lint.tools")
    assert [(each.tool.name, each.is_chosen) for each in found] == [
        ("third", True),
        ("demo", True),
        ("other", False),
    ]
    assert found[0].reason == "gates.lint.tools names it"
    assert found[2].reason == "gates.lint.tools does not name it"


def test_a_named_tool_runs_whatever_its_conditions(tree: Tree) -> None:
    tool = replace(TOOL, when=("nowhere",))
    (choice,) = choose((tool,), ("demo",), tree, key="k")
    assert choice.is_chosen


def test_no_tool_at_all_can_be_named(tree: Tree) -> None:
    assert not any(each.is_chosen for each in choose((TOOL, OTHER), (), tree, key="k"))


def test_a_name_that_no_tool_has_is_refused_with_the_nearest(tree: Tree) -> None:
    with pytest.raises(UsageError) as refused:
        choose((TOOL, OTHER), ("dmo",), tree, key="gates.lint.tools")
    assert refused.value.message == (
        'gates.lint.tools: there is no tool "dmo"; did you mean "demo"?'
    )
    assert refused.value.hint == "tools of this gate: demo, other"


def test_a_link_is_there_but_has_no_sections(tree: Tree) -> None:
    there, section = (
        replace(TOOL, when=(condition,)) for condition in ("link.toml", "link.toml[tool.ruff]")
    )
    assert choose((there,), None, tree, key="k")[0].is_chosen
    assert not choose((section,), None, tree, key="k")[0].is_chosen
