"""Who owns each of many paths, by qgate or by the package it is compared with.

Run as `python -m tests.bench.owner_answers NAME CODEOWNERS PATHS OUT`. OUT gets the owners of each
path as JSON; the seconds of reading the rules and of matching all paths are added to `OUT.seconds`
as one more line. The start of the interpreter counts for neither.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from codeowners import CodeOwners

from qgate.parse import codeowners
from qgate.parse.path_index import PathIndex

_Ask = Callable[[str], Sequence[str]]


def main(name: str, file: str, paths: str, out: str) -> None:
    """Answer and write."""
    data = Path(file).read_bytes()
    asked = Path(paths).read_text("utf-8").splitlines()
    start = time.perf_counter()
    owners_of = CONTESTANTS[name](data)
    read = time.perf_counter()
    answers = [owners_of(path) for path in asked]
    matched = time.perf_counter()
    Path(out).write_text(json.dumps(answers), "utf-8")
    with Path(f"{out}.seconds").open("a", encoding="utf-8") as stream:
        stream.write(f"{json.dumps((read - start, matched - read))}\n")


def _by_qgate(data: bytes) -> _Ask:
    rules = codeowners.parse(data, "CODEOWNERS").rules
    index = PathIndex([rule.pattern for rule in rules])

    def ask(path: str) -> Sequence[str]:
        number = index.last(path)
        return () if number is None else rules[number].owners

    return ask


def _by_the_package(data: bytes) -> _Ask:
    owners = CodeOwners(data.decode())

    def ask(path: str) -> Sequence[str]:
        return [owner for _, owner in owners.of(path)]

    return ask


CONTESTANTS: Final[Mapping[str, Callable[[bytes], _Ask]]] = {
    "qgate": _by_qgate,
    "codeowners": _by_the_package,
}


if __name__ == "__main__":
    main(*sys.argv[1:])
