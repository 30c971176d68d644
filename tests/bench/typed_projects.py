"""Git repositories of typed modules, set up for ruff and mypy, with a change in the last commit."""

import shutil
import sys
import time
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coverage import CoverageData
from coverage.parser import PythonParser

from tests.bench import typed_sources
from tests.support.repo import ROOT, Repo, make_repo

_IGNORED: Final = ".coverage\n.mypy_cache/\n.ruff_cache/\n.venv/\n__pycache__/\n"
_RUFF: Final = """\
[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["B", "E", "F", "I", "UP"]
"""
_FORMAT: Final = '\n[tool.ruff.format]\nquote-style = "double"\n'
_MYPY: Final = "\n[tool.mypy]\nstrict = true\n"
# qgate gives no answer again that rests on a file as young as its own run.
_SETTLING_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository whose HEAD is one commit ahead of `base`.

    `files` are the numbers of its modules, `changed` those that the commit changed, `outside` a
    folder beside the repository, and HOME.
    """

    repo: Repo
    base: str
    files: range
    changed: tuple[int, ...]
    outside: Path

    @property
    def lines(self) -> int:
        """The lines of all modules."""
        found = (self.repo.path / typed_sources.path_of(each) for each in self.files)
        return sum(path.read_bytes().count(b"\n") for path in found)

    @property
    def about(self) -> str:
        """The project in figures."""
        return f"{len(self.files)} modules of {self.lines} lines, {len(self.changed)} changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to make: so many modules, some of them changed by a commit.

    With `is_wrong` the change has one finding for ruff and one for mypy in each of its files.
    `further` are files for other programs, `small` more files of one line.
    """

    files: int
    changed: int
    is_wrong: bool = False
    formats: bool = False
    types: bool = True
    small: int = 0
    further: Mapping[str, str]


def make(folder: Path, plan: Plan) -> Project:
    """A new project in a folder that does not exist yet, with ruff and mypy in its `.venv`."""
    home = folder / "home"
    home.mkdir(parents=True)
    made = make_repo(folder / "repo", home)
    repo = Repo(made.path, _environment(made))
    repo.git("config", "gc.auto", "0")
    settings = "".join((_RUFF, _FORMAT * plan.formats, _MYPY * plan.types))
    files = range(plan.files)
    base = repo.commit(
        {
            ".gitignore": _IGNORED,
            "pyproject.toml": settings,
            **{f"data/part_{n // 200}/row_{n}.txt": f"{n}\n" for n in range(plan.small)},
            **{typed_sources.package_of(number): "" for number in files},
            **{typed_sources.path_of(number): typed_sources.module(number) for number in files},
            **plan.further,
        }
    )
    step = max(1, plan.files // plan.changed)
    changed = tuple(files[::step][: plan.changed])
    repo.commit(
        {
            typed_sources.path_of(number): typed_sources.module(number)
            + typed_sources.addition(number, is_wrong=plan.is_wrong)
            for number in changed
        }
    )
    # As after a clone: one pack, and an index that trusts the files' times.
    repo.git("repack", "-a", "-d", "--quiet")
    repo.git("status", "--porcelain")
    _equip(repo.path)
    time.sleep(_SETTLING_SECONDS)
    return Project(repo=repo, base=base, files=files, changed=changed, outside=home)


def measure(project: Project) -> None:
    """A `.coverage` in which every statement of the changed modules ran."""
    data = CoverageData(basename=str(project.repo.path / ".coverage"))
    ran: dict[str, set[int]] = {}
    for number in project.changed:
        path = project.repo.path / typed_sources.path_of(number)
        parser = PythonParser(text=path.read_text("utf-8"))
        parser.parse_source()
        ran[str(path)] = parser.statements
    data.add_lines(ran)
    data.close(force=True)
    time.sleep(_SETTLING_SECONDS)


def forget(*folders: Path) -> None:
    """Remove what a program kept."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def qgate_cache(project: Project) -> Path:
    """Where qgate keeps answers, and the caches of the tools that it starts."""
    return project.outside / ".cache" / "qgate"


def tool_caches(project: Project) -> tuple[Path, Path]:
    """Where ruff and mypy keep theirs when they are called by hand."""
    return project.repo.path / ".ruff_cache", project.repo.path / ".mypy_cache"


def _environment(made: Repo) -> dict[str, str]:
    """Of nothing that measures; the project's own programs come first, whoever calls them."""
    environ = {name: value for name, value in made.environ.items() if not name.startswith("COV")}
    environ["PATH"] = f"{made.path / '.venv' / 'bin'}:{environ['PATH']}"
    # Only a qgate that is not installed has to be told where it is.
    if shutil.which("qgate", path=str(Path(sys.executable).parent)):
        environ.pop("PYTHONPATH")
    else:
        environ["PYTHONPATH"] = str(ROOT)
    return environ


def _equip(root: Path) -> None:
    """A virtual environment with the ruff and mypy that came with this interpreter."""
    venv.create(root / ".venv", symlinks=True)
    for name in ("ruff", "mypy"):
        own = Path(sys.executable).parent / name
        if not own.exists():
            raise SystemExit(f"{name} is not installed beside {sys.executable}")
        (root / ".venv" / "bin" / name).symlink_to(own)
