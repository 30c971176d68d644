"""Typed sources of any number that ruff, its formatter and mypy's strict mode find nothing in."""

from typing import Final

_PER_AREA: Final = 40
_HEAD: Final = '''\
"""Module {n}: made up, to be measured."""

from dataclasses import dataclass
{imports}

@dataclass(frozen=True)
class Row{n}:
    """One row."""

    name: str
    values: tuple[int, ...] = ()
'''
_PART: Final = '''\


class Store{n}x{part}:
    """Keeps rows by their names."""

    def __init__(self, rows: list[Row{n}]) -> None:
        self.rows = {{row.name: row for row in rows}}
        self.seen: set[str] = set()

    def find(self, name: str, default: Row{n} | None = None) -> Row{n}:
        """The row of a name."""
        self.seen.add(name)
        row = self.rows.get(name, default)
        if row is None:
            raise KeyError(name)
        return row

    def totals(self) -> dict[str, int]:
        """The sum of each row, by name."""
        return {{name: sum(row.values) for name, row in self.rows.items()}}


def total_{n}x{part}(store: Store{n}x{part}, names: list[str], *, limit: int = {part}) -> int:
    """The total of some rows, at least the limit."""
    total = {uses}
    for name in names:
        try:
            row = store.find(name)
        except KeyError:
            continue
        total += max(row.values, default=0)
    return max(total, limit)
'''
_PARTS: Final = 3
_ADDED: Final = '''\


def added_{n}(rows: list[Row{n}]) -> int:
    """The number of values, which nobody asked for so far."""
    count = 0
    for row in rows:
        count += len(row.values)
    return count
'''
_WRONG: Final = '''\


def wrong_{n}(rows: list[Row{n}]) -> int:
    """One finding for each tool."""
    unused = len(rows)
    return str({n})
'''


def path_of(number: int) -> str:
    """The path of a module."""
    return f"{_area(number)}/{_module(number)}.py"


def package_of(number: int) -> str:
    """The path of the package file that makes a module importable."""
    return f"{_area(number)}/__init__.py"


def module(number: int) -> str:
    """The text of a module, about 110 lines; it uses two modules with lower numbers."""
    used = sorted({number // 2, number // 3} - {number})
    imports = "".join(
        f"\nfrom {_area(each)}.{_module(each)} import Row{each}, Store{each}x0, total_{each}x0"
        for each in used
    )
    uses = [f"total_{each}x0(Store{each}x0([Row{each}(str(limit))]), names)" for each in used]
    lines = [_HEAD.format(n=number, imports=f"{imports}\n" if imports else "")]
    for part in range(_PARTS):
        own = uses[part] if part < len(uses) else str(part)
        lines.append(_PART.format(n=number, part=part, uses=own))
    return "".join(lines)


def addition(number: int, *, is_wrong: bool = False) -> str:
    """What a change adds at the end of a module; a wrong one has one finding for each tool."""
    return (_WRONG if is_wrong else _ADDED).format(n=number)


def _area(number: int) -> str:
    return f"area_{number // _PER_AREA:03}"


def _module(number: int) -> str:
    return f"module_{number:05}"
