"""The one way in which a job leaves the line unserved. Decides neither who may do it nor why."""

from datetime import datetime, timedelta

from bot.domain.job import Job, Outcome, Route, Verdict
from storage import moves, quotas, slots
from storage.database import Transaction

# A job whose acknowledgement is still on its way is neither submitted nor told of; after a crash,
# it is.
ACK_GRACE = timedelta(seconds=5)


async def cancel(tx: Transaction, job: Job, detail: str, *, now: datetime, quiet: bool) -> Job:
    """QUEUED → SETTLED as cancelled: all is refunded, the slot is free, its card is told next.

    `quiet`: straight on to DELIVERED, kept, where nobody is to be told. Raises StaleJob for a job
    that has left the line.
    """
    done = await moves.settled(tx, job, Outcome(verdict=Verdict.CANCELLED, detail=detail), now=now)
    if quiet:
        done = await moves.delivered(tx, done, route=Route.KEPT, message_id=None, now=now)
    elif (told_at := min(job.due_at, job.created_at + ACK_GRACE)) > now:
        # The card that is to be edited may not stand yet.
        done = await moves.later(tx, done, due_at=told_at, attempts=0)
    await quotas.close(tx, job.id, charged=0, cost_micros=0, now=now)
    await slots.free(tx, job.id)
    return done
