"""Tells moderators what they should see, in the channel that they chose. Words nothing.

Best effort: whatever happens here, what it tells of has happened.
"""

import asyncio
import logging

from bot.domain.errors import StorageError
from bot.engine.rules import ServerRules
from cogs import trouble
from cogs.mail import ASIDE_S, Mail, Post

_log = logging.getLogger(__name__)


class LogRoom:
    """The log channels of all servers."""

    def __init__(self, mail: Mail, rules: ServerRules) -> None:
        self._mail = mail
        self._rules = rules

    async def tell(self, guild_id: int, text: str, *, nonce: str) -> bool:
        """Post in the server's log channel; False where it has one and that failed."""
        try:
            channel_id = await self._rules.log_channel(guild_id)
        except StorageError as error:
            _log.warning("log_room.unknown server=%d error=%r", guild_id, error)
            return False
        return channel_id is None or await post(self._mail, channel_id, text, nonce=nonce)

    async def post(self, channel_id: int, text: str, *, nonce: str) -> bool:
        """Post in this channel, whatever the server's log channel is now."""
        return await post(self._mail, channel_id, text, nonce=nonce)


async def post(mail: Mail, channel_id: int, text: str, *, nonce: str) -> bool:
    """Post a notice, which pings nobody; whether it arrived. Trouble is logged, not raised."""
    if not mail.is_open:
        return False
    try:
        async with asyncio.timeout(ASIDE_S):
            await mail.send(mail.room(channel_id), Post(text), nonce=nonce)
    except trouble.FAULTS as error:
        _log.warning("log_room.untold channel=%d error=%r", channel_id, error)
        return False
    return True
