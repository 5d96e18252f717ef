"""The stand-in for ModelsLab as a real HTTP server: its life, its routes, its log of requests."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Self

from aiohttp import web

from sandbox.modelslab import account, control, files, tales, uploads
from sandbox.modelslab.bells import Bells, Rung
from sandbox.modelslab.desk import Answer, Desk
from sandbox.modelslab.door import Door, Seen
from sandbox.modelslab.endpoints import ENDPOINTS, FAMILIES, FETCHED_BY_BODY, Endpoint
from sandbox.modelslab.inputs import Inputs
from sandbox.modelslab.jobs import Book, Clock, Job, Latency
from sandbox.modelslab.models import Model, known_models
from sandbox.modelslab.moods import Mood, Tale, Turn
from sandbox.modelslab.painter import paint as paint_picture
from sandbox.modelslab.replies import WordsIn
from sandbox.modelslab.requests import Order
from sandbox.modelslab.shelf import Shelf, Upload
from sandbox.modelslab.studio import Paint, Studio

MAX_BODY_BYTES = 16 * 1024 * 1024
LOOK_AGAIN_S = 0.01


class Vendor:
    """A small ModelsLab on this machine.

        async with Vendor(latency_s=0.2) as vendor:
            ...  # point MODELSLAB_BASE_URL at vendor.url

    latency_s: seconds until a job is ready, or a function of a random.Random that gives them.
    eta_s: what the answers promise instead of the truth.
    answers_at_once: whether, or for which orders, the first answer carries the pictures.
    workers: how many jobs are made at a time, first come first served; None: all at once.
    paint: the painter, for whoever needs thousands of pictures; see `painter.sketch`.
    reachable: origins on this machine that pictures may be fetched from. Otherwise they come from
        the stand-in itself: addresses elsewhere are refused without a look at them.

    bell_timeout_s: how long a webhook's receiver may take to answer; the vendor grants thirty.

    Where a request names a webhook, it is rung when the work is ready or has failed, if it is on
    this machine; see `bells`. Addresses elsewhere are noted and left alone.
    """

    def __init__(
        self,
        key: str = "sandbox-key",
        *,
        latency_s: Latency = 0.0,
        max_queued: int = 5,
        port: int = 0,
        eta_s: float | None = None,
        host: str = "127.0.0.1",
        answers_at_once: bool | Callable[[Order], bool] = False,
        workers: int | None = None,
        paint: Paint = paint_picture,
        balance: float = 1000.0,
        clock: Clock = time.monotonic,
        random_seed: int | None = None,
        reachable: Iterable[str] = (),
        bell_timeout_s: float = 5.0,
    ) -> None:
        self.host = host
        self.port = port
        #: How many generation POSTs arrived, the refused ones included.
        self.posts = 0
        self._jobs = Book(
            latency_s=latency_s, workers=workers, clock=clock, rng=random.Random(random_seed)
        )
        self._shelf = Shelf(clock)
        self.desk = Desk(
            key=key,
            book=self._jobs,
            studio=Studio(paint),
            bells=Bells(self._letter, lambda: self._changed.set(), timeout_s=bell_timeout_s),
            models=known_models(),
            max_queued=max_queued,
            eta_s=eta_s,
            answers_at_once=answers_at_once,
            balance=balance,
            inputs=Inputs(self._shelf, self._jobs, reachable),
        )
        self._counter = account.Counter(clock)
        self._changed = asyncio.Event()
        self._door = Door(self._changed.set)
        self._runner: web.AppRunner | None = None

    # What tests read.

    @property
    def url(self) -> str:
        """What MODELSLAB_BASE_URL wants."""
        return f"{self.origin}/api"

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def requests(self) -> list[Seen]:
        """Every request that arrived, whatever became of it."""
        return self._door.requests

    @property
    def stranger_calls(self) -> int:
        """Calls to the address that FOREIGN_FETCH_RESULT and FORGED_LINKS name.

        There must be none: a fetch would leak the key.
        """
        return self._door.stranger_calls

    @property
    def stranger_url(self) -> str:
        """A neighbour on this machine, whom nobody has a reason to call."""
        return f"http://127.0.0.1:{self._door.stranger_port}"

    @property
    def book(self) -> list[Job]:
        """Every accepted generation, in order."""
        return self._jobs.jobs

    @property
    def uploads(self) -> list[Upload]:
        """Every picture that was handed in, in order, the expired ones included."""
        return self._shelf.uploads

    @property
    def accepted(self) -> int:
        return len(self._jobs.jobs)

    @property
    def queued(self) -> int:
        """How many jobs stand in the account's queue now."""
        return self._jobs.queued()

    @property
    def bells(self) -> list[Rung]:
        """Every bell that was rung, in the order in which their receivers answered or did not."""
        return self.desk.bells.rung

    @property
    def fetches(self) -> dict[int | str, int]:
        """How often each job was fetched, by its id, the fetches in vain included."""
        return {job.id: job.fetches for job in self.book}

    @property
    def models(self) -> dict[str, Model]:
        """The known models; take one out and it is not found any more."""
        return self.desk.models

    async def until(self, predicate: Callable[["Vendor"], bool], timeout_s: float = 5) -> None:
        """Wait until `predicate(vendor)` holds. Raises TimeoutError with what happened instead."""
        deadline = time.monotonic() + timeout_s
        while not predicate(self):
            if time.monotonic() > deadline:
                states = [job.state for job in self.book]
                raise TimeoutError(f"posts={self.posts} jobs={states} requests={self.requests}")
            self._changed.clear()
            # Jobs also ripen by time alone, which rings no bell.
            try:
                await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN_S)
            except TimeoutError:
                continue

    # What tests script.

    @property
    def key(self) -> str:
        return self.desk.key

    @key.setter
    def key(self, key: str) -> None:
        self.desk.key = key

    @property
    def balance(self) -> float:
        """The wallet, in dollars. Every picture costs; an empty one answers 402."""
        return self.desk.balance

    @balance.setter
    def balance(self, balance: float) -> None:
        self.desk.balance = balance

    @property
    def max_queued(self) -> int:
        return self.desk.max_queued

    @max_queued.setter
    def max_queued(self, max_queued: int) -> None:
        self.desk.max_queued = max_queued

    @property
    def latency_s(self) -> Latency:
        return self._jobs.latency_s

    @latency_s.setter
    def latency_s(self, latency_s: Latency) -> None:
        self._jobs.latency_s = latency_s

    @property
    def moods(self) -> deque[Mood | Turn]:
        """Moods of the next generation POSTs, first come first served."""
        return self.desk.moods

    @property
    def default_mood(self) -> Mood | Turn:
        """The mood when none is scripted."""
        return self.desk.default_mood

    @default_mood.setter
    def default_mood(self, mood: Mood | Turn) -> None:
        self.desk.default_mood = mood

    @property
    def down(self) -> bool:
        """While true, every API call gets a 503."""
        return self._door.down

    @down.setter
    def down(self, down: bool) -> None:
        self._door.down = down

    def next(self, *moods: Mood | Turn) -> None:
        """Script the next generation POSTs, after those already scripted."""
        self.moods.extend(moods)

    def when(self, prompt: str, mood: Mood | Turn) -> None:
        """Script the next generation POST with just this prompt, before those of `next`."""
        self.desk.moods_by_prompt[prompt] = mood

    def next_upload(self, *moods: Mood | Turn) -> None:
        """Script the next uploads, which use up no other moods; see `uploads`."""
        self.desk.upload_moods.extend(moods)

    @property
    def words_in(self) -> WordsIn:
        """Where a caption lies in its answer."""
        return self.desk.words_in

    @words_in.setter
    def words_in(self, place: WordsIn) -> None:
        self.desk.words_in = place

    def hold(self) -> None:
        """Let no job become ready until `release`."""
        self._jobs.hold()

    def release(self, count: int | None = None) -> None:
        """End the hold, or let go of the oldest `count` jobs and hold on to the rest."""
        self._jobs.release(count)
        self._changed.set()

    async def ring(self, job: Job, tale: Tale = Tale.TRUE) -> Rung:
        """Ring a job's bell by hand, now, whatever its script has."""
        return await self.desk.bells.ring(job, tale)

    # Life.

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.desk.bells.close()
        await self.stop()
        await self.desk.studio.close()

    async def start(self) -> None:
        """Listen; after a `stop`, at the same address and with the same book."""
        self.desk.closing.clear()
        self._runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await self._runner.setup()
        self.port = await self._listen(self._runner, self.host, self.port)
        door = self._door
        door.stranger_port = await self._listen(self._runner, "127.0.0.1", door.stranger_port)
        self.desk.stranger_url = self.stranger_url

    async def stop(self) -> None:
        """Stop listening and drop every connection. The book stays; jobs ripen and bells ring."""
        self.desk.closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @staticmethod
    async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        # A site names the port it asked for, which may be 0; the newest socket knows the real one.
        bound: int = runner.addresses[-1][1]
        return bound

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._attend])
        for endpoint in ENDPOINTS:
            app.router.add_post(endpoint.path, self._generation(endpoint))
        for family in FAMILIES:
            fetch = self._fetch(family)
            app.router.add_post(f"/api/{family}/fetch/{{id}}", fetch)
            if family in FETCHED_BY_BODY:
                app.router.add_post(f"/api/{family}/fetch", fetch)
        app.router.add_get("/generations/{file}", self._file)
        uploads.add_routes(app, self.desk, self._shelf)
        account.add_routes(app, self.desk, self._counter)
        control.add_routes(app, self)
        return app

    @web.middleware
    async def _attend(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        return await self._door.pass_through(request, handler)

    def _letter(self, job: Job, tale: Tale) -> tales.Letter:
        return tales.letter(
            job,
            tale,
            book=self.book,
            stranger_url=self.desk.stranger_url,
            words_in=self.desk.words_in,
        )

    def _generation(self, endpoint: Endpoint) -> Answer:
        async def generate(request: web.Request) -> web.StreamResponse:
            self.posts += 1
            return await self.desk.generate(request, endpoint)

        return generate

    def _fetch(self, family: str) -> Answer:
        async def fetch(request: web.Request) -> web.StreamResponse:
            return await self.desk.fetch(request, family)

        return fetch

    async def _file(self, request: web.Request) -> web.StreamResponse:
        match = files.NAME.fullmatch(request.match_info["file"])
        job = self._jobs.find_named(match["name"]) if match else None
        if match is None or job is None:
            return files.not_found()
        return await files.serve(request, job, int(match["index"]), self.desk.closing)
