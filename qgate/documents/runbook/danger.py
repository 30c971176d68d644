"""Commands that destroy, whether a runbook says so, and hosts that stand for another.

The list is short on purpose: what deletes data, resources or history, and cannot be taken back.
docs/reference/runbooks.md has it for people.
"""

import re
from collections.abc import Iterable
from typing import Final

from qgate.parse.markdown import Block, BlockKind

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"\brm\s+(?:-\S+\s+)*(?:-[a-zA-Z]*[rRf]|--recursive\b|--force\b)", "rm -r or -f"),
    (r"\bfind\b[^|;&\n]*\s-delete\b", "find -delete"),
    (r"\b(?:kubectl|oc)\s(?:[^|;&\n]*\s)?delete\b", "kubectl delete"),
    (r"\b(?:kubectl|oc)\s(?:[^|;&\n]*\s)?drain\b", "kubectl drain"),
    (r"\bhelm\s(?:[^|;&\n]*\s)?(?:uninstall|delete)\b", "helm uninstall"),
    (r"\b(?:terraform|tofu)\s(?:[^|;&\n]*\s)?destroy\b", "terraform destroy"),
    (r"\bdd\s(?:[^|;&\n]*\s)?of=", "dd of="),
    (r"\bmkfs(?:\.\w+)?\s", "mkfs"),
    (r"\b(?:wipefs|shred|blkdiscard)\s", "wipefs, shred or blkdiscard"),
    (r"\b(?:lv|vg|pv)remove\b", "lvremove"),
    (r"\b(?:zpool|zfs)\s+destroy\b", "zfs destroy"),
    (r"\bdrop\s+(?:table|database|schema)\b", "DROP"),
    (r"\btruncate\s+table\b", "TRUNCATE TABLE"),
    (r"\bdelete\s+from\b", "DELETE FROM"),
    (r"\bflush(?:all|db)\b", "FLUSHALL"),
    (r"\bgit\s+push\s(?:[^|;&\n]*\s)?(?:-f\b|--force\b(?!-))", "git push --force"),
    (r"\bgit\s+reset\s(?:[^|;&\n]*\s)?--hard\b", "git reset --hard"),
    (r"\b(?:docker|podman)\s+(?:system|volume)\s+(?:prune|rm)\b", "docker prune"),
    (r"\baws\s+s3\s+(?:rm|rb)\b", "aws s3 rm"),
    (r"\baws\s+\S+\s+(?:delete-\S+|terminate-instances)\b", "aws delete"),
    (r"\bgcloud\s(?:[^|;&\n]*\s)?delete\b", "gcloud delete"),
)
# A longer command is looked at no further.
_MOST: Final = 4000
_DESTRUCTIVE: Final = tuple((re.compile(each, re.IGNORECASE), name) for each, name in _WORDS)
_HARMLESS: Final = re.compile(r"--dry-run\b(?!=none)")
_SAYS_SO: Final = re.compile(
    r"\bdestructive\b|\birreversibl[ey]\b|\bcannot be undone\b|\bpermanently deletes?\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"\bread\s+(?:-\w+\s+)*-\w*p|\bconfirm\b|\brm\s+-\w*i|--interactive\b", re.IGNORECASE
)
_HOST: Final = re.compile(
    r"""
    (?<![\w-])example\.(?:com|org|net)\b
    | \bfoo\.bar\b
    | <(?:[\w.-]*[ _-])?(?:host|hostname|server|servername|node|ip|ip-?address|address|domain|fqdn
        |endpoint|url)(?:[ _-][\w.-]*)?>
    | \byour[_-][\w-]*
    | \b(?:CHANGE_?ME|REPLACE_?ME)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# `NODE='<the label of the alert>'` names what to fill in, once and on a line of its own.
_PARAMETER: Final = re.compile(
    r"\s*(?:export\s+)?[A-Za-z_]\w*=(?:\"[^\"$`]*\"|'[^']*'|<[^>]*>|\S*)\s*"
)


def destructive(command: str) -> str:
    """What destroys in a command without its comments; empty for nothing."""
    command = command[:_MOST]
    if _HARMLESS.search(command):
        return ""
    return next((name for pattern, name in _DESTRUCTIVE if pattern.search(command)), "")


def is_said(fence: Block, before: Iterable[Block]) -> bool:
    """Whether a block says that it destroys, or asks, or the text just before says so.

    `before` are the blocks above the fence, the nearest first.
    """
    if _SAYS_SO.search(fence.text) or _ASKS.search(fence.text):
        return True
    for block in before:
        # What another block of code says was about that one.
        if block.kind is BlockKind.FENCE:
            return False
        # A comment is seen by nobody.
        is_seen = block.is_content or block.kind is BlockKind.HEADING
        if is_seen and _SAYS_SO.search(block.text):
            return True
        if block.kind is BlockKind.HEADING:
            return False
    return False


def placeholder_host(command: str) -> str:
    """What stands for a host's name in a command; empty for nothing."""
    if _PARAMETER.fullmatch(command):
        return ""
    match = _HOST.search(command[:_MOST])
    return match[0] if match else ""
