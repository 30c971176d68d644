"""Lists of many pages as one: checked, and every item once."""

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

from qgate.errors import Incomplete
from qgate.system.github.api import Api
from qgate.system.github.errors import unreachable
from qgate.system.github.shapes import MalformedAnswer, read

_T = TypeVar("_T")


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


_I = TypeVar("_I", bound=_Identified)


class Counted(Protocol[_I]):
    """A page of a list that says how long the whole is."""

    total_count: int

    @property
    def items(self) -> list[_I]:
        """What is on the page."""
        ...


def one(api: Api, path: str, what: str, shape: type[_T], **parameters: str | int) -> _T:
    """The value of what is no list."""
    return shaped(api.get(path, what, **parameters), shape, what)


def every(
    api: Api,
    path: str,
    what: str,
    shape: type[_T],
    key: Callable[[_T], Hashable],
    **parameters: str | int,
) -> tuple[_T, ...]:
    """The items of all pages in their order.

    Where something was added meanwhile, an item comes again on the next page: the later one stands.
    """
    found: dict[Hashable, _T] = {}
    for data in api.pages(path, what, **parameters):
        found.update((key(each), each) for each in shaped(data, list[shape], what))  # type: ignore[valid-type]
    return tuple(found.values())


def shaped(data: Any, shape: type[_T], what: str) -> _T:
    """The value of a shape. Raises `Incomplete`."""
    try:
        return read(data, shape)
    except MalformedAnswer as error:
        raise malformed(what, error) from None


def malformed(what: str, error: MalformedAnswer) -> Incomplete:
    """GitHub's answer is not what it says of itself. `error` quotes no value."""
    return unreachable(what, f"GitHub's answer is not what it should be ({error})")


def wrapped(
    api: Api, path: str, what: str, shape: type[Counted[_I]], **parameters: str | int
) -> tuple[_I, ...]:
    """The items of lists that say how many there are. Raises `Incomplete` if some are not told."""
    found: dict[int, _I] = {}
    total: int | None = None
    for data in api.pages(path, what, **parameters):
        page = shaped(data, shape, what)
        found.update((each.id, each) for each in page.items)
        total = page.total_count if total is None else total
    if len(found) < (total or 0):
        raise unreachable(what, f"GitHub told of {len(found)} and says that there are {total}")
    return tuple(found.values())
