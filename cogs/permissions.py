"""Which permissions the bot needs, and which it has, by Discord's rules. Pure: asks nobody."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import discord

# Cards and pictures, and finding a message again whose answer was lost: in any one channel.
NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    attach_files=True,
    read_message_history=True,
)
# What the link asks for: threads too, where a server has them.
INVITED = NEEDED | discord.Permissions(send_messages_in_threads=True)
INVITATION = (
    "https://discord.com/oauth2/authorize"
    "?client_id={application_id}&scope=bot+applications.commands&permissions={permissions}"
)

_NAMES = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
# All that a member keeps while in time-out.
_IN_TIME_OUT = discord.Permissions(view_channel=True, read_message_history=True)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel changes for one role or member."""

    target_id: int
    allow: int
    deny: int


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot in one server: who it is there, and what its roles allow."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int]
    role_permissions: Mapping[int, int]
    timed_out: bool = False

    @property
    def base(self) -> int:
        """What everyone's role and its own roles allow, before any channel changes it."""
        granted = 0
        for role_id in (self.guild_id, *self.role_ids):
            granted |= self.role_permissions.get(role_id, 0)
        if granted & discord.Permissions(administrator=True).value:
            return discord.Permissions.all().value
        return granted & _IN_TIME_OUT.value if self.timed_out else granted

    def within(self, overwrites: Collection[Overwrite]) -> int:
        """What is allowed in a channel: first everyone's overwrite, then the roles', then ours."""
        granted = self.base
        if granted == discord.Permissions.all().value:
            return granted
        everyone = [each for each in overwrites if each.target_id == self.guild_id]
        roles = [each for each in overwrites if each.target_id in self.role_ids]
        own = [each for each in overwrites if each.target_id == self.user_id]
        for group in (everyone, roles, own):
            granted &= ~_union(each.deny for each in group)
            granted |= _union(each.allow for each in group)
        return _implied(granted & _IN_TIME_OUT.value if self.timed_out else granted)


def missing(granted: int) -> tuple[str, ...]:
    """The names of what is needed and not granted, as Discord's own settings call them."""
    return tuple(
        name
        for flag, name in _NAMES.items()
        if not granted & discord.Permissions(**{flag: True}).value
    )


def invitation(application_id: int) -> str:
    """The link that brings the bot into a server with what it needs and nothing more."""
    return INVITATION.format(application_id=application_id, permissions=INVITED.value)


def _implied(granted: int) -> int:
    """Without sight nothing is left; without writing nothing can be attached."""
    if not granted & discord.Permissions(view_channel=True).value:
        return 0
    if not granted & discord.Permissions(send_messages=True).value:
        return granted & ~discord.Permissions(attach_files=True).value
    return granted


def _union(bits: Iterable[int]) -> int:
    union = 0
    for each in bits:
        union |= each
    return union
