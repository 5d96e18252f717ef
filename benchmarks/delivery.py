"""From "the result is ready at the vendor" to "the picture stands in the channel".

Once by polling alone, once with the vendor's doorbell.

The stand-in takes as long as the vendor's own published figures say.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sandbox.modelslab.jobs import published_latency_s
from tests.scenarios.browser import web_settings
from tests.scenarios.town import Town, a_town

JOBS = 120
AT_ONCE = 8
BY_POLLING = {"p50": 0.35, "p95": 2.8, "polls": 4.0}
BY_DOORBELL = {"p50": 0.15, "p95": 0.5}


async def polling() -> list[str]:
    """The lines of the report, without a doorbell."""
    return await _measure(BY_POLLING)


async def doorbell() -> list[str]:
    """The lines of the report, with the vendor ringing."""
    return await _measure(BY_DOORBELL, **web_settings())


async def _measure(goals: Mapping[str, float], **settings: str) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        async with a_town(
            Path(scratch),
            DEFAULT_SERVER_DAY="100000",
            DEFAULT_SERVER_LINE="10000",
            DEFAULT_MEMBER_LINE="10000",
            MODELSLAB_MAX_QUEUED=str(AT_ONCE),
            LOG_LEVEL="WARNING",
            **settings,
        ) as town:
            town.vendor.max_queued = AT_ONCE
            town.vendor.latency_s = published_latency_s
            await town.bot_starts()
            lags = await _lags(town)
            polls = statistics.mean(job.fetches for job in town.vendor.book)
    p95 = statistics.quantiles(lags, n=20)[18]
    return [
        f"jobs, at once            {JOBS}, {AT_ONCE}",
        f"lag p50                  {statistics.median(lags):.2f} s   (goal: {goals['p50']})",
        f"lag p95                  {p95:.2f} s   (goal: {goals['p95']})",
        f"asked for, times a job   {polls:.1f}"
        + (f"   (goal: {goals['polls']:g})" if "polls" in goals else ""),
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
