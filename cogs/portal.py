"""Judges what the bot's owner has set in Discord's developer portal. Pure: asks nobody."""

from typing import Final

import discord

from bot.domain.checkup import Finding, note, ok, sick, unseen
from cogs.echo import clip

PORTAL: Final = "https://discord.com/developers/applications"

_PRIVILEGED: Final = {
    "Presence Intent": ("gateway_presence", "gateway_presence_limited"),
    "Server Members Intent": ("gateway_guild_members", "gateway_guild_members_limited"),
    "Message Content Intent": ("gateway_message_content", "gateway_message_content_limited"),
}


def refused(token: str) -> Finding:
    """The token is not a bot's, or not any more."""
    looks_wrong = "" if token.count(".") == 2 else "; it does not even look like a bot's token"
    return sick(
        "token",
        f"Discord refuses it{looks_wrong}",
        f"Open {PORTAL}, choose your application, Bot, Reset Token, and put the new one into "
        "DISCORD_TOKEN.",
    )


def application(
    found: discord.AppInfo | None, user: discord.ClientUser | None, *, anywhere: bool
) -> list[Finding]:
    """What its owner has set in the developer portal; `anywhere`: it works in any server."""
    if found is None or user is None:
        return [unseen("token", "accepted, but Discord said nothing about the bot")]
    page = f"{PORTAL}/{found.id}"
    findings = [ok("token", f"Discord knows it: {clip(user.name, 40)}, application {found.id}")]
    if found.bot_public and anywhere:
        findings.append(
            note(
                "bot",
                "public and allowed in every server: whoever invites it paints at your cost",
                f"To choose, set ALLOWED_GUILDS, or switch off Public Bot at {page}/bot "
                "(Installation, Install Link, None comes first)",
            )
        )
    elif found.bot_public:
        findings.append(ok("bot", "public, but works only where ALLOWED_GUILDS lets it"))
    else:
        findings.append(ok("bot", "private: only its owner may invite it"))
    if found.bot_require_code_grant:
        findings.append(
            sick(
                "invitation",
                "the bot asks for an OAuth2 code grant, so that no link can invite it",
                f"Switch off Requires OAuth2 Code Grant at {page}/bot",
            )
        )
    findings.append(_endpoint(found.interactions_endpoint_url, page))
    findings.append(_intents(found.flags, page))
    return findings


def _endpoint(url: str | None, page: str) -> Finding:
    if url is None:
        return ok("commands", "come over the gateway, as they should")
    return sick(
        "commands",
        "an Interactions Endpoint URL is set: commands go there and never reach the bot",
        f"Empty Interactions Endpoint URL at {page}/information",
    )


def _intents(flags: discord.ApplicationFlags, page: str) -> Finding:
    on = [
        name for name, either in _PRIVILEGED.items() if any(getattr(flags, one) for one in either)
    ]
    if not on:
        return ok("intents", "none of the privileged ones is on, and none is needed")
    return note(
        "intents",
        f"{', '.join(on)} switched on, but not needed",
        f"You may switch off what no other program needs, at {page}/bot",
    )
