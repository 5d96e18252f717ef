"""The private invitation to paint a mask. Knows no tickets: whoever gives the link makes them."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import discord
from discord import ui

from bot.domain.request import ImageRequest, Requester
from cogs import trouble
from cogs.answers import Aside, defer, whisper
from cogs.door import NOWHERE, Door, requester_of
from cogs.home import bot_is_there
from cogs.sources import Found

_log = logging.getLogger(__name__)

LABEL = "Paint the mask"
INVITATION = (
    "**Paint what is to change.** The page opens in your browser, on a phone as well. The link is "
    "yours alone, lasts 15 minutes and makes one job. Nothing is charged before you submit."
)
COMES_DIRECTLY = " The picture will come as a direct message from me."
NO_DIRECT = (
    "**I cannot send you direct messages**, and a painted picture can only come that way here. "
    "Choose an `area` or give a `mask` instead. Nothing was charged."
)
NO_PAGE = (
    "**I need to know what is to change.** Give `/inpaint` a `mask` (a picture of the same size: "
    "white is repainted), choose an `area`, or send a picture with transparent parts. "
    "Nothing was charged."
)


class MaskLink(Protocol):
    """Sets a picture up for painting; the address of the page, for one person."""

    async def __call__(
        self, request: ImageRequest, requester: Requester, *, file_limit_bytes: int
    ) -> str: ...


class Painting:
    """Invites to the mask page; `mask_link` is None where there is none."""

    def __init__(self, mask_link: MaskLink | None, *, door: Door) -> None:
        self._mask_link = mask_link
        self._door = door

    async def begin(
        self,
        interaction: discord.Interaction,
        request: ImageRequest,
        read: Callable[[], Awaitable[Found | Aside]],
    ) -> None:
        """Answer in private with the way to paint on a picture that has yet to be read."""
        obstacle = await self._door.obstacle(interaction, request)
        if obstacle is not None:
            await whisper(interaction, obstacle)
            return
        await defer(interaction, private=True)
        found = await read()
        if isinstance(found, Found):
            found = await self.invitation(interaction, found.under(request))
        await whisper(interaction, found.words, view=found.view)

    async def invitation(self, interaction: discord.Interaction, request: ImageRequest) -> Aside:
        """The way to paint on `request.source`, or which other ways there are."""
        requester = requester_of(interaction)
        if requester is None:
            return Aside(NOWHERE)
        if self._mask_link is None:
            return Aside(NO_PAGE)
        words = INVITATION
        if not bot_is_there(interaction):
            # A painted job has no interaction to answer: its card is a message of the bot's own.
            room_id = await _direct_room(interaction)
            if room_id is None:
                return Aside(NO_DIRECT)
            requester = replace(requester, channel_id=room_id)
            words += COMES_DIRECTLY
        url = await self._mask_link(request, requester, file_limit_bytes=interaction.filesize_limit)
        # A link is no button that could be pressed: nobody listens, so nothing can end.
        view = ui.View(timeout=None)
        view.add_item(ui.Button(label=LABEL, url=url))
        return Aside(words, view)


async def _direct_room(interaction: discord.Interaction) -> int | None:
    """Where direct messages to the asker go; None where there is no such way."""
    try:
        room = await interaction.user.create_dm()
    except trouble.FAULTS as error:
        _log.info("mask.no_direct interaction=%s error=%r", interaction.id, error)
        return None
    return room.id
