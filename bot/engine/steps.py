"""Moves one job one step forward: submit, abandon, check. Never talks to Discord about pictures.

Job in, job out; what a step decided is committed before it returns. Delivery is the fourth step
and has a room of its own, `bot.engine.delivery`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.domain import schedule
from bot.domain.errors import StaleJob, StorageBusy, StorageError
from bot.domain.gates import PROBE_S, Gate, GateReason, closing_s
from bot.domain.job import Job, JobStatus, Outcome, VendorTicket, Verdict
from bot.domain.styles import Style, styled
from bot.download import Downloader
from bot.engine.cancelling import cancel
from bot.engine.collecting import Collector
from bot.engine.doorbell import Doorbell
from bot.engine.gatekeeper import Gatekeeper
from bot.engine.patience import Patience
from bot.engine.policy import Policy
from bot.engine.settling import Settling
from bot.engine.uploads import Images, Uploads
from bot.modelslab.catalogue import Catalogue, Review, review
from bot.modelslab.client import ModelsLab
from bot.modelslab.wire import Accepted, Finished, Reason, Refused, StillRunning, Unclear
from storage import jobs, moves, slots
from storage.database import Database
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

ANSWER_TRIES = 12
ANSWER_NAP_S = 2.0
BUSY_PATIENCE = 3
_ENDS = {
    Reason.CONTENT: Verdict.CONTENT,
    Reason.PLAN: Verdict.UNAVAILABLE,
    Reason.INVALID: Verdict.REFUSED,
    Reason.UNKNOWN_MODEL: Verdict.REFUSED,
    Reason.NO_PATH: Verdict.UNAVAILABLE,
    Reason.FAILED: Verdict.FAILED,
}
_WAITS = {
    Reason.BUSY: GateReason.BUSY,
    Reason.CREDITS: GateReason.CREDITS,
    Reason.KEY: GateReason.KEY,
    Reason.DOWN: GateReason.DOWN,
}

Written = TypeVar("Written")


class Steps:
    """The steps of a job at the vendor."""

    def __init__(
        self,
        database: Database,
        *,
        vendor: ModelsLab,
        downloader: Downloader,
        files: PictureFiles,
        gatekeeper: Gatekeeper,
        catalogue: Catalogue,
        styles: Mapping[str, Style],
        policy: Policy,
        now: Callable[[], datetime],
        doorbell: Doorbell | None = None,
    ) -> None:
        self._database = database
        self._vendor = vendor
        self._doorbell = doorbell
        self._uploads = Uploads(database, vendor=vendor, files=files, now=now)
        self._collector = Collector(downloader=downloader, files=files)
        self._gatekeeper = gatekeeper
        self._catalogue = catalogue
        self._styles = styles
        self._settling = Settling(database, files=files, policy=policy, now=now)
        self._patience = Patience(lasts=policy.deadline, now=now)
        self._policy = policy
        self._now = now

    @property
    def remembered(self) -> Collection[int]:
        """The jobs of which more is known here than the database says."""
        return self._patience.remembered

    def forget(self, job_id: int) -> None:
        """This job is over, whoever has ended it."""
        self._patience.forget(job_id)

    async def submit(self, job: Job) -> Job:
        """QUEUED, with a slot → WAITING, SETTLED, or back in line. Posts at most once."""
        if job.erased:
            return await self._settling.settle(job, Outcome(verdict=Verdict.ERASED))
        request = job.request
        model = self._catalogue.get(request.model)
        fit = None if model is None else review(model, request)
        if model is None or not isinstance(fit, Review):
            return await self._settling.settle(
                job, Outcome(verdict=Verdict.UNAVAILABLE, detail=f"{request.model} has changed")
            )
        style = None if request.style is None else self._styles.get(request.style)
        prompt, negative = styled(request.prompt, request.negative, style)
        images = await self._uploads.images(job, model)
        if not isinstance(images, Images):
            return await self._not_uploaded(job, images)
        now = self._now()
        # Committed before the POST: after a crash we must not buy the picture twice.
        async with self._database.transaction() as tx:
            job = await moves.submitting(tx, job, now=now, deadline_at=now + self._policy.deadline)
        reply: Accepted | Finished | Refused | Unclear
        try:
            async with asyncio.timeout(self._policy.deadline.total_seconds()):
                reply = await self._vendor.submit(
                    model,
                    fit.request,
                    prompt=prompt,
                    negative=negative,
                    seed=job.seed,
                    track_id=str(job.id),
                    images=images.urls,
                    size=images.size,
                    webhook=None if self._doorbell is None else self._doorbell.link(job),
                )
        except TimeoutError:
            reply = Unclear("no answer before the job's deadline")
        log.info("job.answered job=%d reply=%s", job.id, _name(reply))
        return await self._answered(job, reply)

    async def abandon(self, job: Job) -> Job:
        """SUBMITTING, found after a restart: nobody can know what the vendor did."""
        return await self._unconfirmed(job, "Limner was restarted meanwhile")

    async def check(self, job: Job) -> Job:
        """WAITING → SETTLED when the vendor is done, or is not at the deadline; else later."""
        if job.ticket is not None and job.ticket.is_nameless and job.claim is not None:
            job = await self._adopt(job, replace(job.ticket, remote_id=job.claim))
        ticket = job.ticket
        if ticket is None or job.deadline_at is None:
            raise StaleJob(f"job {job.id} waits for nothing")
        if ticket.links:
            return await self._collect(job, ticket)
        asked_at = self._now()
        left_s = (job.deadline_at - asked_at).total_seconds()
        is_late = left_s <= 0
        if ticket.is_nameless:
            if is_late:
                return await self._settling.settle(job, Outcome(verdict=Verdict.UNCONFIRMED))
            return await self._later(job, left_s)
        # Late or not, it is asked for: the pictures may have been ready while we were not there.
        patience_s = schedule.FETCH_TIMEOUT_S
        reply: Finished | StillRunning | Refused | Unclear
        try:
            async with asyncio.timeout(patience_s if is_late else min(left_s, patience_s)):
                reply = await self._vendor.fetch(ticket, kind=job.request.kind)
        except TimeoutError:
            reply = Unclear("no answer in time")
        log.debug("job.checked job=%d reply=%s", job.id, _name(reply))
        if isinstance(reply, Finished) and job.claim is not None:
            # It had taken the job after all; only its answer was lost.
            await self._gatekeeper.succeeded()
        match reply:
            case Finished(text=str(words)):
                return await self._described(job, words)
            case Finished():
                return await self._collect(job, reply.ticket, taken_s=self._taken_s(job, asked_at))
            case Refused(reason=reason) if reason in _ENDS:
                return await self._settling.settle(
                    job, Outcome(verdict=_ENDS[reason], detail=reply.message)
                )
            case _ if is_late:
                return await self._settling.settle(job, Outcome(verdict=Verdict.TIMED_OUT))
            case Refused(reason=Reason.KEY | Reason.CREDITS as reason):
                await self._gatekeeper.close(_WAITS[reason], detail=reply.message)
                return await self._later(job, PROBE_S)
            case StillRunning() | Refused() | Unclear():
                since = job.submitted_at or job.created_at
                wait_s = schedule.next_poll_s(
                    (self._now() - since).total_seconds(), bell=self._doorbell is not None
                )
                if isinstance(reply, Refused):
                    wait_s = max(wait_s, reply.retry_after_s or 0.0)
                return await self._later(job, wait_s)

    async def give_up(self, job: Job) -> Job:
        """→ SETTLED: the step itself broke, again and again."""
        return await self._settling.settle(job, Outcome(verdict=Verdict.BROKEN))

    async def _answered(self, job: Job, reply: Accepted | Finished | Refused | Unclear) -> Job:
        match reply:
            case Accepted(ticket=ticket, eta_s=eta_s):
                return await self._kept(job, ticket, eta_s)
            case Finished(text=str(words)):
                described = await _held(partial(self._described, job, words))
                await self._taken(job)
                return described
            case Finished(ticket=ticket):
                # Kept first: were we to die during the downloads, the links would be lost.
                return await self._kept(job, ticket, 0.0)
            case Unclear():
                unconfirmed = await self._unconfirmed(job, reply.message)
                await self._gatekeeper.failed(reply.message)
                return unconfirmed
            case Refused(reason=reason) if reason in _ENDS:
                outcome = Outcome(verdict=_ENDS[reason], detail=reply.message)
                if reason is Reason.PLAN:
                    return await self._end_all_alike(job, outcome)
                return await _held(partial(self._settling.settle, job, outcome))
            case Refused():
                return await self._not_taken(job, reply)

    async def _kept(self, job: Job, ticket: VendorTicket, eta_s: float | None) -> Job:
        moved = await _held(partial(self._accepted, job, ticket, eta_s))
        await self._taken(job)
        return moved

    async def _taken(self, job: Job) -> None:
        """The vendor takes jobs: it has taken this one."""
        self._patience.took(job.id)
        await self._gatekeeper.succeeded()

    async def _accepted(self, job: Job, ticket: VendorTicket, eta_s: float | None) -> Job:
        async with self._database.transaction() as tx:
            past_s = await jobs.taken_seconds(tx, job.request.work)
            wait_s = schedule.first_poll_s(eta_s, past_s, bell=self._doorbell is not None)
            now = self._now()
            check_at = now if ticket.links else now + timedelta(seconds=wait_s)
            moved = await moves.accepted(tx, job, ticket, check_at=check_at)
            if moved.rang_at is not None:
                # The bell was faster than the answer.
                moved = await moves.later(tx, moved, due_at=now, attempts=0)
        return moved

    async def _unconfirmed(self, job: Job, detail: str) -> Job:
        """The answer to the POST never came. The doorbell may still name the job; else it ends."""
        model = self._catalogue.get(job.request.model)
        # An update may have taken the model, or this kind of work, out of the catalogue.
        rule = None if model is None else model.rules.get(job.request.kind)
        if self._doorbell is None or rule is None or job.deadline_at is None:
            return await self._settling.settle(
                job, Outcome(verdict=Verdict.UNCONFIRMED, detail=detail)
            )
        ticket = VendorTicket(family=rule.family.value, remote_id=None)
        log.info("job.nameless job=%d why=%s", job.id, detail)
        async with self._database.transaction() as tx:
            job = await moves.accepted(tx, job, ticket, check_at=job.deadline_at)
            if job.claim is not None:
                job = await moves.later(tx, job, due_at=self._now(), attempts=0)
        return job

    async def _adopt(self, job: Job, ticket: VendorTicket) -> Job:
        """Ask for the job by the id that the doorbell claimed, unless that is another job's."""
        try:
            async with self._database.transaction() as tx:
                return await moves.adopted(tx, job, ticket)
        except StaleJob as stale:
            log.warning("job.wrong_claim job=%d why=%s", job.id, stale)
            async with self._database.transaction() as tx:
                return await moves.unclaimed(tx, job)

    async def _end_all_alike(self, job: Job, outcome: Outcome) -> Job:
        """The plan lacks this work: what waits for it would only hear the same, and ends too."""
        close = partial(self._gatekeeper.close_work, job.request, detail=outcome.detail)
        gate = await _held(close)
        settled = await _held(partial(self._settling.settle, job, outcome))
        async with self._database.reading() as tx:
            alike = [w.job_id for w in await jobs.in_line(tx) if w.work == job.request.work]
            waiting = [await jobs.get(tx, job_id) for job_id in alike]
        for other in waiting:
            if other is not None:
                # One that has left the line meanwhile hears it from the vendor itself.
                with suppress(StaleJob):
                    await self._settling.settle(other, outcome)
        if gate is not None:
            await self._gatekeeper.tell(gate)
        return settled

    async def _not_uploaded(self, job: Job, said: Refused | Unclear) -> Job:
        """The vendor did not take a picture that the job starts from: nothing was posted."""
        if isinstance(said, Refused) and said.reason in _ENDS:
            return await self._settling.settle(
                job, Outcome(verdict=_ENDS[said.reason], detail=said.message)
            )
        refused = said if isinstance(said, Refused) else Refused(Reason.DOWN, said.message)
        return await self._not_taken(job, refused)

    async def _described(self, job: Job, words: str) -> Job:
        """The vendor has answered with words: that is all there is."""
        return await self._settling.settle(
            job, Outcome(verdict=Verdict.DESCRIBED, detail=words), made=1
        )

    async def _not_taken(self, job: Job, reply: Refused) -> Job:
        """The vendor surely took nothing: the job keeps its place, the gate closes if it must.

        One that met a vendor that is not well steps aside for a while: should it be the job that
        makes the vendor sick, the others must not wait for it; and it ends where they all pass.
        One that the vendor has called itself too busy for again and again steps aside, too.
        """
        reason = _WAITS[reply.reason]
        if reason is GateReason.DOWN and self._patience.is_over(job.id):
            outcome = Outcome(verdict=Verdict.FAILED, detail=reply.message)
            return await _held(partial(self._settling.settle, job, outcome))
        job, gate = await _held(partial(self._back_to_line, job, reason, reply))
        await self._gatekeeper.announce(gate)
        return job

    async def _back_to_line(
        self, job: Job, reason: GateReason, reply: Refused
    ) -> tuple[Job, Gate | None]:
        """The job as it waits now, and the gate that its answer has closed."""
        attempts = job.attempts + 1 if reason in (GateReason.DOWN, GateReason.BUSY) else 0
        aside = timedelta(seconds=_aside_s(reason, attempts, reply))
        async with self._database.transaction() as tx:
            # A job whose pictures could not be uploaded has not left the line.
            back = moves.later if job.status is JobStatus.QUEUED else moves.back_to_line
            job = await back(tx, job, due_at=self._now() + aside, attempts=attempts)
            await slots.free(tx, job.id)
            if job.withheld:
                # Nobody waits for what it would bring, and nothing was bought.
                job = await cancel(tx, job, "", now=self._now(), quiet=False)
            gate = await self._gatekeeper.refused(
                tx, reason, retry_after_s=reply.retry_after_s, detail=reply.message
            )
        return job, gate

    def _taken_s(self, job: Job, asked_at: datetime) -> float:
        """How long the vendor took for a job that has just been found done."""
        since = job.submitted_at or job.created_at
        if job.rang_at is not None:
            return (min(job.rang_at, asked_at) - since).total_seconds()
        # When the look was due: if it came late, the vendor had nothing to do with that.
        looked_at = min(job.due_at, asked_at)
        return schedule.taken_s(
            (looked_at - since).total_seconds(),
            looks=job.attempts,
            bell=self._doorbell is not None,
        )

    async def _collect(
        self, job: Job, ticket: VendorTicket, *, taken_s: float | None = None
    ) -> Job:
        """Download, verify and keep what the vendor made, then settle for what was received."""
        links = ticket.links[: job.request.count]
        if ticket.flagged and not job.requester.age_restricted:
            return await self._settling.settle(
                job, Outcome(verdict=Verdict.FLAGGED, received=len(links), flagged=len(links))
            )
        if job.erased:
            # Charged for what the vendor made: to have it erased is no way around a limit.
            outcome = Outcome(verdict=Verdict.ERASED, received=len(links))
            return await self._settling.settle(job, outcome, made=len(links))
        first_time = job.ticket is None or not job.ticket.links
        tries = 1 if first_time else job.attempts + 1
        is_last = tries >= schedule.DOWNLOAD_TRIES
        found = await self._collector.collect(job, ticket, links, is_last=is_last)
        if found.may_grow and not is_last:
            return await self._later(job, schedule.retry_s(tries), ticket, attempts=tries)
        if not found.kept:
            detail = str(found.faults[0]) if found.faults else "no picture was named"
            return await self._settling.settle(job, Outcome(verdict=Verdict.LOST, detail=detail))
        outcome = Outcome(verdict=Verdict.PICTURES, received=len(found.kept), taken_s=taken_s)
        return await self._settling.settle(job, outcome, found, made=len(links))

    async def _later(
        self,
        job: Job,
        wait_s: float,
        ticket: VendorTicket | None = None,
        *,
        attempts: int | None = None,
    ) -> Job:
        """The same step again after a while; sooner where the bell rang since `job` was read."""
        due_at = self._now() + timedelta(seconds=wait_s)
        if job.deadline_at is not None and not (ticket or (job.ticket and job.ticket.links)):
            due_at = min(due_at, job.deadline_at)
        async with self._database.transaction() as tx:
            moved = await moves.later(tx, job, due_at=due_at, ticket=ticket, attempts=attempts)
            if moved.rang_at is not None and moved.rang_at != job.rang_at:
                heard_at = min(due_at, max(moved.rang_at, self._now()))
                moved = await moves.later(tx, moved, due_at=heard_at, attempts=moved.attempts)
            return moved


async def _held(write: Callable[[], Awaitable[Written]]) -> Written:
    """Have the vendor's answer written down, even though storage fails for a while.

    It is given only once: without its ticket a picture that is paid for could never be fetched, and
    a job that was surely not taken would end as one that may have been.
    """
    for _ in range(ANSWER_TRIES - 1):
        try:
            return await write()
        except StorageBusy:
            # That took its time.
            continue
        except StorageError:
            # A full disk says so at once, and not for ever.
            await asyncio.sleep(ANSWER_NAP_S)
    return await write()


def _aside_s(reason: GateReason, attempts: int, reply: Refused) -> float:
    """How long a job that came back so often in a row lets the others go first."""
    if reason is GateReason.DOWN:
        return schedule.retry_s(attempts)
    if reason is GateReason.BUSY and attempts > BUSY_PATIENCE:
        # Longer than the gate is closed for all.
        closed_s = closing_s(reason, tries=0, retry_after_s=reply.retry_after_s)
        return closed_s + schedule.retry_s(attempts)
    return 0.0


def _name(reply: Accepted | Finished | Refused | Unclear | StillRunning) -> str:
    return reply.reason.value if isinstance(reply, Refused) else type(reply).__name__.lower()
