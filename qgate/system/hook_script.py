"""The text of a hook: POSIX sh that runs the hook that was there before, and then qgate.

It is sealed by a digest, so that one that was changed by hand is recognised.
"""

import hashlib
import os
import shlex
from collections.abc import Sequence
from typing import Final

PRE_PUSH: Final = "pre-push"
# Each hook with the git command that it belongs to.
STAGES: Final = {"pre-commit": "commit", "pre-merge-commit": "merge", PRE_PUSH: "push"}
# What is put behind the name of a hook that was there before.
KEPT: Final = ".before-qgate"

_SHEBANG: Final = b"#!/bin/sh\n"
_SEAL: Final = b"# qgate-hook 1 "

# The name is written out, not taken from `$0`: other hook managers rename the hooks they find.
# -P keeps the working tree off Python's path, where a click.py would be run in place of ours.
# The import comes first because `python -m` ends with 1, "failed", if there is no such module.
# What qgate prints goes to standard error, as git has it for other hooks: `git push --porcelain`
# keeps standard output for itself.
_BODY: Final = """\
# Written by `qgate hook install`; `qgate hook uninstall` brings back what was here before.
{read}earlier=$(dirname "$0")/{stage}{kept}
if [ -x "$earlier" ]; then
  {give}"$earlier" "$@" || exit
fi
python={python}
if "$python" -P -c 'import qgate.errors' 2>/dev/null; then
  {last}"$python" -P -m qgate {arguments} -- "$@" >&2
  exit
fi
if command -v qgate >/dev/null; then
  {last}qgate {arguments} -- "$@" >&2
  exit
fi
printf '%s\\n' "qgate: cannot judge: $python has no qgate any more, and there is none on PATH" >&2
printf '%s\\n' "hint: install qgate-toolkit again, then run: qgate hook install" >&2
printf '%s\\n' "hint: git {command} --no-verify goes without it, this once" >&2
exit 3
"""
# Both the earlier hook and qgate want git's lines. The x saves line feeds at the end.
_READ: Final = "input=$(cat; echo x)\ninput=${input%x}\n"
_GIVE: Final = 'printf %s "$input" 2>/dev/null | '


def script(stage: str, *, python: str, gates: Sequence[str]) -> bytes:
    """The hook for one of `STAGES`, calling qgate by this interpreter with these gates."""
    is_push = stage == PRE_PUSH
    body = os.fsencode(
        _BODY.format(
            stage=stage,
            kept=KEPT,
            read=_READ if is_push else "",
            give=_GIVE if is_push else "",
            last=_GIVE if is_push else "exec ",
            python=shlex.quote(python),
            arguments=run_arguments(stage, gates),
            command=STAGES[stage],
        )
    )
    return _SHEBANG + _SEAL + _digest(body) + b"\n" + body


def run_arguments(stage: str, gates: Sequence[str]) -> str:
    """The shell's words behind `qgate` that do what a hook is for."""
    return shlex.join(
        ["hook", "run", stage, *(word for gate in gates for word in ("--gate", gate))]
    )


def is_ours(content: bytes) -> bool:
    """Whether this hook was written by qgate, of any version."""
    return content.startswith(_SHEBANG + _SEAL)


def is_as_written(content: bytes) -> bool:
    """Whether nothing was changed in it since."""
    seal, _, body = content.removeprefix(_SHEBANG).partition(b"\n")
    return seal == _SEAL + _digest(body)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
