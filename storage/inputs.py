"""Which pictures a job starts from, and where the vendor has its copies of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.domain.job import Job
from bot.domain.request import ImageRequest, InputPicture
from storage.database import Transaction
from storage.tables import inputs


@dataclass(frozen=True, slots=True)
class Upload:
    """The vendor's address of a copy, and since when it has it."""

    url: str
    uploaded_at: datetime


def of_request(request: ImageRequest) -> Mapping[str, InputPicture]:
    """The pictures that a request names, by their role."""
    named = {"source": request.source, "mask": request.mask}
    return {role: picture for role, picture in named.items() if picture is not None}


def digests(request: ImageRequest) -> list[str]:
    """The files that a request starts from."""
    return [picture.sha256 for picture in of_request(request).values()]


async def put(tx: Transaction, new: Iterable[Job]) -> None:
    """Note what new jobs start from, so that its files are kept."""
    rows = [
        {"job_id": job.id, "role": role, "sha256": picture.sha256}
        for job in new
        for role, picture in of_request(job.request).items()
    ]
    if rows:
        await tx.execute(insert(inputs), rows)


async def uploads(tx: Transaction, job_id: int) -> dict[str, Upload]:
    """What of a job's pictures the vendor has, by role."""
    query = select(inputs).where(inputs.c.job_id == job_id, inputs.c.url.is_not(None))
    return {row.role: Upload(row.url, row.uploaded_at) for row in await tx.execute(query)}


async def uploaded(tx: Transaction, job_id: int, role: str, upload: Upload) -> None:
    """The vendor has a copy."""
    await tx.execute(
        update(inputs)
        .where(inputs.c.job_id == job_id, inputs.c.role == role)
        .values(url=upload.url, uploaded_at=upload.uploaded_at)
    )
