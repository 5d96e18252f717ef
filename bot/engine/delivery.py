"""The last step: stored bytes become a delivery, the courier carries it, the job is done.

Reads pictures and the ledger; never decides what a job is worth.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.errors import CourierError
from bot.domain.job import Card, Job, Route, StoredPicture, Verdict
from bot.domain.removal import messages_of
from bot.engine.account import account_of
from bot.engine.courier import Courier, Delivered, Delivery, Receipt
from bot.engine.leftovers import Leftovers, note_erasure
from bot.engine.packing import packed
from bot.engine.policy import Policy
from bot.modelslab.catalogue import Catalogue
from storage import cards, erasure, moves, preferences, removals, results
from storage.database import Database, Transaction
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

GIVES_UP_AFTER = timedelta(hours=24)
LONG_JOB = timedelta(minutes=1)
# Discord does not say how much it takes after all. Its limits have differed by less than this, and
# a PNG loses nothing to be seen when it becomes as small as that.
SMALLER_BY = 4


class DeliveryStep:
    """SETTLED → DELIVERED."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        courier: Courier,
        catalogue: Catalogue,
        policy: Policy,
        leftovers: Leftovers,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._leftovers = leftovers
        self._files = files
        self._courier = courier
        self._catalogue = catalogue
        self._policy = policy
        self._now = now

    async def deliver(self, job: Job) -> Job:
        """Bring the outcome to the asker by the first route that works. Safe to repeat.

        Of an erased job nobody is told, and nothing is left. Raises CourierError while
        Discord cannot be reached; after a day of that the job is kept.
        """
        if job.erased:
            return await self.keep(job)
        delivery = await self._prepare(job)

        async def begin_message() -> datetime | None:
            async with self._database.transaction() as tx:
                return await cards.begin_message(tx, job.id, now=self._now())

        try:
            delivered = await self._courier.deliver(delivery, begin_message)
        except CourierError:
            if job.settled_at is None or self._now() - job.settled_at < GIVES_UP_AFTER:
                raise
            delivered = Delivered(route=Route.KEPT)
        done = await self._delivered(job, delivered, delivery.card)
        if await self._wants_ping(done):
            await self._courier.ping(delivery, delivered)
        return done

    async def keep(self, job: Job) -> Job:
        """→ DELIVERED without a message: the step itself broke, again and again."""
        return await self._delivered(job, Delivered(route=Route.KEPT))

    async def _delivered(self, job: Job, delivered: Delivered, shown: Card | None = None) -> Job:
        """→ DELIVERED. `shown` is the card as it was when something was posted."""
        orphans: set[str] = set()
        async with self._database.transaction() as tx:
            done = await moves.delivered(
                tx, job, route=delivered.route, message_id=delivered.message_id, now=self._now()
            )
            if done.erased:
                orphans = await self._bury(tx, done, shown)
        log.info("job.delivered job=%d route=%s", job.id, delivered.route)
        if done.erased:
            await self._leftovers.remove(orphans)
            await self._leftovers.clear()
        return done

    async def _bury(self, tx: Transaction, job: Job, shown: Card | None) -> set[str]:
        """Nothing stays of a job that was erased on its way; what was just posted goes, too."""
        card = await cards.get(tx, job.id)
        if shown is not None and shown.private:
            card = replace(card, token=shown.token)
        found = messages_of(job, card, now=self._now())
        await removals.put(tx, found, due_at=self._now())
        await note_erasure(tx)
        return await erasure.purge(tx, [job.id])

    async def _prepare(self, job: Job) -> Delivery:
        async with self._database.reading() as tx:
            card = await cards.get(tx, job.id)
            kept = () if job.withheld else await results.of_job(tx, job.id)
            account = await account_of(tx, job.requester, policy=self._policy, now=self._now())
        files, notes = await packed(job, kept, files=self._files, limit_bytes=card.file_limit_bytes)
        delivery = Delivery(
            job=job,
            card=card,
            files=files,
            receipt=Receipt(
                charged=0 if job.outcome is None else job.outcome.charged,
                left_today=account.left_today,
            ),
            ignored=self._catalogue.ignored(job.request),
            notes=notes,
            log_channel_id=account.server.log_channel_id,
        )
        return (
            replace(delivery, smaller=partial(self._smaller, delivery, kept)) if files else delivery
        )

    async def _smaller(self, refused: Delivery, kept: Sequence[StoredPicture]) -> Delivery:
        """The same with smaller files; Discord did not take those."""
        largest_bytes = max(len(file.data) for file in refused.files)
        log.warning("job.too_large job=%d largest_bytes=%d", refused.job.id, largest_bytes)
        files, notes = await packed(
            refused.job, kept, files=self._files, limit_bytes=largest_bytes // SMALLER_BY
        )
        return replace(refused, files=files, notes=notes)

    async def _wants_ping(self, job: Job) -> bool:
        took_long = self._now() - job.created_at > LONG_JOB
        if not took_long or job.request.private or job.erased:
            return False
        if job.outcome is not None and job.outcome.verdict is Verdict.CANCELLED:
            # Nobody waits for it any more.
            return False
        if job.route not in (Route.REPLY, Route.CHANNEL):
            return False
        async with self._database.reading() as tx:
            member = await preferences.of_member(
                tx, guild_id=job.requester.guild_id, user_id=job.requester.user_id
            )
        return member.ping is not False
