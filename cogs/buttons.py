"""The buttons under cards. They hold nothing in memory: all they know stands in their custom_id.

Views are made of DynamicItems only. In discord.py 2.7 a view that also holds an ordinary button
takes the whole template with it when it ends, and every old button of that kind is dead.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol, Self, cast

import discord
from discord import ui
from discord.ext import commands

from bot.engine.records import Forgot, Records
from cogs import trouble
from cogs.details import details
from cogs.door import Door
from cogs.faces import Action, Button
from cogs.guard import SERVERS_ONLY, Guard, whisper

NOT_HERE = "That job is not here (any more)."
NOT_YOURS = "Only who asked for it, or a moderator (Manage Messages), can delete it."
STILL_LIVE = "That job is still on its way. It can be deleted when it is done."
FORGOTTEN = (
    "Its pictures and its record are deleted, but Discord did not let me remove the message."
)

_STYLES = {
    Action.REROLL: discord.ButtonStyle.primary,
    Action.DETAILS: discord.ButtonStyle.secondary,
    Action.DELETE: discord.ButtonStyle.danger,
}


class Presser(Protocol):
    """What happens when a button is pressed."""

    async def pressed(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> None: ...


class JobButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"(?P<action>{'|'.join(Action)}):(?P<job>[0-9]{{1,18}}):(?P<index>[0-9]{{1,2}})",
):
    """Any button of any job's card."""

    def __init__(self, face: Button) -> None:
        super().__init__(
            ui.Button(label=face.label, style=_STYLES[face.action], custom_id=face.custom_id)
        )
        self.face = face

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        label = item.label if isinstance(item, ui.Button) else None
        return cls(
            Button(
                action=Action(match["action"]),
                job_id=int(match["job"]),
                label=label or match["action"],
                index=int(match["index"]),
            )
        )

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        # The only way from a message of long ago to the living parts.
        presser = cast(Presser, interaction.client.get_cog(Buttons.__cog_name__))
        await presser.pressed(interaction, self.face.action, self.face.job_id, self.face.index)


def view_of(buttons: Iterable[Button]) -> ui.View | None:
    """The row under a card; None where there is none."""
    items = [JobButton(button) for button in buttons]
    if not items:
        return None
    view = ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


class Buttons(commands.Cog):
    """Does what the buttons say."""

    def __init__(self, *, door: Door, records: Records, guard: Guard) -> None:
        self._door = door
        self._records = records
        self._guard = guard

    async def pressed(
        self, interaction: discord.Interaction, action: Action, job_id: int, index: int
    ) -> None:
        """Run one press under the guard."""

        async def act() -> None:
            if interaction.guild_id is None:
                await whisper(interaction, SERVERS_ONLY)
                return
            match action:
                case Action.REROLL:
                    await self._reroll(interaction, job_id, interaction.guild_id)
                case Action.DETAILS:
                    await self._details(interaction, job_id, interaction.guild_id)
                case Action.DELETE:
                    await self._delete(interaction, job_id, interaction.guild_id)

        await self._guard.shelter(interaction, act)

    async def _reroll(self, interaction: discord.Interaction, job_id: int, guild_id: int) -> None:
        """The same request with a new seed, at the cost of whoever pressed."""
        user_id = interaction.user.id
        found = await self._records.details(job_id, guild_id=guild_id, user_id=user_id)
        if found is None:
            await whisper(interaction, NOT_HERE)
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

    async def _delete(self, interaction: discord.Interaction, job_id: int, guild_id: int) -> None:
        """Record and pictures first: the message without them is a nuisance, not a leak."""
        forgot = await self._records.forget(
            job_id,
            guild_id=guild_id,
            user_id=interaction.user.id,
            moderator=interaction.permissions.manage_messages,
        )
        match forgot:
            case Forgot.NOT_YOURS:
                await whisper(interaction, NOT_YOURS)
            case Forgot.STILL_LIVE:
                await whisper(interaction, STILL_LIVE)
            case Forgot.UNKNOWN:
                await whisper(interaction, NOT_HERE)
            case Forgot.DONE:
                await self._remove_message(interaction)

    async def _remove_message(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        try:
            # Of a button's interaction, the original is the message that the button is under.
            await interaction.delete_original_response()
        except trouble.FAULTS as error:
            if isinstance(error, discord.NotFound):
                return
            await whisper(interaction, FORGOTTEN)
