"""Which pictures a job has. The bytes are in `storage.pictures`; here are only their names."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select, union

from bot.domain.job import StoredPicture
from storage.database import Transaction
from storage.tables import inputs, jobs, pictures, thumbnails


async def put(tx: Transaction, job_id: int, found: Iterable[StoredPicture]) -> None:
    """Note the pictures of a job that settles."""
    rows = [
        {
            "job_id": job_id,
            "position": picture.position,
            "sha256": picture.sha256,
            "mime": picture.mime,
            "width_px": picture.width_px,
            "height_px": picture.height_px,
            "size_bytes": picture.size_bytes,
            "flagged": picture.flagged,
        }
        for picture in found
    ]
    if rows:
        await tx.execute(insert(pictures), rows)


async def of_job(tx: Transaction, job_id: int) -> tuple[StoredPicture, ...]:
    """The pictures of a job that are still kept, in order."""
    query = select(pictures).where(pictures.c.job_id == job_id).order_by(pictures.c.position)
    return tuple(
        StoredPicture(
            position=row.position,
            sha256=row.sha256,
            mime=row.mime,
            width_px=row.width_px,
            height_px=row.height_px,
            size_bytes=row.size_bytes,
            flagged=row.flagged,
        )
        for row in await tx.execute(query)
    )


async def overdue(tx: Transaction, *, before: datetime, limit: int) -> list[int]:
    """Jobs that were delivered before that moment and still have pictures, made or given."""
    held = union(select(pictures.c.job_id), select(inputs.c.job_id)).subquery()
    query = (
        select(held.c.job_id)
        .join(jobs, jobs.c.id == held.c.job_id)
        .where(jobs.c.delivered_at < before)
        .order_by(held.c.job_id)
        .limit(limit)
    )
    return list((await tx.execute(query)).scalars())


async def forget(tx: Transaction, job_id: int) -> set[str]:
    """Drop a job's pictures; the digests that it had."""
    gone = await tx.execute(
        delete(pictures).where(pictures.c.job_id == job_id).returning(pictures.c.sha256)
    )
    return set(gone.scalars())


async def put_thumbnail(tx: Transaction, job_id: int, sha256: str, *, flagged: bool) -> None:
    """Note the small picture that stands for a job's result."""
    await tx.execute(insert(thumbnails).values(job_id=job_id, sha256=sha256, flagged=flagged))


async def forget_thumbnail(tx: Transaction, job_id: int) -> set[str]:
    """Drop a job's small picture; the digest that it had."""
    gone = await tx.execute(
        delete(thumbnails).where(thumbnails.c.job_id == job_id).returning(thumbnails.c.sha256)
    )
    return set(gone.scalars())
