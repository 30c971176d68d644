"""Poetry's version constraints in pip's words.

The rules are those of https://python-poetry.org/docs/dependency-specification/.
"""

import re
from typing import Final

from qgate.parse.dependencies.values import normal_version

_TERM: Final = re.compile(r"(\^|~=|~|===|==|!=|<=|>=|<|>|=)?\s*+([^\s,|^~=<>!]++)")
_RELEASE: Final = re.compile(r"v?(?:[0-9]+!)?([0-9]+(?:\.[0-9]+)*)")
_LONGEST: Final = 500


def in_pips_words(constraint: str) -> str | None:
    """Specifiers for pip, "" for any version; None for what pip cannot say, as `1 || 2`."""
    text = constraint.strip()
    if text == "*":
        return ""
    terms = _TERM.findall(text)
    left = _TERM.sub("", text).replace(",", "").strip()
    if len(text) > _LONGEST or left or not terms:
        return None
    specifiers = [_specifier(operator, version) for operator, version in terms]
    return None if None in specifiers else ",".join(str(each) for each in specifiers)


def _specifier(operator: str, version: str) -> str | None:
    exact = version.removesuffix(".*")
    if normal_version(exact) is None:
        return None
    match operator:
        case "^" | "~":
            return f">={version},<{_next(operator, exact)}" if exact == version else None
        case "" | "=":
            return f"=={version}"
    return f"{operator}{version}"


def _next(operator: str, version: str) -> str:
    """The first version that is out: by the leftmost number not 0, or by the second for `~`."""
    match = _RELEASE.match(version)
    numbers = [int(each) for each in match[1].split(".")] if match else [0]
    if operator == "^":
        at = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    else:
        at = min(1, len(numbers) - 1)
    return ".".join(str(each) for each in [*numbers[:at], numbers[at] + 1])
