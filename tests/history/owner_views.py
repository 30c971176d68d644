"""What qgate, other programs and git say of the owners of a repository's paths."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qgate.model.owners import identity
from qgate.parse import codeowners
from qgate.parse.path_index import PathIndex
from tests.history.owner_reasons import Answer, Line
from tests.support.repo import Repo, make_repo


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A repository's file and its tracked paths, which are Unicode with surrogate escapes."""

    name: str
    commit: str
    where: str
    data: bytes
    paths: tuple[str, ...]

    @property
    def text(self) -> str:
        """The file as text."""
        return self.data.decode("utf-8", "surrogateescape")


def read_corpus(folder: Path) -> Corpus:
    """A folder with `paths` beside its CODEOWNERS, or else a git checkout."""
    if (folder / "paths").is_file() and (folder / "where").is_file():
        where = (folder / "where").read_text("utf-8").split("\n")[0]
        name, commit = ((folder / each).read_text("utf-8").strip() for each in ("repo", "commit"))
        data, paths = (folder / "CODEOWNERS").read_bytes(), (folder / "paths").read_bytes()
    else:
        there = [each for each in codeowners.LOCATIONS if (folder / each).is_file()]
        if not there:
            raise SystemExit(f"{folder} has no CODEOWNERS where GitHub looks for it")
        repo = Repo(folder, dict(os.environ))
        where, name, commit = there[0], folder.resolve().name, repo.git("rev-parse", "HEAD")
        data, paths = (folder / where).read_bytes(), os.fsencode(repo.git("ls-files", "-z"))
    listed = tuple(each.decode("utf-8", "surrogateescape") for each in paths.split(b"\0") if each)
    return Corpus(name=name, commit=commit, where=where, data=data, paths=listed)


def by_qgate(corpus: Corpus) -> list[Answer]:
    """What qgate says of each path."""
    rules = codeowners.parse(corpus.data, corpus.where).rules
    index = PathIndex([rule.pattern for rule in rules])
    numbers = (index.last(path) for path in corpus.paths)
    answers = [Answer(rule.place.line, _identities(rule.owners)) for rule in rules]
    return [Answer() if number is None else answers[number] for number in numbers]


def _identities(owners: Sequence[str]) -> frozenset[str]:
    return frozenset(map(identity, owners))


@dataclass(frozen=True, slots=True)
class Other:
    """What another implementation says of each path, and of the lines that it cannot read."""

    answers: Sequence[Answer]
    refused: Mapping[int, str] = field(default_factory=dict)
    version: str = ""


def by_program(argv: Sequence[str], corpus: Corpus, work: Path) -> Other:
    """Ask a program that gets the file's path as its argument and the paths as its input."""
    file = work / "CODEOWNERS"
    file.write_bytes(corpus.data)
    done = subprocess.run(
        [*argv, str(file)], input=_joined(corpus.paths), stdout=subprocess.PIPE, check=True
    )
    said = json.loads(done.stdout)
    answers = [Answer(line, _identities(owners)) for line, owners in said["paths"]]
    return Other(answers, {int(at): text for at, text in said["refused"].items()}, said["version"])


def _joined(paths: Sequence[str]) -> bytes:
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


class Ignore:
    """git's ignore rules, asked about one pattern in an empty repository."""

    def __init__(self, folder: Path) -> None:
        self._repo = make_repo(folder / "empty", folder)
        self._file = folder / "pattern"

    def matched(self, pattern: str, paths: Sequence[str]) -> set[str]:
        """Those that the pattern matches; it may be of several lines."""
        if not paths:
            return set()
        self._file.write_bytes(f"{pattern}\n".encode("utf-8", "surrogateescape"))
        argv = ["git", "-c", f"core.excludesFile={self._file}", "check-ignore", "--no-index"]
        done = subprocess.run(
            [*argv, "-z", "--stdin"],
            # A leading `:` would be magic.
            input=_joined([f"./{path}" for path in paths]),
            stdout=subprocess.PIPE,
            cwd=self._repo.path,
            env=self._repo.environ,
            check=False,
        )
        if done.returncode not in {0, 1}:
            raise SystemExit(f"git check-ignore ended with {done.returncode} for {pattern}")
        found = done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
        return {path.removeprefix("./") for path in found}

    def last(self, lines: Mapping[int, Line], paths: Sequence[str]) -> tuple[Other, Other]:
        """Each path's answer by git alone, and by GitHub's rules as far as git can say them."""
        alone: dict[str, Answer] = {}
        truth: dict[str, Answer] = {}
        for number in sorted(lines, reverse=True):
            line = lines[number]
            answer = Answer(number, _identities(line.owners))
            left = [path for path in paths if path not in alone or path not in truth]
            matched = self.matched(line.pattern, left)
            alone = dict.fromkeys(matched, answer) | alone
            if not line.skipped:
                pattern = at_github(line.pattern)
                known = matched if pattern == line.pattern else self.matched(pattern, left)
                truth = dict.fromkeys(known, answer) | truth
        return (
            Other([alone.get(path, Answer()) for path in paths]),
            Other([truth.get(path, Answer()) for path in paths]),
        )


def at_github(pattern: str) -> str:
    """The same for git: folders in `docs` are not matched by `docs/*`; `a/**/` is `a/**`."""
    if pattern.endswith("/**/") and pattern != "/**/":
        return pattern[:-1]
    return f"{pattern}\n!{pattern}/" if pattern.endswith("/*") else pattern
