"""The one door for XML that a stranger may have written."""

from collections.abc import Mapping

import pytest

from qgate.errors import MalformedReport
from qgate.parse import xml_events

_BILLION_LAUGHS = b"""\
<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">
]>
<lolz>&lol2;</lolz>
"""


def _events(data: bytes) -> list[str]:
    """Starts as `name key=value`, ends as `/name`."""
    events: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        events.append(" ".join([name, *(f"{key}={value}" for key, value in attributes.items())]))

    xml_events.parse(data, start=start, end=lambda name: events.append(f"/{name}"))
    return events


def test_elements_come_in_document_order_with_their_attributes() -> None:
    assert _events(b'<a x="1"><b/><c y="&lt;"/></a>') == ["a x=1", "b", "/b", "c y=<", "/c", "/a"]


def test_the_ends_are_not_needed() -> None:
    names: list[str] = []
    xml_events.parse(b"<a><b/></a>", start=lambda name, _: names.append(name))
    assert names == ["a", "b"]


def test_character_data_is_handed_on_where_it_is_asked_for() -> None:
    parts: list[str] = []
    xml_events.parse(b"<a>x &amp; y<b/>z</a>", start=lambda _name, _: None, text=parts.append)
    assert "".join(parts) == "x & yz"


def test_entities_that_multiply_are_refused() -> None:
    with pytest.raises(MalformedReport, match="refuses to read it"):
        _events(_BILLION_LAUGHS)


def test_an_entity_that_reads_a_file_is_refused() -> None:
    with pytest.raises(MalformedReport, match="refuses to read it"):
        _events(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


def test_an_internal_subset_without_an_entity_is_refused() -> None:
    with pytest.raises(MalformedReport, match="internal DTD"):
        _events(b"<!DOCTYPE a [<!ELEMENT a EMPTY>]><a/>")


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE a>",
        b'<!DOCTYPE a SYSTEM "coverage-04.dtd">',
        b'<!DOCTYPE a PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">',
    ],
)
def test_a_bare_doctype_is_let_through(doctype: bytes) -> None:
    assert _events(doctype + b"<a/>") == ["a", "/a"]


def test_a_truncated_document_is_refused_wherever_it_is_cut() -> None:
    document = b'<?xml version="1.0"?><a x="1"><b/></a>'
    for end in range(len(document)):
        with pytest.raises(MalformedReport, match="cut off"):
            _events(document[:end])


def test_the_refusal_names_line_and_column() -> None:
    with pytest.raises(MalformedReport, match=r"mismatched tag \(line 2, column 3\)"):
        _events(b"<a>\n</b>")


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b'<a x="\xff"/>', b"<a/><a/>", b"a"])
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="not well-formed"):
        _events(data)
