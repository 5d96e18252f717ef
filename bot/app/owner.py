"""What the owner's settings mean to the parts. Starts nothing."""

import secrets
import tomllib
from datetime import timedelta
from importlib import resources
from urllib.parse import urlsplit

from bot.domain.errors import LimnerError
from bot.domain.limits import Limits
from bot.domain.styles import Style, read_styles
from bot.engine.housekeeping import Keep
from bot.engine.policy import Policy
from bot.engine.records import Records
from bot.settings import Settings

SIGNING_FACT = "secret_key"


class CannotStart(LimnerError):
    """What the owner must mend before the bot can run; one readable line."""


async def signing_key(settings: Settings, records: Records) -> str:
    """What signs links: the owner's own key, else one that is made once and kept."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    kept = await records.remembered(SIGNING_FACT)
    if kept is None:
        kept = secrets.token_urlsafe(48)
        await records.remember(SIGNING_FACT, kept)
    return kept


def policy_of(settings: Settings, *, key: str) -> Policy:
    """What the owner's settings mean to the engine."""
    budget = settings.budget_per_month
    return Policy(
        limits=Limits(
            server_day=settings.default_server_day,
            server_month=settings.default_server_month,
            member_day=settings.default_member_day,
            server_line=settings.default_server_line,
            member_line=settings.default_member_line,
            owner_day=settings.max_pictures_per_server_day,
            owner_budget=None if budget is None else int(budget * 100),
        ),
        default_model=settings.default_model,
        allowed_guilds=settings.allowed_guilds,
        personal_day=settings.personal_pictures_day,
        price_micros=int(settings.price_per_picture * 1_000_000),
        max_queued=settings.modelslab_max_queued,
        deadline=timedelta(seconds=settings.job_deadline_s),
        key=key,
    )


def keep_of(settings: Settings) -> Keep:
    """For how long what is kept."""
    return Keep(
        inputs=timedelta(days=settings.keep_inputs_days),
        pictures=timedelta(days=settings.keep_pictures_days),
        thumbnails=timedelta(days=settings.keep_thumbnails_days),
        texts=timedelta(days=settings.keep_texts_days),
    )


def shipped_styles() -> dict[str, Style]:
    """The styles that come with Limner."""
    text = resources.files("bot").joinpath("styles.toml").read_text("utf-8")
    return read_styles(tomllib.loads(text))


def stand_ins(settings: Settings) -> frozenset[tuple[str, int]]:
    """Host and port of the addresses in the settings: they alone may be private."""
    named = (settings.modelslab_base_url, settings.discord_api_url)
    parts = [urlsplit(url) for url in named if url is not None]
    return frozenset(
        (part.hostname, part.port or (443 if part.scheme == "https" else 80))
        for part in parts
        if part.hostname is not None
    )
