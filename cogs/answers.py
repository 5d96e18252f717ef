"""The ways to answer an interaction, whatever was answered before. Decides no words.

A deferral is kept in mind on the interaction itself: what is refused after a public one must take
the public message away, and say its word in private.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import TypeVar

import discord
from discord import ui

from cogs import trouble
from cogs.buttons import view_of
from cogs.faces import Face

_log = logging.getLogger(__name__)

_NOBODY = discord.AllowedMentions.none()
_DEFERRED = "deferred"
# discord.py repeats what Discord's servers failed at, after a second at the soonest. Refused as a
# second answer sooner than that, it is somebody else who has answered: another bot with our token.
REPEATED_AFTER_S = 1.0
# Discord takes a first answer within three seconds.
LONGEST_WAIT_S = 1.0
UNSAID = "**That did not work.** Nothing was charged. Please ask again."


Sent = TypeVar("Sent")


class Deferred(Enum):
    """Who sees that an answer is on its way."""

    PUBLICLY = auto()
    PRIVATELY = auto()


@dataclass(frozen=True, slots=True)
class Ack:
    """Whether Discord has the card; its id where that is known."""

    stands: bool
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """What somebody is told in private instead of getting a job."""

    words: str
    view: ui.View | None = None


def is_private(interaction: discord.Interaction) -> bool:
    """Whether the message that a button stands under is for one person's eyes."""
    return interaction.message is not None and interaction.message.flags.ephemeral


async def whisper(
    interaction: discord.Interaction, text: str, *, view: ui.View | None = None
) -> None:
    """Say something to the one who asked, and to nobody else. Trouble is logged, not raised."""
    try:
        await _whisper(interaction, text, view)
    except trouble.FAULTS as error:
        _log.warning("interaction.unanswered id=%s error=%r", interaction.id, error)


async def _whisper(interaction: discord.Interaction, text: str, view: ui.View | None) -> None:
    shown = discord.utils.MISSING if view is None else view
    match interaction.extras.pop(_DEFERRED, None):
        case Deferred.PRIVATELY:
            await interaction.edit_original_response(
                content=text, view=shown, allowed_mentions=_NOBODY
            )
            return
        case Deferred.PUBLICLY if not await _removed(interaction):
            # What is said now takes the place of the open promise, for everybody to see.
            text, shown = text if view is None else UNSAID, discord.utils.MISSING
        case None if not interaction.response.is_done():
            await interaction.response.send_message(
                text, view=shown, ephemeral=True, allowed_mentions=_NOBODY
            )
            return
    await interaction.followup.send(text, view=shown, ephemeral=True, allowed_mentions=_NOBODY)


async def _removed(interaction: discord.Interaction) -> bool:
    """Take the public "is thinking" away; False where the promise is still open.

    Kept first, removed then: the first message after an open promise takes its place, and Discord
    does not say what that means where the place is gone.
    """
    try:
        await interaction.edit_original_response(content="…")
    except discord.NotFound:
        return True
    except trouble.FAULTS as error:
        _log.warning("interaction.unkept id=%s error=%r", interaction.id, error)
        return False
    try:
        await interaction.delete_original_response()
    except trouble.FAULTS as error:
        _log.warning("interaction.unremoved id=%s error=%r", interaction.id, error)
    return True


async def defer(interaction: discord.Interaction, *, private: bool) -> None:
    """Promise an answer, where one takes longer than Discord waits; a reset is tried once more.

    Raises one of `trouble.FAULTS` where Discord does not have the promise.
    """
    await _first(interaction, partial(interaction.response.defer, ephemeral=private, thinking=True))
    interaction.extras[_DEFERRED] = Deferred.PRIVATELY if private else Deferred.PUBLICLY


async def acknowledge(interaction: discord.Interaction, face: Face, *, ephemeral: bool) -> Ack:
    """Answer an interaction with its card, which may have been promised by a deferral.

    Raises discord.HTTPException where Discord surely refused and somebody is still waiting.
    """
    if _DEFERRED in interaction.extras:
        return await _keep_promise(interaction, face)
    return await _answer(interaction, face, ephemeral=ephemeral)


async def _keep_promise(interaction: discord.Interaction, face: Face) -> Ack:
    """The promise itself stands: where its edit is in doubt, the next edit will do."""
    try:
        sent = await interaction.edit_original_response(
            content=face.content, view=view_of(face.buttons), allowed_mentions=_NOBODY
        )
    except discord.HTTPException as error:
        if error.status < trouble.HTTP_SERVER_ERROR:
            raise
        _log.warning("card.unshown interaction=%s error=%r", interaction.id, error)
        sent = None
    except (discord.RateLimited, *trouble.BROKEN) as error:
        _log.warning("card.unshown interaction=%s error=%r", interaction.id, error)
        sent = None
    del interaction.extras[_DEFERRED]
    return Ack(stands=True, message_id=None if sent is None else sent.id)


async def _answer(interaction: discord.Interaction, face: Face, *, ephemeral: bool) -> Ack:
    """The first answer is the card."""
    send = partial(
        interaction.response.send_message,
        face.content,
        view=view_of(face.buttons) or discord.utils.MISSING,
        ephemeral=ephemeral,
        suppress_embeds=True,
        allowed_mentions=_NOBODY,
    )
    try:
        sent = await _first(interaction, send)
    except discord.HTTPException as error:
        if error.status >= trouble.HTTP_SERVER_ERROR:
            return Ack(stands=True)
        if error.code in trouble.DEAD or error.status == trouble.HTTP_TOO_MANY:
            return Ack(stands=False)
        raise
    except trouble.BROKEN as error:
        # Perhaps it stands. If not, the pictures come as a new message.
        return Ack(stands=not trouble.surely_unsent(error))
    message_id = await _card_id(interaction) if sent is None else sent.message_id
    return Ack(stands=True, message_id=message_id)


async def _first(
    interaction: discord.Interaction, say: Callable[[], Awaitable[Sent]]
) -> Sent | None:
    """What came of the first answer, which is tried twice; None where the first try had arrived.

    Raises the fault that leaves the most doubt whether Discord has it.
    """
    doubt: Exception | None = None
    for is_last in (False, True):
        began_s = time.monotonic()
        try:
            return await say()
        except discord.HTTPException as error:
            repeated = time.monotonic() - began_s >= REPEATED_AFTER_S
            if error.code == trouble.ALREADY_ACKNOWLEDGED and (doubt is not None or repeated):
                return None
            if error.status != trouble.HTTP_TOO_MANY or is_last:
                raise
            _log.warning("interaction.too_soon id=%s error=%r", interaction.id, error)
            await asyncio.sleep(min(trouble.wait_s(error) or 0.0, LONGEST_WAIT_S))
        except trouble.BROKEN as error:
            _log.warning("interaction.broken id=%s error=%r", interaction.id, error)
            if doubt is None or trouble.surely_unsent(doubt):
                doubt = error
            if is_last:
                raise doubt from error
    raise AssertionError("the last try answers or raises")


async def _card_id(interaction: discord.Interaction) -> int | None:
    try:
        return (await interaction.original_response()).id
    except trouble.FAULTS:
        return None
