"""The measurement of documents at a tiny size: that it runs, and judges what it made."""

from pathlib import Path
from typing import Final

import pytest

from qgate.model.report import Outcome
from tests.bench import cases, table
from tests.bench.documents import PEER, make
from tests.bench.sizes import Setup, Sizes
from tests.support.check import judged

TINY: Final = Sizes(documents=30, runs=1)

FAKE: Final = """#!/bin/sh
cd docs && grep -rn '^#[a-z]' . && { echo MD018 >&2; exit 1; }
exit 0
"""


def test_the_documents_that_are_measured_are_sound_and_of_three_kinds(tmp_path: Path) -> None:
    project = make(tmp_path / "documents", 31)
    (gate,) = judged(project.repo, base="HEAD", gates=("documents",)).gates
    assert (gate.outcome, gate.findings) == (Outcome.PASSED, ())
    assert [gate.metrics[name] for name in ("checked", "eligible", "total")] == [31, 1, 31]
    assert [gate.metrics[name] for name in ("runbook", "adr", "incident")] == [11, 10, 10]
    again = make(tmp_path / "again", 31)
    assert again.repo.git("rev-parse", "HEAD^{tree}") == project.repo.git(
        "rev-parse", "HEAD^{tree}"
    )


def test_without_its_peer_the_case_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.documents.PEER", "markdownlint-that-nobody-has")
    (result,) = cases.CASES["documents"](Setup(folder=tmp_path, sizes=TINY))
    shown = "\n".join(table.rows(result))
    assert "left out: markdownlint-that-nobody-has is not on PATH" in shown
    assert len(result.measured) == 3
    assert all(each.seconds > 0 and each.name in shown for each in result.measured)
    assert len(result.targets) == 1


def test_a_peer_is_shown_a_fault_and_then_measured(tmp_path: Path) -> None:
    program = tmp_path / "peers" / PEER
    program.parent.mkdir()
    program.write_text(FAKE, "utf-8")
    program.chmod(0o755)
    setup = Setup(folder=tmp_path, sizes=TINY, peers=program.parent)
    (result,) = cases.CASES["documents"](setup)
    assert [each.name for each in result.measured][-1] == PEER
    assert len(result.targets) == 2
    program.write_text("#!/bin/sh\nexit 0\n", "utf-8")
    with pytest.raises(AssertionError, match="ended with 0"):
        list(
            cases.CASES["documents"](Setup(folder=tmp_path / "b", sizes=TINY, peers=program.parent))
        )
