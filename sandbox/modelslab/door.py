"""Stands before every request: notes it, and answers strangers, and everybody on a day off."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.modelslab import replies
from sandbox.modelslab.desk import Answer
from sandbox.modelslab.fields import Refused
from sandbox.modelslab.reply import Reply, respond

AWAY = Reply(503, replies.error("Service temporarily unavailable. Please try again later."))


@dataclass
class Seen:
    """One request that arrived. The status is None until, or unless, it was answered."""

    method: str
    #: Without the query, which may carry a key.
    path: str
    status: int | None = None


class Door:
    """`noted` is called after each request."""

    def __init__(self, noted: Callable[[], None]) -> None:
        self.requests: list[Seen] = []
        self.stranger_calls = 0
        self.stranger_port = 0
        self.down = False
        self._noted = noted

    async def pass_through(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """The handler's answer, or the door's own."""
        if request.url.port == self.stranger_port:
            self.stranger_calls += 1
            return web.Response(status=403)
        if request.path.startswith("/_"):
            return await handler(request)
        seen = Seen(request.method, request.path)
        self.requests.append(seen)
        try:
            away = self.down and request.path.startswith("/api/")
            response = respond(AWAY) if away else await handler(request)
        except Refused as refusal:
            response = respond(replies.refused(refusal))
        finally:
            self._noted()
        seen.status = response.status
        return response
