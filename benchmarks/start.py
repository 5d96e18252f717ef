"""From the start of the process to the login call, and the memory of an idle bot."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.processes import Process
from tests.scenarios.town import a_town

RUNS = 5
GOAL_LOGIN_S = 3.0
GOAL_IDLE_MIB = 120


async def measure() -> list[str]:
    """The lines of the report."""
    logins: list[float] = []
    readies: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        async with a_town(Path(scratch), LOG_LEVEL="WARNING") as town:
            for _ in range(RUNS):
                town.discord.requests.clear()
                started_s = time.perf_counter()
                await town.bot_launches()
                await town.discord.until(lambda: town.discord.requests, timeout_s=30)
                logins.append(time.perf_counter() - started_s)
                await town.discord.ready()
                readies.append(time.perf_counter() - started_s)
                assert town.process is not None
                resident_mib = Process(town.process.pid).resident_mib()
                await town.bot_stops()
    return [
        f"to the login call        {statistics.median(logins):.2f} s   (goal: {GOAL_LOGIN_S:g})",
        f"to commands ready        {statistics.median(readies):.2f} s",
        f"resident, one server     {resident_mib:.0f} MiB   (goal: {GOAL_IDLE_MIB})",
    ]
