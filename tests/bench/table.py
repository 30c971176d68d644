"""What was measured, as text."""

import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Final

from qgate import __version__
from tests.bench.measure import Measurement

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """What was wanted, in words; what came out; whether that will do."""

    wanted: str
    result: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case: what it was about, its measurements, its targets, and in words who is missing."""

    case: str
    about: str
    measured: tuple[Measurement, ...]
    targets: tuple[Target, ...]
    is_median: bool = False
    left_out: tuple[str, ...] = ()


def at_least(times: float, than: Measurement, ours: Measurement) -> Target:
    """`ours` is to be so many times faster than the other one (by the best runs)."""
    ratio = than.seconds / ours.seconds
    wanted = f"{ours.name}: at least {times:g} x as fast as {than.name}"
    return Target(wanted, f"{ratio:.2f} x", ratio >= times)


def at_most(times: float, of: float, what: str, ours: float) -> Target:
    """A time is to be at most so many times another one."""
    return Target(f"at most {times:g} x {what}", f"{ours / of:.2f} x", ours / of <= times)


def faster(times: float, than: Measurement, ours: Measurement) -> Target:
    """`ours` is to be so many times faster, by the best runs and by the medians."""
    best, middle = than.seconds / ours.seconds, than.median / ours.median
    wanted = f"{ours.name}: at least {times:g} x as fast as {than.name}"
    return Target(wanted, f"{best:.2f} x, {middle:.2f} x", min(best, middle) >= times)


def within(times: float, floor: Measurement, ours: Measurement) -> Target:
    """`ours` is to take at most so many times as long, by the best runs and by the medians."""
    best, middle = ours.seconds / floor.seconds, ours.median / floor.median
    wanted = f"{ours.name}: at most {times:g} x {floor.name}"
    return Target(wanted, f"{best:.2f} x, {middle:.2f} x", max(best, middle) <= times)


def not_slower_by(seconds: float, than: Measurement, ours: Measurement) -> Target:
    """`ours` is to take at most so much longer, by the best runs and by the medians."""
    best, middle = ours.seconds - than.seconds, ours.median - than.median
    wanted = f"{ours.name}: at most {1000 * seconds:.0f} ms longer than {than.name}"
    result = f"{1000 * best:+.0f} ms, {1000 * middle:+.0f} ms"
    return Target(wanted, result, max(best, middle) <= seconds)


def below(megabytes: int, ours: Measurement) -> Target:
    """The greatest memory is to be below a limit."""
    peak = ours.peak / MEGABYTE
    return Target(f"{ours.name}: under {megabytes} MB", f"{peak:.0f} MB", peak < megabytes)


def machine() -> str:
    """Versions and machine in two lines."""
    git = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True)
    tools = ("coverage", "diff_cover", "click")
    versions = ", ".join(f"{tool} {metadata.version(tool)}" for tool in tools)
    return (
        f"qgate {__version__}, {versions}, Python {platform.python_version()}, "
        f"{git.stdout.strip()}\n{platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}. "
        f"Contestants by turns. A target is judged by the best runs ('start': the medians); where "
        f"it shows two figures, by both: best, median. MB: 10^6 bytes, the largest process of all."
    )


def rows(result: Result) -> Iterator[str]:
    """The case's part of the table."""
    yield f"{result.case}: {result.about}"
    yield f"  {'':56}{'best':>9}  {'median':>9}  {'peak':>8}"
    for each in result.measured:
        turns = f"{len(each.every)} run{'s' if len(each.every) > 1 else ''}"
        yield (
            f"  {each.name:56}{each.seconds:9.3f} s{each.median:9.3f} s"
            f"{each.peak / MEGABYTE:6.0f} MB   ({turns})"
        )
    for target in result.targets:
        word = "met" if target.is_met else "NOT MET"
        yield f"  target: {target.wanted:92}{target.result:>18}   {word}"
    for missing in result.left_out:
        yield f"  left out: {missing}"


def show(result: Result) -> None:
    """Print a case as soon as it is measured."""
    load = f"  load average when it ended: {os.getloadavg()[0]:.1f}"
    print(*rows(result), load, "", sep="\n", flush=True)
