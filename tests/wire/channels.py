"""Channel routes with the bot's own token: messages, direct messages, servers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import mentions
from .errors import ApiError, FormProblem, Json, form_error
from .messages import DEFAULT, REPLY, Message
from .posting import CHANNEL_FLAGS, Form
from .routing import Answer, Call, Routes
from .shapes import channel_shape, guild_shape, user_shape
from .world import Channel

if TYPE_CHECKING:
    from .core import Core


async def create_message(core: "Core", call: Call) -> Answer:
    channel = _channel(core, call)
    form = Form.of(call.body)
    _require(channel.switches.can_send)
    _require(channel.switches.can_attach or not form.uploads)
    if channel.recipient is not None and not channel.recipient.accepts_dms:
        raise ApiError(50007)
    nonce = form.fields.get("nonce")
    if nonce is not None and form.fields.get("enforce_nonce"):
        earlier = core.desk.earlier(channel, core.world.bot, nonce)
        if earlier is not None:
            return Answer(200, core.shown(earlier, with_nonce=True))
    reference = _reference(channel, form.fields.get("message_reference"))
    message = core.desk.create(
        channel,
        core.world.bot,
        form,
        type=DEFAULT if reference is None else REPLY,
        flags=form.flags & CHANNEL_FLAGS,
        by_default=mentions.ALL,
        reference=reference,
        replied_to=reference.author if reference is not None else None,
    )
    core.desk.remember_nonce(message)
    core.announce_message(message)
    return Answer(200, core.shown(message, with_nonce=True))


async def list_messages(core: "Core", call: Call) -> Answer:
    channel = _channel(core, call)
    if not channel.switches.can_read_history:
        # Not an error: Discord shows an empty channel to those who may not read its past.
        return Answer(200, [])
    limit = int(call.query.get("limit", "50"))
    if not 1 <= limit <= 100:
        problem = FormProblem(("limit",), "NUMBER_TYPE_MAX", "int value should be 1 to 100.")
        raise form_error(problem)
    chosen = _window(channel.messages, call, limit)
    newest_first = sorted(chosen, key=lambda message: message.id, reverse=True)
    return Answer(200, [core.shown(message) for message in newest_first])


async def get_message(core: "Core", call: Call) -> Answer:
    channel = _channel(core, call)
    _require(channel.switches.can_read_history)
    return Answer(200, core.shown(_message(channel, call)))


async def edit_message(core: "Core", call: Call) -> Answer:
    channel = _channel(core, call)
    message = _message(channel, call)
    form = Form.of(call.body)
    if message.author is not core.world.bot:
        raise ApiError(50005)
    _require(channel.switches.can_attach or not form.uploads)
    core.desk.edit(message, form, by_default=mentions.ALL)
    core.announce_edit(message)
    return Answer(200, core.shown(message))


async def delete_message(core: "Core", call: Call) -> Answer:
    message = _message(_channel(core, call), call)
    _require(message.author is core.world.bot)
    core.erase(message)
    return Answer(204)


async def get_channel(core: "Core", call: Call) -> Answer:
    return Answer(200, channel_shape(_channel(core, call), core.world.bot))


async def trigger_typing(core: "Core", call: Call) -> Answer:
    _require(_channel(core, call).switches.can_send)
    return Answer(204)


async def create_dm(core: "Core", call: Call) -> Answer:
    recipient = core.world.users.get(int(call.body.json.get("recipient_id") or 0))
    if recipient is None or recipient.is_bot:
        raise ApiError(50033)
    return Answer(200, channel_shape(recipient.dm, core.world.bot))


async def get_user(core: "Core", call: Call) -> Answer:
    user = core.world.users.get(call.id("user_id", unknown=10013))
    if user is None:
        raise ApiError(10013)
    return Answer(200, user_shape(user))


async def get_guild(core: "Core", call: Call) -> Answer:
    guild = core.world.guilds.get(call.id("guild_id", unknown=10004))
    if guild is None or not guild.bot_is_member:
        raise ApiError(10004)
    return Answer(200, guild_shape(guild))


def _require(permission: bool) -> None:
    if not permission:
        raise ApiError(50013)


def _channel(core: "Core", call: Call) -> Channel:
    channel = core.world.channels.get(call.id("channel_id", unknown=10003))
    if channel is None or channel.deleted:
        raise ApiError(10003)
    if not channel.bot_is_there or not channel.switches.can_view:
        raise ApiError(50001)
    return channel


def _message(channel: Channel, call: Call) -> Message:
    """A message that everybody sees: the bot's token does not reach ephemeral ones."""
    wanted = call.id("message_id", unknown=10008)
    for message in reversed(channel.history):
        if message.id == wanted and not message.deleted and not message.ephemeral:
            return message
    raise ApiError(10008)


def _reference(channel: Channel, named: Json | None) -> Message | None:
    if not named:
        return None
    for message in channel.messages:
        if str(message.id) == str(named["message_id"]):
            return message
    if named.get("fail_if_not_exists") is False:
        return None
    path, code = ("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
    # A reply to something that a moderator removed is bad luck, not a malformed request.
    raise form_error(FormProblem(path, code, "Unknown message"), is_violation=False)


def _window(messages: Sequence[Message], call: Call, limit: int) -> Sequence[Message]:
    if "after" in call.query:
        return [m for m in messages if m.id > int(call.query["after"])][:limit]
    if "before" in call.query:
        return [m for m in messages if m.id < int(call.query["before"])][-limit:]
    if "around" in call.query:
        middle = int(call.query["around"])
        older = [m for m in messages if m.id <= middle][-(limit // 2 + 1) :]
        return [*older, *(m for m in messages if m.id > middle)][:limit]
    return messages[-limit:]


_MESSAGES = "/channels/{channel_id}/messages"
ROUTES: Routes = {
    ("POST", _MESSAGES): create_message,
    ("GET", _MESSAGES): list_messages,
    ("GET", f"{_MESSAGES}/{{message_id}}"): get_message,
    ("PATCH", f"{_MESSAGES}/{{message_id}}"): edit_message,
    ("DELETE", f"{_MESSAGES}/{{message_id}}"): delete_message,
    ("GET", "/channels/{channel_id}"): get_channel,
    ("POST", "/channels/{channel_id}/typing"): trigger_typing,
    ("POST", "/users/@me/channels"): create_dm,
    ("GET", "/users/{user_id}"): get_user,
    ("GET", "/guilds/{guild_id}"): get_guild,
}
