"""What kinds of documents there are, where they lie, and which file is of which kind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # Where the documents lie is asked of every repository, what is in them of few.
    from qgate.parse.documents import Document


class Kind(StrEnum):
    """The field `type` of the front matter."""

    ADR = "adr"
    INCIDENT = "incident"
    POST_MORTEM = "post-mortem"
    RUNBOOK = "runbook"
    CHECKLIST = "checklist"


# Where others keep their decisions: MADR, adr-tools, log4brains.
ADR_FOLDERS: Final = ("docs/adr", "doc/adr", "docs/decisions", "docs/adrs", "adr")
# Files in a folder of documents that are none.
_NO_DOCUMENTS: Final = frozenset({"readme.md", "index.md", "_index.md"})
# `adr-template-minimal.md` of MADR; not a decision about templates, `0007-use-a-template.md`.
_TEMPLATE: Final = re.compile(
    r"(?:(?:m?adr|decision|incident|post-?mortem|runbook|checklist)-)?template(?:-[a-z]+)*\.md"
    r"|.*\.template\.md"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The folder of each kind, relative to the repository's root; `adr` empty if there is none."""

    adr: str = ""
    incidents: str = "docs/incidents"
    post_mortems: str = "docs/post-mortems"
    runbooks: str = "docs/runbooks"
    checklists: str = "docs/checklists"

    def by_kind(self) -> Mapping[Kind, str]:
        """Kind to folder."""
        return {
            Kind.ADR: self.adr,
            Kind.INCIDENT: self.incidents,
            Kind.POST_MORTEM: self.post_mortems,
            Kind.RUNBOOK: self.runbooks,
            Kind.CHECKLIST: self.checklists,
        }

    def kind_of(self, path: str) -> Kind | None:
        """The kind of the folder that a Markdown file lies in, at any depth; None for others."""
        if not path.endswith(".md") or is_no_document(path):
            return None
        kinds = [
            (len(folder), kind)
            for kind, folder in self.by_kind().items()
            if folder and path.startswith(f"{folder}/")
        ]
        return max(kinds)[1] if kinds else None

    def among(self, paths: Iterable[str]) -> dict[str, Kind]:
        """Those of the paths that are documents, with their kinds."""
        found = ((path, self.kind_of(path)) for path in paths)
        return {path: kind for path, kind in found if kind is not None}


def is_no_document(path: str) -> bool:
    """Whether a file by this name tells of a folder, or is what documents are made from."""
    name = PurePosixPath(path).name.lower()
    return name in _NO_DOCUMENTS or _TEMPLATE.fullmatch(name) is not None


def adr_folder(paths: Iterable[str], adr_dir: str | None) -> str:
    """The folder of decision records: what `.adr-dir` says, else the first usual one with files."""
    if adr_dir is not None:
        return str(PurePosixPath(adr_dir.strip() or "doc/adr"))
    present = list(paths)
    return next(
        (folder for folder in ADR_FOLDERS if any(p.startswith(f"{folder}/") for p in present)), ""
    )


@dataclass(frozen=True)
class Library:
    """The documents of one tree by path, each with its kind.

    `tracked` is every file of the tree; `others` has the texts of further files that rules ask
    about, such as alert rules.
    """

    documents: "Mapping[str, Document]"
    kinds: Mapping[str, Kind]
    tracked: frozenset[str]
    others: Mapping[str, bytes]

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that a file lies in, the root as ""."""
        found = {""}
        for path in self.tracked:
            folder = path.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    def of(self, kind: Kind) -> "tuple[Document, ...]":
        """The documents of a kind, by path."""
        return tuple(
            document
            for path, document in sorted(self.documents.items())
            if self.kinds.get(path) is kind
        )
