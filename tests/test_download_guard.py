"""The downloader's guard: which hosts it never speaks to, however they are spelt or reached."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import download
from bot.domain.errors import DownloadError
from bot.download import Downloader, is_public
from tests.modelslab.bad_server import BadServer, Exchange

SIGNED = "?sig=marked-signature&ex=1"


async def never(exchange: Exchange) -> None:
    raise AssertionError(f"nobody may ask for {exchange.request.target}")


@pytest.fixture
async def server() -> AsyncIterator[BadServer]:
    async with BadServer(never) as server:
        yield server


def trusting(server: BadServer) -> Downloader:
    return Downloader(trusted=frozenset({("127.0.0.1", server.port)}), timeout_s=5)


async def failure(downloader: Downloader, url: str) -> DownloadError:
    async with downloader:
        with pytest.raises(DownloadError) as caught:
            await downloader.get(url)
    assert "marked" not in str(caught.value)
    assert "?" not in str(caught.value)
    assert caught.value.__cause__ is None or "marked" not in str(caught.value.__cause__)
    return caught.value


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("162.159.130.233", True),
        ("2606:4700::6810:84e5", True),
        ("2a00:1450:4001:830::200e", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("224.0.0.1", False),
        ("239.255.255.255", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:1.1.1.1", True),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b::127.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("64:ff9b::1.1.1.1", True),
        ("64:ff9b:1::1.1.1.1", False),
        ("100::1", False),
        ("2001::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:db8::1", False),
        ("2002:7f00:1::", False),
        ("2002:101:101::", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("fc00::1", False),
        ("fd12:3456::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("127.1", False),
        ("0177.0.0.1", False),
        ("127.000.000.001", False),
        ("2130706433", False),
        ("0x7f000001", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "127.1",
        "127.000.000.001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
    ],
)
async def test_no_spelling_of_loopback_is_connected_to(host: str) -> None:
    async with BadServer(never) as server:
        error = await failure(Downloader(timeout_s=2), f"https://{host}:{server.port}/a{SIGNED}")
        assert not error.retryable
        assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://1.1.1.1/a.png",
        "ftp://a.example/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//a.example/a.png",
        "a.png",
        "",
        "https://",
        "https:///a.png",
        "https://marked:password@a.example/a.png",
        "https://marked@a.example/a.png",
        "https://a.example:99999/",
        "https://a.example:x/",
        "https://[::1/",
        "https://a.example\\@127.0.0.1/",
        "https://a.example/" + "x" * 5000,
    ],
)
async def test_links_that_are_never_followed(url: str) -> None:
    assert not (await failure(Downloader(timeout_s=2), url)).retryable


class LyingResolver(AbstractResolver):
    """Says what it was told to, one answer a question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self._answers[min(self.asked, len(self._answers)) - 1]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["127.0.0.1", "::1"], ["10.0.0.1", "127.0.0.1"]],
)
async def test_a_public_name_with_a_private_address_is_not_connected_to(answer: list[str]) -> None:
    async with BadServer(never) as server:
        resolver = LyingResolver(answer)
        url = f"https://pictures.example:{server.port}/a{SIGNED}"
        error = await failure(Downloader(resolver=resolver, timeout_s=2), url)
        assert str(error) == "pictures.example is not a public address"
        assert not error.retryable
        assert resolver.asked == 1
        assert server.connections == 0


async def test_a_name_that_changes_its_mind_is_judged_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody listens at 127.0.0.2, which stands for a public address here.
    monkeypatch.setattr(download, "is_public", lambda address: address == "127.0.0.2")
    async with BadServer(never) as server:
        resolver = LyingResolver(["127.0.0.2"], ["127.0.0.1"])
        async with Downloader(resolver=resolver, timeout_s=2) as downloader:
            for words in ("cannot be reached", "is not a public address"):
                with pytest.raises(DownloadError, match=words):
                    await downloader.get(f"https://pictures.example:{server.port}/a")
        assert server.connections == 0


async def test_it_is_the_judgement_that_keeps_it_from_connecting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download, "is_public", lambda address: True)
    async with BadServer(never, greet=lambda writer: writer.write(b"no tls\r\n")) as server:
        error = await failure(Downloader(timeout_s=2), f"https://127.0.0.1:{server.port}/a")
        assert error.retryable
        assert server.connections == 1


async def test_trust_is_for_the_exact_pair(server: BadServer) -> None:
    async with BadServer(never) as other:
        for url in (
            other.url,
            f"http://localhost:{server.port}/",
            f"http://127.0.0.2:{server.port}/",
            f"http://[::ffff:127.0.0.1]:{server.port}/",
        ):
            assert not (await failure(trusting(server), url)).retryable
        assert other.connections == 0
    assert server.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:{port}/x?sig=marked",
        "https://localhost:{port}/x?sig=marked",
        "http://127.0.0.1:{port}/x?sig=marked",
        "//127.0.0.1:{port}/x?sig=marked",
        "http://1.1.1.1/?sig=marked",
        "file:///etc/passwd",
        "https://marked:pw@127.0.0.1/",
        "https://[/",
    ],
)
async def test_a_redirect_into_the_house_is_not_followed(target: str) -> None:
    async with BadServer(never) as inside:

        async def redirects(exchange: Exchange) -> None:
            where = target.format(port=inside.port)
            await exchange.answer(b"", status=302, headers={"Location": where})

        async with BadServer(redirects) as server:
            assert not (await failure(trusting(server), server.url)).retryable
        assert inside.connections == 0


async def test_a_strangers_redirect_does_not_win_trust(
    server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    real: Any = Downloader._request

    async def spied(self: Downloader, url: Any, *, trusted: bool) -> Any:
        asked.append(trusted)
        if url.host == "1.1.1.1":  # stands for any public host
            return download._parsed(f"{server.url}/secret")
        return await real(self, url, trusted=trusted)

    monkeypatch.setattr(Downloader, "_request", spied)
    error = await failure(trusting(server), "https://1.1.1.1/a")
    assert str(error) == "only https links are fetched"
    assert asked == [False]
    assert server.connections == 0
