"""Each rule for decision records, raised and not raised."""

import time
from datetime import UTC, datetime

import pytest

from qgate.documents.kinds import Folders, Kind, Library
from qgate.documents.rules import adr
from qgate.documents.rules.adr import Rule
from qgate.documents.rules.asked import Asked
from qgate.model.report import Level
from qgate.parse.documents import Document, read
from tests.unit.documents.adr.forms import BULLETS, MADR, NYGARD

FOLDERS = Folders(adr="docs/adr")


def documents(texts: dict[str, str]) -> dict[str, Document]:
    paths = {f"docs/adr/{name}": text for name, text in texts.items()}
    return {path: read(text.encode(), path) for path, text in paths.items()}


def found(text: str, name: str = "0003-use-one-database.md") -> list[tuple[str, int]]:
    """Rules and lines of one record."""
    (document,) = documents({name: text}).values()
    return [(each.rule, each.line) for each in adr.of_document(document, Kind.ADR)]


def together(
    texts: dict[str, str],
    *,
    touched: tuple[str, ...] = (),
    added: tuple[str, ...] = (),
    elsewhere: tuple[str, ...] = (),
    owed: tuple[str, ...] = (),
    before: dict[str, str] | None = None,
) -> list[tuple[str, str, int]]:
    """Rules, file names and lines of several."""
    read_ = documents(texts)
    library = Library(read_, dict.fromkeys(read_, Kind.ADR), frozenset(read_), {})
    asked = Asked(
        folders=FOLDERS,
        touched=frozenset(touched),
        added=frozenset(f"docs/adr/{name}" for name in added),
        numbers_elsewhere=elsewhere,
        owed=owed,
        before=documents(before or {}),
    )
    return [
        (each.rule, each.path.removeprefix("docs/adr/"), each.line)
        for each in adr.of_library(library, asked)
    ]


def with_status(said: str, number: int = 1) -> str:
    return NYGARD.replace("# 3.", f"# {number}.").replace("Accepted", said)


@pytest.mark.parametrize("text", [NYGARD, MADR])
def test_a_good_record_has_no_finding(text: str) -> None:
    assert found(text) == []


def test_a_good_dated_record_has_no_finding() -> None:
    assert found(BULLETS, "20240501-use-one-database.md") == []


def test_a_name_without_a_number() -> None:
    assert found("# Words\n\nText.\n", "glossary.md") == [(Rule.NAME, 0)]
    assert found(BULLETS, "use-one-database.md") == [(Rule.NAME, 0)]


def test_numbers_that_disagree() -> None:
    assert found(NYGARD, "0004-use-one-database.md") == [(Rule.NUMBER_DISAGREES, 1)]
    text = MADR.replace("date:", "id: ADR-4\ndate:")
    assert found(text) == [(Rule.NUMBER_DISAGREES, 3)]
    for right in ("ADR-3", "3", "0003", "0003-use-one-database"):
        assert found(MADR.replace("date:", f"id: {right}\ndate:")) == []


def test_a_name_that_says_something_else() -> None:
    assert found(NYGARD, "0003-license-of-the-work.md") == [(Rule.SLUG_DISAGREES, 1)]
    (document,) = documents({"0003-license-of-the-work.md": NYGARD}).values()
    (finding,) = adr.of_document(document, Kind.ADR)
    assert (finding.level, finding.blocking) == (Level.WARNING, False)


def test_a_reworded_title_is_none() -> None:
    assert found(NYGARD, "0003-using-databases.md") == []
    assert found(NYGARD.replace("Use one database", "Über größere Maße"), "0003-uber-maße.md") == []


def test_no_status() -> None:
    assert found(MADR.replace("status: accepted\n", "")) == [(Rule.NO_STATUS, 4)]
    assert found(MADR.replace("accepted", "")) == [(Rule.NO_STATUS, 2)]
    assert found(NYGARD.replace("Accepted\n", "")) == [(Rule.NO_STATUS, 1)]


def test_an_unknown_status() -> None:
    assert found(MADR.replace("accepted", "on hold")) == [(Rule.UNKNOWN_STATUS, 2)]
    assert found(NYGARD.replace("Accepted", "Approved")) == [(Rule.UNKNOWN_STATUS, 7)]


def test_places_that_disagree() -> None:
    text = "---\nstatus: proposed\n---\n" + NYGARD
    assert found(text) == [(Rule.STATUS_DISAGREES, 10)]
    assert found(text.replace("proposed", "accepted")) == []


def test_dates() -> None:
    assert found(NYGARD.replace("2024-05-01", "01/05/2024")) == [("documents/not-a-date", 3)]
    assert found(MADR.replace("2024-05-01", "2024-13-01")) == [("documents/not-a-date", 3)]
    assert found(MADR.replace("date: 2024-05-01", "date:")) == []


def test_a_day_to_come() -> None:
    now = datetime(2024, 4, 30, 23, 59, tzinfo=UTC)
    (document,) = documents({"0003-use-one-database.md": NYGARD}).values()
    (finding,) = adr.by_clock(document, Kind.ADR, now)
    assert (finding.rule, finding.line) == ("documents/future-date", 3)
    assert not list(adr.by_clock(document, Kind.ADR, datetime(2024, 5, 1, tzinfo=UTC)))


def test_an_empty_section() -> None:
    text = NYGARD.replace("We will use one.\n", "<!-- later -->\n")
    assert found(text) == [(Rule.EMPTY_SECTION, 13)]
    assert found(text.replace("Accepted", "Proposed")) == []
    assert found(text.replace("Accepted", "Rejected")) == []
    assert found(text.replace("Accepted", "Deprecated")) == [(Rule.EMPTY_SECTION, 13)]


def test_what_is_accepted_says_what_was_decided() -> None:
    text = NYGARD.replace("## Decision\n", "## Thoughts\n")
    assert found(text) == [(Rule.EMPTY_SECTION, 1)]
    assert found(text.replace("Accepted", "Proposed")) == []


@pytest.mark.parametrize(
    "left",
    ["{describe it}", "TODO", "TBD.", "TODO: write it", "* ...", "* {one option}", "FIXME(me)"],
)
def test_a_placeholder(left: str) -> None:
    text = NYGARD.replace("We will use one.", left)
    assert found(text) == [(Rule.PLACEHOLDER, 15)]
    assert found(text.replace("Accepted", "Draft")) == []


@pytest.mark.parametrize(
    "said",
    [
        "Example: `{option 1}`.",
        "Example: `` {a b} ` `` and ```` ` ````.",
        "The route `/a` is /users/{id}.",
        "A TODO list is kept.",
        "It goes on ...",
        "```\n{not this}\nTODO\n```",
        "    {nor this}",
        "Good, because … it is.",
    ],
)
def test_what_only_looks_like_a_placeholder(said: str) -> None:
    assert found(NYGARD.replace("We will use one.", said)) == []


@pytest.mark.parametrize(
    "piece",
    [
        "* Status:" + " " * 100_000 + "x",
        "Status: accepted" + " " * 100_000 + "<!-- x",
        "`a" * 20_000,
        "".join("`" * count + "a" for count in range(1, 400)),
        "{ a" * 40_000,
        "{" + " a" * 50_000,
        "Amends " + "[" * 3_000,
        "Amends " + "[1](a.md), " * 2_000,
        "a " * 50_000 + "[x](y.md)",
        "\n".join(f"Chosen option: {' ' * 50_000}x" for _ in range(2)),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("heading", ["Status", "Links", "Decision Outcome", ""])
def test_a_hostile_record_is_read_in_linear_time(piece: str, heading: str) -> None:
    above = f"## {heading}\n\n" if heading else ""
    text = f"# 3. Use one\n\n{above}{piece}\n\n## Considered Options\n\n* a\n* b\n"
    started = time.process_time()
    found(text)
    together({"0003-use-one.md": text}, before={"0003-use-one.md": text})
    assert time.process_time() - started < 5


def test_too_few_options() -> None:
    text = MADR.replace("* Keep both\n", "")
    assert found(text) == [(Rule.TOO_FEW_OPTIONS, 11)]
    assert found(text.replace("status: accepted", "status: rejected")) == []


def test_a_chosen_option_that_was_not_considered() -> None:
    text = MADR.replace('"Use one"', '"Buy another"')
    assert found(text) == [(Rule.CHOSEN_OPTION, 18)]
    assert found(text.replace("status: accepted", "status: deprecated")) == []


def test_a_quotation_inside_of_an_options_name_does_not_end_it() -> None:
    text = MADR.replace("* Use one", '* Use "one" here').replace('"Use one"', '"Use "two" here"')
    assert found(text) == [(Rule.CHOSEN_OPTION, 18)]


@pytest.mark.parametrize(
    ("option", "chosen"),
    [
        ("[Use one](https://example.com) 2.1 (the best)", '"Use one 2.1"'),
        ("Use `one`", "Use one, because"),
        ('Section "One" with "A" and "B"', '\'Section "One" with "A" and "B"\''),
        ("Multi\n  - with Yarn\n  - with npm", '"Multi, with Yarn"'),
        ("Use one (cheap)", "“Use one”"),
        ("Use one (cheap)", '"[Use one](https://example.com)"'),
        ("Use one", "**Use one**."),
    ],
)
def test_an_option_can_be_said_in_other_marks(option: str, chosen: str) -> None:
    text = MADR.replace("* Use one", f"* {option}").replace('"Use one"', chosen)
    assert found(text) == []


def test_a_number_that_two_have() -> None:
    texts = {"0001-a.md": with_status("Accepted"), "0001-b.md": with_status("Accepted")}
    assert together(texts) == [(Rule.NUMBER_TAKEN, "0001-b.md", 0)]
    assert together(texts, added=("0001-a.md",)) == [(Rule.NUMBER_TAKEN, "0001-a.md", 0)]
    assert together({"0001-a.md": NYGARD, "api/0001-b.md": NYGARD}) == []
    assert together({"0001-a.md": NYGARD, "01-b.md": NYGARD}) != []


def test_a_number_that_the_base_branch_gave_meanwhile() -> None:
    texts = {"0001-a.md": with_status("Accepted")}
    assert together(texts, added=("0001-a.md",), elsewhere=("0001-x.md",)) == [
        (Rule.NUMBER_TAKEN, "0001-a.md", 0)
    ]
    assert together(texts, added=("0001-a.md",), elsewhere=("0001-a.md", "0002-x.md")) == []
    assert together(texts, added=("0001-a.md",), elsewhere=("api/0001-x.md",)) == []


def test_a_link_without_its_other_end() -> None:
    one = with_status("Accepted\n\nAmends [2. B](0002-b.md)")
    two = with_status("Accepted", 2)
    assert together({"0001-a.md": one, "0002-b.md": two}) == [(Rule.NO_INVERSE, "0001-a.md", 9)]
    back = with_status("Accepted\n\nAmended by [1. A](0001-a.md)", 2)
    assert together({"0001-a.md": one, "0002-b.md": back}) == []
    wrong = with_status("Accepted\n\nClarified by [1. A](0001-a.md)", 2)
    assert {each[0] for each in together({"0001-a.md": one, "0002-b.md": wrong})} == {
        Rule.NO_INVERSE
    }


def test_words_that_nobody_knows_need_any_link_back() -> None:
    one = with_status("Accepted\n\nMotivates [2. B](0002-b.md)")
    two = with_status("Accepted", 2)
    assert together({"0001-a.md": one, "0002-b.md": two}) == [(Rule.NO_INVERSE, "0001-a.md", 9)]
    back = with_status("Accepted\n\nMotivated by [1. A](0001-a.md)", 2)
    assert together({"0001-a.md": one, "0002-b.md": back}) == []
    see = with_status("Accepted\n\nSee also [2. B](0002-b.md)")
    assert together({"0001-a.md": see, "0002-b.md": two}) == []


def test_superseded_without_a_successor() -> None:
    assert together({"0001-a.md": with_status("Superseded")}) == [
        (Rule.NO_SUCCESSOR, "0001-a.md", 7)
    ]
    gone = with_status("Superseded by ADR-0009")
    assert together({"0001-a.md": gone}) == [(Rule.NO_SUCCESSOR, "0001-a.md", 7)]


def test_a_successor_of_what_is_not_superseded() -> None:
    texts = {
        "0001-a.md": with_status("Accepted"),
        "0002-b.md": with_status("Accepted\n\nSupersedes [1. A](0001-a.md)", 2),
    }
    assert together(texts) == [
        (Rule.NO_INVERSE, "0002-b.md", 9),
        (Rule.NOT_SUPERSEDED, "0001-a.md", 7),
    ]
    texts["0001-a.md"] = with_status("Superceded by [2. B](0002-b.md)")
    assert together(texts) == []


@pytest.mark.parametrize("state", ["Draft", "Proposed", "Rejected"])
def test_what_is_not_decided_supersedes_nothing(state: str) -> None:
    texts = {
        "0001-a.md": with_status("Accepted"),
        "0002-b.md": with_status(f"{state}\n\nSupersedes [1. A](0001-a.md)", 2),
    }
    assert together(texts) == []
    texts["0001-a.md"] = with_status("Superseded by [2. B](0002-b.md)")
    missing = [(Rule.NO_SUCCESSOR, "0001-a.md", 7)]
    assert together(texts) == (missing if state == "Rejected" else [])


def test_what_supersedes_itself() -> None:
    texts = {
        "0001-a.md": with_status("Superseded by [2. B](0002-b.md)\n\nSupersedes [2. B](0002-b.md)"),
        "0002-b.md": with_status(
            "Superseded by [1. A](0001-a.md)\n\nSupersedes [1. A](0001-a.md)", 2
        ),
    }
    assert together(texts) == [(Rule.CYCLE, "0001-a.md", 7), (Rule.CYCLE, "0002-b.md", 7)]
    alone = {"0001-a.md": with_status("Superseded by [1. A](0001-a.md)")}
    assert (Rule.CYCLE, "0001-a.md", 7) in together(alone)


def test_what_was_decided_is_rewritten() -> None:
    now = NYGARD.replace("We will use one.", "We will use two.")
    assert together({"0003-a.md": now}, before={"0003-a.md": NYGARD}) == [
        (Rule.BODY_CHANGED, "0003-a.md", 15)
    ]
    open_ = NYGARD.replace("Accepted", "Proposed")
    assert together({"0003-a.md": now}, before={"0003-a.md": open_}) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("# 3. Use one", "# 3. Use no", 1),
        ("One is left.\n", "", 18),
        ("One is left.\n", "One is left.\n\n## More\n\nText.\n", 21),
    ],
)
def test_any_part_of_what_was_decided(old: str, new: str, line: int) -> None:
    now = NYGARD.replace(old, new)
    assert together({"0003-a.md": now}, before={"0003-a.md": NYGARD}) == [
        (Rule.BODY_CHANGED, "0003-a.md", line)
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Accepted", "Superseded by [4. B](0004-b.md)"),
        ("Accepted", "Accepted\n\nAmended by [4. B](0004-b.md)"),
        ("Date: 2024-05-01", "Date: 2024-05-02\nDeciders: two of us"),
        ("# 3.", "# 4."),
        ("# 3. Use one", "# 3. Use-One"),
        ("There are two.", "There\nare   two."),
        ("One is left.", "One is left.\n\n## Links\n\n- [here](https://example.com)"),
        ("# 3. Use", "---\ntags: [a]\n---\n# 3. Use"),
    ],
)
def test_what_may_change_in_an_accepted_record(old: str, new: str) -> None:
    before = {"0003-a.md": NYGARD}
    found_ = together({"0003-a.md": NYGARD.replace(old, new, 1)}, before=before)
    assert Rule.BODY_CHANGED not in [rule for rule, _, _ in found_]


def test_the_target_of_a_link_may_change() -> None:
    before = NYGARD.replace("two.", "[two](0001-a.md).")
    now = NYGARD.replace("two.", "[two](0009-a.md).")
    assert together({"0003-a.md": now}, before={"0003-a.md": before}) == []


def test_a_decision_is_owed() -> None:
    owed = ("db/*.sql",)
    assert together({}, touched=("db/a.sql", "x.py"), owed=owed) == [(Rule.OWED, "db/a.sql", 0)]
    assert together({}, touched=("x.py",), owed=owed) == []
    assert together({}, touched=("db/a.sql",)) == []
    touched = ("db/a.sql", "docs/adr/0003-a.md")
    assert together({"0003-a.md": NYGARD}, touched=touched, owed=owed) == []
    gone = ("db/a.sql", "docs/adr/0002-gone.md")
    assert together({"0003-a.md": NYGARD}, touched=gone, owed=owed) == [(Rule.OWED, "db/a.sql", 0)]
