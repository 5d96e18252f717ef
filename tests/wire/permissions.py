"""Permission bits and the switches of one channel. Pure: says what may be done, does nothing."""

from dataclasses import dataclass

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
USE_EXTERNAL_EMOJIS = 1 << 18
USE_APPLICATION_COMMANDS = 1 << 31
USE_EXTERNAL_APPS = 1 << 50

EVERYONE = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | USE_APPLICATION_COMMANDS
    | USE_EXTERNAL_APPS
)
EVERYTHING = (1 << 51) - 1


@dataclass
class Switches:
    """What the bot may do in a channel."""

    can_view: bool = True
    can_send: bool = True
    can_attach: bool = True
    can_read_history: bool = True

    @property
    def denied(self) -> int:
        """The bits that an overwrite for the bot takes away."""
        switches = (
            (self.can_view, VIEW_CHANNEL),
            (self.can_send, SEND_MESSAGES),
            (self.can_attach, ATTACH_FILES),
            (self.can_read_history, READ_MESSAGE_HISTORY),
        )
        return sum(bit for allowed, bit in switches if not allowed)

    @property
    def granted(self) -> int:
        """The bot's own bits here, as an interaction's `app_permissions` names them."""
        return EVERYONE & ~self.denied


def allows(permissions: int, needed: int) -> bool:
    return bool(permissions & ADMINISTRATOR) or permissions & needed == needed
