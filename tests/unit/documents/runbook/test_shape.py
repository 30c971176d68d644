"""What a runbook says of itself, and where its sections are."""

import pytest

from qgate.documents.runbook import shape
from qgate.documents.runbook.shape import State
from qgate.parse.documents import Document, read

WHOLE = "# Alert\n\n## Meaning\n\na\n\n## Impact\n\nb\n"


def document(text: str, path: str = "docs/runbooks/Alert.md") -> Document:
    return read(text.encode(), path)


def test_without_a_status_it_is_active() -> None:
    assert shape.state(document(WHOLE)) is State.ACTIVE
    assert shape.state(document(f"---\nstatus: Draft\n---\n{WHOLE}")) is State.DRAFT
    assert shape.state(document(f"---\nstatus: fine\n---\n{WHOLE}")) is None


def test_a_procedure_needs_three_more_sections() -> None:
    assert shape.required(document(WHOLE)) == shape.REQUIRED
    procedure = document(f"---\nprocedure: true\n---\n{WHOLE}")
    assert shape.required(procedure) == (*shape.REQUIRED, *shape.OF_PROCEDURES)
    assert not shape.is_procedure(document(f"---\nprocedure: false\n---\n{WHOLE}"))


@pytest.mark.parametrize(
    ("path", "title", "agrees"),
    [
        ("Alert.md", "Alert", True),
        ("Alert.md", "Other", False),
        ("CPUHigh.md", "CPU High", False),
        ("RB-restore-the-data.md", "Restore the data!", True),
        ("RB-restore-the-data-2.md", "Restore the data", True),
        ("restore-the-data.md", "Restore the data", True),
        ("RB-restore.md", "Restore the data", False),
        ("RB-untitled.md", "🔥", True),
        ("RB-a-x.md", r"A \<x>", True),
    ],
)
def test_the_heading_is_the_files_name_or_what_that_is_made_from(
    path: str, title: str, *, agrees: bool
) -> None:
    assert shape.title_agrees(document(f"# {title}\n", path), title) is agrees


def test_the_heading_can_be_an_alert_that_is_listed() -> None:
    text = "---\nalerts: [One, Two]\n---\n# Two\n"
    assert shape.title_agrees(document(text), "Two")
    assert not shape.title_agrees(document(text), "Three")


def test_it_is_known_by_file_heading_id_and_listed_alerts() -> None:
    text = "---\nid: RB-x\nalerts:\n  - One\n  - 2\n  - [three]\n  -\n---\n# Head\n"
    assert shape.names(document(text)) == {"alert", "head", "rb-x", "one", "2"}
    assert shape.listed_alerts(document(text)) == (("One", 4), ("2", 5))
    assert shape.listed_alerts(document("---\nalerts: One\n---\n")) == (("One", 2),)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("```sh\nls\n```\n", []),
        ("```sh\nls\n", [1]),
        ("```sh\n", [1]),
        ("a\n\n````\n```\n", [3]),
        ("```\nls\n~~~\n", [1]),
        ("~~~\nls\n~~~~\n", []),
        ("- ```sh\n  ls\n  ```\n", []),
        ("- ```sh\n  ls\n\nafter\n", [1]),
        ("> ```sh\n> ls\n> ```\n", []),
        ("1. a\n\n   ```sh\n   ls\n   ```\n2. b\n", []),
        ("    ```\n    indented code\n", []),
    ],
)
def test_a_fence_that_nobody_closed_is_found(text: str, lines: list[int]) -> None:
    assert [fence.line for fence in shape.unclosed_fences(document(text))] == lines


def test_a_section_below_an_unclosed_fence_is_found_with_its_line() -> None:
    found = shape.section(document("# A\n\n```sh\nls\n\n## Mitigation\n\nx\n"), "Mitigation")
    assert found is not None
    assert (found.heading.line, found.is_empty) == (6, False)
    assert shape.section(document("# A\n\n```\n## Mitigation\n```\n"), "Mitigation") is None


@pytest.mark.parametrize("text", ["TODO", "tbd.", "To be added.", "- TODO\n- FIXME"])
def test_a_promise_is_no_text(text: str) -> None:
    found = shape.section(document(f"## Impact\n\n{text}\n"), "Impact")
    assert found is not None
    assert shape.is_unfinished(found)


@pytest.mark.parametrize("text", ["", "TODO\n\nSee the manual.", "Todo lists are lost.", "`ls`"])
def test_a_text_is_no_promise(text: str) -> None:
    found = shape.section(document(f"## Impact\n\n{text}\n"), "Impact")
    assert found is not None
    assert not shape.is_unfinished(found)
