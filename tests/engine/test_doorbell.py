"""The doorbell wakes and is never believed; a job whose answer was lost may be named by it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import Job, JobStatus, Verdict
from bot.domain.tickets import Ticket, sign
from bot.engine.doorbell import LATE, QUIET, Heard
from bot.engine.gatekeeper import Gatekeeper
from sandbox.modelslab import Mood, Vendor
from tests.engine.ordering import before
from tests.engine.world import World, a_world

AWAY = "http://127.0.0.1:9"


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor, public_url=AWAY, timeout_s=0.3) as world:
        yield world


async def rings(world: World, job: Job, **body: Any) -> Heard:
    """The vendor calls the job's link with this as its JSON."""
    ticket = world.doorbell.link(job).rpartition("/")[2]
    return await world.doorbell.ring(ticket, json.dumps(body).encode())


async def waiting(world: World) -> Job:
    """A job that the vendor works on, and that is not asked about for a while."""
    world.vendor.hold()
    asked = await world.asks()
    world.start()
    return await world.until_status(asked.job.id, JobStatus.WAITING)


async def fetches(world: World) -> int:
    return sum("/fetch" in seen.path for seen in world.vendor.requests)


async def nameless(world: World) -> Job:
    """A job that the vendor took, and whose answer never came."""
    world.vendor.next(Mood.RESETS)
    return await waiting(world)


async def test_the_vendor_is_told_an_address_of_the_jobs_own(world: World) -> None:
    first, second = await waiting(world), await waiting(world)
    told = [job.body["webhook"] for job in world.vendor.book]
    assert told == [world.doorbell.link(first), world.doorbell.link(second)]
    assert len(set(told)) == 2
    assert all(str(link).startswith(f"{AWAY}/hooks/modelslab/") for link in told)


async def test_a_ring_brings_the_picture_before_any_poll_is_due(world: World) -> None:
    job = await waiting(world)
    world.vendor.release()
    assert await rings(world, job, status="success") is Heard.WOKEN
    done = await world.until_status(job.id, JobStatus.DELIVERED)
    assert done.outcome is not None
    assert done.outcome.verdict is Verdict.PICTURES
    assert await fetches(world) == 1
    assert await rings(world, job, status="success") is Heard.NOTHING_NEW


async def test_a_ring_for_a_job_that_is_in_hand_is_heard_as_soon_as_it_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its step had been booked without the ring, and the runner slept on for five seconds."""
    world.vendor.hold()
    asked = await world.asks()

    async def ring() -> None:
        world.vendor.release()
        await rings(world, await world.job(asked.job.id), status="success")
        # The runner has looked, and slept again.
        await asyncio.sleep(0.1)

    before(monkeypatch, Gatekeeper, "succeeded", ring)
    world.start()
    async with asyncio.timeout(2.5):
        while (await world.job(asked.job.id)).status is not JobStatus.DELIVERED:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_bell_that_rang_while_nobody_was_there_is_made_up_for(
    tmp_path: Path, vendor: Vendor
) -> None:
    """It is rung once and never again: after a restart nobody waits for it any longer."""
    async with a_world(tmp_path, vendor, public_url=AWAY, timeout_s=0.3) as world:
        job = await waiting(world)
        assert job.due_at - world.clock.now() > timedelta(seconds=1)
        await world.crashes()
        clock = world.clock
    vendor.release()
    await vendor.until(lambda vendor: vendor.book[0].state == "success")
    async with a_world(tmp_path, vendor, clock=clock, public_url=AWAY, timeout_s=0.3) as world:
        world.start()
        before = world.clock.now()
        await world.until_status(job.id, JobStatus.DELIVERED)
        assert world.clock.now() - before < timedelta(seconds=5)
        assert await fetches(world) == 1


async def test_what_a_ring_says_decides_nothing(world: World) -> None:
    """Neither a failure nor foreign pictures are believed: the fetch decides."""
    job = await waiting(world)
    said = {"status": "failed", "id": 999, "message": "no", "output": ["https://evil.example/1"]}
    assert await rings(world, job, **said) is Heard.WOKEN
    await world.vendor.until(lambda vendor: any("/fetch" in r.path for r in vendor.requests))
    assert (await world.job(job.id)).claim is None
    world.vendor.release()
    await world.until_done()
    outcome = (await world.job(job.id)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PICTURES
    assert all("999" not in seen.path for seen in world.vendor.requests)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<html>", b"\xff" * 100, b'{"track_id": {}}'])
async def test_any_body_is_a_ring(world: World, body: bytes) -> None:
    job = await waiting(world)
    ticket = world.doorbell.link(job).rpartition("/")[2]
    assert await world.doorbell.ring(ticket, body) is Heard.WOKEN


@pytest.mark.parametrize("track_id", ["2", 2, "x"])
async def test_a_ring_for_another_job_is_ignored(world: World, track_id: object) -> None:
    job = await waiting(world)
    assert await rings(world, job, track_id=track_id, id=7) is Heard.NOTHING_NEW
    assert (await world.job(job.id)).rang_at is None


@pytest.mark.parametrize("track_id", ["1", 1, None])
async def test_our_own_number_comes_back_as_text_or_number(world: World, track_id: object) -> None:
    job = await waiting(world)
    assert await rings(world, job, track_id=track_id) is Heard.WOKEN


async def test_a_flood_is_a_ring_each_so_often(world: World) -> None:
    job = await waiting(world)
    heard = [await rings(world, job) for _ in range(30)]
    # The second counts as rung at the end of the quiet.
    assert heard == [Heard.WOKEN] * 2 + [Heard.NOTHING_NEW] * 28
    world.clock.advance(2 * QUIET.total_seconds() + 0.1)
    assert await rings(world, job) is Heard.WOKEN


async def test_a_ring_that_follows_one_that_came_too_early_is_heard(world: World) -> None:
    """It was taken for the same, and the pictures lay there until the next poll."""
    job = await waiting(world)
    await world.runner.stop()
    world.clock.advance(30)
    assert await rings(world, job) is Heard.WOKEN
    put_off = await world.steps.check(await world.job(job.id))
    assert put_off.due_at - world.clock.now() > 2 * QUIET
    assert await rings(world, job, status="success") is Heard.WOKEN
    assert (await world.job(job.id)).due_at - world.clock.now() <= QUIET


async def test_a_clock_that_is_set_back_after_a_ring_makes_no_loop_of_polls(
    world: World,
) -> None:
    """The ring seemed to be younger than each question after it, which was then asked again."""
    job = await waiting(world)
    await world.runner.stop()
    await rings(world, job)
    job = await world.job(job.id)
    world.clock.advance(-60)
    put_off = await world.steps.check(job)
    assert put_off.due_at - world.clock.now() > timedelta(milliseconds=100)


async def test_bells_are_heard_after_the_clock_was_set_back(world: World) -> None:
    job = await waiting(world)
    await rings(world, job)
    world.clock.advance(-3600)
    assert await rings(world, job) is Heard.WOKEN
    rang_at = (await world.job(job.id)).rang_at
    assert rang_at is not None
    assert rang_at <= world.clock.now()


async def test_a_name_that_comes_right_after_a_ring_without_one_counts(world: World) -> None:
    job = await nameless(world)
    await rings(world, job)
    world.vendor.release()
    await rings(world, job, id=world.vendor.book[0].id)
    done = await world.until_status(job.id, JobStatus.DELIVERED)
    assert done.outcome is not None
    assert done.outcome.verdict is Verdict.PICTURES


async def test_links_that_are_not_ours_are_unknown(world: World) -> None:
    job = await waiting(world)
    link = world.doorbell.link(job).rpartition("/")[2]
    until = world.clock.now() + timedelta(hours=1)
    forged = [
        "",
        "x",
        link[:-1],
        link.swapcase(),
        sign(Ticket(str(job.id), until), purpose="doorbell", key="another key"),
        sign(Ticket(str(job.id), until), purpose="mask", key=world.policy.key),
    ]
    assert {await world.doorbell.ring(each, b"{}") for each in forged} == {Heard.UNKNOWN}
    assert (await world.job(job.id)).rang_at is None
    world.clock.advance(600 + LATE.total_seconds() + 1)
    assert await world.doorbell.ring(link, b"{}") is Heard.UNKNOWN


async def test_a_lost_answer_is_made_good_by_the_bell(world: World) -> None:
    job = await nameless(world)
    assert job.ticket is not None
    assert job.ticket.is_nameless
    theirs = world.vendor.book[0].id
    world.vendor.release()
    assert await rings(world, job, status="success", id=theirs, track_id=str(job.id)) is Heard.WOKEN
    await world.until_done()
    outcome = (await world.job(job.id)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.charged) == (Verdict.PICTURES, 1)
    assert world.vendor.posts == 1
    assert await world.booked() == 1


async def test_a_bell_that_is_faster_than_the_answer_is_not_lost(world: World) -> None:
    """It rings while the POST still hangs, and that never gets its answer."""
    world.vendor.next(Mood.HANGS)
    world.vendor.hold()
    asked = await world.asks()
    world.start()
    job = await world.until_status(asked.job.id, JobStatus.SUBMITTING)
    await world.vendor.until(lambda vendor: vendor.accepted == 1)
    world.vendor.release()
    assert await rings(world, job, id=world.vendor.book[0].id) is Heard.WOKEN
    await world.until_done()
    outcome = (await world.job(job.id)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PICTURES
    assert world.vendor.posts == 1


async def test_a_lost_answer_without_a_ring_ends_with_the_deadline(world: World) -> None:
    job = await nameless(world)
    assert await world.slots_taken() == 1
    world.clock.advance(599)
    assert (await world.job(job.id)).status is JobStatus.WAITING
    await world.until_done()
    outcome = (await world.job(job.id)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.charged) == (Verdict.UNCONFIRMED, 0)
    assert await fetches(world) == 0
    assert await world.booked() == 0


async def test_a_claim_to_another_jobs_picture_brings_nothing(world: World) -> None:
    lost = await nameless(world)
    other = await waiting(world)
    assert other.ticket is not None
    assert await rings(world, lost, id=other.ticket.remote_id) is Heard.WOKEN
    world.vendor.release()
    await rings(world, other)
    await world.until_status(other.id, JobStatus.DELIVERED)
    world.clock.advance(600)
    await world.until_done()
    outcomes = [(await world.job(job.id)).outcome for job in (lost, other)]
    assert [outcome and outcome.verdict for outcome in outcomes] == [
        Verdict.UNCONFIRMED,
        Verdict.PICTURES,
    ]
    assert await world.booked() == 1


async def test_after_a_wrong_claim_the_right_one_still_counts(world: World) -> None:
    lost, other = await nameless(world), await waiting(world)
    theirs = world.vendor.book[0].id
    assert other.ticket is not None
    await rings(world, lost, id=other.ticket.remote_id)

    async def refused() -> bool:
        return (await world.job(lost.id)).claim is None

    await world.until(refused)
    world.clock.advance(QUIET.total_seconds() + 0.1)
    world.vendor.release()
    assert await rings(world, lost, id=theirs) is Heard.WOKEN
    done = await world.until_status(lost.id, JobStatus.DELIVERED)
    assert done.outcome is not None
    assert done.outcome.verdict is Verdict.PICTURES


async def cut_off(folder: Path, vendor: Vendor) -> int:
    """A job of which the vendor has just heard when the process dies; its answer never comes."""
    vendor.next(Mood.HANGS)
    async with a_world(folder, vendor, public_url=AWAY, timeout_s=30) as before:
        asked = await before.asks()
        before.start()
        await vendor.until(lambda vendor: vendor.accepted == 1)
        await before.crashes()
    job_id: int = asked.job.id
    return job_id


async def test_a_job_that_was_cut_off_by_a_crash_waits_for_its_bell(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.hold()
    job_id = await cut_off(tmp_path, vendor)
    async with a_world(tmp_path, vendor, public_url=AWAY) as world:
        world.start()
        job = await world.until_status(job_id, JobStatus.WAITING)
        vendor.release()
        assert await rings(world, job, id=vendor.book[0].id) is Heard.WOKEN
        await world.until_done()
        outcome = (await world.job(job.id)).outcome
    assert outcome is not None
    assert outcome.verdict is Verdict.PICTURES
    assert vendor.posts == 1


async def test_a_job_whose_work_was_given_up_meanwhile_ends_and_the_bot_starts(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update had taken the work out of the catalogue: no start got any further, for ever."""
    job_id = await cut_off(tmp_path, vendor)
    async with a_world(tmp_path, vendor, public_url=AWAY) as world:
        model = world.steps._catalogue.get("sdxl")
        assert model is not None
        updated = replace(model, rules={})
        monkeypatch.setattr(world.steps._catalogue, "get", lambda _: updated)
        await world.until_done()
        job = await world.job(job_id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.UNCONFIRMED
