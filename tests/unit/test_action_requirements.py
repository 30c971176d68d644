"""What the Action installs: the runtime closure, pinned by hashes, and nothing else."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.repo import ROOT

LOCK = (ROOT / "requirements" / "action.txt").read_text("utf-8")


def pins(text: str) -> dict[str, Requirement]:
    """The pins by name, with their markers."""
    lines = (line.rstrip(" \\") for line in text.splitlines() if line[:1].isalnum())
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each for each in found}


def here(requirement: Requirement, extra: str = "") -> bool:
    """Whether a requirement holds on this machine."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def closure(requirements: list[Requirement]) -> Iterator[str]:
    """Every distribution that these ask for, by what is installed."""
    seen: set[tuple[str, str]] = set()
    waiting = [(each, extra) for each in requirements for extra in ("", *each.extras)]
    while waiting:
        wanted, extra = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        yield name
        for each in map(Requirement, metadata.requires(name) or []):
            if here(each, extra):
                waiting += [(each, one) for one in ("", *each.extras)]


def test_it_is_exactly_what_qgate_needs_to_run() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = set(closure([Requirement(each) for each in project["dependencies"]]))
    pinned = {name for name, pin in pins(LOCK).items() if here(pin)}
    assert len(needed) > 20
    assert pinned == needed


def test_every_pin_is_one_version_with_hashes_and_no_address() -> None:
    for name, pin in pins(LOCK).items():
        (specifier,) = pin.specifier
        assert specifier.operator == "==", name
        assert pin.url is None, name
    blocks = re.split(r"\n(?=\w)", LOCK)
    assert len(blocks) == len(pins(LOCK))
    assert all("--hash=sha256:" in block for block in blocks)
    left = re.sub(r"    --hash=sha256:[0-9a-f]{64}( \\)?\n", "", f"{LOCK}\n")
    assert not re.search(r"^ |--|://", left, re.MULTILINE), left


def test_tests_run_with_the_versions_that_the_action_installs() -> None:
    tested = pins((ROOT / "requirements" / "dev.txt").read_text("utf-8"))
    ours = {name: pin.specifier for name, pin in pins(LOCK).items()}
    assert ours == {name: tested[name].specifier for name in ours}
