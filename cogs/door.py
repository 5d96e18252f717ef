"""The one way in: a request becomes a job, and the answer to the interaction becomes its card."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import discord

from bot.domain.errors import StorageBusy, StorageError
from bot.domain.refusal import AlreadyAccepted, Refusal
from bot.domain.request import PERSONAL, ImageRequest, Requester
from bot.engine.booking import Reply
from bot.engine.intake import Accepted, Intake
from bot.engine.withdrawing import Withdrawals
from cogs import cards
from cogs.answers import Ack, Aside, acknowledge, defer, whisper
from cogs.home import home_of
from cogs.refusals import refused

_log = logging.getLogger(__name__)

# Discord takes a first answer within three seconds, the way to it and back included.
ANSWER_S = 2.0
NOWHERE = (
    "**I cannot tell where this is.** Nothing was charged. Ask again in a channel of a server."
)

Complete = Callable[[ImageRequest], Awaitable[ImageRequest | Aside]]
"""Reads what a request starts from, which may take longer than Discord waits for an answer."""


class Door:
    """Every command and button that asks for pictures enters here."""

    def __init__(self, intake: Intake, withdrawals: Withdrawals) -> None:
        self._intake = intake
        self._withdrawals = withdrawals
        self._forsaken: set[asyncio.Task[None]] = set()

    async def enter(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        *,
        complete: Complete | None = None,
    ) -> None:
        """Accept `request` and answer with its card, or answer in private why not.

        With `complete`, the answer is promised first, and the promise becomes the card.
        """
        requester = requester_of(interaction)
        if complete is None:
            obstacle = _unpostable(interaction, private=request.private)
        else:
            obstacle = await self.obstacle(interaction, request)
        if obstacle is not None or requester is None:
            await whisper(interaction, obstacle or NOWHERE)
            return
        if complete is not None:
            await defer(interaction, private=request.private)
            match await complete(request):
                case Aside(words, view):
                    await whisper(interaction, words, view=view)
                    return
                case completed:
                    request = completed
        accepting = self._intake.accept(
            request,
            requester,
            source_key=f"interaction:{interaction.id}",
            reply=Reply(
                token=interaction.token,
                expires_at=interaction.expires_at,
                file_limit_bytes=interaction.filesize_limit,
            ),
        )
        answer = await (self._in_time(accepting) if complete is None else accepting)
        match answer:
            case Accepted():
                await self._place(interaction, answer)
            case AlreadyAccepted(job_id):
                _log.info("interaction.again id=%s job=%s", interaction.id, job_id)
            case refusal:
                await whisper(interaction, refused(refusal))

    async def obstacle(self, interaction: discord.Interaction, request: ImageRequest) -> str | None:
        """Why the request would be refused here, whatever its picture and its words will be."""
        requester = requester_of(interaction)
        unpostable = _unpostable(interaction, private=request.private)
        if unpostable is not None or requester is None:
            return unpostable or NOWHERE
        refusal = await self._intake.obstacle(request, requester)
        return None if refusal is None else refused(refusal)

    async def _in_time(
        self, accepting: Coroutine[Any, Any, Accepted | Refusal]
    ) -> Accepted | Refusal:
        """The answer, while Discord still takes one from us.

        Raises StorageBusy where it takes longer; a job that comes of it then is taken back.
        """
        task = asyncio.create_task(accepting)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_S)
        if done:
            return task.result()
        forsaking = asyncio.create_task(self._forsake(task))
        self._forsaken.add(forsaking)
        forsaking.add_done_callback(self._forsaken.discard)
        raise StorageBusy("the database did not answer in time")

    async def _forsake(self, accepting: asyncio.Task[Accepted | Refusal]) -> None:
        """Take back what its asker was told had come to nothing."""
        with suppress(StorageError):
            match await accepting:
                case Accepted(job=job):
                    await self._take_back(job.id)

    async def _place(self, interaction: discord.Interaction, accepted: Accepted) -> None:
        """Answer with the card; a job whose card surely never came to be is taken back."""
        job = accepted.job
        ack = Ack(stands=False)
        try:
            ready_at = discord.utils.utcnow() + timedelta(seconds=accepted.place.wait_s)
            face = cards.live(
                job,
                place=accepted.place,
                ready_at=ready_at,
                gate=accepted.gate,
                ignored=accepted.ignored,
            )
            ack = await acknowledge(interaction, face, ephemeral=job.request.private)
        finally:
            if not ack.stands:
                _log.warning("card.failed job=%s", job.id)
                await self._take_back(job.id)
        if ack.stands:
            await self._placed(job.id, ack.message_id)

    async def _placed(self, job_id: int, message_id: int | None) -> None:
        try:
            await self._intake.placed(job_id, message_id=message_id)
        except StorageError as error:
            # The job is in line and goes on by itself; its token still reaches the card.
            _log.error("card.unnoted job=%s why=%s", job_id, error)

    async def _take_back(self, job_id: int) -> None:
        try:
            await self._withdrawals.unplaced(job_id)
        except StorageError as error:
            # The job stays in line, and its pictures come as a new message.
            _log.error("card.unwithdrawn job=%s why=%s", job_id, error)


def _unpostable(interaction: discord.Interaction, *, private: bool) -> str | None:
    """Why no result could be posted here, before anything is read; None where it could."""
    if interaction.channel_id is None:
        return NOWHERE
    if home_of(interaction) == PERSONAL:
        # It comes by the interaction alone, or as a direct message.
        return None
    missing = missing_permissions(
        interaction.app_permissions,
        in_thread=isinstance(interaction.channel, discord.Thread),
    )
    # A private card comes by the interaction alone.
    return cannot_speak(missing) if missing and not private else None


def requester_of(interaction: discord.Interaction) -> Requester | None:
    """Who asks, and where; None where Discord does not say in which channel."""
    guild_id = home_of(interaction)
    if interaction.channel_id is None:
        return None
    if guild_id == PERSONAL:
        # Neither roles nor the flag of a channel count outside of servers that have the bot.
        return Requester(
            user_id=interaction.user.id, guild_id=guild_id, channel_id=interaction.channel_id
        )
    return Requester(
        user_id=interaction.user.id,
        guild_id=guild_id,
        channel_id=interaction.channel_id,
        age_restricted=is_age_restricted(interaction),
        role_ids=_role_ids(interaction.user),
        parent_ids=_parent_ids(interaction.channel),
    )


def _role_ids(user: discord.User | discord.Member) -> tuple[int, ...]:
    if not isinstance(user, discord.Member):
        return ()
    return tuple(sorted(role.id for role in user.roles if not role.is_default()))


def _parent_ids(channel: object) -> tuple[int, ...]:
    """A thread's channel, and the category of a channel."""
    above = (getattr(channel, "parent_id", None), getattr(channel, "category_id", None))
    return tuple(each for each in above if each is not None)


def missing_permissions(may: discord.Permissions, *, in_thread: bool) -> list[str]:
    """What the bot may not do in a channel, but must in order to deliver there."""
    speaks = (
        ("Send Messages in Threads", may.send_messages_in_threads)
        if in_thread
        else ("Send Messages", may.send_messages)
    )
    needed = (("View Channel", may.view_channel), speaks, ("Attach Files", may.attach_files))
    return [name for name, granted in needed if not granted]


def cannot_speak(missing: list[str]) -> str:
    wanted = ", ".join(f"**{name}**" for name in missing)
    return (
        f"**I cannot post pictures here.** I need: {wanted}. Ask whoever manages this channel, "
        "or ask with `private: True`, so that only you see the result. Nothing was charged."
    )


def is_age_restricted(interaction: discord.Interaction) -> bool:
    """Discord's flag on the channel; a thread has its parent's."""
    channel = interaction.channel
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        nsfw = getattr(channel, "is_nsfw", None)
        return bool(nsfw and nsfw())
    return False
