"""Keeps the cards of live jobs true: when they wait, why, and when the pictures are due.

Best effort, and quiet: a card is touched only when what it says would change by much.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain import schedule
from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus
from bot.domain.line import Place
from bot.engine import line
from bot.engine.courier import Courier, Progress
from bot.engine.line import Standing
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import cards, jobs
from storage.database import Database

EVERY = timedelta(seconds=3)
MOVED_BY = timedelta(seconds=30)
# A vendor that answers sooner needs no card that says that it has been asked.
ANSWERS_WITHIN = timedelta(seconds=2)

_Said = tuple[datetime | None, GateReason | None]
"""What a card in line says: when the pictures are due, or why nothing moves."""


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
        self._shown: dict[int, _Said] = {}
        self._asked: set[int] = set()
        self._refreshed_at: datetime | None = None

    async def refresh(self) -> None:
        """Look through the line, and edit the cards whose time, reason or state has moved."""
        now = self._now()
        if self._refreshed_at is not None and now - self._refreshed_at < EVERY:
            return
        self._refreshed_at = now
        known = dict(self._shown)
        async with self._database.reading() as tx:
            seen = await line.snapshot(tx, now=now)
            unanswered = await jobs.all_of(tx, JobStatus.SUBMITTING)
        standings = await line.standings(seen, max_queued=self._policy.max_queued)
        for job_id, said in known.items():
            if job_id not in standings and self._shown.get(job_id) is said:
                del self._shown[job_id]
        for job_id, standing in standings.items():
            due = _said(standing, now)
            # The acknowledgement has just said it.
            if _moved(self._shown.setdefault(job_id, due), due):
                self._shown[job_id] = due
                await self._show_in_line(job_id, standing.place, due)
        await self._show_asked(unanswered, now)

    async def show_started(self, job: Job) -> None:
        """The vendor works on it now."""
        async with self._database.reading() as tx:
            current = await jobs.get(tx, job.id)
            if current is None or current.erased:
                # Its card is being deleted.
                return
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

    async def _show_asked(self, unanswered: list[Job], now: datetime) -> None:
        """Jobs that have left the line, and of which the vendor has said nothing for a while."""
        self._asked &= {job.id for job in unanswered}
        for job in unanswered:
            asked_at = job.submitted_at or now
            if job.id not in self._asked and now - asked_at > ANSWERS_WITHIN:
                self._asked.add(job.id)
                await self.show_started(job)

    async def _show_in_line(self, job_id: int, place: Place | None, due: _Said) -> None:
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or job.status is not JobStatus.QUEUED:
                return
            card = await cards.get(tx, job_id)
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


def _said(standing: Standing, now: datetime) -> _Said:
    if standing.gate is not None or standing.place is None:
        return None, standing.gate
    return now + timedelta(seconds=standing.place.wait_s), None


def _moved(shown: _Said, due: _Said) -> bool:
    if shown[1] is not due[1] or shown[0] is None or due[0] is None:
        return shown[1] is not due[1]
    return abs(shown[0] - due[0]) > MOVED_BY
