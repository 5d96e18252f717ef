"""The bot from its start to its end: what runs beside each other, and who stops whom."""

import asyncio
import gc
import logging
import signal
from contextlib import AsyncExitStack, suppress
from typing import Any

import discord

from bot.app import heaps
from bot.app.house import House, open_house
from bot.app.owner import CannotStart
from bot.app.vitals import measures, ping_gateway, ping_runner
from bot.settings import Settings
from bot.web.health import HealthServer
from bot.web.site import site
from cogs import trouble

log = logging.getLogger(__name__)

GOODBYE_S = 1.0
LAST_MOMENT_S = 1.5
RECONNECT_S = (5.0, 60.0)
AUTHENTICATION_FAILED, INTENTS_REFUSED = 4004, 4014
NOT_LET_IN = "DISCORD_TOKEN was refused by Discord: copy it again from the developer portal"


async def run(settings: Settings) -> None:
    """The bot on Discord, until SIGTERM or SIGINT. Raises LimnerError where it cannot start."""
    heaps.share()
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings))
        health = HealthServer(
            settings.metrics_host,
            settings.metrics_port,
            pings={
                "database": house.database.ping,
                "gateway": lambda: ping_gateway(house.client),
                "runner": lambda: ping_runner(house),
            },
            measure=lambda: measures(house),
        )
        await stack.enter_async_context(health)
        web_port = await open_web_part(house, stack)
        # Before anybody waits for an answer.
        await house.leftovers.clear(nobody_waits=True)
        await _let_rest()
        # With all servers known, once more.
        house.client.add_listener(_let_rest, "on_ready")
        log.info("bot.started health_port=%d web_port=%s", health.port, web_port or "off")
        await _live(house)
    log.info("bot.stopped")


async def _let_rest() -> None:
    """Let the collector forget what is there now, and stays.

    Looked through again and again, it would stop the loop for a third of a second each time.
    """
    gc.freeze()


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
    ties = {
        asyncio.create_task(asked_to_stop.wait(), name="signal"),
        asyncio.create_task(_connect(house), name="discord"),
    }
    works = {
        asyncio.create_task(house.runner.run(), name="runner"),
        asyncio.create_task(house.housekeeping.run(), name="clean-up"),
        asyncio.create_task(house.remover.run(), name="removals"),
    }
    try:
        ended, _ = await asyncio.wait(ties | works, return_when=asyncio.FIRST_COMPLETED)
        for life in ended:
            life.result()
    finally:
        await _say_goodbye(house, ties=ties, works=works)


async def _say_goodbye(
    house: House, *, ties: set[asyncio.Task[Any]], works: set[asyncio.Task[Any]]
) -> None:
    """No new work; steps in flight finish or are left to be resumed. Within ten seconds."""
    house.intake.close()
    house.remover.stop()
    house.housekeeping.stop()
    await house.runner.stop()
    # Better than to cancel them: of a question to the database that is cancelled, the driver may
    # leave something behind that never ends. And while there still is a way to Discord.
    await _end(works | house.client.fall_silent(), within_s=LAST_MOMENT_S)
    with suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await house.client.close()
    await _end(ties, within_s=0)


async def _end(tasks: set[asyncio.Task[Any]], *, within_s: float) -> None:
    """Wait for the end of these, and cancel what has none within that time."""
    _, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _connect(house: House) -> None:
    """Stay connected to Discord; wait for it where it is away at the start."""
    wait_s, longest_s = RECONNECT_S
    while True:
        try:
            await house.client.start(house.settings.discord_token.get_secret_value())
        except discord.LoginFailure as error:
            raise CannotStart(NOT_LET_IN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise _shut_out(INTENTS_REFUSED) from error
        except discord.ConnectionClosed as error:
            raise _shut_out(error.code) from error
        except (*trouble.FAULTS, discord.GatewayNotFound) as error:
            if isinstance(error, discord.HTTPException) and not trouble.is_discords(error):
                raise
            log.warning("discord.unreachable error=%r retry_s=%.0f", error, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, longest_s)
        else:
            return


def _shut_out(code: int) -> CannotStart:
    """Discord has closed the gateway, and would close it again."""
    if code == AUTHENTICATION_FAILED:
        return CannotStart(NOT_LET_IN)
    return CannotStart(f"Discord closed the connection for good (code {code})")
