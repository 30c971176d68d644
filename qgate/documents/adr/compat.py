"""Texts as adr-tools writes them: names, words in a template, its table of contents and graph."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from qgate.documents.adr.index import Index
from qgate.documents.adr.record import Record

# Its own spelling, in what it writes.
SUPERSEDES: Final = "Supercedes"
SUPERSEDED_BY: Final = "Superceded by"
_APART: Final = re.compile(r"[\W_]+")
_WORDS: Final = re.compile(r"\b(?:NUMBER|TITLE|DATE|STATUS)\b")
_OLD_DAY: Final = re.compile(r"^Date:[ \t]*(\d\d)/(\d\d)/(\d{4})(?=[ \t]*\r?$)", re.MULTILINE)
_RELATION: Final = re.compile(
    r"^(?P<words>[^\[\n]*\S)[ \t]+\[(?P<number>\d+)\.[^\n]*\]\([^()\n]+\)[ \t]*\r?$", re.MULTILINE
)
_ACTIVE: Final = re.compile(r".*ed by", re.IGNORECASE)


def slug(title: str) -> str:
    """A title in a file's name, whole: letters and digits parted by hyphens."""
    return _APART.sub("-", title.lower()).strip("-") or "record"


def filled(template: str, values: Mapping[str, str]) -> str:
    """A project's own template with NUMBER, TITLE, DATE and STATUS; each once, as they stand."""
    return _WORDS.sub(lambda match: values[match[0]], template)


def with_iso_days(text: str) -> str:
    """`Date: 12/01/1992`, day first, as `Date: 1992-01-12`."""
    return _OLD_DAY.sub(r"Date: \3-\2-\1", text)


def toc(records: Iterable[Record], prefix: str, intro: str, outro: str) -> str:
    """Its table of contents."""
    lines = ["# Architecture Decision Records", ""]
    lines += [*intro.rstrip("\n").split("\n"), ""] if intro else []
    lines += [f"* [{each.heading}]({prefix}{_file(each)})" for each in records]
    lines += ["", *outro.rstrip("\n").split("\n")] if outro else []
    return "\n".join(lines) + "\n"


def graph(index: Index, prefix: str, suffix: str) -> str:
    """Its graph in Graphviz' language: a line through all, and what supersedes or amends what."""
    lines = ["digraph {", "  node [shape=plaintext];", "  subgraph {"]
    before = None
    edges = []
    for record in index.records:
        if record.number is None:
            continue
        name = f"_{record.number}"
        address = f"{prefix}{_file(record).removesuffix('.md')}{suffix}"
        label = f"label={_quoted(record.heading)}; URL={_quoted(address)}"
        lines.append(f"    {name} [{label}];")
        if before is not None:
            lines.append(f'    {before} -> {name} [style="dotted", weight=1];')
        before = name
        for match in _RELATION.finditer(record.document.text):
            if not _ACTIVE.fullmatch(match["words"]):
                words = _quoted(match["words"].strip())
                edges.append(f"  {name} -> _{int(match['number'])} [label={words}, weight=0]")
    return "\n".join([*lines, "  }", *edges, "}"]) + "\n"


def completions(words: Iterable[str], commands: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What can follow words that are typed so far, the first being `adr`; sorted."""
    typed = list(words)[1:]
    if not typed:
        return tuple(sorted(commands))
    if len(typed) == 1 and typed[0] not in commands:
        return tuple(sorted(each for each in commands if each.startswith(typed[0])))
    below = commands.get(typed[0], ())
    start = typed[1] if len(typed) > 1 else ""
    return tuple(sorted(each for each in below if each.startswith(start)))


def _file(record: Record) -> str:
    return record.path.rsplit("/", 1)[-1]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
