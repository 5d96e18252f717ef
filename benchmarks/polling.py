"""When to ask: our schedule against fixed and exponential ones, on the same draws. Nothing runs.

The times are drawn as the vendor's own published figures say. A job's lag is the time from its
result to the first look that finds it.
"""

import random
import statistics
from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat

from bot.domain import schedule
from sandbox.modelslab.jobs import published_latency_s

DRAWS = 20_000
SEED = 7
# As the engine keeps them: the latest ones of the model.
KNOWN = 20

Schedule = Callable[[list[float]], Iterator[float]]
"""The waits between looks, in seconds, given the model's past times."""


def ours(past_s: list[float]) -> Iterator[float]:
    elapsed_s = schedule.first_poll_s(None, past_s)
    yield elapsed_s
    while True:
        wait_s = schedule.next_poll_s(elapsed_s)
        elapsed_s += wait_s
        yield wait_s


def exponential(_past_s: list[float]) -> Iterator[float]:
    wait_s = 0.5
    while True:
        yield wait_s
        wait_s = min(2 * wait_s, 30.0)


SCHEDULES: dict[str, Schedule] = {
    "ours": ours,
    "every second": lambda _: repeat(1.0),
    "every 2 seconds": lambda _: repeat(2.0),
    "every 5 seconds": lambda _: repeat(5.0),
    "doubling from 0.5 s": exponential,
}


def played(schedule_of: Schedule, took_s: list[float]) -> tuple[list[float], int]:
    """The lag of every job in seconds, and how often was looked in all."""
    past_s: deque[float] = deque(maxlen=KNOWN)
    lags_s, polls = [], 0
    for needs_s in took_s:
        at_s, looks = 0.0, 0
        waits_s = schedule_of(list(past_s))
        while at_s < needs_s:
            at_s, looks = at_s + next(waits_s), looks + 1
        lags_s.append(at_s - needs_s)
        polls += looks
        # What is known of the past is what looks could tell.
        past_s.append(schedule.taken_s(at_s, looks=looks - 1))
    return lags_s, polls


async def measure() -> list[str]:
    """The lines of the report."""
    rng = random.Random(SEED)
    took_s = [published_latency_s(rng) for _ in range(DRAWS)]
    lines = [f"{DRAWS} jobs, seed {SEED}", f"{'':21} lag p50    p95    p99   polls a job"]
    for name, schedule_of in SCHEDULES.items():
        lags_s, polls = played(schedule_of, took_s)
        quantiles = statistics.quantiles(lags_s, n=100)
        lines.append(
            f"{name:21} {statistics.median(lags_s):7.2f} {quantiles[94]:6.2f} "
            f"{quantiles[98]:6.2f} {polls / DRAWS:12.1f}"
        )
    return lines
