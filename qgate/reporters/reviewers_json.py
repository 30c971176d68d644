"""The published plan for reviewers, `qgate.reviewers/1`.

Its schema ships as rules/schemas/reviewers-1.schema.json; fields may be added, never changed.
"""

import json
from typing import Any, Final

from qgate import __version__
from qgate.model.owners import OwnerRule, Place, Requirement
from qgate.model.reviewers import Candidate, Owned, Plan
from qgate.reporters.inert import inert, logged_json

SCHEMA: Final = "qgate.reviewers/1"


def render(plan: Plan) -> str:
    """The whole plan as indented JSON with a newline at the end. Text from outside is inert."""
    return logged_json(json.dumps(_plan(plan), indent=2)) + "\n"


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "qgate": __version__,
        "source": inert(plan.source),
        "candidates": [_candidate(each) for each in plan.candidates],
        "requirements": [_requirement(each) for each in plan.requirements],
        "notify": [
            {"owner": inert(owner), "rules": [_place(place) for place in places]}
            for owner, places in plan.notify
        ],
        "suggestions": [
            {"name": inert(each.name), "lines": each.lines, "last": each.last}
            for each in plan.suggestions
        ],
        "files": [_file(each) for each in plan.files],
        "notices": [inert(notice) for notice in plan.notices],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "owner": inert(candidate.owner),
        "fate": candidate.fate.value,
        "reason": inert(candidate.reason),
        "required": candidate.is_required,
        "files": candidate.files,
        "lines": candidate.lines,
        "rules": [_place(place) for place in candidate.rules],
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "pattern": inert(requirement.pattern),
        "any_of": list(map(inert, requirement.any_of)),
        "all_of": list(map(inert, requirement.all_of)),
        "count": requirement.count,
        "except": list(map(inert, requirement.except_)),
        "block": requirement.block,
        "dismiss_stale": requirement.dismiss_stale,
        "rule": _place(requirement.place),
    }


def _file(owned: Owned) -> dict[str, Any]:
    return {
        "path": inert(owned.path),
        "ownership": owned.ownership.value,
        "rule": _rule(owned.rule) if owned.rule else None,
        "overridden": [_rule(each) for each in owned.overridden],
        "require": [_place(each.place) for each in owned.require],
        "notify": [_place(each.place) for each in owned.notify],
    }


def _rule(rule: OwnerRule) -> dict[str, Any]:
    return {
        "pattern": inert(rule.pattern),
        "owners": list(map(inert, rule.owners)),
        **_place(rule.place),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": inert(place.path), "line": place.line, "column": place.column}
