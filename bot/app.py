"""The only place where the parts meet: one straight line of assembly, closed in reverse."""

import asyncio
import logging
import secrets
import signal
import tomllib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import discord
from aiohttp import ClientError

from bot.domain.errors import LimnerError
from bot.domain.limits import Limits
from bot.domain.request import ImageRequest, Requester
from bot.domain.styles import Style, read_styles
from bot.download import Downloader
from bot.engine.accounts import Accounts
from bot.engine.delivery import DeliveryStep
from bot.engine.doorbell import Doorbell
from bot.engine.easels import Easels
from bot.engine.erasure import Erasure
from bot.engine.exporting import Exports
from bot.engine.gatekeeper import Gatekeeper
from bot.engine.history import History
from bot.engine.housekeeping import Housekeeping, Keep
from bot.engine.inputs import Inputs
from bot.engine.intake import Intake
from bot.engine.leftovers import Leftovers
from bot.engine.line import LineView
from bot.engine.members import Members
from bot.engine.policy import Policy
from bot.engine.progress import ProgressBoard
from bot.engine.queue import Queues
from bot.engine.records import Records
from bot.engine.removing import Remover
from bot.engine.rules import ServerRules
from bot.engine.runner import Runner
from bot.engine.steps import Steps
from bot.engine.withdrawing import Withdrawals
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import ModelsLab
from bot.settings import Settings
from bot.web.health import HealthServer, Measure, NotReady
from bot.web.masks import mask_url
from bot.web.site import site
from cogs.client import LimnerClient, Parts, point_at
from cogs.courier import DiscordCourier
from storage import gates, jobs, slots
from storage.database import Database
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

TURN_OVERDUE = timedelta(seconds=30)
LOOK_AROUND_EVERY_S = 300.0
GOODBYE_S = 1.5
SIGNING_FACT = "secret_key"
RECONNECT_S = (5.0, 60.0)


class CannotStart(LimnerError):
    """What the owner must mend before the bot can run; one readable line."""


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Every part that has a life, ready but not yet running."""

    settings: Settings
    database: Database
    intake: Intake
    records: Records
    inputs: Inputs
    easels: Easels
    doorbell: Doorbell | None
    line: LineView
    client: LimnerClient
    runner: Runner
    erasure: Erasure
    remover: Remover
    leftovers: Leftovers
    housekeeping: Housekeeping
    now: Callable[[], datetime]


@asynccontextmanager
async def open_house(
    settings: Settings, *, now: Callable[[], datetime] = utcnow
) -> AsyncIterator[House]:
    """Everything assembled on an open database; nothing runs yet.

    Raises StorageUnusable where the database cannot be used, CannotStart for a setting that only
    the parts can judge.
    """
    catalogue, styles = Catalogue.built_in(), shipped_styles()
    if catalogue.get(settings.default_model) is None:
        close = ", ".join(catalogue.close(settings.default_model)) or "see /imagine's list"
        raise CannotStart(f"DEFAULT_MODEL: no model of that name is known (perhaps: {close})")
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        vendor = await stack.enter_async_context(
            ModelsLab(
                settings.modelslab_base_url,
                settings.modelslab_api_key.get_secret_value(),
                timeout_s=settings.modelslab_timeout_s,
            )
        )
        downloader = await stack.enter_async_context(Downloader(trusted=stand_ins(settings)))
        files = PictureFiles(database.path.parent / "pictures")
        leftovers = Leftovers(database, files=files)
        records = Records(
            database, files=files, catalogue=catalogue, wake_remover=lambda: remover.wake()
        )
        key = await signing_key(settings, records)
        policy = policy_of(settings, key=key)
        intake = Intake(
            database,
            catalogue=catalogue,
            styles=styles,
            policy=policy,
            wake=lambda: runner.wake(),
            now=now,
        )
        withdrawals = Withdrawals(
            database,
            now=now,
            wake=lambda: runner.wake(),
            show=lambda job: runner.show(job),
        )
        point_at(settings.discord_api_url)
        inputs = Inputs(database, files=files, downloader=downloader, now=now)

        def wake_for_erasure() -> None:
            runner.wake()
            remover.wake()

        erasure = Erasure(
            database, leftovers=leftovers, policy=policy, now=now, wake=wake_for_erasure
        )
        base = settings.public_url

        async def mask_link(
            request: ImageRequest, requester: Requester, *, file_limit_bytes: int
        ) -> str:
            ticket = await easels.set_up(request, requester, file_limit_bytes=file_limit_bytes)
            return mask_url(str(base), ticket)

        client = LimnerClient(
            Parts(
                intake=intake,
                withdrawals=withdrawals,
                queues=Queues(database, max_queued=policy.max_queued, now=now),
                records=records,
                history=History(database, files=files),
                inputs=inputs,
                rules=ServerRules(
                    database,
                    catalogue=catalogue,
                    policy=policy,
                    wake=lambda: runner.wake(),
                    now=now,
                ),
                accounts=Accounts(database, policy=policy, now=now),
                exports=Exports(database, now=now),
                erasure=erasure,
                members=Members(database, catalogue=catalogue, policy=policy),
                catalogue=catalogue,
                styles=styles,
                mask_link=None if base is None else mask_link,
                personal=settings.personal_pictures_day is not None,
            )
        )
        courier = DiscordCourier(
            client,
            records=records,
            default_model=settings.default_model,
            mask_pages=base is not None,
            owner_ids=settings.owner_ids,
            owner_channel_id=settings.owner_channel_id,
            now=now,
        )
        easels = Easels(
            database,
            intake=intake,
            inputs=inputs,
            courier=courier,
            key=key,
            now=now,
        )
        doorbell = None
        if base is not None:
            doorbell = Doorbell(
                database, public_url=base, key=key, wake=lambda: runner.wake(), now=now
            )
        gatekeeper = Gatekeeper(database, vendor=vendor, courier=courier, now=now)
        runner = Runner(
            database,
            steps=Steps(
                database,
                vendor=vendor,
                downloader=downloader,
                files=files,
                gatekeeper=gatekeeper,
                catalogue=catalogue,
                styles=styles,
                policy=policy,
                now=now,
                doorbell=doorbell,
            ),
            delivery=DeliveryStep(
                database,
                files=files,
                courier=courier,
                catalogue=catalogue,
                policy=policy,
                leftovers=leftovers,
                now=now,
            ),
            gatekeeper=gatekeeper,
            board=ProgressBoard(
                database, courier=courier, catalogue=catalogue, policy=policy, now=now
            ),
            max_queued=policy.max_queued,
            now=now,
        )
        remover = Remover(database, courier=courier, now=now)
        yield House(
            settings=settings,
            database=database,
            intake=intake,
            records=records,
            inputs=inputs,
            easels=easels,
            doorbell=doorbell,
            line=LineView(database, max_queued=policy.max_queued, now=now),
            client=client,
            runner=runner,
            erasure=erasure,
            remover=remover,
            leftovers=leftovers,
            housekeeping=Housekeeping(
                database, files=files, leftovers=leftovers, keep=keep_of(settings), now=now
            ),
            now=now,
        )


async def run(settings: Settings) -> None:
    """The bot on Discord, until SIGTERM or SIGINT. Raises LimnerError where it cannot start."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings))
        health = HealthServer(
            settings.metrics_host,
            settings.metrics_port,
            pings={
                "database": house.database.ping,
                "gateway": lambda: _ping_gateway(house.client),
                "runner": lambda: _ping_runner(house),
            },
            measure=lambda: _measures(house),
        )
        await stack.enter_async_context(health)
        web_port = await open_web_part(house, stack)
        # Before anybody waits for an answer.
        await house.leftovers.clear(nobody_waits=True)
        log.info("bot.started health_port=%d web_port=%s", health.port, web_port or "off")
        await _live(house)
    log.info("bot.stopped")


async def open_web_part(house: House, stack: AsyncExitStack) -> int | None:
    """Serve the mask page and the doorbell where PUBLIC_URL is set; the port, else None."""
    settings = house.settings
    if settings.public_url is None or house.doorbell is None:
        return None
    return await stack.enter_async_context(
        site(
            settings.http_host,
            settings.http_port,
            public_url=settings.public_url,
            easels=house.easels,
            doorbell=house.doorbell,
            line=house.line,
            now=house.now,
        )
    )


async def _live(house: House) -> None:
    """Run until a signal asks to stop, or until a part that must live has died."""
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked_to_stop.set)
    lives = {
        asyncio.create_task(asked_to_stop.wait(), name="signal"),
        asyncio.create_task(_connect(house), name="discord"),
        asyncio.create_task(house.runner.run(), name="runner"),
        asyncio.create_task(_keep_clean(house), name="clean-up"),
        asyncio.create_task(house.remover.run(), name="removals"),
    }
    try:
        ended, _ = await asyncio.wait(lives, return_when=asyncio.FIRST_COMPLETED)
        for life in ended:
            life.result()
    finally:
        await _say_goodbye(house, lives)


async def _say_goodbye(house: House, lives: Iterable[asyncio.Task[Any]]) -> None:
    """No new work; steps in flight finish or are left to be resumed. Within ten seconds."""
    house.intake.close()
    await house.runner.stop()
    with suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await house.client.close()
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)


async def _connect(house: House) -> None:
    """Stay connected to Discord; wait for it where it is away at the start."""
    wait_s, longest_s = RECONNECT_S
    while True:
        try:
            await house.client.start(house.settings.discord_token.get_secret_value())
        except discord.LoginFailure as error:
            raise CannotStart(
                "DISCORD_TOKEN was refused by Discord: copy it again from the developer portal"
            ) from error
        except (OSError, ClientError, discord.DiscordServerError, discord.GatewayNotFound) as error:
            log.warning("discord.unreachable error=%r retry_s=%.0f", error, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, longest_s)
        else:
            return


async def _keep_clean(house: House) -> None:
    while True:
        await asyncio.sleep(LOOK_AROUND_EVERY_S)
        try:
            await house.housekeeping.clean_if_due()
        except LimnerError:
            log.exception("clean_up.failed")


async def _ping_gateway(client: LimnerClient) -> None:
    # Once ready, discord.py calls itself ready for ever; a lost connection shows on its shard.
    lost = any(shard.is_closed() for shard in client.shards.values())
    if lost or client.is_closed() or not client.is_ready():
        raise NotReady("not connected to Discord")


async def _ping_runner(house: House) -> None:
    at = house.runner.last_turn_at
    if at is None or house.now() - at > TURN_OVERDUE:
        raise NotReady("the runner has not turned lately")


async def _measures(house: House) -> Sequence[Measure]:
    async with house.database.reading() as tx:
        standing = await jobs.counts(tx)
        taken = await slots.taken(tx)
        closed = await gates.all_closed(tx)
    return [
        *(
            Measure("limner_jobs", "Jobs before delivery", "gauge", count, {"status": status})
            for status, count in standing.items()
        ),
        Measure("limner_slots_taken", "Places taken at the vendor", "gauge", taken),
        *(
            Measure("limner_gate_closed", "Gates that are closed", "gauge", 1, {"reason": reason})
            for reason in sorted({gate.reason for gate in closed})
        ),
        *(
            Measure(f"limner_{name}", f"Since the start: {name}", "counter", count, {"how": how})
            for (name, how), count in sorted(house.runner.tally.items())
        ),
        Measure("limner_servers", "Servers the bot is in", "gauge", len(house.client.guilds)),
    ]


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
