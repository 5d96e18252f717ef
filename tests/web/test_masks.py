"""The mask page over real HTTP: looking and starting, by whomever, in every state of a ticket."""

import asyncio
import re

import aiohttp
import pytest

from tests.engine.world import BOB, OTHER_SERVER, World
from tests.web.gallery import PROMPT, Gallery, open_gallery
from tests.web.visitor import Browser, nothing_reserved

PREVIEW = {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}


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


KEY, OTHER_KEY = "5e" * 32, "7a" * 32


async def test_a_start_whose_answer_was_lost_can_be_made_again(
    gallery: Gallery, browser: Browser, stranger: Browser
) -> None:
    """It ended at "Somebody has started already": the cookie had gone with the answer."""
    ticket = await gallery.ticket()
    assert await browser.start(ticket, key=KEY) == 303
    browser.http.cookie_jar.clear()
    before = await gallery.rows()
    assert (await browser.get(ticket))[0] == 403

    assert await stranger.start(ticket, key=OTHER_KEY) == 403
    assert await stranger.start(ticket) == 403
    assert await browser.start(ticket, key=KEY) == 303

    assert await gallery.rows() == before
    assert (await browser.get(ticket))[0] == 200
    assert (await browser.submit(ticket))[0] == 202
    assert len(await gallery.jobs()) == 1
    assert await stranger.start(ticket, key=OTHER_KEY) == 409


@pytest.mark.parametrize(
    "key", ["", "x", KEY[:-1], KEY + "0", KEY.upper(), "\ufffd" * 64, "5" * 2**21]
)
async def test_a_key_that_might_be_guessed_is_none(
    gallery: Gallery, browser: Browser, stranger: Browser, key: str
) -> None:
    ticket = await gallery.ticket()
    assert await browser.start(ticket, key=key) == 303
    assert await stranger.start(ticket, key=key) == 403
    assert (await browser.get(ticket))[0] == 200
