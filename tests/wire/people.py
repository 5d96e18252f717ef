"""What people do: commands, clicks, pop-ups, menus. Builds interactions as Discord sends them.

Every act returns at once with the `Interaction`; waiting for the bot is the test's business.
"""

import time
from typing import Any

from .bodies import Upload
from .commands import MESSAGE_MENU, SLASH
from .components import BUTTON, SELECTS, walk
from .core import Core
from .errors import Json
from .interactions import Interaction, Kind, Modal
from .mentions import ALL
from .messages import Attachment, Message
from .modals import filled_modal
from .options import ClientRefused, Typist, leaf, wrapped
from .permissions import ADMINISTRATOR, allows
from .posting import Form
from .shapes import channel_shape, guild_shape, member_shape, user_shape
from .world import Channel, Guild, User

_CONTEXT_GUILD, _CONTEXT_BOT_DM, _CONTEXT_PRIVATE = 0, 1, 2


class People(Core):
    async def slash(
        self, user: User, channel: Channel, command: str, /, **options: Any
    ) -> Interaction:
        """Use a slash command: "imagine", or "models search" for a subcommand.

        Files are given as (filename, bytes), people and places as the objects themselves.
        Raises ClientRefused where Discord's client would not send it.
        """
        data = self._command_data(user, channel, command, options, focused=None)
        return await self._interact(Kind.COMMAND, user, channel, data)

    async def forge(
        self, user: User, channel: Channel, command: str, /, **options: str
    ) -> Interaction:
        """Use a slash command there where no client offers it, as with an outdated one."""
        typed = [{"name": name, "type": 3, "value": value} for name, value in options.items()]
        data: Json = {
            "id": str(self.world.next_id()),
            "name": command,
            "type": SLASH,
            "options": typed,
        }
        return await self._interact(Kind.COMMAND, user, channel, data)

    async def pretend(
        self,
        user: User,
        channel: Channel,
        command: str,
        /,
        *,
        offered_to: User,
        offered_in: Channel | None = None,
        **options: Any,
    ) -> Interaction:
        """Use a slash command that only another's client offers, or offers only elsewhere."""
        data = self._command_data(offered_to, offered_in or channel, command, options, focused=None)
        return await self._interact(Kind.COMMAND, user, channel, data)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        command: str,
        /,
        *,
        focused: str,
        value: str,
        timeout_s: float = 3.0,
        **others: Any,
    ) -> list[Json]:
        """The choices that the bot offers while `focused` reads `value`."""
        options = {**others, focused: value}
        data = self._command_data(user, channel, command, options, focused=focused)
        interaction = await self._interact(Kind.AUTOCOMPLETE, user, channel, data)
        await interaction.acked(timeout_s)
        return interaction.choices or []

    async def click(
        self,
        user: User,
        message: Message,
        *,
        custom_id: str | None = None,
        label: str | None = None,
    ) -> Interaction:
        """Press a button, named by its custom_id or by its label."""
        self._require_in_sight(user, message)
        for _, button in walk(message.components):
            named = button.get("custom_id") == custom_id if custom_id else None
            labelled = button.get("label") == label if label else None
            if button["type"] == BUTTON and (named or labelled) and button.get("custom_id"):
                return await self._use(user, message, button, {})
        raise ClientRefused(f"no button {custom_id or label!r} among {message.labels}")

    async def choose(
        self, user: User, message: Message, custom_id: str, values: list[str]
    ) -> Interaction:
        """Pick entries of a select."""
        self._require_in_sight(user, message)
        for _, select in walk(message.components):
            if select["type"] in SELECTS and select["custom_id"] == custom_id:
                offered = {option["value"] for option in select.get("options") or ()}
                if offered and not set(values) <= offered:
                    raise ClientRefused(f"{custom_id} offers {sorted(offered)}, not {values}")
                return await self._use(user, message, select, {"values": values})
        raise ClientRefused(f"no select {custom_id!r}")

    async def submit(self, modal: Modal, values: dict[str, Any]) -> Interaction:
        """Send a pop-up; fields by custom_id or label, the others stay as they were shown."""
        opener = modal.opened_by
        filled = filled_modal(modal, values, lambda upload: self._hand_over(opener.channel, upload))
        data: Json = {"custom_id": modal.custom_id, "components": filled.components}
        if filled.files:
            shapes = {str(file.id): file.shape(self.signed_url) for file in filled.files}
            data["resolved"] = {"attachments": shapes}
        return await self._interact(
            Kind.MODAL, opener.user, opener.channel, data, source=opener.source, opened_by=opener
        )

    async def message_menu(self, user: User, message: Message, command: str) -> Interaction:
        """Right-click a message and use one of the bot's entries under Apps."""
        self._require_in_sight(user, message)
        found = self._command(user, message.channel, command, kind=MESSAGE_MENU)
        shown = message.payload(self.signed_url)
        data: Json = {
            "id": found["id"],
            "name": found["name"],
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): shown}},
        }
        return await self._interact(Kind.COMMAND, user, message.channel, data)

    def say(
        self,
        user: User,
        channel: Channel,
        content: str,
        *,
        files: tuple[tuple[str, bytes], ...] = (),
    ) -> Message:
        """Post an ordinary message as a person."""
        uploads = {number: Upload(*file) for number, file in enumerate(files)}
        listed = [{"id": number} for number in uploads]
        form = Form({"content": content, "attachments": listed}, uploads)
        message = self.desk.create(channel, user, form, by_default=ALL)
        self.announce_message(message)
        return message

    def ephemerals(self, user: User) -> list[Message]:
        """The private answers that this person sees, oldest first."""
        return [
            message
            for channel in self.world.channels.values()
            for message in channel.history
            if message.ephemeral and not message.deleted
            if message.interaction is not None and message.interaction.user is user
        ]

    def _require_in_sight(self, user: User, message: Message) -> None:
        hidden = message.ephemeral and message not in self.ephemerals(user)
        if message.deleted or message.channel.deleted or hidden:
            raise ClientRefused(f"{user.name} does not see that message")

    async def _use(self, user: User, message: Message, component: Json, more: Json) -> Interaction:
        if component.get("disabled"):
            raise ClientRefused(f"{component.get('label')!r} is disabled")
        data: Json = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component["id"],
            **more,
        }
        return await self._interact(Kind.COMPONENT, user, message.channel, data, source=message)

    def _command_data(
        self, user: User, channel: Channel, line: str, values: Json, *, focused: str | None
    ) -> Json:
        name, *words = line.split()
        command = self._command(user, channel, name, kind=SLASH)
        definitions, heads = leaf(command, words)
        typist = Typist(
            definitions,
            bot=self.world.bot,
            guild=channel.guild,
            hand_over=lambda upload: self._hand_over(channel, upload),
            show=lambda file: file.shape(self.signed_url),
        )
        filled = typist.fill(values, focused=focused)
        data: Json = {"id": command["id"], "name": name, "type": SLASH}
        data["options"] = wrapped(heads, filled.options)
        if filled.resolved:
            data["resolved"] = filled.resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _command(self, user: User, channel: Channel, name: str, *, kind: int) -> Json:
        guild_id = channel.guild.id if channel.guild is not None else None
        command = self.commands.find(name, kind=kind, guild_id=guild_id)
        needed = command["default_member_permissions"]
        # Zero means that nobody but an administrator is offered the command.
        bits = 0 if needed is None else int(needed) or ADMINISTRATOR
        if channel.guild is not None and not allows(user.granted(channel.guild), bits):
            raise ClientRefused(f"{user.name} is not offered /{name}")
        contexts = command.get("contexts")
        if contexts is not None and _context(channel) not in contexts:
            raise ClientRefused(f"/{name} is not offered here")
        if int(not channel.bot_is_there) not in (command.get("integration_types") or (0,)):
            raise ClientRefused(f"/{name} is not installed that way")
        if command.get("nsfw") and channel.guild is not None and not channel.nsfw:
            raise ClientRefused(f"/{name} is offered in age-restricted channels only")
        return command

    def _hand_over(self, channel: Channel, upload: Upload) -> Attachment:
        if len(upload.bytes) > self.upload_limit_bytes:
            raise ClientRefused(f"{upload.filename} is too large to attach")
        file = self.desk.keep_file(channel, upload, ephemeral=True)
        self.handed_over.append(file)
        return file

    async def _interact(
        self,
        kind: Kind,
        user: User,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        opened_by: Interaction | None = None,
    ) -> Interaction:
        guild = channel.guild
        interaction = Interaction(
            id=self.world.next_id(),
            kind=kind,
            user=user,
            channel=channel,
            data=data,
            created_s=self.clock.seconds(),
            until=self.until,
            source=source,
            opened_by=opened_by,
            user_installed=not channel.bot_is_there,
        )
        self.interactions[interaction.token] = interaction
        payload = self._payload(interaction)
        await self.finish_announcing()
        interaction.dispatched_s = time.perf_counter()
        # Direct messages, and servers that the bot is no member of, belong to shard 0.
        home = guild.id if guild is not None and guild.bot_is_member else None
        await self.gateway.announce("INTERACTION_CREATE", payload, guild_id=home)
        return interaction

    def _payload(self, interaction: Interaction) -> Json:
        channel, user, guild = interaction.channel, interaction.user, interaction.channel.guild
        place = channel_shape(channel, self.world.bot)
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(self.world.bot.id),
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": place,
            "app_permissions": str(channel.switches.granted),
            "attachment_size_limit": self.upload_limit_bytes,
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": interaction.owners(),
            "context": _context(channel),
        }
        if guild is None:
            payload["user"] = user_shape(user)
        else:
            place["permissions"] = str(user.granted(guild))
            payload["member"] = {
                **member_shape(user, guild),
                "permissions": str(user.granted(guild)),
            }
            payload["guild_id"] = str(guild.id)
            payload["guild_locale"] = "en-US"
            payload["guild"] = _partial(guild)
        if interaction.source is not None:
            payload["message"] = interaction.source.payload(self.signed_url)
        self._check_payload(payload)
        return payload

    def _check_payload(self, payload: Json) -> None:
        """Hold what has a schema against it; the file has none for an interaction itself."""
        if "message" in payload:
            self.check_shape("MessageResponse", payload["message"])
        if "member" in payload:
            self.check_shape("GuildMemberResponse", payload["member"])
            self.check_shape("GuildChannelResponse", payload["channel"])
        else:
            self.check_shape("UserResponse", payload["user"])
            kind = "PrivateGroupChannel" if payload["channel"]["type"] == 3 else "PrivateChannel"
            self.check_shape(f"{kind}Response", payload["channel"])
        resolved = payload["data"].get("resolved") or {}
        schemas = {"attachments": "MessageAttachmentResponse", "messages": "MessageResponse"}
        for kind, schema in {
            **schemas,
            "users": "UserResponse",
            "roles": "GuildRoleResponse",
        }.items():
            for shape in (resolved.get(kind) or {}).values():
                self.check_shape(schema, shape)


def _context(channel: Channel) -> int:
    if channel.guild is not None:
        return _CONTEXT_GUILD
    return _CONTEXT_PRIVATE if channel.members else _CONTEXT_BOT_DM


def _partial(guild: Guild) -> Json:
    return {"id": str(guild.id), "locale": "en-US", "features": guild_shape(guild)["features"]}
