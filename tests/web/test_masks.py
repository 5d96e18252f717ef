"""The mask page over real HTTP: every state of a ticket, and nothing reserved by any but a mask."""

import asyncio
import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image, ImageDraw

from bot.domain.job import Job, JobStatus, Route, Verdict
from bot.domain.limits import Limits
from bot.web.masks.guard import is_from_elsewhere
from bot.web.masks.upload import MASK_MAX_BYTES
from sandbox.modelslab import Vendor
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_policy, a_world
from tests.web.gallery import PROMPT, Gallery, open_gallery, png

PREVIEW = {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor() as vendor:
        yield vendor


@pytest.fixture
async def world(tmp_path: Path, vendor: Vendor) -> AsyncIterator[World]:
    async with a_world(tmp_path, vendor, policy=a_policy(limits=Limits(server_day=2))) as world:
        yield world


@pytest.fixture
async def gallery(world: World) -> AsyncIterator[Gallery]:
    async with open_gallery(world) as gallery:
        yield gallery


class Browser:
    """What a browser does with a link: keeps cookies, says where it comes from, runs no script."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, ticket: str, leaf: str = "", **options: object) -> tuple[int, str]:
        async with self.http.get(self._at(ticket, leaf), **options) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.text(errors="replace")

    async def picture(self, ticket: str) -> bytes:
        async with self.http.get(self._at(ticket, "picture")) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
            return await answer.read()

    async def start(self, ticket: str, **headers: str) -> int:
        sent = {"Sec-Fetch-Site": "same-origin", **headers}
        async with self.http.post(
            self._at(ticket, "start"), headers=sent, allow_redirects=False
        ) as answer:
            return answer.status

    async def submit(
        self,
        ticket: str,
        mask: bytes | None = None,
        prompt: str = "a lighthouse",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, object]]:
        form = aiohttp.FormData()
        form.add_field(
            "mask", BytesIO(mask or a_mask()), filename="mask.png", content_type="image/png"
        )
        form.add_field("prompt", prompt)
        sent = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
        async with self.http.post(self._at(ticket, "submit"), data=form, headers=sent) as answer:
            return answer.status, await answer.json()

    async def progress(self, ticket: str) -> dict[str, object]:
        async with self.http.get(self._at(ticket, "progress")) as answer:
            assert answer.status == 200
            said: dict[str, object] = await answer.json()
            return said

    def _at(self, ticket: str, leaf: str) -> str:
        return f"{self.gallery.link(ticket)}{'/' + leaf if leaf else ''}"


@pytest.fixture
async def browser(gallery: Gallery) -> AsyncIterator[Browser]:
    browser = Browser(gallery)
    async with browser.http:
        yield browser


@pytest.fixture
async def stranger(gallery: Gallery) -> AsyncIterator[Browser]:
    browser = Browser(gallery)
    async with browser.http:
        yield browser


def a_mask(width_px: int = 96, height_px: int = 64, mode: str = "L") -> bytes:
    mask = Image.new(mode, (width_px, height_px))
    ImageDraw.Draw(mask).rectangle((10, 10, 29, 29), fill="white")
    return png(mask)


async def nothing_reserved(gallery: Gallery) -> bool:
    return await gallery.jobs() == [] and await gallery.world.booked() == 0


# --- looking ---


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_preview_bot_changes_nothing_and_learns_nothing(
    gallery: Gallery, method: str
) -> None:
    ticket = await gallery.ticket()
    before = await gallery.rows()
    leaves = {"": 200, "/picture": 403, "/progress": 403, "/start": 405, "/submit": 405}

    async with aiohttp.ClientSession(headers=PREVIEW) as bot:
        for leaf, expected in leaves.items():
            async with bot.request(method, f"{gallery.link(ticket)}{leaf}") as answer:
                assert answer.status == expected
                assert "Set-Cookie" not in answer.headers
                assert PROMPT not in await answer.text()

    assert await gallery.rows() == before
    assert await nothing_reserved(gallery)


async def test_before_the_start_there_is_a_button_and_no_picture(
    gallery: Gallery, browser: Browser
) -> None:
    ticket = await gallery.ticket()

    status, text = await browser.get(ticket)

    assert status == 200
    assert "<button" in text
    assert ">Start<" in text
    assert f'action="/mask/{ticket}/start"' in text
    assert "limner-submit" not in text
    assert "/picture" not in text


@pytest.mark.parametrize("path", ["", "/limner"])
async def test_the_page_declares_where_to_send_the_mask(world: World, path: str) -> None:
    async with open_gallery(world, path=path) as gallery:
        browser = Browser(gallery)
        async with browser.http:
            ticket = await gallery.ticket(prompt='"><script>alert(1)</script> & co')
            assert await browser.start(ticket) == 303

            status, text = await browser.get(ticket)

            assert status == 200
            assert f'<meta name="limner-submit" content="{gallery.link(ticket)}/submit">' in text
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in text
            for found in re.findall(r'(?:src|href)="([^"]+\.(?:js|css|svg))"', text):
                async with browser.http.get(f"{gallery.link('').origin()}{found}") as asset:
                    assert asset.status == 200
                    assert "immutable" in asset.headers["Cache-Control"]


async def test_there_is_nothing_inline_and_nothing_from_third_parties(
    gallery: Gallery, browser: Browser
) -> None:
    ticket = await gallery.ticket()
    pages = [(await browser.get(ticket))[1]]
    await browser.start(ticket)
    pages += [(await browser.get(ticket))[1], (await browser.get("forged"))[1]]

    for text in pages:
        assert "limner" in text.lower()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
        links = re.findall(r'(?:src|href|action|content)="(https?://[^"]*)"', text)
        assert [link for link in links if not link.startswith(gallery.address)] == []
        assert '<meta name="robots" content="noindex">' in text


async def test_every_answer_carries_the_same_protection(gallery: Gallery, browser: Browser) -> None:
    ticket = await gallery.ticket()
    await browser.start(ticket)
    paths = [
        ticket,
        f"{ticket}/picture",
        f"{ticket}/progress",
        f"{ticket}/nowhere",
        "static/0/a.js",
    ]

    for path in [*paths, "forged", "a/b/c/d", f"{ticket}/submit"]:
        async with browser.http.get(f"{gallery.address}/mask/{path}") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"


# --- tickets ---


async def test_a_forged_or_altered_link_leads_nowhere(gallery: Gallery, browser: Browser) -> None:
    one, other = await gallery.ticket(), await gallery.ticket(where=OTHER_SERVER)
    swapped = f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}"
    before = await gallery.rows()

    for forged in (swapped, one[:-1], one + "A", "x", "A" * 400, "%2e%2e%2f"):
        status, text = await browser.get(forged)
        assert status == 404
        assert "This link leads nowhere" in text
        assert await browser.start(forged) == 404
        assert (await browser.get(forged, "picture"))[0] == 404
        assert (await browser.submit(forged))[0] == 404

    assert await gallery.rows() == before
    assert await nothing_reserved(gallery)


async def test_an_expired_link_says_so_whoever_asks(gallery: Gallery, browser: Browser) -> None:
    fresh, started = await gallery.ticket(), await gallery.ticket()
    await browser.start(started)
    gallery.world.clock.advance(15 * 60 + 1)

    for ticket in (fresh, started):
        status, text = await browser.get(ticket)
        assert status == 410
        assert "This link has expired" in text
        assert await browser.start(ticket) == 410
        assert (await browser.get(ticket, "picture"))[0] == 410
        status, said = await browser.submit(ticket)
        assert (status, said["error"]) == (410, "This link has expired")

    assert await nothing_reserved(gallery)


async def test_a_second_browser_is_told_so_and_gets_nothing(
    gallery: Gallery, browser: Browser, stranger: Browser
) -> None:
    ticket = await gallery.ticket()
    assert await browser.start(ticket) == 303
    before = await gallery.rows()

    status, text = await stranger.get(ticket)

    assert status == 403
    assert "Somebody has started already" in text
    assert PROMPT not in text
    assert await stranger.start(ticket) == 403
    assert (await stranger.get(ticket, "picture"))[0] == 403
    assert (await stranger.get(ticket, "progress"))[0] == 403
    assert (await stranger.submit(ticket))[0] == 403
    assert await gallery.rows() == before
    assert await nothing_reserved(gallery)


async def test_of_many_that_start_at_once_one_is_bound(gallery: Gallery) -> None:
    ticket = await gallery.ticket()
    browsers = [Browser(gallery) for _ in range(6)]

    statuses = await asyncio.gather(*(browser.start(ticket) for browser in browsers))
    for browser in browsers:
        await browser.http.close()

    assert sorted(statuses) == [303, 403, 403, 403, 403, 403]


async def test_the_cookie_is_for_one_ticket_and_no_script(
    gallery: Gallery, browser: Browser
) -> None:
    ticket = await gallery.ticket()
    async with browser.http.post(f"{gallery.link(ticket)}/start", allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]

    assert f"Path=/mask/{ticket}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie  # http on loopback: the browser would drop it


async def test_a_cookie_of_one_ticket_opens_no_other(
    gallery: Gallery, browser: Browser, stranger: Browser
) -> None:
    mine, foreign = await gallery.ticket(), await gallery.ticket(who=BOB, where=OTHER_SERVER)
    await browser.start(mine)
    await stranger.start(foreign)
    (cookie,) = browser.http.cookie_jar

    for leaf in ("", "picture", "progress"):
        sent = {"Cookie": f"{cookie.key}={cookie.value}"}
        assert (await browser.get(foreign, leaf, headers=sent))[0] == 403
    assert await nothing_reserved(gallery)


async def test_starting_twice_in_one_browser_is_starting_once(
    gallery: Gallery, browser: Browser
) -> None:
    ticket = await gallery.ticket()

    assert await browser.start(ticket) == 303
    before = await gallery.rows()
    assert await browser.start(ticket) == 303

    assert await gallery.rows() == before
    assert (await browser.get(ticket))[0] == 200


# --- sending ---


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


# --- how far ---


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
