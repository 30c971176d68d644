"""`qgate new-postmortem`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from qgate.cli.new_incident import deliver_made, making_options, request_of, shown
from qgate.cli.options import place_options
from qgate.cli.rewriting import rewrite
from qgate.documents.incident.drafting import Said
from qgate.engine import incidents


@click.command(name="new-postmortem")
@click.argument("incident")
@click.option("--title", metavar="TEXT", default="", help="Default: that of the incident.")
@click.option("--summary", metavar="TEXT", default="", help="Default: that of the incident.")
@click.option("--impact", metavar="TEXT", default="", help="Default: that of the incident.")
@making_options("post-mortem")
@place_options
def command(
    *,
    incident: str,
    title: str,
    summary: str,
    impact: str,
    owners: tuple[str, ...],
    tags: tuple[str, ...],
    template: str,
    edit: bool,
    dry_run: bool,
    folder: Path,
    config: Path | None,
) -> int:
    """Draft the post-mortem of an INCIDENT from what its record says.

    Timeline, impact, durations and open questions are filled in; the incident gets a link to it.
    """
    desk = incidents.desk(request_of(folder, config))
    said = Said(title=title, summary=summary, impact=impact, owners=owners, tags=tags)
    made, change = incidents.draft_post_mortem(
        desk, incident, said, datetime.now(UTC), template=template, is_dry=dry_run
    )
    code = deliver_made(made, edit=edit, dry_run=dry_run)
    if dry_run:
        rewrite(change.path, shown(change.path), change.before, change.after, check=True)
    return code
