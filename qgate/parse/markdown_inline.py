"""Links and comments inside of a paragraph, with their lines, in time linear in its length.

markdown-it knows no places inside of a line, so the rules that find links are told to note theirs.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_OPEN: Final = "<!--"
_CLOSE: Final = "-->"
# How what goes on up to its end begins and ends, most special first.
_ENDS: Final = ((_OPEN, _CLOSE), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", "?>"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link's or image's target as written, at a line (1-based)."""

    target: str
    line: int
    text: str = ""
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands in an HTML comment, which goes from `begin` to `end` of the text."""

    text: str
    begin: int
    end: int


def comments_in(text: str) -> tuple[Comment, ...]:
    """Every comment in HTML; one that does not end is none."""
    found = []
    place = text.find(_OPEN)
    while place >= 0 and (comment := _comment(text, place)):
        found.append(comment)
        place = text.find(_OPEN, comment.end)
    return tuple(found)


def without(text: str, comments: tuple[Comment, ...]) -> str:
    """The text between the comments."""
    parts, place = [], 0
    for each in comments:
        parts.append(text[place : each.begin])
        place = each.end
    return "".join((*parts, text[place:]))


def seen(
    content: str, line: int, env: dict[str, Any]
) -> tuple[tuple[Link, ...], tuple[Comment, ...], str]:
    """The links and comments of a paragraph that begins on a line, and its text as it is drawn.

    `env` has the document's link references, as markdown-it keeps them.
    """
    children: list[Any] = []
    markdown = parser()
    markdown.inline.parse(content, markdown, env, children)
    links: list[Link] = []
    comments: list[Comment] = []
    drawn: list[str] = []
    opened: list[tuple[str, int, int]] = []

    def line_of(token: Any) -> int:
        return line + content.count("\n", 0, token.meta["at"])

    for child in children:
        match child.type:
            case "softbreak" | "hardbreak":
                drawn.append(" ")
            case "link_open":
                opened.append((str(child.attrs.get("href", "")), line_of(child), len(drawn)))
            case "link_close":
                target, where, begin = opened.pop()
                links.append(Link(target, where, "".join(drawn[begin:])))
            case "image":
                source = str(child.attrs.get("src", ""))
                links.append(Link(source, line_of(child), child.content, is_image=True))
            case "html_inline":
                if comment := _comment(content, child.meta["at"]):
                    comments.append(comment)
            case _:
                drawn.append(child.content)
    return tuple(links), tuple(comments), "".join(drawn)


@lru_cache(maxsize=1)
def parser() -> Any:
    """CommonMark with tables; blocks only, for most need no look inside."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 40 ms, only where there are documents
    from markdown_it.common.html_re import HTML_TAG_RE  # noqa: PLC0415
    from markdown_it.rules_inline import autolink, image, link  # noqa: PLC0415

    made = MarkdownIt("commonmark").enable("table")
    made.core.ruler.disable("inline")
    for name, rule in (("link", link), ("image", image), ("autolink", autolink)):
        made.inline.ruler.at(name, _placed(rule))
    # Not anchored, it can be asked at a place without a copy of all that follows.
    tag = re.compile(HTML_TAG_RE.pattern.removeprefix("^"))
    made.inline.ruler.at("html_inline", _placed(_html_rule(tag)))
    return made


_Rule = Callable[[Any, bool], bool]


def _placed(rule: _Rule) -> _Rule:
    """A rule whose tokens know where they begin."""

    def placed(state: Any, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
        begin, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        for token in state.tokens[known:]:
            token.meta.setdefault("at", begin)
        return True

    return placed


def _html_rule(tag: re.Pattern[str]) -> _Rule:
    def html(state: Any, silent: bool) -> bool:  # noqa: FBT001 - the same
        text, begin = state.src, state.pos
        if text[begin] != "<" or not _may_end(state):
            return False
        if text.startswith(_OPEN, begin):
            comment = _comment(text, begin)
            end = comment.end if comment else 0
        else:
            match = tag.match(text, begin)
            end = match.end() if match else 0
        if not end:
            return False
        if not silent:
            state.push("html_inline", "", 0).content = text[begin:end]
        state.pos = end
        return True

    return html


def _may_end(state: Any) -> bool:
    """Whether what begins here has an end somewhere: looked for once, not from each beginning."""
    for number, (begin, end) in enumerate(_ENDS, 1):
        if state.src.startswith(begin, state.pos):
            # The state's own cache is by places; ours are below all of these.
            if -number not in state.cache:
                state.cache[-number] = state.src.rfind(end)
            return bool(state.cache[-number] > state.pos)
    return True


def _comment(text: str, begin: int) -> Comment | None:
    """The comment at a place, as CommonMark 0.31 has them; None where none is, or does not end."""
    if not text.startswith(_OPEN, begin):
        return None
    # `<!-->` and `<!--->` are whole.
    end = text.find(_CLOSE, begin + 2)
    if end < 0:
        return None
    return Comment(text[begin + len(_OPEN) : end], begin, end + len(_CLOSE))
