"""The case `reporters`: a report as large as they get, in all formats, beside `json.tool`.

That one reads the same JSON and writes it indented, as often as qgate writes something. What was
written is held to GitHub's limits.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qgate.reporters import comment, github, json_v1, sarif, summary
from qgate.reporters.formats import FORMATS
from tests.bench.measure import Task, by_turns
from tests.bench.sizes import Setup
from tests.bench.table import Result, Target, at_most, below
from tests.support.repo import ROOT, clean_environment
from tests.support.report_samples import large

_OUTPUTS: Final = len(FORMATS) + 2  # the summary and the comment
_MOST_SECONDS: Final = 5


def reporters(setup: Setup) -> Iterator[Result]:
    """Read a report, write every format, the step's summary and the comment, in one process."""
    sizes = setup.sizes
    folder = setup.folder / "reporters"
    out = folder / "out"
    out.mkdir(parents=True)
    report = folder / "report.json"
    report.write_text(json_v1.render(large(sizes.findings, sizes.finding_files)), "utf-8")
    environ = {**clean_environment(folder), "PYTHONPATH": str(ROOT)}
    python = (sys.executable, "-m")
    tasks = (
        Task(
            name="qgate: all formats, summary and comment",
            argvs=((*python, "tests.bench.render_all", str(report), str(out)),),
            cwd=ROOT,
            environ=environ,
        ),
        Task(
            name=f"python -m json.tool: JSON alone, {_OUTPUTS} times",
            argvs=((*python, "json.tool", str(report), str(folder / "again.json")),) * _OUTPUTS,
            cwd=ROOT,
            environ=environ,
        ),
    )
    ours, theirs = by_turns(tasks, runs=sizes.runs)
    keeps_limits(out)
    yield Result(
        case="reporters",
        about=f"{sizes.findings} findings in {sizes.finding_files} files, "
        f"{report.stat().st_size / 1_000_000:.1f} MB of JSON",
        measured=(ours, theirs),
        targets=(
            at_most(1, theirs.seconds, theirs.name, ours.seconds),
            Target(
                f"{ours.name}: under {_MOST_SECONDS} s",
                f"{ours.seconds:.2f} s",
                ours.seconds < _MOST_SECONDS,
            ),
            below(300, ours),
        ),
    )


def keeps_limits(folder: Path) -> None:
    """Raise `AssertionError` where something that was written is more than GitHub takes."""
    texts = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert len(texts["comment"].encode("utf-16-le")) // 2 <= comment.MOST_CHARACTERS
    assert texts["comment"].startswith(f"{comment.MARKER}\n")
    assert len(texts["summary"].encode()) <= summary.MOST_BYTES
    levels = Counter(line.partition(" ")[0] for line in texts["github"].splitlines())
    assert set(levels) <= {"::error", "::warning", "::notice"}
    assert max(levels.values()) <= github.MOST + 1
    assert len(gzip.compress(texts["sarif"].encode())) <= sarif.MOST_BYTES
    results = json.loads(texts["sarif"])["runs"][0]["results"]
    assert 0 < len(results) <= sarif.MOST_RESULTS
