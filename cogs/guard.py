"""Every interaction's safety net: whatever breaks is logged, and the person gets one sentence."""

import logging
from collections import deque
from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import StorageError
from bot.domain.request import PERSONAL
from cogs import trouble
from cogs.answers import UNSAID, whisper
from cogs.home import home_of

_log = logging.getLogger(__name__)

# Discord takes an answer within 3 s; what is older is dead before we begin.
LATE_S = 2.5
# Our clock may be wrong: late is what is late compared with the latest others.
COMPARED = 20

SERVERS_ONLY = "This works in servers only."
OUTDATED = (
    "**The commands have just changed.** Discord still shows you an older form. Reload Discord "
    "(Ctrl+R, or close and open the app) and ask again. Nothing was charged."
)
STORAGE = (
    "**The bot's own storage cannot be used just now.** Nothing was saved and nothing was "
    "charged. Try again in a minute; if it lasts, tell whoever runs the bot."
)
BROKEN = (
    "**Something broke on our side.** Nothing was charged. It has been written down for whoever "
    "runs the bot; trying again may help."
)


class NotAllowed(app_commands.CheckFailure):
    """A command that somebody may not use; `words` are what they are told."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Guard:
    """Stands before and behind every callback of one client.

    `personal` is whether the owner lets people use the bot outside of servers; `silent`, whether
    it is about to go and takes nothing any more.
    """

    def __init__(self) -> None:
        self.personal = False
        self.silent = False
        self._ages_s: deque[float] = deque(maxlen=COMPARED)

    def is_late(self, interaction: discord.Interaction) -> bool:
        """Whether Discord will not take an answer any more; replays after a reconnect are."""
        age_s = (discord.utils.utcnow() - interaction.created_at).total_seconds()
        self._ages_s.append(age_s)
        late = age_s - min(self._ages_s) > LATE_S
        if late:
            _log.warning("interaction.late id=%s age_s=%.1f", interaction.id, age_s)
        return late

    async def admits(self, interaction: discord.Interaction) -> bool:
        """Whether to go on. Outside of servers, where that is off, the person is told so."""
        if self.silent or self.is_late(interaction):
            return False
        if self.personal or home_of(interaction) != PERSONAL:
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await whisper(interaction, SERVERS_ONLY)
        return False

    async def shelter(
        self, interaction: discord.Interaction, act: Callable[[], Awaitable[None]]
    ) -> None:
        """Run a component's callback, which has no error handler of its own."""
        try:
            if await self.admits(interaction):
                await act()
        except Exception as error:  # noqa: BLE001 - the net itself; `explain` logs the trace
            await self.explain(interaction, error)

    async def explain(self, interaction: discord.Interaction, error: Exception) -> None:
        """Log what broke, and tell the person in one sentence what that means."""
        match error:
            case app_commands.CommandInvokeError(original=original):
                await self.explain(interaction, original)
            case app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
                _log.warning("interaction.outdated id=%s error=%s", interaction.id, error)
                await whisper(interaction, OUTDATED)
            case NotAllowed(words=words):
                await whisper(interaction, words)
            case app_commands.CheckFailure():
                await whisper(interaction, SERVERS_ONLY)
            case app_commands.TransformerError():
                await whisper(interaction, OUTDATED)
            case discord.HTTPException(code=code) if code in trouble.DEAD:
                _log.info("interaction.dead id=%s code=%s", interaction.id, code)
            case _ if trouble.is_discords(error):
                _log.warning("interaction.undone id=%s error=%r", interaction.id, error)
                await whisper(interaction, UNSAID)
            case StorageError():
                _log.error("interaction.storage id=%s why=%s", interaction.id, error)
                await whisper(interaction, STORAGE)
            case _:
                _log.error("interaction.broke id=%s", interaction.id, exc_info=error)
                await whisper(interaction, BROKEN)


def _without_trace(record: logging.LogRecord) -> bool:
    """An answer that Discord did not take is worth a line, and no trace of ours."""
    error = record.exc_info[1] if record.exc_info else None
    is_dead = isinstance(error, discord.HTTPException) and error.code in trouble.DEAD
    if isinstance(error, Exception) and (is_dead or trouble.is_discords(error)):
        record.msg, record.args, record.exc_info = "%s error=%r", (record.getMessage(), error), None
    return True


class GuardedTree(app_commands.CommandTree[commands.AutoShardedBot]):
    """The command tree with the net under it."""

    def __init__(self, client: commands.AutoShardedBot) -> None:
        super().__init__(client)
        self.guard = Guard()
        # There is no error handler for choices that nobody took: discord.py logs a trace of them.
        logging.getLogger("discord.app_commands.tree").addFilter(_without_trace)

    async def interaction_check(
        self, interaction: discord.Interaction[commands.AutoShardedBot], /
    ) -> bool:
        return await self.guard.admits(interaction)

    async def on_error(
        self,
        interaction: discord.Interaction[commands.AutoShardedBot],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        await self.guard.explain(interaction, error)
