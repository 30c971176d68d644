"""Settings of the process documents: where they lie, and what a change owes."""

from dataclasses import dataclass

from qgate.config import kinds
from qgate.config.options import Bar, option, section


def _folder(default: str, text: str) -> str:
    return option(default, kinds.TEXT, Bar.BASE, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdrSettings:
    """`documents.adr`: decision records."""

    folder: str | None = option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.BASE,
        "Where they lie. Default: what .adr-dir says, else the first that is there of docs/adr, "
        "doc/adr, docs/decisions, docs/adrs and adr.",
    )
    template: str = option(
        "nygard", kinds.TEXT, Bar.FREE, "The template of new ones: nygard, madr, or one's own."
    )
    owed: tuple[str, ...] = option(
        (),
        kinds.PATTERNS,
        Bar.BASE,
        "Files whose change owes a decision record in the same change.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    """`documents.incidents`."""

    folder: str = _folder("docs/incidents", "Where incidents lie.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortemSettings:
    """`documents.post_mortems`."""

    folder: str = _folder("docs/post-mortems", "Where post-mortems lie.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookSettings:
    """`documents.runbooks`."""

    folder: str = _folder("docs/runbooks", "Where runbooks lie.")
    alerts: tuple[str, ...] = option(
        ("*.rules.yml", "*.rules.yaml", "alerts/**/*.yml", "alerts/**/*.yaml"),
        kinds.PATTERNS,
        Bar.BASE,
        "Files of alert rules: every alert names a runbook, every runbook its alerts.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistSettings:
    """`documents.checklists`."""

    folder: str = _folder("docs/checklists", "Where checklists lie.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSettings:
    """`documents`: one section for each kind."""

    adr: AdrSettings = section(AdrSettings)
    incidents: IncidentSettings = section(IncidentSettings)
    post_mortems: PostMortemSettings = section(PostMortemSettings)
    runbooks: RunbookSettings = section(RunbookSettings)
    checklists: ChecklistSettings = section(ChecklistSettings)
