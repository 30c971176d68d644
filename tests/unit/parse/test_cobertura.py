"""qgate.parse.cobertura: what it reads and what it refuses."""

import mmap
import tempfile

import pytest

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits
from qgate.parse import cobertura
from tests.unit.parse.cobertura_samples import PROLOG, a_class, executed, refusal, report


def test_a_report_names_its_format_roots_and_paths() -> None:
    opened = cobertura.parse(report(a_class(b"a.py"), a_class(b"b.py")))
    assert opened.format == "cobertura"
    assert opened.roots == ("/src",)
    assert list(opened.paths) == ["a.py", "b.py"]


def test_lines_are_parted_by_their_hits() -> None:
    lines = b'<line number="1" hits="99999999999999999999"/><line number="2" hits="00"/>'
    file = cobertura.parse(report(a_class(b"a.py", lines))).file("a.py")
    assert file.path == "a.py"
    assert file.executed == frozenset({1})
    assert file.missing == frozenset({2})
    assert file.excluded is None
    assert file.arcs is None


def test_exits_come_from_branch_lines_only() -> None:
    lines = (
        b'<line number="1" hits="1" branch="true" condition-coverage="50.0% (1/2)"/>'
        b'<line number="2" hits="1" branch="True" condition-coverage="50% (1/2)"/>'
        b'<line number="3" hits="1" branch="false" condition-coverage="50% (1/2)"/>'
        b'<line number="4" hits="1" branch="true"/>'
        b'<line number="5" hits="1" branch="true" condition-coverage="0% (0/0)"/>'
    )
    file = cobertura.parse(report(a_class(b"a.py", lines))).file("a.py")
    assert file.exits == {1: Exits(taken=1, total=2), 2: Exits(taken=1, total=2)}


def test_a_line_of_several_classes_of_one_file_ran_if_any_says_so() -> None:
    outer = a_class(b"A.java", b'<line number="1" hits="0"/><line number="2" hits="3"/>')
    inner = a_class(b"A.java", b'<line number="2" hits="0"/><line number="3" hits="0"/>')
    file = cobertura.parse(report(outer, a_class(b"B.java"), inner)).file("A.java")
    assert file.executed == frozenset({2})
    assert file.missing == frozenset({1, 3})


@pytest.mark.parametrize("accounts", [(b"2/2", b"1/4"), (b"1/4", b"2/2"), (b"1/4", b"2/4")])
def test_of_several_accounts_of_a_lines_exits_the_larger_counts_stand(
    accounts: tuple[bytes, bytes],
) -> None:
    line = b'<line number="1" hits="1" branch="true" condition-coverage="x (%b)"/>'
    lines = b"".join(line % counts for counts in accounts)
    file = cobertura.parse(report(a_class(b"a.cpp", lines))).file("a.cpp")
    assert file.exits == {1: Exits(taken=2, total=4)}


METHODS = b'<methods><method><lines><line number="1" hits="0"/></lines></method></methods>'


def test_lines_of_methods_do_not_count_beside_those_of_the_class() -> None:
    own = b'<lines><line number="2" hits="4"/></lines>'
    data = report(b'<class filename="a.js">' + METHODS + own + b"</class>")
    file = cobertura.parse(data).file("a.js")
    assert (file.executed, file.missing) == (frozenset({2}), frozenset())


def test_lines_of_methods_count_where_the_class_has_none_of_its_own() -> None:
    data = report(b'<class filename="a.js">' + METHODS + b"</class>")
    assert cobertura.parse(data).file("a.js").missing == frozenset({1})


def test_a_report_without_classes_names_no_path() -> None:
    opened = cobertura.parse(report())
    assert list(opened.paths) == []
    assert opened.roots == ("/src",)


def test_blank_and_padded_sources_are_tidied() -> None:
    sources = b"<sources><source> /a </source><source/><source>/b&amp;c</source></sources>"
    data = b"<coverage>" + sources + a_class(b"a.py") + b"</coverage>"
    assert cobertura.parse(data).roots == ("/a", "/b&c")


def test_sources_after_the_classes_are_roots() -> None:
    sources = b"<sources><source>/late</source></sources>"
    data = b"<coverage>" + a_class(b"a.py") + sources + b"</coverage>"
    assert cobertura.parse(data).roots == ("/late",)


@pytest.mark.parametrize("last", [b"", b"<!-- -->"])
def test_a_source_inside_a_class_is_no_root(last: bytes) -> None:
    data = report(a_class(b"a.py", b"<source>/no</source>"), last)
    assert cobertura.parse(data).roots == ("/src",)


def test_a_report_is_read_from_a_memory_map() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(report(a_class(b"a.py"), a_class(b"b.py")))
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert cobertura.parse(data).file("b.py").executed == {1}


def test_a_memory_map_that_needs_a_complete_pass_is_read() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(report(a_class(b"a.py"), b"<!-- here -->"))
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert cobertura.parse(data).file("a.py").executed == {1}


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    # In the single-byte encodings the first name has the bytes of another name in UTF-8.
    for name in ("caf\u00c3\u00a9.py", "caf\u00e9.py"):
        body = f'<class filename="{name}"><line number="3" hits="1"/></class>'
        data = f"{declared}<coverage>{body}</coverage>".encode(encoding)
        assert executed(data, name) == {3}


@pytest.mark.parametrize("encoding", ["no-such", "shift_jis", "idna", "hex"])
def test_an_encoding_that_cannot_be_read_is_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><coverage/>'.encode("ascii")
    assert "not readable XML" in refusal(data)


def test_a_byte_order_mark_is_no_hindrance() -> None:
    assert executed(b"\xef\xbb\xbf" + report(a_class(b"a.py")), "a.py") == {1}


def test_every_cut_is_noticed() -> None:
    data = report(a_class(b"a.py"), a_class(b"b.py")).strip()
    for length in range(len(data)):
        refusal(data[:length])


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
def test_an_empty_report_is_refused(data: bytes) -> None:
    assert refusal(data) == "the Cobertura report is empty"


def test_a_class_after_the_end_of_the_report_is_refused() -> None:
    assert "junk after document element" in refusal(report(a_class(b"a.py")) + a_class(b"b.py"))
    assert "junk after document element" in refusal(report() + a_class(b"b.py"))


def test_a_class_inside_a_source_is_refused() -> None:
    inside = b"<source>/a" + a_class(b"a.py") + b"</source>"
    assert "a source" in refusal(b"<coverage>" + inside + b"</coverage>")
    assert "a source" in refusal(b"<coverage>" + a_class(b"b.py") + inside + b"</coverage>")


@pytest.mark.parametrize("root", [b"report", b"coverages", b"Coverage"])
def test_another_root_element_is_refused(root: bytes) -> None:
    data = report(a_class(b"a.py")).replace(b"coverage>", root + b">")
    assert refusal(data).startswith("not a Cobertura report")


def test_a_bare_doctype_is_let_through() -> None:
    doctype = b'<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'
    data = report(a_class(b"a.py")).replace(PROLOG, PROLOG + doctype)
    assert executed(data, "a.py") == {1}


@pytest.mark.parametrize(
    "subset",
    [
        b'<!ENTITY x "y">',
        b'<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;',
        b"<!ELEMENT coverage ANY>",
        b"<!-- <class filename='a.py'></class> -->",
        b"",
    ],
)
def test_an_internal_dtd_is_refused(subset: bytes) -> None:
    doctype = b"<!DOCTYPE coverage [" + subset + b"]>"
    data = report(a_class(b"a.py")).replace(PROLOG, PROLOG + doctype)
    assert "internal DTD" in refusal(data)


@pytest.mark.parametrize(
    "line",
    [
        b'number="0" hits="1"',
        b'number="-1" hits="1"',
        b'number="" hits="1"',
        b'number="1_0" hits="1"',
        b'number="1.0" hits="1"',
        b'number="9999999999999999999" hits="1"',
        b'hits="1"',
        b'number="1" hits="-1"',
        b'number="1" hits="many"',
        b'number="1" hits=""',
        'number="1" hits="\u0661"'.encode(),
        b'number="1"',
        b'number="1" hits="1" branch="true" condition-coverage="50%"',
        b'number="1" hits="1" branch="true" condition-coverage="150% (3/2)"',
    ],
)
def test_a_line_with_impossible_values_is_refused(line: bytes) -> None:
    element = b"<line " + line + b"/>"
    assert "'a.py' has a line" in refusal(report(a_class(b"a.py", element)))
    assert "'a.py' has a line" in refusal(report(a_class(b"a.py", element), b"<!-- -->"))


@pytest.mark.parametrize("tag", [b"<class>", b"<class name='m'>", b"<class\n>"])
def test_a_class_without_a_filename_is_refused(tag: bytes) -> None:
    with pytest.raises(MalformedReport, match="without a filename"):
        cobertura.parse(report(a_class(b"a.py"), tag + b"</class>"))


@pytest.mark.parametrize("inner", [b"<class filename='b.py'/>", b"<class\nfilename='b.py'/>"])
def test_a_class_inside_a_class_is_refused(inner: bytes) -> None:
    assert "lies inside another class" in refusal(report(a_class(b"a.py", inner)))


@pytest.mark.parametrize(
    "tag",
    [
        b'<class filename="a.py" filename="b.py"/>',
        b'<class filename="a<b.py"/>',
        b'<class filename="R&D.py"/>',
        b'<class filename="&unknown;.py"/>',
        b'<class filename="\xff.py"/>',
        b'<class filename="\x01.py"/>',
        b'<class name="m"filename="a.py"/>',
        b"<class filename=a.py/>",
    ],
)
def test_a_tag_that_is_not_well_formed_is_refused(tag: bytes) -> None:
    assert "not well-formed" in refusal(report(a_class(b"first.py"), tag))


def test_a_hostile_tag_is_judged_in_a_moment() -> None:
    attributes = b" filename='a'" * 50_000
    assert "not well-formed" in refusal(report(b"<class" + attributes + b" !></class>"))
