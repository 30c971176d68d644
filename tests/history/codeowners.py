"""qgate's owners beside those of others, for every tracked path of real repositories.

Run `python tests/history/codeowners.py FOLDER ... --python PYTHON --go PROGRAM` with a Python that
has qgate's dependencies; PYTHON is one that has the package `codeowners`, and PROGRAM prints what
github.com/hmarr/codeowners says (docs/explanation/compared-with-other-codeowners.md says in
which form). A FOLDER is a git checkout, or has `CODEOWNERS`, `where` it lay, and NUL-separated
`paths`. git is the third: its ignore rules, one pattern at a time. Every path on which one of them
differs from qgate gets its reason from the closed list below; it has none unless qgate's answer is
git's without what GitHub does otherwise. A path without a reason is printed as UNEXPLAINED, and the
exit code is 1.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from tests.history.owner_reasons import BLANK, Answer, Facts, Line, Reason, explain, read_lines
from tests.history.owner_views import (
    Corpus,
    Ignore,
    Other,
    at_github,
    by_program,
    by_qgate,
    read_corpus,
)

# Prints what `_other` reads. `matching_line` tells a file without a rule from one without owners.
_PACKAGE: Final = """\
import json, pathlib, sys
from importlib.metadata import version
from codeowners import CodeOwners
owners = CodeOwners(pathlib.Path(sys.argv[1]).read_text("utf-8", "surrogateescape"))
paths = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\\0")[:-1]
found = [owners.matching_line(path)[:2] for path in paths]
answers = [[line or 0, [name for _, name in names]] for names, line in found]
json.dump({"version": version("codeowners"), "refused": {}, "paths": answers}, sys.stdout)
"""


@dataclass
class Totals:
    """Counts of one implementation: paths by reason, those that have the same owners apart."""

    version: str = ""
    refused: int = 0
    differing: Counter[Reason] = field(default_factory=Counter)
    same_owners: Counter[Reason] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def add(self, more: "Totals") -> None:
        """Count those of one more repository."""
        self.version = more.version
        self.refused += more.refused
        self.differing += more.differing
        self.same_owners += more.same_owners
        self.unexplained += more.unexplained


def differences(
    corpus: Corpus,
    lines: Mapping[int, Line],
    answers: tuple[list[Answer], Other, Other],
    git: Ignore,
) -> Iterator[Facts]:
    """Each path on which qgate differs from another one in the rule or its owners, or from git."""
    ours, truth, other = answers
    by_line: dict[int, list[int]] = defaultdict(list)
    for at, (mine, their, right) in enumerate(zip(ours, other.answers, truth.answers, strict=True)):
        if not mine == their == right:
            by_line[max(mine.line, their.line, right.line)].append(at)
    for number, places in by_line.items():
        line, paths = lines[number], [corpus.paths[at] for at in places]
        ignored = git.matched(line.pattern, paths)
        split = {path: _split(path) for path in paths if " " in path}
        as_split = at_github(line.pattern.replace("\\ ", "/"))
        matched = git.matched(as_split, list(split.values()))
        is_cut = BLANK.search(line.pattern)
        cut = git.matched(line.pattern[: is_cut.start()], paths) if is_cut else set()
        for at, path in zip(places, paths, strict=True):
            yield Facts(
                path=path,
                ours=ours[at],
                theirs=other.answers[at],
                truth=truth.answers[at],
                line=line,
                is_ignored=path in ignored,
                is_split_match=split.get(path) in matched,
                is_cut_match=path in cut,
                refusal=other.refused.get(number, ""),
            )


def _split(path: str) -> str:
    return re.sub("/+", "/", path.replace(" ", "/")).strip("/")


def count(name: str, facts: Iterator[Facts], totals: Totals, *, verbose: bool) -> None:
    """Give each path its reason."""
    for each in facts:
        reason = explain(each)
        is_same = each.ours.said == each.theirs.said
        if reason is None:
            totals.unexplained.append(each.path)
            print(f"UNEXPLAINED {name}: {each}")
        else:
            (totals.same_owners if is_same else totals.differing)[reason] += 1
            if verbose:
                print(f"  {name}: {each.path!r}, `{each.line.pattern}`: {reason}")


def main() -> int:
    """Compare, print, and give the exit code."""
    options = _options()
    programs: dict[str, Sequence[str]] = {"codeowners": (options.python, "-I", "-c", _PACKAGE)}
    if options.go:
        programs["hmarr/codeowners"] = (str(options.go.absolute()),)
    all_totals = {name: Totals() for name in (*programs, "git")}
    rows = []
    states: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="owners-") as temporary:
        work = Path(temporary)
        git = Ignore(work)
        for corpus in map(read_corpus, options.folders):
            ours = by_qgate(corpus)
            states.update(map(_state, ours))
            totals = _compare(corpus, ours, programs, (work, git), verbose=options.verbose)
            for name, each in totals.items():
                all_totals[name].add(each)
            rows.append(_row(corpus, totals))
    table = "\n".join([*_repositories(rows, all_totals), "", *_reasons(all_totals)])
    table += f"\n\n{', '.join(f'{count} {state}' for state, count in states.most_common())}"
    print(table)
    if options.markdown:
        options.markdown.write_text(f"{table}\n", "utf-8")
    return 1 if any(each.unexplained for each in all_totals.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare qgate's owners with those of others.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="only read")
    parser.add_argument("--python", default=sys.executable, help="one that has `codeowners`")
    parser.add_argument(
        "--go", type=Path, metavar="PROGRAM", help="prints hmarr/codeowners' answer"
    )
    parser.add_argument(
        "--markdown", type=Path, metavar="OUT.md", help="write the tables there too"
    )
    parser.add_argument("--verbose", action="store_true", help="print every path that differs")
    return parser.parse_args()


def _compare(
    corpus: Corpus,
    ours: list[Answer],
    programs: Mapping[str, Sequence[str]],
    place: tuple[Path, Ignore],
    *,
    verbose: bool,
) -> dict[str, Totals]:
    work, git = place
    lines = read_lines(corpus.text)
    others = {name: by_program(argv, corpus, work) for name, argv in programs.items()}
    others["git"], truth = git.last(lines, corpus.paths)
    found: dict[str, Totals] = {}
    print(f"{corpus.name} {corpus.commit[:12]}: {len(lines)} rules, {len(corpus.paths)} paths")
    for name, other in others.items():
        found[name] = totals = Totals(version=other.version, refused=len(other.refused))
        facts = differences(corpus, lines, (ours, truth, other), git)
        count(f"{corpus.name} {name}", facts, totals, verbose=verbose)
        for reason, paths in totals.differing.items():
            print(f"  {name}: {paths} paths: {reason}", flush=True)
    return found


def _state(answer: Answer) -> str:
    if not answer.line:
        return "without a rule"
    return "with owners" if answer.owners else "by a rule without owners"


def _row(corpus: Corpus, totals: Mapping[str, Totals]) -> tuple[str, list[int]]:
    differing = [each.differing.total() for each in totals.values()]
    sizes = [len(read_lines(corpus.text)), len(corpus.paths)]
    return f"{corpus.name} | `{corpus.commit[:12]}`", [*sizes, *differing]


def _repositories(
    rows: Sequence[tuple[str, list[int]]], totals: Mapping[str, Totals]
) -> Iterator[str]:
    """Rules, paths, and the paths on which each one differs from qgate."""
    yield f"| repository | commit | rules | paths | {' | '.join(totals)} |"
    yield f"|---|---|{'---:|' * (len(totals) + 2)}"
    yield from (f"| {name} | {' | '.join(map(str, counts))} |" for name, counts in rows)
    sums = (sum(column) for column in zip(*(counts for _, counts in rows), strict=True))
    yield f"| **all {len(rows)}** | | {' | '.join(f'**{each}**' for each in sums)} |"


def _reasons(totals: Mapping[str, Totals]) -> Iterator[str]:
    """Paths by reason."""
    columns = list(totals.values())
    names = (f"{name} {each.version}".rstrip() for name, each in totals.items())
    yield f"| | {' | '.join(names)} |"
    yield f"|---|{'---:|' * len(columns)}"
    rows: list[tuple[str, list[int]]] = [
        ("lines that it refuses", [each.refused for each in columns]),
        ("paths with other owners", [each.differing.total() for each in columns]),
        *((str(reason), [each.differing[reason] for each in columns]) for reason in Reason),
        ("the same owners by another rule", [each.same_owners.total() for each in columns]),
        ("unexplained", [len(each.unexplained) for each in columns]),
    ]
    yield from (f"| {text} | {' | '.join(map(str, counts))} |" for text, counts in rows)


if __name__ == "__main__":
    sys.exit(main())
