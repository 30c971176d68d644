"""Workflows and actions as data: what they run, what they use, what they may."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support import linters

PINNED: Final = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*(?:-[\w.]+)?")
TRUSTED: Final = {"pull_request_target", "workflow_run"}
BLOCK: Final = re.compile(r"^( *)```ya?ml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
STEPS: Final = """\
on: push
permissions: {}
jobs:
  job:
    runs-on: ubuntu-latest
    permissions: {}
    timeout-minutes: 5
    steps:
"""
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
        f"not pinned to a commit with its version: {used}"
        for used in USES.findall(text)
        if not (used.startswith("./") or PINNED.fullmatch(used))
    ]
    for step in steps(document):
        if "${{" in step.get("run", ""):
            found.append(f"an expression inside a command: {step['run']}")
        if uses(step, "actions/checkout") and given(step, "persist-credentials") is not False:
            found.append("checkout keeps its credentials")
    if "jobs" in document:
        found += ["permissions at the top are not {}"] * (document.get("permissions") != {})
        for name, job in document["jobs"].items():
            found += [f"the job {name} does not say its permissions"] * ("permissions" not in job)
            found += [f"the job {name} has no timeout"] * ("timeout-minutes" not in job)
    if triggers(document) & TRUSTED:
        found += [f"with rights: {said}" for said in map(_untrusted, steps(document)) if said]
    return found


def triggers(document: Mapping[Any, Any]) -> set[str]:
    """The events that start a workflow. PyYAML reads the key `on` as a truth value."""
    on = document.get(True, ())
    return {on} if isinstance(on, str) else set(on)


def uses(step: Mapping[str, Any], *names: str) -> bool:
    """Whether a step uses one of these actions, or one below it."""
    return bool(set(names) & {step.get("uses", "").partition("@")[0]})


def given(step: Mapping[str, Any], name: str) -> object:
    """What a step gives to its action, None without it."""
    return step.get("with", {}).get(name)


def _untrusted(step: Mapping[str, Any]) -> str:
    """What a step of a job with rights takes from where strangers write; empty for nothing."""
    if "run" in step:
        return f"runs a command: {step['run']}"
    if uses(step, "actions/checkout") and (given(step, "ref") or given(step, "repository")):
        return "checks out what it chooses"
    if uses(step, "actions/cache", "actions/cache/restore", "actions/download-artifact"):
        return f"takes what others left: {step['uses']}"
    return ""


def in_page(text: str) -> Iterator[str]:
    """The workflows in a page of Markdown; steps alone as those of a job."""
    for indent, block in BLOCK.findall(text):
        lines = "".join(line.removeprefix(indent) for line in block.splitlines(keepends=True))
        if not re.search(r"\b(?:run|uses):", lines):
            # Settings, which need not even be YAML as PyYAML reads it.
            continue
        found = yaml.safe_load(lines)
        if isinstance(found, dict) and "jobs" in found:
            yield lines
        elif isinstance(found, list) and {"run", "uses"} & found[0].keys():
            yield STEPS + "".join(f"      {line}" for line in lines.splitlines(keepends=True))


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
