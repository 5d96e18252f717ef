"""Takes jobs back: out of line with a refund; once the vendor has one, what it makes is not posted.

Stops nothing at the vendor, and posts nothing itself: cards change by progress and by delivery.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto

from bot.domain.job import Job, JobStatus
from bot.engine.cancelling import cancel
from bot.engine.visibility import may_see
from storage import jobs, moves
from storage.database import Database, Transaction

log = logging.getLogger(__name__)


class Withdrawn(Enum):
    """What became of the wish to take a job back."""

    CANCELLED = auto()  # it was in line: all is refunded
    WITHHELD = auto()  # the vendor has it: charged and kept, not posted
    TOO_LATE = auto()
    NOT_YOURS = auto()
    UNKNOWN = auto()


class Withdrawals:
    """Ends jobs that nobody waits for any more.

    `wake` tells the runner that there is work; `show` has a live job's card say what is so now.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime],
        wake: Callable[[int | None], None],
        show: Callable[[Job], None],
    ) -> None:
        self._database = database
        self._now = now
        self._wake = wake
        self._show = show

    async def withdraw(
        self, job_id: int, *, guild_id: int, user_id: int, moderator: bool
    ) -> Withdrawn:
        """Take a job back, as far as that is still possible; repeating it changes nothing.

        For whoever asked for it, and for moderators where it is public.
        """
        async with self._database.transaction() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not may_see(job, guild_id=guild_id, user_id=user_id):
                return Withdrawn.UNKNOWN
            own = job.requester.user_id == user_id
            if not own and not moderator:
                return Withdrawn.NOT_YOURS
            became, job = await self._end(tx, job, "" if own else "a moderator cancelled it")
        log.info("job.withdrawn job=%d became=%s", job_id, became.name.lower())
        if became is Withdrawn.WITHHELD:
            self._show(job)
        self._wake(job_id)
        return became

    async def unplaced(self, job_id: int) -> None:
        """The acknowledgement surely failed: take the job out of line, with nobody to tell."""
        async with self._database.transaction() as tx:
            job = await jobs.get(tx, job_id)
            if job is not None and job.status is JobStatus.QUEUED:
                detail = "the acknowledgement did not reach Discord"
                await cancel(tx, job, detail, now=self._now(), quiet=True)
        self._wake(job_id)

    async def server_left(self, guild_id: int) -> None:
        """The bot was removed from a server: its jobs in line are cancelled and refunded."""
        async with self._database.transaction() as tx:
            for job in await jobs.in_line_of_server(tx, guild_id):
                detail = "Limner was removed from the server"
                await cancel(tx, job, detail, now=self._now(), quiet=True)
        self._wake(None)

    async def _end(self, tx: Transaction, job: Job, detail: str) -> tuple[Withdrawn, Job]:
        match job.status:
            case JobStatus.QUEUED:
                done = await cancel(tx, job, detail, now=self._now(), quiet=False)
                return Withdrawn.CANCELLED, done
            case JobStatus.SUBMITTING | JobStatus.WAITING:
                return Withdrawn.WITHHELD, await moves.withhold(tx, job)
            case JobStatus.SETTLED | JobStatus.DELIVERED:
                return Withdrawn.TOO_LATE, job
