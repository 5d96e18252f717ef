"""What happens when a button is pressed or a pop-up comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from bot.engine.records import Details, Forgot, Records
from bot.engine.withdrawing import Withdrawals
from cogs import notices, trouble
from cogs.answers import whisper
from cogs.buttons import JOB_ID, PICK_ID, PRESSER
from cogs.children import KINDS
from cogs.details import details
from cogs.door import Door
from cogs.faces import Action, Turn
from cogs.guard import Guard
from cogs.history import Album, page_under
from cogs.home import home_of
from cogs.log_room import LogRoom
from cogs.rework import NOT_HERE, Rework
from cogs.sources import NOT_KEPT, Sources
from cogs.withdrawing import take_back

NOT_YOURS = "**Not yours.** Only who asked for it, or a moderator (Manage Messages), can delete it."
STILL_LIVE = "**Still on its way.** It can be deleted when it is done."
FORGOTTEN = (
    "**Deleted, but for the message:** its pictures and its record are gone. Discord did not "
    "let me remove the message just now; I try again."
)
# Whatever the interaction cannot delete is then on the list of what is still to go.
TAKEN_AWAY_WITHIN = timedelta(seconds=5)


class Buttons(commands.Cog, name=PRESSER):
    """Does what the buttons say, and what is written into pop-ups."""

    def __init__(
        self,
        *,
        door: Door,
        records: Records,
        withdrawals: Withdrawals,
        sources: Sources,
        rework: Rework,
        album: Album,
        log_room: LogRoom,
        guard: Guard,
    ) -> None:
        self._door = door
        self._records = records
        self._withdrawals = withdrawals
        self._sources = sources
        self._rework = rework
        self._album = album
        self._log_room = log_room
        self._guard = guard

    async def pressed(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> None:
        """Run one press under the guard."""

        async def act(guild_id: int) -> None:
            match action:
                case Action.REROLL:
                    await self._reroll(interaction, job_id, guild_id)
                case Action.DETAILS:
                    await self._details(interaction, job_id, guild_id)
                case Action.DELETE:
                    await self._delete(interaction, job_id, guild_id)
                case Action.CANCEL:
                    await self._take_back(interaction, job_id, guild_id)
                case Action.SHOW:
                    await self._album.show(interaction, job_id)
                case Action.AGAIN:
                    await self._album.again(interaction, job_id)
                case _:
                    await self._rework.of_job(interaction, action, job_id, index)

        await self._sheltered(interaction, act)

    async def turned(self, interaction: discord.Interaction, turn: Turn) -> None:
        """Turn the page of a history."""

        async def act(_guild_id: int) -> None:
            await self._album.turn(interaction, turn)

        await self._sheltered(interaction, act)

    async def picked(
        self, interaction: discord.Interaction, action: Action, pick_id: int, position: int
    ) -> None:
        """Go on with one of the pictures that somebody was asked to choose from."""

        async def act(_guild_id: int) -> None:
            if action in KINDS:
                await self._rework.of_pick(interaction, action, pick_id, position)

        await self._sheltered(interaction, act)

    @commands.Cog.listener("on_interaction")
    async def submitted(self, interaction: discord.Interaction) -> None:
        """A pop-up has come back; it is known by its custom_id alone, also after a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        job, pick = JOB_ID.fullmatch(custom_id), PICK_ID.fullmatch(custom_id)

        async def act(_guild_id: int) -> None:
            if job is not None:
                await self._rework.submitted_for_job(
                    interaction, int(job["job"]), int(job["index"])
                )
            elif pick is not None:
                await self._rework.submitted_for_pick(
                    interaction, int(pick["pick"]), int(pick["position"])
                )

        await self._sheltered(interaction, act)

    async def _sheltered(
        self, interaction: discord.Interaction, act: Callable[[int], Awaitable[None]]
    ) -> None:
        await self._guard.shelter(interaction, lambda: act(home_of(interaction)))

    async def _reroll(self, interaction: discord.Interaction, job_id: int, guild_id: int) -> None:
        """The same request with a new seed, at the cost of whoever pressed."""
        user_id = interaction.user.id
        found = await self._records.details(job_id, guild_id=guild_id, user_id=user_id)
        if found is None:
            await whisper(interaction, NOT_HERE)
            return
        if not await self._sources.still_has(found.job.request):
            await whisper(interaction, NOT_KEPT)
            return
        again = replace(found.job.request, seed=None, parent_job=job_id, parent_picture=None)
        await self._door.enter(interaction, again)

    async def _details(self, interaction: discord.Interaction, job_id: int, guild_id: int) -> None:
        user_id = interaction.user.id
        found = await self._records.details(job_id, guild_id=guild_id, user_id=user_id)
        if found is None:
            await whisper(interaction, NOT_HERE)
            return
        await interaction.response.send_message(
            embeds=details(found),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _take_back(
        self, interaction: discord.Interaction, job_id: int, guild_id: int
    ) -> None:
        found = await self._records.details(job_id, guild_id=guild_id, user_id=interaction.user.id)
        if await take_back(interaction, self._withdrawals, job_id=job_id, guild_id=guild_id):
            await self._report(interaction, found, notices.taken_back)

    async def _delete(self, interaction: discord.Interaction, job_id: int, guild_id: int) -> None:
        """Record and pictures first: the message without them is a nuisance, not a leak."""
        user_id, page = interaction.user.id, page_under(interaction)
        found = await self._records.details(job_id, guild_id=guild_id, user_id=user_id)
        forgot = await self._records.forget(
            job_id,
            guild_id=guild_id,
            user_id=user_id,
            moderator=interaction.permissions.manage_messages,
            # Under a card, the interaction takes it away first.
            grace=TAKEN_AWAY_WITHIN if page is None else timedelta(0),
        )
        match forgot:
            case Forgot.NOT_YOURS:
                await whisper(interaction, NOT_YOURS)
            case Forgot.STILL_LIVE:
                await whisper(interaction, STILL_LIVE)
            case Forgot.UNKNOWN:
                await whisper(interaction, NOT_HERE)
            case Forgot.DONE:
                if page is None:
                    await self._remove_message(interaction)
                else:
                    await self._album.redraw(interaction, page)
                await self._report(interaction, found, notices.deleted)

    async def _report(
        self, interaction: discord.Interaction, found: Details | None, notice: Callable[..., str]
    ) -> None:
        """Tell the server's moderators what one of them did with somebody else's job."""
        by = interaction.user.id
        if found is None or found.job.requester.user_id == by:
            return
        guild_id, text = found.job.requester.guild_id, notice(found.job, by=by)
        await self._log_room.tell(guild_id, text, nonce=f"{interaction.id}:log")

    async def _remove_message(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        try:
            # Of a button's interaction, the original is the message that the button is under.
            await interaction.delete_original_response()
        except trouble.FAULTS as error:
            if isinstance(error, discord.NotFound):
                return
            await whisper(interaction, FORGOTTEN)
