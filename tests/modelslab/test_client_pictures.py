"""The client where pictures go to the vendor and words come back, over real sockets."""

import asyncio
import base64
import json
import logging
import socket
import threading
from dataclasses import replace

import pytest

from bot.domain.job import VendorTicket
from bot.domain.request import ImageRequest, InputPicture, Kind
from bot.modelslab import calls
from bot.modelslab.catalogue import Catalogue
from bot.modelslab.client import UPLOAD_MAX_BYTES, ModelsLab
from bot.modelslab.wire import (
    Accepted,
    Finished,
    Reason,
    Refused,
    StillRunning,
    Unclear,
    Uploaded,
)
from tests.modelslab.bad_server import BadServer, Exchange, Script, reset

KEY = "sk-marked+secret/key"
CATALOGUE = Catalogue.built_in()
DATA = b"\x89PNG\r\n\x1a\nnot really"
PICTURE = InputPicture(
    sha256="0" * 64, mime="image/png", width_px=800, height_px=600, size_bytes=len(DATA)
)
DESCRIBED = ImageRequest(kind=Kind.DESCRIBE, prompt="", model="caption", source=PICTURE)
IMAGES = {"source": "https://up.example/s.png", "mask": "https://up.example/m.png"}
TICKET = VendorTicket(family="v6/image_editing", remote_id="17")


async def uploads(exchange: Exchange) -> None:
    await exchange.answer(
        {"status": "success", "id": 1, "output": ["https://pub.r2.dev/temp/1.png"]}
    )


async def hangs(exchange: Exchange) -> None:
    await exchange.hang()


async def resets(exchange: Exchange) -> None:
    exchange.reset()


async def cuts_off(exchange: Exchange) -> None:
    await exchange.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status"')
    exchange.writer.close()


async def shows_a_page(exchange: Exchange) -> None:
    await exchange.answer(b"<html>502</html>", status=502)


async def repeats_everything(exchange: Exchange) -> None:
    sent = json.loads(exchange.request.body)
    await exchange.answer({"status": "success", "output": [], "echo": sent, "message": KEY})


async def processing(exchange: Exchange) -> None:
    await exchange.answer({"status": "processing", "id": 17, "eta": 1})


async def describes(exchange: Exchange) -> None:
    await exchange.answer({"status": "success", "id": 17, "output": [f"A fox, {KEY}"]})


async def test_a_picture_is_lent_to_the_vendor() -> None:
    async with BadServer(uploads) as server, ModelsLab(f"{server.url}/api", KEY) as lab:
        assert await lab.upload(DATA, "image/png") == Uploaded("https://pub.r2.dev/temp/1.png")
    (request,) = server.requests
    assert request.target == "/api/v6/base64_to_url"
    assert "content-type: application/json\r\n" in request.head.lower()
    body = json.loads(request.body)
    assert body == {
        "key": KEY,
        "base64_string": "data:image/png;base64," + base64.b64encode(DATA).decode(),
    }
    assert KEY not in request.head


@pytest.mark.parametrize("script", [hangs, resets, cuts_off, shows_a_page, repeats_everything])
async def test_an_upload_without_a_good_answer_may_be_repeated(script: Script) -> None:
    async with BadServer(script) as server, ModelsLab(server.url, KEY, timeout_s=0.3) as lab:
        for _ in range(2):
            got = await lab.upload(DATA, "image/png")
            assert isinstance(got, Unclear)
            assert KEY not in got.message
        assert len(server.requests) == 2


async def test_an_upload_that_reaches_nobody() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with ModelsLab(f"http://127.0.0.1:{closed.getsockname()[1]}", KEY) as lab:
            got = await lab.upload(DATA, "image/png")
    assert isinstance(got, Refused)
    assert got.reason is Reason.DOWN


async def test_an_upload_to_a_server_that_will_not_listen() -> None:
    async with (
        BadServer(hangs, greet=reset) as server,
        ModelsLab(server.url, KEY, timeout_s=1) as lab,
    ):
        assert isinstance(await lab.upload(b"x" * UPLOAD_MAX_BYTES, "image/png"), Unclear)


async def test_what_is_too_large_is_not_even_sent() -> None:
    async with BadServer(uploads) as server, ModelsLab(server.url, KEY) as lab:
        got = await lab.upload(b"x" * (UPLOAD_MAX_BYTES + 1), "image/png")
        assert isinstance(got, Refused)
        assert got.reason is Reason.INVALID
        assert server.connections == 0


async def test_the_largest_upload_arrives_whole_and_is_not_packed_on_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packers: list[threading.Thread] = []
    pack = calls.upload_body

    def watched(data: bytes, mime: str, *, key: str) -> bytes:
        packers.append(threading.current_thread())
        return pack(data, mime, key=key)

    monkeypatch.setattr(calls, "upload_body", watched)
    data = bytes(range(250)) * (UPLOAD_MAX_BYTES // 250)
    async with BadServer(uploads) as server, ModelsLab(server.url, KEY) as lab:
        assert isinstance(await lab.upload(data, "image/jpeg"), Uploaded)
        packed = json.loads(server.requests[0].body)["base64_string"].partition(",")[2]
    assert base64.b64decode(packed) == data
    assert len(packers) == 1
    assert threading.current_thread() not in packers


async def test_an_upload_goes_nowhere_else() -> None:
    async with BadServer(hangs) as elsewhere:

        async def redirects(exchange: Exchange) -> None:
            await exchange.answer(b"", status=307, headers={"Location": elsewhere.url})

        async with BadServer(redirects) as server, ModelsLab(server.url, KEY) as lab:
            assert isinstance(await lab.upload(DATA, "image/png"), Unclear)
        assert elsewhere.connections == 0


async def test_nothing_of_an_upload_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with BadServer(shows_a_page) as server, ModelsLab(server.url, KEY) as lab:
        await lab.upload(DATA, "image/png")
    assert KEY not in caplog.text
    assert base64.b64encode(DATA).decode() not in caplog.text


async def test_pictures_go_along_with_what_is_made_of_them() -> None:
    request = ImageRequest(
        kind=Kind.INPAINT, prompt="a fox", model="flux", source=PICTURE, mask=PICTURE
    )
    flux = CATALOGUE.get("flux")
    assert flux is not None
    async with BadServer(processing) as server, ModelsLab(server.url, KEY) as lab:
        got = await lab.submit(
            flux,
            request,
            prompt="a fox",
            negative="",
            seed=7,
            track_id="1",
            images=IMAGES,
            size=(1024, 768),
        )
    assert isinstance(got, Accepted)
    assert got.ticket == VendorTicket(family="v7/images", remote_id="17")
    (posted,) = server.requests
    assert posted.target == "/v7/images/inpaint"
    body = json.loads(posted.body)
    assert (body["init_image"], body["mask_image"]) == (IMAGES["source"], IMAGES["mask"])
    assert (body["width"], body["height"]) == (1024, 768)


async def describe(lab: ModelsLab) -> Accepted | Finished | Refused | Unclear:
    return await lab.submit(
        CATALOGUE.tool(Kind.DESCRIBE),
        DESCRIBED,
        prompt="",
        negative="",
        seed=7,
        track_id="1",
        images=IMAGES,
    )


async def test_a_description_at_once_without_the_key_in_it() -> None:
    async with BadServer(describes) as server, ModelsLab(server.url, KEY) as lab:
        got = await describe(lab)
    assert got == Finished(TICKET, None, "A fox, [redacted]")
    assert server.requests[0].target == "/v6/image_editing/caption"


async def test_a_description_later_by_its_own_familys_fetch() -> None:
    answers = [processing, processing, describes]

    async def in_turn(exchange: Exchange) -> None:
        await answers.pop(0)(exchange)

    async with BadServer(in_turn) as server, ModelsLab(server.url, KEY) as lab:
        accepted = await describe(lab)
        assert isinstance(accepted, Accepted)
        assert accepted.ticket == TICKET
        assert isinstance(await lab.fetch(accepted.ticket, kind=Kind.DESCRIBE), StillRunning)
        done = await lab.fetch(replace(accepted.ticket, flagged=True), kind=Kind.DESCRIBE)
    assert done == Finished(replace(TICKET, flagged=True), None, "A fox, [redacted]")
    assert [request.target for request in server.requests] == [
        "/v6/image_editing/caption",
        "/v6/image_editing/fetch/17",
        "/v6/image_editing/fetch/17",
    ]


async def test_words_are_no_picture() -> None:
    async with BadServer(describes) as server, ModelsLab(server.url, KEY) as lab:
        assert isinstance(await lab.fetch(TICKET, kind=Kind.UPSCALE), StillRunning)
