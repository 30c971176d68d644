"""Patience of which nobody feels the waits: time passes where it is slept."""

from dataclasses import dataclass, field
from typing import Any

from qgate.system.github.patience import Patience


@dataclass(slots=True)
class Clock:
    """Seconds since 1970 that only pass in `sleep`. `waits` are the sleeps so far."""

    now: float = 1_800_000_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += seconds

    def patience(self, **changed: Any) -> Patience:
        """With this clock, no luck, and bounds that a test can wait for."""
        given = {"connect": 5.0, "read": 5.0, "whole": 10.0, "chance": lambda: 0.5, **changed}
        return Patience(sleep=self.sleep, clock=lambda: self.now, **given)
