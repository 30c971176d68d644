"""Which gates there are."""

from pathlib import Path

import pytest

from qgate.engine.definitions import shipped
from qgate.gates import registry


def test_another_package_adds_a_gate_and_takes_the_name_of_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "other-1.dist-info"
    folder.mkdir()
    folder.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    names = ("mine", "coverage", "lint", "checklist", "approvals")
    # Any module with a function `run`.
    points = "".join(f"{name} = subprocess\n" for name in names)
    folder.joinpath("entry_points.txt").write_text(f"[{registry.ENTRY_POINTS}]\n{points}")
    before = registry.gates(shipped())
    monkeypatch.syspath_prepend(str(tmp_path))
    found = registry.gates(shipped())
    assert found.keys() - before.keys() == {"mine"}
    assert found["coverage"] is before["coverage"]
