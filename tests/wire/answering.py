"""The first answer to an interaction: the three seconds, and which answer fits which question."""

import time
from typing import TYPE_CHECKING

from . import mentions
from .components import kept, modal_problems
from .errors import ApiError, FormProblem, Json, form_error
from .interactions import ACK_DEADLINE_S, Ack, Interaction, Kind, Modal
from .messages import EPHEMERAL, MENU_RESPONSE, REPLY, SLASH_RESPONSE
from .permissions import USE_EXTERNAL_APPS, allows
from .posting import WEBHOOK_FLAGS, Form
from .routing import Answer, Call

if TYPE_CHECKING:
    from .core import Core

_MESSAGES = {Ack.MESSAGE, Ack.DEFERRED_MESSAGE}
_UPDATES = {Ack.UPDATE, Ack.DEFERRED_UPDATE}


async def create_interaction_response(core: "Core", call: Call) -> Answer:
    interaction = core.interactions.get(call.params["interaction_token"])
    if interaction is None or str(interaction.id) != call.params["interaction_id"]:
        raise ApiError(10062)
    if interaction.is_acked:
        raise ApiError(40060)
    if core.clock.seconds() - interaction.created_s > ACK_DEADLINE_S:
        raise ApiError(10062)
    ack = _fitting(interaction, call.body.json["type"])
    form = Form(call.body.json.get("data") or {}, call.body.uploads, ("data",))
    _act(core, interaction, ack, form)
    interaction.ack_type = ack
    interaction.acked_after_s = time.perf_counter() - interaction.dispatched_s
    core.changed()
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return Answer(204)
    return Answer(200, _response(core, interaction))


def forced_ephemeral(interaction: Interaction) -> bool:
    """A user-installed app speaks in public only where the person may use external apps."""
    return (
        interaction.user_installed
        and interaction.channel.guild is not None
        and not allows(interaction.user.granted(interaction.channel.guild), USE_EXTERNAL_APPS)
    )


def _fitting(interaction: Interaction, number: int) -> Ack:
    fitting = {
        Kind.COMMAND: _MESSAGES | {Ack.MODAL},
        Kind.COMPONENT: _MESSAGES | _UPDATES | {Ack.MODAL},
        Kind.AUTOCOMPLETE: {Ack.CHOICES},
        Kind.MODAL: _MESSAGES | (_UPDATES if interaction.source is not None else set()),
    }[interaction.kind]
    if number not in fitting:
        message = f"{interaction.kind.name} cannot be answered with type {number}"
        raise form_error(FormProblem(("type",), "INTERACTION_APPLICATION_RESPONSE_TYPE", message))
    return Ack(number)


def _act(core: "Core", interaction: Interaction, ack: Ack, form: Form) -> None:
    match ack:
        case Ack.MESSAGE:
            _write(core, interaction, form)
        case Ack.DEFERRED_MESSAGE:
            _defer(core, interaction, form)
        case Ack.UPDATE | Ack.DEFERRED_UPDATE:
            assert interaction.source is not None
            interaction.original = interaction.source
            if ack is Ack.UPDATE:
                _update(core, interaction, form)
        case Ack.CHOICES:
            interaction.choices = _choices(interaction, form.fields)
        case Ack.MODAL:
            problems = modal_problems(form.fields)
            if problems:
                raise form_error(*problems)
            inputs = kept(form.fields["components"])
            custom_id, title = form.fields["custom_id"], form.fields["title"]
            interaction.modal = Modal(custom_id, title, inputs, interaction)


def _write(core: "Core", interaction: Interaction, form: Form) -> None:
    flags = form.flags & WEBHOOK_FLAGS
    message = core.desk.create(
        interaction.channel,
        core.world.bot,
        form,
        type=_message_type(interaction),
        flags=flags | (EPHEMERAL if forced_ephemeral(interaction) else 0),
        by_default=mentions.USERS_ONLY,
        reference=interaction.source,
    )
    message.interaction = interaction
    interaction.message = interaction.original = message
    core.announce_message(message)


def _defer(core: "Core", interaction: Interaction, form: Form) -> None:
    if form.flags & ~EPHEMERAL:
        message = "A deferred answer may only set EPHEMERAL."
        raise form_error(FormProblem(("data", "flags"), "FLAGS_INVALID", message))
    flags = EPHEMERAL if forced_ephemeral(interaction) else form.flags
    kind = _message_type(interaction)
    loading = core.desk.loading(interaction.channel, core.world.bot, type=kind, flags=flags)
    loading.interaction = interaction
    loading.reference = interaction.source
    interaction.message = interaction.original = loading
    core.announce_message(loading)


def _update(core: "Core", interaction: Interaction, form: Form) -> None:
    assert interaction.source is not None
    core.desk.edit(interaction.source, form, by_default=mentions.USERS_ONLY, drops_unlisted=True)
    core.announce_edit(interaction.source)


def _choices(interaction: Interaction, data: Json) -> list[Json]:
    choices: list[Json] = data.get("choices") or []
    focused = _focused(interaction.data.get("options") or [])
    wanted: type | tuple[type, ...] = {3: str, 4: int}.get(focused["type"], (int, float))
    for index, choice in enumerate(choices):
        if not isinstance(choice["value"], wanted):
            path = ("data", "choices", index, "value")
            message = f"does not fit an option of type {focused['type']}"
            raise form_error(FormProblem(path, "AUTOCOMPLETE_CHOICE_TYPE", message))
    return choices


def _focused(options: list[Json]) -> Json:
    for option in options:
        if option.get("focused"):
            return option
        if option.get("options"):
            return _focused(option["options"])
    raise LookupError("no option has the focus")


def _message_type(interaction: Interaction) -> int:
    if interaction.kind is Kind.COMMAND:
        return MENU_RESPONSE if "target_id" in interaction.data else SLASH_RESPONSE
    return REPLY if interaction.source is not None else SLASH_RESPONSE


def _response(core: "Core", interaction: Interaction) -> Json:
    response: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    answer: Json = {"interaction": response}
    message = interaction.original
    if message is not None:
        response["response_message_id"] = str(message.id)
        response["response_message_loading"] = message.loading
        response["response_message_ephemeral"] = message.ephemeral
    # The file knows a resource for what is complete at once, not for deferred answers.
    if message is not None and interaction.ack_type in (Ack.MESSAGE, Ack.UPDATE):
        shown = message.payload(core.signed_url)
        answer["resource"] = {"type": int(interaction.ack_type), "message": shown}
    return answer
