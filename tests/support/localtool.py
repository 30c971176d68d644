"""Tools whose program and definition are files of the repository itself."""

from typing import Final

from tests.support.repo import Repo

SHELL: Final = "#!/bin/sh\n"
# Finds BAD; says its version like a sound tool.
FINDS: Final = f"""{SHELL}\
test "$1" = --version && {{ echo finder 1.0; exit; }}
grep -Hn BAD "$@"
test $? -le 1
"""
_LINE: Final = r"'^(?P<path>[^:]+):(?P<line>\d+):(?P<message>.*)$'"


def definition(name: str, **fields: str) -> dict[str, str]:
    """The file that defines a tool of the gate lint, by its path; fields as YAML.

    It runs bin/NAME with the changed text files, and a line of its output is `path:line:message`.
    """
    whole = {"gate": "lint", "command": f'[bin/{name}, "{{files}}"]', "files": "['*.txt']"}
    whole |= {"output": "regex", "pattern": _LINE} | fields
    if whole["output"] != "regex":
        del whole["pattern"]
    text = "".join(f"{key}: {value}\n" for key, value in whole.items())
    return {f".qgate/rules/tools/{name}.yml": text}


def program(repo: Repo, name: str, content: str | bytes, mode: int = 0o755) -> None:
    """An executable file in the repository's `bin`."""
    repo.write({f"bin/{name}": content})
    (repo.path / "bin" / name).chmod(mode)
