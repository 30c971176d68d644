"""Several runs on one repository at once, with the real ruff and mypy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.repo import Repo, measured

RUNS: Final = 4
_SETTINGS: Final = {
    "pyproject.toml": '[tool.ruff]\nlint.select = ["F"]\n[tool.mypy]\n',
    ".gitignore": "",
}


@pytest.fixture
def changed(repo: Repo) -> Repo:
    """Two new findings, one of each tool, and an older one of mypy."""
    modules = {
        f"m{number}.py": f"def f{number}(x: int) -> int:\n    return x\n" for number in range(8)
    }
    repo.commit({**_SETTINGS, **modules, "old.py": 'a: int = "older"\n'})
    repo.write(
        {
            "m0.py": "import os\n\n\ndef f0(x: str) -> str:\n    return x\n",
            "m1.py": "from m0 import f0\n\n\ndef f1(x: int) -> str:\n    return f0(x)\n",
        }
    )
    return repo


def _start(repo: Repo) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "qgate", "check", "--base", "HEAD", "--format", "json"]
    return subprocess.Popen(
        [*argv, "lint", "types"],
        cwd=repo.path,
        env=repo.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _verdict(run: subprocess.Popen[bytes]) -> tuple[int, list[Any]]:
    out, err = run.communicate(timeout=120)
    assert b"Traceback" not in err, err
    gates = json.loads(out)["gates"]
    rules = [
        (gate["name"], gate["outcome"], sorted(each["rule"] for each in gate["findings"]))
        for gate in gates
    ]
    return run.returncode, rules


def _expected() -> tuple[int, list[Any]]:
    return 1, [
        ("lint", "failed", ["lint/F401"]),
        ("types", "failed", ["types/arg-type", "types/assignment"]),
    ]


def test_runs_at_once_give_the_verdict_of_one_alone(changed: Repo) -> None:
    """Two cold runs of mypy that share a cache crash on its database in most trials."""
    runs = [_start(changed) for _ in range(RUNS)]
    assert [_verdict(each) for each in runs] == [_expected()] * RUNS
    assert _verdict(_start(changed)) == _expected()


@pytest.mark.usefixtures("warm_tools")
def test_runs_at_once_in_two_working_trees_do_not_mix(changed: Repo, tmp_path: Path) -> None:
    changed.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    changed.environ.update(measured({}))
    second = Repo(tmp_path / "second", changed.environ)
    second.write({"m0.py": "def f0(x: int) -> int:\n    return x + 1\n"})
    runs = [_start(each) for each in (changed, second) * 2]
    verdicts = [_verdict(each) for each in runs]
    assert verdicts[::2] == [_expected()] * 2
    code, rules = verdicts[1]
    assert code == 0, rules
    assert verdicts[1::2] == [verdicts[1]] * 2


@pytest.mark.usefixtures("warm_tools")
def test_runs_at_once_leave_nothing_behind(changed: Repo) -> None:
    for each in [_start(changed) for _ in range(3)]:
        _verdict(each)
    cache = Path(changed.environ["HOME"], ".cache/qgate")
    assert not list((cache / "runs").glob("*.json"))
    assert not [each for each in cache.rglob("*.tmp") if "entries" in each.parts]
    assert changed.git("status", "--porcelain") == " M m0.py\n M m1.py"
    names = {each.name for each in changed.path.iterdir() if each.name.endswith("_cache")}
    assert not names
