"""What qgate answers on the last commit of a clone, through its command line and JSON report."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.history.tool_reasons import Found, Said
from tests.history.tool_truth import EVERYTHING, TOOLS, Place

_STANDING: Final = {"new": Said.NEW, "existing": Said.OLD}


def judge(place: Place, folder: Path, mode: str = "new") -> Mapping[str, Any]:
    """Qgate's report on the last commit of a clone; the gates by name."""
    settings = place.work / f"settings-{mode}-{place.everything:d}.yml"
    settings.write_text(json.dumps(_settings(mode, everything=place.everything)))
    argv = [sys.executable, "-m", "qgate", "check", "lint", "types", "--base", "HEAD~1"]
    argv += ["--committed", "--format", "json", "--config", str(settings)]
    done = subprocess.run(
        argv, cwd=folder, env=place.environ(), capture_output=True, check=False, encoding="utf-8"
    )
    return {gate["name"]: gate for gate in json.loads(done.stdout)["gates"]}


def _settings(mode: str, *, everything: bool) -> dict[str, Any]:
    gates = {gate: {"blocks": mode, "tools": [tool]} for tool, gate in TOOLS.items()}
    if not everything:
        return {"version": 1, "gates": gates}
    ruff = ["ruff", "check", "--output-format=json", "--no-fix", "--force-exclude"]
    mypy = ["mypy", "--output=json", "--no-error-summary", "--no-color-output"]
    mypy += ["--cache-dir={cache}", "--python-executable={python}"]
    tools = {
        "ruff": {"command": [*ruff, *EVERYTHING["ruff"], "{files}"]},
        "mypy": {"command": [*mypy, *EVERYTHING["mypy"], "{project}"]},
    }
    return {"version": 1, "gates": gates, "tools": tools}


def said_of(gate: Mapping[str, Any]) -> dict[Found, tuple[list[Said], int]]:
    """What the report says of each finding, and how many of the like ones block."""
    found: dict[Found, tuple[list[Said], int]] = {}
    for each in gate["findings"]:
        owner, _, rule = each["rule"].partition("/")
        if owner == gate["name"]:
            message = each["message"].partition("\n")[0]
            key = Found(each["path"], each["line"], rule, message)
            answers, blocking = found.get(key, ([], 0))
            found[key] = ([*answers, _STANDING[each["standing"]]], blocking + each["blocking"])
    return found
