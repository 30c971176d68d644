"""CODEOWNERS written: put in order, or made from the rules in YAML."""

from collections.abc import Iterator
from typing import Final

from qgate.errors import UsageError
from qgate.model.owners import OwnerRule, Requirement, ReviewRules, distinct, identity
from qgate.parse.codeowners import BLANKS, Line, escaped, lines
from qgate.parse.path_index import is_everything
from qgate.parse.path_pattern import InvalidPattern, compile_lenient

_BEGIN: Final = "# qgate: begin"
_END: Final = "# qgate: end"


def formatted(text: str) -> str:
    """The same rules, comments and order, with owners below each other in each block.

    A line that GitHub skips stays as it is: put in order it might mean something.
    """
    out: list[str] = []
    block: list[Line] = []
    for line in lines(text):
        if line.is_rule:
            block.append(line)
            continue
        out += _aligned(block)
        block = []
        # Put in order a skipped line might mean something.
        out.append(line.text if line.is_skipped else line.text.rstrip(f"{BLANKS}\r"))
    out += _aligned(block)
    while out and not out[-1]:
        out.pop()
    return "".join(f"{line}\n" for line in out)


def _aligned(block: list[Line]) -> Iterator[str]:
    width = max((len(line.pattern) for line in block if line.rest), default=0)
    for line in block:
        yield f"{line.pattern:{width}} {line.rest}" if line.rest else line.pattern


def losses(rules: ReviewRules) -> tuple[str, ...]:
    """What the rules say and CODEOWNERS cannot, in words, with places."""
    found = []
    for each in rules.require:
        what = "approvals of its own beside the owners'"
        if each.any_of and each.count > 1:
            what += f", {each.count} of them"
        if each.except_:
            what += f", but not for {', '.join(each.except_)}"
        found.append(f"{each.place}: require {each.pattern}: {what}")
    found += (f"{each.place}: notify {each.pattern}: tells without asking" for each in rules.notify)
    excluded = set(map(identity, rules.select.exclude))
    named = distinct(owner for rule in rules.owners for owner in rule.owners)
    found += (
        f"select.exclude: {owner}: GitHub asks everybody whom a rule names"
        for owner in named
        if identity(owner) in excluded
    )
    return tuple(found)


def generated(text: str, rules: ReviewRules) -> str:
    """The text with the managed block made anew; put at the end where there is none.

    What `require` asks for is written as its superset: its owners join those of every rule that
    may match the same file. Raises `UsageError` where the markers do not fit.
    """
    before, after = _around_the_block(text)
    made = [
        f"{_BEGIN}. Made from {rules.source} by `qgate codeowners generate`: edit it there.",
        *formatted("".join(_rules(rules))).split("\n")[:-1],
        f"{_END}.",
    ]
    end = _line_end(text)
    block = "".join(f"{line}{end}" for line in made)
    gap = end if before and not before.endswith(("\n\n", "\n\r\n")) and _BEGIN not in text else ""
    return f"{before}{gap}{block}{after}"


def _line_end(text: str) -> str:
    """What a file with the other line ends throughout keeps."""
    is_windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    return "\r\n" if is_windows else "\n"


def _around_the_block(text: str) -> tuple[str, str]:
    split = text.split("\n")
    bare = [line.removeprefix("\ufeff") for line in split]
    begins = [number for number, line in enumerate(bare) if line.startswith(_BEGIN)]
    ends = [number for number, line in enumerate(bare) if line.startswith(_END)]
    if not begins and not ends:
        return text if not text or text.endswith("\n") else text + _line_end(text), ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise UsageError(
            f"the lines `{_BEGIN}` and `{_END}` do not make one block",
            hint="leave one of each, in this order, or none",
        )
    before = "".join(f"{line}\n" for line in split[: begins[0]])
    mark = "\ufeff" * split[begins[0]].startswith("\ufeff")
    return mark + before, "\n".join(split[ends[0] + 1 :])


def _rules(rules: ReviewRules) -> Iterator[str]:
    # The last rule that matches wins, so that requirements stand first, for files that no owners'
    # rule matches, and every rule carries the owners of those that may meet it.
    patterns = {each.pattern for each in rules.owners}
    apart = [each for each in rules.require if each.pattern not in patterns]
    every: tuple[OwnerRule | Requirement, ...] = (*apart, *rules.owners)
    for number, each in enumerate(every, -len(apart)):
        owners = distinct((*each.owners, *_of_others(number, each, rules)))
        try:
            pattern = escaped(each.pattern)
        except InvalidPattern as error:
            hint = "name the file with `?` in place of it"
            raise UsageError(f"{each.place}: {error}", hint=hint) from error
        yield " ".join((pattern, *owners)) + "\n"


def _of_others(number: int, rule: OwnerRule | Requirement, rules: ReviewRules) -> Iterator[str]:
    """The owners of requirements for files that the rule of this number may decide."""
    for each in rules.require:
        if each is not rule and number >= _first(each, rules) and _may_meet(rule, each):
            yield from each.owners


def _first(requirement: Requirement, rules: ReviewRules) -> int:
    """The number of the last rule that matches whatever the requirement does.

    The rules above it decide none of its files. Below zero where there is none.
    """
    numbers = [
        number
        for number, rule in enumerate(rules.owners)
        if rule.pattern == requirement.pattern or is_everything(rule.pattern)
    ]
    return max(numbers, default=-len(rules.require))


def _may_meet(one: OwnerRule | Requirement, other: Requirement) -> bool:
    """Whether a file could match both: not if they begin with different folders."""
    starts = [compile_lenient(each.pattern).literal_start for each in (one, other)]
    return all(mine == theirs for mine, theirs in zip(*starts, strict=False))
