"""qgate.parse.cobertura against a plain element-tree reading, on documents made up at random."""

import re
from collections.abc import Callable
from contextlib import suppress
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from qgate.errors import MalformedReport
from qgate.model.coverage import Exits
from qgate.parse import cobertura
from tests.unit.parse.cobertura_samples import HEAD, TAIL, a_class, report

# By path: lines that ran, lines that did not, exits. And the roots.
Reading = tuple[dict[str, tuple[set[int], set[int], dict[int, Exits]]], list[str]]

NAMES = st.text(alphabet="ab/.&<>\"' \t\n\\é😀;#x!?-", max_size=8)
REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
BLANKS = st.sampled_from([" ", " ", " ", "\n", "\t", "  "])


@st.composite
def attributes(draw: DrawFn, values: dict[str, str]) -> str:
    """Write attributes in any order, quotes and spacing."""
    written = []
    for name, value in draw(st.permutations(list(values.items()))):
        quote = draw(st.sampled_from("\"'"))
        text = "".join(draw(characters(character, quote)) for character in value)
        equals = draw(st.sampled_from(["=", "=", "=", " = ", "\n="]))
        written.append(f"{draw(BLANKS)}{name}{equals}{quote}{text}{quote}")
    return "".join(written)


def characters(character: str, quote: str) -> SearchStrategy[str]:
    """Write one character of a value between such quotes: as it is if that is legal, or not."""
    forms = [f"&#{ord(character)};", f"&#x{ord(character):x};"]
    if character in REFERENCES:
        forms.append(REFERENCES[character])
    if character not in "&<" + quote:
        forms.append(character)
    return st.sampled_from(forms)


@st.composite
def lines(draw: DrawFn) -> str:
    """Write a `lines` element."""
    written = []
    for _ in range(draw(st.integers(0, 4))):
        values = {
            "number": str(draw(st.integers(1, 6))),
            "hits": str(draw(st.sampled_from([0, 0, 1, 2**70]))),
        }
        if draw(st.booleans()):
            total = draw(st.integers(0, 4))
            values["branch"] = draw(st.sampled_from(["true", "false", "True"]))
            values["condition-coverage"] = f"7% ({draw(st.integers(0, total))}/{total})"
        written.append(f"<line{draw(attributes(values))}/>")
    return f"<lines>{''.join(written)}</lines>"


@st.composite
def classes(draw: DrawFn, odd: SearchStrategy[str]) -> str:
    """Write a `class`; where `odd` is never empty-handed, its tags may be spelled oddly too."""
    names = draw(st.sampled_from([NAMES, st.sampled_from(["a.py", "b.py", "c.py"])]))
    values = {"name": draw(NAMES), "filename": draw(names), "line-rate": "0"}
    blank = "" if odd is NOTHING else draw(st.sampled_from(["", "", "", "\n"]))
    start = f"<class{blank or ' '}{draw(attributes(values))}"
    if draw(st.integers(0, 9)) == 0:
        return start + "/>"
    method = f"<methods><method{draw(attributes({'name': draw(NAMES)}))}>{draw(lines())}</method>"
    body = draw(st.permutations([method + "</methods>", draw(lines()), draw(odd)]))
    return f"{start}>{''.join(body)}</class{blank}>"


PIECES = ["<class filename='x'>", "</class>", "<class", "<line number='1' hits='1'/>", ">"]
ODDITIES = st.builds(
    lambda around, inside: around.format("".join(inside)),
    st.sampled_from(["<!--{}-->", "<?x {}?>", "<n><![CDATA[{}]]></n>"]),
    st.lists(st.sampled_from(PIECES), max_size=3),
)
NOTHING: SearchStrategy[str] = st.just("")
MOSTLY_NOTHING = st.one_of(*[NOTHING] * 6, ODDITIES)


@st.composite
def documents(draw: DrawFn) -> bytes:
    """Write a whole well-formed report: every other has nothing but elements after its head."""
    odd = draw(st.sampled_from([NOTHING, MOSTLY_NOTHING]))
    root = f"<sources><source> /r{draw(st.integers(0, 9))}&amp; </source></sources>"
    parts = [root, draw(MOSTLY_NOTHING)]
    for _ in range(draw(st.integers(0, 3))):
        inside = "\n".join(draw(st.lists(st.one_of(classes(odd), odd), max_size=4)))
        parts.append(f"<packages><package><classes >{inside}</classes></package></packages>")
    if draw(st.integers(0, 4)) == 0:
        parts.reverse()
    encoding = draw(st.sampled_from(["", " encoding='UTF-8'", " encoding='utf-8'"]))
    return f"<?xml version='1.0'{encoding}?>\n<coverage>{''.join(parts)}</coverage>\n".encode()


def by_element_tree(data: bytes) -> Reading:
    """Read a report with nothing but the standard library's element tree."""
    root = ET.fromstring(data)  # noqa: S314 - the tests' own text
    files: dict[str, tuple[set[int], set[int], dict[int, Exits]]] = {}
    for element in root.iter("class"):
        ran, missed, exits = files.setdefault(element.attrib["filename"], (set(), set(), {}))
        # The class's own lines; those of its methods only where it has none.
        for line in element.findall("./lines/line") or element.iter("line"):
            number = int(line.attrib["number"])
            (ran if int(line.attrib["hits"]) else missed).add(number)
            counts = re.search(r"(\d+)/(\d+)", line.get("condition-coverage", ""))
            if line.get("branch") in {"true", "True"} and counts and int(counts[2]):
                known = exits.get(number, Exits(taken=0, total=0))
                taken = max(int(counts[1]), known.taken)
                exits[number] = Exits(taken=taken, total=max(int(counts[2]), known.total))
    roots = [(source.text or "").strip() for source in root.iter("source")]
    return {path: (r, m - r, e) for path, (r, m, e) in files.items()}, [r for r in roots if r]


def by_slices(data: bytes) -> Reading:
    """Read a whole report through qgate."""
    opened = cobertura.parse(data)
    files = {path: opened.file(path) for path in opened.paths}
    read = {p: (set(f.executed), set(f.missing or ()), dict(f.exits)) for p, f in files.items()}
    return read, list(opened.roots)


@given(documents())
def test_slicing_reads_what_an_element_tree_reads(data: bytes) -> None:
    assert by_slices(data) == by_element_tree(data)


TOKENS = [
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ", b"?>", b"<", b">", b"/", b'"', b"'", b" "),
    *(b"<class ", b"<class\n", b"</class>", b"</class >", b"<class/>", b"<classes>", b"</lines>"),
    *(b"</coverage>", b"<coverage>", b"<source>", b"</source>", b"&amp;", b"&", b"\n", b"=", b"0"),
    *(a_class(b"x.py"), a_class(b"a.py")),
]
SOUND = report(a_class(b"a.py"), a_class(b"b.py", b'<line number="2" hits="0"/>'), a_class(b"a.py"))


@st.composite
def damaged(draw: DrawFn) -> bytes:
    """Take a sound report and cut pieces out, put tokens in, or both."""
    data = SOUND
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 8, 50, 200]))
        data = data[:start] + draw(st.sampled_from([b"", *TOKENS])) + data[end:]
    return data


@st.composite
def with_tokens_at_tags(draw: DrawFn) -> bytes:
    """Take a sound report and put tokens before or after its tags, where they are likely legal."""
    parts = re.split(rb"(?=<)|(?<=>)", SOUND)
    for _ in range(draw(st.integers(1, 5))):
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(TOKENS)))
    return b"".join(parts)


@given(st.one_of(damaged(), with_tokens_at_tags()))
def test_a_damaged_report_is_refused_or_read_as_an_element_tree_reads_it(data: bytes) -> None:
    with suppress(MalformedReport):
        read = by_slices(data)
        assert read == by_element_tree(data)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda noise: noise,
        lambda noise: SOUND[: len(noise) * 7 % len(SOUND)] + noise,
        lambda noise: HEAD + noise + TAIL,
        lambda noise: report(a_class(noise), a_class(b"a.py")),
        lambda noise: report(b"<class " + noise + b"></class>"),
        lambda noise: report(a_class(b"a.py", b"<line " + noise + b"/>")),
        lambda noise: b"<?xml version='1.0' encoding='" + noise + b"'?>" + HEAD[22:] + TAIL,
    ],
    ids=["alone", "after-a-cut", "between", "filename", "tag", "line", "encoding"],
)
@given(noise=st.one_of(st.binary(max_size=60), st.text(max_size=30).map(str.encode)))
def test_no_bytes_raise_anything_but_malformed_report(
    wrap: Callable[[bytes], bytes], noise: bytes
) -> None:
    with suppress(MalformedReport):
        by_slices(wrap(noise))
