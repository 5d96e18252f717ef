"""Shared ground of the storage tests: a moment, a request, jobs in every state."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.domain.job import Card, Job, JobStatus, Outcome, Route, VendorTicket, Verdict
from bot.domain.limits import UTC_ZONE, Period, Usage, period
from bot.domain.request import ImageRequest, Kind, Requester
from storage import cards, jobs, moves, quotas
from storage.database import APPLICATION_ID, MIGRATIONS, Database, Transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEADLINE = NOW + timedelta(minutes=10)
TODAY = period(NOW, UTC_ZONE)
SERVER, ANA = 11, 101
ALIAS = -101
DONE = Outcome(verdict=Verdict.PICTURES, received=1)
_numbers = itertools.count(1)


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def a_request(**changes: Any) -> ImageRequest:
    return ImageRequest(**{"kind": Kind.IMAGINE, "prompt": "a fox", "model": "sdxl", **changes})


def a_ticket(remote_id: str | None = None) -> VendorTicket:
    return VendorTicket(family="v7/images", remote_id=remote_id or f"r{next(_numbers)}")


def a_new_job(**changes: Any) -> jobs.NewJob:
    return jobs.NewJob(
        **{
            "source_key": f"test:{next(_numbers)}",
            "request": a_request(),
            "requester": Requester(user_id=ANA, guild_id=SERVER, channel_id=21),
            "seed": 7,
            "created_at": NOW,
            "due_at": NOW,
            **changes,
        }
    )


async def a_job(
    tx: Transaction,
    *,
    guild_id: int = SERVER,
    user_id: int = ANA,
    channel_id: int = 21,
    now: datetime = NOW,
    due_at: datetime | None = None,
    **request: Any,
) -> Job:
    """A job in line with its card and its reservation."""
    new = a_new_job(
        request=a_request(**request),
        requester=Requester(user_id=user_id, guild_id=guild_id, channel_id=channel_id),
        created_at=now,
        due_at=due_at or now,
    )
    (job,) = await jobs.insert_jobs(tx, [new])
    card = Card(
        job_id=job.id,
        private=False,
        token="t",
        token_expires_at=now + timedelta(minutes=15),
        file_limit_bytes=10_000_000,
    )
    await cards.insert_cards(tx, [card])
    when = period(now, UTC_ZONE)
    await reserve_one(tx, job, when=when, owner=when, cost_micros=4700, now=now)
    return job


async def moved_to(tx: Transaction, job: Job, status: JobStatus) -> Job:
    """The job, carried on from the line to this state."""
    order = [*JobStatus]
    for step in order[1 : order.index(status) + 1]:
        match step:
            case JobStatus.SUBMITTING:
                job = await moves.submitting(tx, job, now=NOW, deadline_at=DEADLINE)
            case JobStatus.WAITING:
                job = await moves.accepted(tx, job, a_ticket(), check_at=NOW)
            case JobStatus.SETTLED:
                job = await moves.settled(tx, job, DONE, now=NOW)
            case JobStatus.DELIVERED:
                job = await moves.delivered(tx, job, route=Route.REPLY, message_id=5, now=NOW)
            case JobStatus.QUEUED:
                raise AssertionError("a job begins in line")
    return job


async def a_job_in(database: Database, status: JobStatus, **options: Any) -> Job:
    async with database.transaction() as tx:
        return await moved_to(tx, await a_job(tx, **options), status)


async def reserve_one(
    tx: Transaction, job: Job, *, when: Period, owner: Period, cost_micros: int, now: datetime
) -> None:
    """Book what one job may use."""
    booking = quotas.Reservation(job=job, when=when, owner=owner, cost_micros=cost_micros)
    await quotas.reserve(tx, [booking], now=now)


async def usage_of(
    tx: Transaction, *, guild_id: int, user_id: int, alias: int, when: Period, owner: Period
) -> Usage:
    """What one member and their server have used or reserved."""
    whose = quotas.Whose(guild_id=guild_id, user_id=user_id, alias=alias, when=when, owner=owner)
    return (await quotas.sums(tx, [whose])).usage(whose)


def an_empty_file(path: Path, *, revision: str) -> None:
    """A file of ours with the schema of an earlier version, and nothing in it."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
