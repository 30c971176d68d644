"""`qgate publish`."""

import os

import click

from qgate import errors
from qgate.cli.output import write
from qgate.cli.rendering import exit_code
from qgate.engine.publish import start
from qgate.engine.publish.start import Done
from qgate.reporters import plain, reviewers_text
from qgate.reporters.inert import inert


@click.command(name="publish")
@click.argument("number", type=click.IntRange(min=1), metavar="NUMBER")
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    help="The repository. Default: that of the run, GITHUB_REPOSITORY.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Write nothing on GitHub: only say.")
def command(*, number: int, repository: str | None, is_dry: bool) -> int:
    """Judge pull request NUMBER by its base's policy and publish the verdict on GitHub.

    Reads policy, reviews and the content gate's report through the API; asks reviewers, keeps one
    comment and writes the commit status `qgate`. Nothing is checked out. The token is
    GITHUB_TOKEN or GH_TOKEN; what it may not do is said and left out.
    """
    client = start.client_of(os.environ, repository)
    done = start.of_number(client, number, os.environ, is_dry=is_dry)
    write(text(done))
    return code(done)


def text(done: Done) -> str:
    """Plan and report of every pull request, for people and logs."""
    parts = [
        f"pull request {each.number}\n{reviewers_text.plan(each.plan)}\n{plain.render(each.report)}"
        for each in done.published
    ]
    return "\n".join(parts) or f"nothing to publish: {inert(done.reason)}\n"


def code(done: Done) -> int:
    """The exit code: that of a verdict which no commit status carries, else 0."""
    codes = {exit_code(each.report) for each in done.published if not each.is_stated}
    return errors.EXIT_FAILED if errors.EXIT_FAILED in codes else max(codes, default=0)
