"""What those who manage a server type and read."""

from typing import Any

import discord
from simcord import ChannelHandle, MemberActor

from bot.domain.preferences import ServerSettings
from tests.cogs.house import House
from tests.cogs.posted import whispered

MANAGER = discord.Permissions(
    manage_guild=True, view_channel=True, send_messages=True, use_application_commands=True
)
MOMENT = r"<t:\d+:R>"


def a_manager(house: House) -> MemberActor:
    """A new member who manages the server."""
    role = house.guild.create_role("managers", permissions=MANAGER)
    return house.guild.add_member(house.env.create_user("mod"), roles=[role])


async def limner(house: House, who: MemberActor, line: str, **options: Any) -> str:
    """What /limner answers, in private."""
    return whispered(await who.slash(house.channel, f"limner {line}", **options))


async def settings_of(house: House) -> ServerSettings:
    rules = house.bot.client.parts.rules
    return (await rules.view(house.guild.id, user_id=house.ana.id)).settings


def said_in(channel: ChannelHandle) -> list[str]:
    return [message.content for message in channel.history()]
