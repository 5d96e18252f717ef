"""What an interaction's token allows after the first answer: edits, followups, removal."""

from typing import TYPE_CHECKING

from . import mentions
from .answering import forced_ephemeral
from .errors import ApiError
from .interactions import TOKEN_LIFE_S, Interaction
from .messages import EPHEMERAL, REPLY, Message
from .posting import WEBHOOK_FLAGS, Form
from .routing import Answer, Call, Routes

if TYPE_CHECKING:
    from .core import Core

_USER_INSTALLED_FOLLOWUPS = 5


async def execute_webhook(core: "Core", call: Call) -> Answer:
    interaction = _holder(core, call)
    form = Form.of(call.body)
    original = interaction.original
    if original is not None and original.loading and not original.deleted:
        # Discord lets the first followup take the place of "thinking...", private or not as before.
        _edit(core, original, form)
        return Answer(200, original.payload(core.signed_url))
    if interaction.channel.deleted:
        raise ApiError(10003)
    if interaction.user_installed and len(interaction.followups) >= _USER_INSTALLED_FOLLOWUPS:
        raise ApiError(40094)
    forced = EPHEMERAL if forced_ephemeral(interaction) else 0
    message = core.desk.create(
        interaction.channel,
        core.world.bot,
        form,
        type=REPLY,
        flags=(form.flags & WEBHOOK_FLAGS) | forced,
        by_default=mentions.USERS_ONLY,
        reference=original,
    )
    message.interaction = interaction
    interaction.followups.append(message)
    core.announce_message(message)
    return Answer(200, message.payload(core.signed_url))


async def get_original(core: "Core", call: Call) -> Answer:
    return Answer(200, _original(_holder(core, call)).payload(core.signed_url))


async def edit_original(core: "Core", call: Call) -> Answer:
    message = _original(_holder(core, call))
    _edit(core, message, Form.of(call.body))
    return Answer(200, message.payload(core.signed_url))


async def delete_original(core: "Core", call: Call) -> Answer:
    core.erase(_original(_holder(core, call)))
    return Answer(204)


async def get_message(core: "Core", call: Call) -> Answer:
    return Answer(200, _named(core, call).payload(core.signed_url))


async def edit_message(core: "Core", call: Call) -> Answer:
    message = _named(core, call)
    _edit(core, message, Form.of(call.body))
    return Answer(200, message.payload(core.signed_url))


async def delete_message(core: "Core", call: Call) -> Answer:
    core.erase(_named(core, call))
    return Answer(204)


def _holder(core: "Core", call: Call) -> Interaction:
    """The interaction that a token stands for: 50027 when too old, 10015 when not yet answered."""
    interaction = core.interactions.get(call.params["webhook_token"])
    if interaction is None or call.params["webhook_id"] != str(core.world.bot.id):
        raise ApiError(10015)
    if core.clock.seconds() - interaction.created_s > TOKEN_LIFE_S:
        raise ApiError(50027)
    if not interaction.is_acked:
        raise ApiError(10015)
    return interaction


def _original(interaction: Interaction) -> Message:
    return _standing(interaction.original)


def _named(core: "Core", call: Call) -> Message:
    interaction = _holder(core, call)
    wanted = call.id("message_id", unknown=10008)
    candidates = [interaction.original, *interaction.followups]
    return _standing(next((m for m in candidates if m is not None and m.id == wanted), None))


def _standing(message: Message | None) -> Message:
    if message is None or message.deleted or message.channel.deleted:
        raise ApiError(10008)
    return message


def _edit(core: "Core", message: Message, form: Form) -> None:
    core.desk.edit(message, form, by_default=mentions.USERS_ONLY)
    core.announce_edit(message)


_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES: Routes = {
    ("POST", _TOKEN): execute_webhook,
    ("GET", f"{_TOKEN}/messages/@original"): get_original,
    ("PATCH", f"{_TOKEN}/messages/@original"): edit_original,
    ("DELETE", f"{_TOKEN}/messages/@original"): delete_original,
    ("GET", f"{_TOKEN}/messages/{{message_id}}"): get_message,
    ("PATCH", f"{_TOKEN}/messages/{{message_id}}"): edit_message,
    ("DELETE", f"{_TOKEN}/messages/{{message_id}}"): delete_message,
}
