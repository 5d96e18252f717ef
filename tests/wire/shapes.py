"""The JSON shapes of users, members, roles, channels and servers. Pure: objects in, JSON out."""

from .errors import Json
from .permissions import Switches
from .world import Channel, Guild, Role, User, World

_JOINED_AT = "2024-03-01T12:00:00+00:00"


def user_shape(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "avatar": None,
        "discriminator": "0001" if user.is_bot else "0",
        "public_flags": 0,
        "flags": 0,
        "bot": user.is_bot,
        "system": False,
        "banner": None,
        "accent_color": None,
        "global_name": None if user.is_bot else user.name.title(),
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }


def own_user_shape(bot: User) -> Json:
    """The bot as it sees itself."""
    private = {"mfa_enabled": False, "locale": "en-US", "premium_type": 0, "email": None}
    return {**user_shape(bot), **private, "verified": True}


def member_shape(user: User, guild: Guild) -> Json:
    """A member without permissions; an interaction adds those."""
    return {
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": _JOINED_AT,
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in user.roles if role in guild.roles],
        "collectibles": None,
        "user": user_shape(user),
        "mute": False,
        "deaf": False,
    }


def role_shape(role: Role, position: int = 0) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": True,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_shape(channel: Channel, bot: User) -> Json:
    last = str(channel.history[-1].id) if channel.history else None
    if channel.members:
        return {
            "id": str(channel.id),
            "type": 3,
            "last_message_id": last,
            "flags": 0,
            "name": channel.name,
            "icon": None,
            "owner_id": str(channel.members[0].id),
            "recipients": [user_shape(member) for member in channel.members],
        }
    if channel.guild is None:
        assert channel.recipient is not None
        return {
            "id": str(channel.id),
            "type": 1,
            "last_message_id": last,
            "flags": 0,
            "recipients": [user_shape(channel.recipient)],
        }
    return {
        "id": str(channel.id),
        "type": 0,
        "last_message_id": last,
        "flags": 0,
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
        "position": channel.guild.channels.index(channel),
        "permission_overwrites": _overwrites(channel.switches, bot),
        "nsfw": channel.nsfw,
    }


def guild_shape(guild: Guild) -> Json:
    """A server as REST shows it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(guild.owner.id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role_shape(role, position) for position, role in enumerate(guild.roles)],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def my_guild_shape(guild: Guild, user: User) -> Json:
    """A server in the list of somebody's servers; the permissions are those of roles alone."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": guild.owner is user,
        "permissions": str(user.granted(guild)),
        "features": [],
    }


def guild_create_shape(guild: Guild, world: World) -> Json:
    """A server as the gateway introduces it: with its channels, and the bot as the one member."""
    return {
        **guild_shape(guild),
        "joined_at": _JOINED_AT,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "voice_states": [],
        "members": [member_shape(world.bot, guild)],
        "channels": [channel_shape(c, world.bot) for c in guild.channels if not c.deleted],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application_shape(world: World, owner: User) -> Json:
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_shape(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_shape(owner),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def _overwrites(switches: Switches, bot: User) -> list[Json]:
    if not switches.denied:
        return []
    return [{"id": str(bot.id), "type": 1, "allow": "0", "deny": str(switches.denied)}]
