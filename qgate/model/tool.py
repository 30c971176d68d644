"""Tools as data: what a definition says, what a run printed, and what could be read from it."""

from dataclasses import dataclass
from enum import StrEnum


class Blocks(StrEnum):
    """Which findings of a tool block, from lax to strict (docs/explanation/what-blocks.md)."""

    CHANGED_LINES = "changed-lines"
    NEW = "new"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One definition, as rules/tools/NAME.yml writes it (docs/reference/tools.md).

    - `command`: an argument list. `{files}` becomes the changed files that match `files`; a tool
      without it runs once for the whole project, which `{project}` stands for where it has to be
      named. `{cache}` is a folder of the tool's own outside the repository, `{python}` the
      project's interpreter. An audit of Python packages gets `{source}` and `{service}`.
    - `files`: patterns of the files that it judges; `reads`: of others whose content can change
      its answer, such as every module for a type checker;
    - `output`: how to read what it prints, a name in `qgate.parse.findings`; `pattern`: for
      `regex`;
    - `stream`: which stream is read, `stdout`, `stderr` or `both`;
    - `ran`: the exit codes that mean "ran";
    - `config`: names of its configuration files, looked for beside each file and in every folder
      above (`~/` in front: in the home folder); `extends`: a regular expression whose first group
      is the path of a further file that such a file takes in;
    - `when`: what shows that a project uses it: `ruff.toml`, or `pyproject.toml[tool.ruff]`;
    - `stdin`: arguments that take the place of `{files}` to judge one file's content on standard
      input, `{file}` being its name;
    - `shadow`: arguments that make it read `{copy}` in place of `{file}`;
    - `links`: ignored folders, such as node_modules, that a copy of the project needs as well;
    - `environment`: further variables that reach it; `variables`: values set for it;
    - `timeout`: seconds; `severity`: the floor where a finding has one;
    - `install`: how to get it, for people; `about`: where its rules are explained, `{rule}` being
      the rule.
    """

    name: str
    gate: str
    command: tuple[str, ...]
    files: tuple[str, ...]
    output: str
    reads: tuple[str, ...] = ()
    pattern: str = ""
    stream: str = "stdout"
    ran: tuple[int, ...] = (0, 1)
    version: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    extends: str = ""
    when: tuple[str, ...] = ()
    blocks: Blocks | None = None
    timeout: int | None = None
    network: bool = False
    mutates: bool = False
    stdin: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    install: str = ""
    about: str = ""

    @property
    def is_per_file(self) -> bool:
        """Whether it is given the changed files, not the whole project."""
        return "{files}" in self.command

    @property
    def audits_sources(self) -> bool:
        """Whether it is given dependency files one by one, as pip-audit is."""
        return "{source}" in self.command


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool printed, decoded nowhere yet. `folder` is where it ran, absolute."""

    stdout: bytes
    stderr: bytes
    code: int
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinding:
    """One finding as the tool gave it, before anybody asked whether it blocks.

    `path` is as the tool wrote it, absolute or relative to where it ran. Lines and columns are
    1-based; 0 means unknown, or the file as a whole. `is_parse_error` says that the tool could
    not read the file as its language. `severity` is in the tool's own scale, lower case;
    `subject` is what it is about where that is no place, such as a dependency's name.
    """

    path: str
    rule: str
    message: str
    line: int = 0
    end_line: int = 0
    column: int = 0
    level: str = "error"
    is_parse_error: bool = False
    severity: str = ""
    aliases: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Something the tool says it did not judge: a dependency, an unreadable file."""

    name: str
    reason: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class ToolReading:
    """All that one run's output holds.

    `judged` names what was looked at, by a tool that says so: `jinja2 2.10`.
    """

    findings: tuple[ToolFinding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    judged: tuple[str, ...] = ()
