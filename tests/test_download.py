"""The guarded downloader against servers that send no file, half of one, or too much."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from functools import partial

import aiohttp
import pytest

from bot import download as download_module
from bot.domain.errors import DownloadError
from bot.download import Downloader
from tests.modelslab.bad_server import BadServer, Exchange, Script, reset

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
SIGNED = "?sig=marked-signature&ex=1"


async def picture(exchange: Exchange) -> None:
    await exchange.answer(PNG, headers={"Content-Type": "image/png", "Set-Cookie": "a=b"})


async def never(exchange: Exchange) -> None:
    raise AssertionError(f"nobody may ask for {exchange.request.target}")


def trusting(*servers: BadServer, max_bytes: int = 100_000, timeout_s: float = 5) -> Downloader:
    pairs = frozenset(("127.0.0.1", server.port) for server in servers)
    return Downloader(trusted=pairs, max_bytes=max_bytes, timeout_s=timeout_s)


async def failure(downloader: Downloader, url: str) -> DownloadError:
    async with downloader:
        with pytest.raises(DownloadError) as caught:
            await downloader.get(url)
    assert "marked" not in str(caught.value)
    assert "?" not in str(caught.value)
    assert caught.value.__cause__ is None or "marked" not in str(caught.value.__cause__)
    return caught.value


@pytest.fixture
async def server() -> AsyncIterator[BadServer]:
    async with BadServer(picture) as server:
        yield server


async def test_a_trusted_pair_may_be_http_on_loopback(server: BadServer) -> None:
    async with trusting(server) as downloader:
        url = f"{server.url}/a%2Fb c.png?x=%2F%20&y=ü"
        assert await downloader.get(url) == PNG
        assert await downloader.get(f"{server.url}/a%2Fb.png?x=%2F+%20;%3d#part") == PNG
    # A signed link arrives letter for letter.
    assert server.requests[1].target == "/a%2Fb.png?x=%2F+%20;%3d"


async def test_requests_are_plain_and_carry_nothing(
    server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with BadServer(never) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with trusting(server) as downloader:
            await downloader.get(server.url)
            await downloader.get(server.url)
        assert proxy.connections == 0
    for request in server.requests:
        assert "accept-encoding: identity\r\n" in request.head.lower()
        for header in ("cookie:", "authorization:", "referer:"):
            assert header not in request.head.lower()


def redirecting(target: str, *, status: int = 302) -> Script:
    async def script(exchange: Exchange) -> None:
        await exchange.answer(b"", status=status, headers={"Location": target})

    return script


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(server: BadServer, status: int) -> None:
    async with (
        BadServer(redirecting(f"{server.url}/b.png", status=status)) as first,
        trusting(first, server) as downloader,
    ):
        assert await downloader.get(first.url) == PNG
        assert server.requests[0].target == "/b.png"


async def test_a_relative_redirect_stays_with_its_host() -> None:
    async def script(exchange: Exchange) -> None:
        if exchange.request.target == "/a/b":
            await exchange.answer(b"", status=302, headers={"Location": "../c.png"})
        else:
            await picture(exchange)

    async with BadServer(script) as server, trusting(server) as downloader:
        assert await downloader.get(f"{server.url}/a/b") == PNG
        assert server.requests[1].target == "/c.png"


async def test_four_redirects_are_too_many() -> None:
    async def around(exchange: Exchange) -> None:
        await exchange.answer(b"", status=302, headers={"Location": "/again?sig=marked"})

    async with BadServer(around) as server:
        error = await failure(trusting(server), server.url)
        assert "redirects too often" in str(error)
        assert not error.retryable
        assert len(server.requests) == 4


def answering(body: bytes, *, status: int = 200, **headers: str) -> Script:
    async def script(exchange: Exchange) -> None:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.answer(body, status=status, headers=fields)

    return script


async def cut_off(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + PNG)
    exchange.writer.close()


async def cut_off_in_a_chunk(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + b"x" * 99)
    exchange.writer.close()


async def hangs(exchange: Exchange) -> None:
    await exchange.hang()


async def drips(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
    while not exchange.writer.is_closing():
        await exchange.raw(b"x")
        await asyncio.sleep(0.02)


async def resets(exchange: Exchange) -> None:
    exchange.reset()


async def announces_too_much(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n")
    await exchange.hang()


async def never_ends(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not exchange.writer.is_closing():
        await exchange.raw(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


@pytest.mark.parametrize(
    ("script", "retryable", "words"),
    [
        (answering(b"", status=404), True, "answered 404"),
        (answering(b"", status=403), True, "answered 403"),
        (answering(b"", status=429), True, "answered 429"),
        (answering(b"", status=500), True, "answered 500"),
        (answering(b"", status=503), True, "answered 503"),
        (answering(b"", status=204), True, "answered 204"),
        (answering(PNG, status=206), True, "answered 206"),
        (answering(b"", status=304), True, "answered 304"),
        (answering(b"", status=302), True, "redirects to nowhere"),
        (answering(b"", status=400), False, "answered 400"),
        (answering(b"", status=401), False, "answered 401"),
        (answering(b"", status=410), False, "answered 410"),
        (answering(b"<p>wait", Content_Type="text/html; charset=utf-8"), True, "web page"),
        (answering(b"\xef\xbb\xbf\r\n<html>"), True, "web page"),
        (answering(b"  <!DOCTYPE html><p>", Content_Type="image/png"), True, "web page"),
        (answering(b"<html>", Content_Type="image/png"), True, "web page"),
        (answering(b""), True, "empty"),
        (cut_off, True, "cut off"),
        (cut_off_in_a_chunk, True, "cut off"),
        (resets, True, "cannot be reached"),
        (hangs, True, "in time"),
        (drips, True, "in time"),
        (announces_too_much, False, "more than 100000 bytes"),
        (answering(b"x" * 100_001), False, "more than 100000 bytes"),
        (never_ends, False, "more than 100000 bytes"),
        (answering(gzip.compress(b"0" * 10**7), Content_Encoding="gzip"), False, "packed"),
        (answering(PNG, Content_Encoding="br"), False, "packed"),
    ],
)
async def test_answers_that_are_no_file(script: Script, retryable: bool, words: str) -> None:
    async with BadServer(script) as server:
        error = await failure(trusting(server, timeout_s=0.4), f"{server.url}/a.png{SIGNED}")
        assert words in str(error)
        assert error.retryable is retryable


@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=utf-8", "text/plain", ""])
async def test_a_picture_is_taken_whatever_its_header_says(kind: str) -> None:
    async with (
        BadServer(answering(PNG, Content_Type=kind)) as server,
        trusting(server) as downloader,
    ):
        assert await downloader.get(server.url) == PNG


async def test_the_largest_file_that_is_allowed() -> None:
    body = b"x" * 100_000
    async with BadServer(answering(body)) as server, trusting(server) as downloader:
        assert await downloader.get(server.url) == body


async def test_a_connection_that_is_reset_at_once_may_be_tried_again() -> None:
    async with BadServer(never, greet=reset) as server:
        assert (await failure(trusting(server), server.url)).retryable


async def test_nobody_there_may_be_tried_again() -> None:
    async with BadServer(never) as server:
        downloader, url = trusting(server), server.url
    assert (await failure(downloader, url)).retryable


async def test_giving_up_on_a_download_is_no_download_error() -> None:
    asked = asyncio.Event()

    async def tells_and_hangs(exchange: Exchange) -> None:
        asked.set()
        await exchange.hang()

    async with BadServer(tells_and_hangs) as server, trusting(server) as downloader:
        task = asyncio.create_task(downloader.get(server.url))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_outside_of_its_life_it_is_refused() -> None:
    with pytest.raises(RuntimeError):
        await Downloader().get("https://1.1.1.1/")


async def test_waiting_for_other_downloads_is_not_being_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a hundred slow ones a file was given up as if its server had not answered."""
    monkeypatch.setattr(download_module, "CONNECT_TIMEOUT_S", 0.5)
    few_at_once = partial(aiohttp.TCPConnector, limit=2)
    monkeypatch.setattr(aiohttp, "TCPConnector", few_at_once)

    async def slowly(exchange: Exchange) -> None:
        await asyncio.sleep(0.8)
        await picture(exchange)

    async with BadServer(slowly) as server, trusting(server) as downloader:
        got = await asyncio.gather(*(downloader.get(server.url) for _ in range(3)))
    assert got == [PNG] * 3
