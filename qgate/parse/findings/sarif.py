"""SARIF 2.1.0 (OASIS), as far as findings need it; section numbers are the standard's.

Every location of a result is a finding of its own: the standard lets a result have several only
where the change must be made at all of them (3.27.12). A result without one has an empty path.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import said, sarif_rules, sarif_uris
from qgate.parse.findings.shape import items, number_or_zero, record, text

# 3.27.9: these say that nothing is wrong. `open` and `review` ask a person to look.
_FINE: Final = frozenset({"pass", "notApplicable", "informational"})
_NOTIFICATIONS: Final = ("toolExecutionNotifications", "toolConfigurationNotifications")


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """All runs' findings. Suppressed results are left out.

    Raises `MalformedOutput` for a run without results (3.14.23: it computed none), or one that
    says it was not successful (3.20.14). What its notifications call an error was not judged.
    """
    return said.json_answer(output, said.stream(output, tool), partial(_log, output, tool))


def _log(output: ToolOutput, tool: Tool, whole: Any) -> ToolReading:
    version = text(record(whole)["version"])
    if not version.startswith("2.1."):
        raise MalformedOutput(f"SARIF {version}; 2.1.0 can be read")
    runs = [record(each) for each in items(whole["runs"])]
    if not runs:
        raise MalformedOutput("SARIF without a run")
    unjudged = tuple(each for run in runs for each in _unjudged(run, tool))
    results = [(run, record(each)) for run in runs for each in items(run["results"])]
    said.require_reason(output, is_explained=bool(results or unjudged))
    findings = (each for run, result in results for each in _findings(run, result, tool))
    return ToolReading(tuple(findings), unjudged)


def _unjudged(run: dict[str, Any], tool: Tool) -> Iterator[Unjudged]:
    for invocation in items(run.get("invocations") or []):
        # Required by the standard; some writers leave it out.
        if record(invocation).get("executionSuccessful", True) is not True:
            raise MalformedOutput(f"the run was not successful{_reason(invocation)}")
        for kind in _NOTIFICATIONS:
            for each in items(invocation.get(kind) or []):
                if each.get("level") == "error":
                    path = next(_places(run, each))[0]
                    yield Unjudged(path or tool.name, _words(each), path)


def _reason(invocation: dict[str, Any]) -> str:
    notes = [each for kind in _NOTIFICATIONS for each in items(invocation.get(kind) or [])]
    said_so = [invocation.get("exitCodeDescription"), *map(_words, notes)]
    return "".join(f": {words}" for words in said_so if words)


def _words(notification: dict[str, Any]) -> str:
    return text(record(notification["message"]).get("text", ""))


def _findings(run: dict[str, Any], result: dict[str, Any], tool: Tool) -> Iterator[ToolFinding]:
    if _is_suppressed(result) or result.get("baselineState") == "absent":
        return
    kind = result.get("kind", "fail")
    if kind in _FINE:
        return
    component, rule = sarif_rules.of_result(run, result)
    level = result.get("level") or sarif_rules.default_level(rule)
    message = sarif_rules.message(result, rule, component)
    name = sarif_rules.name(result, rule) or tool.name
    for path, region in _places(run, result):
        line = number_or_zero(region.get("startLine"))
        yield ToolFinding(
            path=path,
            rule=name,
            message=message,
            line=line,
            # An end in column 1 is before that line, but Trivy writes it for every region: one
            # line too many is better than one too few.
            end_line=max(line, number_or_zero(region.get("endLine"))),
            column=number_or_zero(region.get("startColumn")),
            level=text(level) if kind == "fail" else "note",
        )


def _is_suppressed(result: dict[str, Any]) -> bool:
    """3.27.23: by one or more suppressions, none of which is rejected or under review."""
    given = items(result.get("suppressions") or [])
    return bool(given) and all(
        record(each).get("status", "accepted") == "accepted" for each in given
    )


def _places(run: dict[str, Any], holder: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and region of each location; an empty path and region where there is none."""
    found = False
    for location in items(holder.get("locations") or []):
        if physical := record(location).get("physicalLocation"):
            found = True
            path = sarif_uris.path(run, record(physical).get("artifactLocation") or {})
            yield path, record(physical.get("region") or {})
    if not found:
        yield "", {}
