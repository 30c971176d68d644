"""Rules about reviewers as settings: owners, requirements, notices, and who of many is asked.

The same keys stand in `.qgate.yml` or, alone, in `.qgate/rules/reviewers.yml`. A mapping goes from
a pattern to owners, in the order that decides: the last pattern that matches a file wins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qgate.config import kinds
from qgate.config.kinds import Kind
from qgate.config.options import Bar, option
from qgate.parse.yaml_tree import Located

KEYS: Final = ("owners", "require", "notify", "select")
FILE_NAME: Final = ".qgate/rules/reviewers.yml"

_EVENTS: Final = ("opened", "reopened", "ready_for_review", "synchronize")


def _reader(name: str) -> Callable[[Located], Any]:
    """A function of `review_rules`, found when it is called: few repositories have such rules."""

    def read(at: Located) -> Any:
        from qgate.config import review_rules  # noqa: PLC0415

        return getattr(review_rules, name)(at)

    return read


_OWNERS_SCHEMA: Final = {
    "anyOf": [
        {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "string", "minLength": 1}},
    ]
}
_RULES_SCHEMA: Final = {"type": ["object", "null"], "additionalProperties": _OWNERS_SCHEMA}
_REQUIREMENT_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "any_of": _OWNERS_SCHEMA,
        "all_of": _OWNERS_SCHEMA,
        "count": {"type": "integer", "minimum": 1},
        "except": kinds.PATTERNS.schema,
        "block": kinds.SWITCH.schema,
        "dismiss_stale": kinds.SWITCH.schema,
    },
}


def _show(rules: Sequence[Any]) -> str:
    shown = ", ".join(f"{each.pattern}: {' '.join(each.owners) or 'nobody'}" for each in rules)
    return shown or "none"


RULES: Final = Kind(_reader("read_rules"), _RULES_SCHEMA, _show)
REQUIREMENTS: Final = Kind(
    _reader("read_requirements"),
    {
        "type": ["object", "null"],
        "additionalProperties": {"anyOf": [*_OWNERS_SCHEMA["anyOf"], _REQUIREMENT_SCHEMA]},
    },
    _show,
)


_EVENT: Final = {"enum": list(_EVENTS)}
_EVENTS_SCHEMA: Final = {"anyOf": [_EVENT, {"type": "array", "items": _EVENT}]}


def _events(at: Located) -> tuple[str, ...]:
    items = at.value if isinstance(at.value, tuple) else (at,)
    return kinds.read_each(items, kinds.one_of(*_EVENTS).read)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectSettings:
    """`select`: how many of the owners are asked, and which."""

    per_rule: int | None = option(
        2,
        kinds.optional(Kind(_reader("read_count"), {**kinds.COUNT.schema, "minimum": 1})),
        Bar.BASE,
        "How many owners are asked for each rule that the change touches; null: all of them.",
    )
    cap: int | None = option(
        6,
        kinds.optional(kinds.COUNT),
        Bar.BASE,
        "The most that are asked in all; null: no cap. What `require` waits for is outside it.",
    )
    strategy: str = option(
        "balanced",
        kinds.one_of("balanced", "listed"),
        Bar.BASE,
        "Who is asked first: balanced (who owns most of the change, then who has least to do), or "
        "listed (as the rule lists them).",
    )
    exclude: tuple[str, ...] = option(
        (),
        Kind(_reader("read_owners"), _OWNERS_SCHEMA, lambda owners: " ".join(owners) or "nobody"),
        Bar.BASE,
        "Owners who are never asked, such as bots and people on leave.",
    )
    events: tuple[str, ...] = option(
        _EVENTS,
        Kind(_events, _EVENTS_SCHEMA, ", ".join),
        Bar.BASE,
        "The events of a pull request on which reviewers are asked.",
    )
    drafts: bool = option(
        default=False, kind=kinds.SWITCH, bar=Bar.BASE, text="Whether drafts ask for reviewers."
    )
    blame: bool = option(
        default=False,
        kind=kinds.SWITCH,
        bar=Bar.BASE,
        text="Whether recent authors of the touched lines are suggested; nobody is asked for it.",
    )
