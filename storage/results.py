"""Which pictures a job has. The bytes are in `storage.pictures`; here are only their names."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, insert, select

from bot.domain.job import StoredPicture
from storage.database import Transaction
from storage.tables import pictures, thumbnails

_OF_JOBS = (
    select(pictures)
    .where(pictures.c.job_id.in_(bindparam("ids", expanding=True)))
    .order_by(pictures.c.job_id, pictures.c.position)
)


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
    return (await of_jobs(tx, [job_id])).get(job_id, ())


async def of_jobs(
    tx: Transaction, job_ids: Collection[int]
) -> Mapping[int, tuple[StoredPicture, ...]]:
    """The same for several jobs, by job; those without any are not there."""
    found: dict[int, tuple[StoredPicture, ...]] = {}
    for row in await tx.execute(_OF_JOBS, {"ids": job_ids}):
        picture = StoredPicture(
            position=row.position,
            sha256=row.sha256,
            mime=row.mime,
            width_px=row.width_px,
            height_px=row.height_px,
            size_bytes=row.size_bytes,
            flagged=row.flagged,
        )
        found[row.job_id] = (*found.get(row.job_id, ()), picture)
    return found


async def put_thumbnail(tx: Transaction, job_id: int, sha256: str, *, flagged: bool) -> None:
    """Note the small picture that stands for a job's result."""
    await tx.execute(insert(thumbnails).values(job_id=job_id, sha256=sha256, flagged=flagged))
