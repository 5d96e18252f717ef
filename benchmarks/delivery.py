"""From "the result is ready at the vendor" to "the picture stands in the channel", by polling.

The stand-in takes as long as the vendor's own published figures say.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path

from sandbox.modelslab.jobs import published_latency_s
from tests.scenarios.town import Town, a_town

JOBS = 120
AT_ONCE = 8
GOALS = {"p50": 0.35, "p95": 2.8, "polls a job": 4.0}


async def measure() -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        async with a_town(
            Path(scratch),
            DEFAULT_SERVER_DAY="100000",
            DEFAULT_SERVER_LINE="10000",
            DEFAULT_MEMBER_LINE="10000",
            MODELSLAB_MAX_QUEUED=str(AT_ONCE),
            LOG_LEVEL="WARNING",
        ) as town:
            town.vendor.max_queued = AT_ONCE
            town.vendor.latency_s = published_latency_s
            await town.bot_starts()
            lags = await _lags(town)
            polls = statistics.mean(job.fetches for job in town.vendor.book)
    p95 = statistics.quantiles(lags, n=20)[18]
    return [
        f"jobs, at once            {JOBS}, {AT_ONCE}",
        f"lag p50                  {statistics.median(lags):.2f} s   (goal: {GOALS['p50']})",
        f"lag p95                  {p95:.2f} s   (goal: {GOALS['p95']})",
        f"polls a job              {polls:.1f}   (goal: {GOALS['polls a job']:g})",
    ]


async def _lags(town: Town) -> list[float]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> float:
        async with places:
            asked = await town.asks(f"fox {number}", who=town.discord.user(f"member {number}"))
            card = await town.card(asked)
            await town.discord.until(lambda: card.attachments, timeout_s=120)
            arrived_s = town.vendor.book[0].clock()
            [bought] = town.bought(asked)
            return max(0.0, arrived_s - bought.ready_at)

    return list(await asyncio.gather(*(one(number) for number in range(JOBS))))
