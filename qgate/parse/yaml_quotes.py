"""What people write in rules about reviewers and YAML does not take for text.

`client/**: [@frontend-team, @tech-lead]` is not YAML: `@` is reserved, and a key that begins with
`*` is an alias. Here PyYAML's own scanner is told to take both for plain text, so that everything
around them, and every place that an error names, is as for any other text.

A value such as `*name` could be an alias; it is left alone and refused as one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

# An alias and nothing behind it, which is no key.
_ALIAS: Final = re.compile(r"\*[A-Za-z0-9_-]+[ \t]*(?:[\r\n\x85\u2028\u2029\0,\]}]|[ \t]#|$)")
_BLANK_LINE: Final = re.compile(r"[ \t]*(?:[\r\n\x85\u2028\u2029\0#]|$)")
_IN_PLAIN: Final = {"?": "x", "\t": " "}


class LenientLoader(yaml.SafeLoader):
    """PyYAML's safe loader, for which text may begin with `@` or `*`. Some 20 times slower than C.

    It is used where the strict one gave up.
    """

    _in_plain = False

    def peek(self, index: int = 0) -> str:
        """The character there; inside of plain text what libyaml takes it for.

        There a `?` is one like any other, and a tab is a blank.
        """
        character: str = super().peek(index)
        return _IN_PLAIN.get(character, character) if self._in_plain else character

    def scan_plain(self) -> yaml.ScalarToken:
        """A plain scalar, whose text is not taken from `peek`."""
        self._in_plain = True
        try:
            return super().scan_plain()
        finally:
            self._in_plain = False

    def scan_to_next_token(self) -> None:
        """Past blanks: also past tabs where they do not indent, as libyaml does."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (
            self.flow_level
            or not self.allow_simple_key
            or _BLANK_LINE.match(self.buffer, self.pointer)
        ):
            self.forward()
            super().scan_to_next_token()

    def check_plain(self) -> bool:
        """Whether plain text begins here."""
        return self.peek() == "@" or bool(super().check_plain())

    def fetch_alias(self) -> None:
        """An alias, or text that begins like one."""
        if _ALIAS.match(self.buffer, self.pointer):
            super().fetch_alias()
        else:
            self.fetch_plain()


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text with the quotes that it lacked, and the 1-based lines that lacked some."""

    text: str
    lines: tuple[int, ...] = ()


def quoted(text: str) -> Quoted:
    """Put what begins with `@` or `*` into single quotes; everything else stays to the byte.

    A text that is no YAML, quotes or not, is given back as it is.
    """
    pieces: list[str] = []
    lines: list[int] = []
    done = 0
    try:
        for token in _plain_scalars(text):
            start, end = token.start_mark.index, token.end_mark.index
            pieces += (text[done:start], "'", text[start:end].replace("'", "''"), "'")
            lines.append(token.start_mark.line + 1)
            done = end
    except (yaml.YAMLError, UnicodeError):
        return Quoted(text)
    return Quoted("".join([*pieces, text[done:]]), tuple(dict.fromkeys(lines)))


def _plain_scalars(text: str) -> Iterator[yaml.Token]:
    for token in yaml.scan(text, Loader=LenientLoader):
        is_plain = isinstance(token, yaml.ScalarToken) and token.plain
        if is_plain and text.startswith(("@", "*"), token.start_mark.index):
            yield token
