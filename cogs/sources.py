"""Where a picture to work on comes from: a file, a link, a message, a job's own result.

Whatever does not give a picture comes back as a sentence for the asker. Starts no job.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace

import discord

from bot.domain.errors import DownloadError, PictureError, StorageError
from bot.domain.request import PERSONAL, ImageRequest, InputPicture
from bot.engine.inputs import Inputs
from bot.engine.records import Records
from cogs import trouble
from cogs.answers import Aside
from cogs.echo import echo
from cogs.gallery import Seen, pictures_of
from cogs.home import bot_is_there, home_of

_log = logging.getLogger(__name__)

FILE_MAX_BYTES = 20 * 2**20
READ_WITHIN_S = 30.0
WORDS_SIGNS = 300

NOT_KEPT = (
    "**That picture is not kept any more.** Right-click one that you see in the channel → "
    "Apps → Remix. Nothing was charged."
)
NOT_PICKED = (
    "**That choice is over.** Pictures are held for it for 15 minutes. Right-click the picture "
    "again → Apps. Nothing was charged."
)
ONE_OF_TWO = (
    "**I need one picture.** Attach it as `image`, or give its address as `link`; not both. "
    "Nothing was charged."
)
NOT_OURS = (
    "**That message is somebody else's**, and Discord shows me its pictures only when you point "
    "at it: right-click it → Apps → Remix (or Edit area). Nothing was charged."
)
ELSEWHERE = "**That message is in another server.** I only look in this one. Nothing was charged."
NOT_THERE = (
    "**I cannot look into that message from here.** Attach the picture as `image`, or right-click "
    "it → Apps → Remix (or Edit area). Nothing was charged."
)
OUT_OF_SIGHT = (
    "**I cannot show you that message.** It is gone, or one of us may not read that channel. "
    "Nothing was charged."
)
NO_PICTURE = "**There is no picture in that message** that I can use. Nothing was charged."
SEVERAL = (
    "**That message has several pictures.** Right-click it → Apps → Remix (or Edit area) and "
    "choose one, or give the link of one picture. Nothing was charged."
)

# Stands in a message's link where a server would.
_DIRECT = "@me"
_MESSAGE_LINK = re.compile(
    r"https://(?:(?:canary|ptb)\.)?discord(?:app)?\.com/channels"
    r"/(?P<guild>[0-9]{1,20}|@me)/(?P<channel>[0-9]{1,20})/(?P<message>[0-9]{1,20})/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A picture in our own store, and the result that it is a copy of."""

    picture: InputPicture
    parent_job: int | None = None
    parent_picture: int | None = None

    def under(self, request: ImageRequest) -> ImageRequest:
        """The request as it starts from this picture."""
        return replace(
            request,
            source=self.picture,
            parent_job=self.parent_job,
            parent_picture=self.parent_picture,
        )


class Sources:
    """Brings pictures in for every command, menu, button and pop-up."""

    def __init__(self, *, inputs: Inputs, records: Records) -> None:
        self._inputs = inputs
        self._records = records

    async def given(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment | None,
        link: str | None,
    ) -> Found | Aside:
        """The picture that a command names; see `misgiven` for what is told before it is read."""
        if image is not None:
            return await self.sent(image)
        address = (link or "").strip().removeprefix("<").removesuffix(">")
        pointed = _MESSAGE_LINK.fullmatch(address)
        if pointed is not None:
            return await self._in_message(interaction, pointed)
        return await self.linked(address)

    async def sent(self, attachment: discord.Attachment) -> Found | Aside:
        """A file that Discord hands over."""
        data = await read(attachment)
        return data if isinstance(data, Aside) else await _found(self._inputs.from_bytes(data))

    async def linked(self, url: str) -> Found | Aside:
        """What an address leads to, fetched under guard."""
        return await _found(self._inputs.from_link(url))

    async def seen(self, interaction: discord.Interaction, seen: Seen) -> Found | Aside:
        """A picture that a message shows: as it was made, where it is ours and still kept."""
        if seen.made is not None and await self.is_kept(interaction, *seen.made):
            return await self.made(interaction, *seen.made)
        if seen.attachment is not None:
            return await self.sent(seen.attachment)
        return await self.linked(seen.url)

    async def masked(
        self, request: ImageRequest, *, mask: discord.Attachment | None, area: str | None
    ) -> ImageRequest | Aside | None:
        """The request with what is to change: a file, an area, else the picture's transparency.

        None where nothing says what is to change.
        """
        source = request.source
        if source is None:
            raise ValueError("a mask needs its picture")
        try:
            if mask is not None:
                data = await read(mask)
                if isinstance(data, Aside):
                    return data
                drawn = await self._inputs.mask_from_file(source, data)
            elif area is not None:
                drawn = await self._inputs.mask_from_area(source, area)
            else:
                return await self._by_transparency(request, source)
        except PictureError as error:
            return unusable(error)
        return replace(request, mask=drawn)

    async def _by_transparency(
        self, request: ImageRequest, source: InputPicture
    ) -> ImageRequest | None:
        try:
            return replace(request, mask=await self._inputs.mask_from_transparency(source))
        except PictureError:
            # It has been read before: it has no transparent part.
            return None

    async def made(
        self, interaction: discord.Interaction, job_id: int, position: int
    ) -> Found | Aside:
        """A job's own result, as this member may see it; else as the message still shows it."""
        picture = await self._inputs.from_result(
            job_id,
            position,
            guild_id=home_of(interaction),
            user_id=interaction.user.id,
        )
        if picture is None:
            picture = await self._standing(interaction, job_id, position)
        if picture is None:
            return Aside(NOT_KEPT)
        return Found(picture=picture, parent_job=job_id, parent_picture=position)

    async def picked(
        self, interaction: discord.Interaction, pick_id: int, position: int
    ) -> Found | Aside:
        """What was kept for this member to choose from."""
        picture = await self._inputs.picked(
            pick_id,
            position,
            guild_id=home_of(interaction),
            user_id=interaction.user.id,
        )
        return Aside(NOT_PICKED) if picture is None else Found(picture=picture)

    async def keep(self, interaction: discord.Interaction, found: Sequence[Found]) -> int:
        """Keep pictures for this member to choose from; the interaction's own number."""
        return await self._inputs.offer(
            [one.picture for one in found],
            guild_id=home_of(interaction),
            user_id=interaction.user.id,
            number=interaction.id,
        )

    async def still_has(self, request: ImageRequest) -> bool:
        """Whether everything that the request starts from is still in our store."""
        try:
            for picture in filter(None, (request.source, request.mask)):
                await self._inputs.read(picture)
        except StorageError:
            return False
        return True

    async def is_kept(self, interaction: discord.Interaction, job_id: int, position: int) -> bool:
        """Whether our store still has that result, and this member may see it."""
        found = await self._records.details(
            job_id, guild_id=home_of(interaction), user_id=interaction.user.id
        )
        kept = () if found is None else found.pictures
        return any(picture.position == position for picture in kept)

    async def _standing(
        self, interaction: discord.Interaction, job_id: int, position: int
    ) -> InputPicture | None:
        """The picture under whose buttons somebody pressed: the message outlives our copy."""
        message = interaction.message
        if message is None:
            return None
        for seen in pictures_of(message, interaction.client.user):
            if seen.made == (job_id, position) and seen.attachment is not None:
                found = await self.sent(seen.attachment)
                return found.picture if isinstance(found, Found) else None
        return None

    async def _in_message(
        self, interaction: discord.Interaction, pointed: re.Match[str]
    ) -> Found | Aside:
        """The one picture of a message of ours that the asker can see."""
        channel_id, message_id = int(pointed["channel"]), int(pointed["message"])
        if home_of(interaction) == PERSONAL:
            here = bot_is_there(interaction) and channel_id == interaction.channel_id
            if pointed["guild"] != _DIRECT or not here:
                return Aside(NOT_THERE)
            message = await _fetched(interaction.channel, message_id)
        elif pointed["guild"] == str(interaction.guild_id):
            message = await _looked_up(interaction, channel_id, message_id)
        else:
            return Aside(ELSEWHERE)
        if message is None:
            return Aside(OUT_OF_SIGHT)
        me = interaction.client.user
        if me is None or message.author.id != me.id:
            return Aside(NOT_OURS)
        shown = pictures_of(message, me)
        if len(shown) > 1:
            return Aside(SEVERAL)
        if not shown:
            return Aside(NO_PICTURE)
        return await self.seen(interaction, shown[0])


def misgiven(image: discord.Attachment | None, link: str | None) -> str | None:
    """What is wrong with a command's picture before it is read; None where nothing is."""
    if (image is None) == (link is None or not link.strip()):
        return ONE_OF_TWO
    return None if image is None else oversized(image)


def oversized(attachment: discord.Attachment) -> str | None:
    """Why a file is not even fetched; None where it may be."""
    if attachment.size <= FILE_MAX_BYTES:
        return None
    return (
        f"**That file is too large:** {_mib(attachment.size)}, at most {_mib(FILE_MAX_BYTES)} are "
        "taken. Make it smaller, or send it as a JPEG. Nothing was charged."
    )


async def read(attachment: discord.Attachment) -> bytes | Aside:
    """The bytes of a file that Discord hands over; read at once, as such files vanish there."""
    too_large = oversized(attachment)
    if too_large is not None:
        return Aside(too_large)
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            return await attachment.read()
    except (TimeoutError, *trouble.FAULTS) as error:
        _log.warning("attachment.unread id=%d error=%r", attachment.id, error)
        return Aside("**Discord did not give me that file.** Attach it again. Nothing was charged.")


async def _found(reading: Awaitable[InputPicture]) -> Found | Aside:
    try:
        return Found(picture=await reading)
    except (PictureError, DownloadError) as error:
        return unusable(error)


def unusable(error: PictureError | DownloadError) -> Aside:
    """What is wrong with a picture or a link, for the asker."""
    text = echo(str(error).strip().rstrip("."), limit=WORDS_SIGNS)
    said = f"{text[:1].upper()}{text[1:]}."
    if isinstance(error, DownloadError):
        advice = " You can attach the file instead."
        return Aside(f"**That link gave no picture.** {said}{advice} Nothing was charged.")
    return Aside(f"**That picture cannot be used.** {said} Nothing was charged.")


async def _looked_up(
    interaction: discord.Interaction, channel_id: int, message_id: int
) -> discord.Message | None:
    """A message of this server, if the asker may read it and we may, too."""
    guild, asker = interaction.guild, interaction.user
    if guild is None or not isinstance(asker, discord.Member):
        return None
    channel = guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return None
    if not await _may_read(channel, asker):
        return None
    return await _fetched(channel, message_id)


async def _fetched(channel: object, message_id: int) -> discord.Message | None:
    if not isinstance(channel, discord.abc.Messageable):
        return None
    try:
        return await channel.fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        return None


async def _may_read(
    channel: discord.abc.GuildChannel | discord.Thread, member: discord.Member
) -> bool:
    may = channel.permissions_for(member)
    if not (may.view_channel and may.read_message_history):
        return False
    if not isinstance(channel, discord.Thread) or not channel.is_private():
        return True
    if may.manage_threads:
        return True
    try:
        await channel.fetch_member(member.id)
    except (discord.NotFound, discord.Forbidden):
        return False
    return True


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.1f} MiB".replace(".0 MiB", " MiB")
