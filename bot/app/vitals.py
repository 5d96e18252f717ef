"""How the bot is doing, for its health pages: pings and measures. Changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

from bot.app.house import House
from bot.web.health import Measure, NotReady
from cogs.client import LimnerClient
from storage import gates, jobs, slots

TURN_OVERDUE = timedelta(seconds=30)


async def ping_gateway(client: LimnerClient) -> None:
    # Once ready, discord.py calls itself ready for ever; a lost connection shows on its shard.
    lost = any(shard.is_closed() for shard in client.shards.values())
    if lost or client.is_closed() or not client.is_ready():
        raise NotReady("not connected to Discord")


async def ping_runner(house: House) -> None:
    at = house.runner.last_turn_at
    if at is None or house.now() - at > TURN_OVERDUE:
        raise NotReady("the runner has not turned lately")


async def measures(house: House) -> Sequence[Measure]:
    async with house.database.reading() as tx:
        standing = await jobs.counts(tx)
        taken = await slots.taken(tx)
        closed = await gates.all_closed(tx)
    return [
        *(
            Measure("limner_jobs", "Jobs before delivery", "gauge", count, {"status": status})
            for status, count in standing.items()
        ),
        Measure("limner_slots_taken", "Places taken at the vendor", "gauge", taken),
        *(
            Measure("limner_gate_closed", "Gates that are closed", "gauge", 1, {"reason": reason})
            for reason in sorted({gate.reason for gate in closed})
        ),
        *(
            Measure(f"limner_{name}", f"Since the start: {name}", "counter", count, {"how": how})
            for (name, how), count in sorted(house.runner.tally.items())
        ),
        Measure("limner_servers", "Servers the bot is in", "gauge", len(house.client.guilds)),
    ]
