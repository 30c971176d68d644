"""pip's requirements files: https://pip.pypa.io/en/stable/reference/requirements-file-format/.

Lines are joined and comments dropped in pip's order, which decides what is hidden by a comment.
"""

import optparse
import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Final, NoReturn

from qgate.errors import MalformedDependencies
from qgate.model.tool import Unjudged
from qgate.parse.dependencies import requirement
from qgate.parse.dependencies.values import Dependencies, Include, Part, gathered

_COMMENT: Final = re.compile(r"^#|(?<=\s)#")
_LONGEST_LINE: Final = 1 << 20  # characters
_VARIABLE: Final = re.compile(r"\$\{[A-Z0-9_]+\}")
_FLAGS: Final = ("no-index", "pre", "prefer-binary", "require-hashes")
# Names and, where there is one, the letter.
_VALUES: Final = {
    "index-url": "i",
    "find-links": "f",
    "config-settings": "C",
    **dict.fromkeys(("pypi-url", "extra-index-url", "trusted-host", "use-feature"), ""),
    **dict.fromkeys(("no-binary", "only-binary", "all-releases", "only-final"), ""),
    **dict.fromkeys(("uploaded-prior-to", "hash", "global-option", "install-option"), ""),
}


class _Options(optparse.OptionParser):
    """pip reads its options with optparse too: the same abbreviations, the same joined values."""

    def error(self, msg: str) -> NoReturn:
        """Raise `MalformedDependencies` where optparse would end the process."""
        raise MalformedDependencies(msg)


def read(path: str, text: str) -> Dependencies:
    """What a requirements or constraints file says. Raises `MalformedDependencies`."""
    return gathered(part for number, line in _lines(text) for part in _parts(path, number, line))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Joined lines without comments, each with the number of its first physical line."""
    joined: list[str] = []
    number = first = 1
    # pip breaks lines wherever Python does, such as at a form feed; only \n counts as a line.
    for physical in text.removeprefix("\ufeff").splitlines(keepends=True):
        line = "".join(physical.splitlines())
        first = first if joined else number
        number += physical.endswith("\n")
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            joined.append(line.strip("\\"))
            continue
        # A comment line ends a joined one: the blank makes sure that it stays a comment.
        joined.append(f" {line}" if is_comment else line)
        yield from _without_comment(first, "".join(joined))
        joined.clear()
    yield from _without_comment(first, "".join(joined))


def _without_comment(number: int, line: str) -> Iterator[tuple[int, str]]:
    comment = _COMMENT.search(line)
    kept = (line[: comment.start()] if comment else line).strip()
    if kept:
        yield number, kept


def _parts(path: str, number: int, line: str) -> Iterator[Part]:
    try:
        wanted, options = _split(line)
        if wanted:
            yield _requirement(wanted, number, path)
        for each in options.editable or ():
            name = requirement.shown(each)
            yield Unjudged(name, "editable: a folder or repository, no release", path)
        for each in options.include or ():
            yield _include(each, path)
    except MalformedDependencies as error:
        raise MalformedDependencies(f"{path}:{number}: {error.message}") from error


def _requirement(wanted: str, number: int, path: str) -> Part:
    if _VARIABLE.search(wanted):
        return Unjudged(requirement.shown(wanted), "named by an environment variable", path)
    return requirement.of_pip(wanted, number, path)


def _include(each: str, path: str) -> Part:
    if _VARIABLE.search(each) or "://" in each or not each:
        return Unjudged(requirement.shown(each), "an included file that is not in the tree", path)
    return Include(each)


def _split(line: str) -> tuple[str, optparse.Values]:
    """The requirement, which ends at the first word that starts with a dash, and the options."""
    if len(line) > _LONGEST_LINE:
        raise MalformedDependencies(f"a line of more than {_LONGEST_LINE >> 10} Ki characters")
    words = line.split(" ")
    end = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    try:
        # shlex takes seconds for a file of hashes, and quotes are rare.
        is_quoted = any(each in line for each in "'\"\\")
        given = shlex.split(" ".join(words[end:])) if is_quoted else " ".join(words[end:]).split()
    except ValueError as error:
        raise MalformedDependencies(f"options that cannot be read: {error}") from error
    options, left = _parser().parse_args(given)
    if left:
        raise MalformedDependencies(f"neither option nor requirement: {requirement.shown(left[0])}")
    return " ".join(words[:end]).strip(), options


@cache
def _parser() -> _Options:
    parser = _Options(add_help_option=False, usage="")
    parser.add_option("-r", "--requirement", action="append", dest="include")
    parser.add_option("-c", "--constraint", action="append", dest="include")
    parser.add_option("-e", "--editable", action="append", dest="editable")
    for name in _FLAGS:
        parser.add_option(f"--{name}", action="store_true", dest="ignored")
    for name, letter in _VALUES.items():
        spellings = [f"-{letter}"] * bool(letter) + [f"--{name}"]
        parser.add_option(*spellings, action="append", dest="ignored_values")
    return parser
