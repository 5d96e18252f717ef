"""Pictures are taken in, lent out for a day, and then forgotten."""

import asyncio
import base64
import json

import pytest
from aiohttp import ClientError, ClientSession

from sandbox.modelslab import Mood, Vendor
from sandbox.modelslab.painter import sketch
from sandbox.modelslab.shelf import MAX_BYTES
from tests.sandbox.asking import Asker
from tests.sandbox.pictures import (
    FLUX,
    REMIX,
    UPLOAD,
    UPLOAD_TO_EDIT,
    flat,
    handed_in,
    noise,
    uri,
)
from tests.sandbox.test_replies import EDITING, GENERAL, body_validator, validator
from tests.sandbox.test_vendor import Clock

UNREACHABLE = "Unable to fetch image from provided URL"


@pytest.mark.parametrize(
    ("kind", "ending", "media"),
    [("PNG", ".png", "image/png"), ("JPEG", ".jpg", "image/jpeg"), ("WEBP", ".webp", "image/webp")],
)
@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("path", [UPLOAD, UPLOAD_TO_EDIT])
async def test_a_picture_comes_back_as_it_went(
    asker: Asker, path: str, kind: str, ending: str, media: str, bare: bool
) -> None:
    content = flat(kind=kind)
    text = base64.b64encode(content).decode() if bare else uri(content, media)
    field = "init_image" if path == UPLOAD_TO_EDIT else "base64_string"
    file, schema = (EDITING, path[3:]) if path == UPLOAD_TO_EDIT else (GENERAL, path[3:])
    body_validator(file, schema).validate({"key": "k", field: text})
    answer = await asker.post(path, {field: text})
    validator(file, schema).validate(answer.json)
    assert set(answer.json) == {"status", "id", "output"}
    [link] = answer.json["output"]
    assert link.startswith(f"{asker.vendor.origin}/temp/")
    assert link.endswith(ending)
    assert await asker.picture(link) == (200, media, content)
    [upload] = asker.vendor.uploads
    assert (upload.id, upload.content, upload.calls) == (answer.json["id"], content, 1)
    assert upload.print.size_px == (64, 48)
    # It is no generation and costs nothing.
    assert (asker.vendor.posts, asker.vendor.balance) == (0, 1000)


BROKEN = [
    (None, "The base64_string field is required."),
    ("", "The base64_string field is required."),
    (5, "The base64_string field must be a string."),
    ("no base64 at all!", "The base64_string field must be a valid base64 string."),
    ("https://up.example/a.png", "The base64_string field must be a valid base64 string."),
    (uri(flat()) + "=", "The base64_string field must be a valid base64 string."),
    (uri(b"<svg/>"), "The base64_string field must be an image of type: png, jpg, webp."),
    (uri(flat(kind="GIF")), "The base64_string field must be an image of type: png, jpg, webp."),
    (uri(noise((64, 64))[:-4000]),
     "The base64_string field must be an image of type: png, jpg, webp."),
    (uri(flat() + bytes(MAX_BYTES)), "The base64_string field must not be larger than 5 MB."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN)
async def test_what_is_no_picture_is_refused(asker: Asker, text: object, message: str) -> None:
    answer = await asker.post(UPLOAD, {"base64_string": text})
    assert (answer.status, answer.json["message"]) == (400, message)
    validator(GENERAL, "/base64_to_url", status=400).validate(answer.json)
    assert asker.vendor.uploads == []


async def test_five_megabytes_are_taken(asker: Asker) -> None:
    content = flat()
    # Decoders stop where a PNG ends.
    await handed_in(asker, content + bytes(MAX_BYTES - len(content)))
    assert len(asker.vendor.uploads[0].content) == 5_000_000


async def test_an_upload_wants_the_key(asker: Asker) -> None:
    answer = await asker.post(UPLOAD, {"base64_string": uri(flat())}, key="wrong")
    assert (answer.status, asker.vendor.uploads) == (401, [])


async def test_the_address_dies_after_a_day_of_the_vendors_clock() -> None:
    clock = Clock()
    async with Vendor(paint=sketch, clock=clock) as vendor, ClientSession() as session:
        asker = Asker(session, vendor)
        link = await handed_in(asker, flat())
        clock.now += 24 * 3600 - 1
        assert (await asker.picture(link))[0] == 200
        assert (await asker.post(REMIX, {**FLUX, "init_image": link})).status == 200
        clock.now += 1
        assert (await asker.picture(link))[0] == 404
        answer = await asker.post(REMIX, {**FLUX, "init_image": link})
        assert (answer.status, answer.json["message"]) == (400, UNREACHABLE)
        assert len(vendor.uploads) == 1


@pytest.mark.parametrize("file", ["no-such.png", "..%2f..%2fetc%2fpasswd", "%00.png"])
async def test_nothing_else_lies_on_the_shelf(asker: Asker, file: str) -> None:
    await handed_in(asker, flat())
    assert (await asker.picture(f"{asker.vendor.origin}/temp/{file}"))[0] == 404


@pytest.mark.parametrize("mood", [Mood.JSON_503, Mood.BUSY_429, Mood.ERROR_MESSEGE, Mood.HTML_502])
async def test_an_upload_has_bad_days_of_its_own(asker: Asker, mood: Mood) -> None:
    asker.vendor.next_upload(mood)
    asker.vendor.next(Mood.AT_ONCE)
    answer = await asker.post(UPLOAD, {"base64_string": uri(flat())})
    assert answer.json is None or answer.json["status"] == "error"
    assert asker.vendor.uploads == []
    link = await handed_in(asker, flat())
    assert list(asker.vendor.moods) == [Mood.AT_ONCE]
    answer = await asker.post(REMIX, {**FLUX, "init_image": link})
    assert answer.json["status"] == "success"


async def test_an_upload_may_arrive_without_an_answer(asker: Asker) -> None:
    asker.vendor.next_upload(Mood.RESETS, Mood.HTML_502_BUT_ACCEPTED, Mood.STRING_IDS)
    with pytest.raises(ClientError):
        await handed_in(asker, flat())
    lost = await asker.post(UPLOAD, {"base64_string": uri(flat())})
    odd = await asker.post(UPLOAD, {"base64_string": uri(flat())})
    assert (lost.status, lost.json) == (502, None)
    assert isinstance(odd.json["id"], str)
    assert len(asker.vendor.uploads) == 3


async def test_an_upload_may_hang_until_the_vendor_stops(asker: Asker) -> None:
    asker.vendor.next_upload(Mood.HANGS)
    asked = asyncio.create_task(handed_in(asker, flat()))
    await asker.vendor.until(lambda v: len(v.uploads) == 1)
    await asyncio.wait_for(asker.vendor.stop(), timeout=1)
    with pytest.raises(ClientError):
        await asked


async def test_uploads_survive_a_stop_of_the_vendor(asker: Asker) -> None:
    link = await handed_in(asker, flat())
    await asker.vendor.stop()
    await asker.vendor.start()
    assert (await asker.picture(link))[0] == 200


async def test_the_book_tells_another_process_what_came_in(asker: Asker) -> None:
    link = await handed_in(asker, flat())
    await asker.post(REMIX, {**FLUX, "init_image": link})
    async with asker.session.get(f"{asker.vendor.origin}/_book") as response:
        book = json.loads(await response.text())
    assert (book["uploads"], book["jobs"][0]["input_bytes"]) == (1, {"source": len(flat())})
