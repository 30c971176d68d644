"""Workflows and actions, ours and those that we hand out, pass linters and the house's rules."""

import json
from pathlib import Path

import pytest

from tests.support import linters, npm, workflows
from tests.support.repo import ROOT

OURS = sorted([*(ROOT / ".github" / "workflows").glob("*.yml"), *ROOT.glob("action.yml")])
SOUND = """\
on:
  push:
permissions: {}
concurrency:
  group: x-${{ github.run_id }}
jobs:
  x:
    runs-on: ubuntu-latest
    permissions: {}
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: make
"""
ACTION = """\
name: x
description: x
inputs:
  base: {description: the base}
outputs:
  verdict:
    description: the verdict
    value: ${{ steps.run.outputs.verdict }}
runs:
  using: composite
  steps:
    - id: run
      shell: bash
      env:
        BASE: ${{ inputs.base }}
      run: make
"""


def test_our_own_pass(tmp_path: Path) -> None:
    files = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in OURS}
    assert workflows.problems(files, tmp_path) == []


def test_sound_ones_pass(tmp_path: Path) -> None:
    files = {".github/workflows/x.yml": SOUND, "action.yml": ACTION}
    assert workflows.problems(files, tmp_path) == []


@pytest.mark.parametrize(
    ("sound", "broken", "said"),
    [
        ("run: make", "run: make ${{ github.sha }}", "an expression inside a command"),
        ("        with:\n          persist-credentials: false\n", "", "keeps its credentials"),
        (" # v7.0.1", "", "not pinned"),
        ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1", "not pinned"),
        ("permissions: {}\nconc", "conc", "permissions at the top"),
        ("    permissions: {}\n", "", "does not say its permissions"),
        ("    timeout-minutes: 5\n", "", "no timeout"),
    ],
)
def test_the_houses_rules_can_be_broken(sound: str, broken: str, said: str) -> None:
    assert sound in SOUND
    (found,) = workflows.rules_broken(SOUND.replace(sound, broken))
    assert said in found


def test_an_expression_in_a_command_of_an_action_is_found() -> None:
    assert workflows.rules_broken(ACTION) == []
    assert workflows.rules_broken(ACTION.replace("run: make", "run: echo ${{ inputs.base }}"))


def test_actionlint_can_find_something() -> None:
    broken = SOUND.replace("github.run_id", "github.run_ids")
    action = workflows.as_workflow(ACTION.replace("inputs.base", "inputs.bass"))
    first, second = linters.actionlint({"x.yml": broken, "action.yml": action, "y.yml": SOUND})
    assert first.startswith('x.yml:5: property "run_ids" is not defined')
    assert 'property "bass" is not defined' in second


def test_zizmor_can_find_something(tmp_path: Path) -> None:
    for name, text in ((".github/workflows/x.yml", SOUND), ("action.yml", ACTION)):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("run: make", "run: echo ${{ github.head_ref }}"), "utf-8")
    found = linters.zizmor(tmp_path / ".github", tmp_path / "action.yml")
    assert [each.partition(":")[0] for each in found] == ["template-injection"] * 2


def test_zizmor_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / ".github" / "workflows" / "x.yml"
    file.parent.mkdir(parents=True)
    file.write_text("on: [\n", "utf-8")
    (found,) = linters.zizmor(file)
    assert found.startswith("zizmor ended with ")


def test_the_schemas_can_find_something(tmp_path: Path) -> None:
    workflow, action = tmp_path / "x.yml", tmp_path / "action.yml"
    workflow.write_text(SOUND.replace("runs-on", "run-on"), "utf-8")
    action.write_text(ACTION.replace("composite", "composition"), "utf-8")
    assert linters.schema("workflows", workflow)
    assert linters.schema("actions", action)
    assert linters.schema("actions", workflow)


def test_the_lock_of_npm_has_a_hash_for_everything_and_no_address() -> None:
    lock = json.loads((npm.FOLDER / "package-lock.json").read_text("utf-8"))
    installed = {name: each for name, each in lock["packages"].items() if name}
    assert len(installed) > 10
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
    assert not [name for name, each in installed.items() if "resolved" in each]


def test_without_a_package_a_test_is_skipped_but_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such is not installed"):
        npm.package("no-such")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such is not installed"):
        npm.package("no-such")
