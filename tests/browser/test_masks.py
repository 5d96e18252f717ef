"""What people do on the mask page, done with a real mouse, real fingers and real keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.job import Job, Route, Verdict
from bot.domain.limits import Limits
from sandbox.modelslab import Vendor
from tests.browser.looks import complaints
from tests.browser.painting import MaskPage
from tests.engine.world import World, a_policy, a_world
from tests.web.gallery import PROMPT, Gallery, open_gallery
from tools.browser import DESKTOP, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PHONE = (360, 740)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
ENTER, CONTROL, SHIFT, ALT, RIGHT = "\ue007", "\ue009", "\ue008", "\ue00a", "\ue014"
WIDTH, HEIGHT = 600, 400


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    policy = a_policy(limits=Limits(server_day=1))
    async with Vendor() as vendor, a_world(tmp_path, vendor, policy=policy) as world:
        yield world


@pytest.fixture
async def gallery(world: World) -> AsyncIterator[Gallery]:
    async with open_gallery(world) as gallery:
        yield gallery


@pytest.fixture
async def page(gallery: Gallery, size: tuple[int, int]) -> AsyncIterator[MaskPage]:
    """A browser that has opened nothing yet."""
    async with open_tab(size) as tab:
        page = MaskPage(tab, gallery, touch=size == PHONE)
        await page.watch()
        yield page


async def a_ticket(gallery: Gallery, width_px: int = WIDTH, height_px: int = HEIGHT) -> str:
    return await gallery.ticket(await gallery.picture(width_px, height_px))


async def the_job(gallery: Gallery) -> Job:
    (job,) = await gallery.jobs()
    return job


def levels(mask: Image.Image, *points: tuple[float, float]) -> list[object]:
    return [mask.getpixel((int(x), int(y))) for x, y in points]


@SIZES
async def test_a_mask_is_painted_mended_and_sent(gallery: Gallery, page: MaskPage) -> None:
    await page.start(await a_ticket(gallery))
    assert await page.words("#told") == "Nothing is marked yet."
    assert not await page.asks_before_leaving()

    await page.draw((100, 100), (200, 100), (200, 200))
    assert await page.asks_before_leaving()
    await page.draw((450, 300), (550, 300))
    assert await page.shown((150, 100), (200, 150), (500, 300)) == [True, True, True]
    await page.do("undo")
    assert await page.shown((200, 150), (500, 300)) == [True, False]
    await page.do("redo")
    await page.choose("eraser")
    await page.draw((450, 300), (550, 300))
    assert await page.shown((150, 100), (500, 300)) == [True, False]
    await page.choose("rectangle")
    await page.draw((300, 40), (420, 120))
    await page.choose("lasso")
    await page.draw((60, 250), (160, 250), (160, 350), (60, 350))
    assert await page.shown((150, 100), (360, 80), (110, 300)) == [True, True, True]
    await page.do("invert")
    assert await page.shown((150, 100), (360, 80), (500, 300)) == [False, False, True]
    await page.do("invert")

    await page.tab.run("document.querySelector('#prompt').value = ''")
    await page.tab.click("#prompt")
    await page.tab.press("a red barn")
    await page.tab.click("#send")
    await page.until_words("#state", "In line")
    assert not await page.asks_before_leaving()

    job = await the_job(gallery)
    mask = await gallery.mask_of(job)
    assert job.request.prompt == "a red barn"
    assert (mask.mode, mask.size) == ("L", (WIDTH, HEIGHT))
    white = [(100, 100), (150, 100), (200, 150), (302, 42), (418, 118), (110, 300), (155, 260)]
    black = [(10, 10), (500, 300), (298, 38), (423, 123), (150, 150), (590, 390)]
    assert levels(mask, *white) == [255] * len(white)
    assert levels(mask, *black) == [0] * len(black)
    wiped = mask.crop((430, 270, 570, 330)).getextrema()
    assert wiped[1] < 64, "an eraser takes away what its own size has painted"  # type: ignore[operator]
    await gallery.finish(job, verdict=Verdict.PICTURES, route=Route.CHANNEL)
    await page.until_words("#state", "Your picture is in the channel")
    assert await page.violations() == []


@SIZES
async def test_strokes_land_where_they_are_drawn_when_zoomed(
    gallery: Gallery, page: MaskPage
) -> None:
    await page.start(await a_ticket(gallery))
    fitted = await page.scale()

    if page.touch:
        await page.pinch(((280, 200), (180, 200)), ((320, 200), (420, 200)))
    else:
        await page.wheel((300, 200), turns=6)
    zoomed = await page.scale()
    assert zoomed > fitted * 1.8
    assert await page.words("#told") == "Nothing is marked yet."
    await page.choose("rectangle")
    await page.draw((290, 190), (330, 220))
    await page.do("fit")

    assert await page.scale() == pytest.approx(fitted)
    await page.tab.click("#send")
    await page.until_words("#state", "In line")
    mask = await gallery.mask_of(await the_job(gallery))
    assert mask.getbbox() == pytest.approx((290, 190, 330, 220), abs=2)


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
async def test_a_second_finger_takes_back_what_the_first_has_begun(
    gallery: Gallery, page: MaskPage
) -> None:
    await page.start(await a_ticket(gallery))
    await page.draw((100, 100))

    await page.pinch(((280, 200), (200, 200)), ((320, 200), (400, 200)))

    assert await page.shown((100, 100), (280, 200), (240, 200)) == [True, False, False]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_everything_can_be_done_by_keyboard(gallery: Gallery, page: MaskPage) -> None:
    await page.start(await a_ticket(gallery))
    await page.tab.run("document.querySelector('#stage').focus()")

    await page.tab.press(ENTER)
    assert await page.shown((300, 200)) == [True]
    for _ in range(3):
        await page.hold(RIGHT, SHIFT)
    await page.tab.press("]]")
    assert (await page.shown((315, 200)))[0]
    await page.hold("z", CONTROL)
    await page.hold("z", CONTROL)
    await page.hold("z", CONTROL)
    await page.hold("z", CONTROL)
    assert await page.shown((300, 200)) == [False]
    await page.tab.press("r")
    await page.tab.press(ENTER + RIGHT * 4)
    await page.tab.press("i")
    assert await page.shown((20, 20)) == [True]
    await page.tab.press("f+e?")
    assert await page.tab.run("return document.querySelector('#keys').open")
    await page.tab.click("dialog button")
    await page.hold(ENTER, CONTROL)
    await page.until_words("#state", "In line")
    assert levels(await gallery.mask_of(await the_job(gallery)), (20, 20)) == [255]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_a_soft_brush_and_feather_make_soft_edges(gallery: Gallery, page: MaskPage) -> None:
    await page.start(await a_ticket(gallery))
    await page.tab.run(
        "for (const [id, value] of [['size', 90], ['hardness', 0]]) {"
        "  const slider = document.querySelector('#' + id);"
        "  slider.value = value; slider.dispatchEvent(new Event('input')); }"
    )
    await page.draw((150, 200), (160, 200))
    await page.choose("rectangle")
    await page.draw((400, 100), (500, 300))
    await page.do("feather")
    await page.tab.click("#send")
    await page.until_words("#state", "In line")

    mask = await gallery.mask_of(await the_job(gallery))
    soft = [int(str(level)) for level in levels(mask, *((155, y) for y in range(200, 270, 5)))]
    edge = [int(str(level)) for level in levels(mask, *((x, 200) for x in range(390, 411)))]
    assert soft == sorted(soft, reverse=True)
    assert len(set(soft)) > 5
    assert edge == sorted(edge)
    assert (edge[0], edge[-1]) == (0, 255)
    assert len(set(edge)) > 4


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
async def test_a_large_picture_gets_a_mask_of_its_own_size(
    gallery: Gallery, page: MaskPage
) -> None:
    await page.start(await a_ticket(gallery, 4032, 3024))
    await page.choose("rectangle")
    await page.draw((1000, 1000), (3000, 2000))
    await page.tab.click("#send")
    await page.until_words("#state", "In line", wait_s=30.0)

    mask = await gallery.mask_of(await the_job(gallery))
    assert mask.size == (4032, 3024)
    assert mask.getbbox() == pytest.approx((1000, 1000, 3000, 2000), abs=16)
    assert levels(mask, (2000, 1500), (500, 500)) == [255, 0]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_undo_goes_far_back_but_not_into_endless_memory(
    gallery: Gallery, page: MaskPage
) -> None:
    await page.start(await a_ticket(gallery))

    megabytes, steps, restored = await page.tab.run("""
        const base = document.querySelector('script[src]').src.replace('editor.js', '');
        const {Mask} = await import(base + 'mask.js');
        const {History} = await import(base + 'history.js');
        const mask = new Mask(2048, 2048);
        const history = new History(mask);
        mask.rectangle({x: 0, y: 0}, {x: 99, y: 99}, {erases: false});
        for (let i = 0; i < 30; i++) history.keep(mask.invert());
        let steps = 0;
        while (history.undo()) steps++;
        while (history.redo());
        return [history.bytes / 1024 / 1024, steps, mask.levels[0] === 255];
    """)

    assert megabytes <= 64
    assert steps == 16
    assert restored


@SIZES
async def test_a_refusal_is_said_and_the_mask_is_still_there(
    gallery: Gallery, page: MaskPage
) -> None:
    blocking = (await gallery.world.asks()).job
    await page.start(await a_ticket(gallery))
    await page.tab.click("#send")
    assert "Nothing is marked yet." in await page.words("#trouble")
    await page.draw((100, 100), (200, 100))

    await page.tab.click("#send")
    await page.until_words("#trouble", "This server's daily limit")
    assert await complaints(page.tab) == []
    assert await page.shown((150, 100)) == [True]

    await gallery.finish(blocking, verdict=Verdict.CANCELLED, route=Route.CHANNEL)
    await page.tab.click("#send", "Repaint it")
    await page.until_words("#state", "In line")
    mask = await gallery.mask_of((await gallery.jobs())[-1])
    assert levels(mask, (150, 100)) == [255]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_without_a_connection_nothing_is_lost(gallery: Gallery, page: MaskPage) -> None:
    await page.start(await a_ticket(gallery))
    await page.draw((100, 100), (200, 100))
    away = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await page.tab.chrome("Network.enable")
    await page.tab.chrome("Network.emulateNetworkConditions", **away)

    await page.tab.click("#send")
    await page.until_words("#trouble", "No connection")
    assert await page.shown((150, 100)) == [True]

    await page.tab.chrome("Network.emulateNetworkConditions", **{**away, "offline": False})
    await page.tab.click("#send", "Repaint it")
    await page.until_words("#state", "In line")


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
@pytest.mark.parametrize("then", ["press again", "load again"])
async def test_lost_answers_cost_neither_the_link_nor_a_second_picture(
    gallery: Gallery, page: MaskPage, then: str
) -> None:
    """After a lost Start, "Somebody has started already" was all that could be had."""
    # A browser may ask a second time by itself, where a connection broke that it had before.
    gallery.losing.extend(["/start", "/start"])
    await page.tab.open(str(gallery.link(await a_ticket(gallery))))
    await page.tab.click("button", "Start")
    await page.tab.until(
        "document.querySelector('#trouble')?.textContent.includes('No connection')"
        " || document.querySelector('#hint')?.textContent === 'Paint here'"
    )
    gallery.losing.clear()
    if then == "load again":
        await page.tab.run("location.reload()")
    elif await page.tab.run("return document.querySelector('#hint') === null"):
        await page.tab.click("button", "Start")
    await page.ready()
    await page.draw((100, 100), (200, 100))

    gallery.losing.append("/submit")
    await page.tab.click("#send")
    await page.tab.until(
        "!document.querySelector('#after').hidden || !document.querySelector('#trouble').hidden"
    )
    if await page.tab.run("return document.querySelector('#after').hidden"):
        assert "No connection" in await page.words("#trouble")
        await page.tab.click("#send", "Repaint it")
    await page.until_words("#state", "In line")

    await the_job(gallery)
    assert await page.violations() == []


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
async def test_at_the_end_of_its_time_the_mask_can_be_kept(
    gallery: Gallery, page: MaskPage
) -> None:
    ticket = await a_ticket(gallery)
    await page.tab.open(str(gallery.link(ticket)))
    gallery.world.clock.advance(15 * 60 - 5)
    await page.tab.click("button", "Start")
    await page.ready()
    await page.draw((100, 100), (200, 100))

    await page.until_words("#trouble", "This link has expired")
    await page.until_words("#save", "Save the mask")

    assert await page.tab.run("return document.querySelector('#send').disabled")
    size = await page.tab.run(
        "const kept = new Image(); kept.src = document.querySelector('#save').href;"
        "await kept.decode(); return [kept.naturalWidth, kept.naturalHeight];"
    )
    assert size == [WIDTH, HEIGHT]
    assert await complaints(page.tab) == []


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_the_same_browser_comes_back_from_another_site_and_another_does_not(
    gallery: Gallery, page: MaskPage
) -> None:
    ticket = await a_ticket(gallery)
    await page.start(ticket)
    elsewhere = f"data:text/html,<a href='{gallery.link(ticket)}'>the link in a chat</a>"

    await page.tab.open(elsewhere)
    await page.tab.click("a")
    await page.ready()

    assert await page.tab.run("return document.querySelector('#prompt').value") == PROMPT
    async with open_tab(DESKTOP) as other:
        await other.open(elsewhere)
        await other.click("a")
        await other.until("document.body?.innerText.includes('Somebody has started already')")
        assert await complaints(other) == []


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_a_used_link_follows_its_job(gallery: Gallery, page: MaskPage) -> None:
    ticket = await a_ticket(gallery)
    await page.start(ticket)
    await page.draw((100, 100), (200, 100))
    await page.tab.click("#send")
    await page.until_words("#state", "In line")

    await page.tab.open(str(gallery.link(ticket)))
    await page.until_words("#state", "In line")
    await gallery.finish(await the_job(gallery), verdict=Verdict.FAILED, route=Route.CHANNEL)

    await page.until_words("#state", "No picture this time")
    assert await page.words("#position") == "The card in the channel says why."


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
async def test_an_ugly_page_would_be_found_out(page: MaskPage) -> None:
    await page.tab.open(
        "data:text/html,<!doctype html><meta name=viewport content=width=device-width><body>"
        "<p style='color:%23999'>pale</p><p>dark</p><button>x</button><div style='width:900px'>wide"
    )

    found = await complaints(page.tab)

    assert [each.split(":")[0].split(" by ")[0] for each in found[:3]] == [
        "pale",
        "small",
        "scrolls sideways",
    ]


@SIZES
@SCHEMES
async def test_every_page_can_be_read_and_pressed(
    gallery: Gallery, page: MaskPage, scheme: str
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    await page.tab.chrome("Emulation.setEmulatedMedia", features=[feature])
    ticket = await a_ticket(gallery)

    await page.tab.open(str(gallery.link("forged")))
    assert await complaints(page.tab) == []
    await page.tab.open(str(gallery.link(ticket)))
    assert await complaints(page.tab) == []
    await page.tab.click("button", "Start")
    await page.ready()
    assert await complaints(page.tab) == []
    await page.tab.click("#help")
    assert await complaints(page.tab) == []
    await page.tab.click("dialog button")
    await page.draw((100, 100), (200, 100))
    await page.tab.click("#send")
    await page.until_words("#state", "In line")
    assert await complaints(page.tab) == []
    assert await page.violations() == []
