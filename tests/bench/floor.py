"""The least that judging by a line report takes: git's diff, and reading the report.

Run in the repository as `python -m tests.bench.floor BASE REPORT`; prints both times in
seconds as JSON. The start of the interpreter counts for neither.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from qgate.parse import lcov


def main(base: str, report: str) -> None:
    """Measure and print."""
    start = time.perf_counter()
    subprocess.run(
        ["git", "diff", "-U0", "--diff-algorithm=minimal", base], check=True, capture_output=True
    )
    diffed = time.perf_counter()
    lcov.parse(Path(report).read_bytes())
    json.dump((diffed - start, time.perf_counter() - diffed), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
