"""Workflows and actions as data: what they run, what they use, what they may."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support import linters

PINNED: Final = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*(?:-[\w.]+)?")
USES: Final = re.compile(r"^\s*(?:- )?uses:\s*(.+?)\s*$", re.MULTILINE)


def steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every step of a workflow's jobs, or of a composite action."""
    for job in document.get("jobs", {}).values():
        yield from job.get("steps", ())
    yield from document.get("runs", {}).get("steps", ())


def rules_broken(text: str) -> list[str]:
    """The rules of this house that a workflow or an action breaks, in words."""
    document = yaml.safe_load(text)
    found = [
        f"an expression inside a command: {step['run']}"
        for step in steps(document)
        if "${{" in step.get("run", "")
    ]
    found += [
        f"not pinned to a commit with its version: {used}"
        for used in USES.findall(text)
        if not (used.startswith("./") or PINNED.fullmatch(used))
    ]
    found += [
        "checkout keeps its credentials"
        for step in steps(document)
        if step.get("uses", "").startswith("actions/checkout@")
        and step.get("with", {}).get("persist-credentials") is not False
    ]
    if "jobs" in document:
        found += ["permissions at the top are not {}"] * (document.get("permissions") != {})
        found += [
            f"the job {name} {lack}"
            for name, job in document["jobs"].items()
            for lack, is_there in (
                ("does not say its permissions", "permissions" in job),
                ("has no timeout", "timeout-minutes" in job),
            )
            if not is_there
        ]
    return found


def problems(files: Mapping[str, str], folder: Path) -> list[str]:
    """What linters and house say about workflows and actions, by path; `folder` is scratch space.

    An action is one by its name, `action.yml`; its steps also go through actionlint as a job's.
    """
    written = []
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    actions = [file for file in written if file.name == "action.yml"]
    workflows = [file for file in written if file not in actions]
    found = [f"{name}: {rule}" for name, text in files.items() for rule in rules_broken(text)]
    found += linters.actionlint(
        {
            name: as_workflow(text) if name.endswith("action.yml") else text
            for name, text in files.items()
        }
    )
    found += linters.zizmor(*written)
    if workflows:
        found += linters.schema("workflows", *workflows)
    if actions:
        found += linters.schema("actions", *actions)
    return found


def as_workflow(action: str) -> str:
    """A composite action as a reusable workflow with the same steps, for a linter of workflows."""
    document = yaml.safe_load(action)
    inputs = {
        name: {"type": "string", "required": bool(each.get("required"))}
        for name, each in document.get("inputs", {}).items()
    }
    job = {"runs-on": "ubuntu-latest", "steps": document["runs"]["steps"]}
    outputs = {name: each["value"] for name, each in document.get("outputs", {}).items()}
    return yaml.safe_dump(
        {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"x": {**job, "outputs": outputs}}},
        sort_keys=False,
    )
