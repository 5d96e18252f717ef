"""/privacy: one's own data, and its removal. Knows nobody's but that of whoever asks."""

import io
import logging
import re
from typing import Any, Final, Self, cast

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.belongings import Belongings
from bot.domain.errors import StorageError
from bot.domain.request import PERSONAL
from bot.engine.erasure import Erased, Erasure
from bot.engine.exporting import Export, Exports
from cogs.answers import defer, is_private, whisper
from cogs.guard import Guard
from cogs.home import home_of

_log = logging.getLogger(__name__)

_NAME: Final = "Privacy"
EVERYWHERE, HERE = "all", "here"
ERASE_ID = re.compile(rf"erase:(?P<where>{EVERYWHERE}|{HERE}):(?P<user>[0-9]{{1,19}})")
# Our own, below what Discord takes anywhere.
EXPORT_MAX_BYTES = 10 * 1024 * 1024

NOT_YOURS = (
    "**Not yours.** These buttons are for whoever asked for them; `/privacy erase` brings your own."
)

UNFINISHED = (
    "**Not all of it could be erased just now**, as the bot's own storage failed. Nothing was "
    "charged. Use `/privacy erase` again in a minute: it goes on with what is left."
)


class EraseButton(ui.DynamicItem[ui.Button[Any]], template=ERASE_ID):
    """Erases what whoever presses it has; works after any restart, and for one person only."""

    def __init__(self, where: str, user_id: int, *, label: str = "Erase everything") -> None:
        style = discord.ButtonStyle.danger
        custom_id = f"erase:{where}:{user_id}"
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id))
        self.where = where
        self.user_id = user_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["where"], int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        privacy = cast(Privacy, interaction.client.get_cog(_NAME))
        await privacy.pressed(interaction, self.where, self.user_id)


class Privacy(commands.Cog, name=_NAME):
    """What there is of a member, for that member alone."""

    privacy = app_commands.Group(
        name="privacy",
        description="Your own data, and its removal.",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        ),
    )

    def __init__(self, *, exports: Exports, erasure: Erasure, guard: Guard) -> None:
        self._exports = exports
        self._erasure = erasure
        self._guard = guard

    @privacy.command(name="export", description="Your jobs and settings here, as a file.")
    async def export(self, interaction: discord.Interaction) -> None:
        await defer(interaction, private=True)
        limit_bytes = min(interaction.filesize_limit, EXPORT_MAX_BYTES)
        home = home_of(interaction)
        export = await self._exports.export(
            interaction.user.id, guild_id=home, limit_bytes=limit_bytes
        )
        await interaction.edit_original_response(
            content=exported(export, here=_here(home)),
            attachments=[discord.File(io.BytesIO(export.data), filename=export.name)],
        )

    @privacy.command(name="erase", description="Remove your jobs, pictures and settings for good.")
    async def erase(self, interaction: discord.Interaction) -> None:
        user_id, home = interaction.user.id, home_of(interaction)
        everywhere = await self._erasure.counted(user_id, guild_id=None)
        here = await self._erasure.counted(user_id, guild_id=home)
        view = ui.View(timeout=None)
        view.add_item(EraseButton(EVERYWHERE, user_id))
        only = "outside of servers" if home == PERSONAL else "this server"
        view.add_item(EraseButton(HERE, user_id, label=f"Only {only}"))
        await whisper(interaction, asked(everywhere, here, where=_here(home)), view=view)

    async def pressed(self, interaction: discord.Interaction, where: str, user_id: int) -> None:
        """Erase, and say what that was. Whose it is says Discord, not the button."""

        async def act() -> None:
            if interaction.user.id != user_id or not is_private(interaction):
                await whisper(interaction, NOT_YOURS)
                return
            # Discord waits three seconds; a long past takes longer.
            await interaction.response.edit_message(content="Erasing …", view=None)
            home = home_of(interaction)
            try:
                erased = await self._erasure.erase(
                    interaction.user.id, guild_id=None if where == EVERYWHERE else home
                )
            except StorageError as error:
                _log.error("erasing.unfinished id=%s error=%r", interaction.id, error)
                await interaction.edit_original_response(content=UNFINISHED)
                return
            await interaction.edit_original_response(content=done(erased))

        await self._guard.shelter(interaction, act)


def _here(home: int) -> str:
    return "outside of servers" if home == PERSONAL else "in this server"


def exported(export: Export, *, here: str) -> str:
    """What is in the file, and what is not."""
    lines = [
        f"**Your data {here}:** {_count(export.jobs, 'job')}, your settings, and what was charged "
        "and refunded."
    ]
    if export.name.endswith(".gz"):
        lines.append("It is packed with gzip: plain, it would be too large for Discord.")
    else:
        lines.append("It is JSON, which any text editor opens.")
    left_out = [
        _count(number, what)
        for number, what in (
            (export.left_out, "job"),
            (export.entries_left_out, "charge"),
        )
        if number
    ]
    if left_out:
        lines.append(f"**Left out because of their size:** the oldest {' and '.join(left_out)}.")
    return "\n".join(lines)


def asked(everywhere: Belongings, here: Belongings, *, where: str) -> str:
    """What would go, before it does."""
    return "\n".join(
        [
            "**This cannot be undone.** For good go:",
            "- your prompts and settings, the pictures you gave, and the results",
            "- my messages that show them, where Discord lets me delete those",
            "- your jobs: in line they are refunded; what is being made is thrown away and charged",
            "",
            f"**Everywhere:** {_belongings(everywhere)}",
            f"**{where.capitalize()}:** {_belongings(here)}",
            "",
            "How much you have used stays counted until the month is over, under a number that "
            "stands for nobody. What others made from your pictures is theirs. To keep it all, "
            "dismiss this message.",
        ]
    )


def done(erased: Erased) -> str:
    """What is gone."""
    lines = [f"**Erased:** {_count(erased.jobs, 'job')}, {_count(erased.pictures, 'picture')}"]
    if erased.messages:
        being = "is" if erased.messages == 1 else "are"
        lines.append(f"{_count(erased.messages, 'message')} {being} being deleted")
    if erased.withdrawn:
        was = "was" if erased.withdrawn == 1 else "were"
        lines.append(f"{_count(erased.withdrawn, 'job')} on the way {was} withdrawn")
    return "; ".join(lines) + "."


def _belongings(found: Belongings) -> str:
    there = f"{_count(found.jobs, 'job')}, {_count(found.pictures, 'kept picture')}"
    return f"{there}, {found.live} on the way" if found.live else there


def _count(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {plural}"
