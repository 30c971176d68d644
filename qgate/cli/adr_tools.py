"""`qgate adr-tools`: the commands of adr-tools, for scripts that call them as `adr`."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from qgate import errors
from qgate.cli.output import write
from qgate.documents.adr import compat
from qgate.documents.adr.naming import plain
from qgate.engine import adr, adr_tools
from qgate.engine.adr import Place
from qgate.errors import UsageError
from qgate.reporters.inert import inert, inert_lines
from qgate.system import editor

_COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "config": (),
    "generate": ("graph", "toc"),
    "help": (),
    "init": (),
    "link": (),
    "list": (),
    "new": (),
    "upgrade-repository": (),
}
_USAGE: Final = {
    "config": "config",
    "generate": "generate toc [-i INTRO] [-o OUTRO] [-p LINK_PREFIX]\n"
    "       adr generate graph [-p LINK_PREFIX] [-e LINK_EXTENSION]",
    "help": "help [COMMAND]",
    "init": "init [DIRECTORY]",
    "link": "link SOURCE LINK TARGET REVERSE-LINK",
    "list": "list",
    "new": "new [-s SUPERCEDED] [-l TARGET:LINK:REVERSE-LINK] TITLE_TEXT...",
    "upgrade-repository": "upgrade-repository",
}
_PASSED_ON: Final = {
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": [],
}
_COLONS: Final = 2


@click.command(name="adr-tools", context_settings=_PASSED_ON)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND [ARG]...")
def command(words: tuple[str, ...]) -> int:
    """Run a COMMAND of adr-tools: init, new, link, list, generate, upgrade-repository or help.

    With a file named `adr` on the PATH that runs `qgate adr-tools "$@"`, scripts written for
    adr-tools run as they are.
    """
    name, arguments = (words[0], list(words[1:])) if words else ("", [])
    match name:
        case "init":
            return _init(arguments)
        case "new":
            return _new(arguments)
        case "link":
            return _link(arguments)
        case "list":
            return _list()
        case "generate":
            return _generate(arguments)
        case "upgrade-repository":
            adr_tools.upgrade(_here())
            return errors.EXIT_PASSED
        case "config":
            # Scripts evaluate this; nothing of ours is a script's to know.
            return errors.EXIT_PASSED
        case "_autocomplete":
            found = compat.completions(arguments, _COMMANDS)
            write(" ".join(found) + "\n")
            return errors.EXIT_PASSED
        case _:
            return _help(arguments if name == "help" else [], is_asked=name == "help")


def _help(arguments: Sequence[str], *, is_asked: bool) -> int:
    usage = [_USAGE[each] for each in arguments[:1] if each in _USAGE]
    for each in usage or sorted(_USAGE.values()):
        write(f"usage: adr {each}\n")
    return errors.EXIT_PASSED if is_asked else errors.EXIT_FAILED


def _init(arguments: Sequence[str]) -> int:
    at, path = adr_tools.init(Path.cwd(), arguments[0] if arguments else "", _day())
    _say(at, path)
    return errors.EXIT_PASSED


def _new(arguments: list[str]) -> int:
    links: list[adr_tools.Link] = []
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option == "--":
            break
        # `-s2` as well as `-s 2`.
        short, value = option[:2], option[2:]
        if short not in {"-s", "-l"} or not (value or arguments):
            raise UsageError(f"{option}: there is no such option", hint=_USAGE["new"])
        value = value or arguments.pop(0)
        links.append(adr_tools.superseding(value) if short == "-s" else _reverse(value))
    title = plain(" ".join(arguments))
    if not title:
        click.echo("ERROR: no title given", err=True)
        return errors.EXIT_FAILED
    at = _here()
    named = os.environ.get("ADR_TEMPLATE")
    path = adr_tools.new(at, title, _day(), links, Path(named) if named else None)
    if os.environ.get("VISUAL") or os.environ.get("EDITOR"):
        editor.edit(Path(os.path.relpath(at.root / path)), os.environ, keeps_output=True)
    _say(at, path)
    return errors.EXIT_PASSED


def _reverse(value: str) -> adr_tools.Link:
    parts = [part.strip() for part in value.split(":")]
    if len(parts) != _COLONS + 1 or not all(parts):
        raise UsageError(f"-l {value}: expected TARGET:LINK:REVERSE-LINK", hint=_USAGE["new"])
    return adr_tools.Link(parts[0], parts[1], parts[2])


def _link(arguments: Sequence[str]) -> int:
    if len(arguments) != 4:  # noqa: PLR2004 - as the usage says
        raise UsageError("expected four words", hint=_USAGE["link"])
    source, words, target, reverse = arguments
    adr_tools.link(_here(), source, words, target, reverse)
    return errors.EXIT_PASSED


def _list() -> int:
    at = _here()
    if not at.path.is_dir():
        click.echo(f"The {inert(at.folder)} directory does not exist", err=True)
        return errors.EXIT_FAILED
    for path in adr_tools.files(at):
        _say(at, path)
    return errors.EXIT_PASSED


def _generate(arguments: list[str]) -> int:
    if not arguments:
        write("".join(f"{each}\n" for each in _COMMANDS["generate"]))
        return errors.EXIT_PASSED
    report, *rest = arguments
    if report not in _COMMANDS["generate"]:
        raise UsageError(f"{report}: there is no such report", hint=_USAGE["generate"])
    options = dict(zip(rest[::2], rest[1::2], strict=False))
    known = {"-p", "-e"} if report == "graph" else {"-p", "-i", "-o"}
    if len(rest) % 2 or not options.keys() <= known:
        raise UsageError(f"{' '.join(rest)}: not understood", hint=_USAGE["generate"])
    at = _here()
    numbered = set(adr_tools.files(at))
    index = adr.shelf_of(at).index
    if report == "graph":
        text = compat.graph(index, options.get("-p", ""), options.get("-e", ".html"))
    else:
        intro, outro = (_read(options.get(each)) for each in ("-i", "-o"))
        records = (each for each in index.records if each.path in numbered)
        text = compat.toc(records, options.get("-p", ""), intro, outro)
    write(inert_lines(text))
    return errors.EXIT_PASSED


def _read(name: str | None) -> str:
    try:
        return Path(name).read_text("utf-8") if name else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {name}: {error}", hint="it must be UTF-8 text") from error


def _here() -> Place:
    return adr_tools.find(Path.cwd())


def _say(at: Place, path: str) -> None:
    write(f"{inert(os.path.relpath(at.root / path))}\n")


def _day() -> str:
    """`ADR_DATE` as it is, else today by UTC."""
    return os.environ.get("ADR_DATE") or datetime.now(UTC).date().isoformat()
