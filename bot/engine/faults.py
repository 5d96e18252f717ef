"""What becomes of a job whose step broke: the same step later, or its end. Starts nothing itself.

Nothing is kept of a fault but how many a job has had, and that only while the process lives.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.domain.errors import LimnerError
from bot.domain.job import Job, JobStatus
from bot.domain.schedule import retry_s
from bot.engine.delivery import DeliveryStep
from bot.engine.steps import Steps
from storage import jobs, moves, slots
from storage.database import Database

log = logging.getLogger(__name__)

TOLERATED = 6
# About an hour: a full disk is no fault of the job, and what is bought would be thrown away.
STORAGE_TOLERATED = 66
UNBOOKED_NAP_S = 1.0
UNENDED_NAP_S = 5.0


class Faults:
    """Sees that each job has an end, whatever breaks."""

    def __init__(
        self,
        database: Database,
        *,
        steps: Steps,
        delivery: DeliveryStep,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._steps = steps
        self._delivery = delivery
        self._now = now
        self._counts: dict[int, int] = {}

    @property
    def remembered(self) -> frozenset[int]:
        """The jobs that have had faults."""
        return frozenset(self._counts)

    def of(self, job_id: int) -> int:
        """How many faults the job has had since its last step that went well."""
        return self._counts.get(job_id, 0)

    def forget(self, job_id: int) -> None:
        """A step of the job went well, or it has an end."""
        self._counts.pop(job_id, None)

    async def undelivered(self, job: Job, wait_s: float | None) -> None:
        """Deliver again later, with growing patience, not sooner than in `wait_s`."""
        patience_s = max(wait_s or 0.0, retry_s(job.attempts + 1))
        try:
            async with self._database.transaction() as tx:
                await moves.later(tx, job, due_at=self._now() + timedelta(seconds=patience_s))
        except LimnerError as error:
            await self._unbooked(job, error)

    async def storage_failed(self, job: Job) -> None:
        """`after` a step that could not read or write."""
        await self.after(job, tolerated=STORAGE_TOLERATED)

    async def after(self, job: Job, *, tolerated: int = TOLERATED) -> None:
        """A step broke: find out where the job stands now, and see that it has an end.

        So many faults are `tolerated` of one for which the vendor has worked, or may have.
        """
        try:
            async with self._database.reading() as tx:
                current = await jobs.get(tx, job.id)
            if current is None:
                return
            match current.status:
                case JobStatus.QUEUED:
                    async with self._database.transaction() as tx:
                        await slots.free(tx, current.id)
                    await self._again_or(current, self._steps.give_up)
                case JobStatus.SUBMITTING:
                    await self._steps.abandon(current)
                case JobStatus.WAITING:
                    await self._again_or(current, self._steps.give_up, tolerated=tolerated)
                case JobStatus.SETTLED if job.status is not JobStatus.SETTLED:
                    # What broke lies behind it; perhaps somebody has just taken the job back.
                    return
                case JobStatus.SETTLED:
                    await self._again_or(current, self._delivery.keep, tolerated=tolerated)
                case JobStatus.DELIVERED:
                    return
        except LimnerError as error:
            await self._unbooked(job, error)
        except Exception:
            # Even its end broke. It is due at once: tried again without a pause, it would spin.
            log.exception("job.unended job=%d", job.id)
            await asyncio.sleep(UNENDED_NAP_S)

    async def _unbooked(self, job: Job, error: LimnerError) -> None:
        # Still on the belt as it was; the next turn finds it.
        log.error("job.fault_not_booked job=%d why=%s", job.id, error)
        await asyncio.sleep(UNBOOKED_NAP_S)

    async def _again_or(
        self,
        job: Job,
        end: Callable[[Job], Awaitable[Job]],
        *,
        tolerated: int = TOLERATED,
    ) -> None:
        """The same step later, or the end where that breaks again and again.

        Polls and retries are no faults: `attempts` counts those and stays as it is.
        """
        faults = self.of(job.id) + 1
        if faults > tolerated:
            await end(job)
            self.forget(job.id)
            return
        due_at = self._now() + timedelta(seconds=retry_s(faults))
        async with self._database.transaction() as tx:
            await moves.later(tx, job, due_at=due_at, attempts=job.attempts)
        # Counted once it is booked: storage that fails all jobs is no fault of this one.
        self._counts[job.id] = faults
