"""A channel that Discord blocks: its jobs come later, once, and nobody else's wait for them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from sandbox.modelslab.painter import sketch
from tests.scenarios.town import Town, a_town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_GUILD
from tests.wire.world import Channel

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = "tests.scenarios.impatient"
SETTINGS = {
    "MODELSLAB_MAX_QUEUED": "100",
    "DEFAULT_SERVER_DAY": "1000",
    "DEFAULT_SERVER_LINE": "500",
    "DEFAULT_MEMBER_LINE": "500",
}
AN_HOUR_S = 3600.0
SEVERAL, MANY = 6, 72

Block = Callable[[Town, str], None]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    town = shared_town
    town.vendor.max_queued = 100
    # The pictures may be any, and soon.
    town.vendor.desk.studio.paint = sketch
    yield
    town.discord.faults.clear()
    town.vendor.release()
    assert "Traceback" not in town.log
    assert [job for job in town.jobs() if job["status"] != "delivered"] == []


def hangs(town: Town, route: str) -> None:
    """Requests arrive, and are answered when the test lets them."""
    town.discord.faults.hold(route, method="PATCH")
    town.discord.faults.hold(route, method="POST")


def is_limited(town: Town, route: str) -> None:
    """Come again in an hour."""
    for method in ("PATCH", "POST"):
        town.discord.faults.next(method, route, status=429, retry_after=AN_HOUR_S, times=10_000)


def is_banned(town: Town, route: str) -> None:
    """The same from the network in front of Discord."""
    for method in ("PATCH", "POST"):
        town.discord.faults.next(
            method, route, status=429, via=False, retry_after=0.1, times=10_000
        )


def is_broken(town: Town, route: str) -> None:
    for method in ("PATCH", "POST"):
        town.discord.faults.next(method, route, status=502, times=10_000)


BLOCKS = pytest.mark.parametrize("block", [hangs, is_limited, is_banned, is_broken])


async def under_way(town: Town, where: Channel, count: int) -> list[Interaction]:
    """Jobs whose cards stand; the vendor has all of them, and keeps them until it is released."""
    town.vendor.hold()
    asked = [await town.asks(f"a fox, number {n}", where=where) for n in range(count)]
    for one in asked:
        await town.card(one)
    for one in asked:
        await town.stands(one, "waiting")
    return asked


def ways_to(asked: list[Interaction], channel: Channel) -> str:
    """All that the bot may send these results by: their tokens, and the channel itself."""
    return "|".join([*(one.token for one in asked), f"/channels/{channel.id}/"])


def settled(town: Town, asked: list[Interaction]) -> bool:
    return {town.job(one)["status"] for one in asked} == {"settled"}


async def came_once(town: Town, asked: Interaction) -> Message:
    """The picture of a request, which stands once and is charged once."""
    card = await town.pictures(asked, timeout_s=30)
    assert town.carriers(town.job(asked)["id"]) == [card]
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    return card


@BLOCKS
async def test_a_blocked_channel_blocks_no_other(shared_town: Town, block: Block) -> None:
    town = shared_town
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    blocked = await under_way(town, town.general, SEVERAL)
    block(town, ways_to(blocked, town.general))
    town.vendor.release()
    await town.discord.until(lambda: settled(town, blocked))
    for where in (town.after_dark, elsewhere):
        for who in (town.ana, town.ben):
            asked = await town.asks("a crow", who=who, where=where)
            await asked.acked()
            await came_once(town, asked)
    # In the blocked channel itself a new request is answered as ever.
    private = await town.asks("a crow", private=True)
    await came_once(town, private)
    assert settled(town, blocked)
    town.discord.faults.clear()
    for asked in blocked:
        await came_once(town, asked)


async def test_what_is_deleted_elsewhere_does_not_wait_for_it(shared_town: Town) -> None:
    """Messages were deleted one after the other: each one of a channel that hangs took a minute."""
    town = shared_town
    dora = town.discord.user("dora")
    stuck = [await came_once(town, await town.asks(f"fox {n}", who=dora)) for n in range(3)]
    free = await came_once(town, await town.asks("a fox", who=dora, where=town.after_dark))
    route = f"/channels/{town.general.id}/messages/"
    hold = town.discord.faults.hold(route, method="DELETE")
    asked = await town.discord.slash(dora, town.after_dark, "privacy erase")
    await town.discord.click(dora, await asked.answered(), label="Only this server")
    await town.discord.until(lambda: free.deleted)
    assert hold.count in range(1, len(stuck))
    town.discord.faults.clear()
    await town.discord.until(lambda: all(card.deleted for card in stuck))
    await town.discord.until(lambda: town.rows("SELECT * FROM removals") == [])


async def test_what_is_said_beside_a_card_holds_nobody_up(tmp_path: Path) -> None:
    """To the owner, that there are no credits; to moderators, that a picture was unsafe."""
    async with a_town(tmp_path, program=PROGRAM) as town:
        closed = town.discord.add_channel(town.discord.home, "for-those-in-charge")
        await town.bot_starts(OWNER_CHANNEL_ID=str(closed.id))
        boss = town.discord.user("boss", permissions=MANAGE_GUILD)
        await town.told(await town.discord.slash(boss, town.general, "limner log", channel=closed))
        hold = town.discord.faults.hold(f"/channels/{closed.id}/", method="POST")
        town.vendor.next(Mood.NSFW)
        unsafe = await town.asks("a fox in a bath", where=town.after_dark)
        await hold.arrived()
        await town.stands(unsafe, "delivered")
        town.vendor.next(Mood.NO_CREDITS)
        town.vendor.balance = 0.0
        poor = await town.asks("a poor fox")
        await town.gate_closes()
        town.vendor.balance = 100.0
        await came_once(town, poor)
        assert hold.count >= 2


async def test_a_great_many_results_that_hang_block_nobody(tmp_path: Path) -> None:
    """More of them than the bot has hands, and it is as patient as it is in life."""
    async with a_town(tmp_path, program="tests.scenarios.hurried", **SETTINGS) as town:
        await town.bot_starts()
        town.vendor.max_queued = 100
        town.vendor.desk.studio.paint = sketch
        await block_many(town)


async def block_many(town: Town) -> None:
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    blocked = await under_way(town, town.general, MANY)
    hangs(town, ways_to(blocked, town.general))
    town.vendor.release()
    await town.discord.until(lambda: settled(town, blocked), timeout_s=30)
    for asked in [await town.asks("a crow", where=elsewhere) for _ in range(4)]:
        await came_once(town, asked)
    assert settled(town, blocked)
    town.discord.faults.clear()
    for asked in blocked:
        await came_once(town, asked)
