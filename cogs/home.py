"""Where an interaction counts: with a server that has the bot, or with the person who brought it.

Judges by what Discord says of the installation, never by what is written in a button.
"""

from typing import Any, Final

import discord
from discord import app_commands

from bot.domain.request import PERSONAL

# Who has installed the bot, by Discord's numbers for the ways to do so.
_SERVER: Final = 0
_PERSON: Final = 1


def home_of(interaction: discord.Interaction) -> int:
    """The server that is charged and whose history this is; PERSONAL where there is none.

    There is none in direct messages and group chats, nor in servers where the bot is only because
    somebody has it on their account.
    """
    if interaction.guild_id is None:
        return PERSONAL
    # discord.py's own questions compare with whoever acts: under a button that is not always
    # whoever has brought the bot, and somebody else's press would count as the server's.
    brought_by = interaction._integration_owners
    if _PERSON in brought_by and _SERVER not in brought_by:
        return PERSONAL
    return interaction.guild_id


def bot_is_there(interaction: discord.Interaction) -> bool:
    """Whether the bot itself is in that channel; else only the interaction's token reaches it."""
    return home_of(interaction) != PERSONAL or interaction.context.dm_channel


def offer_everywhere(tree: app_commands.CommandTree[Any]) -> None:
    """Offer the commands outside of servers, too, and to people who have the bot on their account.

    Those that ask for a permission rule a server, and stay there.
    """
    for command in tree.get_commands():
        if command.default_permissions is None:
            command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
            command.allowed_contexts = app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            )
