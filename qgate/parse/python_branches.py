"""Executed arcs of coverage.py's native data to the branch exits of each line.

Which arcs are possible is coverage.py's own analysis; the counting is that of its
`Analysis.branch_stats`, done here because that class changes between releases.
"""

from collections import Counter, defaultdict

from coverage.parser import PythonParser

from qgate.model.coverage import Arc, Exits


def exits(text: str, arcs: frozenset[Arc], *, exclude: str, no_branch: str) -> dict[int, Exits]:
    """Taken and possible exits by first line, for lines with more than one possible exit.

    `exclude` and `no_branch` are regular expressions; a line that matches `no_branch` counts
    all its exits as taken. The text must parse (`python_source.parse` has seen it).
    """
    parser = PythonParser(text=text, exclude=exclude or None)
    parser.parse_source()
    possible = parser.arcs()
    executed = parser.translate_arcs(_without_self_jumps(arcs, possible))
    forgiven = parser.lines_matching(no_branch) if no_branch else set()
    counts = parser.exit_counts()
    missing = Counter(
        start
        for start, end in possible - executed
        if start not in forgiven and end not in parser.excluded
    )
    return {
        line: Exits(count - missing[line], count) for line, count in counts.items() if count > 1
    }


def _without_self_jumps(arcs: frozenset[Arc], possible: set[Arc]) -> set[Arc]:
    """An arc from a line to itself stands for that line's only exit, if it has just one."""
    ends = defaultdict(set)
    for start, end in possible:
        ends[start].add(end)
    real = {(start, end) for start, end in arcs if start != end}
    loops = {start for start, end in arcs if start == end and len(ends[start]) == 1}
    return real | {(start, next(iter(ends[start]))) for start in loops}
