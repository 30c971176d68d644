"""The real mypy and pip-audit without what costs them most: a start for nothing.

Each is a small script in front on PATH. mypy finds in a cache folder of its own that is empty what
it knows of its library's types, as it would after any run before; a folder in use is let be. The
version of either was asked for once. Whatever else is said to them, the real ones answer.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

_BIN: Final = Path(sys.prefix, "bin")
_SCRIPT: Final = """\
#!/bin/sh
test "$*" = --version && {{ echo {version}; exit; }}
{seed}
exec {program} "$@"
"""
_SEED: Final = """\
for word; do
  case $word in --cache-dir=*)
    folder=${{word#--cache-dir=}}
    test -z "$(ls -A "$folder" 2>/dev/null)" && mkdir -p "$folder" && cp -R {known}/. "$folder"
  esac
done"""


def make(folder: Path) -> Path:
    """Write the scripts; the folder for PATH."""
    bin_, known = folder / "bin", folder / "known"
    (folder / "lib/python3/site-packages").mkdir(parents=True)  # what has one has one version
    bin_.mkdir()
    subject = folder / "empty.py"
    subject.write_text("", "utf-8")
    _asked("mypy", f"--cache-dir={known}", str(subject), folder=folder)
    # Not a shim that has to find out first which interpreter is meant.
    (bin_ / "python3").symlink_to(os.path.realpath(sys.executable))
    _write(bin_ / "mypy", seed=_SEED.format(known=shlex.quote(str(known))))
    _write(bin_ / "pip-audit", seed="")
    return bin_


def _write(path: Path, *, seed: str) -> None:
    version = _asked(path.name, "--version", folder=path.parent).strip()
    program = shlex.quote(str(_BIN / path.name))
    path.write_text(_SCRIPT.format(version=shlex.quote(version), seed=seed, program=program))
    path.chmod(0o755)


def _asked(name: str, *arguments: str, folder: Path) -> str:
    argv = [str(_BIN / name), *arguments]
    done = subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()
