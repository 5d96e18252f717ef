"""The belt: new jobs, and what is on it. How they move is in `storage.moves`."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    type_coerce,
)

from bot.domain.job import Job, JobStatus, Outcome, Route, VendorTicket, Verdict
from bot.domain.line import Waiting
from bot.domain.request import Aspect, ImageRequest, InputPicture, Kind, Requester
from bot.domain.search import folded
from storage.database import Transaction
from storage.tables import jobs

# Literal, not bound: SQLite uses a partial index only where it can see the condition.
STATUS = {status: literal_column(f"'{status.value}'", String) for status in JobStatus}
LIVE = jobs.c.status != STATUS[JobStatus.DELIVERED]
# A millisecond or two of the event loop.
ROWS_AT_A_TIME = 500
_LIVE_ONES = [name for status, name in STATUS.items() if status is not JobStatus.DELIVERED]


def _latest(column: ColumnElement[Any]) -> Select[Any]:
    """That of the latest jobs of a work that gave pictures."""
    return (
        select(column)
        .where(
            jobs.c.work == bindparam("work", type_=String),
            jobs.c.verdict == literal_column(f"'{Verdict.PICTURES.value}'"),
        )
        .order_by(jobs.c.id.desc())
        .limit(bindparam("latest", type_=Integer))
    )


_TIMES_MS = _latest(
    type_coerce(jobs.c.settled_at, BigInteger) - type_coerce(jobs.c.submitted_at, BigInteger)
)
_TAKEN_S = _latest(func.json_extract(jobs.c.outcome, "$.taken_s"))
_OF_NUMBERS = select(jobs).where(jobs.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that has no number yet."""

    source_key: str
    request: ImageRequest
    requester: Requester
    seed: int
    created_at: datetime
    due_at: datetime


async def insert_jobs(tx: Transaction, new: Sequence[NewJob]) -> list[Job]:
    """Put new jobs on the belt, in their order. The caller has made sure of new sources."""
    rows = await tx.execute(insert(jobs).returning(jobs), [_new(each) for each in new])
    made = {row.source_key: job_from(row) for row in rows}
    return [made[each.source_key] for each in new]


async def ids_of_sources(tx: Transaction, source_keys: Collection[str]) -> dict[str, int]:
    """The jobs that these interactions or tickets have made, of those that made one."""
    query = select(jobs.c.source_key, jobs.c.id).where(jobs.c.source_key.in_(source_keys))
    return {row.source_key: row.id for row in await tx.execute(query)}


async def get(tx: Transaction, job_id: int) -> Job | None:
    return (await jobs_of(tx, [job_id])).get(job_id)


async def jobs_of(tx: Transaction, job_ids: Collection[int]) -> dict[int, Job]:
    """The jobs of these numbers, as far as there are any, by number."""
    rows = await tx.execute(_OF_NUMBERS, {"ids": job_ids})
    return {row.id: job_from(row) for row in rows}


async def all_of(tx: Transaction, status: JobStatus) -> list[Job]:
    """Every job of this status, due or not."""
    query = select(jobs).where(LIVE, jobs.c.status == STATUS[status])
    return [job_from(row) for row in await tx.execute(query)]


async def in_line(tx: Transaction) -> list[Waiting]:
    """All jobs in line. However many they are, others go on meanwhile."""
    query = select(jobs.c.id, jobs.c.guild_id, jobs.c.user_id, jobs.c.work, jobs.c.returned).where(
        LIVE, jobs.c.status == STATUS[JobStatus.QUEUED]
    )
    found: list[Waiting] = []
    for rows in (await tx.execute(query)).partitions(ROWS_AT_A_TIME):
        found += [Waiting(*row) for row in rows]
        await asyncio.sleep(0)
    return found


async def in_line_of_server(tx: Transaction, guild_id: int) -> list[Job]:
    """The jobs that a server has in line."""
    query = select(jobs).where(
        LIVE, jobs.c.status == STATUS[JobStatus.QUEUED], jobs.c.guild_id == guild_id
    )
    return [job_from(row) for row in await tx.execute(query)]


async def live_of_member(tx: Transaction, *, guild_id: int, user_id: int) -> list[Job]:
    """What of a member is on its way in one server, the oldest first.

    What they had erased is none of it.
    """
    query = select(jobs).where(
        LIVE,
        jobs.c.guild_id == guild_id,
        jobs.c.status.in_(_LIVE_ONES),
        jobs.c.user_id == user_id,
        jobs.c.erased.is_(False),
    )
    return sorted((job_from(row) for row in await tx.execute(query)), key=lambda job: job.id)


async def counts(tx: Transaction, *, guild_id: int | None = None) -> Mapping[JobStatus, int]:
    """How many jobs, of one server or of all, stand in each state before the last."""
    query = select(jobs.c.status, func.count()).where(LIVE).group_by(jobs.c.status)
    if guild_id is not None:
        query = query.where(jobs.c.guild_id == guild_id)
    found: dict[str, int] = {row[0]: row[1] for row in await tx.execute(query)}
    return {
        status: found.get(status.value, 0)
        for status in JobStatus
        if status is not JobStatus.DELIVERED
    }


async def past_seconds(tx: Transaction, work: str, *, limit: int = 20) -> list[float]:
    """From submission to stored pictures, in seconds, for the latest jobs of this work."""
    found = (await tx.execute(_TIMES_MS, {"work": work, "latest": limit})).scalars()
    return [ms / 1000 for ms in found]


async def taken_seconds(tx: Transaction, work: str, *, limit: int = 20) -> list[float]:
    """How long the vendor took for the latest jobs of this work, where it was looked for."""
    found = (await tx.execute(_TAKEN_S, {"work": work, "latest": limit})).scalars()
    return [float(taken_s) for taken_s in found if taken_s is not None]


def _new(job: NewJob) -> dict[str, Any]:
    who = job.requester
    return {
        "source_key": job.source_key,
        "status": JobStatus.QUEUED.value,
        "kind": job.request.kind.value,
        "work": job.request.work,
        "user_id": who.user_id,
        "guild_id": who.guild_id,
        "channel_id": who.channel_id,
        "age_restricted": who.age_restricted,
        "role_ids": who.role_ids,
        "parent_ids": who.parent_ids,
        "request": asdict(job.request),
        "words": folded(job.request.prompt),
        "seed": job.seed,
        "created_at": job.created_at,
        "due_at": job.due_at,
    }


def job_from(row: Row[Any]) -> Job:
    """The job of a row that has all columns of the table."""
    return Job(
        id=row.id,
        status=JobStatus(row.status),
        request=request_from(row.request),
        requester=Requester(
            user_id=row.user_id,
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            age_restricted=row.age_restricted,
            role_ids=tuple(row.role_ids),
            parent_ids=tuple(row.parent_ids),
        ),
        seed=row.seed,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        returned=row.returned,
        withheld=row.withheld,
        erased=row.erased,
        submitted_at=row.submitted_at,
        deadline_at=row.deadline_at,
        ticket=None if row.ticket is None else _ticket(row.ticket),
        rang_at=row.rang_at,
        claim=row.claim,
        outcome=None if row.outcome is None else _outcome(row.outcome),
        settled_at=row.settled_at,
        route=None if row.route is None else Route(row.route),
        message_id=row.message_id,
    )


def request_from(kept: dict[str, Any]) -> ImageRequest:
    """The request that was kept as JSON."""
    return replace(
        ImageRequest(**kept),
        kind=Kind(kept["kind"]),
        aspect=Aspect(kept["aspect"]),
        source=_input(kept.get("source")),
        mask=_input(kept.get("mask")),
    )


def _input(kept: dict[str, Any] | None) -> InputPicture | None:
    return None if kept is None else InputPicture(**kept)


def _ticket(kept: dict[str, Any]) -> VendorTicket:
    links: Sequence[str] = kept["links"]
    return replace(VendorTicket(**kept), links=tuple(links))


def _outcome(kept: dict[str, Any]) -> Outcome:
    return replace(Outcome(**kept), verdict=Verdict(kept["verdict"]))
