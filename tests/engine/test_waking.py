"""The runner is awake as soon as there is something to do, although it looks no more than needed.

Nobody wakes it from outside here, and the clock stands on real time.
"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.job import Job, JobStatus
from bot.engine.courier import BeginMessage, Delivered, Delivery
from bot.engine.runner import JOBS_IN_HAND
from sandbox.modelslab import Mood, Vendor
from storage import moves
from tests.engine.world import BOB, Notebook, a_policy, a_world
from tests.storage.ground import a_job, moved_to


class SlowNotebook(Notebook):
    """It delivers nothing before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
        await self.go_on.wait()
        return await super().deliver(delivery, begin_message)


async def test_a_free_slot_waits_for_no_delivery(tmp_path: Path, vendor: Vendor) -> None:
    """The slot stood empty until Discord had taken the pictures of the job before."""
    courier, policy = SlowNotebook(), a_policy(max_queued=1)
    async with a_world(tmp_path, vendor, policy=policy, courier=courier) as world:
        first, second = (await world.asks()).job, (await world.asks(who=BOB)).job
        world.start()
        async with asyncio.timeout(2.5):
            while (await world.job(second.id)).status is JobStatus.QUEUED:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await world.job(first.id)).status is JobStatus.SETTLED
        courier.go_on.set()


async def test_more_than_fit_into_the_hands_are_asked_for_one_after_the_other(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many that were due at once so many were asked for, and the next ones five seconds on."""
    async with a_world(tmp_path, vendor) as world:
        many = 2 * JOBS_IN_HAND + 1
        async with world.database.transaction() as tx:
            for _ in range(many):
                await moved_to(tx, await a_job(tx), JobStatus.WAITING)
        asked: set[int] = set()

        async def still_running(job: Job) -> Job:
            asked.add(job.id)
            async with world.database.transaction() as tx:
                return await moves.later(tx, job, due_at=world.clock.now() + timedelta(seconds=60))

        monkeypatch.setattr(world.steps, "check", still_running)
        world.start()
        async with asyncio.timeout(4):
            while len(asked) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_what_hangs_on_its_way_to_the_vendor_keeps_no_other_from_being_fetched(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many slots, slow answers to submissions took every hand there is."""
    monkeypatch.setattr("bot.engine.runner.JOBS_IN_HAND", 2)
    async with a_world(tmp_path, vendor, timeout_s=30) as world:
        vendor.hold()
        done = await world.until_status((await world.asks()).job.id, JobStatus.WAITING)
        vendor.moods.extend([Mood.HANGS] * 3)
        for _ in range(3):
            await world.asks()
        await vendor.until(lambda vendor: vendor.posts == 4)
        vendor.release(1)
        await world.until_status(done.id, JobStatus.DELIVERED)
