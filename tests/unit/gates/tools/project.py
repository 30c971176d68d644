"""A small project whose tool, configuration and inputs tests can change one at a time."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from qgate.gates.tools import inputs
from qgate.model.changes import ChangeSet, Endpoint, Side
from qgate.model.tool import Tool
from qgate.system import toolbox
from qgate.system.git import Repository
from qgate.system.trees import Tree, Trees
from tests.support.repo import Repo, make_repo

TOOL: Final = Tool(
    name="demo",
    gate="lint",
    command=("demo", "{files}"),
    files=("*.py",),
    output="regex",
    pattern="(?P<message>.+)",
    reads=("*.json",),
    config=("demo.toml", "styles/**", "~/.demo.toml"),
    extends=r'(?m)^extend\s*=\s*"(.+?)"',
    environment=("DEMO_*",),
)
FILES: Final[Mapping[str, str]] = {
    "src/a.py": "a = 1\n",
    "src/b.py": "b = 2\n",
    "src/data.json": "{}\n",
    "demo.toml": 'extend = "base.conf"\n',
    "base.conf": 'extend = "shared/far.conf"\n',
    "shared/far.conf": "far = 1\n",
    "styles/one": "style = 1\n",
    "README.md": "nothing that a tool reads\n",
}
GIVEN: Final = ("src/a.py",)


@dataclass(frozen=True, kw_only=True)
class Project:
    """`outer` has the repository in `outer/repo`, the home folder and what is installed."""

    outer: Path
    repo: Repo
    program: Path
    tool: Tool = TOOL
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.outer / "home"

    def with_tool(self, **fields: Any) -> "Project":
        """The same project under a definition with other fields."""
        return replace(self, tool=replace(self.tool, **fields))

    def with_environ(self, **variables: str) -> "Project":
        """The same project in an environment with further variables."""
        return replace(self, environ={**self.environ, **variables})

    def trees(self, side: Side = Side.WORKTREE) -> Trees:
        """Both sides, freshly listed; the base is HEAD."""
        sha = self.repo.git("rev-parse", "HEAD")
        repository = Repository(self.repo.path, self.repo.environ)
        head = Endpoint(sha=sha, found="the test", side=side)
        base = Endpoint(sha=sha, found="the test")
        return Trees(repository, ChangeSet(base=base, head=head, files=()))

    def parts(
        self,
        *,
        files: tuple[str, ...] = GIVEN,
        tree: Tree | None = None,
        in_place: bool = True,
        **given: Any,
    ) -> dict[str, str]:
        """The parts of the key as they are now; `given` takes the place of what is known."""
        fixed: dict[str, Any] = {
            "arguments": self.tool.command,
            "environment": toolbox.environment(self.environ, self.tool.environment, {}),
            "program": toolbox.fingerprint(self.program),
            "version": "demo 1.0",
            "interpreter": "",
        }
        return inputs.parts(
            self.tool,
            tree=tree or self.trees().head,
            root=self.repo.path,
            home=str(self.home),
            in_place=in_place,
            files=files,
            **{**fixed, **given},
        )

    def key(self, **given: Any) -> str:
        """The key as it is now; the arguments are those of `parts`."""
        return inputs.key(self.parts(**given))


def make_project(outer: Path) -> Project:
    """A project in a new folder, everything committed."""
    home = outer / "home"
    home.mkdir(parents=True)
    repo = make_repo(outer / "repo", home)
    repo.commit(FILES)
    program = outer / "venv" / "bin" / "demo"
    (outer / "venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    program.chmod(0o755)
    return Project(outer=outer, repo=repo, program=program)


def moved(project: Project, outer: Path) -> Project:
    """The same repository cloned to another place; home and programs stay where they are."""
    outer.mkdir(parents=True)
    project.repo.git("clone", "--quiet", str(project.repo.path), str(outer / "elsewhere"))
    repo = Repo(outer / "elsewhere", project.repo.environ)
    shutil.copytree(project.home, outer / "home")
    return Project(outer=outer, repo=repo, program=project.program)
