"""What a bot may look up about its servers: which they are, their channels, roles and itself."""

from typing import TYPE_CHECKING

from .errors import ApiError
from .routing import Answer, Call, Routes
from .shapes import channel_shape, member_shape, my_guild_shape, role_shape
from .world import Guild

if TYPE_CHECKING:
    from .core import Core

_MOST_AT_ONCE = 200


async def list_my_guilds(core: "Core", call: Call) -> Answer:
    limit = int(call.query.get("limit", _MOST_AT_ONCE))
    after = int(call.query.get("after", 0))
    mine = [g for g in core.world.guilds.values() if g.bot_is_member and g.id > after]
    mine.sort(key=lambda guild: guild.id)
    return Answer(200, [my_guild_shape(guild, core.world.bot) for guild in mine[:limit]])


async def list_guild_channels(core: "Core", call: Call) -> Answer:
    channels = [channel for channel in _guild(core, call).channels if not channel.deleted]
    return Answer(200, [channel_shape(channel, core.world.bot) for channel in channels])


async def list_guild_roles(core: "Core", call: Call) -> Answer:
    roles = _guild(core, call).roles
    return Answer(200, [role_shape(role, position) for position, role in enumerate(roles)])


async def get_guild_member(core: "Core", call: Call) -> Answer:
    guild = _guild(core, call)
    user = core.world.users.get(call.id("user_id", unknown=10013))
    if user is None:
        raise ApiError(10013)
    return Answer(200, member_shape(user, guild))


def _guild(core: "Core", call: Call) -> Guild:
    guild = core.world.guilds.get(call.id("guild_id", unknown=10004))
    if guild is None or not guild.bot_is_member:
        raise ApiError(10004)
    return guild


ROUTES: Routes = {
    ("GET", "/users/@me/guilds"): list_my_guilds,
    ("GET", "/guilds/{guild_id}/channels"): list_guild_channels,
    ("GET", "/guilds/{guild_id}/roles"): list_guild_roles,
    ("GET", "/guilds/{guild_id}/members/{user_id}"): get_guild_member,
}
