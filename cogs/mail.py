"""The few calls by which a card reaches Discord. Decides no route; raises what Discord raises.

A call that hangs, or that is told to wait for longer than it is worth, ends as a TimeoutError.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast

import discord

from bot.domain.errors import CourierError
from bot.domain.job import Card, Job
from bot.domain.request import PERSONAL
from bot.engine.courier import File
from cogs import cards
from cogs.buttons import JobButton, view_of
from cogs.echo import clip
from cogs.faces import Action, Button, Face

ALT_TEXT_MAX = 1024
# Where a message of ours may be that was sent at a given moment: the clocks may differ.
CLOCKS_DIFFER = timedelta(minutes=2)
SENT_WITHIN = timedelta(minutes=15)
LOOKED_THROUGH = 1000
# discord.py itself would sit through any rate limit of an interaction's token, and through five
# minutes of silence. Files take their time besides, on the slowest line that can carry them.
PATIENCE_S = 60.0
SLOWEST_LINE_BYTES_S = 100_000
# What is said beside a card must not hold up what the card is about.
ASIDE_S = 10.0

Answer = TypeVar("Answer")

_NOBODY = discord.AllowedMentions.none()
# Discord's word for the answer to an interaction, where an id would stand.
_ORIGINAL = cast(int, "@original")


@dataclass(frozen=True, slots=True)
class Post:
    """What a message says and carries."""

    content: str
    files: tuple[File, ...] = ()
    buttons: tuple[Button, ...] = ()

    @property
    def patience_s(self) -> float:
        """How long Discord may take over it."""
        return PATIENCE_S + sum(len(file.data) for file in self.files) / SLOWEST_LINE_BYTES_S

    @classmethod
    def of(cls, face: Face, files: Iterable[File] = ()) -> "Post":
        return cls(face.content, tuple(files), face.buttons)

    def direct(self, job: Job) -> "Post":
        """The same for a direct message, where the buttons of a server's job would not know it."""
        if job.requester.guild_id == PERSONAL:
            return self
        return Post(cards.direct(self.content, job), self.files)


class Mail:
    """Sends and edits with one client's connection and token."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @property
    def is_open(self) -> bool:
        """Whether the client has logged in, and has not been closed."""
        return self._client.application_id is not None and not self._client.is_closed()

    async def edit_by_token(self, card: Card, post: Post) -> int:
        """Edit the answer to an interaction; works for whoever may see it, for 15 minutes."""
        edit = self._webhook(card).edit_message(
            _ORIGINAL if card.message_id is None else card.message_id,
            content=post.content,
            attachments=uploads(post.files),
            view=view_of(post.buttons),
            allowed_mentions=_NOBODY,
        )
        return (await _within(post.patience_s, edit)).id

    async def edit_by_bot(self, job: Job, message_id: int, post: Post) -> int:
        """Edit a message in a channel that the bot is in."""
        edit = (
            self.channel(job)
            .get_partial_message(message_id)
            .edit(
                content=post.content,
                attachments=uploads(post.files),
                view=view_of(post.buttons),
                allowed_mentions=_NOBODY,
            )
        )
        return (await _within(post.patience_s, edit)).id

    async def send(self, place: discord.abc.Messageable, post: Post, *, nonce: str) -> int:
        """Send a new message; within some minutes the same nonce makes no second one."""
        view = view_of(post.buttons)
        sending = place.send(
            post.content,
            files=uploads(post.files),
            nonce=nonce,
            suppress_embeds=True,
            allowed_mentions=_NOBODY,
            # discord.py takes None here, but its types do not say so.
            view=cast(discord.ui.View, view),
        )
        return (await _within(post.patience_s, sending)).id

    async def ping(self, job: Job, message_id: int, text: str) -> None:
        """Answer a card with a message that notifies its asker and nobody else."""
        sending = self.channel(job).send(
            text,
            nonce=f"{job.id}:ping",
            reference=discord.MessageReference(
                message_id=message_id,
                channel_id=job.requester.channel_id,
                guild_id=_server_of(job),
                fail_if_not_exists=False,
            ),
            allowed_mentions=_asker(job),
        )
        await _within(PATIENCE_S, sending)

    async def ping_by_token(self, card: Card, job: Job, text: str) -> None:
        """The same by the interaction alone, where the bot is not itself."""
        sending = self._webhook(card).send(
            text, wait=True, allowed_mentions=_asker(job), suppress_embeds=True
        )
        await _within(PATIENCE_S, sending)

    async def delete(
        self, room: discord.PartialMessageable | discord.DMChannel, message_id: int
    ) -> None:
        """Delete a message of ours, in a channel or in somebody's direct messages."""
        await _within(PATIENCE_S, room.get_partial_message(message_id).delete())

    async def delete_by_token(self, token: str, message_id: int | None) -> None:
        """Delete what an interaction was answered with, also where only one person sees it."""
        door = self._door(token)
        named = _ORIGINAL if message_id is None else message_id
        await _within(PATIENCE_S, door.delete_message(named))

    async def whisper(self, card: Card, text: str) -> None:
        """Tell the one whose interaction it was, beside the card, for 15 minutes."""
        sending = self._webhook(card).send(
            text, ephemeral=True, wait=True, allowed_mentions=_NOBODY, suppress_embeds=True
        )
        await _within(PATIENCE_S, sending)

    def channel(self, job: Job) -> discord.PartialMessageable:
        """Where the job was asked for; needs no cache and no request."""
        return self._client.get_partial_messageable(
            job.requester.channel_id, guild_id=_server_of(job)
        )

    async def reaches(self, job: Job) -> bool:
        """Whether the bot's own token works where the job was asked for.

        It does in servers that have the bot, and in direct messages with it; nowhere else.
        """
        if job.requester.guild_id != PERSONAL:
            return True
        return (await self.direct(job.requester.user_id)).id == job.requester.channel_id

    def room(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id)

    async def direct(self, user_id: int) -> discord.DMChannel:
        return await _within(PATIENCE_S, self._client.create_dm(discord.Object(user_id)))

    async def find_card(self, job: Job, *, sent_at: datetime) -> int | None:
        """Our message in the channel that is this job's card, finished or not."""
        return await _within(
            PATIENCE_S, self._find(self.channel(job), sent_at, partial(_is_card, job))
        )

    async def find_direct(
        self, room: discord.DMChannel, job: Job, *, sent_at: datetime
    ) -> int | None:
        """Our direct message that carries this job."""
        marks = (f"· job {job.id}\n", f"<#{job.requester.channel_id}>.")

        def is_letter(message: discord.Message) -> bool:
            return all(mark in f"{message.content}\n" for mark in marks)

        is_it = partial(_is_card, job) if job.requester.guild_id == PERSONAL else is_letter
        return await _within(PATIENCE_S, self._find(room, sent_at, is_it))

    def may_look_back(self, job: Job) -> bool:
        """Whether the bot may read what was said in the channel.

        Without that permission Discord answers with an empty list, not with an error. Raises
        CourierError where the servers are not known yet, as right after a start.
        """
        if job.requester.guild_id == PERSONAL:
            # Only asked where the bot is itself: in direct messages, which hide nothing from it.
            return True
        if not self._client.is_ready():
            raise CourierError("Discord has not said yet which servers there are")
        guild = self._client.get_guild(job.requester.guild_id)
        if guild is None or guild.me is None:
            return False
        channel = guild.get_channel_or_thread(job.requester.channel_id)
        return channel is not None and channel.permissions_for(guild.me).read_message_history

    async def _find(
        self,
        place: discord.abc.Messageable,
        sent_at: datetime,
        is_it: Callable[[discord.Message], bool],
    ) -> int | None:
        me = self._client.user
        async for message in place.history(
            limit=LOOKED_THROUGH, after=sent_at - CLOCKS_DIFFER, oldest_first=True
        ):
            if message.created_at > sent_at + SENT_WITHIN:
                return None
            if me is not None and message.author.id == me.id and is_it(message):
                return message.id
        return None

    def _webhook(self, card: Card) -> discord.Webhook:
        if card.token is None:
            raise CourierError("the card has no token")
        return self._door(card.token)

    def _door(self, token: str) -> discord.Webhook:
        """The interaction's own door, which needs no interaction object: it outlives restarts."""
        application_id = self._client.application_id
        if application_id is None:
            raise CourierError("the bot has not logged in yet")
        door = discord.Webhook.partial(application_id, token, client=self._client)
        # Only this type may speak to one person alone.
        door.type = discord.WebhookType.application
        return door


async def _within(patience_s: float, call: Awaitable[Answer]) -> Answer:
    """What Discord answers, unless that takes too long: TimeoutError, an OSError."""
    async with asyncio.timeout(patience_s):
        return await call


def _server_of(job: Job) -> int | None:
    """The server as Discord wants it named: not at all where there is none."""
    return job.requester.guild_id or None


def _asker(job: Job) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False,
        roles=False,
        users=[discord.Object(job.requester.user_id)],
        replied_user=False,
    )


def _is_card(job: Job, message: discord.Message) -> bool:
    """Whether the message is this job's card, as it is at the end or was at the beginning."""
    actions = {action for action, job_id in _pressed_for(message) if job_id == job.id}
    if message.interaction_metadata is None:
        return bool(actions)
    # An answer to an interaction that can still be taken back is not what was sent as a message.
    return bool(actions - {Action.CANCEL})


def uploads(files: Iterable[File]) -> list[discord.File]:
    """Fresh files: discord.py closes them after each call."""
    return [
        discord.File(
            io.BytesIO(file.data),
            filename=file.name,
            spoiler=file.spoiler,
            description=clip(file.description, ALT_TEXT_MAX) or None,
        )
        for file in files
    ]


def _pressed_for(message: discord.Message) -> set[tuple[str, int]]:
    """What a message's buttons do, and for which jobs."""
    template = JobButton.__discord_ui_compiled_template__
    found = (
        template.fullmatch(child.custom_id or "")
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    )
    return {(match["action"], int(match["job"])) for match in found if match is not None}
