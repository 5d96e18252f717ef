"""What somebody may know of the line: their own jobs, the next of their server, and no more."""

from pathlib import Path

import pytest

from bot.domain import gates as gate_rules
from bot.domain.gates import GateReason, server_scope
from bot.domain.job import JobStatus
from bot.domain.request import PERSONAL
from bot.engine.queue import NEXT_SHOWN, Queue, Queues
from bot.engine.withdrawing import Withdrawn
from sandbox.modelslab import Vendor
from storage import gates
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_policy, a_world

CARL = 103


async def look(world: World, *, who: int = ANA, where: int = SERVER) -> Queue:
    queues = Queues(world.database, max_queued=world.policy.max_queued, now=world.clock.now)
    return await queues.look(guild_id=where, user_id=who)


async def test_an_empty_line_is_empty(world: World) -> None:
    seen = await look(world)

    assert seen.mine == ()
    assert seen.server is not None
    assert (seen.server.in_line, seen.server.at_service, seen.server.coming) == (0, 0, ())
    assert seen.gate is None


async def test_what_is_at_the_service_comes_first_and_the_rest_in_its_order(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        first = await world.asks("the first")
        await world.until_status(first.job.id, JobStatus.WAITING)
        await world.runner.stop()
        others = await world.asks("bob's", who=BOB)
        mine = await world.asks("the second")
        elsewhere = await world.asks("elsewhere", where=OTHER_SERVER)

        seen = await look(world)

    assert [live.job.id for live in seen.mine] == [first.job.id, mine.job.id]
    under_way, waiting = seen.mine
    assert under_way.place is None
    assert under_way.ready_at is not None
    assert waiting.place is not None
    assert (waiting.place.ahead, waiting.place.ahead_here) == (2, 1)
    assert waiting.ready_at is not None
    assert seen.server is not None
    assert (seen.server.in_line, seen.server.at_service) == (2, 1)
    coming = [job.id for job in seen.server.coming if job is not None]
    assert coming == [others.job.id, mine.job.id]
    assert elsewhere.job.id not in coming


async def test_places_are_those_of_the_cards(tmp_path: Path, vendor: Vendor) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        for number in range(12):
            await world.asks(
                who=(ANA, BOB, CARL)[number % 3], where=(SERVER, OTHER_SERVER)[number % 2]
            )
        for who in (ANA, BOB, CARL):
            for live in (await look(world, who=who)).mine:
                place, _ = await world.intake._view.place_of(live.job)
                assert live.place == place


async def test_private_jobs_of_others_are_counted_and_nothing_else(world: World) -> None:
    await world.asks("a love letter", who=BOB, private=True)
    await world.asks("a postcard", who=BOB)
    mine = await world.asks("a diary", private=True)

    seen = await look(world)

    assert seen.server is not None
    assert seen.server.in_line == 3
    assert len(seen.server.coming) == 3
    prompts = {None if job is None else job.request.prompt for job in seen.server.coming}
    assert prompts == {None, "a postcard", "a diary"}
    assert "love letter" not in repr(seen)
    assert [live.job.id for live in seen.mine] == [mine.job.id]


async def test_only_the_next_few_of_a_long_line_are_read(world: World) -> None:
    for _ in range(NEXT_SHOWN + 2):
        await world.asks(who=BOB)

    seen = await look(world)

    assert seen.server is not None
    assert len(seen.server.coming) == NEXT_SHOWN
    assert seen.server.in_line == NEXT_SHOWN + 2


async def test_outside_of_servers_there_is_only_ones_own(tmp_path: Path, vendor: Vendor) -> None:
    async with a_world(tmp_path, vendor, policy=a_policy(personal_day=10)) as world:
        mine = await world.asks(where=PERSONAL)
        await world.asks(where=PERSONAL, who=BOB)

        seen = await look(world, where=PERSONAL)

    assert [live.job.id for live in seen.mine] == [mine.job.id]
    assert seen.server is None


async def test_a_paused_server_keeps_its_order_and_says_why(world: World) -> None:
    asked = [await world.asks(who=who) for who in (ANA, BOB, ANA)]
    gate = gate_rules.closed(
        GateReason.PAUSED, now=world.clock.now(), scope=server_scope(SERVER), detail="a contest"
    )
    async with world.database.transaction() as tx:
        await gates.put(tx, gate)

    seen = await look(world)

    assert (seen.gate, seen.pause) == (GateReason.PAUSED, "a contest")
    assert [live.job.id for live in seen.mine] == [asked[0].job.id, asked[2].job.id]
    assert all(live.place is None and live.ready_at is None for live in seen.mine)
    assert seen.server is not None
    assert [job.id for job in seen.server.coming if job] == [said.job.id for said in asked]
    assert (await look(world, where=OTHER_SERVER)).gate is None


@pytest.mark.parametrize("reason", [GateReason.CREDITS, GateReason.BUSY])
async def test_a_gate_over_everything_is_named_everywhere(world: World, reason: GateReason) -> None:
    await world.runner._gatekeeper.close(reason)

    assert (await look(world)).gate is reason


async def test_a_promise_that_is_over_is_not_repeated(world: World) -> None:
    """Nor one that is over before it is read: "about 5 seconds ago", of what was not there yet."""
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.runner.stop()
    promised = []
    # The usual time is 8 seconds where nothing is known.
    for seconds in (0.5, 4.0, 300.0):
        world.clock.advance(seconds)
        [live] = (await look(world)).mine
        promised.append(live.ready_at is not None)

    assert promised == [True, False, False]


async def test_what_was_erased_is_shown_to_nobody_and_cannot_be_taken_back(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.runner.stop()
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE jobs SET erased = 1, withheld = 1")

    assert (await look(world)).mine == ()
    said = await world.withdrawals.withdraw(
        asked.job.id, guild_id=SERVER, user_id=ANA, moderator=False
    )
    assert said is Withdrawn.UNKNOWN


async def test_what_discord_does_not_take_yet_is_not_out_of_sight(
    tmp_path: Path, vendor: Vendor
) -> None:
    """It stands in no history before it is delivered."""
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        world.courier.discord_is_down(times=99)
        done = await world.asks("a red fox")
        await world.until_status(done.job.id, JobStatus.SETTLED)
        vendor.hold()
        painted = await world.asks("a blue owl")
        await world.until_status(painted.job.id, JobStatus.WAITING)
        in_line = await world.asks("a green newt")

        seen = await look(world)

    # What can still be taken back comes first: a long list is cut short.
    assert [live.job.id for live in seen.mine] == [said.job.id for said in (painted, in_line, done)]
    settled = seen.mine[-1]
    assert settled.job.outcome is not None
    assert (settled.place, settled.ready_at) == (None, None)
    assert seen.server is not None
    assert (seen.server.in_line, seen.server.at_service) == (1, 1)


async def test_what_is_over_stands_in_no_line(world: World) -> None:
    asked = await world.asks()
    await world.asks()
    await world.withdrawals.unplaced(asked.job.id)

    seen = await look(world)

    assert [live.job.id for live in seen.mine] == [asked.job.id + 1]
    await world.until_done()
    assert (await look(world)).mine == ()
