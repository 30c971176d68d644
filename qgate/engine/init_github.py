"""What `qgate init github` writes: the workflows, and the template of pull requests.

Text that comes from a repository (the name of its branch, what its tests need) gets into YAML as
a quoted scalar or not at all.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from qgate.documents.rendering import quoted
from qgate.engine import checklists, project_tests, pull_request_template
from qgate.engine.action_lines import WORKFLOWS
from qgate.engine.action_reference import ActionReference
from qgate.engine.planned_files import Planned, content, lines_fed
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.system import resources
from qgate.system.git import Repository

_MOST_BYTES: Final = 1 << 20
# What stands in the shipped files for what is put in.
_ACTION: Final = "OWNER/REPO@0000000000000000000000000000000000000000 # VERSION"
_BRANCH: Final = '"DEFAULT-BRANCH"'
_CRON: Final = '"1 1 * * *"'
_TESTS: Final = "      # TESTS\n"
_BOTH: Final = ("# begin: the project's tests", "# end: the project's tests")
_MARK: Final = re.compile(r"^ *# (?:begin|end): the project's tests", re.MULTILINE)
_OWN_PART: Final = re.compile(
    r"^ *# begin: the project's tests.*?^ *# end: the project's tests$", re.MULTILINE | re.DOTALL
)
_PYTHON: Final = """\
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
"""


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
        planned.append(_planned(repo.root, f"{WORKFLOWS}/{shipped.name}", text))
    items = checklists.find(repo.root, settings.gates.checklist.list or "review")
    return (*planned, pull_request_template.planned(repo.root, items))


def default_branch(repo: Repository) -> str:
    """The remote's default branch, else the most likely local one, else what git would make."""
    if repo.remote and (remote := repo.default_branch()):
        return remote.removeprefix(f"{repo.remote}/")
    usual = repo.setting("init.defaultBranch")
    names = (name for name in (usual, "main", "master") if name)
    here = next((name for name in names if repo.commit(f"refs/heads/{name}")), None)
    return here or repo.current_branch() or usual or "main"


def _planned(root: Path, name: str, text: str) -> Planned:
    _refuse_twin(root, name)
    data = content(root, name)
    before = None if data is None else data.decode("utf-8", "backslashreplace")
    marks = _MARK.findall(lines_fed(before or ""))
    if not marks or not _MARK.search(text):
        return Planned(name=name, text=text, before=before)
    own = _OWN_PART.search(lines_fed(before or ""))
    if own is None or len(marks) != len(_BOTH):
        return Planned(name=name, text=text, before=before, kept=_of_marks(marks))
    return Planned(name=name, text=_OWN_PART.sub(lambda _: own[0], text), before=before)


def _of_marks(marks: Sequence[str]) -> str:
    """What is wrong with the marks that are there."""
    lost = [each for each in _BOTH if each not in map(str.strip, marks)]
    what = f"the mark `{lost[0]}` is missing" if lost else "its marks are not one of each, in order"
    return f"{what}; put your own steps between the lines `{_BOTH[0]}` and `{_BOTH[1]}`"


def _refuse_twin(root: Path, name: str) -> None:
    twin = f"{name.removesuffix('.yml')}.yaml"
    if os.path.lexists(root / twin):
        message = f"{twin} is there, and both would run beside {name}"
        raise UsageError(message, hint=f"rename it to {name}, or to something else")


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
