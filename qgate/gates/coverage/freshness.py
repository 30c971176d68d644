"""Did the report measure this very source? Anything else is `stale-report`, never a verdict.

Three kinds of evidence: the statements the report knows against those of the source; a
checksum, where the format has one; and, where files are not made by a checkout, their times.
"""

import ast

from qgate.model.coverage import FileCoverage
from qgate.parse.python_source import PythonSource, Statement


def against_python(coverage: FileCoverage, source: PythonSource) -> str:
    """Why the report cannot be of this source, in words; "" if nothing speaks against it."""
    owners = source.owners_by_line
    known = coverage.executed | (coverage.missing or frozenset())
    if (last := max(known, default=0)) > max(source.line_count, 1):
        return f"it knows line {last}, the file has {source.line_count}"
    for line in sorted(line for line in known if not owners[line]):
        if any(owners) and not source.is_keyword(line):
            return f"it knows a statement on line {line}, where there is none"
    if coverage.checksums:
        lines = [line.encode() for line in source.lines]
        if reason := _by_checksum(coverage, lines):
            return reason
    return "" if coverage.missing is None else _unknown_statement(coverage, source, known)


def _unknown_statement(coverage: FileCoverage, source: PythonSource, known: frozenset[int]) -> str:
    """A report that lists statements must list all that can run."""
    known = source.owners(known | (coverage.excluded or frozenset()))
    unknown = frozenset(source.owners_by_line) - {0} - known - source.docstrings
    if not unknown:
        # The usual case, and the compiler need not be asked.
        return ""
    unknown &= source.coverable
    for statement in source.statements if unknown else ():
        if statement.first in unknown and not _depends_on_interpreter(statement):
            return f"it does not know the statement on line {statement.first}"
    return ""


def against_lines(coverage: FileCoverage, text: bytes) -> str:
    """The same for a file in another language, of which only the lines are known."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    count = len(lines) - (not lines[-1])
    for line in sorted(coverage.statements or ()):
        if line > count:
            return f"it knows line {line}, the file has {count}"
    return _by_checksum(coverage, lines) if coverage.checksums else ""


def _by_checksum(coverage: FileCoverage, lines: list[bytes]) -> str:
    import base64  # noqa: PLC0415 - few reports have checksums, and hashing is slow to import
    import hashlib  # noqa: PLC0415

    for line, written in coverage.checksums.items():
        if line > len(lines):
            return f"it knows line {line}, the file has {len(lines)}"
        digest = hashlib.md5(lines[line - 1], usedforsecurity=False).digest()
        if base64.b64encode(digest).rstrip(b"=").decode() != written.rstrip("="):
            return f"line {line} had another text when it was measured"
    return ""


def _depends_on_interpreter(statement: Statement) -> bool:
    """Statements that some Python versions compile to nothing.

    Bare annotations, constants, and branches of a constant test.
    """
    match next(statement.headers()):
        case ast.AnnAssign(value=None) | ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
    return any(_has_constant_test(header) for header in statement.headers())


def _has_constant_test(header: ast.AST) -> bool:
    match header:
        case ast.If(test=test) | ast.While(test=test):
            is_debug = isinstance(test, ast.Name) and test.id == "__debug__"
            return is_debug or isinstance(test, ast.Constant)
    return False
