"""Easels: pictures set up for somebody to paint a mask on. One browser, one job each."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.domain.request import ImageRequest, Requester
from storage.database import Transaction
from storage.jobs import request_from
from storage.tables import easels


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """What is to be repainted, for whom. `browser` is the digest of the cookie that started it."""

    name: str
    request: ImageRequest
    requester: Requester
    file_limit_bytes: int
    expires_at: datetime
    browser: str | None = None
    job_id: int | None = None


async def put(tx: Transaction, easel: Easel) -> None:
    """Set an easel up."""
    source = easel.request.source
    if source is None:
        raise ValueError("an easel needs a picture")
    who = easel.requester
    await tx.execute(
        insert(easels).values(
            name=easel.name,
            user_id=who.user_id,
            guild_id=who.guild_id,
            channel_id=who.channel_id,
            age_restricted=who.age_restricted,
            role_ids=who.role_ids,
            parent_ids=who.parent_ids,
            request=asdict(easel.request),
            source_sha256=source.sha256,
            file_limit_bytes=easel.file_limit_bytes,
            expires_at=easel.expires_at,
        )
    )


async def get(tx: Transaction, name: str) -> Easel | None:
    row = (await tx.execute(select(easels).where(easels.c.name == name))).one_or_none()
    return None if row is None else _easel(row)


async def bind(tx: Transaction, name: str, *, browser: str) -> bool:
    """Give the easel to this browser; False where another one has it."""
    bound = await tx.execute(
        update(easels)
        .where(easels.c.name == name, easels.c.browser.is_(None))
        .values(browser=browser)
    )
    return bool(bound.rowcount)


async def used(tx: Transaction, name: str, *, job_id: int) -> None:
    """The easel has made its job."""
    await tx.execute(update(easels).where(easels.c.name == name).values(job_id=job_id))


async def clear(tx: Transaction, *, before: datetime) -> set[str]:
    """Take down what expired before then; the digests of the pictures that stood there."""
    gone = await tx.execute(
        delete(easels).where(easels.c.expires_at < before).returning(easels.c.source_sha256)
    )
    return set(gone.scalars())


def _easel(row: Row[Any]) -> Easel:
    return Easel(
        name=row.name,
        request=request_from(row.request),
        requester=Requester(
            user_id=row.user_id,
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            age_restricted=row.age_restricted,
            role_ids=tuple(row.role_ids),
            parent_ids=tuple(row.parent_ids),
        ),
        file_limit_bytes=row.file_limit_bytes,
        expires_at=row.expires_at,
        browser=row.browser,
        job_id=row.job_id,
    )
