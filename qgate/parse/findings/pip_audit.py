"""The JSON of `pip-audit --format=json`, as 2.10 prints it.

It ends with 1 for findings and for most failures alike, with 0 where nothing was audited, and
drops what it does not understand with a warning. So the JSON has to be whole and to agree with
the exit code, and the reading says what was judged: to be compared with what was asked for.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from qgate.errors import MalformedOutput
from qgate.model.tool import Tool, ToolFinding, ToolOutput, ToolReading, Unjudged
from qgate.parse.findings import json_text

_FOUND: Final = 1
_CLEAN: Final = 0
# Warnings after which pip-audit goes on, and says "no known vulnerabilities" in the end.
_DROPPED: Final = re.compile(
    r"WARNING:pip_audit\.\S+?:(?P<what>Unsupported OSV schema version.*"
    r"|OSV vuln entry .* is missing 'affected' list"
    r"|pyproject file .* does not contain `dependencies` list)"
)
_LAST_WORDS: Final = 2
_LONGEST_WORD: Final = 400
# Lines that say nothing: warnings, advice, the frame of a traceback.
_NOISE: Final = re.compile(
    r"\s|$|WARNING:|ERROR:pip_audit\._cli:Tip:|Traceback |The above exception|During handling"
)


@dataclass(frozen=True, slots=True)
class Audited:
    """One dependency of the answer. `version` is empty where `skipped` says why it was not judged.

    The name is PEP 503's form, the version PEP 440's: those of `qgate.parse.dependencies.Pin`.
    """

    name: str
    version: str
    findings: tuple[ToolFinding, ...] = ()
    skipped: str = ""


def read(output: ToolOutput, tool: Tool) -> ToolReading:
    """A finding for each vulnerability of each dependency; skipped dependencies are not judged.

    Raises `MalformedOutput`. The findings have no path: the caller knows what it asked about.
    """
    del tool
    answers = audited(output)
    skipped = tuple(Unjudged(each.name, each.skipped) for each in answers if each.skipped)
    dropped = tuple(
        Unjudged("an advisory or project", match["what"])
        for match in map(_DROPPED.match, _words(output))
        if match
    )
    return ToolReading(
        findings=tuple(finding for each in answers for finding in each.findings),
        unjudged=skipped + dropped,
        judged=tuple(f"{each.name} {each.version}" for each in answers if not each.skipped),
    )


def audited(output: ToolOutput) -> tuple[Audited, ...]:
    """Every dependency that the answer names, in its order. Raises `MalformedOutput`."""
    kept: list[Audited] = []

    def keep(whole: Any) -> ToolReading:
        _array(whole["fixes"])
        kept.extend(_audited(each) for each in _array(whole["dependencies"]))
        return ToolReading()

    try:
        json_text.reading(output.stdout, keep)
    except MalformedOutput as error:
        said = "; ".join(_last_words(output)) or "nothing on standard error"
        raise MalformedOutput(f"{error.message}\npip-audit said: {said}") from error
    has_findings = any(each.findings for each in kept)
    if output.code != (_FOUND if has_findings else _CLEAN):
        found = "vulnerabilities" if has_findings else "no vulnerabilities"
        raise MalformedOutput(f"pip-audit ended with {output.code}, but its JSON has {found}")
    return tuple(kept)


def _audited(each: dict[str, Any]) -> Audited:
    name = _string(each["name"])
    if "skip_reason" in each:
        return Audited(name, "", skipped=_string(each["skip_reason"]) or "skipped, no reason given")
    version = _string(each["version"])
    return Audited(name, version, _findings(name, version, _array(each["vulns"])))


def _findings(name: str, version: str, vulnerabilities: list[Any]) -> tuple[ToolFinding, ...]:
    """One finding a vulnerability: two records with the same preferred id are the same one."""
    ids: dict[str, set[str]] = {}
    fixes: dict[str, dict[str, None]] = {}
    for each in vulnerabilities:
        known = {_string(each["id"]), *map(_string, _array(each["aliases"]))}
        rule = preferred(known)
        ids.setdefault(rule, set()).update(known)
        fixes.setdefault(rule, {}).update(dict.fromkeys(map(_string, _array(each["fix_versions"]))))
    return tuple(
        _finding((name, version), rule, sorted(known - {rule}), tuple(fixes[rule]))
        for rule, known in ids.items()
    )


def preferred(ids: set[str]) -> str:
    """The id that a finding goes by: GitHub's, else the CVE, else whichever sorts first."""
    ranked = [
        each for kind in ("GHSA-", "CVE-", "") for each in sorted(ids) if each.startswith(kind)
    ]
    return ranked[0]


def _finding(
    what: tuple[str, str], rule: str, others: list[str], fixes: tuple[str, ...]
) -> ToolFinding:
    cves = ", ".join(each for each in others if each.startswith("CVE-"))
    fixed = f"fixed in {', '.join(fixes)}" if fixes else "no version is known to fix it"
    return ToolFinding(
        path="",
        rule=rule,
        message=f"{' '.join(what)}: {rule}{f' ({cves})' if cves else ''}, {fixed}",
        aliases=tuple(others),
        subject=" ".join(what),
    )


def _words(output: ToolOutput) -> list[str]:
    return output.stderr.decode("utf-8", "replace").splitlines()


def _last_words(output: ToolOutput) -> list[str]:
    """The last lines of standard error that say what went wrong, each cut to a length."""
    said = [line[:_LONGEST_WORD] for line in _words(output) if not _NOISE.match(line)]
    return said[-_LAST_WORDS:]


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"an array was expected, not {type(value).__name__}")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"text was expected, not {value!r:.50}")
    return value
