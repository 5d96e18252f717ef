"""Questions about the belt: what is due, who stands in line, and how long things took."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from bot.domain.gates import GateReason, closed
from bot.domain.job import Job, JobStatus, Outcome, Verdict
from bot.domain.line import Turns, Waiting, fair_order
from storage import belt, gates, jobs, moves, slots, turns
from storage.database import Database, Transaction
from tests.storage.ground import DEADLINE, NOW, a_job, a_job_in, a_ticket, moved_to


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def look(tx: Transaction, at: datetime, **bounds: Any) -> belt.Look:
    given: dict[str, Any] = {"in_hand": (), "full_channels": (), "limit": 10, **bounds}
    return await belt.look(tx, now=at, **given)


def ids(found: list[Job]) -> list[int]:
    return [job.id for job in found]


async def test_due_are_those_whose_time_has_come_the_longest_first(database: Database) -> None:
    async with database.transaction() as tx:
        made = []
        for seconds in (3, 1, 0, -5, 2):
            job = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
            await moves.later(tx, job, due_at=NOW + after(seconds))
            made.append(job.id)
        result = await moved_to(tx, await a_job(tx), JobStatus.SETTLED)
        asked = await moved_to(tx, await a_job(tx), JobStatus.SUBMITTING)
        await moved_to(tx, await a_job(tx), JobStatus.DELIVERED)
    async with database.reading() as tx:
        seen = await look(tx, NOW + after(2))
        assert ids(seen.waiting) == [made[3], made[2], made[1], made[4]]
        assert (ids(seen.results), ids(seen.asked)) == ([result.id], [asked.id])
        assert seen.anything_at_vendor
        assert seen.anything_to_deliver
        assert not seen.anybody_in_line
        assert seen.next_due_at == NOW + after(3)
        few = await look(tx, NOW + after(2), limit=2)
        assert ids(few.waiting) == [made[3], made[2]]
        assert (await look(tx, NOW + after(3))).next_due_at is None


async def test_what_is_in_hand_is_passed_over_and_hides_nothing_behind_it(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        made = [(await moved_to(tx, await a_job(tx), JobStatus.WAITING)).id for _ in range(4)]
        asked = await moved_to(tx, await a_job(tx), JobStatus.SUBMITTING)
        seen = await look(tx, DEADLINE, in_hand={made[0], made[1], asked.id}, limit=2)
    assert ids(seen.waiting) == made[2:]
    assert seen.asked == []
    assert seen.anything_at_vendor


async def test_results_for_a_full_channel_hide_none_for_others(database: Database) -> None:
    async with database.transaction() as tx:
        full = [await moved_to(tx, await a_job(tx, channel_id=7), JobStatus.SETTLED) for _ in "abc"]
        other = await moved_to(tx, await a_job(tx, channel_id=8), JobStatus.SETTLED)
        assert ids((await look(tx, DEADLINE, limit=3)).results) == ids(full)
        assert ids((await look(tx, DEADLINE, full_channels={7}, limit=3)).results) == [other.id]


async def test_the_next_due_is_looked_for_in_every_live_state(database: Database) -> None:
    async with database.transaction() as tx:
        empty = await look(tx, NOW)
        assert empty.next_due_at is None
        assert not empty.anything_at_vendor
        assert not empty.anything_to_deliver
        assert not empty.anybody_in_line
        await a_job(tx, due_at=NOW + after(9))
        waiting = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
        await moves.later(tx, waiting, due_at=NOW + after(7))
        settled = await moved_to(tx, await a_job(tx), JobStatus.SETTLED)
        await moves.later(tx, settled, due_at=NOW + after(5))
        done = await moved_to(tx, await a_job(tx, due_at=NOW + after(1)), JobStatus.DELIVERED)
        assert done.due_at < NOW + after(5)
        moments = [NOW]
        while moment := (await look(tx, moments[-1])).next_due_at:
            moments.append(moment)
    assert moments == [NOW, NOW + after(5), NOW + after(7), NOW + after(9)]


async def test_a_look_sees_slots_and_gates(database: Database) -> None:
    async with database.transaction() as tx:
        assert (await look(tx, NOW)).closed == []
        in_line, busy = await a_job(tx), await moved_to(tx, await a_job(tx), JobStatus.WAITING)
        await slots.take(tx, [in_line.id, busy.id], maximum=5, now=NOW)
        await slots.hold_until(tx, busy.id, NOW + after(60))
        gate = closed(GateReason.DOWN, now=NOW)
        await gates.put(tx, gate)
        seen = await look(tx, NOW)
    assert seen.slots_taken == 2
    assert seen.seated == {in_line.id}
    assert seen.slot_frees_at == NOW + after(60)
    assert seen.closed == [gate]


async def test_in_line_are_the_queued_ones(database: Database) -> None:
    async with database.transaction() as tx:
        ready = await a_job(tx, guild_id=1, user_id=2, model="flux")
        fresh = await a_job(tx, guild_id=3, user_id=4, due_at=NOW + after(5))
        for status in list(JobStatus)[1:]:
            await moved_to(tx, await a_job(tx), status)
        here = [Waiting(ready.id, 1, 2, "imagine:flux"), Waiting(fresh.id, 3, 4, "imagine:sdxl")]
        assert sorted(await jobs.in_line(tx), key=lambda job: job.job_id) == here
        assert await jobs.in_line_of_server(tx, 3) == [fresh]
        assert await jobs.in_line_of_server(tx, 99) == []


async def next_up(tx: Transaction, **bounds: Any) -> tuple[list[int], Turns]:
    given: dict[str, Any] = {"shut_works": (), "resting": (), "in_hand": (), "each": 5, **bounds}
    found, last = await turns.next_up(tx, now=NOW, **given)
    return sorted(waiting.job_id for waiting in found), last


async def test_next_up_is_who_may_be_submitted_now(database: Database) -> None:
    async with database.transaction() as tx:
        one = [(await a_job(tx, guild_id=1, user_id=2, model="flux")).id for _ in range(3)]
        two = (await a_job(tx, guild_id=1, user_id=3)).id
        other = (await a_job(tx, guild_id=4, user_id=2)).id
        await a_job(tx, guild_id=4, user_id=2, due_at=NOW + after(5))
        for status in list(JobStatus)[1:]:
            await moved_to(tx, await a_job(tx), status)
        nobody = Turns({}, {})
        assert await next_up(tx) == ([*one, two, other], nobody)
        assert await next_up(tx, each=2) == ([*one[:2], two, other], nobody)
        assert await next_up(tx, in_hand={one[0]}, each=1) == ([one[1], two], nobody)
        assert await next_up(tx, shut_works={"imagine:flux"}) == ([two, other], nobody)
        assert await next_up(tx, resting={1}) == ([other], nobody)
        await turns.served(tx, [(1, 2), (4, 9), (1, 5)])
        _, last = await next_up(tx)
        everything = await turns.of_servers(tx, [1, 4])
    assert last.servers == everything.servers
    assert last.members == {(1, 2): everything.members[1, 2]}


@pytest.mark.parametrize("seed", range(6))
async def test_the_first_of_those_next_up_are_the_first_of_all(
    database: Database, seed: int
) -> None:
    """Not all that are in line are read, but those whose turn it is are among them."""
    dice = Random(seed)
    whose = [(dice.randint(1, 7), dice.randint(1, 4)) for _ in range(60)]
    async with database.transaction() as tx:
        made = [(await a_job(tx, guild_id=guild, user_id=user)).id for guild, user in whose[:30]]
        await turns.served(tx, dice.sample(whose, 9))
        made += [(await a_job(tx, guild_id=guild, user_id=user)).id for guild, user in whose[30:]]
        await turns.served(tx, dice.sample(whose, 9))
        await moves.called(tx, dice.sample(made, 3))
        last = await turns.of_servers(tx, [guild for guild, _ in whose])
        for limit in (1, 2, 3, 5, 8, 20, 60):
            in_hand, resting = dice.sample(made, 4), {dice.randint(1, 7)}
            may_go = [
                job
                for job in await jobs.in_line(tx)
                if job.job_id not in in_hand and job.guild_id not in resting
            ]
            some = await turns.next_up(
                tx, now=NOW, shut_works=(), resting=resting, in_hand=in_hand, each=limit
            )
            everybody = list(fair_order(may_go, last))
            assert list(fair_order(*some))[:limit] == everybody[:limit]


async def test_a_released_job_may_be_submitted_at_once(database: Database) -> None:
    async with database.transaction() as tx:
        job = await a_job(tx, due_at=NOW + after(5))
        await moves.release(tx, [job.id], now=NOW)
        assert (await next_up(tx))[0] == [job.id]
        gone = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
        await moves.release(tx, [gone.id, 999], now=DEADLINE)
        assert await jobs.get(tx, gone.id) == gone


async def test_counts_are_of_the_live_states(database: Database) -> None:
    async with database.transaction() as tx:
        for status, count in zip(JobStatus, (3, 1, 2, 4, 5), strict=True):
            for _ in range(count):
                await moved_to(tx, await a_job(tx), status)
    async with database.reading() as tx:
        assert await jobs.counts(tx) == {
            JobStatus.QUEUED: 3,
            JobStatus.SUBMITTING: 1,
            JobStatus.WAITING: 2,
            JobStatus.SETTLED: 4,
        }
        assert len(await jobs.all_of(tx, JobStatus.WAITING)) == 2


async def test_an_empty_belt_counts_zero_of_each(database: Database) -> None:
    async with database.reading() as tx:
        assert set((await jobs.counts(tx)).values()) == {0}
        assert await jobs.get(tx, 1) is None


async def test_past_times_are_the_latest_ones_of_this_model_that_gave_pictures(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        for number in range(25):
            job = await moved_to(tx, await a_job(tx, model="flux"), JobStatus.SUBMITTING)
            job = await moves.accepted(tx, job, a_ticket(), check_at=NOW)
            outcome = Outcome(verdict=Verdict.PICTURES, received=1)
            job = await moves.settled(tx, job, outcome, now=NOW + after(number))
            if number % 2:
                await moved_to(tx, await a_job(tx, model="sdxl"), JobStatus.DELIVERED)
        failed = await moved_to(tx, await a_job(tx, model="flux"), JobStatus.WAITING)
        await moves.settled(tx, failed, Outcome(verdict=Verdict.TIMED_OUT), now=NOW + after(600))
        assert await jobs.past_seconds(tx, "imagine:flux") == [float(n) for n in range(24, 4, -1)]
        assert await jobs.past_seconds(tx, "imagine:flux", limit=2) == [24.0, 23.0]
        assert await jobs.past_seconds(tx, "unheard-of") == []


async def test_the_vendors_times_are_those_that_were_looked_for(database: Database) -> None:
    async with database.transaction() as tx:
        for taken_s in (3.0, None, 4.5):
            job = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
            outcome = Outcome(verdict=Verdict.PICTURES, received=1, taken_s=taken_s)
            await moves.settled(tx, job, outcome, now=NOW + after(60))
        assert await jobs.taken_seconds(tx, "imagine:sdxl") == [4.5, 3.0]
        assert await jobs.taken_seconds(tx, "imagine:sdxl", limit=2) == [4.5]
        assert await jobs.taken_seconds(tx, "unheard-of") == []


async def test_a_jobs_time_is_that_of_the_submission_that_worked(database: Database) -> None:
    """Minutes behind a closed gate are no time of the model."""
    job = await a_job_in(database, JobStatus.SUBMITTING)
    async with database.transaction() as tx:
        job = await moves.back_to_line(tx, job, due_at=NOW)
        job = await moves.submitting(tx, job, now=NOW + after(300), deadline_at=DEADLINE)
        job = await moves.accepted(tx, job, a_ticket(), check_at=NOW)
        outcome = Outcome(verdict=Verdict.PICTURES, received=1)
        await moves.settled(tx, job, outcome, now=NOW + after(304))
        assert await jobs.past_seconds(tx, "imagine:sdxl") == [4.0]
