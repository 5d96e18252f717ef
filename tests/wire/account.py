"""What a bot asks while it starts: who it is, where the gateway is, its commands."""

from typing import TYPE_CHECKING

from .commands import command_problems
from .errors import ApiError, Json, form_error
from .routing import Answer, Call, Routes
from .shapes import application_shape, own_user_shape

if TYPE_CHECKING:
    from .core import Core


async def get_my_user(core: "Core", call: Call) -> Answer:
    return Answer(200, own_user_shape(core.world.bot))


async def get_my_application(core: "Core", call: Call) -> Answer:
    return Answer(200, {**application_shape(core.world, core.owner), **core.application})


async def get_bot_gateway(core: "Core", call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": core.shards}
    body: Json = {"url": core.gateway_url, "shards": core.shards, "session_start_limit": limit}
    return Answer(200, body)


async def put_commands(core: "Core", call: Call) -> Answer:
    scope = _scope(core, call)
    definitions: list[Json] = call.body.json or []
    problems = command_problems(definitions)
    if problems:
        raise form_error(*problems)
    registered = core.commands.replace(scope, definitions)
    core.changed()
    return Answer(200, registered)


async def get_commands(core: "Core", call: Call) -> Answer:
    return Answer(200, core.commands.of(_scope(core, call)))


def _scope(core: "Core", call: Call) -> int | None:
    """The server that commands belong to; None for everywhere."""
    if call.params["application_id"] != str(core.world.bot.id):
        raise ApiError(50001)
    if "guild_id" not in call.params:
        return None
    guild = core.world.guilds.get(call.id("guild_id", unknown=50001))
    if guild is None or not guild.bot_is_member:
        raise ApiError(50001)
    return guild.id


_APPLICATION = "/applications/{application_id}"
ROUTES: Routes = {
    ("GET", "/users/@me"): get_my_user,
    ("GET", "/oauth2/applications/@me"): get_my_application,
    ("GET", "/gateway/bot"): get_bot_gateway,
    ("PUT", f"{_APPLICATION}/commands"): put_commands,
    ("GET", f"{_APPLICATION}/commands"): get_commands,
    ("PUT", f"{_APPLICATION}/guilds/{{guild_id}}/commands"): put_commands,
    ("GET", f"{_APPLICATION}/guilds/{{guild_id}}/commands"): get_commands,
}
