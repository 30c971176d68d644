"""The policy at the base branch, read through the API: no checkout, no word of the change's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qgate.config.load import FILE_NAME, Loaded, load
from qgate.engine import review_rules
from qgate.model.owners import ReviewRules
from qgate.parse import codeowners
from qgate.system.github.client import GitHub

WORKFLOWS: Final = ".github/workflows"
_FOLDER: Final = ".qgate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds: settings, rules about reviewers, and the files by path that they came from.

    `sha` is the commit, `notices` what is to be said of the rules; `workflows` are the paths of
    the workflows that the base has: any other one is the change's own.
    """

    sha: str
    branch: str
    loaded: Loaded
    rules: ReviewRules
    files: Mapping[str, bytes]
    workflows: frozenset[str]
    notices: tuple[str, ...] = ()


def at(client: GitHub, branch: str) -> Policy:
    """The policy at the tip of a branch.

    Raises `SettingsError` where it cannot be read: without policy nothing can be judged.
    """
    sha = client.branch_sha(branch)
    files = client.files_at(sha, (FILE_NAME, *codeowners.LOCATIONS), (_FOLDER,))
    loaded = load(review_rules.text_of(files, FILE_NAME))
    rules, notices = review_rules.of_files(files, loaded, FILE_NAME)
    return Policy(
        sha=sha,
        branch=branch,
        loaded=loaded,
        rules=rules,
        files=files,
        workflows=client.names_at(sha, WORKFLOWS),
        notices=tuple(notices),
    )
