"""From a result's Edit area to the repainted picture in the channel: one person, one browser."""

from typing import cast

import pytest

from tests.browser.painting import MaskPage
from tests.web.gallery import Gallery
from tools.browser import DESKTOP
from tools.studio import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PHONE = (360, 740)
LINK = "[...document.querySelectorAll('a[href*=\"/mask/\"]')].at(-1)?.href"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_mask_painted_in_the_browser_brings_a_picture_to_the_channel(
    page: Page, url: str, size: tuple[int, int]
) -> None:
    await page.until_said("1 picture, 199")
    await page.press("Edit area")
    link = await page.tab.until(LINK)

    # The editor needs no gallery of its own: the whole bot stands behind it.
    editor = MaskPage(page.tab, cast(Gallery, None), touch=size == PHONE)
    await page.tab.open(link)
    await page.tab.click("button", "Start")
    await editor.ready()
    await editor.draw((300, 600), (700, 600), (700, 800))
    await editor.draw((200, 100), (300, 100))
    await editor.do("undo")
    await editor.do("zoom-in")
    await page.tab.run("document.querySelector('textarea').value = 'a golden lion'")
    await page.tab.click("button", "Repaint it")
    await editor.until_words("body", "channel", wait_s=30.0)

    await page.open(url)
    said = await page.until_said("a golden lion")
    assert "Inpaint" in said
    await page.until_said("198 left today")
    await page.until_picture_in_view()
