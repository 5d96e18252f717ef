"""Days on which nothing is submitted: jobs wait in their order, and go on by themselves."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.gates import DOWN_AFTER_FAILURES, EVERYTHING, GateReason
from bot.domain.job import JobStatus, Verdict
from bot.domain.refusal import ModelClosed
from bot.domain.request import ImageRequest, Kind, Requester
from bot.engine.booking import Reply
from bot.engine.intake import Accepted
from bot.engine.seating import Seating
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.wire import Balance, Refused, Unclear
from sandbox.modelslab import Mood, Turn, Vendor
from storage import gates
from storage.database import Database, Transaction
from tests.engine.ordering import before
from tests.engine.test_pictures_in import a_source
from tests.engine.world import BOB, CHANNEL, SERVER, World, a_policy, a_world

QUEUED, DELIVERED = JobStatus.QUEUED, JobStatus.DELIVERED


async def statuses(world: World, asked: list[Accepted]) -> list[JobStatus]:
    return [(await world.job(said.job.id)).status for said in asked]


async def all_done(world: World, asked: list[Accepted]) -> None:
    """Until every one of these is delivered, by a moved clock, however often a gate closes."""
    async with asyncio.timeout(8):
        while set(await statuses(world, asked)) != {DELIVERED}:
            await world.until_done()
            world.clock.advance(5)
    assert sorted(d.job.id for d in world.delivered) == sorted(said.job.id for said in asked)
    assert await world.slots_taken() == 0


CLOSING: list[tuple[Mood | Turn, str, float, bool]] = [
    (Mood.BUSY_429(retry_after=12), "busy", 12, False),
    (Mood.BUSY_429(retry_after=None), "busy", 30, False),
    (Mood.BUSY_TEXT, "busy", 30, False),
    (Mood.NO_CREDITS, "credits", 60, True),
    (Mood.NO_CREDITS_TEXT, "credits", 60, True),
    (Mood.BAD_KEY, "key", 60, True),
]


@pytest.mark.parametrize(("mood", "reason", "closed_s", "owner_told"), CLOSING)
async def test_a_gate_closes_the_job_waits_and_goes_on_by_itself(
    world: World, mood: Mood | Turn, reason: str, closed_s: float, owner_told: bool
) -> None:
    world.vendor.next(mood)
    asked = await world.asks(count=2)
    await world.until_done(pace_s=0)
    job = await world.job(asked.job.id)
    assert (job.status, job.returned, job.outcome) == (QUEUED, True, None)
    assert await world.gates() == {reason: False}
    assert await world.slots_taken() == 0
    assert world.delivered == []
    # Still reserved, and nothing spent anew.
    assert await world.booked() == 2
    assert len(world.courier.owner_told) == owner_told
    # Whoever asks a moment later is told at once.
    world.clock.advance(0.3)
    assert (await world.asks()).gate == reason

    world.clock.advance(closed_s - 9)
    await world.until_done(pace_s=0)
    assert (world.vendor.posts, world.vendor.accepted) == (1, 0)
    world.clock.advance(10)
    await world.until_done()
    assert await world.gates() == {}
    assert (world.vendor.posts, world.vendor.accepted) == (3, 2)
    assert {delivery.job.id for delivery in world.delivered} == {job.id, job.id + 1}
    assert await world.booked() == 3
    assert len(world.courier.owner_told) == owner_told


BACK_IN_LINE = """
SELECT (SELECT count(*) FROM jobs WHERE status = 'queued' AND returned
        AND id NOT IN (SELECT job_id FROM slots)) > 0 AS back,
       (SELECT count(*) FROM gates) > 0 AS closed"""


@pytest.mark.parametrize("mood", [Mood.BUSY_429, Mood.NO_CREDITS, Mood.BAD_KEY, Mood.JSON_503])
@pytest.mark.parametrize("what", ["the picture", "the job"])
async def test_no_job_is_seen_back_in_line_before_its_gate_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch, mood: Mood, what: str
) -> None:
    """Between the two, another job was sent to a vendor that had just said no."""
    real, seen = Database.transaction, Counter[tuple[bool, bool]]()

    @asynccontextmanager
    async def watched(self: Database, **how: bool) -> AsyncIterator[Transaction]:
        async with real(self, **how) as tx:
            yield tx
        async with self.reading() as tx:
            row = (await tx.exec_driver_sql(BACK_IN_LINE)).one()
        seen[bool(row.back), bool(row.closed)] += 1

    if what == "the job":
        world.vendor.next(mood)
        await world.asks()
    else:
        world.vendor.next_upload(mood)
        await world.asks(kind=Kind.REMIX, source=await a_source(world), strength=0.5)
    # Once more, and a vendor that is not well is left alone.
    world.runner._gatekeeper._failures = DOWN_AFTER_FAILURES - 1
    monkeypatch.setattr(Database, "transaction", watched)

    await world.until_done(pace_s=0)

    assert seen[True, True]
    assert not seen[True, False]


async def test_a_full_queue_at_the_vendor_is_no_failure(world: World) -> None:
    """Somebody else uses the same account: the vendor takes fewer than we think."""
    world.vendor.max_queued = 2
    world.vendor.latency_s = 0.05
    asked = [await world.asks(f"fox {number}") for number in range(6)]
    await all_done(world, asked)
    assert world.vendor.accepted == 6
    assert await world.booked() == 6


async def test_no_credits_then_topped_up_reopens_within_a_minute_in_order(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.balance = 0
    async with a_world(tmp_path, vendor, policy=a_policy(max_queued=1)) as world:
        asked = [await world.asks(f"fox {number}") for number in range(6)]
        await world.until_done(pace_s=0)
        assert await world.gates() == {"credits": False}
        assert set(await statuses(world, asked)) == {QUEUED}
        # Probed each minute with a question that costs nothing.
        posts = vendor.posts
        for _ in range(5):
            world.clock.advance(61)
            await world.until_done(pace_s=0)
        assert vendor.posts == posts
        assert await world.gates() == {"credits": False}

        vendor.balance = 100
        world.clock.advance(61)
        await all_done(world, asked)
        assert await world.gates() == {}
        assert [job.order.prompt for job in vendor.book] == [f"fox {n}" for n in range(6)]
        assert len(world.courier.owner_told) == 1


async def test_a_wrong_key_is_noticed_told_and_mended(tmp_path: Path, vendor: Vendor) -> None:
    vendor.key = "the right one"
    async with a_world(tmp_path, vendor, key="the wrong one") as world:
        asked = await world.asks()
        await world.until_done(pace_s=0)
        assert await world.gates() == {"key": False}
        [told] = world.courier.owner_told
        assert "MODELSLAB_API_KEY" in told
        assert "the wrong one" not in told
    # Put right in the settings, and restarted: the gate stands in the database.
    async with a_world(tmp_path, vendor, clock=world.clock) as world:
        await world.until_done(pace_s=0)
        assert vendor.accepted == 0
        world.clock.advance(61)
        await all_done(world, [asked])


async def test_a_model_outside_the_plan_rests_and_the_others_go_on(world: World) -> None:
    world.vendor.next(Mood.PLAN_TOO_SMALL)
    first = await world.asks(model="sdxl")
    await world.until_done(pace_s=0)
    job = await world.job(first.job.id)
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.UNAVAILABLE
    [told] = world.courier.owner_told
    assert "sdxl" in told
    assert await world.asks(model="SDXL") == ModelClosed("sdxl")
    other = await world.asks(model="flux")
    assert other.gate is None
    await world.until_done()
    assert (await world.job(other.job.id)).status is DELIVERED
    # Nothing was reserved for what was refused.
    assert await world.booked() == 1
    world.clock.advance(3601)
    await world.until_done(pace_s=0)
    assert isinstance(await world.asks(model="sdxl"), Accepted)


async def test_jobs_of_a_closed_model_wait_while_others_pass_them(world: World) -> None:
    world.vendor.hold()
    world.vendor.next(Mood.PLAN_TOO_SMALL)
    # Both are accepted before the vendor says anything.
    refused = await world.asks(model="sdxl")
    await world.database.ping()
    waits = [await world.asks(model="flux" if number else "sdxl") for number in range(3)]
    world.vendor.release()
    await world.until_done()
    assert (await world.job(refused.job.id)).status is DELIVERED
    assert await statuses(world, waits[1:]) == [DELIVERED, DELIVERED]


async def test_a_vendor_that_is_away_parks_the_jobs_and_all_go_on_when_it_is_back(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with a_world(tmp_path, vendor, timeout_s=0.5) as world:
        await vendor.stop()
        asked = [await world.asks(f"fox {number}") for number in range(7)]
        await world.until_done(pace_s=0)
        assert await world.gates() == {"down": False}
        assert set(await statuses(world, asked)) == {QUEUED}
        assert await world.slots_taken() == 0
        assert world.delivered == []
        # Nobody but the vendor can mend it.
        assert world.courier.owner_told == []
        for _ in range(4):
            world.clock.advance(61)
            await world.until_done(pace_s=0)
        assert await world.gates() == {"down": False}

        await vendor.start()
        vendor.hold()
        world.clock.advance(61)
        await world.until_status(asked[0].job.id, JobStatus.WAITING)
        vendor.release()
        await all_done(world, asked)
        assert await world.gates() == {}
        assert (vendor.posts, vendor.accepted) == (7, 7)
        assert await world.booked() == 7


async def test_a_vendor_out_of_service_closes_the_gate_only_when_that_repeats(
    world: World,
) -> None:
    world.vendor.next(Mood.JSON_503, Mood.JSON_503)
    asked = [await world.asks()]
    await all_done(world, asked)
    assert (world.vendor.posts, world.vendor.accepted) == (3, 1)
    world.vendor.down = True
    asked = [await world.asks()]
    await world.until_done(pace_s=0)
    assert await world.gates() == {"down": False}
    assert [seen.status for seen in world.vendor.requests][-3:] == [503, 503, 503]
    world.vendor.down = False
    world.delivered.clear()
    world.clock.advance(10)
    await all_done(world, asked)


async def test_unclear_answers_close_the_gate_and_park_the_rest(
    tmp_path: Path, vendor: Vendor
) -> None:
    vendor.default_mood = Mood.HTML_502
    async with a_world(tmp_path, vendor) as world:
        asked = [await world.asks() for _ in range(12)]
        await world.until_done(pace_s=0)
        assert await world.gates() == {"down": False}
        parked = (await statuses(world, asked)).count(QUEUED)
        # At most as many as were on their way together.
        assert 12 - 5 <= parked <= 12 - 3
        assert vendor.posts == 12 - parked
        vendor.default_mood = Mood.PROCESSING
        # The vendor may still be busy with those: their slots are held to the end of the grace.
        world.clock.advance(700)
        await all_done(world, asked)
        assert vendor.accepted == parked
        assert await world.booked() == parked


async def test_through_a_gate_ajar_jobs_go_one_at_a_time(world: World) -> None:
    world.vendor.balance = 0
    asked = [await world.asks() for _ in range(6)]
    await world.until_done(pace_s=0)
    world.vendor.balance = 100
    world.vendor.moods.extend([Mood.ERROR_200, Mood.ERROR_200])
    posts = world.vendor.posts
    world.vendor.hold()
    world.clock.advance(61)
    world.runner.wake()
    await world.vendor.until(lambda vendor: vendor.accepted >= 1)
    # Two were refused for themselves, which tells nothing of the account: one after another.
    assert await world.gates() in ({}, {"credits": True})
    assert world.vendor.posts - posts >= 3
    world.vendor.release()
    await all_done(world, asked)
    assert await world.booked() == 4


async def test_a_gate_that_closes_while_the_runner_looks_around_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that had just come back was posted again at once, by a turn begun a moment before."""
    before(
        monkeypatch,
        Seating,
        "seat",
        lambda: world.runner._gatekeeper.close(GateReason.BUSY),
    )
    asked = await world.asks()
    await world.until_done(pace_s=0)
    assert (await world.job(asked.job.id)).status is QUEUED
    assert world.vendor.posts == 0


async def test_a_probe_that_hangs_does_not_spin_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate whose time had come used to ask for a nap of no length until it was looked at."""
    world.vendor.balance = 0
    await world.asks()
    await world.until_done(pace_s=0)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hang() -> Balance:
        asked.set()
        await answered.wait()
        return Balance(100.0)

    monkeypatch.setattr(world.runner._gatekeeper._vendor, "balance", hang)
    world.vendor.balance = 100
    world.clock.advance(61)
    world.runner.wake()
    await asked.wait()
    before = world.runner._turns
    await asyncio.sleep(0.2)
    assert world.runner._turns - before <= 3
    answered.set()
    await world.until_done()
    assert len(world.delivered) == 1


@pytest.mark.parametrize("answer", [Balance(100.0), Unclear("no answer")])
async def test_a_gate_that_was_opened_during_the_probe_stays_open(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Balance | Refused | Unclear
) -> None:
    """The older answer used to bring the gate back, and told the owner once more."""
    world.vendor.balance = 0
    await world.asks()
    await world.until_done(pace_s=0)
    keeper = world.runner._gatekeeper
    async with world.database.reading() as tx:
        [gate] = await gates.all_closed(tx)

    async def meanwhile() -> Balance | Refused | Unclear:
        await keeper.succeeded()
        return answer

    monkeypatch.setattr(keeper._vendor, "balance", meanwhile)
    await keeper.look(gate)
    assert await world.gates() == {}
    assert len(world.courier.owner_told) == 1


async def test_a_busy_gate_that_was_closed_anew_is_not_opened_by_an_old_look(
    world: World,
) -> None:
    keeper = world.runner._gatekeeper
    async with world.database.transaction() as tx:
        await keeper.refused(tx, GateReason.BUSY, retry_after_s=5)
        [old] = await gates.all_closed(tx)
    world.clock.advance(6)
    async with world.database.transaction() as tx:
        await keeper.refused(tx, GateReason.BUSY, retry_after_s=40)
    await keeper.look(old)
    async with world.database.reading() as tx:
        [gate] = await gates.all_closed(tx)
    assert gate.scope == EVERYTHING
    assert gate.opens_at - world.clock.now() > timedelta(seconds=38)


async def test_probes_grow_apart_while_the_vendor_stays_away(world: World) -> None:
    world.vendor.down = True
    keeper = world.runner._gatekeeper
    for _ in range(3):
        await keeper.failed("no answer")
    waits_s = []
    for _ in range(6):
        async with world.database.reading() as tx:
            [gate] = await gates.all_closed(tx)
        waits_s.append((gate.opens_at - gate.closed_at).total_seconds())
        world.clock.advance(1000)
        await keeper.look(gate)
        async with world.database.reading() as tx:
            [looked] = await gates.all_closed(tx)
        # Closed since the first failure, whatever the probes said.
        assert looked.closed_at == gate.closed_at
        async with world.database.transaction() as tx:
            await gates.put(tx, replace(looked, closed_at=world.clock.now()))
    assert [round(wait_s / 5) for wait_s in waits_s] == [1, 2, 4, 8, 12, 12]


async def test_what_waits_for_a_model_that_the_plan_lacks_ends_at_once(world: World) -> None:
    world.vendor.hold()
    world.start()
    for number in range(5):
        await world.asks(f"fills slot {number}", model="flux")
    await world.vendor.until(lambda vendor: vendor.accepted == 5)
    waiting = [await world.asks(f"waits {number}") for number in range(3)]
    world.vendor.next(Mood.PLAN_TOO_SMALL)
    # One place becomes free: one of the three hears the vendor's answer, for all of them.
    world.vendor.release(1)
    await world.vendor.until(lambda vendor: vendor.posts == 6)
    world.vendor.release()
    await world.until_done()
    ends = [(await world.job(each.job.id)).outcome for each in waiting]
    assert [end.verdict for end in ends if end is not None] == [Verdict.UNAVAILABLE] * 3
    assert world.vendor.posts == 6
    assert await world.booked() == 5


async def test_who_waits_for_a_model_that_the_plan_lacks_is_told_on_a_card_that_stands(
    world: World,
) -> None:
    """One who had just asked was told before the answer stood that was to be edited."""
    unplaced = await world.intake.accept(
        ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model="sdxl"),
        Requester(user_id=BOB, guild_id=SERVER, channel_id=CHANNEL),
        source_key="interaction:unplaced",
        reply=Reply(token="t", expires_at=None, file_limit_bytes=1),
    )
    assert isinstance(unplaced, Accepted)
    world.vendor.next(Mood.PLAN_TOO_SMALL)
    asked = await world.asks()
    await world.until_status(asked.job.id, JobStatus.DELIVERED)
    ended = await world.until_status(unplaced.job.id, JobStatus.SETTLED)
    assert ended.due_at == unplaced.job.due_at
    await world.until_done()
    assert [delivery.job.id for delivery in world.delivered] == [asked.job.id, ended.id]


async def test_a_description_that_comes_at_once_opens_a_gate_ajar(world: World) -> None:
    """It stayed ajar, one job at a time, for a bot that describes and does nothing else."""
    tool, source = Catalogue.built_in().tool(Kind.DESCRIBE).id, await a_source(world)
    world.vendor.balance = 0
    await world.asks("", kind=Kind.DESCRIBE, model=tool, source=source)
    await world.until_done(pace_s=0)
    assert await world.gates() == {"credits": False}
    world.vendor.balance = 100
    world.vendor.next(Mood.AT_ONCE)
    world.clock.advance(61)
    await world.until_done()
    assert await world.gates() == {}
