"""Tables of contents and graphs."""

from qgate.documents.adr import index
from qgate.documents.adr.index import Index
from tests.unit.documents.adr.forms import MADR, NYGARD, record

ONE = record(
    NYGARD.replace("Accepted", "Superseded by [2. B](0002-b.md)").replace("3. Use", "1. Use"),
    "0001-a.md",
)
TWO = record(
    '# 2. B "q" <b>\n\n## Status\n\nAccepted\n\nSupersedes [1. A](0001-a.md)\n', "0002-b.md"
)
TEN = record(MADR, "10-c.md")


def test_records_are_in_the_order_of_their_numbers() -> None:
    names = [each.path.rsplit("/", 1)[-1] for each in Index([TEN, TWO, ONE]).records]
    assert names == ["0001-a.md", "0002-b.md", "10-c.md"]


def test_a_table_of_contents_says_what_no_longer_holds() -> None:
    assert index.toc(Index([TWO, ONE, TEN]).records, "docs/adr") == (
        "* [1. Use one database](0001-a.md) (superseded)\n"
        '* [2. B "q" <b>](0002-b.md)\n'
        "* [10. Use one database](10-c.md)\n"
    )


def test_the_table_is_put_between_its_marks_and_all_else_stays() -> None:
    page = f"# All\r\n\r\n{index.BEGIN}\r\nold\r\n{index.END}\r\n\r\nMore.\r\n"
    after = index.with_toc(page, "* new\n")
    assert after == f"# All\r\n\r\n{index.BEGIN}\r\n\r\n* new\r\n\r\n{index.END}\r\n\r\nMore.\r\n"
    assert index.with_toc(after, "* new\n") == after
    added = index.with_toc("# All\n", "* new\n")
    assert added.startswith("# All\n\n")
    assert index.with_toc(added, "* new\n") == added


def test_a_mark_without_its_end_is_not_an_end_of_the_page() -> None:
    page = f"{index.BEGIN}\nmine\n"
    assert index.with_toc(page, "* new\n").startswith(page)


def test_a_graph_has_each_relation_once() -> None:
    drawn = index.mermaid(Index([ONE, TWO]))
    assert drawn == (
        "flowchart TD\n"
        '  r1["1. Use one database"]\n'
        '  r2["2. B #quot;q#quot; #lt;b#gt;"]\n'
        '  r2 -- "supersedes" --> r1\n'
    )
    assert '  r2 -> r1 [label="supersedes"];\n' in index.dot(Index([ONE, TWO]))
    assert r'r2 [label="2. B \"q\" <b>"];' in index.dot(Index([ONE, TWO]))


def test_a_number_that_two_have_means_none_of_them() -> None:
    other = record(NYGARD, "0001-b.md")
    asking = record("---\nstatus: superseded by ADR-0001\n---\n# C\n", "0003-c.md")
    (relation,) = asking.relations
    assert Index([ONE, other, asking]).find(relation) is None
    assert Index([ONE, asking]).find(relation) is ONE
