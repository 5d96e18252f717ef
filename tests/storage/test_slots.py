"""Slots: never more than there are, one a job, and freed when the vendor is surely done."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.job import JobStatus
from storage import belt, slots
from storage.database import Database
from storage.slots import UnderWay
from tests.storage.ground import NOW, a_job, a_job_in, moved_to


async def take(database: Database, job_id: int, maximum: int = 5) -> bool:
    async with database.transaction() as tx:
        return job_id in await slots.take(tx, [job_id], maximum=maximum, now=NOW)


async def taken(database: Database) -> int:
    async with database.reading() as tx:
        return await slots.taken(tx)


async def queued(database: Database, count: int) -> list[int]:
    return [(await a_job_in(database, JobStatus.QUEUED)).id for _ in range(count)]


async def test_thirty_at_once_share_five_slots(database: Database) -> None:
    ids = await queued(database, 30)
    said = await asyncio.gather(*(take(database, job_id) for job_id in ids))
    assert said.count(True) == 5
    assert await taken(database) == 5


async def test_a_freed_slot_is_taken_again(database: Database) -> None:
    ids = await queued(database, 3)
    assert [await take(database, job_id, 2) for job_id in ids] == [True, True, False]
    async with database.transaction() as tx:
        await slots.free(tx, ids[0])
        # Nothing happens where there is none.
        await slots.free(tx, ids[0])
    assert await take(database, ids[2], 2)
    assert await taken(database) == 2


async def test_a_job_that_has_a_slot_keeps_it_and_takes_no_second(database: Database) -> None:
    """Taking it again used to break the unique rule, and with it the runner's loop."""
    ids = await queued(database, 2)
    assert await take(database, ids[0])
    assert await take(database, ids[0])
    assert await taken(database) == 1
    # Also where the owner has lowered the number meanwhile.
    assert await take(database, ids[0], maximum=1)
    assert not await take(database, ids[1], maximum=1)


async def test_fewer_slots_than_are_taken_lets_nobody_in(database: Database) -> None:
    ids = await queued(database, 5)
    for job_id in ids[:4]:
        await take(database, job_id, 4)
    async with database.transaction() as tx:
        await slots.free(tx, ids[0])
    assert not await take(database, ids[4], 3)
    assert not await take(database, ids[4], 0)
    assert await take(database, ids[4], 4)


async def test_a_slot_in_grace_is_taken_until_the_grace_is_over(database: Database) -> None:
    one, two, three = await queued(database, 3)
    for job_id in (one, two, three):
        await take(database, job_id)
    async with database.transaction() as tx:
        await slots.hold_until(tx, one, NOW + timedelta(seconds=60))
        await slots.hold_until(tx, two, NOW + timedelta(seconds=90))
        for seconds, left in ((59, 3), (60, 2), (89, 2), (90, 1), (86400, 1)):
            await slots.free_expired(tx, now=NOW + timedelta(seconds=seconds))
            assert await slots.taken(tx) == left


@pytest.mark.parametrize("status", JobStatus)
async def test_seated_in_vain_are_those_that_are_still_in_line(
    database: Database, status: JobStatus
) -> None:
    async with database.transaction() as tx:
        job = await moved_to(tx, await a_job(tx), status)
        await slots.take(tx, [job.id], maximum=5, now=NOW)
        await a_job(tx)
        seen = await belt.look(tx, now=NOW, in_hand=(), full_channels=(), limit=1)
    assert seen.seated == ({job.id} if status is JobStatus.QUEUED else set())


async def test_some_at_once_have_the_free_slots_in_their_order(database: Database) -> None:
    ids = await queued(database, 5)
    async with database.transaction() as tx:
        assert await slots.take(tx, [ids[3]], maximum=3, now=NOW) == {ids[3]}
        assert await slots.take(tx, [], maximum=3, now=NOW) == set()
        asked = [ids[4], ids[3], ids[0], ids[1]]
        assert await slots.take(tx, asked, maximum=3, now=NOW) == {ids[4], ids[3], ids[0]}
        assert await slots.taken(tx) == 3


async def test_what_is_under_way_and_what_may_be(database: Database) -> None:
    """Not what has a slot and is still in line: that is counted there."""
    async with database.transaction() as tx:
        in_line = await a_job(tx)
        working = await moved_to(tx, await a_job(tx, model="flux"), JobStatus.WAITING)
        unknown = await moved_to(tx, await a_job(tx), JobStatus.SETTLED)
        all_three = [job.id for job in (in_line, working, unknown)]
        await slots.take(tx, all_three, maximum=5, now=NOW)
        await slots.hold_until(tx, unknown.id, NOW + timedelta(minutes=11))
        assert working.submitted_at is not None
        assert unknown.submitted_at is not None
        assert await slots.under_way(tx) == [
            UnderWay("imagine:flux", working.submitted_at, None),
            UnderWay("imagine:sdxl", unknown.submitted_at, NOW + timedelta(minutes=11)),
        ]
