"""The rules for every kind of document."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rules import common
from qgate.documents.rules.asked import Asked, found
from qgate.documents.rules.common import Rule
from qgate.model.report import Finding, Level
from qgate.parse.documents import Document, read

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PATH = "docs/runbooks/a.md"


def document(text: str, path: str = PATH) -> Document:
    return read(text.encode(), path)


def alone(text: str, kind: Kind = Kind.RUNBOOK) -> list[Finding]:
    return list(common.of_document(document(text), kind))


def places(findings: list[Finding]) -> list[tuple[str, int, int]]:
    return [(each.rule, each.line, each.column) for each in findings]


def linked(texts: Mapping[str, str], others: tuple[str, ...] = ()) -> list[Finding]:
    """What is said of the links of a few runbooks beside some other files."""
    documents = {path: document(text, path) for path, text in texts.items()}
    kinds = dict.fromkeys(texts, Kind.RUNBOOK)
    library = Library(documents, kinds, frozenset((*texts, *others)), {})
    return list(common.of_library(library, Asked(folders=Folders())))


def test_a_sound_document_is_passed() -> None:
    text = (
        "---\ntype: runbook\nid: a\ntitle: A & b\nstatus: active\ncreated: 2027-01-31\n"
        "updated: 2027-02-01\nowners: [x]\ntags: []\nlinks: []\nreview_by: 2028-01-01\n"
        "alerts: [a]\n---\n\n# A &amp; b\n"
    )
    assert alone(text) == []


def test_the_type_must_be_that_of_the_folder() -> None:
    (finding,) = alone("---\nid: a\ntype: adr\n---\n# a\n")
    assert (finding.rule, finding.line, finding.blocking) == (Rule.WRONG_TYPE, 3, True)
    assert "this folder is for runbook" in finding.message
    assert finding.source == "type: adr"


@pytest.mark.parametrize("text", ["", "text\n", "## a\n", "```\n# a\n```\n", "<!-- # a -->\n"])
def test_a_document_needs_a_title(text: str) -> None:
    assert places(alone(f"---\nid: a\n---\n{text}")) == [(Rule.NO_TITLE, 4, 1)]


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("Use jq", "Use jq"),
        ("Use jq", "Use `jq`"),
        ("Use jq", "7. Use jq"),
        ("Use jq", "ADR-0007: Use jq"),
        ("Use jq", "use  JQ!"),
        ("Use a|b", "Use a\\|b"),
        ("7. Use jq", "7. Use jq"),
        ("3 ways", "3 ways"),
    ],
)
def test_title_and_heading_agree_in_their_words(title: str, heading: str) -> None:
    assert alone(f'---\ntitle: "{title}"\n---\n# {heading}\n') == []


@pytest.mark.parametrize("heading", ["Use yq", "Use jq now", "Do not use jq", "Use"])
def test_title_and_heading_must_not_disagree(heading: str) -> None:
    findings = alone(f"---\nid: a\ntitle: Use jq\n---\n# {heading}\n")
    assert places(findings) == [(Rule.TITLE_DISAGREES, 3, 1)]


@pytest.mark.parametrize("day", ["31.01.2027", "2027-1-31", "2027-02-30", "20270131", "soon", "[]"])
def test_days_are_written_as_iso_8601_has_them(day: str) -> None:
    for key in ("created", "updated", "review_by"):
        findings = alone(f"---\nid: a\n{key}: {day}\n---\n# a\n")
        assert places(findings) == [(Rule.NOT_A_DATE, 3, 1)]


def test_keys_that_nobody_reads_are_warned_of_where_the_model_is_used() -> None:
    (finding,) = alone("---\ntype: runbook\nonwers: [x]\n---\n# a\n")
    assert (finding.rule, finding.line, finding.level) == (Rule.UNKNOWN_KEY, 3, Level.WARNING)
    assert not finding.blocking
    assert 'did you mean "owners"?' in finding.message
    assert alone("---\nweight: 20\n---\n# a\n") == []


def test_keys_of_another_kind_are_unknown_to_this_one() -> None:
    text = "---\ntype: {}\nseverity: P1\n---\n# a\n"
    assert alone(text.format("incident"), Kind.INCIDENT) == []
    assert places(alone(text.format("runbook"))) == [(Rule.UNKNOWN_KEY, 3, 1)]


@pytest.mark.parametrize(
    ("waiver", "line"),
    [
        ("text", 3),
        ("[{rule: documents/no-title, by: x, until: 2027-01-01}]", 3),
        ("\n  - {rule: a/b, reason: r, by: x, until: soon}", 4),
        ("\n  - {rule: a, reason: r, by: x, until: 2027-01-01}", 4),
        ("\n  - {rule: a/b, reason: r, by: x, until: 2027-01-01, for: ever}", 4),
    ],
)
def test_a_waiver_has_a_rule_a_reason_a_name_and_a_day(waiver: str, line: int) -> None:
    (finding,) = alone(f"---\nid: a\nwaivers: {waiver}\n---\n# a\n")
    assert (finding.rule, finding.line, finding.blocking) == (Rule.MALFORMED_WAIVER, line, True)


def test_a_whole_waiver_is_read() -> None:
    text = "---\nwaivers:\n  - {rule: a/b, reason: r, by: x, until: 2027-01-01}\n---\n# a\n"
    (waiver,) = common.waivers(document(text))
    assert (waiver.rule, waiver.reason, waiver.by) == ("a/b", "r", "x")
    assert alone(text) == []
    assert common.waivers(document("# a\n")) == ()


def test_a_day_to_come_is_refused_for_what_was() -> None:
    days = "created: 2027-03-02\nupdated: 2027-03-01\ndate: 2028-01-01\nreview_by: 2030-01-01\n"
    text = f"---\n{days}---\n"
    findings = list(common.by_clock(document(text), Kind.ADR, NOW))
    assert places(findings) == [(Rule.FUTURE_DATE, 2, 1), (Rule.FUTURE_DATE, 4, 1)]


@pytest.mark.parametrize(
    "target",
    [
        "b.md",
        "./b.md",
        "../runbooks/b.md",
        "/docs/runbooks/b.md",
        "b.md?plain=1",
        "b.md#part-one",
        "b.md#Part-One",
        "b.md#part-one-1",
        "b.md#see-this-now",
        "b.md#custom",
        "b.md#inline",
        "#here",
        "#top",
        "b.md#",
        "../../src",
        "../../src/",
        "../..",
        "/",
        ".",
        "../../src/m.py#L3",
        "a%20b.png",
        "<a b.png>",
        "https://example.com/nothing",
        "mailto:a@example.com",
        "//example.com/nothing",
        "",
    ],
)
def test_a_link_that_leads_somewhere_is_passed(target: str) -> None:
    other = (
        "# b\n\n## Part one\n\n## Part *one*\n\n## See [this](b.md) _now_\n\n"
        "<a id=\"custom\"></a>\n\ntext <a name='inline'>x</a>\n"
    )
    texts = {PATH: f"# a\n\n## Here\n\n[x]({target})\n", "docs/runbooks/b.md": other}
    assert linked(texts, ("src/m.py", "docs/runbooks/a b.png")) == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("c.md", "there is no such file"),
        ("../b.md", "there is no such file"),
        ("B.md", "there is no such file"),
        ("/b.md", "there is no such file"),
        ("../../sr", "there is no such file"),
        ("../../../x.md", "leads out of the repository"),
        ("/../x.md", "leads out of the repository"),
        ("b.md#part-two", "there is no such heading"),
        ("b.md#code", "there is no such heading"),
        ("#nowhere", "there is no such heading"),
        ("b.md#part-one-2", "there is no such heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_found_where_it_stands(target: str, reason: str) -> None:
    texts = {
        PATH: f"# a\n\nsome\n[x]({target}) text\n",
        "docs/runbooks/b.md": "# b\n\n## Part one\n\n## Part one\n\n```\n# code\n```\n",
    }
    (finding,) = linked(texts, ("src/m.py",))
    assert (finding.rule, finding.path, finding.line) == (Rule.BROKEN_LINK, PATH, 4)
    assert finding.message == f"{target}: {reason}"


def test_images_and_links_in_tables_and_items_are_followed_too() -> None:
    text = "# a\n\n- ![x](x.png)\n\n| [y](y.md) |\n|---|\n| ![z](z.png) |\n"
    assert [(each.line, each.message.partition(":")[0]) for each in linked({PATH: text})] == [
        (3, "x.png"),
        (5, "y.md"),
        (7, "z.png"),
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [("a {b c} d", "{b c}"), ("TODO: x", "TODO"), ("TBD", "TBD"), ("x", ""), ("todolist {}", "")],
)
def test_what_is_left_of_a_template_is_seen(text: str, left: str) -> None:
    assert common.placeholder(text) == left


def test_a_finding_shows_its_line_and_none_beyond_the_end() -> None:
    at = document("# a\n\n  text \n")
    assert found(Rule.NO_TITLE, "x", at, 3).source == "text"
    assert found(Rule.NO_TITLE, "x", at, 9).source == ""
    whole = found(Rule.NO_TITLE, "x", PATH)
    assert (whole.path, whole.line, whole.column) == (PATH, 0, 0)


def test_a_file_that_the_front_matter_links_to_is_there() -> None:
    links = "---\nlinks:\n  - {rel: relates, to: b.md}\n  - {rel: incident, to: INC-1}\n---\n# a\n"
    assert linked({PATH: links}, ("docs/runbooks/b.md",)) == []
    (finding,) = linked({PATH: links})
    assert (finding.rule, finding.path, finding.line) == (Rule.BROKEN_LINK, PATH, 3)
    assert finding.column == links.splitlines()[2].index("b.md") + 1
