"""What coverage.py's own configuration says, read from the base of the change.

Exclusions and `omit` decide what counts, so a change must not bring its own. Plugins named
there are not loaded: that would run code.
"""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qgate.errors import Incomplete
from qgate.system import temporary

Contents = Callable[[Sequence[str]], Sequence[bytes | None]]

if TYPE_CHECKING:
    from coverage.config import CoverageConfig as Reader

# The files coverage.py looks at, in its order; only the first two are its own.
_CANDIDATES: Final = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageConfig:
    """The parts that decide what counts.

    `exclude`, `no_branch`: one regular expression each, for lines left out and for lines whose
    untaken branches are forgiven. `omit`, `include`: file patterns. `source`: folders or
    packages. `paths`: groups of equal roots, the canonical one first. `name`: the file read.
    """

    exclude: str
    no_branch: str
    omit: tuple["FilePattern", ...] = ()
    include: tuple["FilePattern", ...] = ()
    source: tuple[str, ...] = ()
    paths: Mapping[str, tuple[str, ...]]
    name: str = ""


@dataclass(frozen=True, slots=True)
class FilePattern:
    """One of coverage.py's file patterns, relative to the repository's root."""

    text: str
    regex: re.Pattern[str]

    def matches(self, path: str) -> bool:
        """Whether it holds for a path relative to the root."""
        return self.regex.match(f"/{path}") is not None


def read(contents: Contents, chosen: str | None, *, where: str) -> CoverageConfig:
    """The configuration in some version of the tree; `chosen` names the file, else the usual ones.

    `contents` gives the bytes of files by name, None for a missing one; `where` names the
    version for messages. Raises `Incomplete` where a chosen file is missing or one cannot be
    read.
    """
    from coverage.config import CoverageConfig as NewReader  # noqa: PLC0415 - 60 ms to import
    from coverage.exceptions import ConfigError  # noqa: PLC0415

    names = (chosen,) if chosen else _CANDIDATES
    found = contents(names)
    if chosen and found[0] is None:
        raise Incomplete(
            "no-coverage-config",
            f"{chosen} does not exist at {where}",
            hint="exclusions are read from the base; name a file that is there",
        )
    reader = NewReader()
    used = ""
    with temporary.folder() as folder:
        for name, content in zip(names, found, strict=True):
            if content is None or not _may_configure(name, content, chosen):
                continue
            copy = folder / Path(name).name
            copy.write_bytes(content)
            try:
                is_own = name == chosen or name.startswith(".coveragerc")
                if reader.from_file(str(copy), lambda _warning: None, our_file=is_own):
                    used = name
                    break
            except (ConfigError, UnicodeDecodeError) as error:
                raise Incomplete(
                    "no-coverage-config",
                    f"{name} at {where} cannot be read: {error}",
                    hint="mend it there first",
                ) from error
    reader.post_process()
    try:
        return _decisions(reader, used)
    except ConfigError as error:
        raise Incomplete(
            "no-coverage-config",
            f"{used} at {where}: {error}",
            hint="mend it there first",
        ) from error


def _decisions(reader: "Reader", used: str) -> CoverageConfig:
    from coverage.misc import join_regex  # noqa: PLC0415 - imported by now

    folder = posixpath.dirname(used)
    included = _patterns("", reader.run_include, reader.report_include)
    if folder:
        included += _patterns(folder, reader.run_include, reader.report_include)
    return CoverageConfig(
        exclude=join_regex(reader.exclude_list),
        no_branch=join_regex(reader.partial_list + reader.partial_always_list),
        omit=_patterns(folder, reader.run_omit, reader.report_omit),
        include=included,
        source=(
            *(reader.source or ()),
            *(reader.source_pkgs or ()),
            *(getattr(reader, "source_dirs", None) or ()),
        ),
        paths={name: tuple(group) for name, group in reader.paths.items()},
        name=used,
    )


def _patterns(folder: str, *groups: list[str] | None) -> tuple[FilePattern, ...]:
    """Compiled as coverage.py compiles them, as if the repository's root were `/`.

    coverage.py takes relative ones from the folder it runs in, here `folder`: the one its
    configuration is in. What is to be included may also be meant from the root.
    """
    from coverage.files import globs_to_regex  # noqa: PLC0415 - imported by now

    found = []
    for text in (text for group in groups for text in group or ()):
        relative = posixpath.join("/", folder, text.removeprefix("./").lstrip("/"))
        whole = text if text.startswith(("*", "?")) else relative
        whole += "*" if whole.endswith("/") else ""
        found.append(FilePattern(text, globs_to_regex([whole])))
    return tuple(found)


def _may_configure(name: str, content: bytes, chosen: str | None) -> bool:
    """Spare the reading of shared files that do not speak of coverage at all."""
    return name == chosen or name.startswith(".coveragerc") or b"coverage" in content
