"""The client over real sockets, against servers that behave badly in every way known."""

import asyncio
import json
import logging
import socket
import time
from dataclasses import replace

import pytest

from bot.domain.job import VendorTicket
from bot.domain.request import ImageRequest, Kind
from bot.modelslab import client as client_module
from bot.modelslab.catalogue import Catalogue, Model
from bot.modelslab.client import ANSWER_MAX_BYTES, ModelsLab
from bot.modelslab.wire import Accepted, Balance, Finished, Reason, Refused, StillRunning, Unclear
from tests.modelslab.bad_server import BadServer, Exchange, Script, reset

KEY = "sk-marked+secret/key"
REQUEST = ImageRequest(kind=Kind.IMAGINE, prompt="a red fox", model="flux")
TICKET = VendorTicket(family="v7/images", remote_id="17")


def flux() -> Model:
    found = Catalogue.built_in().get("flux")
    assert found is not None
    return found


async def submit(lab: ModelsLab) -> Accepted | Finished | Refused | Unclear:
    return await lab.submit(flux(), REQUEST, prompt="a fox", negative="", seed=7, track_id="1")


async def submit_to(url: str, *, timeout_s: float = 5) -> Accepted | Finished | Refused | Unclear:
    async with ModelsLab(f"{url}/api", KEY, timeout_s=timeout_s) as lab:
        return await submit(lab)


async def hangs(exchange: Exchange) -> None:
    await exchange.hang()


async def hangs_half_way(exchange: Exchange) -> None:
    await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    await exchange.hang()


async def resets(exchange: Exchange) -> None:
    exchange.reset()


async def hangs_up(exchange: Exchange) -> None:
    exchange.writer.close()


async def cuts_off(exchange: Exchange) -> None:
    await exchange.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status"')
    exchange.writer.close()


async def talks_rubbish(exchange: Exchange) -> None:
    await exchange.raw(b"220 mail.example ESMTP\r\n\r\n")
    exchange.writer.close()


async def shows_a_page(exchange: Exchange) -> None:
    await exchange.answer(b"<html>502</html>", status=502, headers={"Content-Type": "text/html"})


async def lies_about_packing(exchange: Exchange) -> None:
    await exchange.answer(b"not gzip at all", headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (hangs, "no answer within 0.3 s"),
        (hangs_half_way, "no answer within 0.3 s"),
        (resets, "it broke the connection"),
        (hangs_up, "it broke the connection"),
        (cuts_off, "its answer broke off, or cannot be unpacked"),
        (talks_rubbish, "its answer is no HTTP"),
        (shows_a_page, "HTTP 502 without a readable answer"),
        (lies_about_packing, "its answer broke off, or cannot be unpacked"),
    ],
)
async def test_a_submission_without_an_answer_is_unclear_and_is_sent_once(
    script: Script, words: str
) -> None:
    """The words reach members: they once named a library's classes, and system errors by number."""
    async with BadServer(script) as server:
        assert await submit_to(server.url, timeout_s=0.3) == Unclear(words)
        assert len(server.requests) == server.connections == 1


async def test_a_connection_that_is_reset_at_once_is_unclear() -> None:
    async with BadServer(hangs, greet=reset) as server:
        assert isinstance(await submit_to(server.url), Unclear)
        assert server.connections == 1


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not exchange.writer.is_closing():
            await exchange.raw(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            sent += 0x10000

    async with BadServer(endless) as server:
        got = await submit_to(server.url)
        assert isinstance(got, Unclear)
        # What lies in the buffers of two sockets comes on top.
        assert sent < ANSWER_MAX_BYTES + 16 * 2**20


async def test_a_refused_connection_is_surely_no_submission() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        got = await submit_to(url)
    assert got == Refused(Reason.DOWN, "no connection can be made")


async def test_failed_tls_is_surely_no_submission() -> None:
    async with BadServer(hangs, greet=lambda writer: writer.write(b"no tls here\r\n")) as server:
        got = await submit_to(server.url.replace("http:", "https:"))
        assert got == Refused(Reason.DOWN, "no safe connection can be made")
        assert server.requests == []


async def test_an_unknown_name_is_surely_no_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    got = await submit_to("https://modelslab.example")
    assert got == Refused(Reason.DOWN, "its name is not found")


async def test_no_connection_in_time_is_surely_no_submission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object, **__: object) -> object:
        time.sleep(0.3)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT_S", 0.05)
    got = await submit_to("https://modelslab.example", timeout_s=5)
    assert isinstance(got, Refused)
    assert got.reason is Reason.DOWN


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_the_key_nowhere(status: int) -> None:
    async with BadServer(hangs) as elsewhere:

        async def redirects(exchange: Exchange) -> None:
            await exchange.answer(b"", status=status, headers={"Location": elsewhere.url})

        async with BadServer(redirects) as server:
            assert isinstance(await submit_to(server.url), Unclear)
            assert len(server.requests) == 1
        assert elsewhere.connections == 0


async def processing(exchange: Exchange) -> None:
    await exchange.answer({"status": "processing", "id": 17, "eta": 1})


async def test_the_key_travels_in_the_body_alone() -> None:
    async with BadServer(processing) as server:
        assert isinstance(await submit_to(server.url), Accepted)
        (request,) = server.requests
        assert request.target == "/api/v7/images/text-to-image"
        assert json.loads(request.body)["key"] == KEY
        assert KEY not in request.head
        assert "authorization" not in request.head.lower()
        assert "cookie" not in request.head.lower()


async def test_a_kept_connection_that_has_died_is_not_mistaken_for_a_lost_answer() -> None:
    async def answers_and_dies(exchange: Exchange) -> None:
        await processing(exchange)
        exchange.reset()

    async with (
        BadServer(answers_and_dies) as server,
        ModelsLab(f"{server.url}/api", KEY) as lab,
    ):
        for expected in (1, 2, 3):
            assert isinstance(await submit(lab), Accepted)
            assert server.connections == len(server.requests) == expected


async def test_fetches_share_a_connection() -> None:
    async with BadServer(processing) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        for _ in range(3):
            assert await lab.fetch(TICKET) == StillRunning(1.0)
        assert server.connections == 1
        assert {request.target for request in server.requests} == {"/api/v7/images/fetch/17"}


async def test_a_refusal_that_repeats_the_key_is_redacted() -> None:
    async def tells(exchange: Exchange) -> None:
        await exchange.answer({"status": "error", "messege": f"Invalid API key {KEY}."})

    async with BadServer(tells) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        for got in (await submit(lab), await lab.fetch(TICKET), await lab.balance()):
            assert got == Refused(Reason.KEY, "Invalid API key [redacted].")


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("7", 7.0), ("99999", 3600.0), ("-7", None), ("nan", None), ("soon", None)],
)
async def test_a_wait_that_only_the_header_names(header: str, wait_s: float | None) -> None:
    async def too_busy(exchange: Exchange) -> None:
        await exchange.answer(b"<html>429</html>", status=429, headers={"Retry-After": header})

    async with BadServer(too_busy) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        for got in (await submit(lab), await lab.fetch(TICKET), await lab.balance()):
            assert got == Refused(Reason.BUSY, "HTTP 429", wait_s)


async def test_the_bodys_own_wait_is_believed_before_the_headers() -> None:
    async def too_busy(exchange: Exchange) -> None:
        body = {"status": "error", "message": "Rate limit exceeded", "retry_after": 3}
        await exchange.answer(body, status=429, headers={"Retry-After": "7"})

    async with BadServer(too_busy) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        assert await submit(lab) == Refused(Reason.BUSY, "Rate limit exceeded", 3.0)


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with BadServer(shows_a_page) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        await submit(lab)
        await lab.fetch(TICKET)
    assert KEY not in caplog.text
    assert "a fox" not in caplog.text


async def test_no_proxy_of_the_environment_learns_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with BadServer(hangs) as proxy, BadServer(processing) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert isinstance(await submit_to(server.url), Accepted)
        assert proxy.connections == 0


@pytest.mark.parametrize("script", [hangs, resets, cuts_off, shows_a_page])
async def test_a_fetch_without_an_answer_means_ask_again(script: Script) -> None:
    async with (
        BadServer(script) as server,
        ModelsLab(f"{server.url}/api", KEY, timeout_s=0.3) as lab,
    ):
        assert isinstance(await lab.fetch(TICKET), Unclear)


async def test_a_fetch_that_reaches_nobody_means_ask_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with ModelsLab(f"http://127.0.0.1:{closed.getsockname()[1]}/api", KEY) as lab:
            assert isinstance(await lab.fetch(TICKET), Unclear)
            assert isinstance(await lab.balance(), Refused)


async def test_a_finished_ticket_keeps_what_was_known() -> None:
    async def finished(exchange: Exchange) -> None:
        await exchange.answer({"status": "success", "output": ["https://a.example/1.png"]})

    async with BadServer(finished) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        known = VendorTicket(
            family="v6/images",
            remote_id="17",
            fetch_url=f"{server.url}/api/v6/images/fetch/18",
            flagged=True,
        )
        got = await lab.fetch(known)
        assert got == Finished(replace(known, links=("https://a.example/1.png",)), None)
        assert server.requests[0].target == "/api/v6/images/fetch/18"


async def test_a_foreign_address_in_a_ticket_is_never_asked() -> None:
    async with BadServer(hangs) as stranger, BadServer(processing) as server:
        foreign = replace(TICKET, fetch_url=f"{stranger.url}/api/v7/images/fetch/17")
        async with ModelsLab(f"{server.url}/api", KEY) as lab:
            assert isinstance(await lab.fetch(foreign), StillRunning)
            assert isinstance(await lab.fetch(replace(foreign, remote_id=None)), Unclear)
        assert stranger.connections == 0
        assert len(server.requests) == 1


async def test_the_wallet() -> None:
    async def wallet(exchange: Exchange) -> None:
        await exchange.answer({"status": "success", "data": {"balance": 43.6, "currency": "USD"}})

    async with BadServer(wallet) as server, ModelsLab(f"{server.url}/api/", KEY) as lab:
        assert await lab.balance() == Balance(43.6, "USD")
        assert server.requests[0].target == "/api/wallet_balance"


async def test_outside_of_its_life_it_is_refused() -> None:
    with pytest.raises(RuntimeError):
        await ModelsLab("http://127.0.0.1:9/api", KEY).balance()


async def test_nobody_waits_for_a_connection_of_our_own() -> None:
    """Behind a hundred slow ones none was to be had: the vendor was taken for away, for all."""
    many, all_there = 120, asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        if len(server.requests) == many:
            all_there.set()
        await all_there.wait()
        await exchange.answer({"status": "success", "balance": 1})

    async with BadServer(slowly) as server, ModelsLab(server.url, KEY) as vendor:
        async with asyncio.timeout(8):
            got = await asyncio.gather(*(vendor.balance() for _ in range(many)))
    assert {type(each) for each in got} == {Balance}
