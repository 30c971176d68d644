"""Every setting of qgate, declared once: type, default, kind, and what makes it stricter.

The settings reference, the JSON Schema, `qgate config show`, the environment's names and the
comparison with the base's policy are all read from these declarations.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qgate.config import kinds, reviewers, tools
from qgate.config.documents import DocumentSettings
from qgate.config.kinds import Kind, WrongValue
from qgate.config.options import Bar, Option, choice, option, section
from qgate.config.reviewers import SelectSettings
from qgate.config.tools import Fields
from qgate.config.waivers import WAIVERS, Waiver
from qgate.model.tool import Blocks
from qgate.parse.yaml_tree import Located

if TYPE_CHECKING:
    # Twelve milliseconds for rules that few repositories have.
    from qgate.model.owners import OwnerRule, Requirement

T = TypeVar("T")

DEFAULT_EXCLUDE: Final = (
    *("test/", "tests/", "test_*.py", "*_test.py", "conftest.py", "__tests__/"),
    *("*.test.js", "*.test.jsx", "*.test.ts", "*.test.tsx", "*.spec.js", "*.spec.ts"),
    *("*_test.go", "src/test/"),
    *("*_pb2.py", "*_pb2_grpc.py", "*.pb.go", "*.min.js"),
)


def _read_service(at: Located) -> str:
    text: str = kinds.TEXT.read(at)
    if text in {"pypi", "osv"} or re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
        return text
    raise WrongValue("expected pypi, osv or an address such as https://osv.example.com", at)


def _tools() -> tuple[str, ...] | None:
    return option(
        None,
        kinds.optional(kinds.TEXTS),
        Bar.BASE,
        "The tools that run, by name. Default: those that the repository is set up for.",
    )


def _blocks(default: str) -> str:
    return choice(
        default,
        *Blocks,
        text="Which findings block: those on changed lines, those that the base does not have, or "
        "all. A tool's own `blocks` comes first.",
    )


def _level() -> str:
    return choice(
        "warning",
        *("error", "warning", "note"),
        text="The least level, in the tool's own words, of a finding that blocks.",
    )


def _timeout() -> int | None:
    return option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.FREE,
        "The most seconds that a tool may take. Default: 60, in CI 300.",
    )


def _enabled() -> bool:
    return option(default=True, kind=kinds.SWITCH, bar=Bar.HIGHER, text="Whether the gate runs.")


def _written(text: str) -> bool:
    return option(default=True, kind=kinds.SWITCH, bar=Bar.BASE, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSettings:
    """`gates.coverage`: changed code is covered at 90 % or more."""

    enabled: bool = _enabled()
    threshold: Fraction = option(
        Fraction(90),
        kinds.PERCENT,
        Bar.HIGHER,
        "The least percentage of changed statements that must be covered; exactly this passes.",
    )
    partial: str = choice(
        *("hit", "hit", "ratio", "miss"),
        text="What a statement counts as whose branches were not all taken: a hit (listed as a "
        "warning), the ratio of taken exits, or a miss.",
    )
    branch_min: Fraction | None = option(
        None,
        kinds.optional(kinds.PERCENT),
        Bar.HIGHER,
        "The least percentage of branch exits taken in changed statements.",
    )
    moved: str = choice(
        *("count", "ignore", "count"),
        text="Whether three or more statements moved within the change count.",
    )
    max_missing: int | None = option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.LOWER,
        "The most changed statements that may be missing, whatever the percentage.",
    )
    min_statements: int = option(
        0,
        kinds.COUNT,
        Bar.LOWER,
        "With fewer changed statements than this the percentages are reported, not judged.",
    )
    per_file_min: Fraction | None = option(
        None,
        kinds.optional(kinds.PERCENT),
        Bar.HIGHER,
        "The least percentage in each changed file by itself.",
    )
    excluded_changed_max: int | None = option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.LOWER,
        "The most changed statements that pragmas or configuration may exclude.",
    )
    include: tuple[str, ...] = option(
        ("*.py",),
        kinds.PATTERNS,
        Bar.BASE,
        "Files that must be measured, beside every file that a report knows and every file "
        "with the suffix of one.",
    )
    exclude: tuple[str, ...] = option(
        DEFAULT_EXCLUDE,
        kinds.PATTERNS,
        Bar.BASE,
        "Changed files that are not judged: tests and generated files. Replaces the default.",
    )
    report: tuple[str, ...] = option(
        (),
        kinds.TEXTS,
        Bar.FREE,
        "Coverage reports to read, merged; patterns of the shell are allowed. Empty: look in "
        "the usual places.",
    )
    expect_reports: int | None = option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.HIGHER,
        "How many report files there must be, so that a lost shard is noticed.",
    )
    config: str | None = option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.BASE,
        "The configuration file of coverage.py, where it is none of the usual ones.",
    )
    command: tuple[str, ...] | None = option(
        None,
        kinds.optional(kinds.COMMAND),
        Bar.FREE,
        "A command that runs the tests and writes the reports, run before judging.",
    )
    timeout: int = option(3600, kinds.COUNT, Bar.FREE, "The most seconds that `command` may take.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """`gates.lint`: what linters and formatters say of changed lines."""

    enabled: bool = _enabled()
    tools: tuple[str, ...] | None = _tools()
    blocks: str = _blocks("changed-lines")
    level: str = _level()
    timeout: int | None = _timeout()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesSettings:
    """`gates.types`: what type checkers say that they did not say of the base."""

    enabled: bool = _enabled()
    tools: tuple[str, ...] | None = _tools()
    blocks: str = _blocks("new")
    level: str = _level()
    timeout: int | None = _timeout()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """`gates.audit`: known vulnerabilities that this change brought in."""

    enabled: bool = _enabled()
    tools: tuple[str, ...] | None = _tools()
    blocks: str = _blocks("new")
    level: str = _level()
    timeout: int | None = _timeout()
    service: str = option(
        "pypi",
        Kind(_read_service, kinds.TEXT.schema),
        Bar.BASE,
        "Who is asked about Python packages: pypi, osv, or the address of an OSV service.",
    )
    severity: str = choice(
        "moderate",
        *("critical", "high", "moderate", "low"),
        text="The least severity that blocks; one that nobody knows blocks always.",
    )
    source: str = option(
        "files",
        kinds.one_of("files", "environment"),
        Bar.BASE,
        "What is audited: the dependency files, or what the project's environment has installed.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsGateSettings:
    """`gates.documents`: the process documents stay true."""

    enabled: bool = _enabled()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistSettings:
    """`gates.checklist`: the list in a pull request's body is answered."""

    enabled: bool = _enabled()
    list: str | None = option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.BASE,
        "The checklist that the body of a pull request must hold, by name. Default: none.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalsSettings:
    """`gates.approvals`: the approvals that files and policy ask for are there."""

    enabled: bool = _enabled()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """`gates`: one section for each gate."""

    coverage: CoverageSettings = section(CoverageSettings)
    lint: LintSettings = section(LintSettings)
    types: TypesSettings = section(TypesSettings)
    audit: AuditSettings = section(AuditSettings)
    documents: DocumentsGateSettings = section(DocumentsGateSettings)
    checklist: ChecklistSettings = section(ChecklistSettings)
    approvals: ApprovalsSettings = section(ApprovalsSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """`publish`: what the trusted job writes to a pull request."""

    comment: bool = _written("Whether one comment says what is wrong.")
    reviewers: bool = _written("Whether the reviewers of the plan are asked.")
    status: bool = _written("Whether the commit status `qgate` is set.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """`run`: how much at once, and for how long."""

    jobs: int | None = option(
        None,
        kinds.optional(kinds.COUNT),
        Bar.FREE,
        "How many programs may run side by side. Default: the processors that this run may use.",
    )
    deadline: int = option(
        7200,
        kinds.COUNT,
        Bar.FREE,
        "The most seconds that all tools and commands may take together.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole of `.qgate.yml`."""

    version: int = option(
        1, Kind(kinds.one_version, {"const": 1}), Bar.FREE, "The version of this file's format."
    )
    base: str | None = option(
        None,
        kinds.optional(kinds.TEXT),
        Bar.FREE,
        "The branch a change is compared with outside CI. Default: the remote's default branch.",
    )
    gates: GateSettings = section(GateSettings)
    tools: tuple[tuple[str, Fields], ...] = option(
        (),
        tools.SECTION,
        Bar.FREE,
        "Tools of the repository's own, and changes to the shipped ones, by name.",
    )
    documents: DocumentSettings = section(DocumentSettings)
    owners: "tuple[OwnerRule, ...]" = option(
        (),
        reviewers.RULES,
        Bar.BASE,
        "Who owns which files: patterns to owners, the last that matches wins. Default: those of "
        "CODEOWNERS.",
    )
    require: "tuple[Requirement, ...]" = option(
        (),
        reviewers.REQUIREMENTS,
        Bar.BASE,
        "Approvals that files ask for beside their owners', by pattern; all that match apply.",
    )
    notify: "tuple[OwnerRule, ...]" = option(
        (),
        reviewers.RULES,
        Bar.BASE,
        "Who is told of changes in which files, and not asked; all patterns that match apply.",
    )
    select: SelectSettings = section(SelectSettings)
    publish: PublishSettings = section(PublishSettings)
    waivers: tuple[Waiver, ...] = option(
        (),
        WAIVERS,
        Bar.COMMON,
        "Findings that somebody answers for until a day: rule, reason, by, until, and a path.",
    )
    run: RunSettings = section(RunSettings)


def options(of: type[Any] = Settings, prefix: str = "") -> Iterator[tuple[str, Option, Any]]:
    """Key, declaration and default of every setting, in order of declaration."""
    for item in fields(of):
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


def build(values: dict[str, Any], of: type[T] = Settings, prefix: str = "") -> T:  # type: ignore[assignment]
    """The settings with these values by dotted key; defaults for the rest."""
    arguments: dict[str, Any] = {}
    for item in fields(of):  # type: ignore[arg-type]  # every section is a dataclass
        key = f"{prefix}{item.name}"
        if "option" not in item.metadata:
            arguments[item.name] = build(values, item.default_factory, f"{key}.")  # type: ignore[arg-type]
        elif key in values:
            arguments[item.name] = values[key]
    return of(**arguments)
