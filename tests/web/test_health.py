"""Health over real HTTP: what a watcher is told on good days and bad ones."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.errors import StorageBusy
from bot.web.health import HealthServer, Measure, NotReady
from bot.web.listening import CannotListen


@dataclass
class Parts:
    """The parts of a bot that the server asks, each well until a test says otherwise."""

    troubles: dict[str, Exception] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    measures: Sequence[Measure] = ()

    async def database(self) -> None:
        await self._behave("database")

    async def gateway(self) -> None:
        await self._behave("gateway")

    async def measure(self) -> Sequence[Measure]:
        await self._behave("measure")
        return self.measures

    async def _behave(self, name: str) -> None:
        if name in self.hanging:
            await asyncio.Event().wait()
        if name in self.troubles:
            raise self.troubles[name]


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def server(parts: Parts) -> AsyncIterator[HealthServer]:
    pings = {"database": parts.database, "gateway": parts.gateway}
    async with HealthServer(
        "127.0.0.1", 0, pings=pings, measure=parts.measure, timeout_s=0.05
    ) as running:
        yield running


@asynccontextmanager
async def _get(server: HealthServer, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session,
        session.get(path) as response,
    ):
        yield response


async def _samples(server: HealthServer) -> dict[str, float]:
    async with _get(server, "/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        text = await response.text()
    return {
        sample.name
        + "".join(f"{{{k}={v}}}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_healthz_is_ok_while_the_loop_turns_whatever_else_is_down(
    server: HealthServer, parts: Parts
) -> None:
    parts.troubles["database"] = StorageBusy("The database is locked.")

    async with _get(server, "/healthz") as response:
        assert (response.status, await response.text()) == (200, "ok")


async def test_readyz_is_ok_when_every_ping_comes_back(server: HealthServer) -> None:
    async with _get(server, "/readyz") as response:
        assert response.status == 200
        assert await response.json() == {"database": "ok", "gateway": "ok"}


async def test_readyz_names_what_is_down_and_why(server: HealthServer, parts: Parts) -> None:
    parts.troubles["database"] = StorageBusy("The database is locked.")
    parts.troubles["gateway"] = NotReady("not connected")

    async with _get(server, "/readyz") as response:
        assert response.status == 503
        assert await response.json() == {
            "database": "The database is locked.",
            "gateway": "not connected",
        }


async def test_readyz_does_not_wait_for_a_ping_that_hangs(
    server: HealthServer, parts: Parts
) -> None:
    parts.hanging.add("gateway")

    async with _get(server, "/readyz") as response:
        assert response.status == 503
        assert await response.json() == {"database": "ok", "gateway": "no answer within 0.05 s"}


async def test_a_fault_of_ours_in_a_ping_is_not_taken_for_readiness(
    server: HealthServer, parts: Parts
) -> None:
    parts.troubles["database"] = KeyError("a bug")

    async with _get(server, "/readyz") as response:
        assert response.status == 500
        assert "a bug" not in await response.text()


async def test_metrics_hold_the_measures_and_the_process(
    server: HealthServer, parts: Parts
) -> None:
    parts.measures = [
        Measure("limner_jobs", "Jobs by state", "gauge", 3, {"state": "queued"}),
        Measure("limner_jobs", "Jobs by state", "gauge", 1, {"state": "waiting"}),
        Measure("limner_pictures", "Pictures delivered", "counter", 12),
    ]

    samples = await _samples(server)

    assert samples["limner_jobs{state=queued}"] == 3
    assert samples["limner_jobs{state=waiting}"] == 1
    assert samples["limner_pictures_total"] == 12
    assert samples["limner_measures_missing"] == 0
    assert samples["process_resident_memory_bytes"] > 0


@pytest.mark.parametrize("how", ["fails", "hangs"])
async def test_metrics_say_when_the_measures_are_missing(
    server: HealthServer, parts: Parts, how: str
) -> None:
    if how == "hangs":
        parts.hanging.add("measure")
    parts.troubles["measure"] = StorageBusy("The database is locked.")

    samples = await _samples(server)

    assert samples["limner_measures_missing"] == 1
    assert samples["process_resident_memory_bytes"] > 0


async def test_no_block_of_the_loop_goes_by_unseen(server: HealthServer) -> None:
    """Looked at four times a second, three in four blocks of a tenth of one were missed."""
    blocks = 5
    for _ in range(blocks):
        await asyncio.sleep(0.03)  # so that the watcher sleeps
        time.sleep(0.08)  # noqa: ASYNC251 - the block is what is measured
    await asyncio.sleep(0.01)

    samples = await _samples(server)

    in_all = samples["limner_loop_lag_seconds_count"]
    assert in_all - samples["limner_loop_lag_seconds_bucket{le=0.05}"] >= blocks
    assert samples["limner_loop_lag_seconds_sum"] > 0.05 * blocks


async def test_two_servers_share_no_figures(server: HealthServer, parts: Parts) -> None:
    async with HealthServer("127.0.0.1", 0, pings={}, measure=parts.measure) as other:
        assert other.port != server.port
        async with _get(other, "/readyz") as response:
            assert await response.json() == {}


async def test_a_taken_port_is_one_sentence(server: HealthServer, parts: Parts) -> None:
    second = HealthServer("127.0.0.1", server.port, pings={}, measure=parts.measure)

    with pytest.raises(CannotListen, match=f"Cannot listen on 127.0.0.1 port {server.port}: "):
        await second.__aenter__()


@pytest.mark.parametrize("host", ["..", "a" * 64, "no-such-host.invalid"])
async def test_a_host_that_is_no_name_is_one_sentence(parts: Parts, host: str) -> None:
    nowhere = HealthServer(host, 0, pings={}, measure=parts.measure)

    with pytest.raises(CannotListen, match=r"^Cannot listen on .*: .+$"):
        await nowhere.__aenter__()


async def test_after_closing_nobody_listens_and_nothing_runs(parts: Parts) -> None:
    before = asyncio.all_tasks()
    async with HealthServer("127.0.0.1", 0, pings={}, measure=parts.measure) as server:
        pass

    assert asyncio.all_tasks() == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
