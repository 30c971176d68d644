"""Git repositories with a change in their last commit, of any size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.sources import Language, Source, block, blocks_of, head, joined
from tests.support.repo import Repo, make_repo

# Block numbers: this many are set aside for each file, half of them for its new blocks.
_NUMBERS: Final = 2000
_FILES_IN_FOLDER: Final = 40
_IGNORED: Final = ".coverage*\n__pycache__/\n"
# qgate leaves test files out of the percentage and diff-cover does not.
_NOT_JUDGED: Final = ("test", "conftest", "docs", "examples", "setup.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository whose HEAD is one commit ahead of `base`.

    `sources` are HEAD's files by path, `changed` the paths that the commit changed, `outside` a
    folder beside the repository for what must not lie in it.
    """

    repo: Repo
    base: str
    sources: Mapping[str, Source]
    changed: tuple[str, ...]
    outside: Path

    @property
    def lines(self) -> int:
        """All lines of HEAD."""
        return sum(source.line_count for source in self.sources.values())

    @property
    def added(self) -> int:
        """The lines that the commit adds, as git counts them."""
        rows = self.repo.git("diff", "--numstat", self.base, "HEAD").splitlines()
        return sum(int(row.split("\t")[0]) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to make: `files` of about `lines` lines each, `changed` of them by a commit.

    The commit puts `added` lines or a little more into each and, if `replaces`, rewrites one
    of its blocks.
    """

    files: int
    lines: int
    changed: int
    added: int
    replaces: bool = True
    language: Language = Language.PYTHON


def make(folder: Path, plan: Plan, *, bystanders: Iterable[str] = ()) -> Project:
    """A new project in a folder that does not exist yet; `bystanders` are empty files."""
    step = max(1, plan.files // plan.changed)
    chosen = set(list(range(0, plan.files, step))[: plan.changed])
    before: dict[str, Source] = {}
    after: dict[str, Source] = {}
    for index in range(plan.files):
        path = path_of(index, plan.language)
        start = index * _NUMBERS
        blocks = blocks_of(plan.lines, start, plan.language)
        top = head(start, plan.language)
        before[path] = after[path] = joined([top, *blocks])
        if index in chosen:
            new = blocks_of(plan.added, start + _NUMBERS // 2, plan.language)
            middle = len(blocks) // 2
            rest = blocks[middle:]
            if plan.replaces:
                rest[0] = block(start + _NUMBERS - 1, plan.language)
            after[path] = joined([top, *blocks[:middle], *new, *rest])
    return _committed(folder, before, after, bystanders)


def path_of(index: int, language: Language = Language.PYTHON) -> str:
    """The path of a project's file with this index."""
    return f"src/area_{index // _FILES_IN_FOLDER}/module_{index}{language.value}"


def copy(folder: Path, checkout: Path, *, changed: int, added: int) -> Project:
    """The Python files of a checkout in a new repository, blocks added to some of them.

    All of its own lines count as executed. The checkout itself is only read.
    """
    before = {
        path.relative_to(checkout).as_posix(): _existing(path.read_text("utf-8"))
        for path in sorted(checkout.rglob("*.py"))
        if not path.relative_to(checkout).as_posix().startswith((".", "venv", "build"))
    }
    judged = [path for path in before if not any(word in path for word in _NOT_JUDGED)]
    # Every so many in the order of size: neither the largest only nor the smallest.
    by_size = sorted(judged, key=lambda path: -before[path].line_count)
    chosen = by_size[:: max(1, len(by_size) // changed)][:changed]
    after = dict(before)
    for index, path in enumerate(chosen):
        new = blocks_of(added, index * _NUMBERS, Language.PYTHON)
        after[path] = joined([before[path], Source("\n\n"), *new])
    return _committed(folder, before, after, ())


def _existing(text: str) -> Source:
    if text and not text.endswith("\n"):
        text += "\n"
    lines = tuple(range(1, text.count("\n") + 1))
    return Source(text, hits=lines, executed=lines)


def _committed(
    folder: Path,
    before: Mapping[str, Source],
    after: Mapping[str, Source],
    bystanders: Iterable[str],
) -> Project:
    home = folder / "home"
    home.mkdir(parents=True)
    repo = make_repo(folder / "repo", home)
    # Nothing of a measuring run must reach into what is timed here.
    repo = Repo(repo.path, {k: v for k, v in repo.environ.items() if not k.startswith("COV")})
    repo.git("config", "gc.auto", "0")
    changed = tuple(path for path, source in after.items() if source is not before[path])
    base = repo.commit(
        {
            ".gitignore": _IGNORED,
            **dict.fromkeys(bystanders, ""),
            **{path: source.text for path, source in before.items()},
        }
    )
    repo.commit({path: after[path].text for path in changed})
    # As after a clone: one pack, and an index that trusts the files' times.
    repo.git("repack", "-a", "-d", "--quiet")
    repo.git("status", "--porcelain")
    return Project(repo=repo, base=base, sources=after, changed=changed, outside=home)
