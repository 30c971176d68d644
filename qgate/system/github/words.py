"""What GitHub says of an error, fit for a message: short, inert, without the token."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

_LONGEST: Final = 300
_MOST_ERRORS: Final = 5
_MOST_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Words:
    """Reads error bodies; knows the token only to leave it out."""

    token: str = field(repr=False)

    def said(self, body: bytes) -> str:
        """The `message` and `errors` of a JSON body; empty for a body of another kind."""
        try:
            data = json.loads(body[:_MOST_BYTES])
        except (ValueError, RecursionError):
            return ""
        return self.inert("; ".join(_parts(data))) if isinstance(data, dict) else ""

    def inert(self, text: str) -> str:
        """One short line of what can be printed, without the token."""
        text = text.replace(self.token, "***") if self.token else text
        line = "".join(each if each.isprintable() else " " for each in text)
        return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _parts(data: dict[str, Any]) -> list[str]:
    message, errors = data.get("message"), data.get("errors")
    found = [message] if isinstance(message, str) else []
    for each in errors[:_MOST_ERRORS] if isinstance(errors, list) else ():
        text = each.get("message") if isinstance(each, dict) else each
        found += [text] if isinstance(text, str) else []
    return found
