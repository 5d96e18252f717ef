"""What has been kept for long enough: asked for in small portions, by when jobs ended."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, literal_column, select, tuple_

from storage import holdings
from storage.database import Transaction
from storage.tables import inputs, jobs, pictures, thumbnails


class Kept(StrEnum):
    """What of a job is kept for a time of its own."""

    INPUTS = "inputs"
    PICTURES = "pictures"
    THUMBNAILS = "thumbnails"


_TABLES = {Kept.INPUTS: inputs, Kept.PICTURES: pictures, Kept.THUMBNAILS: thumbnails}
End = tuple[datetime, int]
"""When a job was delivered, and its id."""


async def ended(tx: Transaction, *, after: End, before: datetime, limit: int) -> list[End]:
    """The jobs that were delivered after that one and before that moment, in their order."""
    query = (
        select(jobs.c.delivered_at, jobs.c.id)
        .where(
            # The first alone would do, but SQLite finds its way by the second.
            tuple_(jobs.c.delivered_at, jobs.c.id) > after,
            jobs.c.delivered_at >= after[0],
            jobs.c.delivered_at < before,
        )
        .order_by(jobs.c.delivered_at, jobs.c.id)
        .limit(limit)
    )
    return [(row.delivered_at, row.id) for row in await tx.execute(query)]


async def drop(tx: Transaction, what: Kept, job_ids: Collection[int]) -> set[str]:
    """Drop this of these jobs; the digests that nobody needs any more."""
    table = _TABLES[what]
    gone = await tx.execute(
        delete(table).where(table.c.job_id.in_(job_ids)).returning(table.c.sha256)
    )
    digests = set(gone.scalars())
    return digests - await holdings.needed(tx, digests) if digests else digests


async def left_of_erased(tx: Transaction, *, after: int, limit: int) -> list[int]:
    """Jobs that were erased, are delivered, and still stand there."""
    query = (
        select(jobs.c.id)
        .where(
            jobs.c.erased == literal_column("1"),
            jobs.c.delivered_at.is_not(None),
            jobs.c.id > after,
        )
        .order_by(jobs.c.id)
        .limit(limit)
    )
    return list((await tx.execute(query)).scalars())
