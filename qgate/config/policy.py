"""A change is judged by the stricter of its own policy and its base's.

Otherwise a pull request could lower the bar that it has to pass. What a person at the command
line sets (environment, flag) is their word and stays.
"""

from dataclasses import dataclass
from typing import Any

from qgate.config.load import Layer, Loaded
from qgate.config.options import Bar, Option
from qgate.config.settings import Settings, build, options, value_of


@dataclass(frozen=True, slots=True)
class Weakening:
    """A setting that this change makes laxer, or just different where no order exists.

    `head` and `base` are both values as people know them, empty for lists of patterns.
    """

    key: str
    place: str
    head: str = ""
    base: str = ""

    @property
    def message(self) -> str:
        """One sentence for people."""
        if not self.base:
            return f"this change sets {self.key}; judged by what holds at its base"
        return (
            f"this change sets {self.key} to {self.head}; judged by {self.base}, which holds "
            "at its base"
        )


def judged_by(base: Settings, head: Loaded) -> tuple[Settings, tuple[Weakening, ...]]:
    """The settings to judge by, and what the change tried to weaken."""
    values: dict[str, Any] = {}
    weakened = []
    for key, option, _ in options():
        ours, theirs = value_of(head.settings, key), value_of(base, key)
        values[key] = ours
        is_persons_word = head.origin(key).layer in {Layer.ENVIRONMENT, Layer.FLAG}
        if is_persons_word:
            continue
        if option.bar is Bar.COMMON:
            values[key] = tuple(each for each in ours if each in theirs)
            if values[key] != ours:
                weakened.append(Weakening(key, head.origin(key).place))
        elif _is_weaker(ours, theirs, option):
            values[key] = theirs
            place = head.origin(key).place
            shown = () if option.bar is Bar.BASE else map(option.kind.show, (ours, theirs))
            weakened.append(Weakening(key, place, *shown))
    return build(values), tuple(weakened)


def _is_weaker(ours: Any, theirs: Any, option: Option) -> bool:
    if ours == theirs or option.bar is Bar.FREE:
        return False
    if option.bar is Bar.BASE or theirs is None or ours is None:
        return option.bar is Bar.BASE or ours is None
    if option.order:
        return option.order.index(ours) < option.order.index(theirs)
    return bool(ours < theirs) if option.bar is Bar.HIGHER else bool(ours > theirs)
