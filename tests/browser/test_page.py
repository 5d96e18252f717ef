"""What people do on the sandbox's page, done with real keys and real clicks."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tools.browser import DESKTOP, PHONE
from tools.studio import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
CLICKS = 30


def jobs(tmp_path: Path) -> list[tuple[str, int]]:
    """Model and count of every job that the bot has accepted."""
    with sqlite3.connect(tmp_path / "kept" / "limner.db") as database:
        return database.execute(
            "SELECT json_extract(request, '$.model'), json_extract(request, '$.count')"
            " FROM jobs ORDER BY id"
        ).fetchall()


@SIZES
@pytest.mark.parametrize("options", [["--latency", "8"]], ids=["slow"])
async def test_the_page_opens_on_a_first_picture_that_is_painted_before_your_eyes(
    page: Page,
) -> None:
    assert "Welcome to the studio!" in (await page.messages())[0]
    assert "message menus" in (await page.messages())[0]

    await page.until_said("Being painted")
    done = await page.until_said("1 picture, 199 left today")

    assert "ana used /imagine" in done
    assert "Limner" in done
    await page.until_picture_in_view()


@SIZES
async def test_a_picture_is_asked_for_rerolled_looked_at_and_deleted(
    page: Page, tmp_path: Path
) -> None:
    await page.imagine("a lighthouse in a storm", model="pony", count="2")
    await page.until_said("2 pictures, 197 left today")
    await page.until_picture_in_view()
    assert jobs(tmp_path)[1:] == [("pony_realism", 2)]

    await page.press("Reroll")
    rerolled = await page.until_said("2 pictures, 195 left today")
    await page.until_picture_in_view()
    assert "from job 2" in rerolled

    await page.press("Details")
    details = await page.until_said("Only you can see this")
    assert "Job 3" in details
    assert "pony_realism" in details

    await page.become("bob")
    assert not any("Only you can see this" in text for text in await page.messages())
    await page.press("Delete")
    await page.until_said("Only who asked for it")

    await page.become("ana")
    await page.press("Delete")
    await page.until_gone("195 left today")
    assert not any("Only who asked for it" in text for text in await page.messages())


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
@pytest.mark.parametrize("options", [["--latency", "3"]], ids=["slow"])
async def test_no_click_is_lost_while_cards_are_edited(page: Page, tmp_path: Path) -> None:
    await page.until_said("1 picture")
    clicks = Counter("Reroll" if number % 2 else "Details" for number in range(CLICKS))

    for number in range(CLICKS):
        await page.press("Reroll" if number % 2 else "Details")
    await page.until_said("job 16", wait_s=60.0)
    await page.until_gone("In line", wait_s=60.0)
    await page.until_gone("Being painted", wait_s=60.0)

    said = Counter(
        "Details" if "Only you can see this" in text else "Reroll"
        for text in await page.messages()
        if "from job" in text or "Only you can see this" in text
    )
    assert said == clicks
    assert len(jobs(tmp_path)) == 1 + clicks["Reroll"]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
async def test_a_refusal_is_private_and_says_what_would_work(page: Page) -> None:
    await page.imagine("a lighthouse", model="seedream", count="3")

    refusal = await page.until_said("Only you can see this")

    assert "What works: 1" in refusal
    assert "Nothing was charged" in refusal
