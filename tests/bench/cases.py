"""The cases: those of coverage here and in `large`, of tools in `tools`, of owners in `owners`.

Each makes its inputs in a folder, measures, and gives figures with targets.
None fails for being slow. Each raises `AssertionError` where qgate and the tool it is compared
with did not see the same misses.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.bench import owners, projects, reports, tools
from tests.bench.contestants import about, coverage_xml, diff_cover, qgate, xml_and_diff_cover
from tests.bench.documents import documents
from tests.bench.large import large
from tests.bench.measure import Task, by_turns
from tests.bench.measure import run as run_task
from tests.bench.projects import Plan
from tests.bench.reporters import reporters
from tests.bench.sizes import Setup
from tests.bench.table import MEGABYTE, Result, at_least, at_most, below
from tests.support.repo import clean_environment

_SCRIPT: Final = """\
#!{python}
import sys
from qgate.cli.main import main
if __name__ == "__main__":
    sys.exit(main())
"""


def native(setup: Setup) -> Iterator[Result]:
    """Many files, few of them changed, coverage.py's own data."""
    sizes = setup.sizes
    project = projects.make(
        setup.folder / "native",
        Plan(files=sizes.native_files, lines=380, changed=sizes.native_changed, added=40),
    )
    reports.write_native(project)
    classic = replace(xml_and_diff_cover(project), most_runs=1)
    ours, theirs = by_turns((qgate(project), classic), runs=sizes.runs)
    yield Result(
        case="native",
        about=f"{about(project)}, .coverage",
        measured=(ours, theirs),
        targets=(at_least(80, theirs, ours), below(60, ours)),
    )


def cobertura(setup: Setup) -> Iterator[Result]:
    """A large Cobertura file."""
    sizes = setup.sizes
    bystanders = tuple(
        projects.path_of(index) for index in range(sizes.xml_changed, sizes.xml_files)
    )
    project = projects.make(
        setup.folder / "cobertura",
        Plan(files=sizes.xml_changed, lines=380, changed=sizes.xml_changed, added=40),
        bystanders=bystanders,
    )
    report = reports.write_cobertura(
        project, size=sizes.xml_megabytes * MEGABYTE, bystanders=bystanders
    )
    tasks = (qgate(project, report=report), diff_cover(project, report))
    ours, theirs = by_turns(tasks, runs=sizes.runs)
    yield Result(
        case="cobertura",
        about=f"{report.stat().st_size / MEGABYTE:.0f} MB naming {sizes.xml_files} files; "
        + about(project),
        measured=(ours, theirs),
        targets=(at_least(15, theirs, ours), below(250, ours)),
    )


def small(setup: Setup) -> Iterator[Result]:
    """A project of an ordinary size with its XML."""
    sizes = setup.sizes
    folder = setup.folder / "project"
    if setup.checkout is not None:
        project = projects.copy(folder, setup.checkout, changed=sizes.project_changed, added=40)
    else:
        project = projects.make(
            folder,
            Plan(files=sizes.project_files, lines=320, changed=sizes.project_changed, added=40),
        )
    data = reports.write_native(project)
    report = project.outside / "coverage.xml"
    run_task(
        Task(
            name="set-up",
            argvs=(coverage_xml(report),),
            cwd=project.repo.path,
            environ=project.repo.environ,
        )
    )
    data.unlink()
    tasks = (qgate(project, report=report), diff_cover(project, report))
    ours, theirs = by_turns(tasks, runs=2 * sizes.runs)
    yield Result(
        case="project",
        about=about(project),
        measured=(ours, theirs),
        targets=(at_least(1, theirs, ours),),
    )


def start(setup: Setup) -> Iterator[Result]:
    """How long `qgate --version` takes."""
    home = setup.folder / "start"
    home.mkdir()
    installed = shutil.which("qgate", path=str(Path(sys.executable).parent))
    if installed is None:
        script = home / "qgate"
        script.write_text(_SCRIPT.format(python=sys.executable), "utf-8")
        script.chmod(0o755)
    commands = {
        'python -c "import click"': (sys.executable, "-c", "import click"),
        f"qgate --version ({'installed' if installed else 'a script as pip writes it'})": (
            installed or str(home / "qgate"),
            "--version",
        ),
        "python -m qgate --version": (sys.executable, "-m", "qgate", "--version"),
    }
    tasks = tuple(
        Task(name=name, argvs=(argv,), cwd=home, environ=clean_environment(home))
        for name, argv in commands.items()
    )
    floor, script_run, module_run = by_turns(tasks, runs=setup.sizes.start_runs)
    yield Result(
        case="start",
        about="medians",
        measured=(floor, script_run, module_run),
        targets=tuple(
            at_most(1.5, floor.median, f"{floor.name}: {each.name}", each.median)
            for each in (script_run, module_run)
        ),
        is_median=True,
    )


CASES: Final[dict[str, Callable[[Setup], Iterator[Result]]]] = {
    "native": native,
    "cobertura": cobertura,
    "project": small,
    "start": start,
    "large": large,
    "unchanged": tools.unchanged,
    "staged": tools.staged,
    "cached": tools.cached,
    "cold": tools.cold,
    "changed": tools.changed,
    "status": tools.status,
    "owners": owners.large_file,
    "owners-paths": owners.many_paths,
    "documents": documents,
    "reporters": reporters,
}
