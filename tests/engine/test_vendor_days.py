"""However the vendor answers, each job ends once, is paid once, and is posted at most once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import schedule
from bot.domain.job import Job, JobStatus, Verdict
from bot.download import Downloader
from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Reason, Refused
from bot.pictures import verify
from sandbox.modelslab import Mood, Turn, Vendor
from tests.engine.world import World, a_policy, a_world

PRICE_MICROS = 4700


@dataclass(frozen=True)
class Day:
    """A mood, and all that comes of it for one job of two pictures."""

    mood: Mood | Turn
    verdict: Verdict
    received: int = 0
    accepted: int = 0
    # The vendor may still be at work: its place is not free yet.
    slot_held: bool = False
    paid: int = 0

    def __str__(self) -> str:
        return str(self.mood.mood if isinstance(self.mood, Turn) else self.mood)


def good(mood: Mood | Turn) -> Day:
    return Day(mood, Verdict.PICTURES, received=2, accepted=1, paid=2)


def refused(mood: Mood | Turn, verdict: Verdict) -> Day:
    return Day(mood, verdict)


def unclear(mood: Mood | Turn, *, accepted: int) -> Day:
    return Day(mood, Verdict.UNCONFIRMED, accepted=accepted, slot_held=True, paid=2)


def lost(mood: Mood | Turn) -> Day:
    return Day(mood, Verdict.LOST, accepted=1, paid=2)


DAYS = [
    good(Mood.AT_ONCE),
    good(Mood.PROCESSING),
    good(Mood.QUEUED),
    good(Mood.STRING_IDS),
    good(Mood.OLD_SHAPES),
    good(Mood.FETCH_MINIMAL),
    good(Mood.FETCH_ID_DIFFERS),
    good(Mood.FOREIGN_FETCH_RESULT),
    good(Mood.FETCH_404_FOR_A_WHILE),
    good(Mood.FETCH_HTML_FOR_A_WHILE),
    good(Mood.FETCH_BUSY_FOR_A_WHILE),
    good(Mood.EMPTY_OUTPUT_FOR_A_WHILE),
    good(Mood.RESULT_404_FOR_A_WHILE),
    good(Mood.RESULT_LIES_TYPE),
    Day(Mood.FEWER_PICTURES, Verdict.PICTURES, received=1, accepted=1, paid=1),
    refused(Mood.ERROR_200, Verdict.FAILED),
    refused(Mood.ERROR_4XX, Verdict.REFUSED),
    refused(Mood.ERROR_MESSEGE, Verdict.REFUSED),
    refused(Mood.ERROR_DICT, Verdict.REFUSED),
    refused(Mood.MODERATION, Verdict.CONTENT),
    refused(Mood.PLAN_TOO_SMALL, Verdict.UNAVAILABLE),
    unclear(Mood.HTML_200, accepted=0),
    unclear(Mood.HTML_502, accepted=0),
    unclear(Mood.JSON_500, accepted=0),
    unclear(Mood.HTML_502_BUT_ACCEPTED, accepted=1),
    unclear(Mood.HANGS, accepted=1),
    unclear(Mood.RESETS, accepted=1),
    Day(Mood.FAILED_LATER, Verdict.FAILED, accepted=1),
    Day(Mood.ERROR_LATER, Verdict.FAILED, accepted=1),
    Day(Mood.NEVER, Verdict.TIMED_OUT, accepted=1, slot_held=True, paid=2),
    lost(Mood.RESULT_404),
    lost(Mood.RESULT_HTML),
    lost(Mood.RESULT_TRUNCATED),
    lost(Mood.RESULT_CUT_OFF),
    lost(Mood.RESULT_TOO_BIG),
]


async def ended(world: World, job: Job, *, pace_s: float = 2.0) -> Job:
    """The job at its end, however long that took by the moved clock."""
    await world.until_done(pace_s=pace_s)
    job = await world.job(job.id)
    assert job.status is JobStatus.DELIVERED
    assert [delivery.job.id for delivery in world.delivered] == [job.id]
    return job


async def lived_through(world: World, job: Job, day: Day) -> Job:
    """The job at its end; where its slot is held, the clock has not run past that."""
    if day.verdict is Verdict.TIMED_OUT:
        await world.until_status(job.id, JobStatus.WAITING)
        world.clock.advance(601)
    return await ended(world, job, pace_s=0.0 if day.slot_held else 2.0)


@pytest.mark.parametrize("day", DAYS, ids=str)
async def test_a_job_ends_once_and_is_rightly_paid(
    tmp_path: Path, vendor: Vendor, day: Day
) -> None:
    vendor.next(day.mood)
    async with a_world(tmp_path, vendor, timeout_s=0.4) as world:
        asked = await world.asks("a red fox", count=2, seed=7)
        job = await lived_through(world, asked.job, day)
        assert job.outcome is not None
        assert (job.outcome.verdict, job.outcome.received) == (day.verdict, day.received)
        assert (vendor.posts, vendor.accepted) == (1, day.accepted)
        assert await world.booked() == day.received
        assert await world.spent_micros() == day.paid * PRICE_MICROS
        assert await world.slots_taken() == int(day.slot_held)
        [delivery] = world.delivered
        assert delivery.receipt.charged == day.received
        assert delivery.receipt.left_today == 200 - day.received
        assert len(delivery.files) == day.received
        assert all(verify(file.data).mime == "image/png" for file in delivery.files)
        # Only what the owner must mend is told to the owner.
        assert len(world.courier.owner_told) == (day.mood is Mood.PLAN_TOO_SMALL)
        # To ask there would have handed the key to a stranger.
        assert vendor.stranger_calls == 0


@pytest.mark.parametrize("day", [day for day in DAYS if day.slot_held], ids=str)
async def test_a_slot_that_the_vendor_may_still_use_is_freed_after_deadline_and_grace(
    tmp_path: Path, vendor: Vendor, day: Day
) -> None:
    vendor.next(day.mood)
    async with a_world(tmp_path, vendor, timeout_s=0.4) as world:
        asked = await world.asks("a red fox")
        job = await lived_through(world, asked.job, day)
        assert job.submitted_at is not None
        grace_ends_at = job.submitted_at + timedelta(seconds=600 + 60)

        async def free() -> bool:
            return await world.slots_taken() == 0

        world.clock.advance((grace_ends_at - world.clock.now()).total_seconds() - 20)
        await world.until_done(pace_s=0)
        assert not await free()
        world.clock.advance(21)
        await world.until(free)


async def test_a_mood_that_was_never_scripted_is_not_silently_good() -> None:
    """Each mood of the stand-in has its day here, or its place among the gates."""
    elsewhere = {
        Mood.BUSY_429,
        Mood.BUSY_TEXT,
        Mood.NO_CREDITS,
        Mood.NO_CREDITS_TEXT,
        Mood.BAD_KEY,
        Mood.JSON_503,
        Mood.NSFW,
        Mood.NSFW_LIST,
    }
    assert {day.mood for day in DAYS} | elsewhere == set(Mood)


@pytest.mark.parametrize("mood", [Mood.NSFW, Mood.NSFW_LIST])
async def test_flagged_pictures_stay_out_of_a_normal_channel(world: World, mood: Mood) -> None:
    world.vendor.next(mood)
    asked = await world.asks("a red fox", count=2)
    job = await ended(world, asked.job)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.FLAGGED
    assert (job.outcome.received, job.outcome.flagged, job.outcome.charged) == (2, 2, 0)
    [delivery] = world.delivered
    assert delivery.files == ()
    # Refunded to the member, and paid by the owner all the same.
    assert await world.booked() == 0
    assert await world.spent_micros() == 2 * PRICE_MICROS
    # Not even fetched: nobody here may see them.
    assert world.vendor.book[0].served == {}


@pytest.mark.parametrize("mood", [Mood.NSFW, Mood.NSFW_LIST])
async def test_flagged_pictures_are_shown_where_age_is_checked(world: World, mood: Mood) -> None:
    world.vendor.next(mood)
    asked = await world.asks("a red fox", count=2, age_restricted=True)
    job = await ended(world, asked.job)
    assert job.outcome is not None
    assert (job.outcome.verdict, job.outcome.charged) == (Verdict.PICTURES, 2)
    assert len(world.delivered[0].files) == 2
    details = await world.records.details(job.id, guild_id=11, user_id=101)
    assert details is not None
    assert [picture.flagged for picture in details.pictures] == [True, True]


async def test_the_vendors_words_are_kept_for_the_asker(world: World) -> None:
    world.vendor.next(Mood.ERROR_4XX)
    job = await ended(world, (await world.asks()).job)
    assert job.outcome is not None
    assert job.outcome.detail == "height must be divisible by 8"


async def test_one_picture_of_two_is_delivered_charged_and_both_are_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the vendor made was once counted as what we received."""
    real = Downloader.get

    async def half(self: Downloader, url: str) -> bytes:
        data = await real(self, url)
        return data if url.endswith("-0.png") else data[: len(data) // 2]

    monkeypatch.setattr(Downloader, "get", half)
    job = await ended(world, (await world.asks(count=2)).job)
    assert job.outcome is not None
    assert (job.outcome.verdict, job.outcome.received) == (Verdict.PICTURES, 1)
    assert await world.booked() == 1
    assert await world.spent_micros() == 2 * PRICE_MICROS


async def test_a_slow_vendor_is_waited_for_and_asked_seldom(world: World) -> None:
    world.vendor.hold()
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.WAITING)
    world.start()
    for _ in range(60):
        world.clock.advance(5)
        await world.until_status(asked.job.id, JobStatus.WAITING)
    world.vendor.release()
    job = await ended(world, asked.job)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.PICTURES
    assert world.vendor.book[0].fetches < 60


async def test_a_download_that_takes_long_puts_off_nobodys_first_look(world: World) -> None:
    """It was counted as the model's own time: so each look came later than the one before."""
    waits_s: list[float] = []
    for _ in range(8):
        asked = await world.asks()
        job = await world.until_status(asked.job.id, JobStatus.WAITING)
        assert job.submitted_at is not None
        waits_s.append((job.due_at - job.submitted_at).total_seconds())
        await world.until_done(pace_s=0.5)
    # After four jobs their times are known.
    assert max(waits_s[4:]) < 1.0, waits_s


async def test_a_submission_that_outlasts_the_deadline_is_given_up(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.next(Mood.HANGS)
    policy = a_policy(deadline=timedelta(seconds=0.2))
    async with a_world(tmp_path, vendor, policy=policy) as world:
        job = await ended(world, (await world.asks()).job)
        assert job.outcome is not None
        assert job.outcome.verdict is Verdict.UNCONFIRMED
        assert vendor.posts == 1


async def test_a_fetch_that_says_again_at_once_is_not_asked_without_a_pause(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `retry_after` of nothing used to make a loop without a pause."""

    async def busy(*_: object, **__: object) -> Refused:
        return Refused(Reason.BUSY, "busy", 0.0)

    monkeypatch.setattr(ModelsLab, "fetch", busy)
    asked = await world.asks()
    job = await world.until_status(asked.job.id, JobStatus.WAITING)
    await world.runner.stop()
    asked_at = world.clock.now()
    put_off = await world.steps.check(job)
    shortest = timedelta(seconds=schedule.next_poll_s(0.0), milliseconds=-1)
    assert put_off.due_at - asked_at >= shortest > timedelta(milliseconds=100)
