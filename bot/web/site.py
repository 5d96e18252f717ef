"""The web part at PUBLIC_URL: the mask page, and the doorbell. Health is elsewhere."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.engine.doorbell import MOUNT as BELL
from bot.engine.doorbell import Doorbell
from bot.engine.easels import Easels
from bot.engine.line import LineView
from bot.web.doorbell import doorbell_app
from bot.web.listening import listening
from bot.web.masks import MOUNT, mask_app


@asynccontextmanager
async def site(
    host: str,
    port: int,
    *,
    public_url: str,
    easels: Easels,
    doorbell: Doorbell,
    line: LineView,
    now: Callable[[], datetime],
) -> AsyncIterator[int]:
    """Serve the web part while inside; gives the port. Raises CannotListen."""
    app = web.Application()
    # Some proxies take the path of PUBLIC_URL off, others pass it on.
    for path in dict.fromkeys((urlsplit(public_url).path.rstrip("/"), "")):
        app.add_subapp(path + MOUNT, mask_app(easels, line=line, public_url=public_url, now=now))
        app.add_subapp(path + BELL, doorbell_app(doorbell))
    async with listening(app, host=host, port=port) as bound:
        yield bound
