"""The routes to a job's asker, in their order, and what each wall on the way means.

    edit by the interaction's token ─▶ edit by the bot ─▶ new message in the channel
        ─▶ direct message ─▶ kept in the history

A private job never goes to a channel. A card that was removed is never posted again. Outside of
servers the bot itself is only in its own direct messages: elsewhere the two middle ways are closed.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import discord

from bot.domain.job import Card, Job, Route
from bot.engine.courier import BeginMessage, Delivered, Delivery
from cogs import cards, trouble
from cogs.faces import Face
from cogs.mail import Mail, Post
from cogs.trouble import Wall

_log = logging.getLogger(__name__)

# A token that ends while a large file is on its way would end the best route.
TOKEN_MARGIN = timedelta(seconds=30)

Reached = int | Wall
"""The message that now carries the card, or what stood in the way."""


class Parcel:
    """A result on its way: whole, else with smaller pictures, else the words alone.

    What was too large on one route is not tried again on the next. `face` words a delivery, also
    with `attached=False`.
    """

    def __init__(self, delivery: Delivery, face: Callable[..., Face]) -> None:
        self._delivery = delivery
        self._face = face
        self._post = Post.of(face(delivery), delivery.files)
        self._is_whole = True

    async def by(self, route: Callable[[Post], Awaitable[Reached | None]]) -> Reached | None:
        """What came of it by this route, in the first size that Discord took."""
        reached = await route(self._post)
        while reached is Wall.FILES_TOO_LARGE and self._post.files:
            self._post = await self._lighter()
            reached = await route(self._post)
        return reached

    async def _lighter(self) -> Post:
        if self._is_whole and self._delivery.smaller is not None:
            self._is_whole = False
            smaller = await self._delivery.smaller()
            if smaller.files:
                return Post.of(self._face(smaller), smaller.files)
        return Post.of(self._face(self._delivery, attached=False))


class Routes:
    """Ways to a job's asker. All raise one of `trouble.FAULTS` where waiting may help."""

    def __init__(self, mail: Mail, *, now: Callable[[], datetime]) -> None:
        self._mail = mail
        self._now = now

    async def edit(self, card: Card, job: Job, post: Post) -> Reached | None:
        """Edit the card by its token, else by the bot; None where there is none to edit."""
        reached: Reached | None = None
        if self._has_token(card):
            reached = await _tried(job, self._mail.edit_by_token(card, post))
            if reached is not Wall.ROUTE_OVER:
                return reached
        if card.private or card.message_id is None or not await self._reaches(job):
            return reached
        return await self._edit_by_bot(job, card.message_id, post)

    async def tell(self, card: Card, job: Job, text: str) -> None:
        """Say something to the asker alone, beside the card or directly. Never raises a fault."""
        try:
            if self._has_token(card):
                await self._mail.whisper(card, text)
                return
        except trouble.FAULTS as error:
            _log.info("asker.unwhispered job=%d error=%r", job.id, error)
        try:
            room = await self._mail.direct(job.requester.user_id)
            await self._mail.send(room, Post(text), nonce=f"{job.id}:told")
        except trouble.FAULTS as error:
            _log.warning("asker.untold job=%d error=%r", job.id, error)

    async def ping(self, card: Card, job: Job, message_id: int, text: str) -> None:
        """Notify the asker beside the card that is done."""
        if await self._reaches(job):
            await self._mail.ping(job, message_id, text)
        elif self._has_token(card):
            await self._mail.ping_by_token(card, job, text)

    async def carry(
        self, delivery: Delivery, parcel: Parcel, begin_message: BeginMessage
    ) -> Delivered:
        """Bring the result to the asker by the first route that works."""
        job, card = delivery.job, delivery.card
        edited = await parcel.by(partial(self.edit, card, job))
        if job.withheld:
            # Its asker wants to hear no more of it than the card can say.
            found = edited if isinstance(edited, int) else None
            return Delivered(route=Route.KEPT, message_id=found)
        if isinstance(edited, int):
            return Delivered(route=Route.REPLY, message_id=edited)
        if edited is Wall.CARD_GONE and not card.private:
            await self.tell(card, job, cards.removed(job))
            return Delivered(route=Route.REMOVED)
        # Committed once, before the first of the new messages.
        first_try_at = await begin_message()
        if not card.private and edited is not Wall.PLACE_GONE and await self._reaches(job):
            posted = await self._post(job, card, parcel, first_try_at)
            if posted is not None:
                return posted
        return await self._post_directly(job, parcel, first_try_at)

    async def _post(
        self, job: Job, card: Card, parcel: Parcel, first_try_at: datetime | None
    ) -> Delivered | None:
        """A new message in the channel; None where another route must be taken."""
        if first_try_at is not None:
            match await self._look_back(job, first_try_at):
                case int(found):
                    # Perhaps it is the card as it stood when the job began: it is brought up to
                    # date, which repeats harmlessly.
                    edited = await parcel.by(partial(self._edit_by_bot, job, found))
                    if isinstance(edited, int):
                        return Delivered(route=Route.CHANNEL, message_id=edited)
                    return None
                case Wall.PLACE_GONE:
                    return None
                case Wall():
                    return await self._give_up_unseen(job, card, first_try_at)
        channel = self._mail.channel(job)
        sent = await parcel.by(partial(self._send, job, channel, nonce=f"{job.id}:card"))
        return Delivered(route=Route.CHANNEL, message_id=sent) if isinstance(sent, int) else None

    async def _look_back(self, job: Job, first_try_at: datetime) -> Reached | None:
        """The message of an earlier try; None where it surely never came to be.

        PLACE_GONE: no such channel any more. ROUTE_OVER: it cannot be read.
        """
        try:
            found = await self._mail.find_card(job, sent_at=first_try_at)
        except discord.HTTPException as error:
            if trouble.wall(error) is None:
                raise
            gone = error.code == trouble.UNKNOWN_CHANNEL
            return Wall.PLACE_GONE if gone else Wall.ROUTE_OVER
        if found is None and not self._mail.may_look_back(job):
            return Wall.ROUTE_OVER
        return found

    async def _give_up_unseen(self, job: Job, card: Card, first_try_at: datetime) -> Delivered:
        """Perhaps it stands in the channel: never twice, so it is kept and its asker told."""
        room = await _opened(job, self._mail.direct(job.requester.user_id))
        if room is not None:
            # The channel may have refused the earlier try, and the direct message taken it.
            found = await self._mail.find_direct(room, job, sent_at=first_try_at)
            if found is not None:
                return Delivered(route=Route.DIRECT, message_id=found)
        await self.tell(card, job, cards.uncertain(job))
        return Delivered(route=Route.KEPT)

    async def _post_directly(
        self, job: Job, parcel: Parcel, first_try_at: datetime | None
    ) -> Delivered:
        room = await _opened(job, self._mail.direct(job.requester.user_id))
        if room is None:
            return Delivered(route=Route.KEPT)
        if first_try_at is not None:
            found = await self._mail.find_direct(room, job, sent_at=first_try_at)
            if found is not None:
                return Delivered(route=Route.DIRECT, message_id=found)
        sent = await parcel.by(partial(self._send_directly, job, room))
        if isinstance(sent, int):
            return Delivered(route=Route.DIRECT, message_id=sent)
        return Delivered(route=Route.KEPT)

    async def _edit_by_bot(self, job: Job, message_id: int, post: Post) -> Reached:
        return await _tried(job, self._mail.edit_by_bot(job, message_id, post))

    async def _send(
        self, job: Job, place: discord.abc.Messageable, post: Post, *, nonce: str
    ) -> Reached:
        return await _tried(job, self._mail.send(place, post, nonce=nonce))

    async def _send_directly(self, job: Job, room: discord.DMChannel, post: Post) -> Reached:
        return await self._send(job, room, post.direct(job), nonce=f"{job.id}:direct")

    async def _reaches(self, job: Job) -> bool:
        try:
            return await self._mail.reaches(job)
        except discord.HTTPException as error:
            if trouble.wall(error) is None:
                raise
            return False

    def _has_token(self, card: Card) -> bool:
        if card.token is None or card.token_expires_at is None:
            return False
        return self._now() < card.token_expires_at - TOKEN_MARGIN


async def _tried(job: Job, call: Awaitable[int]) -> Reached:
    try:
        return await call
    except discord.HTTPException as error:
        closed = trouble.wall(error)
        if closed is None:
            raise
        _log.info("route.closed job=%d wall=%s error=%s", job.id, closed.name, error)
        return closed


async def _opened(job: Job, call: Awaitable[discord.DMChannel]) -> discord.DMChannel | None:
    """Where direct messages to the asker go; None where there is no such way."""
    try:
        return await call
    except discord.HTTPException as error:
        if trouble.wall(error) is None:
            raise
        _log.info("route.closed job=%d wall=no_direct error=%s", job.id, error)
        return None
