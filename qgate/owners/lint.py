"""What is wrong with rules about reviewers, and with the CODEOWNERS file that GitHub reads."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from qgate.model.owners import (
    Codeowners,
    Dialect,
    LineProblem,
    OwnerRule,
    Place,
    ProblemKind,
    Requirement,
    ReviewRules,
    distinct,
    identity,
    is_email,
)
from qgate.model.report import Finding, Level
from qgate.parse.codeowners import ELSEWHERE, LOCATIONS
from qgate.parse.path_index import PathIndex
from qgate.parse.path_pattern import InvalidPattern, compile_lenient, refuse_invalid

# GitHub ignores a file over 3 MB (docs.github.com, "About code owners").
SIZE_LIMIT: Final = 3_000_000
_SIZE_WARNING: Final = 2_500_000
_MOST_NAMED: Final = 3
_FOREIGN: Final = f"reviewers/{ProblemKind.FOREIGN_DIALECT}"


class Rule(StrEnum):
    """The findings of `qgate reviewers lint`, beside the kinds of `LineProblem`."""

    DUPLICATE = "reviewers/duplicate"
    SHADOWED = "reviewers/shadowed"
    NO_MATCH = "reviewers/no-match"
    NO_OWNER = "reviewers/no-owner"
    UNKNOWN_OWNER = "reviewers/unknown-owner"
    SEVERAL_FILES = "reviewers/several-files"
    TOO_LARGE = "reviewers/too-large"
    UNQUOTED = "reviewers/unquoted"


def of_rules(
    rules: ReviewRules, tracked: Sequence[str], known: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Findings on rules, whoever wrote them. `known` are all accounts and teams, if asked for."""
    return (
        *_duplicates(rules.owners),
        *_uses(rules, tracked),
        *(_unknown(rules, frozenset(map(identity, known))) if known is not None else ()),
    )


def of_files(files: Iterable[Codeowners], judged: Codeowners | None) -> tuple[Finding, ...]:
    """Findings on CODEOWNERS files; of those that are not `judged` only that they are there."""
    found = (_file(file) if file is judged else _other(file) for file in files)
    return tuple(finding for findings in found for finding in findings)


def of_line(problem: LineProblem) -> Finding:
    """A line of CODEOWNERS that GitHub skips blocks, one that it takes otherwise only warns."""
    return Finding(
        rule=f"reviewers/{problem.kind}",
        message=problem.message,
        path=problem.place.path,
        line=problem.place.line,
        end_line=problem.place.line,
        column=problem.place.column,
        level=Level.ERROR if problem.is_skipped else Level.WARNING,
        blocking=problem.is_skipped,
        source=problem.source,
    )


def finding(
    rule: Rule, message: str, place: Place, source: str = "", level: Level = Level.WARNING
) -> Finding:
    """A finding at a rule's place; an error blocks."""
    return Finding(
        rule=rule,
        message=message,
        path=place.path,
        line=place.line,
        end_line=place.line,
        column=place.column if place.line else 0,
        level=level,
        blocking=level is Level.ERROR,
        source=source,
    )


def _other(file: Codeowners) -> Iterator[Finding]:
    if service := ELSEWHERE.get(file.path):
        message = f"a file for {service}; qgate does not judge by it"
        yield Finding(rule=_FOREIGN, message=message, path=file.path, level=Level.NOTE)
        return
    why = f"it reads {', '.join(LOCATIONS)}, and of these the first"
    message = f"GitHub does not read this file: {why}"
    yield finding(Rule.SEVERAL_FILES, message, Place(file.path, 0))


def _file(file: Codeowners) -> Iterator[Finding]:
    whole = Place(file.path, 0)
    if file.dialect is not Dialect.GITHUB:
        message = f"this looks like a file for {file.dialect}; it is read as GitHub reads it"
        yield Finding(rule=_FOREIGN, message=message, path=file.path, level=Level.WARNING)
    if file.size >= _SIZE_WARNING:
        is_ignored = file.size >= SIZE_LIMIT
        what = "GitHub ignores it" if is_ignored else "from 3 MB on GitHub ignores it"
        level = Level.ERROR if is_ignored else Level.WARNING
        size = f"{file.size / 1e6:.1f} MB"
        yield finding(Rule.TOO_LARGE, f"the file has {size}; {what}", whole, level=level)
    yield from map(of_line, file.problems)


def _duplicates(rules: Iterable[OwnerRule]) -> Iterator[Finding]:
    rules = tuple(rules)
    last = {rule.pattern: rule for rule in rules}
    for rule in rules:
        winner = last[rule.pattern]
        if winner is not rule:
            message = f"`{rule.pattern}` a second time: line {winner.place.line} alone counts"
            yield finding(Rule.DUPLICATE, message, rule.place, _written(rule))


def _uses(rules: ReviewRules, tracked: Sequence[str]) -> Iterator[Finding]:
    """Rules that no file needs, and files that no rule covers."""
    patterns = [each.pattern for each in rules.owners]
    index = PathIndex(patterns)
    wins: Counter[int] = Counter()
    beaten: dict[int, Counter[int]] = {}
    unmatched = []
    for path in tracked:
        *others, winner = index.all(path) or [-1]
        wins[winner] += 1
        if winner < 0:
            unmatched.append(path)
        for number in others:
            beaten.setdefault(number, Counter())[winner] += 1
    tree = _Tree(tracked)
    last = {pattern: number for number, pattern in enumerate(patterns)}
    for number, rule in enumerate(rules.owners):
        # A duplicate is said to be one; that nothing is left for it follows.
        if wins[number] or last[rule.pattern] != number:
            continue
        if number in beaten:
            yield _shadowed(rule, rules.owners, beaten[number])
        else:
            yield _no_match(rule, tree)
    yield from _never((*rules.require, *rules.notify), tracked, tree)
    if unmatched and rules.owners:
        yield _no_owner(unmatched, rules)


def _shadowed(rule: OwnerRule, rules: Sequence[OwnerRule], by: Counter[int]) -> Finding:
    (first, _), *_ = by.most_common(1)
    winner = rules[first]
    more = f" and {len(by) - 1} more" if len(by) > 1 else ""
    files = by.total()
    count = "the file that it matches goes" if files == 1 else f"all {files} files go"
    message = (
        f"`{rule.pattern}` never decides: {count} to `{winner.pattern}` in line "
        f"{winner.place.line}{more}"
    )
    return finding(Rule.SHADOWED, message, rule.place, _written(rule))


def _never(
    rules: Sequence[OwnerRule | Requirement], tracked: Iterable[str], tree: "_Tree"
) -> Iterator[Finding]:
    index = PathIndex([each.pattern for each in rules])
    used = {number for path in tracked for number in index.all(path)} if rules else set()
    for number, rule in enumerate(rules):
        if number not in used:
            yield _no_match(rule, tree)


def _no_match(rule: OwnerRule | Requirement, tree: "_Tree") -> Finding:
    hint = ""
    if other := tree.but_for_case(rule.pattern):
        hint = f"; upper and lower case count, and {other} differs in nothing else"
    elif near := tree.near(rule.pattern):
        hint = f"; did you mean `{near}`?"
    message = f"`{rule.pattern}` matches no tracked file{hint}"
    return finding(Rule.NO_MATCH, message, rule.place, _written(rule))


def _no_owner(paths: Sequence[str], rules: ReviewRules) -> Finding:
    named = ", ".join(paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    files = "1 file matches" if len(paths) == 1 else f"{len(paths)} files match"
    message = f"{files} no rule: {named}{more}"
    return finding(Rule.NO_OWNER, message, Place(rules.source, 0))


def _unknown(rules: ReviewRules, known: Collection[str]) -> Iterator[Finding]:
    every: tuple[OwnerRule | Requirement, ...] = (*rules.owners, *rules.require, *rules.notify)
    for rule in every:
        for owner in distinct(rule.owners):
            if not is_email(owner) and identity(owner) not in known:
                message = f"{owner} is not among the accounts and teams that are known"
                yield finding(Rule.UNKNOWN_OWNER, message, rule.place, _written(rule), Level.ERROR)


def _written(rule: OwnerRule | Requirement) -> str:
    return f"{rule.pattern} {' '.join(rule.owners)}".rstrip()


class _Tree:
    """The tracked names, made when a pattern matches none of them."""

    def __init__(self, tracked: Sequence[str]) -> None:
        self._tracked = tracked
        self._folded: list[str] = []
        self._children: dict[str, set[str]] = {}

    def but_for_case(self, pattern: str) -> str:
        """The first path that would match if case did not count; empty if there is none."""
        compiled = compile_lenient(pattern.casefold())
        if not self._folded:
            self._folded = [path.casefold() for path in self._tracked]
        pairs = zip(self._tracked, self._folded, strict=True)
        return next((path for path, folded in pairs if compiled.matches(folded)), "")

    def near(self, pattern: str) -> str:
        """A pattern of one other name that matches something; empty if there is none."""
        parts = pattern.split("/")
        for number, part in enumerate(parts):
            if not part or set("*?\\").intersection(part):
                continue
            for name in self._similar(parts[:number], part):
                better = "/".join([*parts[:number], name, *parts[number + 1 :]])
                if self._matches(better):
                    return better
        return ""

    def _matches(self, pattern: str) -> bool:
        """Whether it could stand in CODEOWNERS and matches something."""
        try:
            refuse_invalid(pattern)
        except InvalidPattern:
            return False
        compiled = compile_lenient(pattern)
        return not pattern.startswith("#") and any(map(compiled.matches, self._tracked))

    def _similar(self, above: Sequence[str], name: str) -> list[str]:
        """Names in the folders above, or anywhere where these are not all plain."""
        if not self._children:
            for path in self._tracked:
                folder = ""
                for part in path.split("/"):
                    self._children.setdefault(folder, set()).add(part)
                    folder = f"{folder}/{part}" if folder else part
        folder = "/".join(part for part in above if part)
        names = self._children.get(folder)
        if names is None or not above:
            names = {each for names in self._children.values() for each in names}
        names = {each for each in names if not set("*?\\[] ").intersection(each)} - {name}
        return get_close_matches(name, sorted(names), n=2, cutoff=0.75)
