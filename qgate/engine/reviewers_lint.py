"""What is wrong with the rules about reviewers on disk, as the report of one gate."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from qgate.engine import review_rules
from qgate.engine.request import Request, load_settings
from qgate.errors import UsageError
from qgate.model.owners import Codeowners, ReviewRules, identity
from qgate.model.report import Finding, GateResult, Level, Outcome, Report
from qgate.model.reviewers import Ownership
from qgate.owners import lint
from qgate.owners.matching import Matcher
from qgate.parse import codeowners
from qgate.parse.yaml_quotes import quoted
from qgate.system.git import Repository

GATE: Final = "reviewers"
_NO_RULES: Final = GateResult(
    name=GATE,
    outcome=Outcome.SKIPPED,
    reason="no-rules",
    summary="there are no rules about reviewers",
    hint="write `owners:` in .qgate.yml, or a CODEOWNERS file",
)


def check(request: Request, known: frozenset[str] | None = None) -> Report:
    """Everything about the rules that hold here.

    `known` are all accounts and teams, where somebody has a list of them. Raises `UsageError`.
    """
    repo = Repository(request.folder, request.environ)
    found = review_rules.on_disk(repo, load_settings(repo, request), request)
    tracked = repo.tracked()
    judged = review_rules.read_by_github(found.files)
    findings = (
        *_unquoted(found.yaml),
        *lint.of_files(found.files, judged),
        *lint.of_rules(found.rules, tracked, known),
    )
    has_rules = bool(found.rules.owners or found.rules.require or judged)
    result = _result(found.rules, tracked, findings) if has_rules else _NO_RULES
    return Report(base=None, head=None, gates=(result,))


def check_codeowners(
    request: Request, file: Path | None, known: frozenset[str] | None = None
) -> Report:
    """The CODEOWNERS file that GitHub reads, or another one, alone. Raises `UsageError`."""
    repo = Repository(request.folder, request.environ)
    files: tuple[Codeowners, ...]
    if file is None:
        files = review_rules.codeowners_files(repo.root)
        judged = review_rules.read_by_github(files)
    else:
        path = request.folder / file
        is_inside = path.is_relative_to(repo.root)
        name = path.relative_to(repo.root).as_posix() if is_inside else str(file)
        judged = review_rules.read_codeowners(path, name)
        files = (judged,)
    if judged is None:
        others = f"; {', '.join(each.path for each in files)} is another service's" * bool(files)
        raise UsageError(
            f"there is no CODEOWNERS file{others}",
            hint=f"GitHub looks for {', '.join(codeowners.LOCATIONS)}, in this order",
        )
    rules = ReviewRules(owners=judged.rules, source=judged.path)
    tracked = repo.tracked()
    findings = (*lint.of_files(files, judged), *lint.of_rules(rules, tracked, known))
    result = _result(rules, tracked, findings)
    return Report(base=None, head=None, gates=(result,))


def known_owners(text: str) -> frozenset[str]:
    """Accounts and teams, one a line, with or without `@`; ready for `check`."""
    words = (line.strip() for line in text.splitlines())
    return frozenset(identity(word if "@" in word else f"@{word}") for word in words if word)


def _unquoted(files: Iterable[tuple[str, str]]) -> Iterable[Finding]:
    """Lines whose `@` and `*` no other reader of YAML would take for text."""
    for name, text in files:
        for line in quoted(text).lines:
            yield Finding(
                rule=lint.Rule.UNQUOTED,
                message="not YAML without quotes; `qgate reviewers fmt` writes them",
                path=name,
                line=line,
                end_line=line,
                level=Level.NOTE,
                source=text.splitlines()[line - 1].strip(),
            )


def _result(
    rules: ReviewRules, tracked: Sequence[str], findings: tuple[Finding, ...]
) -> GateResult:
    matcher = Matcher(rules)
    states = [_state(matcher, path) for path in tracked]
    counts = {each: states.count(each) for each in Ownership}
    blocking = sum(each.blocking for each in findings)
    errors = "1 error" if blocking == 1 else f"{blocking} errors"
    warnings = sum(each.level is Level.WARNING for each in findings)
    also = f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
    owned = f"{counts[Ownership.OWNED]} of {len(tracked)} files have an owner"
    return GateResult(
        name=GATE,
        outcome=Outcome.FAILED if blocking else Outcome.PASSED,
        reason="errors" if blocking else "passed",
        summary=f"{errors if blocking else 'no error'}{also}; {owned}",
        metrics={
            "rules": len(rules.owners),
            "files": len(tracked),
            **{each.value: count for each, count in counts.items()},
        },
        findings=tuple(sorted(findings, key=_order)),
        evidence=(f"{rules.source} ({len(rules.owners)} rules)",) if rules.source else (),
    )


def _order(finding: Finding) -> tuple[bool, str, int, int]:
    """What blocks first, then by place."""
    return not finding.blocking, finding.path, finding.line, finding.column


def _state(matcher: Matcher, path: str) -> Ownership:
    rule = matcher.winner(path)
    if rule is None:
        return Ownership.UNMATCHED
    return Ownership.OWNED if rule.owners else Ownership.UNOWNED
