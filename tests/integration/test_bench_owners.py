"""The measurements of owners at a tiny size: that they run, and that both must name the same."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.bench import cases, table
from tests.bench.measure import Task, by_turns
from tests.bench.owners import folder_of, path_of, rule
from tests.bench.sizes import Setup, Sizes

TINY: Final = Sizes(
    owners_kilobytes=4, owners_changed=30, owners_rules=20, owners_paths=200, runs=2
)


@pytest.mark.parametrize("case", ["owners", "owners-paths"])
def test_a_case_of_owners_runs_and_both_agree(case: str, tmp_path: Path) -> None:
    (result,) = cases.CASES[case](Setup(folder=tmp_path, sizes=TINY))

    shown = "\n".join(table.rows(result))
    assert "both name the same owners for each" in result.about
    assert [len(each.every) for each in result.measured] == [2, 1]
    assert result.targets
    assert all(target.wanted in shown and target.result in shown for target in result.targets)


def test_different_owners_stop_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def agreeing(tasks: tuple[Task, ...], *, runs: int) -> object:
        measured = by_turns(tasks, runs=runs)
        answers = tmp_path / "owners" / "codeowners.json"
        found = json.loads(answers.read_text("utf-8"))
        answers.write_text(json.dumps([["@stranger"], *found[1:]]), "utf-8")
        return measured

    monkeypatch.setattr("tests.bench.owners.by_turns", agreeing)

    with pytest.raises(AssertionError, match=r"codeowners \['@stranger'\]"):
        list(cases.CASES["owners"](Setup(folder=tmp_path, sizes=replace(TINY, runs=1))))


def test_the_file_has_every_kind_of_rule_and_each_file_a_path_of_its_own() -> None:
    patterns = [rule(number, number).split()[0] for number in range(40)]

    assert {"*", "*.md", "Dockerfile", "model-18.py", "*.v19", "**/part-16/"} <= set(patterns)
    assert f"/{folder_of(29)}/" not in patterns
    assert f"/{folder_of(28)}/" in patterns
    assert folder_of(32) in patterns
    assert any(each.endswith("/**/*.py") for each in patterns)
    assert len({path_of(number) for number in range(5000)}) == 5000
    assert all(len(rule(number, number).split()) in {2, 3, 4} for number in range(40))
