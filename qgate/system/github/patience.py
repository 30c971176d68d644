"""How long to wait for GitHub, and for how much."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Bounds, times in seconds. Every field has a value that fits a run of CI.

    - `connect`, `read`: for a connection, and between two bytes of an answer;
    - `whole`: for one exchange from its first byte to its last, whatever drips in between;
    - `tries`: of one request, the first included;
    - `longest`: waits and failed exchanges of all requests of one client together;
    - `between_writes`: GitHub takes 80 creations of content a minute;
    - `pages`: of one listing; `bytes`: of one JSON answer;
    - `sleep`, `clock` (seconds since 1970), `chance` (0 to 1): for tests.
    """

    connect: float = 10.0
    read: float = 30.0
    whole: float = 60.0
    tries: int = 5
    longest: float = 120.0
    between_writes: float = 1.0
    pages: int = 400
    bytes: int = 64 << 20
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
