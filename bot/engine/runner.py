"""The one loop: takes due jobs off the belt, does one step, puts them back. Decides no step itself.

Woken by time or by `wake`. Everything it needs to know stands in the database, so that a restart
resumes every job. One job's trouble never stops the others.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.errors import CourierError, StaleJob, StorageError
from bot.domain.gates import Gate
from bot.domain.job import Job, JobStatus, Step, next_step
from bot.engine.delivery import DeliveryStep
from bot.engine.faults import Faults
from bot.engine.gatekeeper import Gatekeeper
from bot.engine.lanes import Lanes
from bot.engine.progress import ProgressBoard
from bot.engine.seating import Seating
from bot.engine.steps import Steps
from storage import belt, clock, jobs, moves
from storage.database import Database, Transaction

log = logging.getLogger(__name__)

LONGEST_NAP_S = 5.0
JOBS_IN_HAND = 64
STOP_GRACE_S = 7.0
# So much later nothing is missed.
CLOCK_JITTER = timedelta(seconds=2)
FORGETS_EVERY = timedelta(minutes=1)
BOARD = "board"


class Runner:
    """Made by the app; `run` it in a task, `stop` it before the database is closed."""

    def __init__(
        self,
        database: Database,
        *,
        steps: Steps,
        delivery: DeliveryStep,
        gatekeeper: Gatekeeper,
        board: ProgressBoard,
        max_queued: int,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._steps = steps
        self._delivery = delivery
        self._gatekeeper = gatekeeper
        self._board = board
        self._seating = Seating(database, max_queued=max_queued, now=now)
        self._now = now
        self._bell = asyncio.Event()
        self._in_hand: dict[int, asyncio.Task[Job | None]] = {}
        self._errands: dict[str, asyncio.Task[None]] = {}
        self._changed: set[int] = set()
        self._posting: set[int] = set()
        self._lanes = Lanes()
        self._faults = Faults(database, steps=steps, delivery=delivery, now=now)
        self._forgot_at: datetime | None = None
        self._idle = asyncio.Event()
        self._turns = 0
        self._quiet_turn = 0
        self._awaited = 0
        # Whether anything waits for a slot, a lane or a hand, and until when the loop naps; None in
        # a turn.
        self._pressed = False
        self._next_look_at: datetime | None = None
        self._stopping = False
        self._clock_stood_at: datetime | None = None
        self.last_turn_at: datetime | None = None
        self.tally: Counter[tuple[str, str]] = Counter()

    def wake(self, job_id: int | None = None) -> None:
        """There may be work: look now, and once more when that job leaves our hands if it is there.

        What has just been said of it lies in the database, and its step may not have seen that.
        """
        if job_id is not None and job_id in self._in_hand:
            self._changed.add(job_id)
        self._bell.set()

    def show(self, job: Job) -> None:
        """The card of this job, which the vendor has, no longer says what is so."""
        self._errand(f"withheld:{job.id}", partial(self._board.show, job))

    async def run(self) -> None:
        """Work until `stop`. What the vendor had when the process died is asked for at once."""
        recovered = False
        while not self._stopping:
            self._bell.clear()
            nap_s = LONGEST_NAP_S
            try:
                if not recovered:
                    await self._recover()
                    recovered = True
                await self._follow_clock()
                nap_s = await self._turn()
                self.last_turn_at = self._now()
            except StorageError as error:
                log.error("runner.storage_failed why=%s", error)
                nap_s = 1.0
            # Not wait_for: before Python 3.12 it loses a cancellation that meets the bell.
            with suppress(TimeoutError):
                async with asyncio.timeout(nap_s):
                    await self._bell.wait()

    async def stop(self) -> None:
        """Take no new work; let the steps in flight finish, or leave them to be resumed."""
        self._stopping = True
        self.wake()
        flying = [*self._in_hand.values(), *self._errands.values(), *self._board.editing]
        if not flying:
            return
        _, late = await asyncio.wait(flying, timeout=STOP_GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def wait_idle(self) -> None:
        """Return when every job is done, or waits in line behind a closed gate."""
        # A turn that is under way may have looked before the caller's last change.
        seen = self._turns
        self._awaited += 1
        try:
            while self._quiet_turn <= seen:
                self._idle.clear()
                self.wake()
                await self._idle.wait()
        finally:
            self._awaited -= 1

    async def _recover(self) -> None:
        """What the vendor works on is asked for at once: no bell that rang meanwhile is rung twice.

        What died between commit and answer every turn finds: nobody has it in hand.
        """
        now = self._now()
        async with self._database.reading() as tx:
            waiting = [job for job in await jobs.all_of(tx, JobStatus.WAITING) if _may_be_done(job)]
        if waiting:
            async with self._database.transaction() as tx:
                for job in waiting:
                    await moves.later(tx, job, due_at=min(now, job.due_at), attempts=job.attempts)

    async def _follow_clock(self) -> None:
        """Where the clock was set back, nothing comes later by that: else all would stand still."""
        now = self._now()
        by = (self._clock_stood_at or now) - now
        if by >= CLOCK_JITTER:
            log.warning("runner.clock_set_back by_s=%.0f", by.total_seconds())
            async with self._database.transaction() as tx:
                await clock.set_back(tx, by=by)
        self._clock_stood_at = now

    async def _turn(self) -> float:
        """Start every step whose time has come; how long to nap after that, in seconds."""
        self._turns += 1
        turn = self._turns
        now = self._now()
        self._next_look_at = None
        # What is in hand now may be done, and read as it was before, when the reading ends; and
        # a job that comes back from the vendor leaves our hands after its gate has closed.
        in_hand, submitting, full = set(self._in_hand), len(self._posting), self._lanes.full
        async with self._database.reading() as tx:
            seen = await belt.look(
                tx, now=now, in_hand=in_hand, full_channels=full, limit=JOBS_IN_HAND
            )
            chosen = await self._seating.choose(
                tx, seen, in_hand=in_hand, submitting=submitting, now=now
            )
            await self._forget_ended(tx, now)
        self._pressed = seen.anybody_in_line or bool(full)
        for job in seen.results:
            if self._lanes.enter(job):
                self._start(job)
            else:
                self._pressed = True
        if len(seen.results) == JOBS_IN_HAND and self._lanes.full != full:
            # Behind those that must wait there may be others, for channels that are free.
            self.wake()
        # What hangs at Discord, or on its way to the vendor, takes no hand from what must be
        # fetched there. Nobody has in hand what is being asked: its answer was lost, as we died or
        # when it could not be written down.
        elsewhere = len(self._lanes) + len(self._posting)
        room = max(0, JOBS_IN_HAND + elsewhere - len(self._in_hand))
        at_vendor = [*seen.waiting, *seen.asked]
        for job in at_vendor[:room]:
            self._start(job)
        if len(at_vendor) > room or JOBS_IN_HAND in (len(seen.results), len(seen.waiting)):
            # There may be more than this look has shown or taken in hand.
            self._pressed = True
        self._look_at_gates(seen.closed, now)
        # A look that is over before this turn may have opened what the turn still takes for closed.
        looking = self._errands.keys() - {BOARD}
        if await self._seating.clear(seen, in_hand=in_hand, now=now):
            self.wake()
        if chosen and not self._stopping:
            seated = await self._seating.seat(chosen, seen)
            for job in seated:
                self._posting.add(job.id)
                self._start(job)
            if len(seated) < len(chosen):
                # Something has changed since the look.
                self.wake()
        if seen.anybody_in_line or seen.anything_at_vendor:
            self._errand(BOARD, self._board.refresh)
        # The board looks again and again as long as anybody waits.
        busy = in_hand or self._in_hand or looking or self._errands.keys() - {BOARD}
        stands_still = not seen.anything_at_vendor and not seen.anything_to_deliver
        if not busy and stands_still and (seen.closed or not seen.anybody_in_line):
            self._quiet_turn = turn
            self._idle.set()
        # A gate that is being looked at rings the bell when that is done.
        looks = [g.opens_at for g in seen.closed if not g.ajar and g.opens_at > now]
        # Seating may have waited for its turn to write.
        now = self._now()
        nap_s = _nap_s([seen.next_due_at, seen.slot_frees_at, *looks], now)
        self._next_look_at = now + timedelta(seconds=nap_s)
        return nap_s

    async def _forget_ended(self, tx: Transaction, now: datetime) -> None:
        """Let go of what is remembered of jobs that others have ended: no step comes after that."""
        remembered = {*self._faults.remembered, *self._steps.remembered}
        if not remembered or (self._forgot_at and abs(now - self._forgot_at) < FORGETS_EVERY):
            return
        self._forgot_at = now
        found = await jobs.jobs_of(tx, remembered)
        for job_id in remembered:
            if job_id not in found or found[job_id].status is JobStatus.DELIVERED:
                self._faults.forget(job_id)
                self._steps.forget(job_id)

    def _look_at_gates(self, closed: list[Gate], now: datetime) -> None:
        for gate in closed:
            if not gate.ajar and gate.opens_at <= now:
                self._errand(f"gate:{gate.scope}:{gate.reason}", partial(self._look, gate))

    async def _look(self, gate: Gate) -> None:
        await self._gatekeeper.look(gate)
        self.wake()

    async def _carry(self, job: Job) -> Job | None:
        """One step, and the next ones as long as they are due at once. The job as it is then."""
        current = await self._step(job)
        while current is not None and current.due_at <= self._now() and not self._stopping:
            if current.status is JobStatus.SETTLED and not self._lanes.enter(current):
                self._pressed = True
                return current
            if self._pressed or self._next_look_at is None:
                # Its slot may be free by now, and what comes next take long.
                self.wake()
            current = await self._step(current)
        return current

    async def _step(self, job: Job) -> Job | None:
        """The job after its next step; None where it must be taken off the belt anew."""
        try:
            match next_step(job.status):
                case Step.SUBMIT if job.id in self._posting:
                    moved = await self._submit(job)
                case Step.ABANDON:
                    moved = await self._steps.abandon(job)
                case Step.CHECK:
                    moved = await self._steps.check(job)
                case Step.DELIVER:
                    self._board.forget(job.id)
                    moved = await self._delivery.deliver(job)
                case _:
                    return None
            self._count(job, moved)
            self._faults.forget(job.id)
            return moved
        except StaleJob as stale:
            log.info("job.stale job=%d why=%s", job.id, stale)
            await self._faults.after(job)
        except CourierError as error:
            log.warning("job.undelivered job=%d why=%s", job.id, error)
            await self._faults.undelivered(job, error.retry_after_s)
        except StorageError as error:
            log.error("job.storage_failed job=%d why=%s", job.id, error)
            await self._faults.storage_failed(job)
        except Exception:
            # One job must not stop the others.
            log.exception("job.step_failed job=%d", job.id)
            self.tally["faults", ""] += 1
            await self._faults.after(job)
        return None

    def _count(self, before: Job, after: Job) -> None:
        if before.status is after.status:
            self.tally["waits", before.status] += 1
        elif after.status is JobStatus.SETTLED and after.outcome is not None:
            self.tally["settled", after.outcome.verdict] += 1
            self.tally["pictures", ""] += after.outcome.charged
        elif after.status is JobStatus.DELIVERED and after.route is not None:
            self.tally["delivered", after.route] += 1
        elif before.status is JobStatus.QUEUED:
            self.tally["submitted", after.status] += 1

    async def _submit(self, job: Job) -> Job:
        try:
            moved = await self._steps.submit(job)
        finally:
            self._posting.discard(job.id)
        if moved.status is JobStatus.QUEUED:
            self._board.came_back(moved)
        if moved.ticket is not None and not moved.ticket.links:
            self._errand(f"show:{job.id}", partial(self._board.started, moved))
        return moved

    def _start(self, job: Job) -> None:
        if job.id in self._in_hand or self._stopping:
            return
        task = asyncio.create_task(self._carry(job), name=f"job-{job.id}")
        self._in_hand[job.id] = task
        task.add_done_callback(partial(self._put_back, job.id))

    def _put_back(self, job_id: int, task: asyncio.Task[Job | None]) -> None:
        del self._in_hand[job_id]
        self._lanes.leave(job_id)
        left = None if task.cancelled() or task.exception() else task.result()
        if job_id in self._changed or self._must_look_for(left):
            self._changed.discard(job_id)
            self.wake()

    def _must_look_for(self, left: Job | None) -> bool:
        """Whether the next look comes too late, now that this job has left our hands."""
        if left is None or self._pressed or self._next_look_at is None or self._awaited:
            return True
        return left.status is not JobStatus.DELIVERED and left.due_at < self._next_look_at

    def _errand(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Something small beside the jobs, at most one of each name at a time."""
        if name in self._errands or self._stopping:
            return

        async def run() -> None:
            try:
                await work()
            except StorageError as error:
                log.error("runner.errand_undone errand=%s why=%s", name, error)
            except Exception:
                log.exception("runner.errand_failed errand=%s", name)

        task = asyncio.create_task(run(), name=name)
        self._errands[name] = task
        task.add_done_callback(lambda _: self._errands.pop(name, None))


def _may_be_done(job: Job) -> bool:
    """Whether there is something to ask the vendor by, and more to hear than links."""
    return job.ticket is not None and not job.ticket.is_nameless and not job.ticket.links


def _nap_s(moments: list[datetime | None], now: datetime) -> float:
    waits_s = [(moment - now).total_seconds() for moment in moments if moment is not None]
    return min([LONGEST_NAP_S, *(max(0.0, wait_s) for wait_s in waits_s)])
