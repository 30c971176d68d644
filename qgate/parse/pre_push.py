"""What git tells a pre-push hook on standard input: one line for each reference it would push.

The form is that of githooks(5): `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`. For a deletion the
local reference is `(delete)` and its id is all zeros. Pure.
"""

from dataclasses import dataclass

from qgate.errors import UsageError


@dataclass(frozen=True, slots=True)
class Update:
    """One reference to push: its name and the object id here, its name there."""

    local_ref: str
    local_id: str
    remote_ref: str

    @property
    def is_deletion(self) -> bool:
        """Whether the reference is to go away at the remote."""
        return not self.local_id.strip("0")


def parse(text: str) -> tuple[Update, ...]:
    """Every line, in order. Raises `UsageError` for a text that git would not send."""
    return tuple(map(_update, text.splitlines()))


def _update(line: str) -> Update:
    # From the right: what was pushed is named as it was typed, and `HEAD^{/a word}` has a space.
    parts = line.rsplit(" ", 3)
    if len(parts) != 4 or not all(map(_is_object_id, (parts[1], parts[3]))):  # noqa: PLR2004
        raise UsageError(
            f"standard input is not what git gives to a pre-push hook: {line!r}",
            hint="leave the call to git: `qgate hook install`, then `git push`",
        )
    local_ref, local_id, remote_ref, _ = parts
    return Update(local_ref, local_id, remote_ref)


def _is_object_id(text: str) -> bool:
    return len(text) in {40, 64} and not text.strip("0123456789abcdef")
