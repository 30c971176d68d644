"""The records together: who is meant by a reference, a table of contents, a graph."""

from collections.abc import Iterable, Iterator
from typing import Final

from qgate.documents.adr import naming
from qgate.documents.adr.record import Record, State
from qgate.documents.adr.relations import INVERSES, SUPERSEDED_BY, SUPERSEDES, Relation

BEGIN: Final = "<!-- qgate adr toc: begin -->"
END: Final = "<!-- qgate adr toc: end -->"


class Index:
    """Records by path, number and file name."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = tuple(sorted(records, key=order))
        self._by_path = {record.path: record for record in self.records}
        self._by_stem: dict[str, list[Record]] = {}
        self._by_number: dict[int, list[Record]] = {}
        for record in self.records:
            self._by_stem.setdefault(record.stem, []).append(record)
            if record.number is not None:
                self._by_number.setdefault(record.number, []).append(record)

    def numbered(self, number: int) -> tuple[Record, ...]:
        """The records with this number."""
        return tuple(self._by_number.get(number, ()))

    def named(self, stem: str) -> tuple[Record, ...]:
        """The records whose file has this name, without its suffix."""
        return tuple(self._by_stem.get(stem, ()))

    def at(self, path: str) -> Record | None:
        """The record in a file."""
        return self._by_path.get(path)

    def find(self, relation: Relation) -> Record | None:
        """The record that is meant; None where there is none, or several with that number."""
        if relation.path:
            return self._by_path.get(relation.path)
        found = (
            self.numbered(relation.number)
            if relation.number is not None
            else self.named(relation.stem)
        )
        return found[0] if len(found) == 1 else None

    def related(self, record: Record) -> Iterator[tuple[Relation, Record]]:
        """What a record says of others that are there."""
        for relation in record.relations:
            other = self.find(relation)
            if other is not None and other is not record:
                yield relation, other

    def successors(self) -> dict[str, dict[str, Record]]:
        """For each path the records that supersede it, by either end's word."""
        found: dict[str, dict[str, Record]] = {}
        for record in self.records:
            for relation, other in self.related(record):
                if relation.verb == SUPERSEDED_BY:
                    found.setdefault(record.path, {})[other.path] = other
                elif relation.verb == SUPERSEDES:
                    found.setdefault(other.path, {})[record.path] = record
        return found


def order(record: Record) -> tuple[str, bool, int, str]:
    """By folder, then number or day, then name."""
    name = record.name
    folder = record.path.rpartition("/")[0]
    return folder, not (name.digits or name.day), int(name.digits or name.day or 0), record.path


def toc(records: Iterable[Record], folder: str, prefix: str = "") -> str:
    """A list of links to the records from their folder, each target behind a prefix."""
    lines = []
    for record in records:
        title = record.heading if record.heading_number is not None else _numbered(record)
        said = f" ({record.state})" if _is_worth_saying(record) else ""
        lines.append(f"* [{naming.link_text(title)}]({prefix}{_target(record, folder)}){said}\n")
    return "".join(lines)


def with_toc(text: str, listing: str) -> str:
    """A page with the list between its two marks; they are put at the end where they are missing.

    Every other character stays.
    """
    eol = "\r\n" if "\r\n" in text else "\n"
    block = f"{BEGIN}\n\n{listing}\n{END}".replace("\n", eol)
    start = text.find(BEGIN)
    end = text.find(END, start)
    if start >= 0 and end >= 0:
        return text[:start] + block + text[end + len(END) :]
    gap = "" if not text else eol if text.endswith("\n") else eol * 2
    return f"{text}{gap}{block}{eol}"


def mermaid(index: Index) -> str:
    """The relations as a Mermaid flow chart."""
    names = {record.path: f"r{number}" for number, record in enumerate(index.records, 1)}
    lines = ["flowchart TD"]
    for record in index.records:
        title = _plain_title(record).replace("#", "#35;").replace('"', "#quot;")
        title = title.replace("<", "#lt;").replace(">", "#gt;")
        lines.append(f'  {names[record.path]}["{title}"]')
    for record, verb, other in _edges(index):
        said = verb.replace('"', "#quot;")
        lines.append(f'  {names[record.path]} -- "{said}" --> {names[other.path]}')
    return "\n".join(lines) + "\n"


def dot(index: Index) -> str:
    """The relations in Graphviz' language."""
    names = {record.path: f"r{number}" for number, record in enumerate(index.records, 1)}
    lines = ["digraph {", "  node [shape=box];"]
    lines += [
        f"  {names[record.path]} [label={_dot_quoted(_plain_title(record))}];"
        for record in index.records
    ]
    lines += [
        f"  {names[record.path]} -> {names[other.path]} [label={_dot_quoted(verb)}];"
        for record, verb, other in _edges(index)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _edges(index: Index) -> Iterator[tuple[Record, str, Record]]:
    """Each relation once, by its active verb where both ends say it."""
    seen = set()
    for record in index.records:
        for relation, other in index.related(record):
            one, verb, two = record, relation.verb, other
            if verb.endswith(" by") and verb in INVERSES:
                one, verb, two = other, INVERSES[verb], record
            if (one.path, verb, two.path) not in seen:
                seen.add((one.path, verb, two.path))
                yield one, verb, two


def _dot_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain_title(record: Record) -> str:
    number = record.name.digits and f"{record.number}. "
    return f"{number}{record.title}"


def _numbered(record: Record) -> str:
    heading = record.heading or record.name.slug
    return f"{record.number}. {heading}" if record.name.digits else heading


def _target(record: Record, folder: str) -> str:
    return record.path.removeprefix(f"{folder}/").replace(" ", "%20")


def _is_worth_saying(record: Record) -> bool:
    return record.state not in {None, State.ACCEPTED}
