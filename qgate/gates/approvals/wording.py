"""What the gate `approvals` says: what is missing from whom, and why an approval does not count."""

from collections.abc import Sequence

from qgate.gates.approvals import policy
from qgate.model.owners import Requirement, identity, is_email, is_team
from qgate.owners.approvals import Evidence, Met, Missing


def missing(found: Missing, names: tuple[str, ...], evidence: Evidence) -> str:
    """One requirement that is not met; `names` are the files of policy that it is for."""
    requirement = found.requirement
    parts = [f"{_for(requirement, names)}: {_wanted(found)}"]
    if found.unknown:
        parts.append(f"who is behind {', '.join(found.unknown)} is not known")
    if found.discounted:
        why = ", ".join(f"{login} {reason}" for login, reason in found.discounted)
        parts.append(f"does not count: {why}")
    if _is_authors_alone(found, evidence):
        parts.append("nobody but the author is named there")
    return "; ".join(parts)


def unowned(name: str) -> str:
    """A changed file of policy without owners."""
    return f"this change alters {name}, which is policy, and nobody owns it"


def approved(found: Sequence[Met | Missing]) -> str:
    """All that was asked for is there, and from whom."""
    people = dict.fromkeys(login for each in found if isinstance(each, Met) for login in each.by)
    count = f"{len(found)} requirements are met" if len(found) > 1 else "1 requirement is met"
    return f"{count}, by {', '.join(people)}"


def hint(found: Sequence[Met | Missing]) -> str:
    """What makes owners known behind whom no account is; empty if all are."""
    unknown = [owner for each in found if isinstance(each, Missing) for owner in each.unknown]
    said = []
    if any(map(is_team, unknown)):
        said.append("a team's members can only be read with a token that may read the organisation")
    if any(map(is_email, unknown)):
        said.append("an address is no account: name the login in its place")
    if any(not is_team(each) and not is_email(each) for each in unknown):
        said.append("take accounts that are gone out of the rules")
    return "; ".join(said)


def _for(requirement: Requirement, names: tuple[str, ...]) -> str:
    place = requirement.place
    where = f" ({place})" if place.path else ""
    if names:
        return f"this change alters policy, {policy.listed(names)}{where}"
    return f"{requirement.pattern}{where} asks for approvals"


def _wanted(found: Missing) -> str:
    parts = []
    if found.needs:
        word = "approval is" if found.needs == 1 else "approvals are"
        whom = ", ".join(found.requirement.any_of)
        parts.append(f"{found.needs} more {word} missing out of {whom}")
    if found.each_of:
        each = " each" if len(found.each_of) > 1 else ""
        parts.append(f"an approval{each} of {', '.join(found.each_of)} is missing")
    return " and ".join(parts)


def _is_authors_alone(found: Missing, evidence: Evidence) -> bool:
    """Whether the author could only approve the change alone, which never counts."""
    owners = found.requirement.owners
    known = (evidence.accounts.get(identity(each), frozenset()) for each in owners)
    return not found.unknown and frozenset().union(*known) == {evidence.author}
