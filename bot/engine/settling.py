"""The end of a job at the vendor: outcome, pictures, ledger and slot in one transaction.

Tells nobody; that is the delivery's.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain import schedule
from bot.domain.errors import StorageError
from bot.domain.job import Job, JobStatus, Outcome, Verdict
from bot.engine.cancelling import told_at
from bot.engine.collecting import NOTHING, Collected
from bot.engine.leftovers import Leftovers
from bot.engine.policy import Policy
from storage import erasure, moves, quotas, results, slots
from storage.database import Database, Transaction
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

# What the vendor may have worked for, although no picture reached us.
_PAID_IN_VAIN = frozenset(
    {Verdict.UNCONFIRMED, Verdict.TIMED_OUT, Verdict.LOST, Verdict.FLAGGED, Verdict.BROKEN}
)
# What there is to erase of the outcome itself.
_BROUGHT = frozenset({Verdict.PICTURES, Verdict.DESCRIBED})
# After these the vendor may still be working: its slot is not free yet.
_STILL_BUSY = frozenset({Verdict.UNCONFIRMED, Verdict.TIMED_OUT, Verdict.BROKEN})


class Settling:
    """→ SETTLED, from any state before it."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._files = files
        self._leftovers = Leftovers(database, files=files)
        self._policy = policy
        self._now = now

    async def settle(
        self, job: Job, outcome: Outcome, found: Collected = NOTHING, *, made: int = 0
    ) -> Job:
        """The job with its outcome. `made` counts the pictures that the vendor surely made.

        Raises StaleJob for a job that has moved meanwhile, and StorageError where what was found
        is not kept any more: somebody else had the very same picture, and had it removed.
        """
        orphans: set[str] = set()
        async with self._database.transaction() as tx:
            now = self._now()
            due_at = told_at(job, now=now) if job.status is JobStatus.QUEUED else now
            settled = await moves.settled(tx, job, outcome, now=now, due_at=due_at)
            # While its pictures were fetched its asker may have had everything erased.
            if settled.erased and outcome.verdict in _BROUGHT:
                outcome = replace(outcome, verdict=Verdict.ERASED)
                settled = await moves.judged(tx, settled, outcome)
            await results.put(tx, job.id, found.kept)
            if (small := found.thumbnail) is not None:
                await results.put_thumbnail(tx, job.id, small.sha256, flagged=small.flagged)
            if await self._files.missing(found.digests):
                # The same step again brings it back.
                raise StorageError("a picture was removed together with another job's")
            if settled.erased:
                orphans = await erasure.scrub(tx, [job.id])
            await quotas.close(
                tx,
                job.id,
                charged=outcome.charged,
                cost_micros=self._cost_micros(job, outcome, made),
                now=now,
            )
            await _release_slot(tx, job, outcome)
        await self._leftovers.remove(orphans)
        log.info(
            "job.settled job=%d verdict=%s pictures=%d", job.id, outcome.verdict, outcome.received
        )
        return settled

    def _cost_micros(self, job: Job, outcome: Outcome, made: int) -> int:
        """What the vendor took for the job, as far as can be known."""
        if outcome.verdict in _PAID_IN_VAIN and job.status is not JobStatus.QUEUED:
            made = max(made, job.request.count)
        return made * self._policy.price_micros


async def _release_slot(tx: Transaction, job: Job, outcome: Outcome) -> None:
    may_be_there = outcome.verdict in _STILL_BUSY and job.status is not JobStatus.QUEUED
    if may_be_there and job.deadline_at is not None:
        await slots.hold_until(tx, job.id, job.deadline_at + schedule.SLOT_GRACE)
    else:
        await slots.free(tx, job.id)
