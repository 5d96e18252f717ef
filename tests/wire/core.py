"""What the parts of this Discord share: the world, the clock, the judge, and one bell.

Whoever changes something rings the bell, so that `until` wakes at once and need not poll.
"""

import asyncio
import hashlib
from collections.abc import Callable
from typing import TypeVar

from .clock import Clock
from .commands import Commands
from .errors import Json
from .faults import Faults
from .gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway, Greeting, Session
from .interactions import Interaction
from .messages import Attachment, Message
from .posting import Desk
from .ratelimits import Buckets
from .rest import Rest, Seen
from .shapes import guild_create_shape, own_user_shape
from .spec import discord_spec
from .world import Channel, Guild, World

DEFAULT_UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
_LINK_LIFE_S = 24 * 3600
_OUTSIDE_CHANGES_SEEN_AFTER_S = 0.05

T = TypeVar("T")


class Core:
    def __init__(self, *, token: str | None = None, shards: int = 1) -> None:
        self.clock = Clock()
        self.spec = discord_spec()
        self.world = World()
        self.owner = self.world.add_user("owner")
        self.token = token or f"{self.world.bot.id}.wire.not-a-secret"
        self.shards = shards
        # What the owner has set in the developer portal, over the application's usual shape.
        self.application: Json = {}
        self.upload_limit_bytes = DEFAULT_UPLOAD_LIMIT_BYTES
        self.violations: list[str] = []
        self.requests: list[Seen] = []
        self.ratelimited = 0
        self.interactions: dict[str, Interaction] = {}
        self.handed_over: list[Attachment] = []
        self.commands = Commands(self.world.bot.id, self.world.next_id)
        self.desk = Desk(self.world, self.clock)
        self.buckets = Buckets(self.clock)
        self.faults = Faults(self.changed)
        self.rest = Rest(self)
        self.gateway = Gateway(
            token=self.token, shards=lambda: self.shards, greet=self._greet, changed=self.changed
        )
        self.base_url = ""
        self._bell = asyncio.Event()
        self._announcing: set[asyncio.Task[None]] = set()

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return self.base_url.replace("http://", "ws://")

    @property
    def command_puts(self) -> int:
        """How often commands were registered."""
        return self.commands.puts

    def violate(self, story: str) -> None:
        """Record that somebody broke a rule of Discord."""
        self.violations.append(story)

    def changed(self) -> None:
        """Ring the bell: something is different now."""
        self._bell.set()

    async def until(self, condition: Callable[[], T], *, timeout_s: float = 10.0) -> T:
        """Wait for a condition to hold, looking again at each change; its value."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not (result := condition()):
            left_s = deadline - asyncio.get_running_loop().time()
            if left_s <= 0:
                raise TimeoutError(f"still not so after {timeout_s} s\n{self.transcript()}")
            self._bell.clear()
            # The condition may also look at things that cannot ring our bell, such as a vendor.
            wait_s = min(left_s, _OUTSIDE_CHANGES_SEEN_AFTER_S)
            try:
                await asyncio.wait_for(self._bell.wait(), wait_s)
            except TimeoutError:
                continue
        return result

    def transcript(self) -> str:
        """What stands in every channel, for a failed wait's story."""
        lines = [f"violation: {violation}" for violation in self.violations]
        for channel in self.world.channels.values():
            for message in channel.history:
                marks = [
                    name for name in ("deleted", "ephemeral", "loading") if getattr(message, name)
                ]
                files = [file.filename for file in message.attachments]
                words = f"{message.content!r} {files} {message.labels} {' '.join(marks)}"
                lines.append(f"#{channel.name} {message.author.name}: {words}")
        return "\n".join(lines)

    # What happens on Discord, told to the bot

    def announce_message(self, message: Message) -> None:
        self._announce_to_readers("MESSAGE_CREATE", message, self.shown(message, with_nonce=True))
        self.changed()

    def announce_edit(self, message: Message) -> None:
        self._announce_to_readers("MESSAGE_UPDATE", message, self.shown(message))
        self.changed()

    def erase(self, message: Message) -> None:
        """Take a message away, as its author or a moderator does."""
        message.deleted = True
        gone: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
        self._announce_to_readers("MESSAGE_DELETE", message, gone)
        self.changed()

    def announce(
        self, event: str, payload: Json, *, guild: Guild | None, intent: int | None
    ) -> None:
        """Send an event soon, in the order of the calls."""
        guild_id = guild.id if guild is not None else None
        task = asyncio.get_running_loop().create_task(
            self.gateway.announce(event, payload, guild_id=guild_id, intent=intent)
        )
        self._announcing.add(task)
        task.add_done_callback(self._announcing.discard)

    async def finish_announcing(self) -> None:
        await asyncio.gather(*self._announcing)

    def check_shape(self, schema: str, value: object) -> None:
        """Hold something the stand-in sends against Discord's file."""
        for problem in self.spec.shape_problems(schema, value):
            self.violate(f"own {schema}: {problem}")

    def _announce_to_readers(self, event: str, message: Message, payload: Json) -> None:
        guild = message.channel.guild
        if message.ephemeral or not message.channel.bot_is_there:
            return
        if event != "MESSAGE_DELETE":
            self.check_shape("MessageResponse", payload)
        intent = DIRECT_MESSAGES if guild is None else GUILD_MESSAGES
        place = {} if guild is None else {"guild_id": str(guild.id)}
        self.announce(event, {**payload, **place}, guild=guild, intent=intent)

    def shown(self, message: Message, *, with_nonce: bool = False) -> Json:
        """A message as the bot may read it.

        Without the message-content intent, what people write in a server stays hidden unless
        they mention the bot; menus and interactions show their messages whole.
        """
        shown = message.payload(self.signed_url, with_nonce=with_nonce)
        bot = self.world.bot
        is_open = message.channel.guild is None or bot.mention in message.now.mentioned
        if message.author is not bot and not is_open:
            shown |= {"content": "", "attachments": [], "embeds": [], "components": []}
        return shown

    def _greet(self, session: Session) -> Greeting:
        mine = [
            guild
            for guild in self.world.guilds.values()
            if guild.bot_is_member and (guild.id >> 22) % self.shards == session.shard
        ]
        ready: Json = {
            "v": 10,
            "user": own_user_shape(self.world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self.gateway_url,
            "shard": [session.shard, self.shards],
            "application": {"id": str(self.world.bot.id), "flags": 0},
        }
        return Greeting(ready, [self.introduced(guild) for guild in mine])

    def introduced(self, guild: Guild) -> Json:
        """GUILD_CREATE's body, its parts held against Discord's file."""
        introduction = guild_create_shape(guild, self.world)
        self.check_shape("GuildResponse", introduction)
        for schema, key in (
            ("GuildChannelResponse", "channels"),
            ("GuildMemberResponse", "members"),
        ):
            for part in introduction[key]:
                self.check_shape(schema, part)
        return introduction

    # Files

    def signed_url(self, file: Attachment) -> str:
        """A link that works for a day."""
        expires = f"{int(self.clock.epoch_s()) + _LINK_LIFE_S:x}"
        place = f"{self.base_url}/attachments/{file.channel_id}/{file.id}/{file.filename}"
        return f"{place}?ex={expires}&is=0&hm={self._signature(file.id, expires)}&"

    def file_behind(self, file_id: int, expires: str, signature: str) -> Attachment | None:
        """The file of a link; None when it expired, was forged, or its message is gone."""
        if signature != self._signature(file_id, expires):
            return None
        if int(expires, 16) < self.clock.epoch_s():
            return None
        return next((file for file in self._files() if file.id == file_id), None)

    def _files(self) -> list[Attachment]:
        channels: list[Channel] = list(self.world.channels.values())
        messages = [m for c in channels if not c.deleted for m in c.history if not m.deleted]
        return [*self.handed_over, *(f for m in messages for f in m.now.files)]

    def _signature(self, file_id: int, expires: str) -> str:
        return hashlib.sha256(f"{self.token}:{file_id}:{expires}".encode()).hexdigest()
