"""Masks sent over real HTTP: one makes the job of the ticket's person, everything else nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from bot.domain.job import Job, JobStatus, Route, Verdict
from bot.web.masks.guard import is_from_elsewhere
from bot.web.masks.upload import MASK_MAX_BYTES
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER
from tests.web.gallery import PROMPT, Gallery, png
from tests.web.visitor import Browser, a_mask, nothing_reserved


async def test_a_mask_becomes_a_job_of_the_tickets_person(
    gallery: Gallery, browser: Browser
) -> None:
    # Ana asked for the link; whoever holds this browser acts for her, in her server.
    source = await gallery.picture()
    ticket = await gallery.ticket(source, who=ANA, where=SERVER)
    await gallery.ticket(who=BOB, where=OTHER_SERVER)
    await browser.start(ticket)
    assert await browser.picture(ticket) == await gallery.inputs.read(source)

    status, said = await browser.submit(ticket, prompt="  a  red\nbarn ")

    (job,) = await gallery.jobs()
    assert (status, said["job"], said["done"]) == (202, job.id, False)
    assert (job.requester.user_id, job.requester.guild_id) == (ANA, SERVER)
    assert (job.request.prompt, job.request.source) == ("a red barn", source)
    mask = await gallery.mask_of(job)
    assert (mask.mode, mask.size) == ("L", (96, 64))
    assert mask.getbbox() == (10, 10, 30, 30)
    assert job.message_id is None or job.message_id > 5000
    assert await gallery.world.booked(SERVER) == 1
    assert await gallery.world.booked(OTHER_SERVER) == 0


async def test_a_used_link_says_where_to_look(
    gallery: Gallery, browser: Browser, stranger: Browser
) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)
    _, first = await browser.submit(ticket)

    status, again = await browser.submit(ticket)
    assert (status, again["job"]) == (409, first["job"])
    for each in (browser, stranger):
        status, text = await each.get(ticket)
        assert status == 409
        assert "Look in Discord" in text
        assert PROMPT not in text
    assert await stranger.start(ticket) == 409
    assert (await stranger.get(ticket, "progress"))[0] == 409
    status, said = await stranger.submit(ticket)
    assert (status, "job" in said) == (409, False)
    assert len(await gallery.jobs()) == 1


async def test_of_masks_sent_at_once_one_makes_the_job(gallery: Gallery, browser: Browser) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)

    answers = await asyncio.gather(*(browser.submit(ticket) for _ in range(4)))

    assert sorted(status for status, _ in answers) == [202, 409, 409, 409]
    assert len({said["job"] for _, said in answers}) == 1
    assert await gallery.world.booked() == 1


async def test_a_quota_that_is_used_up_is_said_and_the_link_stays_good(
    gallery: Gallery, browser: Browser
) -> None:
    for _ in range(2):
        await gallery.world.asks()
    ticket = await gallery.ticket()
    await browser.start(ticket)

    status, said = await browser.submit(ticket)

    assert status == 409
    assert said["error"] == "This server's daily limit"
    assert "0 of 2 left" in str(said["detail"])
    assert "Nothing was charged" in str(said["detail"])
    assert len(await gallery.jobs()) == 2
    gallery.world.clock.advance(1)
    assert (await browser.get(ticket))[0] == 200


async def test_a_stop_of_the_bot_is_said_and_the_link_stays_good(
    gallery: Gallery, browser: Browser
) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)
    gallery.world.intake.close()

    status, said = await browser.submit(ticket)

    assert (status, said["error"]) == (409, "Limner is being restarted")
    assert await nothing_reserved(gallery)
    assert (await browser.get(ticket))[0] == 200


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (a_mask(96, 96), "does not fit the picture: it is 96 × 96 px, the picture 96 × 64 px"),
        (png(Image.new("L", (96, 64))), "The mask is empty"),
        (b"no picture at all", ""),
        (a_mask()[:60], ""),
    ],
    ids=["other proportions", "empty", "no picture", "cut off"],
)
async def test_a_mask_that_does_not_fit_is_refused_with_the_reason(
    gallery: Gallery, browser: Browser, mask: bytes, words: str
) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)

    status, said = await browser.submit(ticket, mask)

    assert status == 422
    assert words in str(said["detail"])
    assert str(said["detail"]).endswith(".")
    assert await nothing_reserved(gallery)
    assert (await browser.submit(ticket))[0] == 202


async def test_an_upload_without_end_is_cut_off(gallery: Gallery, browser: Browser) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)
    huge = bytes(MASK_MAX_BYTES + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="mask"; filename="m.png"\r\n\r\n'
        for at in range(0, len(huge) + 1_000_000, 1_000_000):
            yield huge[at : at + 1_000_000] or bytes(100_000)

    async with browser.http.post(
        f"{gallery.link(ticket)}/submit",
        data=in_pieces(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    ) as answer:
        assert answer.status == 413
        assert "20 MB at most" in (await answer.json())["detail"]
    status, said = await browser.submit(ticket, huge)
    assert (status, said["error"]) == (413, "Too large")
    assert await nothing_reserved(gallery)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"nothing of the kind", 400),
        ("multipart/form-data", b"--x", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nno header at all\r\n\r\nhi\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a: b\r\n" * 500, 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n--x--\r\n',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="mask"\r\n\r\nhi\r\n--x--\r\n',
            400,
        ),
    ],
)
async def test_what_is_no_form_is_refused(
    gallery: Gallery, browser: Browser, kind: str, body: bytes, status: int
) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)

    async with browser.http.post(
        f"{gallery.link(ticket)}/submit", data=body, headers={"Content-Type": kind}
    ) as answer:
        assert answer.status == status
        assert (await answer.json())["error"] == "Not understood"
    assert await nothing_reserved(gallery)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_what_another_site_sends_is_refused_even_with_the_cookie(
    gallery: Gallery, browser: Browser, headers: dict[str, str]
) -> None:
    started, fresh = await gallery.ticket(), await gallery.ticket()
    await browser.start(started)
    before = await gallery.rows()

    assert (await browser.submit(started, headers=headers))[0] == 403
    async with browser.http.post(f"{gallery.link(fresh)}/start", headers=headers) as answer:
        assert answer.status == 403

    assert await gallery.rows() == before
    assert await nothing_reserved(gallery)


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"Origin": "https://limner.example"}, False),
        ({"Origin": "https://limner.example:8443"}, True),
        ({"Origin": "http://limner.example"}, True),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "https://limner.example", "Sec-Fetch-Site": "cross-site"}, True),
    ],
)
def test_where_a_request_comes_from(headers: dict[str, str], elsewhere: bool) -> None:
    assert is_from_elsewhere(headers, origin="https://limner.example") is elsewhere


async def test_a_database_that_says_no_is_said_plainly(gallery: Gallery, browser: Browser) -> None:
    source = await gallery.picture()
    ticket = await gallery.ticket(source)
    await browser.start(ticket)
    for path in (gallery.world.folder / "pictures").rglob("*"):
        if path.is_file():
            path.unlink()

    status, text = await browser.get(ticket, "picture")

    assert status == 503
    assert "Try again in a minute" in text


async def _sent(gallery: Gallery, browser: Browser) -> tuple[str, Job]:
    ticket = await gallery.ticket()
    await browser.start(ticket)
    assert (await browser.progress(ticket))["state"] == "Not sent yet"
    assert (await browser.submit(ticket))[0] == 202
    return ticket, (await gallery.jobs())[-1]


async def test_the_place_in_line_is_told_as_it_stands_now(
    gallery: Gallery, browser: Browser
) -> None:
    first = (await gallery.world.asks()).job
    ticket, _ = await _sent(gallery, browser)

    said = await browser.progress(ticket)
    assert (said["state"], said["done"]) == ("In line", False)
    assert str(said["position"]).startswith("1 ahead of you here, about ")

    await gallery.finish(first, verdict=Verdict.CANCELLED, route=Route.KEPT)
    gallery.world.clock.advance(1)
    said = await browser.progress(ticket)
    assert str(said["position"]).startswith("You are next here, about ")


@pytest.mark.parametrize(
    ("verdict", "route", "state", "position", "good"),
    [
        (Verdict.PICTURES, Route.CHANNEL, "Your picture is in the channel", "close", True),
        (Verdict.PICTURES, Route.DIRECT, "Your picture is ready", "direct messages", True),
        (Verdict.PICTURES, Route.KEPT, "Your picture is ready", "history", True),
        (Verdict.PICTURES, Route.REMOVED, "Your picture is ready", "was removed", True),
        (Verdict.FAILED, Route.CHANNEL, "No picture this time", "The card in the ch", False),
        (Verdict.FLAGGED, Route.DIRECT, "No picture this time", "direct message says", False),
        (Verdict.CANCELLED, Route.CHANNEL, "Cancelled", "Nothing was charged", False),
    ],
)
async def test_the_end_is_told_with_where_to_look(
    gallery: Gallery,
    browser: Browser,
    verdict: Verdict,
    route: Route,
    state: str,
    position: str,
    good: bool,
) -> None:
    ticket, job = await _sent(gallery, browser)
    await gallery.finish(job, verdict=verdict, route=route)
    assert (await gallery.world.job(job.id)).status is JobStatus.DELIVERED
    # The page follows its job longer than the link is good for.
    gallery.world.clock.advance(20 * 60)

    said = await browser.progress(ticket)

    assert (said["state"], said["done"], said["good"]) == (state, True, good)
    assert position in str(said["position"])
