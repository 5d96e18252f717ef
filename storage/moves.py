"""How jobs move along the belt. Every move is an UPDATE that names the state it starts from."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.errors import StaleJob
from bot.domain.job import Job, JobStatus, Outcome, Route, VendorTicket
from storage.database import Transaction
from storage.jobs import STATUS, job_from
from storage.tables import UTC_UNIT, UtcTime, jobs

_CALLED = (
    update(jobs)
    .where(
        jobs.c.id.in_(bindparam("ids", expanding=True)),
        jobs.c.status == STATUS[JobStatus.QUEUED],
    )
    .values(returned=True)
    .returning(jobs)
)

_RELEASED = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("of_job", type_=Integer),
        jobs.c.status == STATUS[JobStatus.QUEUED],
    )
    .values(due_at=bindparam("now", type_=UtcTime))
)


async def release(tx: Transaction, job_ids: Collection[int], *, now: datetime) -> None:
    """Let new jobs be submitted from now on, where they are still in line."""
    if job_ids:
        await tx.execute(_RELEASED, [{"of_job": job_id, "now": now} for job_id in job_ids])


async def called(tx: Transaction, job_ids: Collection[int]) -> dict[int, Job]:
    """The turn of these jobs has come. Those that are still in line, by number.

    Whatever hinders them now, they have no other turn, and go before all others.
    """
    rows = await tx.execute(_CALLED, {"ids": job_ids})
    return {row.id: job_from(row) for row in rows}


async def submitting(tx: Transaction, job: Job, *, now: datetime, deadline_at: datetime) -> Job:
    """QUEUED → SUBMITTING: the last act before the vendor is asked."""
    changes = {"submitted_at": now, "deadline_at": deadline_at, "attempts": job.attempts}
    return await _move(tx, job, JobStatus.SUBMITTING, changes)


async def back_to_line(tx: Transaction, job: Job, *, due_at: datetime, attempts: int = 0) -> Job:
    """SUBMITTING → QUEUED, at its old place: the vendor surely took nothing.

    `attempts` counts how often in a row the vendor was not well when it was this job's turn.
    """
    return await _move(
        tx,
        job,
        JobStatus.QUEUED,
        {
            "submitted_at": None,
            "deadline_at": None,
            "due_at": due_at,
            "returned": True,
            "attempts": attempts,
        },
    )


async def accepted(tx: Transaction, job: Job, ticket: VendorTicket, *, check_at: datetime) -> Job:
    """SUBMITTING → WAITING: the vendor works on it under this ticket.

    Raises StaleJob also when another live job holds the same id at the vendor.
    """
    changes = {
        "family": ticket.family,
        "remote_id": ticket.remote_id,
        "ticket": asdict(ticket),
        "due_at": check_at,
    }
    # SQLite takes back only the statement that breaks a rule, not the transaction.
    with suppress(IntegrityError):
        return await _move(tx, job, JobStatus.WAITING, changes)
    # The vendor gave an old number out again: it means this job from now on.
    await tx.execute(
        update(jobs)
        .where(
            jobs.c.family == ticket.family,
            jobs.c.remote_id == ticket.remote_id,
            jobs.c.status.in_([JobStatus.SETTLED.value, JobStatus.DELIVERED.value]),
        )
        .values(remote_id=None)
    )
    try:
        return await _move(tx, job, JobStatus.WAITING, changes)
    except IntegrityError as error:
        raise StaleJob(f"another live job has the vendor's id {ticket.remote_id}") from error


async def rang(
    tx: Transaction, job_id: int, *, claim: str | None, now: datetime, quiet: timedelta
) -> bool:
    """The doorbell rang for a job that the vendor may have: it is due now. Whether that is news.

    Where it rang a moment ago it counts as rung at the end of the `quiet`: the first ring may have
    come too early. Until then nothing is news, nor is it ever for a job that is over. The id that
    is claimed counts only where the vendor's own answer named none, and the first one at once.
    """
    at = literal(now, UtcTime())
    is_first = or_(
        jobs.c.rang_at.is_(None),
        jobs.c.rang_at < now - quiet,
        # Before the clock was set back.
        jobs.c.rang_at > now + quiet,
        and_(jobs.c.remote_id.is_(None), jobs.c.claim.is_(None), literal(claim is not None)),
    )
    heard_at = case(
        (is_first, at), else_=type_coerce(jobs.c.rang_at, BigInteger) + quiet // UTC_UNIT
    )
    values = {
        "rang_at": heard_at,
        "due_at": case(
            (jobs.c.status == STATUS[JobStatus.WAITING], func.min(jobs.c.due_at, heard_at)),
            else_=jobs.c.due_at,
        ),
        "claim": case(
            (jobs.c.remote_id.is_(None), func.coalesce(literal(claim, String), jobs.c.claim)),
            else_=jobs.c.claim,
        ),
    }
    heard = await tx.execute(
        update(jobs)
        .where(
            jobs.c.id == job_id,
            jobs.c.status.in_([JobStatus.SUBMITTING.value, JobStatus.WAITING.value]),
            or_(is_first, jobs.c.rang_at <= now),
        )
        .values(**values)
    )
    return bool(heard.rowcount)


async def adopted(tx: Transaction, job: Job, ticket: VendorTicket) -> Job:
    """The doorbell named the job at the vendor: it is asked for by that id from now on.

    Raises StaleJob where any other job has, or had, that id.
    """
    try:
        return await _change(tx, job, {"remote_id": ticket.remote_id, "ticket": asdict(ticket)})
    except IntegrityError as error:
        raise StaleJob(f"another job has the vendor's id {ticket.remote_id}") from error


async def unclaimed(tx: Transaction, job: Job) -> Job:
    """What the doorbell claimed was wrong; it may ring again."""
    return await _change(tx, job, {"claim": None})


async def settled(
    tx: Transaction, job: Job, outcome: Outcome, *, now: datetime, due_at: datetime | None = None
) -> Job:
    """→ SETTLED with its outcome; delivery is due at once, or then."""
    changes = {**_judgement(outcome), "settled_at": now, "due_at": due_at or now}
    return await _move(tx, job, JobStatus.SETTLED, changes)


async def judged(tx: Transaction, job: Job, outcome: Outcome) -> Job:
    """A settled job has another outcome than was thought."""
    return await _change(tx, job, _judgement(outcome))


async def withhold(tx: Transaction, job: Job) -> Job:
    """The job goes on where it is; what it brings is kept and not posted."""
    return await _change(tx, job, {"withheld": True})


async def delivered(
    tx: Transaction, job: Job, *, route: Route, message_id: int | None, now: datetime
) -> Job:
    """SETTLED → DELIVERED: the end of the belt."""
    return await _move(
        tx,
        job,
        JobStatus.DELIVERED,
        {"route": route.value, "message_id": message_id, "delivered_at": now},
    )


async def later(
    tx: Transaction,
    job: Job,
    *,
    due_at: datetime,
    ticket: VendorTicket | None = None,
    attempts: int | None = None,
) -> Job:
    """The job stays where it is, and its next try is due then.

    `attempts` says how many there were, where it is not one more than before.
    """
    changes: dict[str, Any] = {
        "due_at": due_at,
        "attempts": job.attempts + 1 if attempts is None else attempts,
    }
    if ticket is not None:
        changes["ticket"] = asdict(ticket)
    return await _change(tx, job, changes)


def _judgement(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": asdict(outcome), "verdict": outcome.verdict.value}


async def _move(tx: Transaction, job: Job, to: JobStatus, changes: dict[str, Any]) -> Job:
    return await _change(tx, job, {"attempts": 0, **changes, "status": to.value})


async def _change(tx: Transaction, job: Job, changes: dict[str, Any]) -> Job:
    values = {f"new_{name}": value for name, value in changes.items()}
    row = (
        await tx.execute(
            _updating(tuple(changes)), {"of_job": job.id, "before": job.status.value, **values}
        )
    ).one_or_none()
    if row is None:
        raise StaleJob(f"job {job.id} is no longer {job.status.value}")
    return job_from(row)


@cache
def _updating(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    """What changes these columns: built once, for it is said many times for each job."""
    new = {name: bindparam(f"new_{name}", type_=jobs.c[name].type) for name in names}
    return (
        update(jobs)
        .where(
            jobs.c.id == bindparam("of_job", type_=Integer),
            jobs.c.status == bindparam("before", type_=String),
        )
        .values(new)
        .returning(jobs)
    )
