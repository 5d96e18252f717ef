"""What moderators and admins do to the bot's places: remove, forbid, delete, kick."""

from .core import Core
from .gateway import GUILDS
from .messages import Message
from .permissions import Switches
from .shapes import channel_shape, role_shape
from .world import Channel, Guild, Role, User


class Moderation(Core):
    def guild(self, name: str, *, bot_is_member: bool = True) -> Guild:
        """The server of this name, made on first use with the channels general and after-dark."""
        for guild in self.world.guilds.values():
            if guild.name == name:
                return guild
        guild = self.world.add_guild(name, owner=self.owner, bot_is_member=bot_is_member)
        self.world.add_channel(guild, "general")
        self.world.add_channel(guild, "after-dark", nsfw=True)
        if bot_is_member:
            self.announce("GUILD_CREATE", self.introduced(guild), guild=guild, intent=GUILDS)
        return guild

    def group(self, name: str, *members: User) -> Channel:
        """A group chat, made on first use."""
        for channel in self.world.channels.values():
            if channel.members and channel.name == name:
                return channel
        return self.world.add_group(name, *members)

    def user(self, name: str, *, permissions: int = 0, roles: tuple[Role, ...] = ()) -> User:
        """The person of this name, made on first use; more permissions and roles are added."""
        for user in self.world.users.values():
            if user.name == name:
                break
        else:
            user = self.world.add_user(name)
        user.permissions |= permissions
        user.roles += [role for role in roles if role not in user.roles]
        return user

    def role(self, guild: Guild, name: str, *, permissions: int = 0) -> Role:
        role = self.world.add_role(guild, name, permissions=permissions)
        news = {"guild_id": str(guild.id), "role": role_shape(role, len(guild.roles) - 1)}
        self.announce("GUILD_ROLE_CREATE", news, guild=guild, intent=GUILDS)
        return role

    def add_channel(self, guild: Guild, name: str, *, nsfw: bool = False) -> Channel:
        channel = self.world.add_channel(guild, name, nsfw=nsfw)
        self._announce_channel("CHANNEL_CREATE", channel)
        return channel

    def forbid(
        self,
        channel: Channel,
        *,
        view: bool = True,
        send: bool = True,
        attach: bool = True,
        read_history: bool = True,
    ) -> None:
        """Set what the bot may do in a channel; `forbid(channel)` alone allows all again."""
        channel.switches = Switches(view, send, attach, read_history)
        self._announce_channel("CHANNEL_UPDATE", channel)
        self.changed()

    def delete_channel(self, channel: Channel) -> None:
        self._announce_channel("CHANNEL_DELETE", channel)
        channel.deleted = True
        self.changed()

    def remove_message(self, message: Message) -> None:
        """A moderator takes a message away."""
        self.erase(message)

    def invite_bot(self, guild: Guild) -> None:
        """Somebody who manages a server brings the bot into it."""
        guild.bot_is_member = True
        self.announce("GUILD_CREATE", self.introduced(guild), guild=guild, intent=GUILDS)
        self.changed()

    def kick_bot(self, guild: Guild) -> None:
        gone = {"id": str(guild.id)}
        self.announce("GUILD_DELETE", gone, guild=guild, intent=GUILDS)
        guild.bot_is_member = False
        self.changed()

    def _announce_channel(self, event: str, channel: Channel) -> None:
        shape = channel_shape(channel, self.world.bot)
        self.check_shape("GuildChannelResponse", shape)
        self.announce(event, shape, guild=channel.guild, intent=GUILDS)
