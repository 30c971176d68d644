"""An incident and its post-mortem, made by the generators and carried on to the end."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from qgate.documents import rules
from qgate.documents.incident import declaring, drafting, editing, severity, times, verbs
from qgate.documents.incident.declaring import Declared
from qgate.documents.incident.drafting import Said
from qgate.documents.incident.record import Incident
from qgate.documents.incident.verbs import Step, Verb
from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rendering import render
from qgate.documents.rules.asked import Asked
from qgate.model.report import Finding
from qgate.parse.documents import read
from qgate.system import resources

NOW: Final = datetime(2027, 1, 31, 18, 0, tzinfo=UTC)
INCIDENT: Final = "docs/incidents/INC-20270131-checkout-is-down.md"
POST_MORTEM: Final = "docs/post-mortems/PM-INC-20270131-checkout-is-down.md"
TABLE: Final = severity.shipped()


def at(clock: str) -> datetime:
    """A time of the day of the incident, such as `14:05`."""
    return times.read(f"2027-01-31T{clock}Z")


def template(name: str) -> str:
    """The text of a template that ships."""
    return (resources.folder("templates") / f"{name}.md").read_text("utf-8")


def declared(title: str = "Checkout is down", **other: object) -> str:
    """A new incident: P1, started 14:00, detected 14:05."""
    values: dict[str, object] = {
        "severity": TABLE.severities[1],
        "criteria": ("degraded",),
        "started": at("14:00"),
        "detected": at("14:05"),
    }
    new = Declared(title=title, **{**values, **other})  # type: ignore[arg-type]
    return render(template("incident"), "incident", declaring.of_incident(new, TABLE, new.id, NOW))


def stepped(before: str, verb: Verb, clock: str | None = None, **other: object) -> str:
    """The text after a step."""
    time = at(clock) if clock else None
    step = Step(verb=verb, now=NOW, at=time, **other)  # type: ignore[arg-type]
    return verbs.done(before, INCIDENT, step)


def resolved() -> str:
    """The incident, acknowledged after 25 minutes, mitigated, resolved after two hours."""
    text = stepped(declared(), Verb.ACK, "14:30", by="Ada")
    text = stepped(text, Verb.NOTE, "14:40", text="told them", audience="customers")
    text = stepped(text, Verb.MITIGATE, "15:00", text="rolled back", evidence="the graph")
    text = stepped(text, Verb.RESOLVE, "16:00")
    text = filled(text, "Summary", "Nobody could pay.")
    return filled(text, "Impact", "Every tenth customer.")


def closed() -> str:
    """The same, closed, with a link to its post-mortem."""
    text = stepped(resolved(), Verb.CLOSE)
    return editing.with_link(text, INCIDENT, "post-mortem", f"../post-mortems/{_name(POST_MORTEM)}")


def post_mortem() -> str:
    """Its post-mortem, complete and closed, with two actions."""
    incident = Incident(read(closed().encode(), INCIDENT))
    values = drafting.of_post_mortem(incident, TABLE, "docs/post-mortems", Said(), NOW)
    text = render(template("post-mortem"), "post-mortem", values)
    for title in (
        *("Root causes", "Trigger", "Detection", "Resolution", "What went well"),
        *("What went wrong", "Where we got lucky", "Lessons"),
    ):
        text = filled(text, title, "None known yet.")
    head = "|---|---|---|---|---|---|---|---|---|\n"
    actions = (
        "| A1 | prevent | Limit the retries | Ada | P1 | 2027-02-14 | T-1 | done | the change |\n"
        "| A2 | detect | Alert on errors | Bob | P2 | 2027-02-28 | | open | |\n"
    )
    return text.replace(head, head + actions).replace("status: draft", "status: closed")


def filled(text: str, title: str, words: str) -> str:
    """A section's text in place of what the template left there."""
    before, heading, rest = text.partition(f"## {title}\n")
    assert heading, title
    _, mark, after = rest.partition("\n## ")
    return f"{before}{heading}\n{words}\n{mark}{after}"


def library(texts: Mapping[str, str]) -> Library:
    """The documents by path."""
    folders = Folders()
    kinds = {path: kind for path in texts if (kind := folders.kind_of(path))}
    documents = {path: read(text.encode(), path) for path, text in texts.items()}
    # An incident's post-mortem is there, also where a test looks at the incident alone.
    return Library(documents, kinds, frozenset((*texts, POST_MORTEM)), {})


def findings(
    texts: Mapping[str, str],
    *,
    policy: Mapping[str, bytes] | None = None,
    proposed: Mapping[str, bytes] | None = None,
) -> list[Finding]:
    """All that the rules say of documents on any day."""
    whole = library(texts)
    asked = Asked(folders=Folders(), policy=policy or {}, proposed=proposed or {})
    found = [
        each
        for path, document in whole.documents.items()
        for each in rules.of_document(document, whole.kinds[path])
    ]
    return [*found, *rules.of_library(whole, asked)]


def by_clock(texts: Mapping[str, str], now: datetime) -> list[Finding]:
    """All that the rules say of documents at a time."""
    whole = library(texts)
    found = [
        each
        for path, document in whole.documents.items()
        for each in rules.by_clock(document, whole.kinds[path], now)
    ]
    return [*found, *rules.library_by_clock(whole, Asked(folders=Folders()), now)]


def ids(found: Iterable[Finding]) -> list[str]:
    """The rules' names without the group, sorted."""
    return sorted(each.rule.removeprefix("documents/") for each in found)


def kind_of(path: str) -> Kind:
    """The kind of a document of ours."""
    kind = Folders().kind_of(path)
    assert kind is not None
    return kind


def _name(path: str) -> str:
    return path.rpartition("/")[2]
