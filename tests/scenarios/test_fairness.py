"""A fair line by the whole bot, over its death: sixty jobs of one server, and somebody else's."""

import asyncio
from datetime import timedelta

from bot.engine.cancelling import ACK_GRACE
from tests.scenarios.town import Town
from tests.wire.interactions import Interaction

SETTINGS = {
    "MODELSLAB_MAX_QUEUED": "1",
    "DEFAULT_SERVER_LINE": "100",
    "DEFAULT_MEMBER_LINE": "100",
}


def bought(town: Town) -> list[int]:
    """The jobs that the vendor took, in its order."""
    return [int(str(job.body["track_id"])) for job in town.vendor.book]


async def the_next(town: Town) -> int:
    """The job under way ends; the one that the vendor takes after it."""
    before = len(town.vendor.book)
    town.vendor.release(1)
    await takes(town, before + 1)
    return bought(town)[-1]


async def takes(town: Town, count: int) -> None:
    """The vendor has taken so many jobs in all, and the bot has written that down."""
    await town.vendor.until(lambda vendor: len(vendor.book) == count, timeout_s=10)
    query = "SELECT 1 FROM jobs WHERE id = ? AND status = 'waiting'"
    await town.discord.until(lambda: town.rows(query, bought(town)[-1]))


async def number_of(town: Town, asked: Interaction) -> int:
    """The number of a job that may be submitted from now on, also after a crash."""
    await town.card(asked)
    number: int = town.job(asked)["id"]
    placed = "SELECT 1 FROM jobs WHERE id = ? AND due_at < created_at + ?"
    grace_ms = ACK_GRACE // timedelta(milliseconds=1)
    await town.discord.until(lambda: town.rows(placed, number, grace_ms))
    return number


async def test_a_line_stays_fair_when_the_bot_is_killed_in_it(empty_town: Town) -> None:
    town = empty_town
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    town.vendor.hold()
    await town.bot_starts(**SETTINGS)
    crowd = await asyncio.gather(*(town.asks(f"fox {number}") for number in range(60)))
    for asked in crowd:
        await town.card(asked)
    theirs = [town.job(asked)["id"] for asked in crowd]
    await takes(town, 1)

    ben = await number_of(town, await town.asks("a whale", who=town.ben))
    await town.bot_crashes()
    await town.bot_starts()
    far = await number_of(town, await town.asks("a postcard", who=town.ben, where=elsewhere))
    # One of those who were there before, and then whoever has waited longest.
    order = [await the_next(town) for _ in range(2)]
    await town.bot_crashes()
    await town.bot_starts()
    order += [await the_next(town) for _ in range(3)]

    ana = sorted(theirs)
    assert bought(town) == [ana[0], *order]
    assert order == [ana[1], far, ben, ana[2], ana[3]]
