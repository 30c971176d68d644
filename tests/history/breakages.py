"""Changes that break what they do not touch, one edit each, on three real projects."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.history.measure import git
from tests.history.tool_truth import Place, clone


class CannotBreak(Exception):
    """The project's text is not what an edit asks for."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """In a file, `old` (once there) becomes `new`; `tool` is the one that has to notice."""

    project: str
    name: str
    tool: str
    path: str
    old: str
    new: str


# Each text is that of the commits which docs/explanation/what-blocks.md names.
ALL: Final[tuple[Breakage, ...]] = (
    Breakage(
        "click",
        "one more parameter; the caller is in another file",
        "mypy",
        "src/click/utils.py",
        "def make_str(value: t.Any) -> str:",
        "def make_str(value: t.Any, errors: str) -> str:",
    ),
    Breakage(
        "click",
        "another type is returned; its callers are in other files",
        "mypy",
        "src/click/_compat.py",
        "def term_len(x: str) -> int:\n    return len(strip_ansi(x))",
        "def term_len(x: str) -> str:\n    return str(len(strip_ansi(x)))",
    ),
    Breakage(
        "click",
        "a function renamed; it is imported elsewhere",
        "mypy",
        "src/click/globals.py",
        "def pop_context() -> None:",
        "def drop_context() -> None:",
    ),
    Breakage(
        "click",
        "a class's attribute renamed that other files read",
        "mypy",
        "src/click/types.py",
        "    arity: int = 1  # read-only",
        "    places: int = 1  # read-only",
    ),
    Breakage(
        "click",
        "the last use of an import replaced",
        "ruff",
        "src/click/_compat.py",
        'return codecs.lookup(encoding).name == "ascii"',
        'return encoding.lower() == "ascii"',
    ),
    Breakage(
        "click",
        "an import deleted that is still used",
        "ruff",
        "src/click/termui.py",
        "import itertools\n",
        "",
    ),
    Breakage(
        "jinja",
        "a parameter's type narrowed; the caller is in another file",
        "mypy",
        "src/jinja2/lexer.py",
        "def describe_token_expr(expr: str) -> str:",
        "def describe_token_expr(expr: bytes) -> str:",
    ),
    Breakage(
        "jinja",
        "an attribute renamed that other files read",
        "mypy",
        "src/jinja2/idtracking.py",
        "        self.loads: dict[str, t.Any] = {}",
        "        self.loaded: dict[str, t.Any] = {}",
    ),
    Breakage(
        "jinja",
        "the last use of an import deleted",
        "ruff",
        "src/jinja2/ext.py",
        "        return pprint.pformat(result, depth=3, compact=True)",
        "        return str(result)",
    ),
    Breakage(
        "jinja",
        "an error mended; the comment that ignored it elsewhere is now unused",
        "mypy",
        "src/jinja2/defaults.py",
        "from .filters import FILTERS as DEFAULT_FILTERS  # noqa: F401",
        "from .filters import FILTERS\n\nDEFAULT_FILTERS = FILTERS",
    ),
    Breakage(
        "attrs",
        "one more parameter in a stub; callers are in the typing tests",
        "mypy",
        "src/attr/validators.pyi",
        "def ge(val: _T) -> _ValidatorType[_T]: ...",
        "def ge(val: _T, strict: bool) -> _ValidatorType[_T]: ...",
    ),
    Breakage(
        "attrs",
        "a stub's function renamed; tests import it, among 1900 old findings",
        "mypy",
        "src/attr/filters.pyi",
        "def include(*what: type | str | Attribute[Any]) -> _FilterType[Any]: ...",
        "def including(*what: type | str | Attribute[Any]) -> _FilterType[Any]: ...",
    ),
    Breakage(
        "attrs",
        "an import deleted that is still used",
        "ruff",
        "src/attr/_make.py",
        "import linecache\n",
        "",
    ),
    Breakage(
        "attrs",
        "the last use of an import replaced",
        "ruff",
        "src/attr/_make.py",
        'name = unicodedata.normalize("NFKC", name)',
        "name = name.casefold()",
    ),
)


def of(project: str) -> Iterator[Breakage]:
    """Those for the project of that name."""
    yield from (each for each in ALL if each.project == project)


def commit(place: Place, breakage: Breakage) -> Path:
    """A clone with the edit as its last commit. Raises `CannotBreak`."""
    head = git(place.checkout, "rev-parse", "HEAD").decode().strip()
    number = ALL.index(breakage)
    if (place.work / f"{place.checkout.name}-broken-{number}").exists():
        shutil.rmtree(place.work / f"{place.checkout.name}-broken-{number}")
    folder = clone(place, head, f"broken-{number}")
    file = folder / breakage.path
    text = file.read_text()
    if text.count(breakage.old) != 1:
        raise CannotBreak(
            f"{breakage.name}: {breakage.path} has it {text.count(breakage.old)} times"
        )
    file.write_text(text.replace(breakage.old, breakage.new))
    person = ("-c", "user.name=Author", "-c", "user.email=author@example.com")
    git(folder, *person, "commit", "--quiet", "--no-verify", "--all", "--message", breakage.name)
    return folder
