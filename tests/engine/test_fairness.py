"""A fair line, as the vendor sees it: one server's five hundred jobs, and somebody else's one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.request import Kind
from bot.engine import line
from bot.engine.intake import Accepted
from bot.engine.steps import Steps
from sandbox.modelslab import Mood, Vendor
from storage import jobs
from storage.database import Transaction
from tests.engine.test_pictures_in import a_source
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_policy, a_world

MANY = Limits(server_day=10_000, server_line=1000, member_line=1000)


def a_world_of(folder: Path, vendor: Vendor, *, slots: int) -> AbstractAsyncContextManager[World]:
    vendor.max_queued = slots
    return a_world(folder, vendor, policy=a_policy(limits=MANY, max_queued=slots))


def bought(vendor: Vendor) -> list[int]:
    """The jobs that the vendor took, in its order."""
    return [int(str(job.body["track_id"])) for job in vendor.book]


async def takes(world: World, count: int) -> list[int]:
    """Wait until the vendor has taken so many jobs in all; waiting times are skipped."""
    if world._running is None:
        world.start()
    async with asyncio.timeout(20):
        while world.vendor.accepted < count:
            world.clock.advance(1)
            world.runner.wake()
            await asyncio.sleep(0.01)
    return bought(world.vendor)


async def one_by_one(world: World, *, until: Accepted) -> list[int]:
    """As each job ends one goes on, until this one does; those that went before it."""
    before = len(bought(world.vendor))
    while until.job.id not in bought(world.vendor):
        world.vendor.release(1)
        await takes(world, world.vendor.accepted + 1)
    taken = bought(world.vendor)[before:]
    return taken[: taken.index(until.job.id)]


@pytest.mark.parametrize("slots", [1, 5])
@pytest.mark.parametrize(("who", "where"), [(BOB, OTHER_SERVER), (BOB, SERVER)])
async def test_five_hundred_jobs_delay_a_single_one_by_one(
    tmp_path: Path, vendor: Vendor, slots: int, who: int, where: int
) -> None:
    """Of a server another server's, and of a member another member's of the same server."""
    vendor.hold()
    async with a_world_of(tmp_path, vendor, slots=slots) as world:
        await asyncio.gather(*(world.asks(f"fox {number}") for number in range(500)))
        await takes(world, slots)

        mine = await world.asks(who=who, where=where)

        assert mine.place.ahead == 1
        assert len(await one_by_one(world, until=mine)) == 1


@pytest.mark.parametrize("slots", [1, 3])
async def test_what_the_places_say_comes_true(tmp_path: Path, vendor: Vendor, slots: int) -> None:
    vendor.hold()
    async with a_world_of(tmp_path, vendor, slots=slots) as world:
        for number in range(12):
            await world.asks(who=1 + number % 5 % 3, where=1 + number % 7 % 3)
        await takes(world, slots)
        async with world.database.reading() as tx:
            seen = await line.snapshot(tx, now=world.clock.now())
        foretold = list(seen.places(max_queued=slots))
        while vendor.accepted < 12:
            vendor.release(1)
            await takes(world, vendor.accepted + 1)
        assert bought(vendor)[slots:] == foretold


async def test_a_stream_of_new_servers_starves_nobody(tmp_path: Path, vendor: Vendor) -> None:
    """None of them had ever been served, and so each of them went first."""
    vendor.hold()
    async with a_world_of(tmp_path, vendor, slots=1) as world:
        await world.asks()
        await takes(world, 1)
        mine = await world.asks()
        for stranger in range(1000, 1003):
            await world.asks(where=stranger)
        assert await one_by_one(world, until=mine) == []


async def test_a_slot_that_is_held_for_a_lost_answer_is_reckoned_with(
    tmp_path: Path, vendor: Vendor
) -> None:
    """It stays taken for eleven minutes; those behind it were promised some seconds."""
    vendor.next(Mood.RESETS)
    async with a_world_of(tmp_path, vendor, slots=1) as world:
        await world.asks()
        await takes(world, 1)
        await world.until_done(pace_s=0)
        world.clock.advance(1)
        assert (await world.asks()).place.wait_s > 600


async def test_a_model_that_nobody_waits_for_yet_has_a_time_of_its_own(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the quarter of a second after somebody else's look it had that one's."""

    async def past(_: Transaction, work: str, *, limit: int = 20) -> list[float]:
        return [3.0 if "flux" in work else 40.0] * limit

    monkeypatch.setattr(jobs, "past_seconds", past)
    vendor.hold()
    async with a_world_of(tmp_path, vendor, slots=5) as world:
        first, second = await world.asks(model="sdxl"), await world.asks(model="flux")
        assert (first.place.wait_s, second.place.wait_s) == (40, 3)


async def is_refused(world: World) -> Any:
    world.vendor.next(Mood.BUSY_429(retry_after=1))
    return await world.asks()


async def cannot_be_uploaded(world: World) -> Any:
    world.vendor.next_upload(Mood.BUSY_429(retry_after=1))
    return await world.asks(kind=Kind.REMIX, source=await a_source(world), strength=0.5)


@pytest.mark.parametrize("befalls", [is_refused, cannot_be_uploaded])
async def test_a_job_that_had_its_turn_keeps_its_place_and_its_server_pays_once(
    tmp_path: Path,
    vendor: Vendor,
    befalls: Callable[[World], Awaitable[Any]],
) -> None:
    async with a_world_of(tmp_path, vendor, slots=1) as world:
        first = await befalls(world)
        second = await world.asks()
        world.start()

        async def is_back() -> bool:
            return (await world.job(first.job.id)).returned and not await world.slots_taken()

        await world.until(is_back)
        # It came when the turn had been given already.
        other = await world.asks(where=OTHER_SERVER)

        assert await takes(world, 3) == [first.job.id, second.job.id, other.job.id]


async def test_a_death_between_slot_and_submission_costs_no_turn(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        reached = asyncio.Event()

        async def hangs(_: Steps, job: Job) -> Job:
            reached.set()
            await asyncio.Event().wait()
            return job

        patched.setattr(Steps, "submit", hangs)
        async with a_world_of(tmp_path, vendor, slots=1) as world:
            first, second = await world.asks(who=ANA), await world.asks(who=ANA)
            world.start()
            await reached.wait()
            await world.crashes()
    async with a_world_of(tmp_path, vendor, slots=1) as world:
        other = await world.asks(where=OTHER_SERVER, source_key="interaction:9")
        assert await takes(world, 3) == [first.job.id, second.job.id, other.job.id]


@pytest.mark.parametrize(("refusals", "keeps_its_place"), [(3, True), (4, False)])
async def test_a_job_that_the_vendor_is_always_too_busy_for_lets_others_try(
    tmp_path: Path, vendor: Vendor, refusals: int, keeps_its_place: bool
) -> None:
    """It went first each time the gate opened, and closed it for everybody: for ever."""
    vendor.next(*[Mood.BUSY_429(retry_after=10)] * refusals)
    async with a_world_of(tmp_path, vendor, slots=1) as world:
        first = await world.asks()
        for tries in range(1, refusals + 1):
            await world.until_done(pace_s=0)
            assert vendor.posts == tries
            other = await world.asks(where=OTHER_SERVER) if tries == refusals else None
            world.clock.advance(10.5)
        assert other is not None

        order = [first.job.id, other.job.id]
        assert await takes(world, 2) == (order if keeps_its_place else order[::-1])
