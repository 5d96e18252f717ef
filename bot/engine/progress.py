"""Keeps the cards of live jobs true: when they wait, why, and when the pictures are due.

Best effort, and quiet: a card is touched only when what it says would change by much.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from bot.domain import schedule
from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus
from bot.engine import line
from bot.engine.courier import Courier, Progress
from bot.engine.line import Standing
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import cards, jobs
from storage.database import Database, Transaction

EVERY = timedelta(seconds=3)
MOVED_BY = timedelta(seconds=30)
# Where a long line slips, all of its cards have moved at once: to edit them all takes longer than
# to paint, and then they have moved again.
MOST_NEWS_OF_LINE = 50
# What is over sooner needs no card that says that the vendor has it.
TELLS_WITHIN = timedelta(seconds=2)

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
        self._promised: dict[int, datetime] = {}
        self._editing: dict[int, asyncio.Task[None]] = {}
        self._refreshed_at: datetime | None = None

    @property
    def editing(self) -> Collection[asyncio.Task[None]]:
        """The edits that are under way."""
        return self._editing.values()

    async def refresh(self) -> None:
        """Look through what is live, and edit the cards whose time, reason or state has moved.

        A channel that takes nothing is left behind until it does.
        """
        now = self._now()
        # Clocks are set back now and then.
        if self._refreshed_at is not None and abs(now - self._refreshed_at) < EVERY:
            return
        self._refreshed_at = now
        known = dict(self._shown)
        async with self._database.reading() as tx:
            seen = await line.snapshot(tx, now=now)
            unanswered = await jobs.all_of(tx, JobStatus.SUBMITTING)
            working = await jobs.all_of(tx, JobStatus.WAITING)
        standings = await line.standings(seen, max_queued=self._policy.max_queued)
        async for job_id, said in line.in_portions(known.items()):
            if job_id not in standings and self._shown.get(job_id) is said:
                del self._shown[job_id]
        news = await self._news_of_line(standings, now)
        there = [*unanswered, *working]
        live = {job.id for job in there}
        self._promised = {job: due for job, due in self._promised.items() if job in live}
        news += await self._news_of_vendor(there, now)
        for channel_id, told in groupby(sorted(news, key=_channel_of), key=_channel_of):
            self._edit(channel_id, list(told))
        if self._editing:
            await asyncio.wait(self._editing.values(), timeout=EVERY.total_seconds())

    async def started(self, job: Job) -> None:
        """The vendor works on it now; where the pictures follow at once, nobody is told that.

        Should they not, `refresh` tells it.
        """
        async with self._database.reading() as tx:
            past_s = await jobs.past_seconds(tx, job.request.work)
            since = job.submitted_at or self._now()
            if since + timedelta(seconds=schedule.expected_s(past_s)) < self._now() + EVERY:
                return
            news = await self._at_vendor(tx, job)
        if news is not None:
            await self._courier.progress(news)

    async def show(self, job: Job) -> None:
        """The card of this job, which the vendor has, no longer says what is so."""
        async with self._database.reading() as tx:
            news = await self._at_vendor(tx, job)
        if news is not None:
            await self._courier.progress(news)

    def came_back(self, job: Job) -> None:
        """The vendor did not take it: what its card said is over, and why it waits is news."""
        self._shown[job.id] = (self._now(), None)

    def forget(self, job_id: int) -> None:
        """The job has settled; its card is the delivery's now."""
        self._shown.pop(job_id, None)

    def _edit(self, channel_id: int, told: list[Progress]) -> None:
        """Edit the cards of one channel, one after the other."""

        async def edit() -> None:
            for progress in told:
                await self._courier.progress(progress)

        task = asyncio.create_task(edit(), name=f"cards-{channel_id}")
        self._editing[channel_id] = task
        task.add_done_callback(lambda _: self._editing.pop(channel_id))

    async def _news_of_line(
        self, standings: Mapping[int, Standing], now: datetime
    ) -> list[Progress]:
        """Of those that have moved, the next to be served; the others are told in their turn."""
        moved = []
        async for job_id, standing in line.in_portions(standings.items()):
            due = _said(standing, now)
            # The acknowledgement has just said it.
            if _moved(self._shown.setdefault(job_id, due), due):
                moved.append((job_id, standing, due))
        moved.sort(key=lambda each: -1 if each[1].place is None else each[1].place.ahead)
        news: list[Progress] = []
        async with self._database.reading() as tx:
            for job_id, standing, due in moved:
                if len(news) == MOST_NEWS_OF_LINE:
                    break
                job = await jobs.get(tx, job_id)
                if job is None or job.status is not JobStatus.QUEUED or self._is_busy(job):
                    continue
                self._shown[job_id] = due
                news.append(
                    Progress(
                        job=job,
                        card=await cards.get(tx, job_id),
                        place=standing.place,
                        ready_at=due[0],
                        gate=due[1],
                        ignored=self._catalogue.ignored(job.request),
                    )
                )
        return news

    async def _news_of_vendor(self, there: Collection[Job], now: datetime) -> list[Progress]:
        """Jobs that have left the line, where the card does not say it, or promises a time past."""
        wrong = [
            job
            for job in there
            if self._is_wrong(job, now) and not (job.withheld or self._is_busy(job))
        ]
        if not wrong:
            return []
        async with self._database.reading() as tx:
            news = [await self._at_vendor(tx, job) for job in wrong]
        return [progress for progress in news if progress is not None]

    def _is_wrong(self, job: Job, now: datetime) -> bool:
        promised = self._promised.get(job.id)
        if promised is None:
            return now - (job.submitted_at or now) > TELLS_WITHIN
        return now - promised > MOVED_BY

    async def _at_vendor(self, tx: Transaction, job: Job) -> Progress | None:
        """What the card of a job says that the vendor has; None where it is being deleted."""
        current = await jobs.get(tx, job.id)
        if current is None or current.erased:
            return None
        past_s = await jobs.past_seconds(tx, job.request.work)
        now = self._now()
        since = job.submitted_at or now
        ready_at = since + timedelta(seconds=schedule.expected_s(past_s))
        if ready_at <= now:
            ready_at = now + timedelta(
                seconds=schedule.left_s(past_s, (now - since).total_seconds())
            )
        self._promised[job.id] = ready_at
        return Progress(
            job=job,
            card=await cards.get(tx, job.id),
            ready_at=ready_at,
            ignored=self._catalogue.ignored(job.request),
        )

    def _is_busy(self, job: Job) -> bool:
        """Whether its channel is still at earlier edits."""
        return job.requester.channel_id in self._editing


def _channel_of(progress: Progress) -> int:
    return progress.job.requester.channel_id


def _said(standing: Standing, now: datetime) -> _Said:
    if standing.gate is not None or standing.place is None:
        return None, standing.gate
    return now + timedelta(seconds=standing.place.wait_s), None


def _moved(shown: _Said, due: _Said) -> bool:
    if shown[1] is not due[1] or shown[0] is None or due[0] is None:
        return shown[1] is not due[1]
    return abs(shown[0] - due[0]) > MOVED_BY
