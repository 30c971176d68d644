"""Where a tool is, which version it has, and what it may see of the environment.

The project's own comes first: the active virtual environment, `.venv`, node_modules, PATH, and
only then the one that came with qgate.
"""

import hashlib
import os
import re
import sys
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
    # pre-commit and pipx make an environment for qgate alone and may call it active.
    if active and Path(active, "bin") != own:
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


def fingerprint(program: Path) -> str:
    """Changes when the executable does, or what is installed beside it.

    For a Python program also every distribution in its environment, with its version (plugins
    are such); for one of node_modules the list that npm keeps.
    """
    parts = [_identity(program)]
    real = Path(os.path.realpath(program))
    if real != program:
        parts.append(_identity(real))
    parts += map(_listing, beside(program))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


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


def _identity(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{path} is missing"
    return f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ino} {status.st_mode}"


def _listing(place: Path) -> str:
    """The distributions in a site-packages folder, or the identity of a file."""
    if place.is_file():
        return _identity(place)
    try:
        with os.scandir(place) as entries:
            names = sorted(
                _identity(Path(each.path)) if each.name.endswith(".pth") else each.name
                for each in entries
                if each.name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth"))
            )
    except OSError:
        names = []
    return "\n".join([str(place), *names])
