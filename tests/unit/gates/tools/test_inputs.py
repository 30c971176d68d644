"""The key of a tool's answer: what is part of it, and what is not."""

import os
from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from qgate.gates.tools import inputs
from qgate.model.changes import Side
from qgate.model.tool import Blocks, Tool
from qgate.system import toolbox
from tests.unit.gates.tools.project import FILES, TOOL, Project, make_project, moved

# Texts in which a length, its colon and the text itself look alike.
TRICKY = st.text("1:a\0", max_size=6)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
# Each example asks git a few times.
WITH_GIT = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "outer")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One project for tests that leave it as it was."""
    return make_project(tmp_path_factory.mktemp("shared") / "outer")


@given(st.dictionaries(TRICKY, TRICKY, max_size=3), st.dictionaries(TRICKY, TRICKY, max_size=3))
def test_other_parts_have_another_key(one: dict[str, str], other: dict[str, str]) -> None:
    assert (inputs.key(one) == inputs.key(other)) == (one == other)


@given(st.lists(TRICKY, min_size=3, max_size=3), st.integers(0, 18), st.integers(0, 18))
def test_no_part_runs_into_the_next(words: list[str], first: int, second: int) -> None:
    whole = "".join(words)
    low, high = sorted((min(first, len(whole)), min(second, len(whole))))
    cut = [whole[:low], whole[low:high], whole[high:]]
    assume(cut != words)
    assert inputs.key({words[0]: words[1], f"z{words[2]}": ""}) != inputs.key(
        {cut[0]: cut[1], f"z{cut[2]}": ""}
    )


def test_a_separator_or_a_length_inside_a_part_is_only_text() -> None:
    pairs = [
        ({"a": "bc"}, {"ab": "c"}),
        ({"a": "b", "c": "d"}, {"a": "bcd"}),
        ({"a": "1:b1:c1:d"}, {"a": "b", "c": "d"}),
        ({"a": ""}, {"": "a"}),
        ({"a": "\0"}, {"a\0": ""}),
        ({}, {"": ""}),
    ]
    for one, other in pairs:
        assert inputs.key(one) != inputs.key(other), (one, other)


@given(st.dictionaries(TRICKY, TRICKY))
def test_the_order_of_the_parts_is_none_of_them(parts: dict[str, str]) -> None:
    assert inputs.key(parts) == inputs.key(dict(reversed(parts.items())))


def test_names_that_are_not_utf8_are_parts_of_their_own() -> None:
    assert inputs.key({"file \udcff": "x"}) != inputs.key({"file \udcfe": "x"})


def _another(value: Any, kind: str) -> Any:
    """Another value of a field's type."""
    match value:
        case bool():
            return not value
        case StrEnum():
            return Blocks.ALL if value is not Blocks.ALL else Blocks.NEW
        case str():
            return f"{value}x"
        case tuple() if "tuple[tuple" in kind:
            return (*value, ("A", "b"))
        case tuple() if "int" in kind:
            return (*value, 77)
        case tuple():
            return (*value, "x")
    return {"Blocks": Blocks.NEW, "int": 77}[kind.removesuffix(" | None")]


@pytest.mark.parametrize("name", [each.name for each in fields(Tool)])
def test_every_field_of_the_definition_is_a_part(name: str, shared: Project) -> None:
    tree = shared.trees().head
    kind = next(each.type for each in fields(Tool) if each.name == name)
    text = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    text = str(kind) if "[" in str(kind) or "|" in str(kind) else text
    text = text.replace("qgate.model.tool.", "")
    changed = shared.with_tool(**{name: _another(getattr(TOOL, name), text)})
    assert changed.key(tree=tree) != shared.key(tree=tree)


@WITH_GIT
@given(
    st.sampled_from(("version", "program", "interpreter")),
    st.lists(TEXTS, min_size=2, max_size=2, unique=True),
)
def test_what_is_installed_is_a_part(shared: Project, name: str, texts: list[str]) -> None:
    tree = shared.trees().head
    keys = {shared.key(tree=tree, **{name: text}) for text in texts}
    assert len(keys) == len(texts)


@WITH_GIT
@given(
    st.lists(
        st.lists(st.text("ab ", min_size=1, max_size=3), max_size=4).map(tuple),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_arguments_are_a_part_and_do_not_run_together(
    shared: Project, both: list[tuple[str, ...]]
) -> None:
    tree = shared.trees().head
    assert len({shared.key(tree=tree, arguments=each) for each in both}) == len(both)


@WITH_GIT
@given(
    st.sampled_from(("PATH", "LC_ALL", "LC_NUMERIC", "PYTHONPATH", "DEMO_LEVEL", "HTTPS_PROXY")),
    st.lists(TEXTS, min_size=2, max_size=2, unique=True),
)
def test_an_allowed_variable_is_a_part(shared: Project, name: str, values: list[str]) -> None:
    tree = shared.trees().head
    keys = {shared.with_environ(**{name: value}).key(tree=tree) for value in values}
    assert shared.key(tree=tree) not in keys
    assert len(keys) == len(values)


@WITH_GIT
@given(
    st.one_of(
        st.sampled_from(
            (
                *("FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM", "TERM", "COLUMNS", "PWD"),
                *("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "MYPYPATH", "RUFF_CACHE_DIR"),
                *("QGATE_BASE", "QGATE_RUN__JOBS", "GITHUB_TOKEN", "XDEMO_A", "LANG2"),
            )
        ),
        st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=9, max_size=12).map("Z{}".format),
    ),
    TEXTS,
)
def test_another_variable_is_no_part_and_does_not_reach_the_tool(
    shared: Project, name: str, value: str
) -> None:
    tree = shared.trees().head
    given_to = shared.with_environ(**{name: value})
    assert name not in toolbox.environment(given_to.environ, TOOL.environment, {})
    assert given_to.key(tree=tree) == shared.key(tree=tree)


def test_colours_are_the_same_for_every_tool_whatever_the_user_likes(shared: Project) -> None:
    tree = shared.trees().head
    assert shared.with_environ(NO_COLOR="").key(tree=tree) == shared.key(tree=tree)
    assert toolbox.environment({"NO_COLOR": ""}, (), {})["NO_COLOR"] == "1"


def test_the_marker_of_a_run_is_no_part(shared: Project) -> None:
    tree = shared.trees().head
    plain = toolbox.environment({}, (), {})
    marked = {**plain, "_QGATE_RUN": "0123456789abcdef"}
    assert shared.key(tree=tree, environment=marked) == shared.key(tree=tree, environment=plain)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _replace(path: Path) -> None:
    """The same bytes, time and mode in another file."""
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    status = path.stat()
    copy.chmod(status.st_mode)
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
    copy.replace(path)


def _touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def _site(project: Project, name: str) -> Path:
    return project.outer / "venv/lib/python3.11/site-packages" / name


def _stage(project: Project, name: str, text: str) -> None:
    project.repo.write({name: text})
    project.repo.git("add", name)


CHANGES: dict[str, Callable[[Project], Any]] = {
    "a configuration file": lambda p: p.repo.write({"demo.toml": "other = 1\n"}),
    "a configuration file goes": lambda p: (p.repo.path / "demo.toml").unlink(),
    "a nearer configuration file": lambda p: p.repo.write({"src/demo.toml": ""}),
    "one above the repository": lambda p: _write(p.outer / "demo.toml", ""),
    "one in the home folder": lambda p: _write(p.home / ".demo.toml", ""),
    "one by pattern": lambda p: p.repo.write({"styles/one": "style = 2\n"}),
    "a new one by pattern": lambda p: p.repo.write({"styles/deep/two": ""}),
    "an extended file": lambda p: p.repo.write({"base.conf": "other = 1\n"}),
    "a file that an extended file extends": lambda p: p.repo.write({"shared/far.conf": "x"}),
    "an extended file goes": lambda p: (p.repo.path / "base.conf").unlink(),
    "an input": lambda p: p.repo.write({"src/a.py": "a = 2\n"}),
    "an input, staged": lambda p: _stage(p, "src/a.py", "a = 3\n"),
    "an input's mode": lambda p: (p.repo.path / "src/a.py").chmod(0o755),
    "a file that is only read": lambda p: p.repo.write({"src/data.json": "[]\n"}),
    "a new untracked file that is only read": lambda p: p.repo.write({"src/more.json": ""}),
    "a new sibling": lambda p: _stage(p, "src/c.py", ""),
    "a new untracked sibling": lambda p: p.repo.write({"src/c.py": ""}),
    "a sibling goes": lambda p: (p.repo.path / "src/b.py").unlink(),
    "the program's bytes": lambda p: _write(p.program, "#!/bin/sh\nexit 1\n"),
    "the program's mode": lambda p: p.program.chmod(0o700),
    "a new distribution": lambda p: _site(p, "plugin-1.0.dist-info").mkdir(),
    "a new egg": lambda p: _site(p, "plugin-1.0.egg-info").mkdir(),
    "a new path file": lambda p: _write(_site(p, "plugin.pth"), "/somewhere\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_key_changes_with(what: str, project: Project) -> None:
    before = project.key()
    CHANGES[what](project)
    assert project.key() != before


def test_a_path_file_with_other_content_changes_the_key(project: Project) -> None:
    _write(_site(project, "plugin.pth"), "/one\n")
    before = project.key()
    _write(_site(project, "plugin.pth"), "/another\n")
    assert project.key() != before


def test_a_distribution_that_another_version_replaced_changes_the_key(project: Project) -> None:
    _site(project, "plugin-1.0.dist-info").mkdir()
    before = project.key()
    _site(project, "plugin-1.0.dist-info").rename(_site(project, "plugin-1.1.dist-info"))
    assert project.key() != before


def test_a_distribution_installed_again_under_the_same_version_changes_the_key(
    project: Project,
) -> None:
    """As `pip install .` does for a project whose version nobody raises."""
    place = _site(project, "plugin-0.dist-info")
    _write(place / "RECORD", "one")
    before = project.key()
    place.rename(project.outer / "old")
    _write(place / "RECORD", "another")
    assert project.key() != before


def test_the_same_program_elsewhere_or_put_there_again_is_the_same(project: Project) -> None:
    before = toolbox.fingerprint(project.program)
    _touch(project.program)
    assert toolbox.fingerprint(project.program) == before
    _replace(project.program)
    assert toolbox.fingerprint(project.program) == before
    other = project.program.with_name("other")
    os.link(project.program, other)
    assert toolbox.fingerprint(other) == before


def test_a_link_that_leads_to_another_program_is_another_program(project: Project) -> None:
    link = project.program.with_name("link")
    link.symlink_to(project.program)
    before = toolbox.fingerprint(link)
    other = project.program.with_name("other")
    _write(other, "#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    link.unlink()
    link.symlink_to(other)
    assert toolbox.fingerprint(link) != before


def test_the_list_that_npm_keeps_is_what_is_installed(tmp_path: Path) -> None:
    program = tmp_path / "node_modules/eslint/bin/eslint.js"
    _write(program, "#!/usr/bin/env node\n")
    before = toolbox.fingerprint(program)
    _write(tmp_path / "node_modules/.package-lock.json", "{}")
    assert toolbox.fingerprint(program) != before


@WITH_GIT
@given(st.sampled_from(sorted(FILES)), st.data())
def test_any_byte_of_what_a_tool_reads_changes_the_key_and_back(
    shared: Project, name: str, data: st.DataObject
) -> None:
    before = shared.key()
    content = FILES[name].encode()
    position = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    # The reference to the extended file has to stay one, or its content is rightly no part.
    other = bytes(byte ^ flip if index == position else byte for index, byte in enumerate(content))
    shared.repo.write({name: other})
    is_read = name not in {"README.md", "src/b.py"}
    assert (shared.key() != before) == is_read
    shared.repo.write({name: content})
    assert shared.key() == before


def test_for_the_whole_project_every_file_is_an_input(project: Project) -> None:
    whole = project.with_tool(command=("demo",))
    before = whole.key(files=())
    project.repo.write({"src/b.py": "b = 3\n"})
    assert whole.key(files=()) != before


def test_for_the_whole_project_an_untracked_file_is_an_input(project: Project) -> None:
    whole = project.with_tool(command=("demo",))
    project.repo.write({"new.py": "1"})
    before = whole.key(files=())
    project.repo.write({"new.py": "2"})
    assert whole.key(files=()) != before


@pytest.mark.parametrize("side", [Side.INDEX, Side.COMMIT])
def test_what_is_untracked_counts_only_where_the_tool_sees_it(side: Side, project: Project) -> None:
    whole = project.with_tool(command=("demo",))

    def keys() -> tuple[str, str]:
        tree = project.trees(side).head
        visible = whole.key(files=(), tree=tree, in_place=True)
        return visible, whole.key(files=(), tree=tree, in_place=False)

    in_place, copied = keys()
    project.repo.write({"new.py": "1"})
    assert keys()[0] != in_place
    assert keys()[1] == copied


def test_other_files_named_in_the_call_are_other_inputs(shared: Project) -> None:
    tree = shared.trees().head
    one, both = shared.key(tree=tree), shared.key(tree=tree, files=("src/a.py", "src/b.py"))
    assert one != both != shared.key(tree=tree, files=("src/b.py",)) != one


def test_two_words_are_not_one(shared: Project) -> None:
    tree = shared.trees().head
    assert shared.key(tree=tree, arguments=("a", "b")) != shared.key(tree=tree, arguments=("ab",))


@pytest.mark.parametrize("folder", ["src/deep/down", "src/deep", "src", "."])
def test_a_configuration_file_in_any_folder_above_a_file_is_a_part(
    folder: str, project: Project
) -> None:
    files = ("src/deep/down/a.py",)
    project.repo.commit({files[0]: ""})
    before = project.key(files=files)
    project.repo.write({f"{folder}/demo.toml": "nearer"})
    assert project.key(files=files) != before


def test_an_extended_file_that_extends_itself_ends(project: Project) -> None:
    project.repo.write({"base.conf": 'extend = "demo.toml"\n'})
    before = project.key()
    project.repo.write({"base.conf": 'extend = "demo.toml"\nx = 1\n'})
    assert project.key() != before


def test_an_extended_file_above_the_repository_is_a_part(project: Project) -> None:
    project.repo.write({"demo.toml": 'extend = "../far.toml"\n'})
    _write(project.outer / "far.toml", "one")
    before = project.key()
    _write(project.outer / "far.toml", "another")
    assert project.key() != before


def test_an_extended_file_given_from_the_top_of_the_disk_is_a_part(project: Project) -> None:
    far = project.home / "far.toml"
    project.repo.commit({"demo.toml": f'extend = "{far}"\n'})
    _write(far, "one")
    tree = project.trees(Side.COMMIT).head
    before = project.key(), project.key(tree=tree, in_place=False)
    _write(far, "another")
    after = project.key(), project.key(tree=tree, in_place=False)
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("where", ["the repository", "the home folder", "a folder above"])
def test_a_configuration_file_that_is_a_link_counts_by_what_it_leads_to(
    where: str, project: Project
) -> None:
    """Settings for all projects are often kept in one place and linked."""
    real = project.outer / "dotfiles" / "settings"
    _write(real, "one")
    link = {
        "the repository": project.repo.path / "src/demo.toml",
        "the home folder": project.home / ".demo.toml",
        "a folder above": project.outer / "demo.toml",
    }[where]
    link.symlink_to(real)
    before = project.key()
    _write(real, "another")
    assert project.key() != before


def test_a_configuration_file_counts_in_a_project_of_very_many_folders(project: Project) -> None:
    count = 2200
    names = tuple(f"d{number:04}/a.py" for number in range(count))
    project.repo.write({**dict.fromkeys(names, ""), f"d{count - 1}/demo.toml": "one"})
    before = project.key(files=names)
    project.repo.write({f"d{count - 1}/demo.toml": "another"})
    assert project.key(files=names) != before


def test_the_same_project_elsewhere_has_the_same_key(project: Project, tmp_path: Path) -> None:
    other = moved(project, tmp_path / "another" / "place")
    assert other.key() == project.key()
    whole = (project.with_tool(command=("demo",)), other.with_tool(command=("demo",)))
    assert whole[0].key(files=()) == whole[1].key(files=())
    other.repo.write({"src/a.py": "dirty"})
    project.repo.write({"src/a.py": "dirty"})
    assert other.key() == project.key()


def test_a_commit_a_staged_file_and_a_file_on_disk_are_one_input(project: Project) -> None:
    """So that what was judged before the commit need not be judged again after it."""
    project.repo.write({"src/a.py": "other\n"})
    on_disk = project.key()
    project.repo.git("add", "--all")
    assert project.key(tree=project.trees(Side.INDEX).head) == on_disk
    project.repo.commit()
    assert project.key(tree=project.trees(Side.COMMIT).head) == on_disk
    assert project.key() == on_disk


def test_times_of_files_are_no_part(project: Project) -> None:
    before = project.key()
    for number, name in enumerate(FILES):
        os.utime(project.repo.path / name, (number, number))
    assert project.key() == before


def test_a_file_that_no_pattern_names_is_no_part(project: Project) -> None:
    before = project.key()
    project.repo.write({"README.md": "other", "notes.txt": "new"})
    project.repo.commit({"more.txt": ""})
    assert project.key() == before


def test_what_changed_is_said_in_words() -> None:
    earlier = {"file a": "1", "file b": "1", "version": "1"}
    later = {"file a": "2", "version": "1", "file c": "1"}
    said = ["file a changed", "file b is gone", "file c is new"]
    assert inputs.differing(earlier, later) == said
    assert inputs.differing(later, later) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x/a.py", True),
        ("x/a.json", True),
        ("x/demo.toml", True),
        ("styles/deep/x", True),
        ("README.md", False),
        ("x/styles.txt", False),
        ("xdemo.toml", False),
        (".demo.toml", False),
    ],
)
def test_a_tool_is_concerned_by_what_it_reads(path: str, expected: bool) -> None:  # noqa: FBT001
    assert inputs.is_watched(TOOL, path) is expected
