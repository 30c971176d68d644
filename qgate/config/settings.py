"""Every setting of qgate, declared once: type, default, kind, and what makes it stricter.

The settings reference, the JSON Schema, `qgate config show`, the environment's names and the
comparison with the base's policy are all read from these declarations.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from fractions import Fraction
from typing import Any, Final, TypeVar

from qgate.config import kinds
from qgate.config.kinds import Kind


class Bar(Enum):
    """How a change of a setting moves the bar that a change has to pass.

    With `HIGHER` and `LOWER` that direction is stricter and the stricter of base and head
    holds (a value that is not set is the laxest, for `HIGHER` as for `LOWER`). With
    `BASE` the two cannot be ordered and the base's holds. `FREE` settings say where things
    are, not what is demanded.
    """

    HIGHER = "higher"
    LOWER = "lower"
    BASE = "base"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of a setting beside its type; `order` lists words from lax to strict."""

    kind: Kind
    bar: Bar
    help: str
    order: tuple[str, ...] = ()


T = TypeVar("T")


def _option(default: T, kind: Kind, bar: Bar, text: str) -> T:
    return field(default=default, metadata={"option": Option(kind, bar, text)})


def _choice(default: str, *lax_to_strict: str, text: str) -> str:
    option = Option(kinds.one_of(*lax_to_strict), Bar.HIGHER, text, lax_to_strict)
    return field(default=default, metadata={"option": option})


def _section(of: type[T]) -> T:
    return field(default_factory=of)


DEFAULT_EXCLUDE: Final = (
    *("test/", "tests/", "test_*.py", "*_test.py", "conftest.py", "__tests__/"),
    *("*.test.js", "*.test.jsx", "*.test.ts", "*.test.tsx", "*.spec.js", "*.spec.ts"),
    *("*_test.go", "src/test/"),
    *("*_pb2.py", "*_pb2_grpc.py", "*.pb.go", "*.min.js"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSettings:
    """`gates.coverage`: changed code is covered at 90 % or more."""

    enabled: bool = _option(
        default=True, kind=kinds.SWITCH, bar=Bar.HIGHER, text="Whether the gate runs."
    )
    threshold: Fraction = _option(
        Fraction(90),
        kinds.PERCENT,
        Bar.HIGHER,
        "The least percentage of changed statements that must be covered; exactly this passes.",
    )
    partial: str = _choice(
        *("hit", "hit", "ratio", "miss"),
        text="What a statement counts as whose branches were not all taken: a hit (listed as a "
        "warning), the ratio of taken exits, or a miss.",
    )
    branch_min: Fraction | None = _option(
        None,
        kinds.optional(kinds.PERCENT),
        Bar.HIGHER,
        "The least percentage of branch exits taken in changed statements.",
    )
    moved: str = _choice(
        *("count", "ignore", "count"),
        text="Whether three or more statements moved within the change count.",
    )
    max_missing: int | None = _option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.LOWER,
        "The most changed statements that may be missing, whatever the percentage.",
    )
    min_statements: int = _option(
        0,
        kinds.COUNT,
        Bar.LOWER,
        "With fewer changed statements than this the percentages are reported, not judged.",
    )
    per_file_min: Fraction | None = _option(
        None,
        kinds.optional(kinds.PERCENT),
        Bar.HIGHER,
        "The least percentage in each changed file by itself.",
    )
    excluded_changed_max: int | None = _option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.LOWER,
        "The most changed statements that pragmas or configuration may exclude.",
    )
    include: tuple[str, ...] = _option(
        ("*.py",),
        kinds.PATTERNS,
        Bar.BASE,
        "Files that must be measured, beside every file that a report knows and every file "
        "with the suffix of one.",
    )
    exclude: tuple[str, ...] = _option(
        DEFAULT_EXCLUDE,
        kinds.PATTERNS,
        Bar.BASE,
        "Changed files that are not judged: tests and generated files. Replaces the default.",
    )
    report: tuple[str, ...] = _option(
        (),
        kinds.TEXTS,
        Bar.FREE,
        "Coverage reports to read, merged; patterns of the shell are allowed. Empty: look in "
        "the usual places.",
    )
    expect_reports: int | None = _option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.HIGHER,
        "How many report files there must be, so that a lost shard is noticed.",
    )
    config: str | None = _option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.BASE,
        "The configuration file of coverage.py, where it is none of the usual ones.",
    )
    command: tuple[str, ...] | None = _option(
        None,
        kinds.optional(kinds.COMMAND),
        Bar.FREE,
        "A command that runs the tests and writes the reports, run before judging.",
    )
    timeout: int = _option(3600, kinds.COUNT, Bar.FREE, "The most seconds that `command` may take.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """`gates`: one section for each gate."""

    coverage: CoverageSettings = _section(CoverageSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole of `.qgate.yml`."""

    version: int = _option(
        1, Kind(kinds.one_version, {"const": 1}), Bar.FREE, "The version of this file's format."
    )
    base: str | None = _option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.FREE,
        "The branch a change is compared with outside CI. Default: the remote's default branch.",
    )
    gates: GateSettings = _section(GateSettings)


def options(section: type[Any] = Settings, prefix: str = "") -> Iterator[tuple[str, Option, Any]]:
    """Key, declaration and default of every setting, in order of declaration."""
    for item in fields(section):
        if "option" in item.metadata:
            yield f"{prefix}{item.name}", item.metadata["option"], item.default
        else:
            yield from options(item.default_factory, f"{prefix}{item.name}.")  # type: ignore[arg-type]


def value_of(settings: Settings, key: str) -> Any:
    """The value of a dotted key."""
    value: Any = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value


def build(values: dict[str, Any], section: type[T] = Settings, prefix: str = "") -> T:  # type: ignore[assignment]
    """The settings with these values by dotted key; defaults for the rest."""
    arguments: dict[str, Any] = {}
    for item in fields(section):  # type: ignore[arg-type]  # every section is a dataclass
        key = f"{prefix}{item.name}"
        if "option" not in item.metadata:
            arguments[item.name] = build(values, item.default_factory, f"{key}.")  # type: ignore[arg-type]
        elif key in values:
            arguments[item.name] = values[key]
    return section(**arguments)
