"""Where the vendor rings: takes any body, writes the ring down, answers. Decides nothing."""

import logging

from aiohttp import web

from bot.domain.errors import StorageError
from bot.domain.tickets import TICKET_MAX_CHARS
from bot.engine.doorbell import Doorbell, Heard

log = logging.getLogger(__name__)

# What the vendor says fits many times; whoever sends more is not the vendor.
BODY_MAX_BYTES = 64 * 1024


def doorbell_app(doorbell: Doorbell) -> web.Application:
    """One path: a POST to a signed link."""
    app = web.Application(client_max_size=BODY_MAX_BYTES)

    async def rung(request: web.Request) -> web.Response:
        ticket = request.match_info["ticket"]
        if len(ticket) > TICKET_MAX_CHARS:
            return web.Response(status=404)
        try:
            heard = await doorbell.ring(ticket, await _body(request))
        except StorageError as error:
            # Not written down: whoever rings again is welcome, and the bot asks by itself anyway.
            log.warning("doorbell.unheard error=%s", error)
            return web.Response(status=503)
        return web.Response(status=404 if heard is Heard.UNKNOWN else 200)

    app.router.add_post("/{ticket}", rung)
    return app


async def _body(request: web.Request) -> bytes:
    """The body, or nothing where it is too long: the link alone is a ring, too."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return b""
