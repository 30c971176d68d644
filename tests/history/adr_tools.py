"""Run adr-tools' own tests against `qgate adr-tools`: `python adr_tools.py CHECKOUT`.

The checkout's scripts are run from where they are, with a program named `adr` first on the PATH,
and what they print is compared with what the checkout expects, byte for byte. Exit code 1 below 21.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
LEAST: Final = 21
_SHIMS: Final = {"adr": "", "_adr_autocomplete": "_autocomplete "}


def shims(folder: Path) -> None:
    """Write the programs that stand for adr-tools'."""
    for name, first in _SHIMS.items():
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qgate adr-tools {first}"$@"\n')
        file.chmod(0o755)


def output(script: Path, programs: Path, place: Path) -> bytes:
    """What a script prints in an empty folder, run as the checkout's Makefile runs it."""
    environ = {
        "PATH": f"{programs}:/bin:/usr/bin:{script.parent}",
        "HOME": str(place),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "ADR_DATE": "1992-01-12",
        "VISUAL": "",
        "EDITOR": "",
        "PS4": "+ ",
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
    }
    done = subprocess.run(
        ["/bin/sh", "-v", str(script)],
        cwd=place,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.stdout


def compared(checkout: Path) -> dict[str, bool]:
    """Whether each test's output is what it expects, by the test's name."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder) / "bin"
        programs.mkdir()
        shims(programs)
        for script in sorted((checkout / "tests").glob("*.sh")):
            place = Path(folder) / "tests" / script.stem
            place.mkdir(parents=True)
            expected = script.with_suffix(".expected").read_bytes()
            found[script.stem] = output(script, programs, place) == expected
    return found


def main() -> int:
    """Print a line for each test and the count; the exit code."""
    if len(sys.argv) != 2:
        print("usage: python tests/history/adr_tools.py CHECKOUT", file=sys.stderr)
        return 2
    found = compared(Path(sys.argv[1]).resolve())
    for name, is_same in found.items():
        print(f"{'identical' if is_same else 'DIFFERENT'}  {name}")
    count = sum(found.values())
    print(f"{count} of {len(found)} identical")
    return 0 if count >= LEAST and found else 1


if __name__ == "__main__":
    sys.exit(main())
