"""Servers, channels, roles and people, as plain objects that a test may look at.

Holds state and reads it; announces nothing and checks nothing.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .permissions import ADMINISTRATOR, EVERYONE, EVERYTHING, Switches

if TYPE_CHECKING:
    from .messages import Message

_DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Ids in Discord's form: the real time in the upper bits, always growing."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        fresh = (int(time.time() * 1000) - _DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, fresh)
        return self._last


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int = 0

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class User:
    """A person (or the bot). `permissions` come on top of what everyone has."""

    id: int
    name: str
    dm: "Channel"
    permissions: int = 0
    roles: list[Role] = field(default_factory=list)
    is_bot: bool = False
    accepts_dms: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def dms(self) -> "list[Message]":
        """What stands in the direct messages with the bot."""
        return self.dm.messages

    def granted(self, guild: "Guild | None") -> int:
        """All bits this person has in a server's channels, or in direct messages."""
        bits = EVERYONE if guild is None else self.permissions | guild.everyone.permissions
        for role in self.roles:
            if guild is not None and role in guild.roles:
                bits |= role.permissions
        return EVERYTHING if bits & ADMINISTRATOR else bits


@dataclass(eq=False)
class Channel:
    """A text channel of a server, or one person's direct messages with the bot (`recipient`).

    Else a group chat of people, `members`, which the bot can never be in.
    """

    id: int
    name: str
    guild: "Guild | None" = None
    recipient: User | None = None
    members: tuple[User, ...] = ()
    nsfw: bool = False
    switches: Switches = field(default_factory=Switches)
    deleted: bool = False
    history: "list[Message]" = field(default_factory=list, repr=False)

    @property
    def messages(self) -> "list[Message]":
        """What everybody in the channel sees, oldest first."""
        return [m for m in self.history if not m.deleted and not m.ephemeral]

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def bot_is_there(self) -> bool:
        """Whether the bot itself may be in it; elsewhere people bring it along."""
        return self.guild.bot_is_member if self.guild is not None else not self.members


@dataclass(eq=False)
class Guild:
    """A server. Without the bot as a member, people may still bring it as a user-installed app."""

    id: int
    name: str
    owner: User
    channels: list[Channel] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    bot_is_member: bool = True

    @property
    def everyone(self) -> Role:
        return self.roles[0]

    def channel(self, name: str) -> Channel:
        for channel in self.channels:
            if channel.name == name and not channel.deleted:
                return channel
        raise LookupError(f"{self.name} has no channel {name!r}")


class World:
    """Everything that exists, by id."""

    def __init__(self) -> None:
        self.next_id: Callable[[], int] = Snowflakes()
        # Shards are chosen by the bits above 22; consecutive numbers there spread servers evenly.
        past = (self.next_id() >> 22) // 10_000 - 1
        self._guild_numbers = itertools.count(past * 10_000)
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.users: dict[int, User] = {}
        self.roles: dict[int, Role] = {}
        self.bot = self.add_user("Limner", is_bot=True)

    def add_user(
        self, name: str, *, permissions: int = 0, roles: tuple[Role, ...] = (), is_bot: bool = False
    ) -> User:
        dm = Channel(self.next_id(), f"dm-{name}")
        user = User(self.next_id(), name, dm, permissions, list(roles), is_bot)
        dm.recipient = user
        self.users[user.id] = user
        self.channels[dm.id] = dm
        return user

    def add_guild(self, name: str, *, owner: User, bot_is_member: bool = True) -> Guild:
        guild_id = next(self._guild_numbers) << 22
        guild = Guild(guild_id, name, owner, bot_is_member=bot_is_member)
        self.guilds[guild.id] = guild
        self._keep_role(guild, Role(guild.id, "@everyone", EVERYONE))
        return guild

    def add_channel(self, guild: Guild, name: str, *, nsfw: bool = False) -> Channel:
        channel = Channel(self.next_id(), name, guild, nsfw=nsfw)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_group(self, name: str, *members: User) -> Channel:
        """A group chat of people."""
        group = Channel(self.next_id(), name, members=members)
        self.channels[group.id] = group
        return group

    def add_role(self, guild: Guild, name: str, *, permissions: int = 0) -> Role:
        return self._keep_role(guild, Role(self.next_id(), name, permissions))

    def _keep_role(self, guild: Guild, role: Role) -> Role:
        guild.roles.append(role)
        self.roles[role.id] = role
        return role
