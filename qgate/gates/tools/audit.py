"""What sets an audit of Python packages apart: its sources, its service, severities.

pip-audit reads requirements only; what lock files pin is written out for it, exactly pinned, so
that neither an index is asked nor anything installed.
"""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from qgate.errors import Incomplete, MalformedDependencies
from qgate.gates.context import GateContext
from qgate.gates.tools.answers import Answer, Question
from qgate.gates.tools.blocking import Marked
from qgate.gates.tools.calls import Call
from qgate.gates.tools.rules import Rule
from qgate.model.tool import Tool, ToolFinding, ToolReading, Unjudged
from qgate.parse import dependencies
from qgate.parse.dependencies import Dependencies
from qgate.parse.path_index import PathSet
from qgate.system import toolbox
from qgate.system.trees import Tree

SOURCE: Final = "{source}"
_OSV: Final = "https://api.osv.dev"
_SEVERITIES: Final = ("low", "moderate", "high", "critical")
_PROJECT: Final = "pyproject.toml"


def questions(
    context: GateContext, tool: Tool, tree: Tree, name: str, *, timeout: int | None
) -> list[Question]:
    """One question for each dependency file of a side, or one for the environment.

    Raises `Incomplete` for a file that cannot be read.
    """
    if context.settings.gates.audit.source == "environment":
        if name == "base":
            return []  # What was installed then, nobody knows.
        installed = _of_environment(context)
        return [_question(tool, tree, name, "", installed, context, timeout)]
    asked = []
    for path, read in sources(tool, tree).items():
        words = _of_file(context, tool, tree, path, read)
        if words is not None:
            asked.append(_question(tool, tree, name, path, words, context, timeout))
    return asked


def sources(tool: Tool, tree: Tree) -> dict[str, Dependencies]:
    """The dependency files of a side, read. Raises `Incomplete`.

    A pyproject.toml is left out where another file pins what it asks for.
    """
    contents = tree.contents(sorted(PathSet(tool.files).among(tree.paths())))
    found = {path: _read(path, data) for path, data in contents.items()}
    if any(posixpath.basename(path) != _PROJECT for path in found):
        found = {p: read for p, read in found.items() if posixpath.basename(p) != _PROJECT}
    return found


def _question(
    tool: Tool,
    tree: Tree,
    name: str,
    path: str,
    words: tuple[str, ...],
    context: GateContext,
    timeout: int | None,
) -> Question:
    service = _service(context)
    position = tool.command.index(SOURCE)
    arguments = [*tool.command[:position], *words, *tool.command[position + 1 :]]
    if "{service}" in arguments:
        place = arguments.index("{service}")
        arguments[place : place + 1] = service
    call = Call(arguments=tuple(arguments), folder=context.repo.root)
    salt = (path, *service)
    return Question(
        tool=tool, tree=tree, name=name, timeout=timeout, calls=(call,), salt=salt, source=path
    )


def _service(context: GateContext) -> tuple[str, ...]:
    service = context.settings.gates.audit.service
    if service == "pypi":
        return ("--vulnerability-service", "pypi")
    if service == "osv":
        return ("--vulnerability-service", "osv")
    return ("--vulnerability-service", "osv", "--osv-url", f"{service.rstrip('/')}/v1/query")


def _of_file(
    context: GateContext, tool: Tool, tree: Tree, path: str, read: Dependencies
) -> tuple[str, ...] | None:
    """The arguments that audit one file; None where it names nothing that could be."""
    whole = _with_included(tree, path, read)
    folder = context.run.folder()
    if not whole.ranges:
        if not whole.pins:
            return None
        # Read as it is: no index is asked, and a package may have two versions.
        (folder / "pylock.toml").write_text(_locked(whole), "utf-8")
        return ("--locked", str(folder))
    if posixpath.basename(path) == _PROJECT:
        file = folder / "requirements.txt"
        file.write_text("".join(f"{each.text}\n" for each in whole.ranges), "utf-8")
        return ("--requirement", str(file))
    tree.copy(PathSet((*tool.files, "*.txt", "*.in")).among(tree.paths()), folder)
    return ("--requirement", str(folder / path))


def _locked(read: Dependencies) -> str:
    """A lock file (PEP 751) that holds exactly the pins."""
    packages = dict.fromkeys(
        f'[[packages]]\nname = "{pin.name}"\nversion = "{pin.version}"\n' for pin in read.pins
    )
    return 'lock-version = "1.0"\ncreated-by = "qgate"\n' + "".join(packages)


def _with_included(tree: Tree, path: str, read: Dependencies) -> Dependencies:
    """A file with all that it includes. Raises `Incomplete` for one that cannot be read."""
    seen = {path: read}
    waiting = [(path, each) for each in read.includes]
    while waiting:
        source, name = waiting.pop()
        further = posixpath.normpath(posixpath.join(posixpath.dirname(source), name))
        if further not in seen:
            data = tree.content(further)
            if data is None:
                message = f"{source} includes {name}, which is not there"
                raise _unreadable(source, message)
            seen[further] = _read(further, data)
            waiting += [(further, each) for each in seen[further].includes]
    return Dependencies(
        pins=tuple(pin for each in seen.values() for pin in each.pins),
        ranges=tuple(one for each in seen.values() for one in each.ranges),
        unresolvable=tuple(one for each in seen.values() for one in each.unresolvable),
    )


def _read(path: str, data: bytes) -> Dependencies:
    try:
        return dependencies.read(path, data.decode("utf-8-sig"))
    except (MalformedDependencies, UnicodeDecodeError) as error:
        raise _unreadable(path, f"the dependency file {path} cannot be read: {error}") from error


def _unreadable(path: str, message: str) -> Incomplete:
    return Incomplete(
        Rule.UNREADABLE_DEPENDENCIES.slug,
        message,
        path=path,
        hint="mend it, or leave it out of the tool's `files`",
    )


def _of_environment(context: GateContext) -> tuple[str, ...]:
    python = toolbox.interpreter(context.repo.root, context.environ)
    folders = sorted(map(str, python.parent.parent.glob("lib/python3*/site-packages")))
    if not folders:
        raise Incomplete(
            Rule.NOT_JUDGED.slug,
            f"nothing is installed for {python}: there is no environment to audit",
            hint="activate the project's environment, or set gates.audit.source to files",
        )
    return tuple(word for folder in folders for word in ("--path", folder))


def completed_all(
    tool: Tool, tree: Tree, asked: Sequence[Question], results: Sequence[Answer | Incomplete]
) -> Sequence[Answer | Incomplete]:
    """The answers of an audit, each completed."""
    read = {path: _with_included(tree, path, each) for path, each in sources(tool, tree).items()}
    # A file that names nothing an index knows was not asked about, and is not forgotten.
    named = {each.source for each in asked}
    silent = {path: each for path, each in read.items() if path not in named and "" not in named}
    unjudged = tuple(
        replace(one, path=path) for path, each in silent.items() for one in each.unresolvable
    )
    rest = [Answer(tool=tool, reading=ToolReading(unjudged=unjudged))] if unjudged else []
    whole = [
        result
        if isinstance(result, Incomplete) or result.trouble or question.source not in read
        else completed(result, question, read[question.source])
        for question, result in zip(asked, results, strict=True)
    ]
    return [*whole, *rest]


def completed(answer: Answer, question: Question, read: Dependencies) -> Answer:
    """An answer with the places of its findings, and with what it was silent about.

    pip-audit ends well where a dependency was not audited.
    """
    lines = {f"{pin.name} {pin.version}": pin.line for pin in read.pins}
    found = tuple(
        replace(each, path=question.source, line=lines.get(each.subject, 0))
        for each in answer.reading.findings
    )
    said = {*answer.reading.judged, *(each.name for each in answer.reading.unjudged)}
    silent = [
        Unjudged(what, "the answer does not mention it")
        for what in lines
        if what not in said and what.partition(" ")[0] not in said
    ]
    unjudged = (*answer.reading.unjudged, *read.unresolvable, *silent)
    placed = tuple(replace(each, path=question.source) for each in unjudged)
    return replace(answer, reading=ToolReading(found, placed, answer.reading.judged))


def harmless(
    context: GateContext, tool: Tool, marked: Iterable[Marked]
) -> Mapping[ToolFinding, str]:
    """The new findings that do not reach the severity floor, and their severity.

    One whose severity nobody knows is not among them.
    """
    floor = context.settings.gates.audit.severity
    if floor == _SEVERITIES[0]:
        return {}
    below = {}
    for each in marked:
        if each.is_new:
            word = each.finding.severity or (tool.audits_sources and _asked(context, each.finding))
            if word in _SEVERITIES and _SEVERITIES.index(word) < _SEVERITIES.index(floor):
                below[each.finding] = str(word)
    return below


def _asked(context: GateContext, finding: ToolFinding) -> str:
    """An advisory's severity by the OSV service; nothing where nobody can say."""
    from qgate.system import advisories  # noqa: PLC0415 - few need the network's modules

    service = context.settings.gates.audit.service
    url = _OSV if service in {"pypi", "osv"} else service
    name = f"{url} {finding.rule}"
    known = context.cache.load("severity", name)
    if isinstance(known, str):
        return known
    try:
        word = advisories.severity((finding.rule, *finding.aliases), url, advisories.fetch)
    except Incomplete:
        context.watch.never("a severity could not be asked for")
        return ""
    if word:
        context.cache.save("severity", name, word)
    return word or ""
