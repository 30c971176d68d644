"""How others read what the reporters write: GitHub's Markdown, GitHub's runner."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

import cmarkgfm
from cmarkgfm.cmark import Options

_COMMAND: Final = re.compile(r"::([a-z-]+)(?: ([^\n]*?))?::(.*)")

# What GitHub makes a link, a picture or a formula of in the text that was rendered, outside of
# code: html-pipeline's filters for mentions, issues, commits, emoji; MathJax.
LIVE: Final = re.compile(
    r"@[a-z0-9]|#\d|\bgh-\d|://|\bwww\.|:[\w+-]+:|\$|\b[0-9a-f]{7,64}\b", re.IGNORECASE
)
# What a terminal or a reader's eye is led by.
ACTIVE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@dataclass
class Page:
    """What a browser gets: tags with their attributes, text outside of code, all text, comments.

    `tags` has neither `code` nor `br`, which depend on the text.
    """

    tags: list[str] = field(default_factory=list)
    prose: str = ""
    text: str = ""
    comments: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.prose: list[str] = []
        self.text: list[str] = []
        self._in_code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "code":
            self._in_code += 1
        elif tag != "br":
            self.page.tags.append(f"{tag} {attrs}" if attrs else tag)
        # Words at both sides of a tag are not one.
        self.prose.append("\0")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code":
            self._in_code -= 1
        elif tag != "br":
            self.page.tags.append(f"/{tag}")
        self.prose.append("\0")

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if not self._in_code:
            self.prose.append(data)

    def handle_comment(self, data: str) -> None:
        self.page.comments.append(data)


def markdown(text: str) -> Page:
    """The Markdown as GitHub's own parser renders it, footnotes too, nothing taken out of it."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    reader = _Reader()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(text, options))
    reader.close()
    reader.page.prose, reader.page.text = "".join(reader.prose), "".join(reader.text)
    return reader.page


def bare(text: str) -> str:
    """The text without blanks and backticks: those may be written differently."""
    return re.sub(r"[\s`]+", "", text)


def is_command(line: str) -> bool:
    """Whether a runner takes a line of a log for a command (ActionCommand.cs of actions/runner)."""
    return line.lstrip().startswith("::") or "##[" in line


@dataclass(frozen=True)
class Annotation:
    """A workflow command as the runner understands it."""

    level: str
    message: str
    properties: dict[str, str]


def annotations(log: str) -> list[Annotation]:
    """Every line of a log as a command; fails where one is none, or has more than it may.

    The grammar is that of actions/runner: properties end at the first `::` after the name.
    """
    found = []
    for line in log.split("\n")[:-1]:
        match = _COMMAND.fullmatch(line)
        assert match, line
        pairs = [each.split("=", 1) for each in (match[2] or "").split(",")]
        assert all(len(pair) == 2 for pair in pairs), line
        properties = {key: _unescaped(value, "%3A:", "%2C,") for key, value in pairs}
        assert len(properties) == len(pairs)
        found.append(Annotation(match[1], _unescaped(match[3]), properties))
    return found


def _unescaped(text: str, *more: str) -> str:
    for each in ("%0D\r", "%0A\n", *more, "%25%"):
        text = text.replace(each[:3], each[3:])
    return text
