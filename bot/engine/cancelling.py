"""The one way in which a job leaves the line unserved. Decides neither who may do it nor why."""

from datetime import datetime, timedelta

from bot.domain.job import Job, Outcome, Route, Verdict
from storage import moves, quotas, slots
from storage.database import Transaction

# A job whose acknowledgement is still on its way is neither submitted nor told of; after a crash,
# it is.
ACK_GRACE = timedelta(seconds=5)


def told_at(job: Job, *, now: datetime) -> datetime:
    """When to tell of the end of a job in line: its card may not stand yet."""
    return max(now, min(job.due_at, job.created_at + ACK_GRACE))


async def cancel(tx: Transaction, job: Job, detail: str, *, now: datetime, quiet: bool) -> Job:
    """QUEUED → SETTLED as cancelled: all is refunded, the slot is free, its card is told next.

    `quiet`: straight on to DELIVERED, kept, where nobody is to be told. Raises StaleJob for a job
    that has left the line.
    """
    outcome = Outcome(verdict=Verdict.CANCELLED, detail=detail)
    done = await moves.settled(tx, job, outcome, now=now, due_at=told_at(job, now=now))
    if quiet:
        done = await moves.delivered(tx, done, route=Route.KEPT, message_id=None, now=now)
    await quotas.close(tx, job.id, charged=0, cost_micros=0, now=now)
    await slots.free(tx, job.id)
    return done
