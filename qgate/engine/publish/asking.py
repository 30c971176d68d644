"""Reviewers are asked by the plan: in batches, with what GitHub refuses found by halving.

A request with one bad name fails as a whole (422), and GitHub may keep fewer than it took: so what
it kept is read back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qgate.engine.publish.people import People
from qgate.engine.publish.policy import Policy
from qgate.engine.publish.subject import Subject
from qgate.model.owners import distinct, identity, is_email, is_team
from qgate.model.pull_request import MOST_REVIEWERS, Account, FileList, Review
from qgate.model.reviewers import Facts, Fate, Plan
from qgate.owners import selection
from qgate.owners.matching import Matcher
from qgate.system.github.client import GitHub
from qgate.system.github.errors import Missing, Rejected


def plan(
    client: GitHub,
    subject: Subject,
    policy: Policy,
    files: FileList,
    reviews: Sequence[Review],
    removed: Sequence[str],
    people: People,
) -> Plan:
    """Who should look at it, by the base's rules and by what GitHub knows.

    `removed` are those whose request somebody took away.
    """
    pull = subject.pull
    owners = _owners(policy, files)
    teams = tuple(filter(is_team, owners))
    facts = Facts(
        repository=client.repository,
        number=pull.number,
        author=pull.author.login,
        action=subject.action,
        is_draft=pull.is_draft,
        requested=client.requested(pull.number),
        reviewed=tuple(dict.fromkeys(each.login for each in reviews if each.author)),
        removed=tuple(removed),
        bots=_bots((pull.author,), *map(people.behind, teams)),
        members=people.members(teams),
        # Who of several is asked is decided by it, and by nothing else.
        load=client.load() if len(owners) > 1 else {},
        is_complete=files.is_complete,
    )
    # A change can touch what hundreds own. Only of those whom the plan takes is it asked who they
    # are; whoever turns out not to be fit is replaced, until all of them are.
    seen: set[str] = set()
    while True:
        made = selection.plan(files.files, policy.rules, facts)
        taken = (each.owner for each in (*made.of(Fate.ASKED), *made.of(Fate.COUNTED)))
        fresh = [each for each in taken if not is_team(each) | is_email(each) and each not in seen]
        if not fresh:
            return made
        seen.update(fresh)
        logins = [each.removeprefix("@") for each in fresh]
        facts = replace(
            facts,
            bots=(*facts.bots, *_bots(*map(people.behind, fresh))),
            without_access=(*facts.without_access, *client.unreadable(logins)),
        )


def _bots(*accounts: Iterable[Account] | None) -> tuple[str, ...]:
    return tuple(each.login for found in accounts for each in found or () if each.is_bot)


def _owners(policy: Policy, files: FileList) -> tuple[str, ...]:
    """Everybody whom a rule that concerns these files names."""
    matcher = Matcher(policy.rules)
    every = (matcher.of(name) for file in files.files for name in file.names)
    return distinct(owner for owned in every for owner, _ in owned.claims())


def ask(client: GitHub, number: int, made: Plan) -> list[str]:
    """Ask everybody whom the plan asks; what is to be said of those whom GitHub does not ask.

    Raises `Denied` where the token may not ask anybody.
    """
    wanted = [each.owner for each in made.of(Fate.ASKED)]
    if not wanted:
        return []
    refused = dict(_send(client, number, wanted))
    present = {*map(identity, client.requested(number))}
    notices = [f"{owner} was not asked: {why}" for owner, why in refused.items()]
    notices += (
        f"{owner} was asked, and GitHub kept no request"
        for owner in wanted
        if owner not in refused and identity(owner) not in present
    )
    return notices


def _send(client: GitHub, number: int, owners: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Send requests; gives each owner that GitHub refuses, with its words."""
    for start in range(0, len(owners), MOST_REVIEWERS):
        yield from _halved(client, number, owners[start : start + MOST_REVIEWERS])


def _halved(client: GitHub, number: int, owners: Sequence[str]) -> Iterator[tuple[str, str]]:
    users = [each.removeprefix("@") for each in owners if not is_team(each)]
    teams = [each.partition("/")[2] for each in owners if is_team(each)]
    try:
        client.request_reviewers(number, users, teams)
    except (Rejected, Missing) as error:
        if len(owners) == 1:
            yield owners[0], error.message
            return
        middle = len(owners) // 2
        yield from _halved(client, number, owners[:middle])
        yield from _halved(client, number, owners[middle:])
