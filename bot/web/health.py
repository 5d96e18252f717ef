"""Says how the bot is, to whoever watches it. Never mends anything, never names a secret.

GET /healthz   200 "ok" while the event loop turns
GET /readyz    200 if every ping came back, else 503; each with a word on every ping
GET /metrics   the figures, in Prometheus' text format
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Literal, Self

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.domain.errors import LimnerError
from bot.web.listening import listening

log = logging.getLogger(__name__)

# Often enough that no block of 70 ms goes by without being seen as one of more than 50; the wakes
# take half a hundredth of a core.
_LAG_SAMPLE_S: Final = 0.02
_LAG_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class NotReady(LimnerError):
    """What a ping raises; the text says in a few words what is missing."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. A counter's name goes without `_total`, which is added."""

    name: str
    help: str
    kind: Literal["gauge", "counter"]
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Ping = Callable[[], Awaitable[None]]
TakeMeasures = Callable[[], Awaitable[Sequence[Measure]]]


class HealthServer:
    """The three pages on their own port, served while inside `async with`.

    A ping returns when its part works, and raises NotReady (or another LimnerError) when it
    does not. `measure` is asked once for each reading of /metrics.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        pings: Mapping[str, Ping],
        measure: TakeMeasures,
        timeout_s: float = 2.0,
    ) -> None:
        self._host = host
        self.port = port
        self._pings = pings
        self._measure = measure
        self._timeout_s = timeout_s
        # Not the library's global one: two servers in one process must not share figures.
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._lag = Histogram(
            "limner_loop_lag_seconds",
            "How late the event loop woke a sleeper",
            buckets=_LAG_BUCKETS_S,
            registry=self._registry,
        )
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        async with AsyncExitStack() as opening:
            self.port = await opening.enter_async_context(
                listening(app, host=self._host, port=self.port)
            )
            watching = asyncio.create_task(self._watch_lag(), name="loop lag")
            opening.push_async_callback(_stop, watching)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _readyz(self, _request: web.Request) -> web.Response:
        answers = await asyncio.gather(*map(self._answer, self._pings.values()))
        ready = all(answer == "ok" for answer in answers)
        return web.json_response(
            dict(zip(self._pings, answers, strict=True)), status=200 if ready else 503
        )

    async def _answer(self, ping: Ping) -> str:
        try:
            async with asyncio.timeout(self._timeout_s):
                await ping()
        except TimeoutError:
            return f"no answer within {self._timeout_s:g} s"
        except LimnerError as error:
            return str(error) or type(error).__name__
        return "ok"

    async def _metrics(self, _request: web.Request) -> web.Response:
        measures = CollectorRegistry()
        measures.register(_Measured(await self._take_measures()))
        return web.Response(
            body=generate_latest(measures) + generate_latest(self._registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    async def _take_measures(self) -> Sequence[Measure]:
        """The measures, or a gauge that says they are missing: the rest is worth reading."""
        failed = 0
        measures: Sequence[Measure] = ()
        try:
            async with asyncio.timeout(self._timeout_s):
                measures = await self._measure()
        except (TimeoutError, LimnerError) as error:
            log.warning("metrics.incomplete reason=%r", str(error) or "timeout")
            failed = 1
        missing = Measure(
            "limner_measures_missing", "1 if the bot's own figures are missing", "gauge", failed
        )
        return [*measures, missing]

    async def _watch_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_at = loop.time() + _LAG_SAMPLE_S
            await asyncio.sleep(_LAG_SAMPLE_S)
            self._lag.observe(max(0.0, loop.time() - due_at))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class _Measured(Collector):
    def __init__(self, measures: Sequence[Measure]) -> None:
        self._families: dict[str, list[Measure]] = defaultdict(list)
        for measure in measures:
            self._families[measure.name].append(measure)

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        for name, members in self._families.items():
            first = members[0]
            family_type = GaugeMetricFamily if first.kind == "gauge" else CounterMetricFamily
            labels = sorted(first.labels)
            family = family_type(name, first.help, labels=labels)
            for member in members:
                family.add_metric([member.labels[label] for label in labels], member.value)
            yield family
