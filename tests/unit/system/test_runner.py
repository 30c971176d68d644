"""The runner's files: what is appended is there whole, or not at all and said so."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.errors import UsageError
from qgate.system import runner
from tests.support.action.composite import outputs
from tests.support.repo import ROOT

_WITHOUT_ROOM = """\
import resource, sys
from pathlib import Path
from qgate.errors import UsageError
from qgate.system import runner
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    runner.append(Path(sys.argv[1]), "x" * int(sys.argv[2]))
except UsageError as error:
    sys.exit(error.message)
"""


@pytest.mark.parametrize("length", [91, 1000])
def test_what_finds_no_room_leaves_the_file_as_it_was(tmp_path: Path, length: int) -> None:
    """Half of an output would be another output."""
    path = tmp_path / "output"
    path.write_text("mine=1\n...", "utf-8")
    argv = [sys.executable, "-c", _WITHOUT_ROOM, str(path), str(length)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot write {path}: ")
    assert path.read_text("utf-8") == "mine=1\n..."


def test_text_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "new"
    runner.append(path, "a\n")
    runner.append(path, "b\udc80\n")
    assert path.read_text("utf-8") == "a\nb\\udc80\n"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError):
        runner.append(tmp_path / "link", "x")
    assert not (tmp_path / "precious").exists()


@given(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=1))
def test_no_value_sets_another_output(values: dict[str, str]) -> None:
    found = outputs(runner.outputs(values))
    assert found == {name: " ".join(value.splitlines()) for name, value in values.items()}


def test_delimiters_cannot_be_guessed() -> None:
    assert runner.outputs({"a": "x"}) != runner.outputs({"a": "x"})


@pytest.mark.parametrize(
    ("size", "left"), [(0, 1 << 20), ((1 << 20) - 1, 1), (1 << 20, 0), (1 << 21, 0)]
)
def test_the_room_of_a_summary_is_what_github_takes(tmp_path: Path, size: int, left: int) -> None:
    path = tmp_path / "summary"
    path.write_bytes(b"x" * size)
    assert runner.room(path) == left
    assert runner.room(tmp_path / "missing") == 1 << 20
