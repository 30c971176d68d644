"""Workflows and actions, ours and those that we hand out, pass linters and the house's rules."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from qgate.engine import project_tests
from tests.support import linters, npm, workflows
from tests.support.repo import ROOT, make_repo

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


# Whether `qgate init github` writes sound YAML whatever the repository is like.
REPOSITORIES: Mapping[str, Mapping[str, str]] = {
    "empty": {},
    "python": {"pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n", "conftest.py": ""},
    "measured": {".qgate.yml": "version: 1\ngates:\n  coverage:\n    command: [make]\n"},
    "everything": {
        **dict.fromkeys(project_tests.NAMES, ""),
        "package.json": '{"devDependencies": {"vitest": "3"}}',
    },
}
ACTION_AT = "acme/qgate@0123456789abcdef0123456789abcdef01234567 # v0.1.0"


def ours() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in OURS}


def generated(folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir()
    found = {}
    for name, files in REPOSITORIES.items():
        repo = make_repo(folder / name, home)
        repo.commit(files)
        repo.git("switch", "--quiet", "--create", f'{name}-"it\'s"+1')
        repo.git("branch", "--delete", "main")
        assert repo.call("init", "github", "--action", ACTION_AT).code == 0
        for path in (repo.path / ".github" / "workflows").iterdir():
            found[f"{name}/.github/workflows/{path.name}"] = path.read_text("utf-8")
    return found


def documented() -> dict[str, str]:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {
        f"{page.stem}-{number}/.github/workflows/x.yml": text
        for page in sorted(pages)
        for number, text in enumerate(workflows.in_page(page.read_text("utf-8")))
    }


def test_ours_and_what_is_generated_and_documented_pass(tmp_path: Path) -> None:
    written, shown = generated(tmp_path), documented()
    assert len(ours()) >= 6
    assert len(written) == 4 * len(REPOSITORIES)
    assert len(shown) >= 5
    files = {**ours(), **written, **shown, "x/.github/workflows/x.yml": SOUND}
    assert workflows.problems({**files, "x/action.yml": ACTION}, tmp_path / "all") == []


def test_the_houses_rules_hold_for_all_of_them_where_no_linter_is_installed(
    tmp_path: Path,
) -> None:
    files = {**ours(), **generated(tmp_path), **documented()}
    broken = {name: workflows.rules_broken(text) for name, text in files.items()}
    assert {name: found for name, found in broken.items() if found} == {}


def test_the_generated_publisher_takes_nothing_from_where_strangers_write(tmp_path: Path) -> None:
    texts = [text for name, text in generated(tmp_path).items() if "qgate-publish" in name]
    for text in texts:
        (step,) = workflows.steps(yaml.safe_load(text))
        assert step == {
            "uses": ACTION_AT.partition(" ")[0],
            "with": {"token": "${{ github.token }}"},
        }
        # What zizmor is told to pass over is that such triggers are used at all, and nothing else.
        file = tmp_path / "x.yml"
        file.write_text(text, "utf-8")
        found = linters.zizmor(file, "--no-ignores")
        assert [each.partition(":")[0] for each in found] == ["dangerous-triggers"] * 2


def test_our_own_publisher_checks_out_nothing_but_what_github_chooses() -> None:
    text = ours()[".github/workflows/qgate-publish.yml"]
    assert workflows.rules_broken(text) == []
    keeps = "          persist-credentials: false\n"
    for more in ("ref: ${{ github.event.pull_request.head.sha }}", "repository: other/one"):
        (found,) = workflows.rules_broken(text.replace(keeps, f"{keeps}          {more}\n"))
        assert found == "with rights: checks out what it chooses"


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
        ("push:", "workflow_run: {types: [completed]}", "with rights: runs a command: make"),
        ("push:", "pull_request_target:", "with rights: runs a command: make"),
    ],
)
def test_the_houses_rules_can_be_broken(sound: str, broken: str, said: str) -> None:
    assert sound in SOUND
    (found,) = workflows.rules_broken(SOUND.replace(sound, broken))
    assert said in found


def test_a_cache_or_artifact_is_nothing_for_a_job_with_rights() -> None:
    trusted = SOUND.replace("push:", "pull_request_target:").replace(
        "- run: make", "- uses: USED # v1"
    )
    pin = "@0123456789abcdef0123456789abcdef01234567"
    for name in ("actions/cache", "actions/cache/restore", "actions/download-artifact"):
        (found,) = workflows.rules_broken(trusted.replace("USED", name + pin))
        assert found == f"with rights: takes what others left: {name}{pin}"


def test_workflows_and_steps_are_found_in_a_page() -> None:
    page = f"""\
# Page

```yaml
{SOUND}```

1. Or:

   ```yaml
   - uses: ./
   - run: echo ${{{{ github.actor }}}}
   ```

```yaml
gates:
  coverage: {{}}
```
"""
    whole, steps = workflows.in_page(page)
    assert whole == SOUND
    assert workflows.rules_broken(steps) == [
        "an expression inside a command: echo ${{ github.actor }}"
    ]


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
