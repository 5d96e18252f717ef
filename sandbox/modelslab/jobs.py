"""The vendor's queue: accepted jobs, when each is ready, and the book of all of them.

Knows no HTTP and draws nothing itself; it is given a clock and a painter.
"""

import asyncio
import heapq
import itertools
import math
import random
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from sandbox.modelslab.moods import FLAGGED, Bell, Mood, Turn
from sandbox.modelslab.requests import Order

State = Literal["processing", "success", "failed"]
Clock: TypeAlias = Callable[[], float]
Latency: TypeAlias = float | Callable[[random.Random], float]

#: Words in a prompt that the stand-in's safety checker knows, so that a demo can show it.
FLAGGED_WORDS = frozenset({"nsfw", "nude", "naked"})
MAX_SEED = 2**32 - 1


def published_latency_s(rng: random.Random) -> float:
    """Seconds as the vendor's own figures tell: median 2.5, p95 5, two in a hundred up to 60."""
    if rng.random() < 0.02:
        return rng.uniform(5, 60)
    return rng.lognormvariate(math.log(2.5), math.log(2) / 1.645)


@dataclass(eq=False)
class Job:
    """One accepted generation: an entry of the book."""

    id: int | str
    #: What the fetch URL names; the id again, except on odd days.
    fetch_id: str
    #: The API and its room, such as `v7/images`: a job is fetched where it was made.
    family: str
    endpoint: str
    #: Where its asker found the stand-in.
    origin: str
    #: As received, without the key.
    body: dict[str, object]
    order: Order
    turn: Turn
    seed: int
    accepted_at: datetime
    ready_at: float
    held: bool
    clock: Clock
    #: Done when every picture is painted; the studio puts its own task here.
    painting: asyncio.Future[tuple[bytes, ...]]
    #: The exact bytes of what it starts from: `source`, `source_2` and so on, `mask`.
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    #: How often it was fetched, in all and after it was ready.
    fetches: int = 0
    ready_fetches: int = 0
    #: Whether an answer has carried its end: pictures, words or failure.
    told: bool = False
    #: How often each picture was asked for after it was ready.
    file_calls: dict[int, int] = field(default_factory=dict)
    #: Pictures that left the house whole, by index.
    served: dict[int, bytes] = field(default_factory=dict)

    @property
    def state(self) -> State:
        late = self.clock() < self.ready_at
        if self.turn.mood is Mood.NEVER or self.held or late or not self.is_painted:
            return "processing"
        if self.turn.bell is Bell.NOT_READY and self.webhook and self.fetches < 2:
            return "processing"
        if self.turn.mood in (Mood.FAILED_LATER, Mood.ERROR_LATER):
            return "failed"
        return "success"

    @property
    def webhook(self) -> str:
        """The address of its bell, empty where none was asked for."""
        return str(self.body.get("webhook") or "")

    @property
    def is_painted(self) -> bool:
        return self.painting.done() and not self.painting.cancelled()

    @property
    def speaks(self) -> bool:
        """Whether its result is words and no picture."""
        return self.order.wish is not None and self.order.wish.task == "caption"

    @property
    def pictures(self) -> tuple[bytes, ...]:
        """The exact bytes of every picture, empty until they are painted."""
        return self.painting.result() if self.is_painted and not self.speaks else ()

    @property
    def words(self) -> str:
        """What it has to say, empty until it is ready and where it has pictures instead."""
        return self.painting.result()[0].decode() if self.is_painted and self.speaks else ""

    @property
    def picture_count(self) -> int:
        if self.speaks:
            return 0
        asked = self.order.samples
        return max(1, asked - 1) if self.turn.mood is Mood.FEWER_PICTURES else asked

    @property
    def flagged(self) -> bool:
        by_word = not FLAGGED_WORDS.isdisjoint(self.order.prompt.lower().split())
        return self.turn.mood in FLAGGED or (by_word and bool(self.order.veil))

    @property
    def veil(self) -> str:
        """How its pictures are covered; empty for pictures anyone may see."""
        return (self.order.veil or "sensitive_content_text") if self.flagged else ""


class Book:
    """Every accepted job in the order of acceptance, and the queue they stand in."""

    def __init__(
        self, *, latency_s: Latency, workers: int | None, clock: Clock, rng: random.Random
    ) -> None:
        self.latency_s = latency_s
        self.workers = workers
        self.jobs: list[Job] = []
        self.holding = False
        self._clock = clock
        self._rng = rng
        self._open: list[Job] = []
        self._by_fetch: dict[tuple[str, str], Job] = {}
        self._by_name: dict[str, Job] = {}
        # A random start, because ids of two servers in one test must not meet in one database.
        self._ids: Iterator[int] = itertools.count(10_000_000 + secrets.randbelow(80_000_000))
        #: When each worker is next free, soonest first.
        self._free_at: list[float] = []

    def queued(self) -> int:
        """How many jobs stand in the queue now, the ones being made included."""
        self._open = [job for job in self._open if job.state == "processing"]
        return len(self._open)

    def accept(
        self,
        *,
        endpoint: str,
        family: str,
        origin: str,
        body: dict[str, object],
        order: Order,
        turn: Turn,
        at_once: bool,
        inputs: Mapping[str, bytes],
    ) -> Job:
        """Write one job into the book. Somebody has yet to paint it."""
        number = next(self._ids)
        odd = turn.mood is Mood.FETCH_ID_DIFFERS
        job_id = f"job-{number:x}-{number % 997}" if turn.mood is Mood.STRING_IDS else number
        job = Job(
            id=job_id,
            fetch_id=str(next(self._ids) if odd else job_id),
            family=family,
            endpoint=endpoint,
            origin=origin,
            body=body,
            order=order,
            turn=turn,
            seed=self._rng.randint(0, MAX_SEED) if order.seed is None else order.seed,
            accepted_at=datetime.now(UTC),
            ready_at=self._clock() if at_once or turn.bell is Bell.EARLY else self._ready_at(),
            held=self.holding,
            clock=self._clock,
            painting=asyncio.get_running_loop().create_future(),
            inputs=inputs,
        )
        self.jobs.append(job)
        self._open.append(job)
        self._by_fetch[family, job.fetch_id] = job
        self._by_name[job.name] = job
        return job

    def find(self, family: str, fetch_id: str) -> Job | None:
        return self._by_fetch.get((family, fetch_id))

    def find_named(self, name: str) -> Job | None:
        return self._by_name.get(name)

    def hold(self) -> None:
        """Let nothing become ready until it is released."""
        self.holding = True
        for job in self._open:
            job.held = job.held or job.state == "processing"

    def release(self, count: int | None = None) -> None:
        """Let go of the oldest `count` held jobs and hold on to the rest; None ends the hold."""
        held = [job for job in self._open if job.held]
        if count is None:
            self.holding = False
        for job in held[:count]:
            job.held = False

    def _ready_at(self) -> float:
        latency = self.latency_s(self._rng) if callable(self.latency_s) else self.latency_s
        now = self._clock()
        if self.workers is None:
            return now + latency
        starts_at = now
        if len(self._free_at) >= self.workers:
            starts_at = max(now, heapq.heappop(self._free_at))
        heapq.heappush(self._free_at, starts_at + latency)
        return starts_at + latency
