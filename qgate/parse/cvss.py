"""The base score of a CVSS 3.0 or 3.1 vector, and the word for it.

Weights and formulas are those of FIRST's specifications: https://www.first.org/cvss/v3.1/specification-document
(sections 5, 7.1 and 7.4) and https://www.first.org/cvss/v3.0/specification-document (section 8).
"""

import math
from typing import Final

_PREFIXES: Final = ("CVSS:3.0/", "CVSS:3.1/")
_IMPACT: Final = {"H": 0.56, "L": 0.22, "N": 0.0}
_WEIGHTS: Final = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    **dict.fromkeys(("C", "I", "A"), _IMPACT),
}
_CHANGED_PRIVILEGES: Final = {"N": 0.85, "L": 0.68, "H": 0.5}
_SCOPES: Final = ("U", "C")
# The lowest score of each word, from the top.
_WORDS: Final = ((9.0, "critical"), (7.0, "high"), (4.0, "moderate"))


def base_score(vector: str) -> float | None:
    """The score, 0.0 to 10.0 in steps of 0.1; None for anything but a whole version 3 vector."""
    metrics = _metrics(vector)
    scope = metrics.get("S")
    try:
        weight = {name: values[metrics[name]] for name, values in _WEIGHTS.items()}
    except KeyError:
        return None
    if scope not in _SCOPES:
        return None
    is_changed = scope == "C"
    if is_changed:
        weight["PR"] = _CHANGED_PRIVILEGES[metrics["PR"]]
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if is_changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    ease = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    return _rounded_up(min((1.08 if is_changed else 1.0) * (impact + ease), 10.0))


def word(score: float) -> str:
    """`low`, `moderate`, `high` or `critical`: the specification's rating in GitHub's words.

    A score of 0.0 is `low` as well: there is an advisory after all.
    """
    return next((name for least, name in _WORDS if score >= least), "low")


def _metrics(vector: str) -> dict[str, str]:
    """The vector's metrics; nothing if it is of another version or names one twice."""
    if not vector.startswith(_PREFIXES):
        return {}
    pairs = [each.partition(":")[::2] for each in vector.split("/")[1:]]
    metrics = dict(pairs)
    return metrics if len(metrics) == len(pairs) else {}


def _rounded_up(score: float) -> float:
    """Up to one decimal, in whole numbers as 3.1 has it: 4.000001 stays 4.0 on any machine."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
