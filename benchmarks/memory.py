"""The memory of an idle bot in one server, and in thousands."""

import asyncio
import re
import tempfile
from pathlib import Path

from benchmarks.processes import Process
from tests.scenarios.town import Town, a_town

SERVERS = 5_000
CHANNELS, ROLES = 20, 10
GOAL_IDLE_MIB = 120
GOAL_KIB_A_SERVER = 16
SETTLES_S = 5.0


async def measure() -> list[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as scratch:
        async with a_town(Path(scratch)) as town:
            alone_mib = await _resident_mib(town, 1)
            await town.bot_stops()
            _found_servers(town, SERVERS - 1)
            many_mib = await _resident_mib(town, SERVERS)
    a_server_kib = (many_mib - alone_mib) * 1024 / (SERVERS - 1)
    return [
        f"one server               {alone_mib:.0f} MiB   (goal: {GOAL_IDLE_MIB})",
        f"{SERVERS} servers             {many_mib:.0f} MiB; {CHANNELS} channels, {ROLES} roles",
        f"a server                 {a_server_kib:.1f} KiB   (goal: {GOAL_KIB_A_SERVER})",
    ]


def _found_servers(town: Town, count: int) -> None:
    world = town.discord.world
    for number in range(count):
        guild = world.add_guild(f"server {number}", owner=town.ana)
        for channel in range(CHANNELS):
            world.add_channel(guild, f"channel-{channel}")
        for role in range(ROLES - 1):
            world.add_role(guild, f"role {role}")


async def _resident_mib(town: Town, servers: int) -> float:
    """What the process holds when it knows all its servers and has nothing to do."""
    await town.bot_launches()
    await town.discord.ready(timeout_s=300)
    known = 0
    while known < servers:
        await asyncio.sleep(0.5)
        _, page = await town.health("metrics")
        found = re.search(r"^limner_servers (\S+)", page, re.MULTILINE)
        known = int(float(found[1])) if found else 0
    await asyncio.sleep(SETTLES_S)
    assert town.process is not None
    return Process(town.process.pid).resident_mib()
