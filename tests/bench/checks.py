"""Calls of `qgate check`: by the installed script and as a module, for the first time and again."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.bench.measure import Task, run
from tests.bench.typed_projects import Project

# What an answer that is given again says of itself.
AGAIN: Final = "nothing that it read has changed"
_SCRIPT: Final = """\
#!{python}
import sys
from qgate.cli.entry import main
if __name__ == "__main__":
    sys.exit(main())
"""


def again(project: Project, arguments: tuple[str, ...]) -> tuple[Task, Task]:
    """A call that was made before: by the script, and as a module."""
    # They may run by two names of one interpreter, which are two calls.
    return _first(by_script(project, arguments)), _first(as_module(project, arguments))


def _first(task: Task) -> Task:
    run(task)
    return replace(task, name=f"{task.name}, again", says=AGAIN)


def told_to_a_file(project: Project, arguments: tuple[str, ...]) -> Task:
    """A call that writes its report to a file, which is never given again."""
    output = ("--format", "json", "--output", str(_place(project)))
    return replace(
        by_script(project, (*arguments, *output)),
        name=_name("qgate", project, arguments),
        unsaid=AGAIN,
    )


def by_script(project: Project, arguments: tuple[str, ...]) -> Task:
    """`qgate check` by the installed script."""
    return Task(
        name=_name("qgate", project, arguments),
        argvs=((_script(project), "check", *arguments),),
        cwd=project.repo.path,
        environ=project.repo.environ,
    )


def as_module(project: Project, arguments: tuple[str, ...]) -> Task:
    """The same as `python -m qgate`."""
    return replace(
        by_script(project, arguments),
        name=_name("python -m qgate", project, arguments),
        argvs=((sys.executable, "-m", "qgate", "check", *arguments),),
    )


def _name(program: str, project: Project, arguments: tuple[str, ...]) -> str:
    """A call without its base."""
    shown = (each for each in arguments if each not in {"--base", project.base})
    return " ".join((program, "check", *shown))


def _script(project: Project) -> str:
    """The installed script; where qgate is not installed, one as pip writes it."""
    if installed := _installed():
        return installed
    script = project.outside / "qgate"
    script.write_text(_SCRIPT.format(python=sys.executable), "utf-8")
    script.chmod(0o755)
    return str(script)


def which() -> str:
    """In words which script it is."""
    return f"qgate is {'the installed script' if _installed() else 'a script as pip writes it'}"


def _installed() -> str | None:
    return shutil.which("qgate", path=str(Path(sys.executable).parent))


def _place(project: Project) -> Path:
    return project.outside / "qgate.json"


def report(project: Project) -> list[dict[str, Any]]:
    """The gates of the report that was written last."""
    found: list[dict[str, Any]] = json.loads(_place(project).read_text("utf-8"))["gates"]
    return found
