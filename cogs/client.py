"""The connection to Discord, and all that answers on it. Reads no settings, opens no storage."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.errors import StorageError
from bot.engine.accounts import Accounts
from bot.engine.erasure import Erasure
from bot.engine.exporting import Exports
from bot.engine.history import History
from bot.engine.inputs import Inputs
from bot.engine.intake import Intake
from bot.engine.members import Members
from bot.engine.queue import Queues
from bot.engine.records import Records
from bot.engine.rules import ServerRules
from bot.engine.withdrawing import Withdrawals
from bot.modelslab.catalogue import Catalogue
from cogs.buttons import JobButton, PickButton, TurnButton
from cogs.choices import ModelChoices
from cogs.door import Door
from cogs.guard import GuardedTree
from cogs.history import Album, HistoryCommand
from cogs.home import offer_everywhere
from cogs.imagine import Imagine
from cogs.inpaint import Inpaint
from cogs.limner import Limner
from cogs.log_room import LogRoom
from cogs.mail import Mail
from cogs.menus import Menus
from cogs.painting import MaskLink, Painting
from cogs.preferences import Preferences
from cogs.presses import Buttons
from cogs.privacy import EraseButton, Privacy
from cogs.queue import Queue, Refresh
from cogs.remix import Remix
from cogs.rework import Rework
from cogs.sources import Sources
from cogs.usage import Usage

_log = logging.getLogger(__name__)

# Longer waits are an error that the engine tries again later, instead of a call that hangs.
RATE_LIMIT_PATIENCE_S = 60.0
GUILD_READY_S = 0.5
# What discord.py calls its tasks for commands, choices, buttons and pop-ups.
ANSWERING = ("CommandTree-invoker", "discord-ui-")


def point_at(api_url: str | None) -> None:
    """Send every call of this process to another base, such as a stand-in's; None: Discord's own.

    The gateway's address is asked for there (see `LimnerClient.setup_hook`).
    """
    if api_url is not None:
        Route.BASE = api_url.rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the cogs are made from."""

    intake: Intake
    withdrawals: Withdrawals
    queues: Queues
    records: Records
    history: History
    inputs: Inputs
    rules: ServerRules
    accounts: Accounts
    members: Members
    exports: Exports
    erasure: Erasure
    catalogue: Catalogue
    styles: Collection[str]
    mask_link: MaskLink | None = None
    # Whether the owner lets people use the bot outside of servers, at a quota of their own.
    personal: bool = False


class LimnerClient(commands.AutoShardedBot):
    """Asks Discord for servers and channels only, and keeps no messages and no members."""

    def __init__(self, parts: Parts, *, shard_count: int | None = None) -> None:
        # It has no voice, and needs none: no warning about missing libraries for it.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            # Discord shows us no message texts, so no prefix would ever be seen.
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=GuardedTree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=RATE_LIMIT_PATIENCE_S,
            guild_ready_timeout=GUILD_READY_S,
            shard_count=shard_count,
        )
        self.parts = parts
        cast(GuardedTree, self.tree).guard.personal = parts.personal

    def fall_silent(self) -> set[asyncio.Task[Any]]:
        """Take nothing any more. What is still being answered, and takes the way to Discord."""
        cast(GuardedTree, self.tree).guard.silent = True
        return {task for task in asyncio.all_tasks() if task.get_name().startswith(ANSWERING)}

    async def setup_hook(self) -> None:
        """Everything that answers, before the first event can come; again after a failed start."""
        for cog in self._cogs_made():
            await self.add_cog(cog, override=True)
        if self.parts.personal:
            offer_everywhere(self.tree)
        self.add_dynamic_items(JobButton, PickButton, TurnButton, Refresh, EraseButton)
        await self._find_gateway()
        await self._register_commands()

    def _cogs_made(self) -> Iterable[commands.Cog]:
        intake, records = self.parts.intake, self.parts.records
        catalogue, styles = self.parts.catalogue, self.parts.styles
        door, guard = Door(intake, self.parts.withdrawals), cast(GuardedTree, self.tree).guard
        sources = Sources(inputs=self.parts.inputs, records=records)
        painting = Painting(self.parts.mask_link, door=door)
        log_room = LogRoom(Mail(self), self.parts.rules)
        rework = Rework(
            door=door,
            intake=intake,
            records=records,
            sources=sources,
            painting=painting,
            catalogue=catalogue,
        )
        album = Album(
            history=self.parts.history,
            records=records,
            door=door,
            sources=sources,
            mask_pages=self.parts.mask_link is not None,
        )
        models = ModelChoices(intake=intake, catalogue=catalogue)
        yield Imagine(door=door, intake=intake, models=models, styles=styles)
        yield Remix(
            door=door,
            intake=intake,
            sources=sources,
            catalogue=catalogue,
            models=models,
            styles=styles,
        )
        yield Inpaint(
            door=door,
            intake=intake,
            sources=sources,
            painting=painting,
            catalogue=catalogue,
            models=models,
            styles=styles,
        )
        yield Usage(accounts=self.parts.accounts)
        yield Preferences(members=self.parts.members, models=models)
        yield Limner(rules=self.parts.rules, catalogue=catalogue, log_room=log_room)
        yield HistoryCommand(album=album)
        yield Privacy(exports=self.parts.exports, erasure=self.parts.erasure, guard=guard)
        yield Queue(queues=self.parts.queues, guard=guard)
        yield Menus(rework=rework, tree=self.tree)
        yield Buttons(
            door=door,
            records=records,
            withdrawals=self.parts.withdrawals,
            sources=sources,
            rework=rework,
            album=album,
            log_room=log_room,
            guard=guard,
        )

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server (an outage of Discord's does not come here)."""
        _log.info("server.left server=%d", guild.id)
        try:
            await self.parts.withdrawals.server_left(guild.id)
        except StorageError as error:
            # Its jobs stay in line and are kept instead of cancelled when they are done.
            _log.error("server.left_unnoted server=%d why=%s", guild.id, error)

    async def _find_gateway(self) -> None:
        """Learn the stand-in's gateway, also for the day when a session cannot be resumed.

        discord.py asks for the address once; after a lost session it goes to the built-in one.
        """
        if not _is_discords_own():
            _, url, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(url)

    async def _register_commands(self) -> None:
        """Tell Discord the commands, if they are not the ones that it was told last."""
        key = f"commands:{self.application_id}:{Route.BASE}"
        digest = hashlib.sha256(
            json.dumps(self.command_payload(), sort_keys=True).encode()
        ).hexdigest()
        if await self.parts.records.remembered(key) == digest:
            return
        try:
            await self.tree.sync()
        except (discord.RateLimited, discord.DiscordServerError) as error:
            # The old commands still answer; the next start tries again.
            _log.error("commands.unregistered error=%r", error)
            return
        await self.parts.records.remember(key, digest)
        _log.info("commands.registered digest=%s", digest[:12])

    def command_payload(self) -> list[dict[str, Any]]:
        """The commands as Discord is told them."""
        return [dict(command.to_dict(self.tree)) for command in self.tree.get_commands()]


_DISCORDS_OWN = Route.BASE


def _is_discords_own() -> bool:
    return Route.BASE == _DISCORDS_OWN
