"""The button Cancel, or Don't post: what it does, and what whoever pressed it is told."""

from typing import Final

import discord

from bot.engine.withdrawing import Withdrawals, Withdrawn
from cogs.answers import whisper
from cogs.rework import NOT_HERE

WORDS: Final = {
    Withdrawn.CANCELLED: "**Cancelled.** It was still in line, and all of it is refunded.",
    Withdrawn.WITHHELD: (
        "**It is at the image service already.** It will not be posted; what it makes is charged, "
        "and kept in `/history`."
    ),
    Withdrawn.TOO_LATE: "**It is done already.** Nothing was changed.",
    Withdrawn.NOT_YOURS: (
        "**Not yours.** Only who asked for it, or a moderator (Manage Messages), can take it back."
    ),
    Withdrawn.UNKNOWN: NOT_HERE,
}


async def take_back(
    interaction: discord.Interaction, withdrawals: Withdrawals, *, job_id: int, guild_id: int
) -> bool:
    """Take a job back for whoever pressed, and say in private how far that went; whether it did."""
    became = await withdrawals.withdraw(
        job_id,
        guild_id=guild_id,
        user_id=interaction.user.id,
        moderator=interaction.permissions.manage_messages,
    )
    await whisper(interaction, WORDS[became])
    return became in (Withdrawn.CANCELLED, Withdrawn.WITHHELD)
