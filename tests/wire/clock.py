"""The time that decides deadlines: real time plus what a test has added. Never sleeps.

Ids and message times stay real, because the bot under test compares them with its own clock.
"""

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._ahead_s = 0.0

    def seconds(self) -> float:
        """A monotonic reading; only differences mean something."""
        return time.perf_counter() + self._ahead_s

    def epoch_s(self) -> float:
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._ahead_s += seconds


def utcnow() -> datetime:
    return datetime.now(UTC)
