"""What is forgotten: jobs with everything about them, or all that they say. Knows no reason why.

The ledger is not touched: what was used stays used.
"""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.domain.errors import StaleJob
from bot.domain.job import JobStatus
from bot.domain.request import ImageRequest
from storage import holdings
from storage.database import Transaction
from storage.jobs import request_from
from storage.tables import cards, easels, inputs, jobs, pictures, slots, thumbnails

_OVER = (JobStatus.SETTLED.value, JobStatus.DELIVERED.value)


async def purge(tx: Transaction, job_ids: Collection[int]) -> set[str]:
    """Delete delivered jobs wholly; the digests of the files that nobody needs any more.

    One for which the vendor's place is still held is scrubbed instead, and goes another day. Ids
    that are of no job (any more) count for nothing. Raises StaleJob for a job that is still live.
    """
    known = (
        await tx.execute(
            select(jobs.c.id, jobs.c.status, slots.c.number)
            .outerjoin(slots, slots.c.job_id == jobs.c.id)
            .where(jobs.c.id.in_(job_ids))
        )
    ).all()
    for row in known:
        if row.status != JobStatus.DELIVERED.value:
            raise StaleJob(f"job {row.id} is {row.status}")
    held = [row.id for row in known if row.number is not None]
    free = [row.id for row in known if row.number is None]
    orphans = await scrub(tx, held) | await _drop_files(tx, free)
    # Without its job the ticket of a mask would be good for another one.
    used = await tx.execute(
        delete(easels).where(easels.c.job_id.in_(free)).returning(easels.c.source_sha256)
    )
    orphans |= set(used.scalars())
    await tx.execute(delete(cards).where(cards.c.job_id.in_(free)))
    await tx.execute(delete(jobs).where(jobs.c.id.in_(free)))
    return orphans - await holdings.needed(tx, orphans)


async def scrub(tx: Transaction, job_ids: Collection[int]) -> set[str]:
    """Leave of these jobs only what their way to the end takes, and show nothing of them.

    The digests of the files that nobody needs any more. Texts and pictures go at once; how to ask
    the vendor stays as long as a job is live.
    """
    for row in (await tx.execute(select(jobs).where(jobs.c.id.in_(job_ids)))).all():
        await tx.execute(update(jobs).where(jobs.c.id == row.id).values(_silenced(row)))
    dropped = await _drop_files(tx, job_ids)
    return dropped - await holdings.needed(tx, dropped)


def _silenced(row: Row[Any]) -> dict[str, Any]:
    asked = request_from(row.request)
    silent = ImageRequest(
        kind=asked.kind,
        prompt="",
        model=asked.model,
        aspect=asked.aspect,
        count=asked.count,
        private=asked.private,
        spoiler=asked.spoiler,
    )
    changes: dict[str, Any] = {
        "request": asdict(silent),
        "words": "",
        "erased": True,
        "withheld": True,
    }
    if row.status in _OVER:
        changes |= {"ticket": None, "remote_id": None, "family": None}
    if row.outcome is not None:
        changes["outcome"] = row.outcome | {"detail": ""}
    return changes


async def _drop_files(tx: Transaction, job_ids: Collection[int]) -> set[str]:
    """Drop what jobs made and started from; the digests that were named."""
    dropped: set[str] = set()
    for table in (pictures, inputs, thumbnails):
        gone = await tx.execute(
            delete(table).where(table.c.job_id.in_(job_ids)).returning(table.c.sha256)
        )
        dropped |= set(gone.scalars())
    return dropped
