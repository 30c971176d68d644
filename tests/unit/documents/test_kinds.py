"""Which file is a document, and of which kind."""

import pytest

from qgate.documents.kinds import Folders, Kind, Library, adr_folder, is_no_document
from qgate.parse.documents import read

FOLDERS = Folders(adr="docs/adr")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("docs/adr/0001-a.md", Kind.ADR),
        ("docs/adr/2026/0001-a.md", Kind.ADR),
        ("docs/incidents/INC-20260101-a.md", Kind.INCIDENT),
        ("docs/post-mortems/PM-a.md", Kind.POST_MORTEM),
        ("docs/runbooks/a.md", Kind.RUNBOOK),
        ("docs/checklists/a.md", Kind.CHECKLIST),
        ("docs/adr.md", None),
        ("docs/adr-more/a.md", None),
        ("other/docs/adr/a.md", None),
        ("docs/adr/a.txt", None),
        ("docs/adr/.qgate-x.tmp", None),
        ("docs/adr/README.md", None),
        ("docs/runbooks/_index.md", None),
        ("docs/adr/adr-template.md", None),
    ],
)
def test_the_folder_decides(path: str, kind: Kind | None) -> None:
    assert FOLDERS.kind_of(path) is kind


def test_the_folder_nearest_to_the_file_decides() -> None:
    folders = Folders(adr="docs", runbooks="docs/runbooks", checklists="docs/runbooks/lists")
    assert folders.among(
        ["docs/a.md", "docs/runbooks/b.md", "docs/runbooks/lists/c.md", "d.md"]
    ) == {
        "docs/a.md": Kind.ADR,
        "docs/runbooks/b.md": Kind.RUNBOOK,
        "docs/runbooks/lists/c.md": Kind.CHECKLIST,
    }


def test_without_a_folder_there_are_no_decisions() -> None:
    assert Folders().kind_of("adr/0001-a.md") is None
    assert Folders().kind_of("/0001-a.md") is None


@pytest.mark.parametrize(
    ("paths", "adr_dir", "folder"),
    [
        (["a.md"], None, ""),
        (["doc/adr/1.md"], None, "doc/adr"),
        (["doc/adr/1.md", "docs/adr/1.md"], None, "docs/adr"),
        (["docs/decisions/1.md"], None, "docs/decisions"),
        (["adr/1.md"], None, "adr"),
        (["adrs/1.md"], None, ""),
        (["docs/adr/1.md"], "decisions\n", "decisions"),
        (["docs/adr/1.md"], "./a//b/\n", "a/b"),
        (["docs/adr/1.md"], "\n", "doc/adr"),
    ],
)
def test_decisions_lie_where_it_is_said_or_usual(
    paths: list[str], adr_dir: str | None, folder: str
) -> None:
    assert adr_folder(paths, adr_dir) == folder


@pytest.mark.parametrize(
    ("name", "is_none"),
    [
        ("README.md", True),
        ("docs/adr/Template.md", True),
        ("docs/adr/adr-template-minimal.md", True),
        ("docs/adr/0000.template.md", True),
        ("docs/runbooks/runbook-template.md", True),
        ("docs/adr/0007-use-a-template.md", False),
        ("docs/adr/0008-template.md", False),
        ("docs/runbooks/RB-template.md", False),
        ("docs/adr/0009-readme.md", False),
    ],
)
def test_files_that_tell_of_a_folder_or_shape_documents_are_none(name: str, is_none: bool) -> None:  # noqa: FBT001
    assert is_no_document(name) is is_none


def test_a_library_gives_documents_by_kind_and_every_folder() -> None:
    paths = {"docs/adr/2.md": Kind.ADR, "docs/adr/1.md": Kind.ADR, "r/x.md": Kind.RUNBOOK}
    documents = {path: read(b"# a\n", path) for path in paths}
    library = Library(documents, paths, frozenset({*paths, "a/b/c.txt", "top.txt"}), {})
    assert [each.path for each in library.of(Kind.ADR)] == ["docs/adr/1.md", "docs/adr/2.md"]
    assert library.of(Kind.INCIDENT) == ()
    assert library.folders == {"", "docs", "docs/adr", "r", "a", "a/b"}
