"""Processor seconds of the bot for each delivered picture, against a bare bot that paints.

Both ask stand-ins for pictures of the same size, in turns in one run.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Process
from sandbox.modelslab import Vendor
from tests.scenarios.town import ROOT, VENDOR_KEY, a_town
from tests.wire.server import WireDiscord

AT_ONCE = 5
WAVES = 8
# The first wave warms both up.
WARM = 1
GOAL_RATIO = 3.0
WORK_S = 0.5


async def measure() -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        async with (
            a_town(
                Path(scratch),
                DEFAULT_SERVER_DAY="100000",
                DEFAULT_MODEL="flux",
                LOG_LEVEL="WARNING",
            ) as town,
            WireDiscord() as other,
            Vendor(VENDOR_KEY) as shop,
        ):
            for vendor in (town.vendor, shop):
                vendor.max_queued, vendor.latency_s = AT_ONCE, WORK_S
            await town.bot_starts()
            assert town.process is not None
            bare = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.bare_painter",
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    "DISCORD_TOKEN": other.token,
                    "DISCORD_API_URL": other.api_url,
                    "MODELSLAB_API_KEY": VENDOR_KEY,
                    "MODELSLAB_BASE_URL": shop.url,
                },
            )
            try:
                await other.ready()
                ours: list[float] = []
                theirs: list[float] = []
                for number in range(WAVES):
                    mine = await _wave(town.discord, town.process.pid, number)
                    its = await _wave(other, bare.pid, number)
                    if number >= WARM:
                        ours.append(mine)
                        theirs.append(its)
            finally:
                bare.kill()
                await bare.wait()
    ratio = statistics.median(ours) / statistics.median(theirs)
    return [
        f"pictures                 {AT_ONCE} at once, {WAVES - WARM} times",
        f"Limner                   {1000 * statistics.median(ours):.0f} ms a picture",
        f"bare                     {1000 * statistics.median(theirs):.0f} ms a picture",
        f"ratio                    {ratio:.2f}   (goal: {GOAL_RATIO:g})",
    ]


async def _wave(discord: WireDiscord, pid: int, number: int) -> float:
    """Processor seconds of the process for each of some pictures that are asked for at once."""
    before_s = Process(pid).processor_s()
    asked = [
        await discord.slash(
            discord.user(f"member {member}"),
            discord.general,
            "imagine",
            prompt=f"a fox, {number}, {member}",
        )
        for member in range(AT_ONCE)
    ]
    for each in asked:
        await each.acked()

    def all_there() -> bool:
        return all(each.message is not None and each.message.attachments for each in asked)

    await discord.until(all_there, timeout_s=60)
    # What comes after the picture is a part of its cost.
    await asyncio.sleep(0.5)
    return (Process(pid).processor_s() - before_s) / AT_ONCE
