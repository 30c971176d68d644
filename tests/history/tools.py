"""qgate's answer to "what is new?" beside the truth, over a project's last commits.

Run `python tests/history/tools.py CHECKOUT --commits 20 --venv PYTHON` with a Python that has
qgate's dependencies; PYTHON is one beside which ruff and mypy lie. For each of the last commits
(first parents) ruff and mypy run by hand on full checkouts of it and of its parent, both under
the commit's configuration, and qgate judges it with `lint` and `types` in mode `new`. Each finding
on which they differ gets its reason from the closed list in tool_reasons.py; one without is
printed as UNEXPLAINED, and the exit code is 1. `--breakages` makes changes of its own instead
(breakages.py), and judges each by mode `changed-lines` as well.
"""

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.history import breakages, tool_truth
from tests.history.measure import git
from tests.history.tool_answers import judge, said_of
from tests.history.tool_reasons import (
    Facts,
    Found,
    Known,
    Reason,
    Said,
    classify,
    explain,
    is_range_touched,
    is_touched,
    pair,
)
from tests.history.tool_truth import TOOLS, CannotRun, Place

_PYTHON: Final = (".py", ".pyi")


@dataclass
class Totals:
    """Counts of one tool over all commits; `own` is new by truth under each side's own rules."""

    commits: int = 0
    skipped: int = 0
    head: int = 0
    base: int = 0
    new: int = 0
    own: int = 0
    said: int = 0
    blocking: int = 0
    debt: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)


def main() -> int:
    """Compare, print, and give the exit code."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="history-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        place = Place(
            checkout=options.checkout.resolve(),
            work=work,
            # Not resolved: a virtual environment's Python is a link that knows where it lies.
            python=options.venv.absolute(),
            everything=options.everything,
        )
        if options.breakages:
            return _break(place)
        totals = {tool: Totals() for tool in TOOLS}
        walk = ("rev-list", "--first-parent", f"--max-count={options.commits}", "HEAD")
        for sha in git(place.checkout, *walk).decode().split():
            _compare(place, sha, totals, verbose=options.verbose)
    print("\n".join(markdown(place.checkout.name, totals)))
    return 1 if any(each.unexplained for each in totals.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare what is new by qgate with the truth.")
    parser.add_argument("checkout", type=Path, help="a git checkout of a Python project; only read")
    parser.add_argument("--commits", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--venv", type=Path, default=Path(sys.executable), metavar="PYTHON")
    parser.add_argument("--everything", action="store_true", help="turn on all rules of both tools")
    parser.add_argument("--breakages", action="store_true", help="break it, see who notices")
    parser.add_argument("--work", type=Path, help="keep clones and answers in this folder")
    parser.add_argument("--verbose", action="store_true", help="print every finding that differs")
    return parser.parse_args()


def _compare(place: Place, sha: str, totals: Mapping[str, Totals], *, verbose: bool) -> None:
    base = git(place.checkout, "rev-parse", f"{sha}~1").decode().strip()
    # qgate judges them all in one place, as people do, so that a tool's own cache is a used one.
    folder = tool_truth.clone(place, sha, "judged")
    git(folder, "checkout", "--quiet", "--force", "--detach", sha)
    gates = judge(place, folder)
    words = []
    for tool, gate in TOOLS.items():
        total = totals[tool]
        try:
            sides = _sides(place, tool, base, sha)
        except CannotRun as error:
            total.skipped += 1
            print(f"{sha[:12]} skipped: {error}", flush=True)
            continue
        before = total.new, total.said
        for place_of, facts in compare(folder, tool, sides, gates[gate], (base, sha), total):
            _note(f"{sha[:12]} {tool} {place_of}", facts, total, verbose=verbose)
        total.commits += 1
        new = total.new - before[0], total.said - before[1]
        words.append(f"{tool}: {gates[gate]['outcome']}, new {new[0]} by truth, {new[1]} by qgate")
    print(f"{sha[:12]} {'; '.join(words)}", flush=True)


def _sides(
    place: Place, tool: str, base: str, head: str
) -> tuple[list[Found], list[Found], list[Found]]:
    """The head's findings, the base's under the head's configuration, and under its own."""
    return (
        tool_truth.run(place, tool, tool_truth.clone(place, head)),
        tool_truth.run(place, tool, tool_truth.with_configuration(place, base, head)),
        tool_truth.run(place, tool, tool_truth.clone(place, base)),
    )


def compare(
    folder: Path,
    tool: str,
    sides: tuple[list[Found], list[Found], list[Found]],
    gate: Mapping[str, Any],
    ends: tuple[str, str],
    total: Totals,
) -> Iterator[tuple[str, Facts]]:
    """Each finding of the head with both answers."""
    head, base, own = sides
    changed = tool_truth.changed(folder, *ends)
    known = classify(head, base, changed)
    said = said_of(gate)
    total.head += len(head)
    total.base += len(base)
    total.new += known.count(Known.NEW)
    total.own += classify(head, own, changed).count(Known.NEW)
    total.said += sum(each.count(Said.NEW) for each, _ in said.values())
    total.blocking += sum(blocking for _, blocking in said.values())
    if gate["outcome"] == "incomplete":
        total.unexplained.append(f"no verdict: {gate['summary']}")
        print(f"UNEXPLAINED no verdict: {gate['summary']}")
    groups: dict[Found, list[tuple[Found, Known]]] = defaultdict(list)
    for one, word in zip(head, known, strict=True):
        groups[one].append((one, word))
    for key in sorted(said.keys() | groups.keys()):
        same = groups[key]
        answers, blocking = said.get(key, ([], 0))
        if len(answers) > len(same):
            total.unexplained.append(f"{key}: only qgate's tool finds it")
            print(f"UNEXPLAINED {key}: only qgate's tool finds it")
            continue
        file = changed.get(key.path)
        edits = file.edits if file else ()
        touched = is_touched(edits, key)
        reached = any(is_range_touched(edits, one) for one, _ in same)
        is_python = key.path.endswith(_PYTHON)
        asked = bool(file and is_python) if tool == "ruff" else tool in gate["metrics"]["tools"]
        total.debt += blocking if not touched and {word for _, word in same} == {Known.SAME} else 0
        for word, answer in pair([word for _, word in same], answers):
            yield (
                f"{key.path}:{key.line}: {key.rule} {key.message}",
                Facts(
                    known=word,
                    said=answer,
                    is_asked=asked,
                    is_per_file=tool == "ruff",
                    is_changed=file is not None,
                    is_touched=touched,
                    is_range_touched=reached,
                    is_parse_error=same[0][0].is_parse_error,
                ),
            )


def _note(place: str, facts: Facts, total: Totals, *, verbose: bool) -> None:
    reason = explain(facts)
    if reason is None:
        total.unexplained.append(place)
        print(f"UNEXPLAINED {place}: {facts}")
        return
    total.reasons[reason] += 1
    if verbose and not reason.is_agreement:
        print(f"  {place}: {reason}")


def _break(place: Place) -> int:
    """Break the project in each of the ways that are known for it; 1 if one goes unseen."""
    print("| breakage | broken by truth | `new` | of these unchanged | `changed-lines` |")
    print("|---|---:|---:|---:|---:|")
    unseen = 0
    for each in breakages.of(place.checkout.name):
        unseen += _break_once(place, each)
    return 1 if unseen else 0


def _break_once(place: Place, each: breakages.Breakage) -> bool:
    folder = breakages.commit(place, each)
    ends = git(folder, "rev-parse", "HEAD~1", "HEAD").decode().split()
    head = tool_truth.run(place, each.tool, folder)
    base = tool_truth.run(place, each.tool, tool_truth.clone(place, ends[0]))
    changed = tool_truth.changed(folder, ends[0], ends[1])
    gate = TOOLS[each.tool]
    words = classify(head, base, changed)
    true = Counter(one for one, word in zip(head, words, strict=True) if word is Known.NEW)
    seen = {}
    for mode in ("new", "changed-lines"):
        said = said_of(judge(place, folder, mode)[gate])
        seen[mode] = Counter({key: blocking for key, (_, blocking) in said.items() if blocking})
    away = Counter(
        {
            one: count
            for one, count in true.items()
            # Mode `changed-lines` goes by the whole range.
            if one.path not in changed or not is_range_touched(changed[one.path].edits, one)
        }
    )
    caught = seen["new"] == true and bool(away) and not seen["changed-lines"] & away
    print(
        f"| {each.name} | {true.total()} | {seen['new'].total()} | {away.total()} "
        f"| {seen['changed-lines'].total()} |",
        flush=True,
    )
    if not caught:
        print(f"UNSEEN: {each.name}: {sorted(true - seen['new'])}")
    return not caught


def markdown(name: str, totals: Mapping[str, Totals]) -> Iterator[str]:
    """The table of one project, a column for each tool."""
    columns = list(totals.values())
    yield f"| {name} | {' | '.join(totals)} |"
    yield f"|---|{'---:|' * len(columns)}"
    rows: list[tuple[str, list[int]]] = [
        ("commits", [each.commits for each in columns]),
        ("skipped: the tool gives no answer by hand", [each.skipped for each in columns]),
        ("findings at the heads", [each.head for each in columns]),
        ("findings at the bases", [each.base for each in columns]),
        ("new by truth", [each.new for each in columns]),
        ("the same, each side under its own configuration", [each.own for each in columns]),
        ("new by qgate", [each.said for each in columns]),
        ("of these blocking", [each.blocking for each in columns]),
    ]
    rows += [(str(reason), [each.reasons[reason] for each in columns]) for reason in Reason]
    rows += [
        ("old debt that blocks, its first line not touched", [each.debt for each in columns]),
        ("unexplained", [len(each.unexplained) for each in columns]),
    ]
    yield from (f"| {text} | {' | '.join(map(str, counts))} |" for text, counts in rows)


if __name__ == "__main__":
    sys.exit(main())
