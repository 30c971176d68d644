"""How tools are called: names of files that look like something else, and more than fit."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgate.gates.tools import calls
from qgate.gates.tools.calls import Call
from qgate.model.changes import Side
from qgate.model.tool import Tool
from tests.unit.gates.tools.project import Project, make_project

PER_FILE: Final = Tool(
    name="demo",
    gate="lint",
    command=("demo", "--all", "{files}", "--end"),
    files=("*.py",),
    output="regex",
    config=("demo.toml",),
)
ON_STDIN: Final = replace(PER_FILE, stdin=("--name", "{file}", "-"))
WHOLE: Final = replace(PER_FILE, command=("demo", "."), reads=("*.json",))
SHADOWED: Final = replace(WHOLE, shadow=("--shadow", "{file}", "{copy}"))

STRANGE: Final = (
    "-x.py",
    "--version.py",
    "-",
    "a b.py",
    "a'b\".py",
    "a\nb.py",
    "$(id).py",
    "*.py",
    "ü\udcff.py",
    "deep/-x.py",
    "{files}.py",
    "{file}.py",
    "@list.py",
)
NAMES = st.lists(
    st.one_of(
        st.sampled_from(STRANGE),
        st.text(st.characters(exclude_characters="\0/", codec="utf-8"), min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "outer")


def _new_folder(tmp_path: Path) -> Callable[[], Path]:
    def make() -> Path:
        (tmp_path / "copy").mkdir()
        return tmp_path / "copy"

    return make


def _original(word: str) -> str:
    return word.removeprefix("./") if word.startswith("./-") else word


@given(NAMES)
def test_every_file_is_one_word_and_none_reads_as_an_option(names: list[str]) -> None:
    (call,) = calls._plain(PER_FILE, names, Path("/project"))
    assert call.arguments[:2] == ("demo", "--all")
    assert call.arguments[-1] == "--end"
    words = [calls.unescaped(word) for word in call.arguments[2:-1]]
    assert not [word for word in words if word.startswith("-")]
    assert [_original(word) for word in words] == names


def test_a_tool_for_the_whole_project_is_called_once_as_it_is_written() -> None:
    (call,) = calls._plain(WHOLE, (), Path("/project"))
    assert call.arguments == ("demo", ".")


def test_without_files_nothing_is_called() -> None:
    assert list(calls._plain(PER_FILE, (), Path("/project"))) == []


@given(st.integers(0, 9000), st.integers(1, 250))
def test_files_are_split_only_if_they_do_not_fit_and_none_is_lost(count: int, length: int) -> None:
    names = [f"{number:0{length}}.py" for number in range(count)]
    chunks = list(calls._chunks(names))
    assert [name for chunk in chunks for name in chunk] == names
    sizes = [sum(len(name) + 9 for name in chunk) for chunk in chunks]
    assert max(sizes, default=0) <= calls._MAX_ARGUMENT_BYTES
    # As few as there can be: two neighbours never fit into one.
    assert all(
        one + len(later[0]) + 9 > calls._MAX_ARGUMENT_BYTES
        for one, later in zip(sizes, chunks[1:], strict=False)
    )


def test_the_bytes_of_a_name_count_not_its_letters() -> None:
    names = ["ü" * 100 + str(number) for number in range(4000)]
    chunks = list(calls._chunks(names))
    sizes = [sum(len(os.fsencode(name)) + 9 for name in chunk) for chunk in chunks]
    assert len(chunks) > 1
    assert max(sizes) <= calls._MAX_ARGUMENT_BYTES


def test_a_name_longer_than_fits_is_still_called() -> None:
    long = "x" * (calls._MAX_ARGUMENT_BYTES + 1)
    assert list(calls._chunks(["a", long, "b"])) == [["a"], [long], ["b"]]


def test_in_the_working_tree_it_runs_where_the_files_are(project: Project, tmp_path: Path) -> None:
    built = calls.build(
        PER_FILE,
        project.trees().head,
        ["src/a.py", "src/b.py"],
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    (call,) = built.calls
    assert built.in_place
    assert call.folder == project.repo.path
    assert call.arguments == ("demo", "--all", "src/a.py", "src/b.py", "--end")
    assert not (tmp_path / "copy").exists()


def _staged(project: Project, *names: str) -> None:
    """Stage one content, and have another on disk."""
    project.repo.write(dict.fromkeys(names, "staged\n"))
    project.repo.git("add", "--all")
    project.repo.write(dict.fromkeys(names, "on disk\n"))


def test_a_staged_file_that_differs_on_disk_is_given_on_standard_input(
    project: Project, tmp_path: Path
) -> None:
    _staged(project, "src/a.py")
    built = calls.build(
        ON_STDIN,
        project.trees(Side.INDEX).head,
        ["src/a.py", "src/b.py"],
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    plain, on_stdin = built.calls
    assert plain.arguments == ("demo", "--all", "src/b.py", "--end")
    assert plain.stdin is None
    assert on_stdin.arguments == ("demo", "--all", "--name", "src/a.py", "-", "--end")
    assert on_stdin.stdin == b"staged\n"
    assert (project.repo.path / "src/a.py").read_text() == "on disk\n"


def test_without_such_a_way_the_staged_files_are_copied(project: Project, tmp_path: Path) -> None:
    _staged(project, "src/a.py")
    built = calls.build(
        PER_FILE,
        project.trees(Side.INDEX).head,
        ["src/a.py", "src/b.py"],
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    (call,) = built.calls
    assert not built.in_place
    assert call.folder == tmp_path / "copy"
    assert (call.folder / "src/a.py").read_text() == "staged\n"
    assert (call.folder / "demo.toml").exists()
    assert not (call.folder / "README.md").exists()


def test_a_staged_configuration_that_differs_on_disk_is_the_one_that_holds(
    project: Project, tmp_path: Path
) -> None:
    _staged(project, "demo.toml")
    built = calls.build(
        ON_STDIN,
        project.trees(Side.INDEX).head,
        ["src/a.py"],
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    (call,) = built.calls
    assert (call.folder / "demo.toml").read_text() == "staged\n"


def test_a_stand_in_takes_the_place_of_a_staged_file(project: Project, tmp_path: Path) -> None:
    _staged(project, "src/a.py")
    built = calls.build(
        SHADOWED,
        project.trees(Side.INDEX).head,
        (),
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    (call,) = built.calls
    copy = str(tmp_path / "copy/src/a.py")
    assert call.arguments == ("demo", "--shadow", "src/a.py", copy, ".")
    assert Path(copy).read_text() == "staged\n"
    assert calls.path_of(copy, call, project.repo.path) == "src/a.py"


@pytest.mark.parametrize("tool", [ON_STDIN, SHADOWED])
def test_a_staged_name_never_reads_as_an_option(
    tool: Tool, project: Project, tmp_path: Path
) -> None:
    _staged(project, "-x.py")
    built = calls.build(
        tool,
        project.trees(Side.INDEX).head,
        ["-x.py"] if tool.is_per_file else (),
        root=project.repo.path,
        new_folder=_new_folder(tmp_path),
    )
    (call,) = built.calls
    assert "-x.py" not in call.arguments
    assert "./-x.py" in call.arguments


def test_names_that_are_not_text_survive_every_way(project: Project, tmp_path: Path) -> None:
    names = ["\udcff.py", "a'\"b.py", "a b.py", "a\nb.py"]
    for name in names:
        Path(os.fsdecode(os.fsencode(project.repo.path) + b"/" + os.fsencode(name))).write_bytes(
            os.fsencode(name)
        )
    project.repo.git("add", "--all")
    tree = project.trees(Side.INDEX).head
    assert {*names} <= {*tree.paths()}
    folder = _new_folder(tmp_path)()
    tree.copy(names, folder)
    assert {each.name for each in folder.iterdir()} == {*names}
    assert tree.contents(names) == {name: os.fsencode(name) for name in names}


CALL: Final = Call(arguments=("demo",), folder=Path("/copy"), stand_ins=(("/s/a.py", "src/a.py"),))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", ""),
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("./-x.py", "-x.py"),
        ("src//b/../a.py", "src/a.py"),
        ("/copy/src/a.py", "src/a.py"),
        ("/project/src/a.py", "src/a.py"),
        ("/s/a.py", "src/a.py"),
        ("/project2/a.py", "/project2/a.py"),
        ("/usr/lib/x.py", "/usr/lib/x.py"),
        ("../outside.py", "../outside.py"),
    ],
)
def test_a_findings_path_is_one_from_the_root(said: str, expected: str) -> None:
    assert calls.path_of(said, CALL, Path("/project")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[mypy]\nfiles = src\n", ()),
        ("[mypy]\nstrict = True\npackages=x\n", ()),
        ("[mypy]\nstrict = True\n", (".",)),
        ("[mypy]\nstrict = True\n[other]\nfiles = src\n", (".",)),
        ("", (".",)),
    ],
)
def test_a_configuration_that_names_targets_needs_no_others(
    text: str, expected: tuple[str, ...], project: Project
) -> None:
    project.repo.write({"mypy.ini": text})
    tool = replace(WHOLE, config=("mypy.ini",))
    assert calls.targets(tool, project.trees().head) == expected


def test_targets_are_found_behind_a_value_with_brackets(project: Project) -> None:
    project.repo.write(
        {"pyproject.toml": '[tool.mypy]\nenable_error_code = ["a"]\nfiles = ["src"]\n'}
    )
    tool = replace(WHOLE, config=("pyproject.toml",))
    assert calls.targets(tool, project.trees().head) == ()
