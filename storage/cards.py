"""Cards: the one message that stands for a job, and how to reach it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, insert, select, update

from bot.domain.job import Card
from storage.database import Transaction
from storage.tables import cards

_OF_JOB = select(cards).where(cards.c.job_id == bindparam("of_job", type_=Integer))


async def insert_cards(tx: Transaction, new: Iterable[Card]) -> None:
    """Note how new jobs' cards can be reached; their messages are not known yet."""
    rows = [
        {
            "job_id": card.job_id,
            "private": card.private,
            "token": card.token,
            "token_expires_at": card.token_expires_at,
            "file_limit_bytes": card.file_limit_bytes,
        }
        for card in new
    ]
    if rows:
        await tx.execute(insert(cards), rows)


async def get(tx: Transaction, job_id: int) -> Card:
    """The card of a job; every job has one."""
    return _card((await tx.execute(_OF_JOB, {"of_job": job_id})).one())


async def placed(tx: Transaction, message_ids: Mapping[int, int]) -> None:
    """The cards of these jobs stand in their channels, as these messages."""
    await tx.execute(
        update(cards).where(cards.c.job_id == bindparam("of_job")),
        [{"of_job": job_id, "message_id": message_ids[job_id]} for job_id in message_ids],
    )


async def begin_message(tx: Transaction, job_id: int, *, now: datetime) -> datetime | None:
    """Note that a new message is about to be sent; when that was noted first, if earlier."""
    card = await get(tx, job_id)
    if card.first_try_at is None:
        await tx.execute(update(cards).where(cards.c.job_id == job_id).values(first_try_at=now))
    return card.first_try_at


async def forget(tx: Transaction, job_ids: Collection[int]) -> None:
    """The cards of these jobs cannot be reached any more: their messages are being deleted."""
    await tx.execute(
        update(cards).where(cards.c.job_id.in_(job_ids)).values(token=None, message_id=None)
    )


def _card(row: Row[Any]) -> Card:
    return Card(
        job_id=row.job_id,
        private=row.private,
        token=row.token,
        token_expires_at=row.token_expires_at,
        file_limit_bytes=row.file_limit_bytes,
        message_id=row.message_id,
        first_try_at=row.first_try_at,
    )
