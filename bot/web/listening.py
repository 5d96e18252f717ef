"""Puts a web application on an address and takes it off again. Never knows what it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.domain.errors import LimnerError

_SHUTDOWN_S = 1.0


class CannotListen(LimnerError):
    """The address is taken, not ours, or not allowed: tell the owner, who chose it."""


@asynccontextmanager
async def listening(app: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve `app` while inside; gives the port, which is a free one for `port=0`.

    Raises CannotListen.
    """
    # No access log: addresses may carry tickets.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise CannotListen(f"Cannot listen on {host} port {port}: {reason}") from error
        except UnicodeError as error:
            # What can be no name is not even asked for.
            raise CannotListen(f"Cannot listen on {host} port {port}: no such name") from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
