"""The belt: every field comes back, and every move starts from the one state that it names."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.errors import StaleJob
from bot.domain.job import MOVES, Job, JobStatus, Outcome, Route, VendorTicket, Verdict
from bot.domain.request import Aspect, ImageRequest, InputPicture, Kind, Requester
from storage import jobs, moves, tables
from storage.database import Database, Transaction
from tests.storage.ground import (
    DEADLINE,
    DONE,
    NOW,
    a_job,
    a_job_in,
    a_new_job,
    moved_to,
)

EVERYTHING_SET = ImageRequest(
    kind=Kind.INPAINT,
    prompt="a fox — “under” the 🌟\n'; DROP TABLE jobs",
    model="sdxl",
    negative="rain",
    aspect=Aspect.WIDE,
    count=3,
    seed=2**32 - 1,
    steps=17,
    guidance=7.25,
    style="ink",
    lora="more-detail",
    lora_strength=0.8,
    enhance=True,
    private=True,
    spoiler=True,
    source=InputPicture(
        sha256="ab" * 32, mime="image/png", width_px=800, height_px=600, size_bytes=12_345
    ),
    mask=InputPicture(
        sha256="cd" * 32, mime="image/png", width_px=800, height_px=600, size_bytes=678
    ),
    strength=0.35,
    parent_job=9,
    parent_picture=2,
)
MEMBER = Requester(user_id=2**63 - 1, guild_id=2**63 - 2, channel_id=2**63 - 3, age_restricted=True)
TICKET = VendorTicket(
    family="v7/images",
    remote_id="job-1a-7",
    fetch_url="https://vendor.example/api/v7/images/fetch/1",
    links=("https://cdn.example/1.png", "https://cdn.example/2.png"),
    flagged=True,
)
OUTCOME = Outcome(verdict=Verdict.PICTURES, detail="all well", received=3, flagged=1)


async def kept(database: Database, job: Job) -> Job | None:
    async with database.reading() as tx:
        return await jobs.get(tx, job.id)


async def test_a_job_with_every_field_comes_back_at_every_state(database: Database) -> None:
    unset = [f.name for f in fields(ImageRequest) if getattr(EVERYTHING_SET, f.name) == f.default]
    assert unset == []
    async with database.transaction() as tx:
        new = jobs.NewJob(
            source_key="interaction:1",
            request=EVERYTHING_SET,
            requester=MEMBER,
            seed=2**32 - 1,
            created_at=NOW,
            due_at=NOW + timedelta(milliseconds=1),
        )
        (queued,) = await jobs.insert_jobs(tx, [new])
    assert queued == Job(
        id=queued.id,
        status=JobStatus.QUEUED,
        request=EVERYTHING_SET,
        requester=MEMBER,
        seed=2**32 - 1,
        created_at=NOW,
        due_at=NOW + timedelta(milliseconds=1),
    )
    assert await kept(database, queued) == queued
    async with database.transaction() as tx:
        submitting = await moves.submitting(tx, queued, now=NOW, deadline_at=DEADLINE)
    assert submitting == replace(
        queued, status=JobStatus.SUBMITTING, submitted_at=NOW, deadline_at=DEADLINE
    )
    async with database.transaction() as tx:
        waiting = await moves.accepted(tx, submitting, TICKET, check_at=DEADLINE)
    assert waiting == replace(submitting, status=JobStatus.WAITING, ticket=TICKET, due_at=DEADLINE)
    assert await kept(database, waiting) == waiting
    async with database.transaction() as tx:
        settled = await moves.settled(tx, waiting, OUTCOME, now=NOW)
    assert settled == replace(
        waiting, status=JobStatus.SETTLED, outcome=OUTCOME, settled_at=NOW, due_at=NOW
    )
    async with database.transaction() as tx:
        delivered = await moves.delivered(
            tx, settled, route=Route.CHANNEL, message_id=2**63 - 1, now=NOW
        )
    assert delivered == replace(
        settled, status=JobStatus.DELIVERED, route=Route.CHANNEL, message_id=2**63 - 1
    )
    assert await kept(database, delivered) == delivered


async def test_times_are_kept_to_the_millisecond_whatever_their_zone(database: Database) -> None:
    west = timezone(timedelta(hours=-5))
    moment = datetime(2026, 12, 31, 23, 59, 59, 123_999, tzinfo=west)
    async with database.transaction() as tx:
        job = await a_job(tx, now=moment)
    assert job.created_at == moment.replace(microsecond=123_000)
    assert job.created_at.tzinfo is UTC


async def test_a_time_without_a_zone_is_a_mistake(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="a time without a zone"):
        await a_job_in(database, JobStatus.QUEUED, now=NOW, due_at=naive)


Move = Callable[[Transaction, Job], Awaitable[Job]]

MOVING: dict[tuple[JobStatus, JobStatus], Move] = {
    (JobStatus.QUEUED, JobStatus.SUBMITTING): lambda tx, job: moves.submitting(
        tx, job, now=NOW, deadline_at=DEADLINE
    ),
    (JobStatus.SUBMITTING, JobStatus.QUEUED): lambda tx, job: moves.back_to_line(
        tx, job, due_at=NOW
    ),
    (JobStatus.SUBMITTING, JobStatus.WAITING): lambda tx, job: moves.accepted(
        tx, job, TICKET, check_at=NOW
    ),
    **{
        (came_from, JobStatus.SETTLED): lambda tx, job: moves.settled(tx, job, DONE, now=NOW)
        for came_from in (JobStatus.QUEUED, JobStatus.SUBMITTING, JobStatus.WAITING)
    },
    (JobStatus.SETTLED, JobStatus.DELIVERED): lambda tx, job: moves.delivered(
        tx, job, route=Route.REPLY, message_id=None, now=NOW
    ),
}


def test_the_drawn_moves_are_the_moves_that_storage_can_make() -> None:
    assert set(MOVING) == MOVES


@pytest.mark.parametrize(("came_from", "to"), sorted(MOVES))
async def test_a_move_goes_where_it_says(
    database: Database, came_from: JobStatus, to: JobStatus
) -> None:
    job = await a_job_in(database, came_from)
    async with database.transaction() as tx:
        job = await moves.later(tx, job, due_at=NOW)
        assert job.attempts == 1
        moved = await MOVING[came_from, to](tx, job)
    # A submission goes on counting: how often the vendor was not well is not forgotten by it.
    assert (moved.status, moved.attempts) == (to, 1 if to is JobStatus.SUBMITTING else 0)
    assert await kept(database, moved) == moved


@pytest.mark.parametrize(
    ("came_from", "to", "really"),
    [(*move, really) for move in sorted(MOVES) for really in JobStatus if really is not move[0]],
)
async def test_a_move_from_any_other_state_is_stale_and_changes_nothing(
    database: Database, came_from: JobStatus, to: JobStatus, really: JobStatus
) -> None:
    job = await a_job_in(database, really)
    believed = replace(job, status=came_from)
    with pytest.raises(StaleJob, match=rf"^job {job.id} is no longer {came_from.value}$"):
        async with database.transaction() as tx:
            await MOVING[came_from, to](tx, believed)
    assert await kept(database, job) == job


async def test_a_job_that_moved_on_is_not_put_off(database: Database) -> None:
    job = await a_job_in(database, JobStatus.WAITING)
    async with database.transaction() as tx:
        await moves.settled(tx, job, DONE, now=NOW)
    with pytest.raises(StaleJob):
        async with database.transaction() as tx:
            await moves.later(tx, job, due_at=DEADLINE)


async def test_a_job_that_came_back_forgets_its_submission_and_is_marked(
    database: Database,
) -> None:
    job = await a_job_in(database, JobStatus.SUBMITTING)
    async with database.transaction() as tx:
        back = await moves.back_to_line(tx, job, due_at=DEADLINE)
    assert (back.submitted_at, back.deadline_at) == (None, None)
    assert back.returned
    async with database.reading() as tx:
        [waiting] = await jobs.in_line(tx)
    assert waiting.returned


async def test_one_source_makes_one_job(database: Database) -> None:
    async def insert() -> Job:
        async with database.transaction() as tx:
            return (await jobs.insert_jobs(tx, [a_new_job(source_key="interaction:1")]))[0]

    job = await insert()
    with pytest.raises(IntegrityError):
        await insert()
    async with database.reading() as tx:
        found = await jobs.ids_of_sources(tx, ["interaction:1", "interaction:2"])
    assert found == {"interaction:1": job.id}


async def test_jobs_that_come_together_keep_their_order(database: Database) -> None:
    new = [a_new_job(seed=number) for number in range(150)]
    async with database.transaction() as tx:
        made = await jobs.insert_jobs(tx, new)
    assert [job.seed for job in made] == list(range(150))
    assert [job.id for job in made] == sorted(job.id for job in made)


async def test_two_live_jobs_never_hold_the_same_id_at_the_vendor(database: Database) -> None:
    first = await a_job_in(database, JobStatus.SUBMITTING)
    second = await a_job_in(database, JobStatus.SUBMITTING)
    async with database.transaction() as tx:
        await moves.accepted(tx, first, TICKET, check_at=NOW)
    with pytest.raises(StaleJob, match="another live job has the vendor's id job-1a-7"):
        async with database.transaction() as tx:
            await moves.accepted(tx, second, TICKET, check_at=NOW)
    assert await kept(database, second) == second
    # The same number in another family is another job.
    elsewhere = replace(TICKET, family="v6/images")
    async with database.transaction() as tx:
        assert (await moves.accepted(tx, second, elsewhere, check_at=NOW)).ticket == elsewhere


@pytest.mark.parametrize("status", [JobStatus.SETTLED, JobStatus.DELIVERED])
async def test_a_number_that_the_vendor_gives_out_again_means_the_new_job(
    database: Database, status: JobStatus
) -> None:
    old = await a_job_in(database, JobStatus.SUBMITTING)
    async with database.transaction() as tx:
        old = await moves.accepted(tx, old, TICKET, check_at=NOW)
        old = await moves.settled(tx, old, DONE, now=NOW)
        if status is JobStatus.DELIVERED:
            old = await moves.delivered(tx, old, route=Route.REPLY, message_id=1, now=NOW)
        new = await moved_to(tx, await a_job(tx), JobStatus.SUBMITTING)
        new = await moves.accepted(tx, new, TICKET, check_at=NOW)
    assert new.ticket == TICKET
    assert await kept(database, old) == old


async def test_jobs_without_an_id_at_the_vendor_do_not_collide(database: Database) -> None:
    nameless = replace(TICKET, remote_id=None)
    for _ in range(2):
        job = await a_job_in(database, JobStatus.SUBMITTING)
        async with database.transaction() as tx:
            await moves.accepted(tx, job, nameless, check_at=NOW)


async def test_numbers_of_jobs_are_never_given_out_again(database: Database) -> None:
    """A button or a file name may still point to a job that was erased."""
    async with database.transaction() as tx:
        (job,) = await jobs.insert_jobs(tx, [a_new_job()])
        await tx.execute(tables.jobs.delete())
    assert (await a_job_in(database, JobStatus.QUEUED)).id > job.id
