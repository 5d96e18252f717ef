"""Channels as they are at Discord: which are gone, and what the bot may not do there."""

from collections.abc import Collection

import discord
from discord import app_commands

from cogs import trouble

# So many are asked about at once; the others another time.
ASKED_MAX = 10


class TextRoom(app_commands.Transformer):
    """A text or announcement channel, as Discord describes it, whether or not we know it."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, interaction: discord.Interaction, value: app_commands.AppCommandChannel, /
    ) -> app_commands.AppCommandChannel:
        return value


class Anywhere(TextRoom):
    """Any channel, category or thread. Discord's OpenAPI file knows no media channels."""

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [
            discord.ChannelType.text,
            discord.ChannelType.voice,
            discord.ChannelType.category,
            discord.ChannelType.news,
            discord.ChannelType.news_thread,
            discord.ChannelType.public_thread,
            discord.ChannelType.private_thread,
            discord.ChannelType.stage_voice,
            discord.ChannelType.forum,
        ]


AnyPlace = app_commands.Transform[app_commands.AppCommandChannel, Anywhere]


def cannot_post(interaction: discord.Interaction, channel_id: int) -> list[str]:
    """What the bot may not do in a channel of this server, but must in order to post there."""
    guild = interaction.guild
    channel = None if guild is None else guild.get_channel(channel_id)
    if guild is None or channel is None:
        # Not known: posting will show.
        return []
    may = channel.permissions_for(guild.me)
    needed = (("View Channel", may.view_channel), ("Send Messages", may.send_messages))
    return [name for name, granted in needed if not granted]


def out_of_sight(interaction: discord.Interaction, channel_ids: Collection[int]) -> set[int]:
    """Those that the bot does not see in this server: deleted ones, and archived threads."""
    guild = interaction.guild
    if guild is None or guild.unavailable:
        return set()
    seen = {channel.id for channel in guild.channels} | {thread.id for thread in guild.threads}
    return set(channel_ids) - seen


async def gone(interaction: discord.Interaction, channel_ids: Collection[int]) -> set[int]:
    """Those that Discord says are not there any more; in doubt, they are."""
    lost = set()
    for channel_id in sorted(out_of_sight(interaction, channel_ids))[:ASKED_MAX]:
        try:
            await interaction.client.fetch_channel(channel_id)
        except discord.NotFound:
            lost.add(channel_id)
        except (*trouble.FAULTS, discord.InvalidData):
            continue
    return lost
