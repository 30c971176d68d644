"""Contradictions in a repository's own rules: severities, response times, coverage.

Read are runbooks, checklists, and Markdown that the settings name; decisions, incidents and
post-mortems tell what was, which is no rule. A sentence is taken only where it names the one thing
and the one number without doubt; numbers found in sentences are warnings.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from qgate.documents.checklist.template import FOLDER
from qgate.documents.incident import severity, times
from qgate.documents.incident.severity import Table
from qgate.documents.kinds import Kind, Library
from qgate.documents.rules.asked import Asked, found
from qgate.errors import SettingsError
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document, MalformedDocument, read
from qgate.parse.markdown import Block, BlockKind
from qgate.parse.yaml_tree import InvalidYaml, Located

SETTINGS: Final = ".qgate.yml"
_KINDS: Final = (Kind.RUNBOOK, Kind.CHECKLIST)
_SEVERITY_FILE: Final = re.compile(r"p\d{1,2}|sev-?\d{1,2}")
_LENGTH: Final = re.compile(
    r"(?:<|\u2264|\bwithin|\bunder|\bless than|\bup to|\bin at most)\s*(\d{1,4}\s*[a-z]+)\b",
    re.IGNORECASE,
)
_ANY_LENGTH: Final = re.compile(
    r"\b\d{1,4}\s*(?:minutes?|mins?|hours?|hrs?|h|days?)\b", re.IGNORECASE
)
_RESPONSE: Final = re.compile(r"\brespon(?:d|se)|\backnowledg", re.IGNORECASE)
# A time in which something else is to be done.
_NO_RESPONSE: Final = re.compile(
    r"\bpost-?mortem|\breview|\bresol|\bmitigat|\bupdate|\bfix", re.IGNORECASE
)
_COVERAGE: Final = re.compile(
    r"\b(?:test|code|line|patch|diff) coverage\b|\bcovered by tests\b"
    r"|\bcoverage (?:of|for|on) (?:new|changed)\b",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    r"(?:>=?|\u2265|\bat least|\bmore than|\bminimum(?: of)?|\babove|\bover)\s*"
    r"(\d{1,3}(?:\.\d{1,3})?)\s*%",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n")


class Rule(StrEnum):
    """Rule ids; rules/explain/documents/ has the texts."""

    SEVERITY = "documents/policy-severity"
    RESPONSE_TIME = "documents/policy-response-time"
    COVERAGE = "documents/policy-coverage"


def of_document(document: Document, kind: Kind) -> Iterator[Finding]:
    """Nothing: one document cannot contradict itself here."""
    del document, kind
    yield from ()


def by_clock(document: Document, kind: Kind, now: datetime) -> Iterator[Finding]:
    """Nothing: no rule here knows the day."""
    del document, kind, now
    yield from ()


def of_library(library: Library, asked: Asked) -> Iterator[Finding]:
    """What disagrees with the table of severities and with the settings, as they are there."""
    files = {**asked.policy, **asked.proposed}
    threshold = _threshold(files.get(SETTINGS, b""))
    try:
        table = severity.of(files)
    except SettingsError:
        # Said where the table itself is judged.
        table = None
    for document in _documents(library):
        if threshold is not None:
            yield from _coverage(document, threshold)
        if table is not None:
            yield from _named(document, table)
            yield from _response(document, table)
    if table is not None:
        yield from _checklists(files, table)


def _documents(library: Library) -> Iterator[Document]:
    for kind in _KINDS:
        yield from library.of(kind)
    for path, data in sorted(library.others.items()):
        if path.endswith(".md") and path not in library.documents:
            try:
                yield read(data, path)
            except MalformedDocument:
                continue


def _checklists(files: Mapping[str, bytes], table: Table) -> Iterator[Finding]:
    """Checklists called like a severity that the table does not have."""
    known = {name.lower() for name in table.names}
    for path in sorted(files):
        name = PurePosixPath(path).stem
        is_list = path.startswith(f"{FOLDER}/") and _SEVERITY_FILE.fullmatch(name)
        if is_list and name not in known:
            message = f"{name.upper()} is none of the severities {', '.join(table.names)}"
            yield found(Rule.SEVERITY, message, path)


def _named(document: Document, table: Table) -> Iterator[Finding]:
    """Severities in the front matter and in sentences about severity that the table lacks."""
    written = document.value("severity").strip()
    if written and written.upper() not in table.names:
        message = f"{written} is none of the severities {', '.join(table.names)}"
        yield found(Rule.SEVERITY, message, document, document.line_of("severity"))
    prefixes = {name.rstrip("0123456789") for name in table.names}
    if len(prefixes) != 1 or "" in prefixes:
        return
    numbered = re.compile(rf"\b{re.escape(prefixes.pop())}\d{{1,2}}\b")
    for line, sentence in _sentences(document):
        if "severit" not in sentence.casefold():
            continue
        for name in dict.fromkeys(numbered.findall(sentence)):
            if name not in table.names:
                message = f"{name} is none of the severities {', '.join(table.names)}"
                yield found(Rule.SEVERITY, message, document, line, level=Level.WARNING)


def _response(document: Document, table: Table) -> Iterator[Finding]:
    by_word = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in table.names))
    for line, sentence in _sentences(document):
        named = set(by_word.findall(sentence))
        if len(named) != 1 or not _RESPONSE.search(sentence) or _NO_RESPONSE.search(sentence):
            continue
        row = table.get(named.pop())
        lengths = set(_LENGTH.findall(sentence))
        if row is None or len(lengths) != 1:
            continue
        said = _length(lengths.pop())
        if said is not None and said != row.respond_within:
            yield _other_time(document, line, f"{row.name} asks", said, row.respond_within)
    for block in document.body.blocks:
        if block.kind is BlockKind.HEADING:
            yield from _phase(document, block, table)
    yield from _rows(document, table)


def _phase(document: Document, heading: Block, table: Table) -> Iterator[Finding]:
    """A heading such as `Immediate response (< 30 minutes)` against the phase of that name."""
    for phase in table.phases:
        match = re.fullmatch(
            rf"{re.escape(phase.label)}\s*\(([^()]*)\)", heading.text.strip(), re.IGNORECASE
        )
        lengths = _ANY_LENGTH.findall(match[1]) if match else []
        said = _length(lengths[-1]) if lengths else None
        if said is not None and phase.ends is not None and said != phase.ends:
            yield _other_time(document, heading.line, f"{phase.label} takes", said, phase.ends)


def _rows(document: Document, table: Table) -> Iterator[Finding]:
    """Rows of a table with a severity first and, below a head about response, one length."""
    head: tuple[str, ...] = ()
    for block in document.body.blocks:
        if block.kind is not BlockKind.ROW:
            head = ()
            continue
        if block.is_header:
            head = block.cells
            continue
        row = table.get(re.split(r"\W", block.cells[0].strip("*` "), maxsplit=1)[0])
        if row is None:
            continue
        for title, cell in zip(head[1:], block.cells[1:], strict=False):
            lengths = _ANY_LENGTH.findall(cell)
            is_asked = len(lengths) == 1 and _RESPONSE.search(title)
            said = _length(lengths[0]) if is_asked else None
            if said is not None and said != row.respond_within:
                yield _other_time(
                    document, block.line, f"{row.name} asks", said, row.respond_within
                )


def _other_time(
    document: Document, line: int, what: str, said: timedelta, rule: timedelta
) -> Finding:
    message = f"{what} {times.limit(said)} here, and {times.limit(rule)} by the table of severities"
    return found(Rule.RESPONSE_TIME, message, document, line, level=Level.WARNING)


def _coverage(document: Document, threshold: Fraction) -> Iterator[Finding]:
    for line, sentence in _sentences(document):
        shares = set(_SHARE.findall(sentence))
        if len(shares) != 1 or not _COVERAGE.search(sentence):
            continue
        said = shares.pop()
        if Fraction(said) != threshold:
            shown = f"{float(threshold):g}"
            message = f"{said}% of coverage here, and gates.coverage.threshold is {shown}"
            yield found(Rule.COVERAGE, message, document, line, level=Level.WARNING)


def _sentences(document: Document) -> Iterator[tuple[int, str]]:
    """Every sentence of the text, with its line; not of code, tables and comments."""
    for block in document.body.blocks:
        if block.kind not in {BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM}:
            continue
        for number, text in enumerate(block.text.split("\n")):
            for sentence in _SENTENCE.split(text):
                yield block.line + number, sentence


def _length(text: str) -> timedelta | None:
    try:
        return times.duration(text)[0]
    except times.WrongTime:
        return None


@lru_cache(maxsize=4)
def _threshold(data: bytes) -> Fraction | None:
    """`gates.coverage.threshold` as written, None where it is not."""
    from qgate.parse import yaml_reader  # noqa: PLC0415 - only where there are settings

    try:
        at: Located | None = yaml_reader.read(data.decode("utf-8-sig"))
    except (InvalidYaml, UnicodeDecodeError):
        # Settings that cannot be read end the run elsewhere.
        return None
    for key in ("gates", "coverage", "threshold"):
        value = at.value if at else None
        at = value[key].value if isinstance(value, dict) and key in value else None
    try:
        return Fraction(str(at.value).rstrip("% ")) if at and at.value is not None else None
    except ValueError:
        return None
