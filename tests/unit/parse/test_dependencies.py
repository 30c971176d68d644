"""Requirements files, and what holds for dependency files of every kind."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from qgate.errors import EXIT_INCOMPLETE, MalformedDependencies
from qgate.parse.dependencies import Dependencies, Pin, Range, read
from qgate.parse.dependencies.values import normal_version


def requirements(*lines: str) -> Dependencies:
    return read("requirements.txt", "\n".join(lines))


def test_exact_pins_have_normal_names_and_versions_and_their_lines() -> None:
    found = requirements("# ours", "", "Jinja2==2.10", "zope.interface == 5.0.0.POST1", "a_B===1.0")
    assert found == Dependencies(
        pins=(
            Pin("jinja2", "2.10", 3),
            Pin("zope-interface", "5.0.0.post1", 4),
            Pin("a-b", "1.0", 5),
        )
    )


@pytest.mark.parametrize(
    "line", ["a", "a>=1", "a==1.*", "a~=1.0", "a!=1", "a==1,>=0.5", "a>=1,<2", "a===odd"]
)
def test_anything_that_is_not_one_exact_version_is_a_range(line: str) -> None:
    assert requirements(line) == Dependencies(ranges=(Range(line, 1),))


def test_a_pin_under_a_marker_or_with_extras_is_a_pin() -> None:
    found = requirements('a==1; python_version < "3"', "b[x,y] (==2)", "c==3; x == 'a/b'")
    assert found == Dependencies(pins=(Pin("a", "1", 1), Pin("b", "2", 2), Pin("c", "3", 3)))


def test_a_range_keeps_its_extras_and_marker_for_pip() -> None:
    found = requirements("b[x] >= 2 , < 3 ; os_name == 'nt'")
    assert found.ranges == (Range("b[x]>=2,<3; os_name == 'nt'", 1),)


def test_hashes_on_continued_lines_belong_to_the_pin_on_the_first() -> None:
    found = requirements("", "a==1 \\", "  --hash=sha256:00 \\", "  --hash sha256:11", "b==2")
    assert found == Dependencies(pins=(Pin("a", "1", 2), Pin("b", "2", 5)))


def test_a_name_split_over_two_lines_is_read_as_pip_does() -> None:
    assert requirements("jin\\", "ja2==2.10").pins == (Pin("jinja2", "2.10", 1),)


def test_a_comment_line_ends_a_continued_one() -> None:
    found = requirements("a==1 \\", "# and \\", "b==2")
    assert found.pins == (Pin("a", "1", 1), Pin("b", "2", 3))


def test_a_comment_that_is_continued_hides_the_next_line_from_pip_and_from_us() -> None:
    assert requirements("a==1 # why \\", "b==2").pins == (Pin("a", "1", 1),)


def test_a_file_that_ends_within_a_continued_line_keeps_its_last_pin() -> None:
    assert requirements("a==1", "b==2 \\").pins == (Pin("a", "1", 1), Pin("b", "2", 2))


def test_a_hash_sign_within_a_word_is_no_comment() -> None:
    with pytest.raises(MalformedDependencies):
        requirements("a==1#2")


@pytest.mark.parametrize("separator", ["\f", "\v", "\x1c", "\x85", "\u2028", "\r"])
def test_a_pin_behind_a_hidden_line_break_is_seen_as_pip_sees_it(separator: str) -> None:
    text = f"# nothing here{separator}a==1\nb==2\n"
    assert read("requirements.txt", text).pins == (Pin("a", "1", 1), Pin("b", "2", 2))


def test_windows_line_ends_and_a_byte_order_mark_are_no_obstacle() -> None:
    text = "\ufeffa==1\r\nb==2\r\n"
    assert read("requirements.txt", text).pins == (Pin("a", "1", 1), Pin("b", "2", 2))


@pytest.mark.parametrize(
    "line",
    ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt",
     "-c base.txt", "--constraint=base.txt", "--requirem base.txt", "-r 'base.txt' # why"],
)  # fmt: skip
def test_included_files_are_named_as_written_in_every_way_that_pip_takes(line: str) -> None:
    assert requirements(line) == Dependencies(includes=("base.txt",))


@pytest.mark.parametrize(
    "line",
    ["-i https://example.test", "-f ./wheels", *(f"--{each}" for each in (
        "index-url https://example.test/simple", "extra-index-url=https://example.test", "pre",
        "no-index", "only-binary :all:", "trusted-host example.test", "require-hashes",
        "no-index --find-links wheels", "prefer-binary", "use-feature x"))],
)  # fmt: skip
def test_options_about_indexes_are_no_dependencies(line: str) -> None:
    assert requirements(line) == Dependencies()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("-e .", "."),
        ("--editable=./leaf[x]", "./leaf[x]"),
        ("-e git+https://example.test/leaf.git@v1#egg=Leaf", "leaf"),
        ("./leaf", "./leaf"),
        ("../leaf-1.0-py3-none-any.whl", "../leaf-1.0-py3-none-any.whl"),
        ("leaf-1.0.tar.gz", "leaf-1.0.tar.gz"),
        ("wheels/leaf.whl ; os_name == 'nt'", "wheels/leaf.whl ; os_name == 'nt'"),
        ("https://user:secret@example.test/leaf.zip", "https://example.test/leaf.zip"),
        ("file:///srv/leaf", "file:///srv/leaf"),
        ("Leaf[x] @ git+https://example.test/leaf.git", "leaf"),
        ("leaf@https://example.test/leaf-1.0.zip", "leaf"),
        ("leaf==${LEAF}", "leaf==${LEAF}"),
        ("-r https://example.test/more.txt", "https://example.test/more.txt"),
        ("-c ${PLACE}/more.txt", "${PLACE}/more.txt"),
    ],
)
def test_what_no_index_knows_is_named_as_not_judged(line: str, name: str) -> None:
    found = requirements(line)
    assert [each.name for each in found.unresolvable] == [name]
    assert found == Dependencies(unresolvable=found.unresolvable)
    assert found.unresolvable[0].path == "requirements.txt"


@pytest.mark.parametrize(
    "line",
    ["!!!", "a==", "a=1", "a==odd", "a b", "a==1 b==2", "--unknown", "-r", "a==1 --hash", "==1",
     "a==1 --hash=x stray", "-r 'base.txt", "<<<<<<< HEAD", "a==1,,<2", "a-==1", "a==1\t--hash=x",
     "[section]", "{}"],
)  # fmt: skip
def test_a_line_that_pip_would_refuse_is_refused_with_its_place(line: str) -> None:
    with pytest.raises(MalformedDependencies, match=r"^requirements\.txt:2: ") as refused:
        requirements("a==1", line)
    assert refused.value.exit_code == EXIT_INCOMPLETE


@pytest.mark.parametrize("path", ["Pipfile.lock", "pdm.lock", "setup.cfg", "a/other.toml"])
def test_a_file_of_an_unknown_format_is_not_empty_but_refused(path: str) -> None:
    with pytest.raises(MalformedDependencies, match="no dependency file"):
        read(path, "")


@pytest.mark.parametrize("path", ["requirements.txt", "pylock.toml", "uv.lock", "pyproject.toml"])
def test_binary_and_giant_texts_are_refused(path: str) -> None:
    with pytest.raises(MalformedDependencies, match="NUL"):
        read(path, "a\0b")
    with pytest.raises(MalformedDependencies, match="larger"):
        read(path, "#" * ((8 << 20) + 1))


@pytest.mark.parametrize("path", ["pylock.toml", "pylock.dev.toml", "uv.lock", "poetry.lock"])
def test_an_empty_lock_is_no_lock(path: str) -> None:
    with pytest.raises(MalformedDependencies):
        read(path, "")


@pytest.mark.parametrize(
    "text",
    ["a" * 500_000, " " * 500_000 + "a", "a" + " #" * 300_000, "\\\n" * 300_000, "a[" * 200_000,
     "a==1" + "," * 500_000, "a" + " " * 500_000 + "!", "-" * 500_000, "a" + ".-" * 200_000 + "!",
     "http:" + "//" * 200_000, "a" + " -" * 100_000],
)  # fmt: skip
def test_hostile_requirements_take_no_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(MalformedDependencies):
        read("requirements.txt", text)
    assert time.process_time() - started < 5


def test_a_line_beyond_all_measure_is_refused() -> None:
    with pytest.raises(MalformedDependencies, match="1024 Ki"):
        requirements("a==1" + " --hash=sha256:00" * 70_000)


def test_ten_thousand_hashed_pins_take_about_a_second() -> None:
    hashes = "".join(f" \\\n    --hash=sha256:{n:064d}" for n in range(4))
    text = "".join(f"package-{n}==1.{n}{hashes}\n" for n in range(10_000))
    started = time.process_time()
    found = read("requirements.txt", text)
    assert time.process_time() - started < 5
    assert found.pins[-1] == Pin("package-9999", "1.9999", 49_996)


def test_options_of_one_line_do_not_stay_for_the_next() -> None:
    assert requirements("-r a.txt", "--pre", "-r b.txt").includes == ("a.txt", "b.txt")


@given(
    st.from_regex(
        r"\A(?:[0-9]!)?[0-9]{1,3}(?:\.0?[0-9]{1,2}){0,3}(?:[-_.]?(?:alpha|b|c|rc|pre|preview)[-_.]?"
        r"[0-9]{0,2})?(?:-[0-9]|[-_.]?(?:post|rev|r)[-_.]?[0-9]?)?(?:[-_.]?dev[-_.]?[0-9]?)?"
        r"(?:\+[a-z0-9]{1,3}(?:[-_.][a-z0-9]{1,3})?)?\Z"
    )
)
def test_a_version_has_the_normal_form_that_packaging_prints(text: str) -> None:
    assert normal_version(f"v{text.upper()} ") == str(Version(text))


@pytest.mark.parametrize(
    "text", ["", "x", "1.", "1..2", "1+", "1.0-", "1" * 5000, "1.0\n2", "\u0661"]
)
def test_what_is_no_version_has_no_normal_form(text: str) -> None:
    assert normal_version(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for path in ("requirements.txt", "pyproject.toml", "uv.lock", "poetry.lock", "pylock.toml"):
        try:
            read(path, text)
        except MalformedDependencies:
            continue
