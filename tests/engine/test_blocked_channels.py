"""Channels that take nothing for a while: nobody waits for another's, whatever is on its way."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sized
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus
from bot.domain.limits import Limits
from bot.domain.removal import Removal
from bot.domain.request import Requester
from bot.engine.courier import BeginMessage, Delivered, Delivery, Progress
from bot.engine.lanes import IN_ALL, LANE, Lanes
from bot.engine.removing import AT_ONCE
from sandbox.modelslab import Mood, Vendor
from storage import jobs, removals
from tests.engine.world import ANA, BOB, CHANNEL, Notebook, World, a_policy, a_world

BLOCKED, FREE = CHANNEL, CHANNEL + 1
# Fewer hands than a bot has, and more results than hands.
HANDS, MANY = 8, 14


class HalfBlocked(Notebook):
    """Discord for a bot of whose channels some take nothing, until it is opened."""

    def __init__(self, *blocked: int) -> None:
        super().__init__()
        self.blocked = blocked
        self.opened = asyncio.Event()
        self.hanging: set[int] = set()
        self.cards_hanging: set[int] = set()
        self.most_at_once: Counter[int] = Counter()
        self._now: Counter[int] = Counter()

    async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
        channel_id = delivery.job.requester.channel_id
        self._now[channel_id] += 1
        self.most_at_once |= self._now
        try:
            if channel_id in self.blocked and not self.opened.is_set():
                self.hanging.add(delivery.job.id)
                await self.opened.wait()
            return await super().deliver(delivery, begin_message)
        finally:
            self._now[channel_id] -= 1

    async def remove(self, removal: Removal) -> None:
        if removal.place in self.blocked and not self.opened.is_set():
            self.hanging.add(removal.message_id or 0)
            await self.opened.wait()
        await super().remove(removal)

    async def progress(self, progress: Progress) -> None:
        if progress.job.requester.channel_id in self.blocked and not self.opened.is_set():
            self.cards_hanging.add(progress.job.id)
            await self.opened.wait()
        await super().progress(progress)


@pytest.fixture
def courier() -> HalfBlocked:
    return HalfBlocked(BLOCKED)


@pytest.fixture
async def world(
    tmp_path: Path, vendor: Vendor, courier: HalfBlocked, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A world in which only Discord holds anybody up."""
    monkeypatch.setattr("bot.engine.runner.JOBS_IN_HAND", HANDS)
    monkeypatch.setattr("bot.engine.lanes.IN_ALL", HANDS)
    # Whoever is not woken sleeps for longer than a test waits.
    monkeypatch.setattr("bot.engine.runner.LONGEST_NAP_S", 60.0)
    vendor.default_mood, vendor.max_queued = Mood.AT_ONCE, 2 * MANY
    policy = a_policy(max_queued=2 * MANY, limits=Limits(server_line=999, member_line=999))
    async with a_world(tmp_path, vendor, policy=policy, courier=courier) as world:
        yield world
        courier.opened.set()


async def asks(world: World, channel: int, *, times: int = 1) -> list[int]:
    said = [await world.asks("a fox", channel=channel) for _ in range(times)]
    return [each.job.id for each in said]


async def become(world: World, status: JobStatus, wanted: list[int]) -> None:
    """Wait until all these jobs stand so. Nobody wakes the runner meanwhile but itself."""
    if world._running is None:
        world.start()
    found: set[JobStatus] = set()
    async with asyncio.timeout(20):
        while found != {status}:
            await asyncio.sleep(0.02)
            async with world.database.reading() as tx:
                standing = [await jobs.get(tx, job_id) for job_id in wanted]
            found = {job.status for job in standing if job is not None}


async def reaches(noted: Sized, count: int) -> None:
    """Wait until so much has been noted."""
    async with asyncio.timeout(5):
        while len(noted) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_results_that_hang_hold_up_no_other_channel(
    world: World, courier: HalfBlocked
) -> None:
    """They used to take up all hands: nothing was fetched and nothing delivered any more."""
    stuck = await asks(world, BLOCKED, times=MANY)
    # The vendor's links do not live for ever: what is made is fetched, wherever it is to go.
    await become(world, JobStatus.SETTLED, stuck)
    await reaches(courier.hanging, LANE)
    others = await asks(world, FREE, times=3)
    await become(world, JobStatus.DELIVERED, others)
    assert {delivery.job.id for delivery in world.delivered} == set(others)
    courier.opened.set()
    await world.until_done()
    told = [delivery.job.id for delivery in world.delivered]
    assert sorted(told) == sorted([*stuck, *others])
    assert courier.most_at_once[BLOCKED] == LANE


async def test_a_pile_of_results_that_hang_hides_nobody_behind_it(
    world: World, courier: HalfBlocked, vendor: Vendor, tmp_path: Path
) -> None:
    """After a restart all are due at once, and the blocked channel's have been for longer."""
    courier.blocked = (BLOCKED, FREE)
    stuck = await asks(world, BLOCKED, times=MANY)
    await become(world, JobStatus.SETTLED, stuck)
    [other] = await asks(world, FREE)
    await become(world, JobStatus.SETTLED, [other])
    await world.crashes()
    afterwards = HalfBlocked(BLOCKED)
    async with a_world(tmp_path, vendor, policy=world.policy, courier=afterwards) as again:
        await become(again, JobStatus.DELIVERED, [other])
        await reaches(afterwards.hanging, LANE)
        afterwards.opened.set()
        await again.until_done()
        told = [delivery.job.id for delivery in again.delivered]
        assert sorted(told) == sorted([*stuck, other])


async def test_where_discord_takes_nothing_at_all_pictures_are_fetched_all_the_same(
    world: World, courier: HalfBlocked, vendor: Vendor
) -> None:
    courier.blocked = tuple(range(100, 100 + 2 * HANDS // LANE))
    vendor.default_mood = Mood.PROCESSING
    stuck = [job_id for room in courier.blocked for job_id in await asks(world, room, times=LANE)]

    async def all_settled() -> bool:
        world.clock.advance(1)
        async with world.database.reading() as tx:
            return (await jobs.counts(tx))[JobStatus.SETTLED] == len(stuck)

    await world.until(all_settled)
    assert len(courier.hanging) == HANDS
    courier.opened.set()
    await world.until_done()
    assert sorted(delivery.job.id for delivery in world.delivered) == stuck


async def test_a_card_that_hangs_keeps_no_other_from_being_brought_up_to_date(
    world: World, courier: HalfBlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cards were edited one after the other, all in one row."""
    monkeypatch.setattr("bot.engine.progress.EVERY", timedelta(seconds=0.1))
    blocked, free = await asks(world, BLOCKED, times=3), await asks(world, FREE, times=3)
    board = world.runner._board
    await board.refresh()
    for _ in range(3):
        await world.runner._gatekeeper.close(GateReason.KEY)
        world.clock.advance(3.1)
        async with asyncio.timeout(5):
            await board.refresh()
        assert [shown.job.id for shown in courier.progress_shown] == free
        courier.progress_shown.clear()
        await world.runner._gatekeeper.succeeded()
        world.clock.advance(3.1)
        await board.refresh()
        courier.progress_shown.clear()
    assert courier.cards_hanging == {blocked[0]}
    courier.opened.set()
    await asyncio.wait(board.editing)
    assert [shown.job.id for shown in courier.progress_shown] == blocked


async def test_a_message_that_hangs_while_it_is_deleted_keeps_only_its_channel_waiting(
    world: World, courier: HalfBlocked
) -> None:
    """Messages were deleted one after the other, all in one row."""
    courier.blocked = (BLOCKED, BOB)
    blocked = [Removal(channel_id=BLOCKED, message_id=number) for number in (1, 2, 3)]
    letters = [Removal(user_id=BOB, message_id=number) for number in (4, 5)]
    hidden = [Removal(token=f"t{number}", message_id=number) for number in (6, 7)]
    others = [Removal(channel_id=FREE, message_id=8), Removal(user_id=ANA, message_id=9)]
    now = world.clock.now()
    async with world.database.transaction() as tx:
        for age_s, some in enumerate((others, hidden, letters, blocked)):
            await removals.put(tx, some, due_at=now - timedelta(seconds=age_s))
    removing = asyncio.create_task(world.remover.run())

    await reaches(courier.removed, 4)
    assert sorted(each.message_id or 0 for each in courier.removed) == [6, 7, 8, 9]
    # One at a time in each place, and they are not asked for twice.
    assert courier.hanging == {1, 4}
    world.remover.stop()
    await asyncio.sleep(0.05)
    assert not removing.done(), "what is under way comes to its end"
    courier.opened.set()
    await removing
    assert sorted(each.message_id or 0 for each in courier.removed[4:]) == [1, 4]
    async with world.database.reading() as tx:
        left = await removals.next_due(tx, now=now)
    assert left is not None
    assert left[1] == blocked[1]


async def test_where_discord_takes_nothing_at_all_few_deletions_wait_for_it(
    world: World, courier: HalfBlocked
) -> None:
    courier.blocked = tuple(range(500, 500 + 2 * AT_ONCE))
    everywhere = [Removal(channel_id=room, message_id=room) for room in courier.blocked]
    async with world.database.transaction() as tx:
        await removals.put(tx, everywhere, due_at=world.clock.now())
    removing = asyncio.create_task(world.remover.run())
    await reaches(courier.hanging, AT_ONCE)
    await asyncio.sleep(0.05)
    assert len(courier.hanging) == AT_ONCE
    courier.opened.set()
    await reaches(courier.removed, len(everywhere))
    removing.cancel()
    await asyncio.gather(removing, return_exceptions=True)


def to(channel_id: int, job: Job, number: int) -> Job:
    return replace(job, id=number, requester=replace(job.requester, channel_id=channel_id))


async def test_lanes_are_full_and_free_again(world: World) -> None:
    job = (await world.asks()).job
    assert isinstance(job.requester, Requester)
    lanes = Lanes()
    for number in range(LANE):
        assert lanes.enter(to(BLOCKED, job, number))
    assert not lanes.enter(to(BLOCKED, job, 99))
    assert lanes.full == {BLOCKED}
    # What is on its way goes on, and counts once.
    assert lanes.enter(to(BLOCKED, job, 0))
    assert lanes.enter(to(FREE, job, 50))
    assert len(lanes) == LANE + 1
    for number in (0, 0, 77):
        lanes.leave(number)
    assert (len(lanes), lanes.full) == (LANE, set())
    assert lanes.enter(to(BLOCKED, job, 99))


def test_there_are_lanes_for_more_than_one_blocked_server() -> None:
    assert IN_ALL // LANE >= 16
