"""The quotes that rules about reviewers need to be YAML, and places that are those of the text."""

import re
from typing import Any, Final

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from qgate.parse import yaml_reader
from qgate.parse.yaml_quotes import quoted
from qgate.parse.yaml_reader import read
from qgate.parse.yaml_tree import Entry, InvalidYaml, Located, plain
from tests.unit.parse.damage import BRIEF

# What read without a word's quotes is, or all that is wrong with it.
_Outcome = Located | list[tuple[str, int, int]]


def outcome_of_the_strict_reader(text: str) -> _Outcome:
    """The tree of a text that is taken as it is."""
    try:
        return yaml_reader._read(text, yaml.CSafeLoader)
    except InvalidYaml as error:
        return [(str(each), each.line, each.column) for each in error.every]
    except (yaml.YAMLError, UnicodeError) as error:
        return [(str(error), 0, 0)]


def is_yaml(text: str) -> bool:
    """Whether it can be read, with the quotes that it lacks."""
    try:
        read(text)
    except InvalidYaml:
        return False
    return True


# What is quoted --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Keys and values.
        ("client/**: @team", "client/**: '@team'"),
        ("*.js: a", "'*.js': a"),
        ("*: a", "'*': a"),
        ("**: a", "'**': a"),
        ("**/*.md: a", "'**/*.md': a"),
        ("@x: a", "'@x': a"),
        ("*name: a", "'*name': a"),
        ("*name:", "'*name':"),
        ("*.{js,ts}: a", "'*.{js,ts}': a"),
        ("? *.js\n: @a", "? '*.js'\n: '@a'"),
        ("a: *", "a: '*'"),
        ("a: *.md", "a: '*.md'"),
        ("a: @x @y", "a: '@x @y'"),
        ("a: @x, @y", "a: '@x, @y'"),
        ("a: *x y", "a: '*x y'"),
        # Flow.
        ("a: [@x, @y/z]", "a: ['@x', '@y/z']"),
        ("a: [@x,@y]", "a: ['@x','@y']"),
        ("a: [ @x ,\t@y ]", "a: [ '@x' ,\t'@y' ]"),
        ("a: [@x,\n    @y,\n  ]", "a: ['@x',\n    '@y',\n  ]"),
        ("a: [\n@x\n,\n@y\n]", "a: [\n'@x'\n,\n'@y'\n]"),
        ("a: [x,\n @y]", "a: [x,\n '@y']"),
        ("a: [x, # one\n  @y # two\n  , @z]", "a: [x, # one\n  '@y' # two\n  , '@z']"),
        ("{*.js: [@a], *b: {c: *.d}}", "{'*.js': ['@a'], '*b': {c: '*.d'}}"),
        ("{@a, *: b}", "{'@a', '*': b}"),
        ("{a: , *: b}", "{a: , '*': b}"),
        ("{\"a\": @x, 'b': *.y}", "{\"a\": '@x', 'b': '*.y'}"),
        ("[[@a, [*.b]], {c: [@d]}]", "[['@a', ['*.b']], {c: ['@d']}]"),
        ("[@a]\n", "['@a']\n"),
        # Block lists.
        ("a:\n- @x\n-   *.y", "a:\n- '@x'\n-   '*.y'"),
        ("a:\n  - @x\n  - [@y]\n  - z", "a:\n  - '@x'\n  - ['@y']\n  - z"),
        ("- - @x\n  - *.y\n- @z: 1", "- - '@x'\n  - '*.y'\n- '@z': 1"),
        ("a:\n  b:\n  - @x\n  *.c:\n  - @y", "a:\n  b:\n  - '@x'\n  '*.c':\n  - '@y'"),
        ("a:\n  - x\n  - @y", "a:\n  - x\n  - '@y'"),
        # What stands in front and behind.
        ("a: @x # it's @y's", "a: '@x' # it's @y's"),
        ("# it's\n*.js: @x", "# it's\n'*.js': '@x'"),
        ("a: x # [\n*.js: @x", "a: x # [\n'*.js': '@x'"),
        ("a: @x#y", "a: '@x#y'"),
        ("a: @x   ", "a: '@x'   "),
        ("a:\t@x\t# y", "a:\t'@x'\t# y"),
        ("a:   \n  @x", "a:   \n  '@x'"),
        ("a:\n\n  *.b: c", "a:\n\n  '*.b': c"),
        ("'a': @x\n\"b\": @y", "'a': '@x'\n\"b\": '@y'"),
        ("a: x\n*.b: c", "a: x\n'*.b': c"),
        ("a: x\n\n*.b: c", "a: x\n\n'*.b': c"),
        ("a:\n  b: x\n  *.c: d", "a:\n  b: x\n  '*.c': d"),
        # Apostrophes.
        ("a: @o'brien", "a: '@o''brien'"),
        ("a: @'", "a: '@'''"),
        ("*'*'.md: @x", "'*''*''.md': '@x'"),
        ("a: it's\n*.b: c", "a: it's\n'*.b': c"),
        ("a: 'it''s'\n*.b: c", "a: 'it''s'\n'*.b': c"),
        ('a: "it\\"s"\n*.b: c', 'a: "it\\"s"\n\'*.b\': c'),
        # Behind scalars of several lines.
        ("a: 'x\n  @y'\n*.b: c", "a: 'x\n  @y'\n'*.b': c"),
        ('a: "x\n  @y \\\n  *z"\n*.b: c', "a: \"x\n  @y \\\n  *z\"\n'*.b': c"),
        ("a: |\n  @x\n*.b: c", "a: |\n  @x\n'*.b': c"),
        ("a: >\n\n\n*.b: c", "a: >\n\n\n'*.b': c"),
        ("a: x\n  @y\n*.b: c", "a: x\n  @y\n'*.b': c"),
        ("---\n*.b: c", "---\n'*.b': c"),
    ],
)
def test_a_plain_scalar_that_begins_with_an_at_sign_or_a_star_is_quoted(
    text: str, expected: str
) -> None:
    for ending in ("\n", "\r\n", "\r"):
        assert quoted(text.replace("\n", ending)).text == expected.replace("\n", ending)


@pytest.mark.parametrize(
    "text",
    [
        # Quoted by hand.
        "'*.js': '@x'\n",
        '"*.js": ["@x", "@y"]\n',
        "a: '@x''@y'\n",
        'a: "@x \\" @y"\n',
        "a: 'x\n  @y\n\n  *z'\n",
        'a: "x\n  @y\\\n  *z"\n',
        "'a': ['x\n @y', \"z\n *w\"]\n",
        # In the middle of other text.
        "a: b@c, *d\n",
        "a@b: c*d\n",
        "a*: b/*.c\n",
        "[a@b, c*]\n",
        "- -@a\n",
        "a: x\n  @y\n",
        "a: x\n  *y\n  *.z\n\n  @w\n",
        "- a\n @b\n",
        "- a: x\n   @y\n",
        "[a\n @b]\n",
        # Comments.
        "# @x: [*y\n",
        "a: b # @x\n",
        "a: b\n  # *.js: @x\n",
        "a: # @x\n  b\n",
        # Literal text.
        "a: |\n  @x: [\n  *y\n",
        "a: >-\n  @x\n\n  *y\n",
        "a: |2\n    @x\n  *y\n",
        "a: |+1 # @z\n   @x\n *y\n\n",
        "a: >1-\n @x\n",
        "- |\n  @x\n",
        "- a: |\n    @x\n",
        "- - |\n    @x\n",
        "? |\n  @x\n: >\n  *y\n",
        "'a': |\n  @x\n",
        "a: |\n\n  @x\n\n\n",
        "a: |\n  @x\n    *y\n  @z\n",
        "? a\n: - b\n? |\n  @x\n: c\n",
        # What means something else, and is refused.
        "a: *x\n",
        "a: *long-name_1\n",
        "[*x, y]\n",
        "{a: *x}\n",
        "- *x\n",
        "a: &x b\nc: *x # d\n",
        # Nothing of the kind.
        "",
        "\n",
        "a: b\n",
        "a: 'b'\n- c: [\n",
        "a@",
    ],
)
def test_what_is_text_already_or_means_something_else_is_left_as_it_is(text: str) -> None:
    for whole in (text, text.replace("\n", "\r\n"), text.rstrip("\n")):
        assert quoted(whole).text == whole


@pytest.mark.parametrize(
    "text",
    [
        "reason: see\n  [ticket] @maria said so\n",
        "reason: asked\n  'tis fine says @maria\n  it's\n",
        'reason: asked\n  "both" @maria and\n  @joe\n',
        "reason: you\n  & @me\n",
        "reason: stop\n  ! @maria\n",
        "reason: first\n  - @maria\n",
        "reason: first\n  - then\n  @maria\n",
        "reason: one\n  ? @maria\n",
        "reason: one\n  {two @maria\nother: '@x'\n",
    ],
)
def test_a_line_that_goes_on_with_plain_text_may_begin_with_any_character(text: str) -> None:
    """Only the first line of plain text has characters that it may not begin with (rule 126)."""
    assert quoted(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        '--- "x\n@y"\n',
        '--- {a: "x\n@y"}\n',
        "--- x\n@y\n",
        "x\n@y\n",
    ],
)
def test_a_document_that_is_text_alone_has_it_at_any_indentation(text: str) -> None:
    assert quoted(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docs/** : @a\n*.js    : @b\n", "docs/** : '@a'\n'*.js'    : '@b'\n"),
        (
            "owners:\n  docs/** : me@example.com\n  *.js    : @b\n",
            "owners:\n  docs/** : me@example.com\n  '*.js'    : '@b'\n",
        ),
        ("owners:\n  *all : @a\n", "owners:\n  '*all' : '@a'\n"),
        ("a:\n  b : |\n    @x\n  *.js: @b\n", "a:\n  b : |\n    @x\n  '*.js': '@b'\n"),
    ],
)
def test_colons_may_stand_below_each_other(text: str, expected: str) -> None:
    """As the owners of a CODEOWNERS file do."""
    assert quoted(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a: @x\n  @y\n", "a: '@x\n  @y'\n"), ("a: [@x\n  @y]\n", "a: ['@x\n  @y']\n")],
)
def test_owners_of_several_lines_are_one_text_as_any_other_would_be(
    text: str, expected: str
) -> None:
    assert quoted(text).text == expected
    assert plain(read(text)) == plain(read(expected))


# Places ----------------------------------------------------------------------------------------


def test_the_lines_that_lacked_quotes_are_named() -> None:
    whole = quoted("*a: [@b'c, d]\ne: @f\ng: h\n")
    assert whole.text == "'*a': ['@b''c', d]\ne: '@f'\ng: h\n"
    assert whole.lines == (1, 2)


def test_every_place_is_that_of_the_original() -> None:
    text = "\n*.js: [@o'neil, @b,\r\n  @c]\r\n  # x\n@d:\n  - @e\n  - f\n"
    assert read(text) == Located(
        {
            "*.js": Entry(
                Located(
                    (Located("@o'neil", 2, 8), Located("@b", 2, 17), Located("@c", 3, 3)), 2, 7
                ),
                2,
                1,
            ),
            "@d": Entry(Located((Located("@e", 6, 5), Located("f", 7, 5)), 6, 3), 5, 1),
        },
        2,
        1,
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("*.js: @a\n@b: c: d\n", 2, 6),
        ("*.js: [@a, @b, *c]\n", 1, 16),
        ("*.js: [@a, @b, &c d]\n", 1, 16),
        ("*.js: [@a, @b, !!str d]\n", 1, 16),
        ("*.js: [@a, @b, `]\n", 1, 16),
        ("*.js: @a\n*.js: @b\n", 2, 1),
        ("{*.js: @a, *.js: @b}\n", 1, 12),
        ("{*.js: @a, [@b]: c}\n", 1, 12),
        ("*.js: [@a\n*.md: [@b]\n", 2, 5),
        ("*.js: [@it's, %]\n", 1, 15),
        ("grün/*: [@a, \U0001f600, *b]\n", 1, 17),
        ("*: 'x\n", 2, 1),
    ],
)
def test_an_error_is_told_at_its_place_in_the_original(text: str, line: int, column: int) -> None:
    with pytest.raises(InvalidYaml) as refused:
        read(text)
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_column_is_right_behind_a_line_separator_too(separator: str) -> None:
    """A line begins there, says libyaml 0.2.5."""
    (entry,) = (
        entry for key, entry in entries(f'a: "{separator}"\n*.js: [@x, @y]\n').items() if key != "a"
    )
    assert isinstance(entry.value.value, tuple)
    assert [item.column for item in entry.value.value] == [8, 12]


def entries(text: str) -> dict[str, Entry]:
    value = read(text).value
    assert isinstance(value, dict)
    return value


class Page:
    """Text that is written piece by piece."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, text: str) -> tuple[int, int]:
        """Write, and give the 1-based line and column that it begins at."""
        place = self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")
        self.text += text
        return place


_NAMES: Final = st.text(alphabet="ab*@/.'\"#?!-_ é😀", max_size=6)
_SCALARS: Final = st.builds("{}{}".format, st.sampled_from("@*@*xé"), _NAMES).filter(
    lambda text: text == text.rstrip() and " #" not in text
)
_COMMENTS: Final = st.sampled_from(["", "", "", " # it's @x's", "\t#*[", "  "])


@st.composite
def documents(draw: DrawFn) -> tuple[str, Located]:
    """Rules as people write them, and the tree of them with the places that they stand at."""
    page = Page()
    found: dict[str, Entry] = {}
    for _ in range(draw(st.integers(0, 2))):
        page.put(draw(st.sampled_from(["\n", "# *.js: [@a's\n", " \n"])))
    rules = draw(st.dictionaries(_SCALARS, st.lists(_SCALARS, max_size=3), min_size=1, max_size=4))
    root = None
    for key, owners in rules.items():
        line, column = put_scalar(draw, page, key, is_key=True)
        root = root or (line, column)
        page.put(":")
        value = draw(st.sampled_from([put_flow, put_block]))(draw, page, owners)
        found[key] = Entry(value, line, column)
        page.put(draw(_COMMENTS) + "\n")
    return page.text, Located(found, *(root or (1, 1)))


def put_scalar(draw: DrawFn, page: Page, text: str, *, is_key: bool = False) -> tuple[int, int]:
    """A scalar with quotes or, if it needs no others than those that are to be added, without."""
    is_alias = not is_key and re.fullmatch(r"\*[\w-]+", text, re.ASCII)
    forms = [f"'{text.replace(chr(39), chr(39) * 2)}'", '"' + text.replace('"', '\\"') + '"']
    if not is_alias:
        forms += [text, text, text]
    return page.put(draw(st.sampled_from(forms)))


def put_flow(draw: DrawFn, page: Page, owners: list[str]) -> Located:
    """`[@a, @b]`, on one line or on several."""
    page.put(draw(st.sampled_from([" ", "  ", "\t"])))
    line, column = page.put("[")
    items = []
    for number, owner in enumerate(owners):
        if number:
            page.put(draw(st.sampled_from([",", " ,", ", "])))
        page.put(draw(st.sampled_from(["", " ", "\n  ", " # it's [*\n   \t", "\n\n "])))
        items.append(Located(owner, *put_scalar(draw, page, owner)))
    page.put(draw(st.sampled_from(["]", " ]", "\n ]", ",]"] if owners else ["]"])))
    return Located(tuple(items), line, column)


def put_block(draw: DrawFn, page: Page, owners: list[str]) -> Located:
    """`- @a` below each other; for no owner at all nothing."""
    line, column = page.put("")
    if not owners:
        # An empty value stands behind the colon.
        return Located(None, line, column)
    indent = draw(st.sampled_from(["", "  ", "    "]))
    items = []
    for number, owner in enumerate(owners):
        page.put(draw(_COMMENTS) + "\n" + indent)
        dash = page.put("-")
        line, column = (line, column) if number else dash
        page.put(draw(st.sampled_from([" ", "   "])))
        items.append(Located(owner, *put_scalar(draw, page, owner)))
    return Located(tuple(items), line, column)


@BRIEF
@given(documents(), st.sampled_from(["\n", "\r\n"]))
def test_a_tree_has_the_places_of_the_text_as_it_was_written(
    document: tuple[str, Located], ending: str
) -> None:
    text, expected = document
    assert read(text.replace("\n", ending)) == expected


# Any text --------------------------------------------------------------------------------------

_PIECES: Final = st.lists(
    st.sampled_from(
        [
            *("a", "b", "it's", ": ", ":\n", "\n", "\n", "\n  ", "\n    ", "- ", "? ", "--- "),
            *("[", "]", "{", "}", ", ", "'", "'", '"', '"', "''", "\\", "\t", " ", "\r\n", "\r"),
            *("@x", " @x", " *y", "*.z", " # ", "#", "|\n", "|-\n  ", ">2\n   ", "&", "!"),
        ]
    ),
    max_size=14,
).map("".join)


@BRIEF
@given(st.one_of(_PIECES, st.text(), st.text(alphabet="@*'\"[]{},:-|> #\n\ta")))
def test_any_text_is_taken_and_nothing_but_quotes_is_new(text: str) -> None:
    whole = quoted(text)
    assert whole.text.replace("'", "") == text.replace("'", "")
    if "@" not in text and "*" not in text:
        assert whole.text == text
        assert not whole.lines


@BRIEF
@given(st.one_of(_PIECES, st.text(alphabet="@*'\"[]{},:-|> #\n\ta")))
def test_what_can_be_read_says_the_same_with_quotes_and_needs_no_more_of_them(text: str) -> None:
    assume(is_yaml(text))
    whole = quoted(text)
    # A tag without a value, or a line of a tab alone: `fmt` refuses to touch what would differ.
    assume(is_yaml(whole.text) and not set("!\t") & set(text))
    assert plain(read(whole.text)) == plain(read(text))
    assert quoted(whole.text).text == whole.text
    assert not quoted(whole.text).lines
    # Now everybody can read it.
    assert isinstance(outcome_of_the_strict_reader(whole.text), Located)


class _Dumper(yaml.SafeDumper):
    """PyYAML's own writer; it quotes what begins with `@` or `*`."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_TEXTS: Final = st.text(alphabet="aab  @@**'\"[]{},:&!|>#?-\n\t\\é", max_size=24)
_VALUES: Final = st.recursive(
    _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


@BRIEF
@given(
    st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=3),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([None, False, True]),
    st.integers(1, 24),
    st.booleans(),
)
def test_what_another_program_wrote_is_read_as_without_any_quoting(
    values: dict[str, Any],
    style: str | None,
    is_flow: bool | None,  # noqa: FBT001 - an argument of hypothesis
    width: int,
    has_start: bool,  # noqa: FBT001
) -> None:
    text = yaml.dump(
        values,
        Dumper=_Dumper,
        default_style=style,
        default_flow_style=is_flow,
        width=width,
        explicit_start=has_start,
        allow_unicode=True,
        sort_keys=False,
    )
    assert outcome(text) == outcome_of_the_strict_reader(text)


@BRIEF
@given(_PIECES)
def test_what_could_be_read_without_quoting_is_read_the_same(text: str) -> None:
    text = f"k: {text}"
    bare = outcome_of_the_strict_reader(text)
    assume(isinstance(bare, Located))
    assert outcome(text) == bare


def outcome(text: str) -> _Outcome:
    try:
        return read(text)
    except InvalidYaml as error:
        return [(str(each), each.line, each.column) for each in error.every]
