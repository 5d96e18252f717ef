"""/limner: a server's own rules, for those who manage it. Decides nothing, words nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import rules as decisions
from bot.domain.preferences import ServerSettings
from bot.domain.request import PERSONAL
from bot.domain.rules import QUOTAS, Objection, Setting
from bot.domain.zones import zones
from bot.engine.rules import Differences, Edit, RulesView, ServerRules
from bot.modelslab.catalogue import Catalogue
from cogs import changes, places, rules
from cogs.answers import defer, whisper
from cogs.guard import SERVERS_ONLY, NotAllowed
from cogs.home import home_of
from cogs.log_room import LogRoom
from cogs.options import matching, name_choices, names_choices

NEEDS = (
    "**Only for those who manage this server.** `/limner` needs the permission Manage Server. "
    "Nothing was changed."
)
NO_MODELS = "**No model was named.** Give names with commas between them, or `all`."
EITHER_CHANNEL = "**A channel is either allowed or denied.** Nothing was changed."
EITHER_LOG = "**Either a `channel` or `off`.** Nothing was changed."
EITHER_ROLE = (
    "**Say how many `pictures` a day, or `exempt: True`**, which lifts the daily limit of members "
    "for this role. Nothing was changed."
)
UNPOSTED = (
    "**The log could not be written:** I could not post in its channel just now. Look whether it "
    "is still there, and whether I may send messages in it."
)
RUNNING = "**Not paused:** requests are taken already."
ALL, NONE = "all", "none"
LATEST = 10

Pictures = app_commands.Range[int, 0, 1_000_000]
Jobs = app_commands.Range[int, 1, 10_000]
Names = app_commands.Range[str, 1, 1000]
Name = app_commands.Range[str, 1, 100]
Reason = app_commands.Range[str, 1, 300]

RESETS = [app_commands.Choice(name=name, value=name) for name in (*QUOTAS, ALL)]


class Limner(commands.Cog):
    """Each subcommand without an option shows, and with options changes."""

    limner = app_commands.Group(
        name="limner",
        description="This server's rules for making pictures.",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        ),
    )
    role_quota = app_commands.Group(
        name="role-quota", description="Pictures a day for members with a role.", parent=limner
    )

    def __init__(self, *, rules: ServerRules, catalogue: Catalogue, log_room: LogRoom) -> None:
        self._rules = rules
        self._catalogue = catalogue
        self._log_room = log_room

    async def cog_load(self) -> None:
        # Looks through hundreds of files, once; not while somebody types.
        await asyncio.to_thread(zones)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Discord's own gate can be opened for anybody in a server's settings; this one cannot."""
        if home_of(interaction) == PERSONAL:
            raise NotAllowed(SERVERS_ONLY)
        may = interaction.permissions
        if not (may.manage_guild or may.administrator):
            raise NotAllowed(NEEDS)
        return True

    @limner.command(name="quota", description="How much this server and its members may use.")
    @app_commands.describe(
        server_day="Pictures a day for the whole server.",
        server_month="Pictures a month for the whole server.",
        member_day="Pictures a day for each member.",
        member_line="Jobs that each member may have on the way: in line or being made.",
        server_line="Jobs that the whole server may have on the way.",
        time_zone="Where the server's days and months begin, such as Europe/Berlin.",
        reset="Back to the bot owner's default.",
    )
    @app_commands.choices(reset=RESETS)
    async def quota(
        self,
        interaction: discord.Interaction,
        server_day: Pictures | None = None,
        server_month: Pictures | None = None,
        member_day: Pictures | None = None,
        member_line: Jobs | None = None,
        server_line: Jobs | None = None,
        time_zone: Name | None = None,
        reset: str | None = None,
    ) -> None:
        given: dict[str, Any] = {
            Setting.SERVER_DAY: server_day,
            Setting.SERVER_MONTH: server_month,
            Setting.MEMBER_DAY: member_day,
            Setting.MEMBER_LINE: member_line,
            Setting.SERVER_LINE: server_line,
            Setting.TIME_ZONE: time_zone,
        }
        wanted = {name: value for name, value in given.items() if value is not None}
        again = QUOTAS if reset == ALL else () if reset is None else (Setting(reset),)
        if not wanted and not again:
            await whisper(interaction, rules.quotas(await self._view(interaction)))
            return
        await self._change(
            interaction, lambda settings: replace(decisions.reset(settings, again), **wanted)
        )

    @quota.autocomplete("time_zone")
    async def suggest_zones(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Time zones that fit what was typed."""
        return name_choices(matching(typed.strip().replace(" ", "_"), zones()))

    @role_quota.command(name="set", description="Give a role a daily limit of its own.")
    @app_commands.describe(
        role="Of several roles of a member the most generous one counts.",
        pictures="Pictures a day for each member with this role.",
        exempt="No daily limit of members for this role; the server's limits stay.",
    )
    async def set_role(
        self,
        interaction: discord.Interaction,
        role: discord.Role,
        pictures: Pictures | None = None,
        exempt: bool = False,
    ) -> None:
        if (pictures is None) != exempt:
            await whisper(interaction, EITHER_ROLE)
            return
        outcome = await self._rules.set_role(
            _server(interaction), role.id, user_id=interaction.user.id, member_day=pictures
        )
        await self._answer(interaction, outcome)

    @role_quota.command(name="clear", description="Take a role's own daily limit away.")
    @app_commands.describe(role="It counts like no role at all again.")
    async def clear_role(self, interaction: discord.Interaction, role: discord.Role) -> None:
        guild = interaction.guild
        # Deleted roles can be chosen no more: they go along.
        there = None if guild is None or guild.unavailable else {each.id for each in guild.roles}
        outcome = await self._rules.clear_roles(
            _server(interaction),
            user_id=interaction.user.id,
            which=lambda known: known == role.id or (there is not None and known not in there),
        )
        await self._answer(interaction, outcome)

    @role_quota.command(name="list", description="The roles that have a daily limit of their own.")
    async def list_roles(self, interaction: discord.Interaction) -> None:
        await whisper(interaction, rules.roles(await self._view(interaction)))

    @limner.command(name="models", description="Which models may be used here.")
    @app_commands.describe(
        allowed="Names with commas between them, or all.",
        default="What paints when nobody chose a model; none: the bot owner's default.",
    )
    async def models(
        self,
        interaction: discord.Interaction,
        allowed: Names | None = None,
        default: Name | None = None,
    ) -> None:
        if allowed is None and default is None:
            await whisper(interaction, rules.models(await self._view(interaction)))
            return
        named = frozenset(_names(allowed or ""))
        if allowed is not None and not named:
            await whisper(interaction, NO_MODELS)
            return

        def edit(settings: ServerSettings) -> ServerSettings:
            if allowed is not None:
                everything = {name.casefold() for name in named} == {ALL}
                settings = replace(settings, allowed_models=None if everything else named)
            if default is not None:
                unset = default.strip().casefold() == NONE
                settings = replace(settings, model=None if unset else default)
            return settings

        await self._change(interaction, edit)

    @models.autocomplete("allowed")
    async def suggest_allowed(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """The list so far, with its last name completed."""
        *before, last = typed.split(",")
        taken = list(_names(",".join(before)))
        found = [model.id for model in self._catalogue.search(last, kind=None)]
        offered = [model for model in found if model not in taken]
        return names_choices(taken, offered if taken or last.strip() else [ALL, *offered])

    @models.autocomplete("default")
    async def suggest_default(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Models that make pictures from words, and the way back."""
        found = [model.id for model in self._catalogue.search(typed)]
        return name_choices([NONE, *found] if NONE.startswith(typed.strip().casefold()) else found)

    @limner.command(name="channels", description="Where pictures may be asked for.")
    @app_commands.describe(
        allowed="Allow it here; with any channel allowed, only those are.",
        denied="Deny it here.",
        reset="No rule of its own for this one any more.",
    )
    async def channels(
        self,
        interaction: discord.Interaction,
        allowed: places.AnyPlace | None = None,
        denied: places.AnyPlace | None = None,
        reset: places.AnyPlace | None = None,
    ) -> None:
        if allowed is not None and denied is not None and allowed.id == denied.id:
            await whisper(interaction, EITHER_CHANNEL)
            return
        view = await self._view(interaction)
        known = view.settings.allowed_channels | view.settings.denied_channels
        if places.out_of_sight(interaction, known):
            await defer(interaction, private=True)
        gone = await places.gone(interaction, known)
        if allowed is None and denied is None and reset is None:
            await whisper(interaction, rules.channels(view, gone=gone))
            return

        def edit(settings: ServerSettings) -> ServerSettings:
            off = gone if reset is None else gone | {reset.id}
            settings = decisions.forget_channels(settings, off)
            if allowed is not None:
                settings = decisions.allow_channel(settings, allowed.id)
            if denied is not None:
                settings = decisions.deny_channel(settings, denied.id)
            return settings

        await self._change(interaction, edit)

    @limner.command(name="log", description="Where moderators read what they should see.")
    @app_commands.describe(
        channel="Changes of rules, what moderators delete or take back, and unsafe pictures.",
        off="Tell it nowhere.",
    )
    async def log(
        self,
        interaction: discord.Interaction,
        channel: app_commands.Transform[app_commands.AppCommandChannel, places.TextRoom]
        | None = None,
        off: bool = False,
    ) -> None:
        if channel is not None and off:
            await whisper(interaction, EITHER_LOG)
            return
        if channel is None and not off:
            view = await self._view(interaction)
            latest = await self._rules.latest(_server(interaction), limit=LATEST)
            await whisper(interaction, rules.log(view, latest, self._fallback))
            return
        if channel is not None and (missing := places.cannot_post(interaction, channel.id)):
            await whisper(interaction, rules.cannot_log(channel.id, missing))
            return
        room = None if channel is None else channel.id
        await self._change(interaction, lambda settings: replace(settings, log_channel_id=room))

    @limner.command(name="pause", description="Take no requests here; what is in line waits.")
    @app_commands.describe(reason="Members are shown this.")
    async def pause(self, interaction: discord.Interaction, reason: Reason = "") -> None:
        outcome = await self._rules.pause(
            _server(interaction), user_id=interaction.user.id, reason=reason.strip()
        )
        await self._answer(interaction, outcome)

    @limner.command(name="resume", description="Take requests again; what is in line goes on.")
    async def resume(self, interaction: discord.Interaction) -> None:
        outcome = await self._rules.resume(_server(interaction), user_id=interaction.user.id)
        await self._answer(interaction, outcome, unchanged=RUNNING)

    async def _view(self, interaction: discord.Interaction) -> RulesView:
        return await self._rules.view(_server(interaction), user_id=interaction.user.id)

    async def _change(self, interaction: discord.Interaction, edit: Edit) -> None:
        outcome = await self._rules.change(
            _server(interaction), user_id=interaction.user.id, edit=edit
        )
        await self._answer(interaction, outcome)

    async def _answer(
        self,
        interaction: discord.Interaction,
        outcome: Differences | Objection,
        *,
        unchanged: str = changes.UNCHANGED,
    ) -> None:
        """Say what was and what is now, also to the server's log."""
        if not isinstance(outcome, tuple):
            await whisper(interaction, changes.objected(outcome))
            return
        if not outcome:
            await whisper(interaction, unchanged)
            return
        await whisper(interaction, changes.changed(outcome, self._fallback))
        text = changes.announced(interaction.user.id, outcome, self._fallback)
        nonce = f"{interaction.id}:log"
        for room in _left(outcome):
            await self._log_room.post(room, text, nonce=nonce)
        if not await self._log_room.tell(_server(interaction), text, nonce=nonce):
            await whisper(interaction, UNPOSTED)

    @property
    def _fallback(self) -> changes.Fallback:
        return changes.Fallback(limits=self._rules.defaults, model=self._rules.default_model)


def _server(interaction: discord.Interaction) -> int:
    """The server whose rules they are; the check before every command has seen that there is."""
    return home_of(interaction)


def _left(outcome: Differences) -> Iterable[int]:
    """The channel that was the log until now: who reads there learns that it is no longer."""
    for change in outcome:
        if change.setting == Setting.LOG_CHANNEL and change.before is not None:
            yield int(change.before)


def _names(text: str) -> Sequence[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
