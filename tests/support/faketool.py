"""A tool that is a small script: it notes every run outside the repository."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qgate.model.report import GateResult
from tests.support.check import judged
from tests.support.repo import Repo

# `reads` is what the script looks at beside its arguments; it prints what it was told to find.
_SCRIPT = """#!/bin/sh
test "$1" = --version && {{ echo demo 1.0; exit 0; }}
echo run >> '{log}'
{body}
"""
# Every line with BAD in the named files, or in all text files below.
GREP = r"""
test $# = 0 && set -- $(find . -name '*.txt' -not -path './.git/*' | sort)
grep -Hn BAD "$@"
test $? -le 1
"""


@dataclass(frozen=True)
class FakeTool:
    """The tool `demo` of the gate `demo`, in a folder that is in front on PATH."""

    repo: Repo
    folder: Path

    @property
    def log(self) -> Path:
        """One line for each run."""
        return self.folder / "log"

    @property
    def runs(self) -> int:
        """How often it ran so far."""
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    def says(self, body: str) -> None:
        """Replace what the script does."""
        program = self.folder / "demo"
        program.write_text(_SCRIPT.format(log=self.log, body=body), "utf-8")
        program.chmod(0o755)

    def judge(self, **flags: Any) -> GateResult:
        """The gate's result; the flags are those of `judged`."""
        flags = {"base": "HEAD", **flags} if not flags.get("staged") else flags
        # An answer about files just written is not kept: they could change again unseen.
        time.sleep(0.03)
        (gate,) = judged(self.repo, gates=("demo",), **flags).gates
        return gate

    def ran(self, **flags: Any) -> bool:
        """Whether it ran for one more verdict, which is none for want of a tool."""
        before = self.runs
        gate = self.judge(**flags)
        assert gate.outcome.value in {"passed", "failed"}, gate.summary
        return self.runs > before


def definition(**fields: str) -> str:
    """The settings with the tool; fields as YAML."""
    whole = {
        "gate": "demo",
        "command": '[demo, "{files}"]',
        "files": '["*.txt"]',
        "output": "regex",
        "pattern": r"'^(?P<path>[^:]+):(?P<line>\d+):(?P<message>.*)$'",
        "version": "[demo, --version]",
        "config": "[demo.conf, ~/.demo.conf]",
        "environment": '["DEMO_*"]',
        **fields,
    }
    lines = "".join(f"    {name}: {value}\n" for name, value in whole.items())
    return f"tools:\n  demo:\n{lines}"


def install(repo: Repo, folder: Path, body: str = GREP) -> FakeTool:
    """Put the tool on the PATH of the repository's environment."""
    folder.mkdir(parents=True, exist_ok=True)
    environ = {**repo.environ, "PATH": f"{folder}:{repo.environ['PATH']}"}
    tool = FakeTool(replace(repo, environ=environ), folder)
    tool.says(body)
    return tool
