"""Branches, trees and files."""

from typing import Final

from tests.support.github import trees
from tests.support.github.documents import repository
from tests.support.github.operations import Answer, Asked, Operation, Refused, missing

_NEEDS: Final = ("contents",)
_RAW: Final = "application/vnd.github.raw"


def _branch(asked: Asked) -> Answer:
    name = asked.params["name"]
    if name not in asked.state.branches:
        raise Refused(404, "Branch not found")
    return Answer(data=repository.branch(asked.at, name))


def _ref(asked: Asked) -> Answer:
    name = asked.params["name"]
    if name not in asked.state.branches:
        raise missing()
    return Answer(data=repository.ref(asked.at, name))


def _tree(asked: Asked) -> Answer:
    # Whatever the value is, its being there asks for everything.
    is_deep = "recursive" in asked.query
    name = asked.params["sha"]
    sha = asked.state.branches.get(name, name)
    if sha in asked.state.commits:
        files = asked.state.commits[sha]
        return Answer(data=repository.tree(asked.at, sha, files, is_deep=is_deep))
    for files in asked.state.commits.values():
        below = trees.folders(files).get(sha)
        if below is not None:
            document = repository.tree(asked.at, sha, files, below=below, is_deep=is_deep)
            return Answer(data=document)
    raise missing()


def _blob(asked: Asked) -> Answer:
    sha = asked.params["sha"]
    for files in asked.state.commits.values():
        for mode, data in map(trees.of, files.values()):
            if mode != "160000" and trees.blob_id(data) == sha:
                if asked.accept.startswith(_RAW):
                    return Answer(data=data)
                return Answer(data=repository.blob(asked.at, sha, data))
    raise missing()


def _operation(path: str, answer: object, gives: str, query: tuple[str, ...] = ()) -> Operation:
    assert callable(answer)
    path = f"/repos/{{owner}}/{{repo}}{path}"
    return Operation(method="GET", path=path, answer=answer, gives=gives, needs=_NEEDS, query=query)


OPERATIONS: Final = (
    _operation("/branches/{name*}", _branch, "BranchWithProtection"),
    _operation("/git/ref/heads/{name*}", _ref, "GitRef"),
    _operation("/git/trees/{sha}", _tree, "GitTree", ("recursive",)),
    _operation("/git/blobs/{sha}", _blob, "Blob"),
)
