"""A receiver of webhooks: it writes down what rings and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PATH = "/bell/of-a-secret"


@dataclass(frozen=True)
class Heard:
    content: bytes
    content_type: str
    #: What the witness saw at that moment.
    seen: object

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Receiver:
    #: Where it is rung.
    url: str = ""
    status: int = 200
    #: Cleared: it answers nothing until it is set again.
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Heard] = field(default_factory=list)
    #: Asked whenever it rings, before anything else happens.
    witness: Callable[[], object] = lambda: None

    async def ring(self, request: web.Request) -> web.Response:
        seen = self.witness()
        self.heard.append(Heard(await request.read(), request.content_type, seen))
        await self.answers.wait()
        return web.Response(status=self.status, headers={"Location": f"{self.url}/elsewhere"})


@asynccontextmanager
async def a_receiver(*, max_bytes: int = 32 * 1024 * 1024) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.answers.set()
    app = web.Application(client_max_size=max_bytes)
    app.router.add_post(PATH, receiver.ring)
    app.router.add_post(f"{PATH}/elsewhere", receiver.ring)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        yield receiver
    finally:
        await runner.cleanup()
