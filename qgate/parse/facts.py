"""What is known of a pull request, from JSON: the file of `qgate reviewers plan --facts`."""

import msgspec

from qgate.model.reviewers import Facts


class MalformedFacts(ValueError):
    """The text is not what docs/reference/reviewers.md describes."""


class _Facts(msgspec.Struct, forbid_unknown_fields=True):
    repository: str = ""
    number: int = 0
    author: str = ""
    action: str = ""
    draft: bool = False
    requested: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    without_access: tuple[str, ...] = ()
    members: dict[str, tuple[str, ...]] = {}
    load: dict[str, int] = {}
    complete: bool = True


def parse(data: bytes) -> Facts:
    """Read the JSON. Raises `MalformedFacts`, also for a word that is not known."""
    try:
        found = msgspec.json.decode(data, type=_Facts)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise MalformedFacts(str(error)) from error
    values = msgspec.structs.asdict(found)
    return Facts(is_draft=values.pop("draft"), is_complete=values.pop("complete"), **values)
