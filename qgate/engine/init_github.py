"""What `qgate init github` writes: the workflows, and the template of pull requests.

Text that comes from a repository (the name of its branch, what its tests need) gets into YAML as
a quoted scalar or not at all.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from qgate.documents.checklist import pull_request
from qgate.documents.rendering import quoted
from qgate.engine import checklists, project_tests
from qgate.engine.action_reference import ActionReference
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.system import files, resources
from qgate.system.git import Repository

_WORKFLOWS: Final = ".github/workflows"
# Where GitHub looks for it, letters of any case.
_TEMPLATE: Final = "pull_request_template.md"
_TEMPLATE_FOLDERS: Final = (".github", ".", "docs")
_MOST_BYTES: Final = 1 << 20
# What stands in the shipped files for what is put in.
_ACTION: Final = "OWNER/REPO@0000000000000000000000000000000000000000 # VERSION"
_BRANCH: Final = '"DEFAULT-BRANCH"'
_CRON: Final = '"1 1 * * *"'
_TESTS: Final = "      # TESTS\n"
_OWN_PART: Final = re.compile(
    r"^ *# begin: the project's tests.*?^ *# end: the project's tests$", re.MULTILINE | re.DOTALL
)
_PYTHON: Final = """\
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
"""


class State(StrEnum):
    """What there is of a file."""

    NEW = "new"
    SAME = "unchanged"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A file by its path from the root: what it should hold, and what it holds, None without it."""

    name: str
    text: str
    before: str | None

    @property
    def state(self) -> State:
        """What there is of it; line ends make no difference."""
        if self.before is None:
            return State.NEW
        is_same = self.before.replace("\r\n", "\n") == self.text
        return State.SAME if is_same else State.DIFFERENT


def plan(request: Request, action: ActionReference, *, branch: str = "") -> tuple[Planned, ...]:
    """Every file for a repository. `branch` is its default branch, which is looked for if empty.

    Raises `UsageError` where a file would go through a link or is no file, and `SettingsError`.
    """
    repo = Repository(request.folder, request.environ)
    settings = load_settings(repo, request).settings
    tests = _tests(repo.root, is_run_by_qgate=settings.gates.coverage.command is not None)
    put_in = {
        _ACTION: str(action),
        _BRANCH: quoted(_pattern(branch or default_branch(repo))),
        _CRON: quoted(_cron(repo.remote_name() or repo.root.name)),
        _TESTS: tests,
    }
    planned = []
    # In one go: what was put in is never looked at again.
    places = re.compile("|".join(map(re.escape, put_in)))
    for shipped in sorted((resources.folder("templates") / "github").glob("*.yml")):
        text = places.sub(lambda found: put_in[found[0]], shipped.read_text("utf-8"))
        planned.append(_planned(repo.root, f"{_WORKFLOWS}/{shipped.name}", text))
    items = checklists.find(repo.root, settings.gates.checklist.list or "review")
    text = pull_request.text(items)
    return (*planned, _planned(repo.root, _template_of(repo.root), text))


def write(root: Path, planned: Planned) -> None:
    """Write one file and the folders that it needs. Raises `UsageError`."""
    path = root / planned.name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "there must be folders of these names, or nothing"
        raise UsageError(f"cannot make {path.parent}: {error.strerror}", hint=hint) from error
    files.write(path, planned.text)


def default_branch(repo: Repository) -> str:
    """The remote's default branch, else the most likely local one, else what git would make."""
    if repo.remote and (remote := repo.default_branch()):
        return remote.removeprefix(f"{repo.remote}/")
    usual = repo.setting("init.defaultBranch")
    names = (name for name in (usual, "main", "master") if name)
    here = next((name for name in names if repo.commit(f"refs/heads/{name}")), None)
    return here or repo.current_branch() or usual or "main"


def _planned(root: Path, name: str, text: str) -> Planned:
    before = _before(root, name)
    own = _OWN_PART.findall(before.replace("\r\n", "\n")) if before else []
    if len(own) == 1:
        text = _OWN_PART.sub(lambda _: own[0], text)
    return Planned(name=name, text=text, before=before)


def _before(root: Path, name: str) -> str | None:
    """What a file holds, None if there is none. Raises `UsageError` for what is no file."""
    path = root / name
    if Path(os.path.realpath(path)) != Path(os.path.realpath(root)) / name:
        hint = "put the file itself there"
        raise UsageError(f"{name} is, or is reached through, a link", hint=hint)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UsageError(f"{name} is no file", hint="take it away")
        with path.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8", "backslashreplace")
    except FileNotFoundError:
        return None
    except OSError as error:
        hint = "it must be a file that can be read, in a folder"
        raise UsageError(f"{name} cannot be read: {error.strerror}", hint=hint) from error


def _template_of(root: Path) -> str:
    """Where the repository has its template; a second one would be ignored or take its place."""
    for folder in _TEMPLATE_FOLDERS:
        place = root / folder
        names = sorted(os.listdir(place)) if place.is_dir() else []  # noqa: PTH208
        for name in names:
            if name.lower() == _TEMPLATE:
                return (Path(folder) / name).as_posix()
    return f"{_TEMPLATE_FOLDERS[0]}/{_TEMPLATE}"


def _tests(root: Path, *, is_run_by_qgate: bool) -> str:
    """Steps of a job. Every command stands in `project_tests`."""
    there = (name for name in project_tests.NAMES if (root / name).is_file())
    texts = {e: _text(root / e) if e in project_tests.READ else "" for e in there}
    commands = project_tests.commands(texts)
    lines = [*_step("Install", commands.install)]
    if is_run_by_qgate:
        lines.append("# The tests are run by qgate itself: gates.coverage.command in .qgate.yml.")
    elif commands.run:
        lines += _step("Test", commands.run)
    else:
        lines.append("# Run the tests here, so that they leave a coverage report that qgate finds:")
        lines.append("# docs/reference/coverage-formats.md in the repository of qgate.")
    return _PYTHON + "".join(f"      {line}\n" for line in lines)


def _step(name: str, commands: tuple[str, ...]) -> Iterator[str]:
    if not commands:
        return
    yield f"- name: {name}"
    yield "  run: |"
    yield from (f"    {each}" for each in commands)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _pattern(branch: str) -> str:
    r"""A branch's name as GitHub's filters take it: `+`, and `!` at its start, mean more there.

    git allows none of the other signs (`*`, `?`, `[`, `\`) in a name.
    """
    pattern = branch.replace("+", r"\+")
    return f"\\{pattern}" if pattern.startswith("!") else pattern


def _cron(name: str) -> str:
    """A minute of each night, always the same for a name; whole and half hours are crowded."""
    number = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8])
    # Odd, and so neither of them.
    return f"{number % 30 * 2 + 1} {number // 30 % 6} * * *"
