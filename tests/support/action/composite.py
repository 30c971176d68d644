"""Runs action.yml: its commands for real, other actions only noted."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support.action.expressions import Job, filled, holds
from tests.support.repo import ROOT

_SHELL: Final = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
_ONE_LINE: Final = re.compile(r"([^=<]+)=(.*)")
_KNOWN: Final = {"name", "id", "if", "shell", "env", "run", "uses", "with"}


@dataclass(frozen=True, slots=True)
class Used:
    """A step that uses another action: what it was given."""

    action: str
    given: Mapping[str, str]


@dataclass(slots=True)
class Ran:
    """What a run of the action came to.

    `code` is the exit code of the first step that failed, else 0; `steps` says how each ended;
    `environment` and `paths` are what was written for the steps after it.
    """

    code: int = 0
    out: str = ""
    err: str = ""
    summary: str = ""
    environment: str = ""
    paths: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    used: list[Used] = field(default_factory=list)

    def use(self, action: str) -> Mapping[str, str] | None:
        """What an action was given by a step, None if no step used it."""
        return next((each.given for each in self.used if each.action == action), None)

    @property
    def annotations(self) -> list[str]:
        """The lines of standard output that the runner takes for commands."""
        return [line for line in self.out.splitlines() if line.lstrip().startswith("::")]


class Composite:
    """The action, ready to run. `environ` is what a runner gives to every step."""

    def __init__(self, environ: Mapping[str, str], folder: Path, *, action: Path = ROOT) -> None:
        self._definition = definition(action)
        self._action = action
        self._environ = environ
        self._folder = folder

    def run(self, inputs: Mapping[str, str] | None = None, *, cwd: Path) -> Ran:
        """Run all steps in the workspace `cwd`."""
        known = self._definition["inputs"]
        given = dict(inputs or {})
        assert given.keys() <= known.keys(), given
        contexts = {
            f"inputs.{name}": given.get(name, each["default"]) for name, each in known.items()
        }
        ran = Ran()
        for number, step in enumerate(self._definition["runs"]["steps"]):
            assert step.keys() <= _KNOWN, step
            if not holds(str(step.get("if", "")), contexts, Job(failed=bool(ran.code))):
                ran.steps[step["name"]] = "skipped"
            elif "uses" in step:
                whole = {key: filled(str(each), contexts) for key, each in step["with"].items()}
                ran.used.append(Used(step["uses"].partition("@")[0], whole))
                ran.steps[step["name"]] = "used"
            else:
                code = self._command(step, number, contexts, ran, cwd)
                ran.code = ran.code or code
                ran.steps[step["name"]] = str(code)
        for name, each in self._definition["outputs"].items():
            ran.outputs[name] = filled(each["value"], contexts)
        return ran

    def _command(
        self, step: Mapping[str, Any], number: int, contexts: dict[str, str], ran: Ran, cwd: Path
    ) -> int:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        files = {
            name: self._folder / f"{number}-{name}"
            for name in ("output", "step_summary", "env", "path", "state")
        }
        for file in files.values():
            file.write_bytes(b"")
        script = self._folder / f"{number}.sh"
        script.write_text(step["run"], "utf-8")
        variables = {key: filled(each, contexts) for key, each in step.get("env", {}).items()}
        done = subprocess.run(
            [*_SHELL, str(script)],
            cwd=cwd,
            env={
                **self._environ,
                **variables,
                **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
                "GITHUB_ACTION_PATH": str(self._action),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        ran.out += done.stdout.decode("utf-8", "replace")
        ran.err += done.stderr.decode("utf-8", "replace")
        ran.summary += files["step_summary"].read_text("utf-8")
        ran.environment += files["env"].read_text("utf-8")
        ran.paths += files["path"].read_text("utf-8")
        for name, text in outputs(files["output"].read_text("utf-8")).items():
            contexts[f"steps.{step['id']}.outputs.{name}"] = text
        return done.returncode


def definition(action: Path = ROOT) -> dict[str, Any]:
    """action.yml as it stands."""
    loaded: dict[str, Any] = yaml.safe_load((action / "action.yml").read_text("utf-8"))
    return loaded


def outputs(text: str) -> dict[str, str]:
    """The values in a file of outputs, read as the runner does; the last one of a name holds.

    https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs
    """
    found: dict[str, str] = {}
    lines = iter(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"))
    for line in lines:
        if "<<" in line and ("=" not in line or line.index("<<") < line.index("=")):
            name, _, delimiter = line.partition("<<")
            block: list[str] = []
            for inner in lines:
                if inner == delimiter:
                    break
                block.append(inner)
            else:
                raise AssertionError(f"the delimiter of {name} does not come")
            found[name] = "\n".join(block)
        elif line:
            match = _ONE_LINE.fullmatch(line)
            assert match is not None, line
            found[match[1]] = match[2]
    return found
