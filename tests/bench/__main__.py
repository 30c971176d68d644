"""`python -m tests.bench [CASE ...]`: qgate beside the tools one would use instead.

Prints seconds, memory and ratios, the target beside each result. It fails only where two tools
did not see the same.
"""

import argparse
import tempfile
from pathlib import Path

from tests.bench import table
from tests.bench.cases import CASES
from tests.bench.sizes import Setup, Sizes


def main() -> None:
    """Run the cases that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="everything a tenth of its size")
    parser.add_argument("--runs", type=int, default=3, help="turns of each contestant")
    parser.add_argument("--project", type=Path, help="a checkout for the case `project`")
    parser.add_argument(
        "--peers", type=Path, help="a folder with pre-commit, prek, lefthook, markdownlint-cli2"
    )
    parser.add_argument("--keep", type=Path, help="make the inputs in this new folder and keep it")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; cases: {', '.join(CASES)}")
    sizes = Sizes(runs=options.runs)
    if options.quick:
        sizes = sizes.divided(10)
    print(table.machine(), end="\n\n")
    with tempfile.TemporaryDirectory(prefix="qgate-bench-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        setup = Setup(
            folder=folder.resolve(), sizes=sizes, checkout=options.project, peers=options.peers
        )
        for name in options.cases or CASES:
            for result in CASES[name](setup):
                table.show(result)


if __name__ == "__main__":
    main()
