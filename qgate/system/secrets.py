"""Secrets kept out of what is printed, reported and remembered.

Two kinds are known: the values of variables whose names say so, also as they look in JSON, in XML,
in an address and in base64; and text in the shape of a well-known token. Each becomes `***`.

It is what a tool says that is looked at, after it was read: a change could name its files like
tokens, and a finding whose path was taken away would be nobody's.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_HIDDEN: Final = "***"
# A shorter one would take away words that mean something else.
_LEAST: Final = 8
_NAME: Final = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL",
    re.IGNORECASE,
)
# Such a variable says where a secret is, or is a switch.
_PLACE: Final = re.compile(r"_(?:FILE|PATH|DIR|FOLDER|HOME|STORE|NAME|ID|USER)$", re.IGNORECASE)

# What a shape begins with, for a quick look, and the whole; none goes on over the end of a line, a
# key's own lines aside, for the next line may name a file. GitHub's own are described at
# https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
# (they may grow), AWS's key ids in its IAM user guide, Slack's at
# https://api.slack.com/authentication/token-types, npm's at
# https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/, a JSON web token in
# RFC 7519 (a header in base64 begins with `{"`), a private key in RFC 7468.
_GITHUB: Final = r"[A-Za-z0-9_]{16,}(?:[.-][A-Za-z0-9_-]{4,})*"
_LINE_END: Final = r"(?:\r?\n|(?:\\r)?\\n)"
_SHAPES: Final = (
    *((each, each + _GITHUB) for each in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")),
    *((each, rf"\b{each}[A-Z2-7]{{16}}\b") for each in ("AKIA", "ASIA")),
    ("xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    # It begins where a word does: else each of many beginnings would be followed to the end.
    ("eyJ", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    (
        "PRIVATE KEY-----",
        (
            r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"
            rf"(?:{_LINE_END} *[A-Za-z0-9+/]{{4,}}={{0,2}}(?={_LINE_END}|[\"'<]|\Z))*"
            rf"(?:{_LINE_END} *-----END (?:[A-Z]+ ){{0,3}}PRIVATE KEY-----)?"
        ),
    ),
    # The password in an address, as git prints it.
    ("://", r"(?<=://)[^\s/@:]{0,256}:[^\s/@]{1,512}(?=@)"),
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be seen. Without values only the well-known shapes are hidden."""

    forms: tuple[str, ...] = field(default=(), repr=False)

    def hidden(self, text: str) -> str:
        """The text without secrets."""
        for form in self.forms:
            if form in text:
                text = text.replace(form, _HIDDEN)
        for start, shape in _SHAPES:
            if start in text:
                text = _compiled(shape).sub(_HIDDEN, text)
        return text

    def are_in(self, texts: Iterable[str]) -> bool:
        """Whether any text may hold one: a quick look at many."""
        whole = "\0".join(texts)
        return any(form in whole for form in self.forms) or any(
            start in whole for start, _ in _SHAPES
        )


NONE: Final = Secrets()


def is_named(name: str) -> bool:
    """Whether a variable's name says that its value is a secret."""
    return bool(_NAME.search(name)) and not _PLACE.search(name)


def of(environ: Mapping[str, str]) -> Secrets:
    """The secrets that an environment holds."""
    forms: set[str] = set()
    for name, value in environ.items():
        if len(value) >= _LEAST and is_named(name):
            forms.update(_forms(value))
    # One may be a part of another.
    return Secrets(tuple(sorted(forms, key=lambda form: (-len(form), form))))


def _forms(value: str) -> Iterator[str]:
    """A value as it may stand in what programs print; of several lines each by itself."""
    import json  # noqa: PLC0415 - most runs have no secret
    from urllib.parse import quote  # noqa: PLC0415

    for text in dict.fromkeys((value, *value.splitlines())):
        if len(text) < _LEAST:
            continue
        in_xml = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield from (text, in_xml, in_xml.replace('"', "&quot;").replace("'", "&apos;"))
        yield from (json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False))
        yield from (quote(text, safe=safe, errors="surrogateescape") for safe in ("", "/"))
        yield from _encoded(text)


def _encoded(text: str) -> Iterator[str]:
    """The part of its base64 that is the same whatever stands before and after it.

    git's own header for GitHub is `x-access-token:` and the token, encoded as one.
    """
    import base64  # noqa: PLC0415 - as above

    data = text.encode("utf-8", "surrogateescape")
    for before in range(3):
        start, end = -(-before * 4 // 3), (before + len(data)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            form = encode(b"\0" * before + data).decode()[start:end]
            if len(form) >= _LEAST:
                yield form


@functools.cache
def _compiled(shape: str) -> re.Pattern[str]:
    return re.compile(shape)
