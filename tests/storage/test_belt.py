"""Questions about the belt: what is due, who stands in line, and how long things took."""

from datetime import timedelta

from bot.domain.job import JobStatus, Outcome, Verdict
from bot.domain.line import Waiting
from storage import jobs, moves
from storage.database import Database
from tests.storage.ground import DEADLINE, NOW, a_job, a_job_in, a_ticket, moved_to


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def test_due_are_those_whose_time_has_come_the_longest_first(database: Database) -> None:
    async with database.transaction() as tx:
        ids = []
        for seconds in (3, 1, 0, -5, 2):
            job = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
            await moves.later(tx, job, due_at=NOW + after(seconds))
            ids.append(job.id)
        await moved_to(tx, await a_job(tx), JobStatus.SETTLED)
    async with database.reading() as tx:
        due = await jobs.due(tx, JobStatus.WAITING, now=NOW + after(2), limit=10)
        assert [job.id for job in due] == [ids[3], ids[2], ids[1], ids[4]]
        due = await jobs.due(tx, JobStatus.WAITING, now=NOW + after(2), limit=2)
        assert [job.id for job in due] == [ids[3], ids[2]]
        assert await jobs.next_due_at(tx, after=NOW + after(2)) == NOW + after(3)
        assert await jobs.next_due_at(tx, after=NOW + after(3)) is None


async def test_the_next_due_is_looked_for_in_every_live_state(database: Database) -> None:
    async with database.transaction() as tx:
        assert await jobs.next_due_at(tx, after=NOW) is None
        await a_job(tx, due_at=NOW + after(9))
        waiting = await moved_to(tx, await a_job(tx), JobStatus.WAITING)
        await moves.later(tx, waiting, due_at=NOW + after(7))
        settled = await moved_to(tx, await a_job(tx), JobStatus.SETTLED)
        await moves.later(tx, settled, due_at=NOW + after(5))
        done = await moved_to(tx, await a_job(tx, due_at=NOW + after(1)), JobStatus.DELIVERED)
        assert done.due_at < NOW + after(5)
        moments = [NOW]
        while moment := await jobs.next_due_at(tx, after=moments[-1]):
            moments.append(moment)
    assert moments == [NOW, NOW + after(5), NOW + after(7), NOW + after(9)]


async def test_in_line_are_the_queued_ones_all_or_those_that_are_ready(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        ready = await a_job(tx, guild_id=1, user_id=2, model="flux")
        fresh = await a_job(tx, guild_id=3, user_id=4, due_at=NOW + after(5))
        for status in list(JobStatus)[1:]:
            await moved_to(tx, await a_job(tx), status)
        here = [Waiting(ready.id, 1, 2, "imagine:flux"), Waiting(fresh.id, 3, 4, "imagine:sdxl")]
        assert sorted(await jobs.in_line(tx), key=lambda job: job.job_id) == here
        assert await jobs.in_line(tx, ready_by=NOW) == here[:1]
        assert await jobs.in_line_of_server(tx, 3) == [fresh]
        assert await jobs.in_line_of_server(tx, 99) == []


async def test_a_released_job_may_be_submitted_at_once(database: Database) -> None:
    async with database.transaction() as tx:
        job = await a_job(tx, due_at=NOW + after(5))
        await moves.release(tx, [job.id], now=NOW)
        assert [waiting.job_id for waiting in await jobs.in_line(tx, ready_by=NOW)] == [job.id]
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
