"""Whether a report is of these very files: what the tests ran is what is to be judged.

`freshness` compares a report with a source; this compares the files themselves: the judged one
with the working tree's, with another copy that was measured, and their times.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qgate.errors import Incomplete
from qgate.gates.context import GateContext
from qgate.gates.coverage.evidence import Evidence
from qgate.gates.coverage.rules import Rule
from qgate.model.changes import ChangedFile, Side
from qgate.parse import python_text
from qgate.parse.python_text import UnparsableSource

MEASURE_AGAIN: Final = "run the tests under coverage again, then qgate"


def refuse_other_content(
    context: GateContext, file: ChangedFile, new: bytes, reports: Iterable[Evidence]
) -> None:
    """The tests ran on the working tree: what is judged must be what they saw."""
    side = context.changes.head.side
    if side is not Side.WORKTREE:
        on_disk = context.on_disk(file)
        if on_disk is not None and _newlines(on_disk) != _newlines(new):
            judged = "the index" if side is Side.INDEX else "HEAD"
            raise Incomplete(
                Rule.STALE_REPORT.slug,
                f"the working tree's {file.path} is not the one in {judged}: the tests ran "
                "on another text than the one to judge",
                path=file.path,
                hint="commit or stage the rest, then run the tests and qgate again",
            )
    if not context.is_ci:
        _refuse_newer(context, file, reports)


def refuse_other_copy(
    context: GateContext, each: Evidence, name: str, file: ChangedFile, text: str
) -> None:
    """Where the measured file is on this machine and is not ours, it must be the same text.

    Tests that import an installed package run its copy in site-packages, not the source.
    """
    top = context.repo.root.resolve()
    for folder in each.report.roots or ("",):
        measured_file = Path(folder, name)
        if not measured_file.is_absolute() or measured_file.resolve().is_relative_to(top):
            continue
        context.watch.file(measured_file)
        try:
            theirs = python_text.decode(measured_file.read_bytes())
        except (OSError, UnparsableSource):
            continue
        if theirs != text.replace("\r\n", "\n").replace("\r", "\n"):
            raise Incomplete(
                Rule.STALE_REPORT.slug,
                f"{each.name} measured {measured_file}, which is another text than {file.path}",
                path=file.path,
                hint="let the tests import the source itself: install it in editable mode "
                "(pip install -e), or put its folder on PYTHONPATH",
            )


def _refuse_newer(context: GateContext, file: ChangedFile, reports: Iterable[Evidence]) -> None:
    try:
        modified = (context.repo.root / file.path).stat().st_mtime_ns
    except OSError:
        return
    for each in reports:
        if each.written_ns < modified:
            refuse_stale(each, file, "the file was written after the report")


def refuse_stale(each: Evidence, file: ChangedFile, why: str) -> None:
    """Raise `Incomplete` for a report that did not measure this file, if `why` says so."""
    if why:
        raise Incomplete(
            Rule.STALE_REPORT.slug,
            f"{each.name} did not measure this version of {file.path}: {why}",
            path=file.path,
            hint=MEASURE_AGAIN,
        )


def _newlines(source: bytes) -> bytes:
    """Without what git itself changes on a checkout (core.autocrlf)."""
    return source.replace(b"\r\n", b"\n")
