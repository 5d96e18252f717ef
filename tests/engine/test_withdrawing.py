"""Taking a job back: at any moment it is refunded and never bought, or bought once and kept."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.job import Job, JobStatus, Verdict
from bot.engine.cancelling import ACK_GRACE
from bot.engine.collecting import Collector
from bot.engine.seating import Seating
from bot.engine.uploads import Uploads
from bot.engine.withdrawing import Withdrawn
from bot.modelslab.client import ModelsLab
from sandbox.modelslab import Mood, Vendor
from storage import results
from tests.engine.ordering import before
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_policy, a_world


async def withdraw(
    world: World,
    job_id: int,
    *,
    who: int = ANA,
    where: int = SERVER,
    moderator: bool = False,
) -> Withdrawn:
    return await world.withdrawals.withdraw(
        job_id, guild_id=where, user_id=who, moderator=moderator
    )


async def verdict(world: World, job_id: int) -> Verdict:
    job = await world.job(job_id)
    assert job.status is JobStatus.DELIVERED
    assert job.outcome is not None
    return job.outcome.verdict


async def test_in_line_all_is_refunded_and_the_vendor_never_hears_of_it(world: World) -> None:
    asked = await world.asks(count=3)
    assert await world.booked() == 3

    assert await withdraw(world, asked.job.id) is Withdrawn.CANCELLED

    assert await world.booked() == 0
    world.clock.advance(120)
    await world.until_done()
    assert await verdict(world, asked.job.id) is Verdict.CANCELLED
    [delivery] = world.delivered
    assert delivery.receipt.charged == 0
    assert world.vendor.book == []
    assert await world.slots_taken() == 0
    assert world.courier.pings == [], "nobody waits for it any more"


@pytest.mark.parametrize("status", [JobStatus.SUBMITTING, JobStatus.WAITING])
async def test_at_the_vendor_it_is_bought_charged_and_kept_and_nothing_is_posted(
    world: World, monkeypatch: pytest.MonkeyPatch, status: JobStatus
) -> None:
    said: list[Withdrawn] = []

    async def dont_post() -> None:
        said.append(await withdraw(world, 1))

    world.vendor.hold()
    if status is JobStatus.SUBMITTING:
        before(monkeypatch, ModelsLab, "submit", dont_post)
    await world.asks(count=2)
    await world.until_status(1, JobStatus.WAITING)
    if status is JobStatus.WAITING:
        await dont_post()
    assert said == [Withdrawn.WITHHELD]
    assert await world.slots_taken() == 1, "the vendor works on"
    assert await withdraw(world, 1) is Withdrawn.WITHHELD
    world.vendor.release()
    await world.until_done()

    assert await verdict(world, 1) is Verdict.PICTURES
    assert len(world.vendor.book) == 1
    assert await world.booked() == 2
    assert await world.slots_taken() == 0
    [delivery] = world.delivered
    assert delivery.job.withheld
    assert delivery.files == ()
    assert delivery.receipt.charged == 2
    async with world.database.reading() as tx:
        assert len(await results.of_job(tx, 1)) == 2


async def test_the_card_of_what_will_not_be_posted_is_told_so(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)

    await withdraw(world, asked.job.id)

    async def told() -> bool:
        return any(shown.job.withheld for shown in world.courier.progress_shown)

    await world.until(told)


@pytest.mark.parametrize(
    ("who", "where", "moderator", "private", "expected"),
    [
        (ANA, SERVER, False, False, Withdrawn.CANCELLED),
        (ANA, SERVER, False, True, Withdrawn.CANCELLED),
        (BOB, SERVER, False, False, Withdrawn.NOT_YOURS),
        (BOB, SERVER, True, False, Withdrawn.CANCELLED),
        (BOB, SERVER, False, True, Withdrawn.UNKNOWN),
        (BOB, SERVER, True, True, Withdrawn.UNKNOWN),
        (BOB, OTHER_SERVER, True, False, Withdrawn.UNKNOWN),
        (ANA, OTHER_SERVER, False, False, Withdrawn.UNKNOWN),
        (ANA, 0, False, False, Withdrawn.UNKNOWN),
    ],
)
async def test_only_the_asker_and_moderators_of_what_is_public_take_it_back(
    world: World, who: int, where: int, moderator: bool, private: bool, expected: Withdrawn
) -> None:
    asked = await world.asks(private=private)

    said = await withdraw(world, asked.job.id, who=who, where=where, moderator=moderator)

    assert said is expected
    cancelled = (await world.job(asked.job.id)).status is JobStatus.SETTLED
    assert cancelled is (expected is Withdrawn.CANCELLED)


async def test_what_is_done_cannot_be_taken_back(world: World) -> None:
    asked = await world.asks()
    await world.until_done()

    assert await withdraw(world, asked.job.id) is Withdrawn.TOO_LATE
    assert await withdraw(world, 999) is Withdrawn.UNKNOWN
    assert await world.booked() == 1


async def test_twice_at_once_refunds_once(world: World) -> None:
    asked = await world.asks()

    said = await asyncio.gather(*(withdraw(world, asked.job.id) for _ in range(5)))

    assert sorted(said, key=lambda each: each.value) == [
        Withdrawn.CANCELLED,
        *[Withdrawn.TOO_LATE] * 4,
    ]
    assert await world.booked() == 0


async def test_while_its_pictures_are_uploaded_it_is_cancelled_and_never_posted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a slot already; the step that carries it finds that it has gone, and that is all."""
    monkeypatch.setattr("bot.engine.faults.retry_s", lambda _tries: 3600.0)
    uploading, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        uploading.set()
        await go_on.wait()

    before(monkeypatch, Uploads, "images", wait)
    asked = await world.asks()
    world.start()
    await asyncio.wait_for(uploading.wait(), 5)
    assert await world.slots_taken() == 1

    assert await withdraw(world, asked.job.id) is Withdrawn.CANCELLED

    assert await world.slots_taken() == 0
    go_on.set()
    # And not after the pause that follows a fault.
    await world.until_status(asked.job.id, JobStatus.DELIVERED)
    assert await verdict(world, asked.job.id) is Verdict.CANCELLED
    assert world.vendor.book == []
    assert not world.runner._faults.remembered
    assert world.runner._posting == set()
    await world.asks()
    await world.until_done()
    assert len(world.vendor.book) == 1


async def test_just_before_it_gets_its_slot_it_gets_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await world.asks()
    before(monkeypatch, Seating, "seat", lambda: withdraw(world, asked.job.id))

    await world.until_done()

    assert await verdict(world, asked.job.id) is Verdict.CANCELLED
    assert world.vendor.book == []
    assert await world.slots_taken() == 0


async def test_what_is_withheld_while_its_pictures_are_fetched_is_not_posted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await world.asks()
    before(monkeypatch, Collector, "collect", lambda: withdraw(world, asked.job.id))

    await world.until_done()

    [delivery] = world.delivered
    assert delivery.job.withheld
    assert delivery.files == ()
    assert await world.booked() == 1


@pytest.mark.parametrize("mood", [Mood.BUSY_429, Mood.NO_CREDITS, Mood.JSON_503])
async def test_what_the_vendor_did_not_take_after_all_is_refunded_when_nobody_wants_it(
    world: World, monkeypatch: pytest.MonkeyPatch, mood: Mood
) -> None:
    """It would go back to its place in line, to be bought for nobody."""
    world.vendor.next(mood)
    asked = await world.asks()
    before(monkeypatch, ModelsLab, "submit", lambda: withdraw(world, asked.job.id))

    await world.until_status(asked.job.id, JobStatus.DELIVERED)

    assert await verdict(world, asked.job.id) is Verdict.CANCELLED
    assert world.vendor.book == []
    assert await world.booked() == 0
    assert await world.slots_taken() == 0


async def test_a_restart_forgets_neither(tmp_path: Path, vendor: Vendor) -> None:
    vendor.hold()
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        kept = await world.asks()
        await world.until_status(kept.job.id, JobStatus.WAITING)
        back = await world.asks()
        world.courier.discord_is_down(times=99)
        assert await withdraw(world, kept.job.id) is Withdrawn.WITHHELD
        assert await withdraw(world, back.job.id) is Withdrawn.CANCELLED
        await world.crashes()
    vendor.release()
    async with a_world(tmp_path, vendor) as world:
        await world.until_done()
        assert await verdict(world, kept.job.id) is Verdict.PICTURES
        assert await verdict(world, back.job.id) is Verdict.CANCELLED
        assert [delivery.files for delivery in world.delivered] == [(), ()]
        assert await world.booked() == 1
    assert len(vendor.book) == 1


async def test_a_card_that_may_not_stand_yet_is_not_told_before_it_does(world: World) -> None:
    """Taken back from /queue, while the acknowledgement was still on its way."""
    asked = await world.asks()
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE jobs SET due_at = created_at + 5000")

    await withdraw(world, asked.job.id)

    job = await world.job(asked.job.id)
    assert job.due_at == job.created_at + ACK_GRACE
    assert job.attempts == 0


async def test_a_job_that_waits_for_a_sick_vendor_is_told_at_once(world: World) -> None:
    asked = await world.asks()
    world.clock.advance(60)
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("UPDATE jobs SET returned = 1, due_at = created_at + 999000")

    await withdraw(world, asked.job.id)

    job = await world.job(asked.job.id)
    assert job.due_at - world.clock.now() < timedelta(seconds=1)


@pytest.mark.parametrize("seed", range(4))
async def test_whenever_it_comes_a_job_is_refunded_or_bought_once(
    tmp_path: Path, vendor: Vendor, seed: int
) -> None:
    """Twenty jobs over three slots, each taken back at a moment of its own, or not at all."""
    dice = random.Random(seed)
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=3)) as world:
        jobs = [(await world.asks(count=dice.randint(1, 4))).job for _ in range(20)]
        became: dict[int, Withdrawn] = {}

        async def take_back(job: Job) -> None:
            await asyncio.sleep(dice.random() * 0.5)
            became[job.id] = await withdraw(world, job.id)
            assert await world.slots_taken() <= 3

        world.start()
        wanted = dice.sample(jobs, 14)
        await asyncio.gather(world.until_done(), *(take_back(job) for job in wanted))
        await world.until_done()

        bought = [int(str(each.body["track_id"])) for each in vendor.book]
        assert len(bought) == len(set(bought))
        shown = {delivery.job.id: delivery for delivery in world.delivered}
        charged = 0
        for job in jobs:
            cancelled = became.get(job.id) is Withdrawn.CANCELLED
            assert (await verdict(world, job.id) is Verdict.CANCELLED) is cancelled
            assert (job.id not in bought) is cancelled
            withheld = became.get(job.id) is Withdrawn.WITHHELD
            assert (not shown[job.id].files) is (cancelled or withheld)
            charged += 0 if cancelled else job.request.count
        assert await world.booked() == charged
        assert await world.slots_taken() == 0
