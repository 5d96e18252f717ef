"""The clock is set back by an hour: what waits does not wait for an hour."""

import pytest

from bot.domain.job import JobStatus
from bot.engine.seating import Seating
from sandbox.modelslab import Mood
from tests.engine.ordering import before
from tests.engine.world import World

HOUR_S = 3600.0


async def all_delivered(world: World, *job_ids: int) -> None:
    """By a clock that goes on from where it is, for minutes and not for hours."""

    async def delivered() -> bool:
        world.clock.advance(1)
        return {(await world.job(job_id)).status for job_id in job_ids} == {JobStatus.DELIVERED}

    await world.until(delivered)


async def has_looked(world: World) -> None:
    """The runner has begun a turn since, and ended it."""
    turns = world.runner._turns

    async def twice() -> bool:
        return world.runner._turns >= turns + 2

    await world.until(twice)


async def test_line_gate_polls_and_deliveries_go_on(world: World) -> None:
    """With each slot held by a job that was due in an hour, nobody got anything meanwhile."""
    world.courier.discord_is_down(3)
    settled = await world.asks()
    await world.until_status(settled.job.id, JobStatus.SETTLED)
    world.vendor.hold()
    working = await world.asks()
    await world.until_status(working.job.id, JobStatus.WAITING)
    world.vendor.next(Mood.BUSY_429(retry_after=30))
    in_line = await world.asks()

    async def closed() -> bool:
        return await world.gates() == {"busy": False}

    await world.until(closed)
    promised = (await world.job(working.job.id)).deadline_at
    assert promised is not None

    world.clock.advance(-HOUR_S)
    world.vendor.release()
    await all_delivered(world, settled.job.id, working.job.id, in_line.job.id)
    job = await world.job(working.job.id)
    assert job.submitted_at is not None
    assert job.deadline_at is not None
    assert job.deadline_at - job.submitted_at == world.policy.deadline
    assert 0 <= (promised - job.deadline_at).total_seconds() - HOUR_S + 10 <= 10
    assert await world.slots_taken() == 0


async def test_a_clock_that_is_set_back_in_the_middle_of_a_turn_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.vendor.hold()
    asked = await world.asks()
    job = await world.until_status(asked.job.id, JobStatus.WAITING)

    async def set_back() -> None:
        world.clock.advance(-HOUR_S)

    before(monkeypatch, Seating, "clear", set_back)
    world.vendor.release()
    await all_delivered(world, job.id)


async def test_a_slot_that_is_held_is_not_held_for_longer(world: World) -> None:
    world.vendor.next(Mood.RESETS)
    lost = await world.asks()
    await world.until_status(lost.job.id, JobStatus.DELIVERED)
    assert await world.slots_taken() == 1
    world.clock.advance(-HOUR_S)
    await has_looked(world)
    world.clock.advance(world.policy.deadline.total_seconds() + 61)
    await world.until_done()
    assert await world.slots_taken() == 0


async def test_a_clock_that_trembles_moves_nothing(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    job = await world.until_status(asked.job.id, JobStatus.WAITING)
    for _ in range(5):
        await has_looked(world)
        world.clock.advance(-1)
    await has_looked(world)
    assert (await world.job(job.id)).deadline_at == job.deadline_at
