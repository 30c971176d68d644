"""Report paths to repository paths: nothing is guessed."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from qgate.errors import Incomplete
from qgate.gates.coverage.paths import PathMap


def found(
    wanted: str,
    paths: list[str],
    tracked: list[str],
    *,
    roots: tuple[str, ...] = (),
    aliases: Mapping[str, tuple[str, ...]] | None = None,
    repository: str = "/repo",
) -> list[str]:
    mapped = path_map(paths, tracked, roots=roots, aliases=aliases, repository=repository)
    return mapped.find([wanted]).get(wanted, [])


def path_map(
    paths: list[str],
    tracked: list[str],
    *,
    roots: tuple[str, ...] = (),
    aliases: Mapping[str, tuple[str, ...]] | None = None,
    repository: str = "/repo",
) -> PathMap:
    return PathMap(
        name="report",
        paths=paths,
        roots=roots,
        repository=Path(repository),
        tracked=lambda: tracked,
        aliases=aliases or {},
    )


@pytest.mark.parametrize(
    ("written", "tracked"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src/../src/a.py", "src/a.py"),
        ("/repo/src/a.py", "src/a.py"),
        ("/elsewhere/checkout/src/a.py", "src/a.py"),
        ("app/a.py", "backend/app/a.py"),
        ("/image/app/a.py", "backend/app/a.py"),
        (r"C:\work\proj\src\a.py", "src/a.py"),
        (r"src\a.py", "src/a.py"),
        ("a.py", "only/here/a.py"),
    ],
)
def test_a_path_is_found_exactly_or_by_its_end(written: str, tracked: str) -> None:
    assert found(tracked, [written], [tracked, "other/b.py"]) == [written]


def test_the_longest_end_wins() -> None:
    tracked = ["app/a.py", "lib/app/a.py"]
    assert found("lib/app/a.py", ["/x/lib/app/a.py"], tracked) == ["/x/lib/app/a.py"]
    assert found("app/a.py", ["/x/lib/app/a.py"], tracked) == []


def test_two_candidates_are_an_error_that_names_both() -> None:
    with pytest.raises(Incomplete) as refused:
        found("one/app/a.py", ["app/a.py"], ["one/app/a.py", "two/app/a.py"])
    assert refused.value.reason == "ambiguous-path"
    assert "one/app/a.py or two/app/a.py" in refused.value.message


def test_two_candidates_do_not_matter_to_a_change_of_neither() -> None:
    tracked = ["one/app/a.py", "two/app/a.py", "three/a.py"]
    assert found("three/a.py", ["app/a.py", "three/a.py"], tracked) == ["three/a.py"]


def test_one_shared_name_is_not_enough() -> None:
    assert found("pkg/utils.py", ["/other/project/utils.py"], ["pkg/utils.py"]) == []


def test_a_file_at_the_top_needs_a_folder_that_leads_here() -> None:
    tracked = ["setup.py", "pkg/a.py"]
    ours = ["/build/setup.py", "/build/pkg/a.py"]
    assert found("setup.py", ours, tracked) == ["/build/setup.py"]
    assert found("setup.py", ["/other/setup.py", "/build/pkg/a.py"], tracked) == []


def test_a_declared_root_comes_before_a_file_of_the_same_name_at_the_top() -> None:
    tracked = ["mod.py", "src/mod.py"]
    assert found("src/mod.py", ["mod.py"], tracked, roots=("/repo/src",)) == ["mod.py"]
    assert found("mod.py", ["mod.py"], tracked, roots=("/repo/src",)) == []


def test_two_declared_roots_that_both_hold_the_file_are_an_error() -> None:
    tracked = ["src1/mod.py", "src2/mod.py"]
    with pytest.raises(Incomplete) as refused:
        found("src1/mod.py", ["mod.py"], tracked, roots=("/repo/src1", "/repo/src2"))
    assert "src1/mod.py or src2/mod.py" in refused.value.message


def test_two_foreign_roots_that_could_both_hold_the_file_are_an_error() -> None:
    tracked = ["src1/mod.py", "src2/mod.py"]
    with pytest.raises(Incomplete) as refused:
        found("src1/mod.py", ["mod.py"], tracked, roots=("/ci/src1", "/ci/src2"))
    assert refused.value.reason == "ambiguous-path"


def test_a_foreign_root_is_mapped_by_its_end() -> None:
    tracked = ["src1/mod.py", "src2/mod.py"]
    assert found("src2/mod.py", ["mod.py"], tracked, roots=("/ci/src2",)) == ["mod.py"]


def test_the_paths_section_of_coverage_py_is_honoured() -> None:
    aliases = {"source": ("src/", "*/site-packages/", "/build/**/lib")}
    tracked = ["src/pkg/deep/a.py", "other/pkg/deep/a.py"]
    written = ["/venv/site-packages/pkg/deep/a.py", "/build/x/y/lib/pkg/deep/a.py"]
    assert found("src/pkg/deep/a.py", written[1:], tracked, aliases=aliases) == written[1:]
    relative = ["venv/site-packages/pkg/deep/a.py"]
    assert found("src/pkg/deep/a.py", relative, tracked, aliases=aliases) == relative


def test_a_repository_behind_a_link_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for top in ("real", "link"):
        written = f"{tmp_path}/{top}/a.py"
        assert found("a.py", [written], ["a.py"], repository=f"{tmp_path}/link") == [written]


def test_a_report_of_another_project_maps_nothing_and_shows_samples() -> None:
    mapped = path_map(["/x/one/b.py", "/x/two/a.py"], ["src/app/a.py", "src/app/c.py"])
    assert mapped.maps_nothing()
    assert mapped.samples() == "/x/one/b.py / src/app/a.py; /x/two/a.py / src/app/a.py"
