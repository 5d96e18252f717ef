"""The web part that people reach: the mask page, where PUBLIC_URL leads. Health is elsewhere."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from bot.engine.easels import Easels
from bot.engine.line import LineView
from bot.web.listening import listening
from bot.web.masks import MOUNT, mask_app


@asynccontextmanager
async def site(
    host: str,
    port: int,
    *,
    public_url: str,
    easels: Easels,
    line: LineView,
    now: Callable[[], datetime],
) -> AsyncIterator[int]:
    """Serve the web part while inside; gives the port. Raises CannotListen."""
    app = web.Application()
    app.add_subapp(MOUNT, mask_app(easels, line=line, public_url=public_url, now=now))
    async with listening(app, host=host, port=port) as bound:
        yield bound
