"""Looks at the bot's side of Discord over REST. Opens no gateway, sends nothing, changes nothing.

Servers and channels are told by id alone: the findings may be pasted where anybody reads them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import discord
from aiohttp import ClientConnectorError, ClientError, TraceConfig

from bot.domain.checkup import Finding, clock_ahead_s, note, ok, sick, unseen
from cogs import trouble
from cogs.client import point_at
from cogs.permissions import (
    Membership,
    Overwrite,
    invitation,
    missing,
)
from cogs.portal import application, refused

SERVERS_LOOKED_AT: Final = 20
AT_A_TIME: Final = 4
SERVERS_LISTED: Final = 200
LOGIN_PATIENCE_S: Final = 12.0
PATIENCE_S: Final = 20.0
# Discord allows waits of minutes; whoever looks is not that patient.
RATE_LIMIT_PATIENCE_S: Final = 30.0

# Where a card can stand; threads follow their channel.
_WRITABLE: Final = frozenset({discord.ChannelType.text.value, discord.ChannelType.news.value})
# What a stranger's answer does to code that expects Discord's.
_NONSENSE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Visit:
    """What Discord told, and how far our clock is ahead of its; None where it said nothing."""

    findings: tuple[Finding, ...]
    clock_ahead_s: float | None


@dataclass(slots=True)
class _Ear:
    """Hears what discord.py keeps for itself: the code and the date of each answer."""

    now: Callable[[], datetime]
    status: int | None = None
    ahead_s: float | None = None

    def trace(self) -> TraceConfig:
        config = TraceConfig()
        config.on_request_end.append(self._hear)
        return config

    async def _hear(self, _session: Any, _context: Any, ended: Any) -> None:
        self.status = ended.response.status
        heard = clock_ahead_s(ended.response.headers.get("Date"), self.now())
        self.ahead_s = self.ahead_s if heard is None else heard


@dataclass(frozen=True, slots=True)
class Standing:
    """One server as the bot stands in it: `granted` by channel id, where a card could stand."""

    id: int
    base: int = 0
    granted: Mapping[int, int] = field(default_factory=dict)
    timed_out: bool = False


async def visit(
    token: str,
    *,
    api_url: str | None,
    allowed_guilds: Collection[int],
    owner_channel_id: int | None,
    now: Callable[[], datetime],
) -> Visit:
    """Everything about the bot that Discord answers to its token."""
    point_at(api_url)
    ear = _Ear(now)
    async with _client(ear) as client:
        try:
            async with asyncio.timeout(LOGIN_PATIENCE_S):
                await client.login(token)
        except discord.LoginFailure:
            return Visit((refused(token),), ear.ahead_s)
        except trouble.FAULTS as error:
            return Visit((_unreachable(error, ear.status),), ear.ahead_s)
        except _NONSENSE:
            return Visit((_not_discord(),), ear.ahead_s)
        findings = application(client.application, client.user, anywhere=not allowed_guilds)
        findings += await _servers(client, allowed_guilds)
        if owner_channel_id is not None:
            findings.append(await _owner_channel(client, owner_channel_id))
        return Visit(tuple(findings), ear.ahead_s)


@asynccontextmanager
async def _client(ear: _Ear) -> AsyncIterator[discord.Client]:
    client = discord.Client(
        intents=discord.Intents.none(),
        http_trace=ear.trace(),
        max_ratelimit_timeout=RATE_LIMIT_PATIENCE_S,
    )
    try:
        yield client
    finally:
        await client.close()


def _unreachable(error: BaseException, status: int | None) -> Finding:
    if isinstance(error, ClientConnectorError):
        why = "no connection can be made"
    elif status is not None and status >= 400:
        why = f"it answers HTTP {status}"
    elif isinstance(error, TimeoutError):
        why = f"no answer within {LOGIN_PATIENCE_S:g} s"
    else:
        why = f"the connection broke ({type(error).__name__})"
    return sick(
        "discord",
        f"Discord cannot be reached: {why}",
        "Look whether this machine is online, at https://discordstatus.com, and whether "
        "DISCORD_API_URL should be empty.",
    )


def _not_discord() -> Finding:
    return sick(
        "discord",
        "something answers that is not Discord",
        "Empty DISCORD_API_URL, or let it name a whole base such as https://discord.com/api/v10.",
    )


async def _servers(client: discord.Client, allowed: Collection[int]) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            listed = await client.http.get_guilds(SERVERS_LISTED, with_counts=False)
    except trouble.FAULTS as error:
        return [unseen("servers", f"Discord did not list them ({_name(error)})")]
    ids = sorted(int(guild["id"]) for guild in listed)
    findings = [*membership(ids, allowed)]
    used = [one for one in ids if one in allowed or not allowed]
    chosen = used[:SERVERS_LOOKED_AT]
    turns = asyncio.Semaphore(AT_A_TIME)
    findings += await asyncio.gather(*(_look_at(client, one, turns) for one in chosen))
    if len(used) > len(chosen):
        findings.append(note("servers", f"only {len(chosen)} of {len(used)} were looked at"))
    findings.append(ok("invitation", invitation(client.application_id or 0)))
    return findings


def membership(ids: Collection[int], allowed: Collection[int]) -> Iterable[Finding]:
    """Which servers it is in, held against those that the owner allows."""
    if not ids:
        yield note("servers", "the bot is in none yet", "Invite it with the link below.")
    else:
        more = " or more" if len(ids) >= SERVERS_LISTED else ""
        yield ok("servers", f"the bot is in {len(ids)}{more}")
    if not allowed:
        return
    absent = sorted(set(allowed) - set(ids))
    strangers = sorted(set(ids) - set(allowed))
    if absent and len(ids) < SERVERS_LISTED:
        named = ", ".join(map(str, absent[:SERVERS_LOOKED_AT]))
        nowhere = len(absent) == len(set(allowed))
        mark = sick if nowhere else note
        nobody = ", so that nobody can use it" if nowhere else ""
        yield mark(
            "allowed",
            f"the bot is not in {named}, which ALLOWED_GUILDS names{nobody}",
            "Invite it there, or mend the number: right-click the server, Copy Server ID.",
        )
    if strangers:
        yield note("allowed", f"refused in {len(strangers)} more, as ALLOWED_GUILDS has it")
    if not absent and not strangers:
        yield ok("allowed", "ALLOWED_GUILDS names just these")


async def _look_at(client: discord.Client, guild_id: int, turns: asyncio.Semaphore) -> Finding:
    try:
        async with turns, asyncio.timeout(PATIENCE_S):
            return server(await _standing(client, guild_id))
    except trouble.FAULTS as error:
        return unseen("server", f"{guild_id}: Discord did not show it ({_name(error)})")


async def _standing(client: discord.Client, guild_id: int) -> Standing:
    own_id = client.user.id if client.user else 0
    member, roles, channels = await asyncio.gather(
        client.http.get_member(guild_id, own_id),
        client.http.get_roles(guild_id),
        client.http.get_all_guild_channels(guild_id),
    )
    until = discord.utils.parse_time(member.get("communication_disabled_until"))
    own = Membership(
        user_id=own_id,
        guild_id=guild_id,
        role_ids=frozenset(map(int, member["roles"])),
        role_permissions={int(role["id"]): int(role["permissions"]) for role in roles},
        timed_out=until is not None and until > discord.utils.utcnow(),
    )
    granted = {
        int(channel["id"]): own.within(_overwrites(channel))
        for channel in channels
        if channel["type"] in _WRITABLE
    }
    return Standing(guild_id, own.base, granted, own.timed_out)


def _overwrites(channel: Any) -> list[Overwrite]:
    return [
        Overwrite(int(each["id"]), int(each["allow"]), int(each["deny"]))
        for each in channel.get("permission_overwrites", ())
    ]


def server(seen: Standing) -> Finding:
    """Whether there is a channel in which the bot may do all that it needs."""
    if seen.timed_out:
        return sick(
            "server",
            f"{seen.id}: the bot is in time-out there",
            "Let a moderator right-click it and choose Remove Timeout.",
        )
    if not seen.granted:
        return sick("server", f"{seen.id}: no text channel", "Let an admin make one there.")
    fit = sum(not missing(granted) for granted in seen.granted.values())
    if fit:
        return ok("server", f"{seen.id}: all that is needed in {fit} of {_channels(seen)}")
    lacking = missing(seen.base)
    if lacking:
        names = " and ".join(lacking)
        return sick(
            "server",
            f"{seen.id}: {names} missing",
            f"There, in Server Settings, Roles, the bot's own role, allow {names}.",
        )
    channel_id = min(seen.granted, key=lambda one: len(missing(seen.granted[one])))
    names = " and ".join(missing(seen.granted[channel_id]))
    return sick(
        "server",
        f"{seen.id}: every channel forbids something; least is missing in {channel_id}: {names}",
        f"There, in Edit Channel, Permissions, the bot's role or name, allow {names}.",
    )


def _channels(seen: Standing) -> str:
    count = len(seen.granted)
    return "1 text channel" if count == 1 else f"{count} text channels"


async def _owner_channel(client: discord.Client, channel_id: int) -> Finding:
    """Whether the owner's notices find their channel."""
    again = "Let OWNER_CHANNEL_ID name a channel that the bot can see, or leave it empty."
    try:
        async with asyncio.timeout(PATIENCE_S):
            channel: Any = await client.http.get_channel(channel_id)
            if channel.get("guild_id") is None:
                return ok("owner", f"notices go to {channel_id}")
            standing = await _standing(client, int(channel["guild_id"]))
    except discord.NotFound:
        return sick("owner", f"no channel {channel_id}", again)
    except discord.Forbidden:
        return sick("owner", f"the bot may not see channel {channel_id}", again)
    except trouble.FAULTS as error:
        return unseen("owner", f"channel {channel_id} could not be looked at ({_name(error)})")
    lacking = missing(standing.granted.get(channel_id, standing.base))
    kept = [name for name in lacking if name in ("View Channel", "Send Messages")]
    if kept:
        return sick(
            "owner",
            f"{' and '.join(kept)} missing in channel {channel_id}",
            "Allow it there to Limner's role, or your notices are lost.",
        )
    return ok("owner", f"notices go to channel {channel_id}")


def _name(error: BaseException) -> str:
    match error:
        case discord.HTTPException(status=status):
            return f"HTTP {status}"
        case TimeoutError():
            return "no answer"
        case ClientError() | OSError():
            return "the connection broke"
        case _:
            return type(error).__name__
