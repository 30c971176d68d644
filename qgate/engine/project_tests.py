"""Which commands run a project's tests with coverage, by the files at its root.

A proposal for people to change. Every command is made of words that stand here: nothing that a
file says gets into one.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_REQUIREMENTS: Final = (
    *("requirements.txt", "requirements-dev.txt", "requirements-test.txt", "dev-requirements.txt"),
    *("requirements/dev.txt", "requirements/test.txt"),
)
_EXTRAS: Final = ("test", "tests", "testing", "dev")
_UV_LOCK: Final = "uv.lock"
_PYTHON: Final = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini")
_LOCKED: Final = (
    ("pnpm-lock.yaml", ("corepack enable", "pnpm install --frozen-lockfile")),
    ("yarn.lock", ("corepack enable", "yarn install --frozen-lockfile")),
    ("package-lock.json", ("npm ci",)),
)
# By a package that is depended on; see docs/how-to/other-languages.md for what each leaves.
_RUNNERS: Final = (
    ("vitest", "npx vitest run --coverage --coverage.reporter=lcov"),
    ("jest", "npx jest --coverage"),
    ("c8", "npx c8 --reporter=lcov npm test"),
    ("nyc", "npx nyc --reporter=lcov npm test"),
)
# By a file: what installs, what runs.
_OTHERS: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("go.mod", (), "go test -coverprofile=cover.out ./..."),
    ("pom.xml", (), "mvn --batch-mode verify"),
    ("gradlew", (), "./gradlew test jacocoTestReport"),
    (
        "Cargo.toml",
        ("cargo install cargo-llvm-cov --locked",),
        "cargo llvm-cov --lcov --output-path lcov.info",
    ),
    ("composer.json", ("composer install",), "vendor/bin/phpunit --coverage-clover clover.xml"),
)
# What is read; of the others only the name counts.
READ: Final = ("package.json", *_PYTHON, *_REQUIREMENTS)
NAMES: Final = (
    *READ,
    "conftest.py",
    _UV_LOCK,
    *(name for name, _ in _LOCKED),
    *(name for name, *_ in _OTHERS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What installs a project's dependencies, and what runs its tests."""

    install: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


def commands(files: Mapping[str, str]) -> Commands:
    """The commands for a project: `files` is text by name, of those of `NAMES` that it has."""
    found = [*_python(files), *_node(files)]
    found += [Commands(install=how, run=(run,)) for name, how, run in _OTHERS if name in files]
    return Commands(
        install=tuple(line for each in found for line in each.install),
        run=tuple(line for each in found for line in each.run),
    )


def _python(files: Mapping[str, str]) -> Iterator[Commands]:
    if not any(name in files for name in (*_PYTHON, *_REQUIREMENTS, "conftest.py")):
        return
    project = _toml(files.get("pyproject.toml", ""))
    has_pytest = bool({"pytest.ini", "conftest.py"} & files.keys()) or any(
        "pytest" in files.get(name, "") for name in (*_PYTHON, *_REQUIREMENTS)
    )
    runner = "pytest" if has_pytest else "unittest discover"
    if _UV_LOCK in files:
        # What the lock has not is laid over the environment, and what it has is taken from there.
        run = f"uv run --no-sync --with coverage coverage run -m {runner}"
        yield Commands(install=_synced(project), run=(run,))
        return
    yield Commands(
        install=(
            *(f"python -m pip install --requirement {e}" for e in _REQUIREMENTS if e in files),
            *_package(project, files),
            f"python -m pip install coverage{' pytest' * has_pytest}",
        ),
        run=(f"python -m coverage run -m {runner}",),
    )


def _synced(project: Mapping[str, Any]) -> tuple[str, ...]:
    extra = _first(project.get("project"), "optional-dependencies")
    what = f"--all-groups --extra {extra}" if extra else "--all-groups"
    return "python -m pip install uv", f"uv sync --locked {what}"


def _package(project: Mapping[str, Any], files: Mapping[str, str]) -> Iterator[str]:
    if {"project", "build-system"} & project.keys() or "setup.py" in files:
        extra = _first(project.get("project"), "optional-dependencies")
        # An installed copy is no file of the repository, and what it covers would count for none.
        what = f"'.[{extra}]'" if extra else "."
        yield f"python -m pip install --editable {what}"
    if group := _first(project, "dependency-groups"):
        # Groups are new in pip 25.1, and not every Python brings one so new.
        yield "python -m pip install --upgrade pip"
        yield f"python -m pip install --group {group}"


def _first(table: object, key: str) -> str:
    """The first of the usual names that a table below `key` has, empty for none."""
    below = table.get(key) if isinstance(table, Mapping) else None
    return next((name for name in _EXTRAS if isinstance(below, Mapping) and name in below), "")


def _node(files: Mapping[str, str]) -> Iterator[Commands]:
    if "package.json" not in files:
        return
    package = _json(files["package.json"])
    known = {name for key in ("dependencies", "devDependencies") for name in _names(package, key)}
    run = next((command for name, command in _RUNNERS if name in known), "")
    if not run and "coverage" in _names(package, "scripts"):
        run = "npm run coverage"
    yield Commands(
        install=next((how for name, how in _LOCKED if name in files), ("npm install",)),
        run=(run or "npm test",),
    )


def _names(table: Mapping[str, Any], key: str) -> frozenset[str]:
    below = table.get(key)
    return frozenset(below) if isinstance(below, Mapping) else frozenset()


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
