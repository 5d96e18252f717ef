"""The doorbell as it is served: any caller, any body, one short answer."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.domain.errors import StorageBusy
from bot.engine.doorbell import MOUNT
from bot.web.doorbell import BODY_MAX_BYTES, doorbell_app
from bot.web.listening import listening
from tests.engine.world import World


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    app = web.Application()
    app.add_subapp(MOUNT, doorbell_app(world.doorbell))
    async with listening(app, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}{MOUNT}"


@pytest.fixture
async def caller() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def a_link(world: World, address: str) -> str:
    asked = await world.asks()
    return f"{address}/{world.doorbell.link(asked.job).rpartition('/')[2]}"


async def test_a_link_of_ours_is_answered_with_200_however_often(
    world: World, address: str, caller: aiohttp.ClientSession
) -> None:
    link = await a_link(world, address)
    for _ in range(3):
        async with caller.post(link, json={"status": "success", "id": 1}) as answer:
            assert (answer.status, await answer.read()) == (200, b"")


@pytest.mark.parametrize("ticket", ["x", "x" * 5000, "..%2f..", "%00"])
async def test_other_links_are_not_found_and_touch_nothing(
    address: str, caller: aiohttp.ClientSession, ticket: str
) -> None:
    async with caller.post(f"{address}/{ticket}", json={}) as answer:
        assert answer.status == 404


async def test_looking_is_not_ringing(
    world: World, address: str, caller: aiohttp.ClientSession
) -> None:
    async with caller.get(await a_link(world, address)) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": "' + b"9" * BODY_MAX_BYTES])
async def test_a_strange_body_is_a_ring_all_the_same(
    world: World, address: str, caller: aiohttp.ClientSession, body: bytes
) -> None:
    async with caller.post(await a_link(world, address), data=body) as answer:
        assert answer.status == 200


async def test_ten_megabytes_are_not_read_to_their_end(
    world: World, address: str, caller: aiohttp.ClientSession
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(160):
            sent += 65_536
            yield bytes(65_536)

    try:
        async with caller.post(await a_link(world, address), data=endless()) as answer:
            assert answer.status == 200
    except aiohttp.ClientConnectionError:
        # The door may close on whoever goes on talking.
        pass
    assert sent < 10_000_000


async def test_a_flood_is_answered_and_the_house_stays_up(
    world: World, address: str, caller: aiohttp.ClientSession
) -> None:
    link = await a_link(world, address)

    async def ring(number: int) -> int:
        async with caller.post(link if number % 2 else f"{link}x", json={}) as answer:
            return answer.status

    answers = await asyncio.gather(*(ring(number) for number in range(300)))
    assert sorted(set(answers)) == [200, 404]
    await world.until_done()


async def test_a_ring_that_could_not_be_written_down_is_not_confirmed(
    world: World, address: str, caller: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> object:
        raise StorageBusy("the database is busy")

    link = await a_link(world, address)
    monkeypatch.setattr(world.doorbell, "ring", busy)
    async with caller.post(link, json={}) as answer:
        assert answer.status == 503
