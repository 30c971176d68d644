"""The first thing that runs: an answer that can be given again is given without loading the rest.

Standard output is the same to the byte as it was; that it is a repetition goes to standard error.
"""

import gc
import os
import sys
import time

from qgate.system import replay

# What `qgate.cli.check` needs to keep an answer: the call's name, where, and git's view before it.
asked: tuple[str, str, replay.State, int] | None = None


def main() -> None:
    """Run qgate: the same answer as before, or the whole command line."""
    if sys.argv[1:] == ["adr", "list"]:
        _list_at_once()
    if sys.argv[1:2] == ["check"] and not any(map(_is_elsewhere, sys.argv)):
        _answer_again()
    # A short life makes no garbage worth the looking.
    gc.disable()
    from qgate.cli.main import main as whole  # noqa: PLC0415 - this is what is to be avoided

    whole()


def _list_at_once() -> None:
    """Exit with the list of decision records, where that can be had without loading the rest."""
    from qgate.system import adr_listing  # noqa: PLC0415 - for this command only

    try:
        said = adr_listing.listing(os.getcwd())
        if said is None:
            return
        sys.stdout.write(said)
        sys.stdout.flush()
    except OSError:
        # The whole command says what is wrong; a reader that has gone reads neither.
        return
    os._exit(0)


def _is_elsewhere(word: str) -> bool:
    """Whether an argument means another folder than this one, or writes a file."""
    return word.startswith(("-C", "--output"))


def _answer_again() -> None:
    """Exit with a kept answer; else note what is needed to keep the one to come."""
    global asked  # noqa: PLW0603 - two entry points in one process, a few lines apart
    started = time.time_ns()
    try:
        folder = os.getcwd()
    except OSError:
        return
    name = replay.key(sys.argv[1:], folder, os.environ, terminal())
    state = replay.capture(folder, os.environ) if name else None
    if name is None or state is None:
        return
    if _is_untidy():
        return
    place = os.path.join(cache_folder(), "replay")
    kept = replay.find(place, name, state)
    if kept is None:
        asked = (place, name, state, started)
        return
    try:
        sys.stdout.write(kept.text)
        sys.stdout.flush()
        ago = max(0, round(time.time() - kept.made))
        sys.stderr.write(f"qgate: the answer of {ago} s ago; nothing that it read has changed\n")
        sys.stderr.flush()
    except OSError:
        # A reader that has gone is no error: the verdict stands.
        pass
    # No buffer, no thread and no temporary file is left that an orderly end would see to.
    os._exit(kept.code)


def _is_untidy() -> bool:
    """Whether a run is under way, or was killed and left something that a whole run takes away."""
    try:
        return bool(os.listdir(os.path.join(cache_folder(), "runs")))
    except OSError:
        return False


def terminal() -> str:
    """How standard output is drawn: on what, and how wide."""
    try:
        if not sys.stdout.isatty():
            return "none"
        return str(os.get_terminal_size(sys.stdout.fileno()))
    except (AttributeError, OSError, ValueError):
        return "unknown"


def cache_folder() -> str:
    """The cache's folder by the rule of `qgate.system.cache.folder`, which a test compares."""
    if named := os.environ.get("QGATE_CACHE_DIR"):
        return named
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.environ.get("HOME") or os.path.expanduser("~")
        base = os.path.join(home, ".cache")
    return os.path.join(base, "qgate")
