"""The account's endpoints: the wallet and the length of the queue. Changes neither."""

from collections import deque

from aiohttp import web

from sandbox.modelslab.desk import Desk
from sandbox.modelslab.fields import Refused
from sandbox.modelslab.jobs import Clock

COUNTS_PER_MINUTE = 30


class Counter:
    """Lets thirty questions a minute through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: deque[float] = deque()

    def admit(self) -> None:
        now = self._clock()
        while self._asked and self._asked[0] <= now - 60:
            self._asked.popleft()
        if len(self._asked) >= COUNTS_PER_MINUTE:
            raise Refused(429, "Too Many Attempts.")
        self._asked.append(now)


def add_routes(app: web.Application, desk: Desk, counter: Counter) -> None:
    async def wallet_balance(request: web.Request) -> web.Response:
        await desk.body(request)
        data = {"balance": round(desk.balance, 4), "currency": "USD"}
        return web.json_response({"status": "success", "data": data})

    async def request_count(request: web.Request) -> web.Response:
        await desk.body(request)
        counter.admit()
        return web.json_response(
            {
                "status": "success",
                "processing_count": desk.book.queued(),
                "message": "Current processing request count retrieved successfully",
            }
        )

    app.router.add_post("/api/wallet_balance", wallet_balance)
    app.router.add_post("/api/v6/processing/request_count", request_count)
