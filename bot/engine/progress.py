"""Keeps the cards of live jobs true: when they wait, why, and when the pictures are due.

Best effort, and quiet: a card is touched only when what it says would change by much.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain import schedule
from bot.domain.gates import GateReason, standing
from bot.domain.job import Job, JobStatus
from bot.domain.line import Place
from bot.engine import line
from bot.engine.courier import Courier, Progress
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import cards, gates, jobs
from storage.database import Database

EVERY = timedelta(seconds=3)
MOVED_BY = timedelta(seconds=30)


class ProgressBoard:
    """What the cards of live jobs say now, and when that is worth an edit."""

    def __init__(
        self,
        database: Database,
        *,
        courier: Courier,
        catalogue: Catalogue,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._courier = courier
        self._catalogue = catalogue
        self._policy = policy
        self._now = now
        self._shown: dict[int, tuple[datetime, GateReason | None]] = {}
        self._refreshed_at: datetime | None = None

    async def refresh(self) -> None:
        """Look through the line, and edit the cards whose time or reason has moved."""
        now = self._now()
        if self._refreshed_at is not None and now - self._refreshed_at < EVERY:
            return
        self._refreshed_at = now
        known = dict(self._shown)
        async with self._database.reading() as tx:
            places = await line.places(tx, max_queued=self._policy.max_queued)
            closed = await gates.all_closed(tx)
        gate = standing(closed)
        for job_id, said in known.items():
            if job_id not in places and self._shown.get(job_id) is said:
                del self._shown[job_id]
        for job_id, place in places.items():
            due = (now + timedelta(seconds=place.wait_s), gate)
            # The acknowledgement has just said it.
            shown = self._shown.setdefault(job_id, due)
            if shown[1] is not gate or abs(shown[0] - due[0]) > MOVED_BY:
                self._shown[job_id] = due
                await self._show_in_line(job_id, place, due)

    async def show_started(self, job: Job) -> None:
        """The vendor works on it now."""
        async with self._database.reading() as tx:
            usual_s = schedule.expected_s(await jobs.past_seconds(tx, job.request.work))
            card = await cards.get(tx, job.id)
        since = job.submitted_at or self._now()
        await self._courier.progress(
            Progress(
                job=job,
                card=card,
                ready_at=since + timedelta(seconds=usual_s),
                ignored=self._catalogue.ignored(job.request),
            )
        )

    def came_back(self, job: Job) -> None:
        """The vendor did not take it: what its card said is over, and why it waits is news."""
        self._shown[job.id] = (self._now(), None)

    def forget(self, job_id: int) -> None:
        """The job has settled; its card is the delivery's now."""
        self._shown.pop(job_id, None)

    async def _show_in_line(
        self, job_id: int, place: Place, due: tuple[datetime, GateReason | None]
    ) -> None:
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            card = await cards.get(tx, job_id)
        if job is None or job.status is not JobStatus.QUEUED:
            return
        await self._courier.progress(
            Progress(
                job=job,
                card=card,
                place=place,
                ready_at=due[0],
                gate=due[1],
                ignored=self._catalogue.ignored(job.request),
            )
        )
