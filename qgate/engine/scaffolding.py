"""What all generators of documents do: find a folder, and make the file."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qgate.documents import rules
from qgate.documents.kinds import Kind
from qgate.errors import UsageError
from qgate.parse.documents import MAX_BYTES, MalformedDocument, read
from qgate.system import shelf


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was written, or would have been."""

    path: Path
    text: str


def create(
    folder: Path, named: Callable[[frozenset[str]], tuple[str, str]], *, is_dry: bool
) -> Made:
    """A document in a folder, which is made. `named` gives name and text; see `shelf.create_next`.

    Raises `UsageError`, and then leaves nothing behind.
    """
    here = frozenset(os.listdir(folder)) if folder.is_dir() else frozenset()  # noqa: PTH208
    # What is wrong with the template shows before a folder is made.
    name, text = named(here)
    if is_dry:
        if name in here:
            hint = "choose another title, or change the file that is there"
            raise UsageError(f"{folder / name} exists already", hint=hint)
        return Made(folder / name, text)
    texts: dict[str, str] = {}

    def kept(taken: frozenset[str]) -> tuple[str, str]:
        name, text = named(taken)
        texts[name] = text
        return name, text

    path = shelf.create_next(folder, kept)
    return Made(path, texts[path.name])


def place(root: Path, folder: str) -> Path:
    """A folder of documents on disk. Raises `UsageError` for one outside of the repository."""
    path = Path(os.path.normpath(root / folder.strip("/")))
    real = Path(os.path.realpath(path))
    if real == Path(os.path.realpath(root)) or not real.is_relative_to(os.path.realpath(root)):
        hint = "name a folder below the repository's root in .qgate.yml"
        raise UsageError(f"{folder} is no folder inside the repository", hint=hint)
    return path


def refuse_failing(text: str, name: str, kind: Kind) -> None:
    """Raise `UsageError` for a text that the gate would refuse by itself."""
    try:
        document = read(text.encode("utf-8", "replace"), name)
    except MalformedDocument as error:
        raise UsageError(f"line {error.line}: {error}", hint="mend the template") from error
    faults = [each for each in rules.of_document(document, kind) if each.blocking]
    if faults:
        said = "\n".join(f"line {each.line}: {each.message} [{each.rule}]" for each in faults)
        hint = "keep it a draft, or mend the text"
        raise UsageError(f"the document would not pass:\n{said}", hint=hint)


def bytes_of(path: Path) -> bytes:
    """A file of the working tree, one byte more than a document may have at the most.

    Raises `MalformedDocument` for what is no regular file: a link, a pipe, a folder.
    """
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            what = "a link" if stat.S_ISLNK(mode) else "no regular file"
            raise MalformedDocument(f"the file is {what}", 0)
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise MalformedDocument(f"cannot be read: {error.strerror}", 0) from error
