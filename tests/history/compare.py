"""qgate and diff-cover, statement by statement, over a project's last commits.

Run `python tests/history/compare.py CHECKOUT --commits 20 --venv PYTHON` with a Python that has
qgate's dependencies and diff-cover; PYTHON is one that has the project's test dependencies.
Each commit is cloned, its own tests run once under coverage, and qgate (native data, --base
HEAD~1 --committed) and diff-cover (XML of the same data) both judge it. Every line on which they
differ gets its reason from the closed list in reasons.py. A line without one is printed as
UNEXPLAINED, and the exit code is 1.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from qgate.api import Outcome
from qgate.gates.coverage.rules import Rule
from tests.history.known import facts
from tests.history.measure import CannotMeasure, Measured, Project, candidates, measure
from tests.history.reasons import Class, Count, Facts, Reason, explain
from tests.history.views import NotJudged, Ours, Theirs, ours, theirs

_NEEDED: Final = 90


@dataclass
class Totals:
    """Counts over all commits: lines by relation, statements by qgate's class, verdicts.

    `verdicts` says whether qgate and diff-cover pass a commit at 90 %; `narrowed` the same where
    diff-cover's lines in the files that qgate leaves out are not counted.
    """

    commits: int = 0
    skipped: int = 0
    failing: int = 0
    relations: Counter[Reason] = field(default_factory=Counter)
    statements: Counter[Class] = field(default_factory=Counter)
    counted: Counter[Count] = field(default_factory=Counter)
    verdicts: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    narrowed: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    @property
    def touched(self) -> int:
        """All lines that were compared."""
        return self.relations.total() + len(self.unexplained)


def main() -> int:
    """Compare, print, and give the exit code."""
    options = _options()
    # What a user's git is configured to do must not decide what diff-cover sees.
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    with tempfile.TemporaryDirectory(prefix="history-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        project = Project(
            checkout=options.checkout.resolve(),
            work=work,
            # Not resolved: a virtual environment's Python is a link that knows where it lies.
            python=options.venv.absolute(),
            test=options.test,
            source=options.source,
            under=options.under,
            first_parent=options.first_parent,
        )
        totals = Totals()
        for measured in _measured(project, options.commits, totals):
            _compare(measured, totals, verbose=options.verbose)
    table = "\n".join(markdown(project.checkout.name, totals))
    print(table)
    if options.markdown:
        options.markdown.write_text(f"{table}\n")
    return 1 if totals.unexplained else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare qgate with diff-cover over a history.")
    parser.add_argument("checkout", type=Path, help="a git checkout of a Python project; only read")
    parser.add_argument("--commits", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--first-parent", action="store_true", help="walk the merges of a branch")
    parser.add_argument("--venv", type=Path, default=Path(sys.executable), metavar="PYTHON")
    parser.add_argument("--test", default="-m pytest -q", help="behind `coverage run`")
    parser.add_argument("--source", default="", help="coverage.py's --source, if not configured")
    parser.add_argument("--under", default="", help="only commits that change Python below this")
    parser.add_argument("--markdown", type=Path, metavar="OUT.md", help="write the table there too")
    parser.add_argument("--work", type=Path, help="keep clones and measurements in this folder")
    parser.add_argument("--verbose", action="store_true", help="print every line that differs")
    return parser.parse_args()


def _measured(project: Project, wanted: int, totals: Totals) -> Iterator[Measured]:
    for sha in candidates(project):
        if totals.commits == wanted:
            return
        try:
            measured = measure(project, sha)
        except CannotMeasure as error:
            totals.skipped += 1
            print(f"{sha[:12]} skipped, its tests do not run: {error}", flush=True)
            continue
        totals.commits += 1
        totals.failing += " failed" in measured.tests
        yield measured


def _compare(measured: Measured, totals: Totals, *, verbose: bool) -> None:
    sha = measured.sha[:12]
    other = theirs(measured.folder)
    try:
        mine = ours(measured.folder)
    except NotJudged as error:
        totals.unexplained.append(f"{sha} {error}")
        print(f"UNEXPLAINED {sha}: qgate gives no verdict: {error}", flush=True)
        return
    percent = other.report["total_percent_covered"]
    is_passed = mine.gate.outcome is Outcome.PASSED
    totals.verdicts[is_passed, percent >= _NEEDED] += 1
    totals.narrowed[is_passed, _passes_narrowed(mine, other)] += 1
    print(f"{sha} ({measured.tests})\n  qgate: {mine.gate.outcome}, {mine.gate.summary}")
    print(f"  diff-cover: {percent} % of {other.report['total_num_lines']} lines", flush=True)
    for text in _contradictions(mine, other):
        totals.unexplained.append(f"{sha} {text}")
        print(f"UNEXPLAINED {sha}: {text}")
    for text in mine.formats:
        print(f"  other report: {text}")
    for path in sorted({*mine.files, *other.lines}):
        if path.endswith(".py") and (path in mine.files or other.lines[path]):
            for each in facts(measured.folder, path, mine, other):
                _note(f"{sha} {path}:{each.line}", each, totals, verbose=verbose)
    _count(mine, other, totals)


def _passes_narrowed(mine: Ours, other: Theirs) -> bool:
    judged = [
        stats
        for path, stats in other.report["src_stats"].items()
        if path not in mine.files or not mine.files[path].rule
    ]
    covered = sum(len(stats["covered_lines"]) for stats in judged)
    missing = sum(len(stats["violation_lines"]) for stats in judged)
    return covered * 100 >= _NEEDED * (covered + missing)


def _contradictions(mine: Ours, other: Theirs) -> Iterator[str]:
    """What must not be, beside the single lines."""
    for name, derived, reported in mine.figures:
        if derived != reported:
            yield f"{name} is {reported} in qgate's report and {derived} by its statements"
    for path in other.report["src_stats"]:
        if not path.endswith(".py"):
            yield f"{path}: diff-cover counts lines of a file that is not Python"
    foreign = Counter(each.path for each in mine.gate.findings if each.rule == Rule.UNCOVERED)
    for path, count in foreign.items():
        if not path.endswith(".py"):
            yield f"{path}: qgate counts {count} lines of a file that is not Python as missing"


def _note(place: str, each: Facts, totals: Totals, *, verbose: bool) -> None:
    reason = explain(each)
    if reason is None:
        totals.unexplained.append(place)
        print(f"UNEXPLAINED {place}: {each}")
        return
    totals.relations[reason] += 1
    if verbose and not reason.is_agreement:
        print(f"  {place}: diff-cover {each.theirs}, qgate {each.ours}: {reason}")


def _count(mine: Ours, other: Theirs, totals: Totals) -> None:
    for view in mine.files.values():
        statements = {(view.firsts.get(line, 0), each) for line, each in view.classes.items()}
        totals.statements.update(each for first, each in statements if first)
    for stats in other.report["src_stats"].values():
        totals.counted[Count.HIT] += len(stats["covered_lines"])
        totals.counted[Count.MISS] += len(stats["violation_lines"])


def markdown(name: str, totals: Totals) -> Iterator[str]:
    """The table of one project."""
    agreeing = sum(count for reason, count in totals.relations.items() if reason.is_agreement)
    rows: list[tuple[str, int]] = [
        ("commits", totals.commits),
        ("of these with failing tests", totals.failing),
        ("commits skipped, their tests do not run", totals.skipped),
        ("touched lines", totals.touched),
        ("agreeing", agreeing),
        *(
            (f"agreeing: {reason}", totals.relations[reason])
            for reason in Reason
            if reason.is_agreement
        ),
        ("differing", totals.relations.total() - agreeing),
        *(
            (f"differing: {reason}", totals.relations[reason])
            for reason in Reason
            if not reason.is_agreement
        ),
        ("unexplained", len(totals.unexplained)),
        (
            "statements qgate counts",
            sum(totals.statements[each] for each in (Class.HIT, Class.MISS)),
        ),
        ("of these missing", totals.statements[Class.MISS]),
        ("lines diff-cover counts", totals.counted.total()),
        ("of these missing", totals.counted[Count.MISS]),
        ("commits that pass 90 % with both", totals.verdicts[True, True]),
        ("commits that fail with both", totals.verdicts[False, False]),
        ("commits that pass with qgate only", totals.verdicts[True, False]),
        ("commits that pass with diff-cover only", totals.verdicts[False, True]),
        (
            "the same without the files qgate leaves out: with qgate only",
            totals.narrowed[True, False],
        ),
        ("the same without these files: with diff-cover only", totals.narrowed[False, True]),
    ]
    yield f"| | {name} |"
    yield "|---|---:|"
    yield from (f"| {text} | {count} |" for text, count in rows)


if __name__ == "__main__":
    sys.exit(main())
