"""The measurement of reporters at a tiny size: that it runs, and knows GitHub's limits."""

from pathlib import Path

import pytest

from tests.bench import cases, table
from tests.bench.reporters import keeps_limits
from tests.bench.sizes import Setup, Sizes

TINY = Sizes(findings=60, finding_files=7, runs=1)


def test_every_format_is_measured_and_held_to_its_limits(tmp_path: Path) -> None:
    (result,) = cases.CASES["reporters"](Setup(folder=tmp_path, sizes=TINY))
    shown = "\n".join(table.rows(result))
    assert "60 findings in 7 files" in shown
    assert len(result.targets) == 3
    out = tmp_path / "reporters" / "out"
    assert {path.name for path in out.iterdir()} == {
        "json", "markdown", "sarif", "junit", "github", "summary", "comment"
    }  # fmt: skip
    (out / "summary").write_text("x" * 1_000_001, "utf-8")
    with pytest.raises(AssertionError):
        keeps_limits(out)
