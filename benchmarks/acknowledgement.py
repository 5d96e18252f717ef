"""From the interaction to its callback: 64 members at once, the vendor busy, against a bare bot.

Both bots run as processes on small Discords of their own, in turns in one run: the ratio holds on
a noisy machine, the milliseconds do not.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.scenarios.town import ROOT, a_town
from tests.wire.server import WireDiscord

MEMBERS = 64
ROUNDS = 6
GOAL_RATIO = 1.5
GOAL_MOST_S = 1.0


async def burst(discord: WireDiscord, round_number: int) -> list[float]:
    """Seconds to the acknowledgement, for 64 members who ask in the same moment."""
    members = [discord.user(f"member {number}") for number in range(MEMBERS)]
    asked = [
        await discord.slash(member, discord.general, "imagine", prompt=f"a fox {round_number}")
        for member in members
    ]
    await asyncio.gather(*(each.acked() for each in asked))
    return [each.acked_after_s for each in asked if each.acked_after_s is not None]


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def measure() -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        async with (
            a_town(
                Path(scratch),
                DEFAULT_SERVER_DAY="100000",
                DEFAULT_SERVER_LINE="10000",
                DEFAULT_MEMBER_LINE="10000",
                LOG_LEVEL="WARNING",
            ) as town,
            WireDiscord() as other,
        ):
            town.vendor.hold()
            await town.bot_starts()
            bare = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.bare_bot",
                scratch,
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    "DISCORD_TOKEN": other.token,
                    "DISCORD_API_URL": other.api_url,
                },
            )
            try:
                await other.ready()
                ours: list[float] = []
                theirs: list[float] = []
                for number in range(ROUNDS):
                    mine, its = await burst(town.discord, number), await burst(other, number)
                    # The first round warms both up.
                    if number:
                        ours += mine
                        theirs += its
            finally:
                bare.kill()
                await bare.wait()
    ratio = p99(ours) / p99(theirs)
    return [
        f"members at once          {MEMBERS}, {ROUNDS - 1} rounds",
        f"Limner, p50 / p99 / most {_ms(statistics.median(ours), p99(ours), max(ours))}",
        f"bare,   p50 / p99 / most {_ms(statistics.median(theirs), p99(theirs), max(theirs))}",
        f"p99 ratio                {ratio:.2f}   (goal: {GOAL_RATIO})",
        f"never over               {GOAL_MOST_S:g} s: {'yes' if max(ours) < GOAL_MOST_S else 'NO'}",
    ]


def _ms(*seconds: float) -> str:
    return " / ".join(f"{value * 1000:.0f}" for value in seconds) + " ms"
