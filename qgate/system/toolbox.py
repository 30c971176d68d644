"""Where a tool is, which version it has, and what it may see of the environment.

The project's own comes first: the active virtual environment, `.venv`, node_modules, PATH, and
only then the one that came with qgate.
"""

import functools
import hashlib
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

# What reaches every tool; its definition can name more. Nothing that names git's own state does:
# a tool that calls git in a hook must find the repository by itself.
_ALLOWED: Final = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ"),
    *("TMPDIR", "TMP", "TEMP", "XDG_*", "SYSTEMROOT"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "NODE_PATH", "NODE_OPTIONS"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "CI"),
)
# Byte code belongs to nobody's working tree, and colours to no parser.
_FIXED: Final = {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "PYTHONUTF8": "1"}
_SHEBANG: Final = re.compile(rb"#!\s*(\S+)")
_INSTALLED: Final = (".dist-info", ".egg-info", ".egg-link", ".pth")
_INTERPRETERS: Final = ("python3", "python")


@dataclass(frozen=True, slots=True)
class Program:
    """An executable: its absolute path, links not resolved, and in words whose it is."""

    path: Path
    origin: str


def environment(
    environ: Mapping[str, str], extra: Iterable[str], variables: Mapping[str, str]
) -> dict[str, str]:
    """The allow-listed variables, those a definition names (patterns of the shell), and its own."""
    patterns = (*_ALLOWED, *extra)
    plain = {name for name in patterns if "*" not in name}
    stars = [name for name in patterns if "*" in name]
    kept = {
        name: value
        for name, value in environ.items()
        if name in plain or any(fnmatchcase(name, star) for star in stars)
    }
    return {**kept, **_FIXED, **variables}


def find(name: str, root: Path, environ: Mapping[str, str]) -> Program | None:
    """The program of that name that a project at `root` means; None where there is none.

    A name with a slash is a path from `root`.
    """
    if "/" in name:
        path = root / name
        return Program(path, "the definition's path") if _is_executable(path) else None
    own = Path(sys.prefix, "bin")
    for folder, origin in _places(root, environ, own):
        if _is_executable(path := folder / name):
            return Program(path, origin)
    path = own / name
    return Program(path, "came with qgate") if _is_executable(path) else None


def looked_for(name: str, root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Where a program would be found before the one that is; its folders count by being there."""
    if "/" not in name:
        for folder, _ in _places(root, environ, Path(sys.prefix, "bin")):
            yield folder / name
            if _is_executable(folder / name):
                return


def _places(root: Path, environ: Mapping[str, str], own: Path) -> Iterable[tuple[Path, str]]:
    active = environ.get("VIRTUAL_ENV", "")
    if _is_shared(root, environ):
        yield own, "the project's environment, where qgate is too"
    elif active and Path(active, "bin") != own:
        yield Path(active, "bin"), "the active virtual environment"
    yield root / ".venv" / "bin", ".venv"
    yield root / "node_modules" / ".bin", "node_modules"
    for each in environ.get("PATH", "").split(os.pathsep):
        if each and Path(each) != own:
            yield Path(root, each), "PATH"


def _is_executable(path: Path) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113 - hot, and never raises


def interpreter(root: Path, environ: Mapping[str, str]) -> Path:
    """The Python that has the project's dependencies; qgate's own where there is no other."""
    for name in _INTERPRETERS:
        found = find(name, root, environ)
        if found is not None:
            return found.path
    return Path(sys.executable)


def _is_shared(root: Path, environ: Mapping[str, str]) -> bool:
    """Whether qgate's own environment is the project's, as a development one is.

    pre-commit and pipx make one for qgate alone, and may call it active.
    """
    own = Path(sys.prefix)
    if "PRE_COMMIT" in environ or "pipx" in own.parts or (root / ".venv").is_dir():
        return False
    first = shutil.which("python3", path=environ.get("PATH", ""))
    is_active = Path(environ.get("VIRTUAL_ENV") or "/") == own
    is_first = first is not None and Path(first).parent == own / "bin"
    return is_active or is_first or _is_installed_here(root)


def _is_installed_here(root: Path) -> bool:
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8")).get("project", {})
        name = re.sub(r"[-_.]+", "_", str(project["name"])).lower()
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False
    found = Path(sys.prefix).glob("lib/python3*/site-packages/*.dist-info")
    return any(each.name.lower().startswith(f"{name}-") for each in found)


def fingerprint(program: Path) -> str:
    """Changes when the executable does, or what is installed beside it.

    For a Python program also every distribution in its environment, with its version (plugins
    are such); for one of node_modules the list that npm keeps. By content alone: the same
    tools in another folder, or on another machine, have the same fingerprint.
    """
    whole = hashlib.sha256(_digest(program).encode())
    for folder in beside(program):
        whole.update(_listing(folder).encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def beside(program: Path) -> tuple[Path, ...]:
    """The folders or files whose state says what is installed for a program."""
    found: list[Path] = []
    for start in {program, Path(os.path.realpath(program)), _interpreter_of(program)}:
        if start is None:
            continue
        prefix = start.parent.parent
        found += prefix.glob("lib/python3*/site-packages")
        if prefix.name == "node_modules" and (lock := prefix / ".package-lock.json").exists():
            found.append(lock)
        for parent in start.parents:
            if parent.name == "node_modules" and (lock := parent / ".package-lock.json").exists():
                found.append(lock)
    return tuple(sorted(set(found)))


def is_known_by_its_files(program: Path) -> bool:
    """Whether the fingerprint tells the version: false for shims that choose when called."""
    if "shims" in program.parts or "shims" in Path(os.path.realpath(program)).parts:
        return False
    with program.open("rb") as stream:
        is_script = stream.read(2) == b"#!"
    return not is_script or bool(beside(program))


def _interpreter_of(program: Path) -> Path | None:
    """The interpreter in a script's first line, if it is given by path."""
    try:
        with program.open("rb") as stream:
            match = _SHEBANG.match(stream.read(256))
    except OSError:
        return None
    path = Path(os.fsdecode(match[1])) if match else None
    return path if path and path.is_absolute() and path.name.startswith("python") else None


@functools.cache
def _digest_at(path: str, _identity: tuple[int, ...]) -> str:
    with open(path, "rb") as stream:  # noqa: PTH123 - a cached function takes plain values
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest(path: Path) -> str:
    """The content of a file, in a run of qgate read once."""
    try:
        found = path.stat()
        state = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode)
        return f"{found.st_mode} {_digest_at(str(path), state)}"
    except OSError:
        return "missing"


def _listing(place: Path) -> str:
    """The distributions in a site-packages folder by name and content, or one file's content."""
    if place.is_file():
        return _digest(place)
    try:
        with os.scandir(place) as entries:
            names = sorted(each.name for each in entries if each.name.endswith(_INSTALLED))
    except OSError:
        names = []
    return "\n".join(f"{name} {_digest(_record(place / name))}" for name in names)


def _record(installed: Path) -> Path:
    """The file that changes with every installation of a distribution."""
    return installed / "RECORD" if installed.name.endswith(".dist-info") else installed
