"""What is forgotten is gone wholly, what is live stays live, and others keep what is theirs."""

import json

import pytest
from sqlalchemy import Table, func, select

from bot.domain.errors import StaleJob
from bot.domain.job import Job, JobStatus, StoredPicture
from bot.domain.request import InputPicture
from storage import easels, erasure, inputs, jobs, results, slots
from storage.database import Database
from storage.tables import cards, ledger, thumbnails
from storage.tables import easels as easels_table
from storage.tables import inputs as inputs_table
from storage.tables import jobs as jobs_table
from storage.tables import pictures as pictures_table
from tests.storage.ground import DEADLINE, NOW, a_job, a_job_in, a_request, moved_to

MARK = "a prompt that nobody may read again"


def a_picture(sha256: str) -> StoredPicture:
    return StoredPicture(
        position=1, sha256=sha256, mime="image/png", width_px=8, height_px=8, size_bytes=1
    )


def an_input(sha256: str) -> InputPicture:
    return InputPicture(sha256=sha256, mime="image/png", width_px=8, height_px=8, size_bytes=1)


async def a_full_job(
    database: Database, *, made: str, given: str, status: JobStatus = JobStatus.DELIVERED
) -> Job:
    """A job with everything that can hang on one."""
    async with database.transaction() as tx:
        job = await a_job(tx, prompt=MARK, negative=MARK, style="ink", source=an_input(given))
        await inputs.put(tx, [job])
        job = await moved_to(tx, job, status)
        await results.put(tx, job.id, [a_picture(made)])
        await results.put_thumbnail(tx, job.id, f"small {made}", flagged=False)
    return job


async def counted(database: Database, table: Table) -> int:
    async with database.reading() as tx:
        return (await tx.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_purged_job_leaves_nothing_but_its_entries_in_the_ledger(
    database: Database,
) -> None:
    job = await a_full_job(database, made="aa", given="bb")
    async with database.transaction() as tx:
        easel = easels.Easel(
            name="name",
            request=a_request(source=an_input("cc")),
            requester=job.requester,
            file_limit_bytes=1,
            expires_at=DEADLINE,
        )
        await easels.put(tx, easel)
        await easels.used(tx, "name", job_id=job.id)
    async with database.transaction() as tx:
        assert await erasure.purge(tx, [job.id]) == {"aa", "bb", "cc", "small aa"}
    for table in (jobs_table, cards, pictures_table, inputs_table, thumbnails):
        assert await counted(database, table) == 0
    assert await counted(database, ledger) == 1
    # Its ticket would be good for a second job.
    assert await counted(database, easels_table) == 0
    async with database.transaction() as tx:
        assert await erasure.purge(tx, [job.id, 4711]) == set()
        assert await erasure.purge(tx, []) == set()


async def test_what_somebody_else_needs_stays(database: Database) -> None:
    job = await a_full_job(database, made="aa", given="bb")
    other = await a_full_job(database, made="bb", given="dd")
    async with database.transaction() as tx:
        assert await erasure.purge(tx, [job.id]) == {"aa", "small aa"}
        assert await jobs.get(tx, other.id) is not None
        assert await erasure.purge(tx, [other.id]) == {"bb", "dd", "small bb"}


@pytest.mark.parametrize("status", [each for each in JobStatus if each is not JobStatus.DELIVERED])
async def test_a_live_job_is_never_purged(database: Database, status: JobStatus) -> None:
    job = await a_job_in(database, status)
    done = await a_job_in(database, JobStatus.DELIVERED)
    with pytest.raises(StaleJob):
        async with database.transaction() as tx:
            await erasure.purge(tx, [done.id, job.id])
    async with database.reading() as tx:
        assert await jobs.get(tx, job.id) == job
        assert await jobs.get(tx, done.id) == done


async def test_a_job_that_the_vendor_may_still_work_on_is_scrubbed_and_goes_later(
    database: Database,
) -> None:
    job = await a_full_job(database, made="aa", given="bb")
    async with database.transaction() as tx:
        assert await slots.take(tx, [job.id], maximum=5, now=NOW)
        assert await erasure.purge(tx, [job.id]) == {"aa", "bb", "small aa"}
        left = await jobs.get(tx, job.id)
        assert left is not None
        assert left.erased
        assert left.ticket is None
        assert await slots.taken(tx) == 1
        kept = (await tx.execute(select(jobs_table))).mappings().one()
        assert MARK not in json.dumps([kept["request"], kept["words"], kept["outcome"]])
        await slots.free(tx, job.id)
        assert await erasure.purge(tx, [job.id]) == set()
        assert await jobs.get(tx, job.id) is None


@pytest.mark.parametrize("status", JobStatus)
async def test_a_scrubbed_job_keeps_what_its_way_to_the_end_takes(
    database: Database, status: JobStatus
) -> None:
    before = await a_full_job(database, made="aa", given="bb", status=status)
    async with database.transaction() as tx:
        await erasure.scrub(tx, [before.id])
        after = await jobs.get(tx, before.id)
    assert after is not None
    assert after.erased
    assert after.withheld
    assert (after.status, after.due_at) == (before.status, before.due_at)
    for part in ("kind", "model", "count", "private", "pictures", "work"):
        assert getattr(after.request, part) == getattr(before.request, part)
    assert MARK not in str(after)
    assert after.request.source is None
    # How to ask the vendor is needed as long as it is asked.
    assert after.ticket == (None if before.is_over else before.ticket)
