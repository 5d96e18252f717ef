"""Tickets for the mask page, as the private reply gives them, and what may become of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.scenarios.browser import Browser, Page, link_in
from tests.scenarios.photos import a_photo, lying_jpeg
from tests.scenarios.town import Row, Town
from tests.wire.messages import Message
from tests.wire.world import Channel, User

#: What every ticket here is for.
LYING = lying_jpeg(a_photo())


async def ticket(
    town: Town,
    *,
    who: User | None = None,
    where: Channel | None = None,
    **options: object,
) -> str:
    """The link of the private reply to /inpaint."""
    asked = await town.discord.slash(
        who or town.ana,
        where or town.general,
        "inpaint",
        prompt="a door",
        image=("phone.jpg", LYING),
        **options,
    )
    reply = await town.told(asked)
    assert reply.labels == ["Paint the mask"]
    assert "15 minutes" in reply.content
    assert town.find_job(asked) == {}
    link = link_in(reply)
    assert link.startswith(town.settings["PUBLIC_URL"])
    return link


@asynccontextmanager
async def started(link: str) -> AsyncIterator[Browser]:
    """A browser that has pressed Start."""
    async with Browser(link) as browser:
        page = await browser.start()
        assert (page.status, "limner-submit" in page.text) == (200, True)
        yield browser


@asynccontextmanager
async def nothing_reserved(town: Town) -> AsyncIterator[None]:
    """Whatever happens inside makes no job, books nothing and buys nothing."""
    before = (town.rows("SELECT * FROM ledger"), len(town.jobs()), town.vendor.posts)
    yield
    assert (town.rows("SELECT * FROM ledger"), len(town.jobs()), town.vendor.posts) == before


async def made(town: Town, page: Page) -> tuple[Row, Message]:
    """The delivered job of a submit that was taken, and its card."""
    assert page.status == 202, page.text
    number = page.json["job"]
    await town.discord.until(
        lambda: town.rows("SELECT * FROM jobs WHERE id = ? AND status = 'delivered'", number)
    )
    [job] = town.rows("SELECT * FROM jobs WHERE id = ?", number)
    [card] = town.carriers(number)
    return job, card


def assert_told(page: Page, status: int, words: str) -> None:
    assert page.status == status
    assert words in (page.text if page.json is None else f"{page.json['error']}. {page.json}")
