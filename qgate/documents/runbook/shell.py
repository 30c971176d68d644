"""What stands in a fenced block of shell: its commands, and whether they end.

Quotes are followed as a POSIX shell does, with `$(...)` inside of them, `$'...'`, comments and
here-documents; nothing is run. It is more than `shlex` knows, which would refuse a quote inside of
`"$(...)"`, and less than a shell's grammar: an unclosed `if` passes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# The first word behind a fence's mark.
SHELLS: Final = frozenset(
    {"sh", "bash", "zsh", "shell", "console", "terminal", "shell-session", "sh-session"}
)
_PROMPT: Final = re.compile(r"\s*(?:\[?[\w.-]+@[\w.-]+[^\s$#]*(?: [^\s$#]+)?\]?\s?)?\$ ")
_HERE: Final = re.compile(r"<<(-?)\s*(['\"]?)\\?([A-Za-z_][\w.-]*)\2")
_ROUND: Final = frozenset({"$(", "("})
_MOST: Final = 200_000


@dataclass(frozen=True, slots=True)
class Command:
    """A line as a shell takes it, continuations joined; `line` is its first, 1-based.

    `bare` is what it says without comments and here-documents. `unclosed` is what does not end,
    such as `"`, and `unclosed_line` where it begins; empty and 0 otherwise.
    """

    bare: str
    line: int
    unclosed: str = ""
    unclosed_line: int = 0


def is_shell(info: str) -> bool:
    """Whether a fence's info string says that it holds shell."""
    words = re.split(r"[\s{,]", info.strip().lower(), maxsplit=1)
    return words[0] in SHELLS


def commands(text: str, first_line: int) -> tuple[Command, ...]:
    """The commands of a block whose text begins on `first_line`.

    Where lines begin with the prompt `$ ` only those are commands, and the rest is their output.
    """
    lines = text[:_MOST].split("\n")
    if any(_PROMPT.match(line) for line in lines):
        return tuple(_of_session(lines, first_line))
    return tuple(_of_script(lines, first_line))


def _of_script(lines: list[str], first_line: int) -> Iterator[Command]:
    at = 0
    while at < len(lines):
        command, at = _one(lines, at, len(lines), first_line)
        if command.bare.strip():
            yield command


def _of_session(lines: list[str], first_line: int) -> Iterator[Command]:
    starts = [n for n, line in enumerate(lines) if _PROMPT.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        lines[start] = _PROMPT.sub("", lines[start], count=1)
        command, _ = _one(lines, start, end, first_line)
        if command.bare.strip():
            yield command


def _one(lines: list[str], start: int, end: int, first_line: int) -> tuple[Command, int]:
    """The command that begins at `start`, and where the next one can begin, at most at `end`."""
    scanner = _Scanner()
    bare: list[str] = []
    for at in range(start, end):
        if not scanner.line(lines[at], first_line + at, bare):
            end = at + 1
            break
    mark, began = scanner.open[0] if scanner.open else ("", 0)
    return Command("\n".join(bare), first_line + start, mark, began), end


class _Scanner:
    """What is open at the end of a line: marks with their lines, the outermost first."""

    def __init__(self) -> None:
        self.open: list[tuple[str, int]] = []
        self._here: list[tuple[str, bool]] = []

    def line(self, line: str, number: int, bare: list[str]) -> bool:
        """Take one more line; whether the command goes on after it."""
        if self._here:
            word, may_indent = self._here[0]
            if (line.lstrip("\t") if may_indent else line).rstrip() == word:
                self._here.pop(0)
            return bool(self._here or self.open)
        end, is_joined = self._scan(line, number)
        bare.append(line[:end])
        return is_joined or bool(self._here or self.open)

    def _scan(self, line: str, number: int) -> tuple[int, bool]:
        """Where a comment begins, else the line's end; whether a backslash joins the next."""
        at, found = 0, len(line)
        last = len(line.rstrip(" ")) - 1
        here: list[tuple[str, bool]] = []
        while at < len(line):
            character = line[at]
            inside = self.open[-1][0] if self.open else ""
            if inside in {"'", "$'"}:
                if inside == "$'" and character == "\\":
                    at += 1
                elif character == "'":
                    self.open.pop()
            elif character == "\\":
                if at == last:
                    self._here += here
                    return found, True
                at += 1
            elif character == "#" and inside != '"' and (at == 0 or line[at - 1] in " \t;&|("):
                found = at
                break
            elif inside != '"' and (match := _HERE.match(line, at)) and line[at - 1 : at] != "<":
                here.append((match[3], bool(match[1])))
                at = match.end() - 1
            else:
                at += self._mark(line, at, inside, number)
            at += 1
        self._here += here
        return found, False

    def _mark(self, line: str, at: int, inside: str, number: int) -> int:
        """Open or close what the character there opens or closes; what more of the line it took."""
        character, pair = line[at], line[at : at + 2]
        is_quoted = inside == '"'
        if pair == "$(" or (pair == "$'" and not is_quoted):
            self.open.append((pair, number))
            return 1
        if (character == inside and character in '"`') or (character == ")" and inside in _ROUND):
            self.open.pop()
        elif (
            character in '"`'
            or (character == "'" and not is_quoted)
            or (character == "(" and inside in _ROUND)
        ):
            self.open.append((character, number))
        return 0
