"""`qgate ci`."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from qgate import errors
from qgate.cli.options import place_options
from qgate.cli.output import resolved, write
from qgate.cli.progress import shown
from qgate.cli.rendering import exit_code
from qgate.engine.ci import delivering, judging, saying
from qgate.engine.ci.redacting import redacted
from qgate.engine.request import Request
from qgate.errors import QgateError, UsageError
from qgate.model.event import CiEvent, NothingEvent, RunEvent, TargetEvent, TrustedEvent
from qgate.model.report import Report
from qgate.reporters import github, plain, reviewers_markdown, summary
from qgate.system import ci, environment, report_folder, runner, secrets
from qgate.system.cache import Cache
from qgate.system.cache import folder as cache_folder
from qgate.system.runner import Runner


@click.command(name="ci")
@click.option(
    "--base", metavar="REV", help="Compare with the merge base of REV and HEAD, not the event's."
)
@click.option(
    "--gate", "gates", metavar="GATE", multiple=True, help="Only this gate; repeat it for several."
)
@click.option(
    "--format",
    "formats",
    metavar="FORMAT",
    multiple=True,
    help=f"Write a report file: {', '.join(delivering.FILES)} (repeat for several).",
)
@click.option(
    "--report-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the report files. Default: in GitHub Actions qgate-report in RUNNER_TEMP.",
)
@place_options
def command(
    *,
    base: str | None,
    gates: tuple[str, ...],
    formats: tuple[str, ...],
    report_dir: Path | None,
    folder: Path,
    config: Path | None,
) -> int:
    """Judge what a CI run is for, and say it where people look.

    In GitHub Actions that are annotations, the step summary, the step's outputs and report files.
    Elsewhere it is `qgate check` with report files.
    """
    place = resolved(folder)
    request = Request(
        folder=place,
        environ=os.environ,
        gates=gates,
        base=base,
        config=(place / config) if config else None,
    )
    if not environment.is_github(os.environ):
        return _elsewhere(request, formats, report_dir)
    with _told():
        files = runner.of(os.environ)
        report_folder.refuse_linked(Path.cwd() / folder, _workspace())
        return _in_actions(request, formats, report_dir, files)


def _workspace() -> Path:
    return Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())


def _elsewhere(request: Request, formats: tuple[str, ...], report_dir: Path | None) -> int:
    if formats and report_dir is None:
        raise UsageError("there is no folder for report files", hint="name one with --report-dir")
    place = None
    if report_dir is not None:
        place = delivering.made(request.folder / report_dir, request.folder, formats)
    report = _judged(request, None)
    if place is not None:
        delivering.write(report, place, formats)
    write(plain.render(report))
    return exit_code(report)


def _in_actions(
    request: Request, formats: tuple[str, ...], report_dir: Path | None, files: Runner
) -> int:
    occasion = judging.occasion_of(request)
    if isinstance(occasion, TargetEvent | RunEvent):
        return _published(occasion, files)
    if isinstance(occasion, NothingEvent):
        return _nothing(occasion.why, files)
    place = request.folder / report_dir if report_dir else files.temporary / delivering.FOLDER
    place = delivering.made(place, _workspace(), formats)
    report = _judged(request, occasion)
    file = delivering.write(report, place, formats)
    # The last lines of a log are what is looked at first.
    write(github.render(report) + plain.render(report))
    runner.append(files.summary, summary.render(report, room=runner.room(files.summary)))
    values = delivering.values(report, file, may_save=not ci.is_fork(request.environ))
    runner.append(files.output, runner.outputs(values))
    return exit_code(report)


def _published(event: TrustedEvent, files: Runner) -> int:
    """The side that has rights: nothing is checked out or run, GitHub is asked and told."""
    from qgate.cli import publish  # noqa: PLC0415 - only this side needs it
    from qgate.engine.publish import start  # noqa: PLC0415 - the same

    done = start.of_event(start.client_of(os.environ), event, os.environ)
    if not done.published:
        return _nothing(done.reason, files)
    write(publish.text(done))
    for each in done.published:
        plan = reviewers_markdown.plan(each.plan)
        page = summary.render(each.report, plan, runner.room(files.summary))
        runner.append(files.summary, page)
    report = done.published[0].report
    values = delivering.values(report, None, may_save=False)
    runner.append(files.output, runner.outputs(values))
    return publish.code(done)


def _nothing(why: str, files: Runner) -> int:
    write(saying.nothing(why))
    runner.append(files.summary, saying.nothing_page(why))
    runner.append(files.output, runner.outputs(delivering.values_of_none("skipped")))
    return errors.EXIT_PASSED


def _judged(request: Request, occasion: CiEvent | None) -> Report:
    """The report without secrets; what runs meanwhile is said on standard error."""
    with shown(is_log=True) as progress:
        report = judging.judge(replace(request, watch=progress), occasion)
    Cache(cache_folder(request.environ), may_save=not ci.is_fork(request.environ)).prune()
    return redacted(report, secrets.of(request.environ))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say in an annotation, the summary and the outputs that there is no verdict, and why."""
    try:
        yield
    except Exception as error:
        # The error itself decides the exit code, whatever else cannot be written.
        with contextlib.suppress(QgateError):
            _tell(error)
        raise


def _tell(error: Exception) -> None:
    report = redacted(saying.problem(error), secrets.of(os.environ))
    write(github.render(report))
    files = runner.of(os.environ)
    runner.append(files.output, runner.outputs(delivering.values_of_none("incomplete")))
    runner.append(files.summary, summary.render(report, room=runner.room(files.summary)))
