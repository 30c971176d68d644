"""Changes of policy: which files they are, and whose approval each needs.

Policy is what decides how this and every later change is judged: the settings and rules of qgate,
who owns what, the workflows that run it all, and what git is told of files. Templates of texts
(`.github/pull_request_template.md`) are none: they fill in a form and decide nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qgate.gates.approvals.rules import Rule
from qgate.model.owners import Requirement, ReviewRules, identity
from qgate.model.report import Finding, Level
from qgate.model.reviewers import TouchedFile
from qgate.owners.matching import Matcher
from qgate.parse.codeowners import LOCATIONS

_FILES: Final = frozenset({".qgate.yml", *LOCATIONS})
_FOLDERS: Final = (".qgate", ".github/workflows", ".github/actions")
# Git reads one in every folder.
_NAMES: Final = frozenset({".gitattributes"})
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """Changed files of policy, under one or both names, that belong to the same owners.

    `requirement` asks one of the owners for an approval of the present head; None where the files
    belong to nobody.
    """

    names: tuple[str, ...]
    requirement: Requirement | None = None


def is_policy(path: str) -> bool:
    """Whether a file of this name is policy. A link in place of a folder of policy is, too."""
    return (
        path in _FILES
        or path.rpartition("/")[2] in _NAMES
        or any(path == folder or path.startswith(f"{folder}/") for folder in _FOLDERS)
    )


def changes(rules: ReviewRules, files: Iterable[TouchedFile]) -> tuple[PolicyChange, ...]:
    """The changed files of policy by owners, each distinct set of owners once.

    `rules` are those of the base: a change does not choose who has to approve it.
    """
    matcher = Matcher(rules)
    names: dict[frozenset[str], list[str]] = {}
    asking: dict[frozenset[str], Requirement | None] = {}
    for name in _names(files):
        rule = matcher.winner(name)
        owners = frozenset(map(identity, rule.owners)) if rule else frozenset()
        names.setdefault(owners, []).append(name)
        asked = Requirement(pattern="*", any_of=rule.owners, place=rule.place) if rule else None
        asking.setdefault(owners, asked if owners else None)
    return tuple(
        PolicyChange(names=tuple(names[owners]), requirement=asking[owners]) for owners in names
    )


def notice(files: Iterable[TouchedFile]) -> tuple[Finding, ...]:
    """What a report says of a change of policy beside the verdict; nothing if there is none."""
    names = _names(files)
    if not names:
        return ()
    message = (
        f"this change alters policy ({listed(names)}); it is judged by the policy at its base, "
        "and what it alters holds once it is merged"
    )
    return (Finding(rule=Rule.POLICY_CHANGED, message=message, level=Level.WARNING),)


def listed(names: tuple[str, ...]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _names(files: Iterable[TouchedFile]) -> tuple[str, ...]:
    every = (name for file in files for name in file.names if is_policy(name))
    return tuple(dict.fromkeys(every))
