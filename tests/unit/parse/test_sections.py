"""Sections of configuration files."""

from typing import Any

import pytest

from qgate.parse.sections import section


@pytest.mark.parametrize(
    ("name", "text", "path", "found"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 90\n", "tool.ruff", {"line-length": 90}),
        ("pyproject.toml", "\ufeff[tool.ruff]\na = 1\n", "tool.ruff", {"a": 1}),
        ("pyproject.toml", "[tool.ruff.lint]\n", "tool.ruff", {"lint": {}}),
        ("pyproject.toml", "[tool]\nruff = 1\n", "tool.ruff.lint", None),
        ("pyproject.toml", "[tool.black]\n", "tool.ruff", None),
        ("pyproject.toml", "[tool.ruff\n", "tool.ruff", None),
        ("package.json", '{"eslintConfig": {"root": true}}', "eslintConfig", {"root": True}),
        ("package.json", "[1]", "eslintConfig", None),
        ("package.json", "{", "eslintConfig", None),
        ("package.json", "[" * 100_000, "eslintConfig", None),
        ("setup.cfg", "[mypy]\nstrict = 1\n", "mypy", {"mypy": {"strict": "1"}}),
        ("setup.cfg", "[mypy-a.*]\nx = 1\n", "mypy", {"mypy-a.*": {"x": "1"}}),
        ("setup.cfg", "[mypyc]\n", "mypy", None),
        ("tox.ini", "[mypy]\n[mypy]\nx = 1\n", "mypy", {"mypy": {"x": "1"}}),
        ("tox.ini", "x = 1\n", "mypy", None),
    ],
)
def test_a_section_is_found_or_not(name: str, text: str, path: str, found: Any) -> None:
    assert section(name, text.encode(), path) == found


def test_bytes_that_are_no_text_are_no_section() -> None:
    assert section("pyproject.toml", b"\xff\xfe[tool.ruff]", "tool.ruff") is None
