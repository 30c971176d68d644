"""Pages of a list, and the Link header that leads through them.

GitHub writes the repository's number instead of its name into these links, keeps the query, and
orders them prev, next, last, first.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from tests.support.github.operations import Answer, Asked

PAGED: Final = ("per_page", "page")
_MOST: Final = 100
_USUAL: Final = 30


def paged(
    asked: Asked,
    items: Sequence[Any],
    document: Callable[[Any], Any],
    wrap: Callable[[list[Any]], Any] = list,
) -> Answer:
    """The page that was asked for, at most 100 long, 30 if nothing is said."""
    size = min(_number(asked, "per_page", _USUAL), _MOST)
    page = _number(asked, "page", 1)
    last = max(1, -(-len(items) // size))
    shown = [document(each) for each in items[(page - 1) * size : page * size]]
    link = _link(asked, page, last)
    return Answer(data=wrap(shown), headers={"Link": link} if link else {})


def _number(asked: Asked, name: str, usual: int) -> int:
    text = asked.query.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else usual


def _link(asked: Asked, page: int, last: int) -> str:
    pages = {}
    if page > 1:
        pages["prev"] = min(page - 1, last)
    if page < last:
        pages |= {"next": page + 1, "last": last}
    if page > 1:
        pages["first"] = 1
    return ", ".join(f'<{_url(asked, number)}>; rel="{name}"' for name, number in pages.items())


def _url(asked: Asked, page: int) -> str:
    repository = asked.state.repository
    named, numbered = f"/repos/{repository.full_name}", f"/repositories/{repository.id}"
    query = urlencode({**asked.query, "page": page})
    return f"{asked.at.base}{asked.path.replace(named, numbered, 1)}?{query}"
