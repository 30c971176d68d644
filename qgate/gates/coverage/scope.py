"""Which changed files are judged, and by which rule each other one is left out.

Patterns are those of the settings and of coverage.py's configuration, both read from the base:
a change cannot take itself out of scope.
"""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from qgate.config.settings import CoverageSettings
from qgate.gates.coverage.rules import Rule
from qgate.model.changes import ChangedFile, Status
from qgate.model.report import Finding, LeftOut, Level
from qgate.parse.path_pattern import PathPattern, compile_pattern, first_match
from qgate.system.coverage_config import CoverageConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rules, compiled. `suffixes` are those of all files that the reports know.

    `dead` gives the entries of coverage.py's `source` to which no file of the repository belongs.
    """

    include: tuple[PathPattern, ...]
    exclude: tuple[PathPattern, ...]
    suffixes: frozenset[str]
    config: CoverageConfig
    dead: Callable[[], tuple[str, ...]]

    def left_out(self, path: str, *, is_known: bool) -> LeftOut | None:
        """The rule that leaves a file out, None if it must be judged.

        `is_known`: a report names this file, so it can be measured whatever its suffix.
        """
        if excluded := first_match(self.exclude, path):
            return LeftOut(path=path, rule=f"exclude: {excluded.text}")
        included = first_match(self.include, path) or posixpath.splitext(path)[1] in self.suffixes
        if not included and not is_known:
            return LeftOut(path=path, rule="no report measures files of this kind")
        if rule := self._rule_of_coverage(path):
            return LeftOut(path=path, rule=f"coverage.py's {rule} ({self.config.name})")
        return None

    def _rule_of_coverage(self, path: str) -> str:
        if not path.endswith(".py"):
            return ""
        for pattern in self.config.omit:
            if pattern.matches(path):
                return f"omit: {pattern.text}"
        if self.config.source:
            # A name that is nobody's, as one copied from another project, leaves nothing out.
            if self._is_outside_source(path) and not self.dead():
                return f"source: {', '.join(self.config.source)}"
        elif self.config.include and not any(
            pattern.matches(path) for pattern in self.config.include
        ):
            return f"include: {', '.join(pattern.text for pattern in self.config.include)}"
        return ""

    def _is_outside_source(self, path: str) -> bool:
        sources = self.config.source
        return bool(sources) and not any(_is_below_source(source, path) for source in sources)

    def doubts(self, judged: Iterable[str]) -> tuple[Finding, ...]:
        """A warning where `source` would have left out a module that is judged, and may not."""
        modules = (path for path in judged if path.endswith(".py"))
        if not any(map(self._is_outside_source, modules)):
            return ()
        names = ", ".join(self.dead())
        message = (
            f"coverage.py's source names {names}, and nothing here is called so: "
            "it leaves no file out until that is mended"
        )
        finding = Finding(
            rule=Rule.DEAD_SOURCE, message=message, path=self.config.name, level=Level.WARNING
        )
        return (finding,)


def build(
    settings: CoverageSettings,
    config: CoverageConfig,
    report_paths: Collection[Collection[str]],
    tracked: Callable[[], Collection[str]],
) -> Scope:
    """The scope for these settings and for reports that name these paths.

    `tracked` lists the files of the repository; it is asked only where `source` has to decide.
    """
    suffixes: set[str] = set()
    for paths in report_paths:
        found = {posixpath.splitext(path)[1] for path in paths}
        # Beside modules, Python tests also run templates and data, which nobody measures.
        suffixes |= {".py"} if ".py" in found else found
    return Scope(
        include=tuple(map(compile_pattern, settings.include)),
        exclude=tuple(map(compile_pattern, settings.exclude)),
        suffixes=frozenset(suffixes - {""}),
        config=config,
        dead=cache(lambda: tuple(_dead(config.source, tracked()))),
    )


def _dead(sources: Iterable[str], tracked: Collection[str]) -> Iterator[str]:
    for source in sources:
        if not any(_is_below_source(source, path) for path in tracked):
            yield source


def has_lines(file: ChangedFile) -> bool:
    """Whether a changed file has any line that could be judged.

    One that was deleted, only renamed or only given another mode has none, nor has a link or
    a submodule.
    """
    return (
        file.status is not Status.DELETED
        and file.is_regular
        and any(hunk.new_count for hunk in file.hunks)
    )


def _is_below_source(source: str, path: str) -> bool:
    """Whether a folder or a package of this name holds the path, wherever the package lies.

    Too wide rather than too narrow: a file wrongly in scope is asked for, one wrongly out of
    it would pass unseen.
    """
    folder = source.replace("\\", "/").removeprefix("./").rstrip("/")
    if folder in {"", "."} or posixpath.isabs(folder):
        return True
    package = folder.replace(".", "/")
    return any(
        f"/{path}".startswith(f"/{name}/")
        or f"/{name}/" in f"/{path}"
        or path.endswith(f"{name}.py")
        for name in (folder, package)
    )
