"""The Discord courier: one writer per card, edits at a bearable pace. Chooses no route itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary
from zlib import crc32

import discord

from bot.domain.errors import CourierError, StorageError
from bot.domain.job import Job, Route
from bot.domain.removal import Removal
from bot.engine.courier import BeginMessage, Delivered, Delivery, Progress
from bot.engine.records import Records
from cogs import cards, log_room, notices, trouble
from cogs.echo import clip
from cogs.faces import Button
from cogs.mail import ASIDE_S, Mail, Post
from cogs.routes import Parcel, Routes
from cogs.rows import live_buttons

_log = logging.getLogger(__name__)

EDIT_EVERY = timedelta(seconds=3)
OWNER_SAME_EVERY = timedelta(minutes=10)

_Edit = tuple[datetime, tuple[Button, ...]]
"""When a card was edited, and which buttons it has since then."""


class DiscordCourier:
    """Carries cards with one client. `default_model` goes without saying on them.

    `mask_pages` says whether masks can be painted, so that results offer it.
    """

    def __init__(
        self,
        client: discord.Client,
        *,
        records: Records,
        default_model: str,
        mask_pages: bool = False,
        owner_ids: frozenset[int] = frozenset(),
        owner_channel_id: int | None = None,
        now: Callable[[], datetime] = discord.utils.utcnow,
    ) -> None:
        self._mail = Mail(client)
        self._routes = Routes(self._mail, now=now)
        self._records = records
        self._default_model = default_model
        self._mask_pages = mask_pages
        self._owner_ids = owner_ids
        self._owner_channel_id = owner_channel_id
        self._now = now
        self._writing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._edited: dict[int, _Edit] = {}
        self._told_owner_at: dict[str, datetime] = {}

    async def deliver(self, delivery: Delivery, begin_message: BeginMessage) -> Delivered:
        """Bring a settled job to its asker by the first route that works.

        An edit of the standing card, by either token, is Route.REPLY; only a new message in the
        channel is Route.CHANNEL. Raises CourierError where waiting may help.
        """
        face = partial(
            cards.delivered, default_model=self._default_model, mask_pages=self._mask_pages
        )
        parcel = Parcel(delivery, face)
        if not self._mail.is_open:
            raise CourierError("the bot is not logged in")
        async with self._alone(delivery.job.id):
            self._edited.pop(delivery.job.id, None)
            try:
                delivered = await self._routes.carry(delivery, parcel, begin_message)
            except trouble.FAULTS as error:
                raise trouble.later(error) from error
        await self._report(delivery, delivered)
        return delivered

    async def _report(self, delivery: Delivery, delivered: Delivered) -> None:
        """Tell the server's moderators where pictures were marked as unsafe. Best effort.

        Not of private jobs: those concern nobody else, and were shown to nobody.
        """
        job, room = delivery.job, delivery.log_channel_id
        if room is None or job.request.private:
            return
        if job.outcome is not None and job.outcome.flagged:
            notice = notices.unsafe(job, delivered)
            await log_room.post(self._mail, room, notice, nonce=f"{job.id}:unsafe")

    async def place(self, progress: Progress, begin_message: BeginMessage) -> int | None:
        """Post a card as a message of its own; None where that failed, or may have failed.

        A private job has none: it never goes to a channel.
        """
        job = progress.job
        if not self._mail.is_open or job.request.private:
            return None
        try:
            async with self._alone(job.id):
                # From now on a delivery looks for this message before it sends one.
                await begin_message()
                post = Post.of(cards.progress(progress))
                return await self._mail.send(self._mail.channel(job), post, nonce=f"{job.id}:card")
        except (*trouble.FAULTS, CourierError, StorageError) as error:
            _log.warning("card.unplaced job=%d error=%r", job.id, error)
            return None

    async def progress(self, progress: Progress) -> None:
        """Edit the card of a live job, at most every 3 s. Trouble is logged, not raised.

        What comes too soon is left out, but for a change of the way back: that waits.
        """
        job = progress.job
        if not self._mail.is_open:
            return
        last = self._edited.get(job.id)
        try:
            if not await self._its_turn(job, last):
                return
            async with self._alone(job.id):
                if self._edited.get(job.id) is not last:
                    # Another has just said what is so.
                    return
                # Asked under the lock: what has moved on since then is told as it is now, and what
                # has settled belongs to `deliver`.
                current = await self._records.live(job.id)
                if current is None:
                    return
                self._edited[job.id] = self._now(), live_buttons(current)
                shown = replace(progress, job=current)
                await self._routes.edit(progress.card, job, Post.of(cards.progress(shown)))
        except (*trouble.FAULTS, CourierError, StorageError) as error:
            _log.info("card.unedited job=%d error=%r", job.id, error)

    async def ping(self, delivery: Delivery, delivered: Delivered) -> None:
        """Tell the asker of a long job, by a short reply, that it is over."""
        job, message_id = delivery.job, delivered.message_id
        in_channel = delivered.route in (Route.REPLY, Route.CHANNEL)
        if delivery.card.private or not in_channel or message_id is None or not self._mail.is_open:
            return
        await _told(partial(self._routes.ping, delivery.card, job, message_id, cards.ping(job)))

    async def remove(self, removal: Removal) -> None:
        """Delete a message of ours; one that is gone, or closed to us for good, is removed.

        Raises CourierError where waiting may help.
        """
        if not self._mail.is_open:
            raise CourierError("the bot is not logged in")
        try:
            await self._remove(removal)
        except trouble.FAULTS as error:
            raise trouble.later(error) from error

    async def _remove(self, removal: Removal) -> None:
        message_id = removal.message_id
        if removal.token is not None and await _gone(
            self._mail.delete_by_token(removal.token, message_id)
        ):
            return
        if message_id is None:
            return
        if removal.channel_id is not None:
            await _gone(self._mail.delete(self._mail.room(removal.channel_id), message_id))
        elif removal.user_id is not None:
            await _gone(self._remove_directly(removal.user_id, message_id))

    async def _remove_directly(self, user_id: int, message_id: int) -> None:
        await self._mail.delete(await self._mail.direct(user_id), message_id)

    async def tell_owner(self, text: str) -> None:
        """Tell the owner what only the owner can mend; the same at most every 10 minutes."""
        now = self._now()
        self._told_owner_at = {
            told: at for told, at in self._told_owner_at.items() if now - at < OWNER_SAME_EVERY
        }
        if text in self._told_owner_at or not self._mail.is_open:
            return
        self._told_owner_at[text] = now
        post = Post(clip(text, cards.CONTENT_MAX))
        nonce = f"{crc32(text.encode()):08x}:{now.timestamp():.0f}"
        if self._owner_channel_id is not None:
            room = self._mail.room(self._owner_channel_id)
            if await _told(partial(self._mail.send, room, post, nonce=nonce)):
                return
        for owner_id in sorted(self._owner_ids):
            await _told(partial(self._tell_directly, owner_id, post, nonce))

    async def _tell_directly(self, user_id: int, post: Post, nonce: str) -> None:
        await self._mail.send(await self._mail.direct(user_id), post, nonce=nonce)

    async def _its_turn(self, job: Job, last: _Edit | None) -> bool:
        if last is None:
            return True
        edited_at, buttons = last
        # At most, where the clock was set back.
        left_s = min(EDIT_EVERY, EDIT_EVERY - (self._now() - edited_at)).total_seconds()
        if left_s <= 0:
            return True
        if buttons == live_buttons(job):
            return False
        await asyncio.sleep(left_s)
        return True

    def _alone(self, job_id: int) -> asyncio.Lock:
        """One writer per card. A lock lives as long as somebody holds it or waits for it."""
        return self._writing.setdefault(job_id, asyncio.Lock())


async def _gone(deletion: Awaitable[None]) -> bool:
    """Whether the message is gone now; False where this way does not lead to it any more."""
    try:
        await deletion
    except discord.HTTPException as error:
        closed = trouble.wall(error)
        if closed is None:
            raise
        return closed is trouble.Wall.CARD_GONE
    return True


async def _told(tell: Callable[[], Awaitable[object]]) -> bool:
    """Best effort, and not for long: whether it worked."""
    try:
        async with asyncio.timeout(ASIDE_S):
            await tell()
    except trouble.FAULTS as error:
        _log.warning("courier.untold error=%r", error)
        return False
    return True
