"""The web part as a whole at its address, and what the doctor says of whether one gets there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.domain.checkup import Mark
from bot.engine.doorbell import MOUNT as BELL
from bot.engine.line import LineView
from bot.web.entrance import look
from bot.web.masks import MOUNT
from bot.web.site import site
from tests.web.gallery import Gallery

HOST = "127.0.0.1"


@asynccontextmanager
async def served(gallery: Gallery, public_url: str) -> AsyncIterator[int]:
    world = gallery.world
    async with site(
        HOST,
        0,
        public_url=public_url,
        easels=gallery.easels,
        doorbell=world.doorbell,
        line=LineView(world.database, max_queued=1, now=world.clock.now),
        now=world.clock.now,
    ) as port:
        yield port


@asynccontextmanager
async def a_stranger(answer: bytes) -> AsyncIterator[int]:
    """Some other program, which answers everybody the same."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("path", ["", "/limner", "/a/b", MOUNT])
@pytest.mark.parametrize("passed_on", [True, False])
async def test_a_proxy_may_take_the_path_off_or_pass_it_on(
    gallery: Gallery, path: str, passed_on: bool
) -> None:
    ticket = await gallery.ticket()
    async with (
        served(gallery, f"https://limner.example{path}") as port,
        aiohttp.ClientSession() as visitor,
    ):
        base = f"http://{HOST}:{port}{path if passed_on else ''}"
        async with visitor.get(f"{base}{MOUNT}/{ticket}") as page:
            text = await page.text()
            assert page.status == 200
            # What the page leads to stands below the public address.
            assert f'"{path}{MOUNT}/{ticket}/start"' in text
        async with visitor.post(f"{base}{BELL}/no-ticket", json={}) as rung:
            assert (rung.status, await rung.text()) == (404, "")


async def test_the_doctor_finds_the_web_part(gallery: Gallery) -> None:
    async with served(gallery, "http://127.0.0.1:1/limner") as port:
        found = await look(f"http://{HOST}:{port}/limner", host=HOST, port=port)

    assert found.mark is Mark.OK
    assert found.what == ("PUBLIC_URL leads to a running Limner: the mask page and the doorbell")


async def test_the_doctor_finds_that_the_proxy_leads_elsewhere(gallery: Gallery) -> None:
    async with (
        served(gallery, "http://127.0.0.1:1") as port,
        a_stranger(b"HTTP/1.1 502 Bad Gateway\r\n\r\n<title>nginx</title>") as proxy,
    ):
        found = await look(f"http://{HOST}:{proxy}", host=HOST, port=port)
        unsafe = await look(f"https://{HOST}:{proxy}", host=HOST, port=port)
        nameless = await look("https://no-such-host.invalid", host=HOST, port=port)
        with socket.create_server((HOST, 0)) as nobody:
            free = nobody.getsockname()[1]
        away = await look(f"http://{HOST}:{free}", host=HOST, port=port)

    why = "PUBLIC_URL does not lead to the web part: "
    assert (found.mark, found.what) == (
        Mark.SICK,
        f"{why}something else answers there (HTTP 502)",
    )
    assert found.fix == (
        f"Let the proxy behind that address pass everything on to port {port} of this machine."
    )
    assert (unsafe.mark, unsafe.what) == (Mark.SICK, f"{why}no safe connection can be made")
    assert (nameless.mark, nameless.what) == (Mark.SICK, f"{why}its name is not known")
    # A router may lead nobody from inside to its outside.
    assert (away.mark, away.what) == (Mark.NOTE, "PUBLIC_URL cannot be reached from this machine")


@pytest.mark.parametrize(
    ("host", "mark", "what"),
    [
        (HOST, Mark.OPEN, "whether PUBLIC_URL leads here can be seen while Limner runs"),
        ("192.0.2.1", Mark.SICK, "HTTP_HOST is no address of this machine"),
        ("no-such-host.invalid", Mark.SICK, "HTTP_HOST is a name that nobody knows"),
        ("..", Mark.SICK, "HTTP_HOST is a name that nobody knows"),
    ],
)
async def test_the_doctor_looks_at_the_port_while_nothing_runs(
    host: str, mark: Mark, what: str
) -> None:
    with socket.create_server((HOST, 0)) as nobody:
        port = nobody.getsockname()[1]

    found = await look(f"http://{HOST}:{port}", host=host, port=port)

    assert (found.mark, found.what) == (mark, what)


async def test_the_doctor_finds_the_port_taken() -> None:
    async with a_stranger(b"HTTP/1.0 200 OK\r\n\r\nhello") as port:
        found = await look(f"http://{HOST}:{port}", host=HOST, port=port)

    assert (found.mark, found.what) == (Mark.SICK, f"port {port} is taken by another program")
    assert found.fix.startswith("Let HTTP_PORT be another number")
