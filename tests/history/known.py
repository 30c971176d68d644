"""What coverage.py and git themselves say of the lines, to hold both tools' answers against."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from coverage.parser import PythonParser

from qgate.parse import python_text
from tests.history.measure import git
from tests.history.reasons import Class, Count, Facts, is_diff, placed_syntax
from tests.history.views import BASE, Ours, Theirs, content


def facts(folder: Path, path: str, mine: Ours, other: Theirs) -> Iterator[Facts]:
    """Everything `explain` needs, for each line of a Python file that either calls changed."""
    view = mine.files.get(path)
    lines = view.lines if view else frozenset[int]()
    their_lines = other.lines.get(path, frozenset())
    known = Known.of(folder, path, view.file.old_path if view and view.file.old_id else "")
    ours_valid = is_diff(known.old_lines, known.new_lines, lines)
    theirs_valid = is_diff(known.old_lines, known.new_lines, their_lines)
    new = placed_syntax(known.text)
    base = {syntax for each in placed_syntax(known.old_text).values() for syntax in each}
    for line in sorted(lines | their_lines):
        known_first = known.parser.multiline_map.get(line, line)
        first = view.firsts.get(line, 0) if view else 0
        yield Facts(
            line=line,
            theirs=other.count(path, line),
            ours=view.classes.get(line, Class.UNCHANGED) if view else Class.UNCHANGED,
            rule=view.rule if view else "",
            first=first,
            known_first=known_first,
            known=known.count(known_first),
            known_excluded=known_first in known.excluded,
            first_theirs=other.count(path, first),
            is_theirs=line in their_lines,
            is_first_theirs=first in their_lines,
            is_measured=known.is_measured,
            shares_name=known.shares_name,
            is_same_syntax=bool(new.get(first)) and base.issuperset(new[first]),
            ours_valid=ours_valid,
            theirs_valid=theirs_valid,
            lacks_newline=known.lacks_newline,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One file by coverage.py and git alone."""

    text: str
    old_text: str
    new_lines: list[bytes]
    old_lines: list[bytes]
    parser: PythonParser
    is_measured: bool
    hits: frozenset[int]
    misses: frozenset[int]
    excluded: frozenset[int]
    shares_name: bool
    lacks_newline: bool

    @classmethod
    def of(cls, folder: Path, path: str, old_path: str) -> "Known":
        """`old_path` is "" for a new file."""
        new = content(folder, "HEAD", path)
        old = content(folder, BASE, old_path) if old_path else b""
        text = python_text.decode(new)
        parser = PythonParser(text=text or "\n")
        parser.parse_source()
        report = json.loads((folder / "coverage.json").read_text())["files"].get(path)
        measured = report or {}
        diff = git(folder, "diff", "--unified=0", f"{BASE}...HEAD", "--", path)
        return cls(
            text=text,
            old_text=python_text.decode(old),
            new_lines=new.splitlines(),
            old_lines=old.splitlines(),
            parser=parser,
            is_measured=report is not None,
            hits=frozenset(measured.get("executed_lines", ())),
            misses=frozenset(measured.get("missing_lines", ())),
            excluded=frozenset(measured.get("excluded_lines", ())),
            shares_name=path in _sharing_a_name(folder),
            lacks_newline=b"\n\\ No newline" in diff,
        )

    def count(self, first: int) -> Count:
        """What coverage.py says of the statement that starts on a line."""
        if first in self.misses:
            return Count.MISS
        return Count.HIT if first in self.hits else Count.NOT


def _sharing_a_name(folder: Path) -> set[str]:
    """Files that one class of the XML could mean equally well."""
    root = ET.parse(folder / "coverage.xml").getroot()  # noqa: S314 - written by coverage.py here
    sources = [Path(each.text or "") for each in root.iterfind("sources/source")]
    sharing = set()
    for each in root.iter("class"):
        files = [source / str(each.get("filename")) for source in sources]
        found = {str(file.relative_to(folder)) for file in files if file.is_file()}
        if len(found) > 1:
            sharing |= found
    return sharing
