"""The process dies wherever it likes: each job is accepted, delivered and charged at most once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import Job, JobStatus, Verdict
from bot.engine.steps import Steps
from sandbox.modelslab import Mood, Vendor
from storage import belt
from storage import jobs as standing
from tests.engine.world import Clock, Notebook, World, a_policy, a_world


class Town:
    """One folder, one vendor, one Discord; processes come and go."""

    def __init__(self, folder: Path, vendor: Vendor) -> None:
        self.folder = folder
        self.vendor = vendor
        self.clock = Clock()
        self.courier = Notebook()

    @asynccontextmanager
    async def process(self, **policy: Any) -> AsyncIterator[World]:
        async with a_world(
            self.folder,
            self.vendor,
            clock=self.clock,
            courier=self.courier,
            policy=a_policy(**policy),
        ) as world:
            yield world

    async def ends(self, job_id: int, *, pace_s: float = 1.0) -> Job:
        """Started again, and left to work until all is done."""
        async with self.process() as world:
            await world.until_done(pace_s=pace_s)
            job = await world.job(job_id)
            assert job.status is JobStatus.DELIVERED
            assert job.outcome is not None
            assert await world.booked() == job.outcome.charged
        assert [d.job.id for d in self.courier.deliveries].count(job_id) == 1
        assert self.vendor.posts <= 1
        assert self.vendor.accepted <= 1
        return job


@pytest.fixture
def town(tmp_path: Path, vendor: Vendor) -> Town:
    return Town(tmp_path, vendor)


def verdict(job: Job) -> Verdict:
    assert job.outcome is not None
    return job.outcome.verdict


async def test_a_crash_while_in_line(town: Town) -> None:
    async with town.process() as world:
        asked = await world.asks(count=2)
        await world.crashes()
    assert verdict(await town.ends(asked.job.id)) is Verdict.PICTURES


async def test_a_crash_before_the_card_was_placed(town: Town) -> None:
    async with town.process() as world:
        asked = await world.asks()
        async with world.database.transaction() as tx:
            await tx.exec_driver_sql("UPDATE jobs SET due_at = due_at + 5000")
        await world.crashes()
    assert verdict(await town.ends(asked.job.id)) is Verdict.PICTURES


async def test_a_crash_with_a_slot_taken_and_nothing_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def dies(_: Steps, job: Job) -> Job:
        reached.set()
        await asyncio.Event().wait()
        return job

    with monkeypatch.context() as patched:
        patched.setattr(Steps, "submit", dies)
        async with town.process() as world:
            asked = await world.asks()
            world.start()
            await reached.wait()
            assert await world.slots_taken() == 1
            assert (await world.job(asked.job.id)).status is JobStatus.QUEUED
            await world.crashes()
    assert town.vendor.posts == 0
    assert verdict(await town.ends(asked.job.id)) is Verdict.PICTURES
    async with town.process() as world:
        assert await world.slots_taken() == 0


async def test_a_crash_while_the_vendor_is_asked(town: Town) -> None:
    """Nobody can know what the vendor did: never posted again, nothing charged, cost counted."""
    town.vendor.next(Mood.HANGS)
    async with town.process() as world:
        asked = await world.asks()
        world.start()
        await town.vendor.until(lambda vendor: vendor.accepted == 1)
        assert (await world.job(asked.job.id)).status is JobStatus.SUBMITTING
        await world.crashes()
    job = await town.ends(asked.job.id)
    assert verdict(job) is Verdict.UNCONFIRMED
    async with town.process() as world:
        # The vendor may still be at it: its slot is held.
        assert await world.slots_taken() == 1
        assert (await world.booked(), await world.spent_micros()) == (0, 4700)


async def test_a_crash_while_the_vendor_works(town: Town) -> None:
    town.vendor.hold()
    async with town.process() as world:
        asked = await world.asks(count=2)
        await world.until_status(asked.job.id, JobStatus.WAITING)
        await world.crashes()
    town.vendor.release()
    job = await town.ends(asked.job.id)
    assert (verdict(job), town.vendor.accepted) == (Verdict.PICTURES, 1)


async def test_a_crash_while_pictures_are_fetched_after_an_answer_at_once(town: Town) -> None:
    """The links stand in no other answer: they are kept before anything is downloaded."""
    town.vendor.next(Mood.RESULT_404_FOR_A_WHILE(times=2))
    town.vendor.desk.answers_at_once = True
    async with town.process() as world:
        asked = await world.asks(count=2)
        job = await world.until_status(asked.job.id, JobStatus.WAITING)
        assert job.ticket is not None
        assert len(job.ticket.links) == 2
        await world.crashes()
    assert verdict(await town.ends(asked.job.id)) is Verdict.PICTURES
    assert town.vendor.book[0].fetches == 0


async def test_a_crash_after_the_deadline_has_passed_meanwhile(town: Town) -> None:
    town.vendor.hold()
    async with town.process() as world:
        asked = await world.asks()
        await world.until_status(asked.job.id, JobStatus.WAITING)
        await world.crashes()
    town.clock.advance(3600)
    job = await town.ends(asked.job.id)
    assert verdict(job) is Verdict.TIMED_OUT


async def test_pictures_that_were_ready_while_nobody_was_there_until_the_deadline(
    town: Town,
) -> None:
    """An outage may last longer than any deadline; what is paid for is fetched all the same."""
    town.vendor.hold()
    async with town.process() as world:
        asked = await world.asks(count=2)
        await world.until_status(asked.job.id, JobStatus.WAITING)
        await world.crashes()
    town.vendor.release()
    await town.vendor.until(lambda vendor: vendor.book[0].state == "success")
    town.clock.advance(3600)
    assert verdict(await town.ends(asked.job.id)) is Verdict.PICTURES
    assert town.vendor.book[0].fetches == 1


async def test_a_crash_with_the_pictures_on_our_disk(town: Town) -> None:
    town.courier.discord_is_down(1000)
    async with town.process() as world:
        asked = await world.asks(count=2)
        await world.until_status(asked.job.id, JobStatus.SETTLED)
        fetches = town.vendor.book[0].fetches
        await world.crashes()
    town.courier.broken.clear()
    # The vendor is not needed any more.
    await town.vendor.stop()
    job = await town.ends(asked.job.id)
    assert verdict(job) is Verdict.PICTURES
    assert len(town.courier.deliveries[0].files) == 2
    assert town.vendor.book[0].fetches == fetches


async def test_crashes_again_and_again_lose_nothing_and_double_nothing(town: Town) -> None:
    town.vendor.max_queued = 50
    asked = 0
    for round_ in range(6):
        async with town.process() as world:
            world._asked = asked
            for _ in range(3):
                await world.asks(f"fox {asked}", who=1 + asked % 3)
                asked += 1
            world.start()
            # Somewhere else each time.
            for _ in range(round_ * 3):
                world.clock.advance(0.3)
                world.runner.wake()
                await asyncio.sleep(0.005)
            await world.crashes()
    async with town.process() as world:

        async def nobody_moves() -> bool:
            town.clock.advance(0.5)
            async with world.database.reading() as tx:
                counts = dict(await standing.counts(tx))
                seen = await belt.look(
                    tx, now=town.clock.now(), in_hand=(), full_channels=(), limit=1
                )
            full = seen.slots_taken == 5 and not seen.seated
            in_line = counts.pop(JobStatus.QUEUED)
            return not any(counts.values()) and (full or not in_line)

        await world.until(nobody_moves, timeout_s=20)
        # Whose answer was lost may still be at the vendor; then their slots are free.
        town.clock.advance(700)
        await world.until_done()
        jobs = [await world.job(number) for number in range(1, asked + 1)]
        assert {job.status for job in jobs} == {JobStatus.DELIVERED}
        charged = sum(job.outcome.charged for job in jobs if job.outcome is not None)
        assert await world.booked() == charged
    delivered = [delivery.job.id for delivery in town.courier.deliveries]
    # Died between the sending and the booking of it: the courier itself repeats nothing.
    assert set(delivered) == set(range(1, asked + 1))
    posted = [job.body["track_id"] for job in town.vendor.book]
    assert len(posted) == len(set(posted)), "bought twice"
    assert {verdict(job) for job in jobs} <= {Verdict.PICTURES, Verdict.UNCONFIRMED}


async def test_stopping_lets_a_step_finish_and_takes_no_new_work(town: Town) -> None:
    town.vendor.hold()
    async with town.process(max_queued=1) as world:
        first, second = await world.asks(), await world.asks()
        await world.until_status(first.job.id, JobStatus.WAITING)
        await world.runner.stop()
        assert world._running is not None
        await asyncio.wait_for(world._running, 1)
        # Both are where they can be resumed.
        assert (await world.job(first.job.id)).status is JobStatus.WAITING
        assert (await world.job(second.job.id)).status is JobStatus.QUEUED
    assert town.vendor.posts == 1
    town.vendor.release()
    async with town.process() as world:
        await world.until_done()
        assert len(town.courier.deliveries) == 2
        assert await world.booked() == 2


async def test_stopping_gives_up_on_a_step_that_does_not_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.runner.STOP_GRACE_S", 0.05)
    town.vendor.next(Mood.HANGS)
    async with town.process() as world:
        asked = await world.asks()
        world.start()
        await town.vendor.until(lambda vendor: vendor.accepted == 1)
        await asyncio.wait_for(world.runner.stop(), 1)
        assert (await world.job(asked.job.id)).status is JobStatus.SUBMITTING
    assert verdict(await town.ends(asked.job.id)) is Verdict.UNCONFIRMED


async def test_a_job_of_a_model_that_is_gone_ends_with_a_refund(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner updates Limner, and a model is no longer in its catalogue."""
    async with town.process() as world:
        asked = await world.asks()
        await world.crashes()
    async with town.process() as world:
        monkeypatch.setattr(world.steps._catalogue, "get", lambda _: None)
        await world.until_done()
        job = await world.job(asked.job.id)
        assert verdict(job) is Verdict.UNAVAILABLE
        assert (await world.booked(), town.vendor.posts) == (0, 0)
        assert await world.slots_taken() == 0


async def test_a_cancellation_that_meets_the_bell_is_not_lost(world: World) -> None:
    """`asyncio.wait_for` swallowed it, and the loop could not be ended."""
    world.start()
    loop = world._running
    assert loop is not None
    while world.runner.last_turn_at is None:  # noqa: ASYNC110 - there is nothing to wait on
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    world.runner.wake()
    # The bell has rung, and its waiter is done but has not run yet.
    await asyncio.sleep(0)
    loop.cancel()
    await asyncio.wait({loop}, timeout=1)
    assert loop.cancelled()
