"""The small Discord as one thing: start it, act as people, look at what the bot did.

async with WireDiscord() as discord:
    ...  # start a bot with DISCORD_API_URL=discord.api_url, DISCORD_TOKEN=discord.token
    await discord.ready()
    inter = await discord.slash(discord.ana, discord.general, "imagine", prompt="a red fox")
    await discord.until(lambda: discord.general.messages[-1].attachments)
"""

from types import TracebackType
from typing import Self

from aiohttp import web

from .gateway import HowToBreak
from .moderation import Moderation
from .people import People
from .rest import API

_LARGEST_REQUEST_BYTES = 64 * 1024 * 1024


class WireDiscord(People, Moderation):
    """A Discord with one server, two channels and three people, on a free loopback port."""

    def __init__(self, *, token: str | None = None, shards: int = 1) -> None:
        super().__init__(token=token, shards=shards)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST_REQUEST_BYTES)
        app.router.add_get("/", self.gateway.serve)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._serve_file)
        app.router.add_route("*", API + "/{path:.*}", self.rest.answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        self.home = self.guild("Home")
        self.general = self.home.channel("general")
        self.after_dark = self.home.channel("after-dark")
        self.ana, self.ben, self.mod = self.user("ana"), self.user("ben"), self.user("mod")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.clear()
        await self.finish_announcing()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def ready(self, timeout_s: float = 15.0) -> None:
        """Wait until the bot is connected with every shard and its commands are registered."""
        await self.until(
            lambda: (
                self.gateway.connected_shards == set(range(self.shards))
                and self.commands.any_registered
            ),
            timeout_s=timeout_s,
        )

    async def gone(self, timeout_s: float = 10.0) -> None:
        """Wait until no bot is connected."""
        await self.until(lambda: not self.gateway.connected_shards, timeout_s=timeout_s)

    async def disconnect(self, how: HowToBreak = "abort") -> None:
        """Break the gateway connection.

        "abort" drops the TCP connection, "reconnect" is op 7, "invalid_resumable" and "invalid"
        are op 9, a number is a close code.
        """
        await self.gateway.break_connections(how)

    async def _serve_file(self, request: web.Request) -> web.Response:
        link = request.query
        try:
            file_id = int(request.match_info["file"])
        except ValueError:
            return web.Response(status=404)
        file = self.file_behind(file_id, link.get("ex", "0"), link.get("hm", ""))
        if file is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.bytes, content_type=file.content_type)
