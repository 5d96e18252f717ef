"""The buttons of a history: Show, Run again, Delete."""

import asyncio

from sqlalchemy import delete, update

from bot.engine.history import PAGE_JOBS
from bot.engine.removing import Remover
from cogs import pages
from cogs.rework import NOT_HERE
from cogs.sources import NOT_KEPT
from storage.tables import jobs as jobs_table
from storage.tables import pictures
from tests.cogs.house import House
from tests.cogs.posted import remix, whispered
from tests.cogs.test_history import a_moderator, history, labels, listed, made


async def test_show_brings_the_stored_pictures_to_one_person(house: House) -> None:
    await made(house, count=2)
    page = await history(house)

    shown = await house.ana.click(page, label="Show 1")

    assert shown.ephemeral
    assert shown.response is not None
    assert shown.response.content == "**fox 1** · job 1"
    names = [file.filename for file in shown.response.attachments]
    assert names == ["limner-1-1.png", "limner-1-2.png"]
    wanted = ["U1", "U2", "V1", "V2", "Reroll", "Remix", "Details"]
    assert sorted(labels(shown.response)) == sorted(wanted)
    assert listed(page) == [1]


async def test_what_was_not_posted_can_be_shown(house: House) -> None:
    await made(house)
    async with house.bot.database.transaction() as tx:
        await tx.execute(update(jobs_table).values(withheld=True))
    page = await history(house)
    assert "1 picture · not posted" in (page.embeds[0].description or "")

    shown = await house.ana.click(page, label="Show 1")

    assert shown.response is not None
    assert len(shown.response.attachments) == 1


async def test_what_is_shown_can_be_worked_on(house: House) -> None:
    await made(house)
    shown = await house.ana.click(await history(house), label="Show 1")
    assert shown.response is not None

    await house.ana.click(shown.response, label="V1")
    await house.until_done()

    child = await house.job(2)
    assert (child.request.parent_job, child.request.parent_picture) == (1, 1)


async def test_moderators_are_shown_public_pictures(house: House) -> None:
    await made(house)
    mod = a_moderator(house)
    page = await history(house, who=mod, member=house.ana)

    shown = await mod.click(page, label="Show 1")

    assert shown.response is not None
    assert len(shown.response.attachments) == 1


async def test_pictures_that_are_gone_say_so(house: House) -> None:
    await made(house)
    page = await history(house)
    async with house.bot.database.transaction() as tx:
        await tx.execute(delete(pictures))

    shown = await house.ana.click(page, label="Show 1")

    assert shown.response is not None
    assert shown.response.content == pages.NOT_KEPT
    later = await history(house)
    assert labels(later) == ["Run again 1", "Delete 1"]
    assert "not kept any more" in (later.embeds[0].description or "")
    assert later.embeds[0].thumbnail.url == "attachment://past-1.webp"


async def test_run_again_asks_for_exactly_the_same(house: House) -> None:
    await house.asks("a red fox", seed=7, aspect="3:2", style="ink", spoiler=True)
    await house.until_done()
    mod = a_moderator(house)
    page = await history(house, who=mod, member=house.ana)

    pressed = await mod.click(page, label="Run again 1")
    await house.until_done()

    assert pressed.response is not None
    assert not pressed.ephemeral
    first, second = await house.job(1), await house.job(2)
    assert second.request == first.request
    assert second.seed == 7
    assert second.requester.user_id == mod.id


async def test_a_private_job_runs_again_in_private(house: House) -> None:
    await made(house, private=True)

    pressed = await house.ana.click(await history(house), label="Run again 1")

    assert pressed.ephemeral
    assert (await house.job(2)).request.private


async def test_nothing_runs_again_without_the_picture_that_it_began_with(house: House) -> None:
    await remix(house)
    await house.until_done()
    page = await history(house)
    source = (await house.job(1)).request.source
    assert source is not None
    for path in (house.bot.database.path.parent / "pictures").rglob(source.sha256):
        await asyncio.to_thread(path.unlink)

    pressed = await house.ana.click(page, label="Run again 1")

    assert whispered(pressed) == NOT_KEPT
    assert await house.jobs_made() == 1


async def removals_done(house: House) -> None:
    remover = Remover(house.bot.database, courier=house.courier(), now=house.clock.now, pace_s=0)
    for _ in range(3):
        await remover.step()


async def test_delete_takes_the_job_off_the_page_and_its_card_out_of_the_channel(
    house: House,
) -> None:
    await made(house, 2)
    page = await history(house)
    cards = [message.id for message in house.channel.history(viewer=house.bob)]
    assert len(cards) == 2

    await house.ana.click(page, label="Delete 1")

    assert listed(page) == [1]
    assert [file.filename for file in page.attachments] == ["past-1.webp"]
    assert await house.bot.records.details(2, guild_id=house.guild.id, user_id=house.ana.id) is None
    await removals_done(house)
    (left,) = house.channel.history(viewer=house.bob)
    assert "fox 1" in left.content

    await house.restarts()
    await house.ana.click(page, label="Delete 1")
    assert page.content.startswith("**Nothing yet.**")
    assert (page.embeds, page.components, page.attachments) == ([], [], [])
    await removals_done(house)
    assert not house.channel.history(viewer=house.bob)


async def test_under_a_card_what_discord_keeps_just_now_is_deleted_later(house: House) -> None:
    """Nobody tried again: the message stood there for ever, without a record of it."""
    await made(house)
    house.env.inject_error("DELETE", "/webhooks/*", status=400, code=0)

    pressed = await house.ana.click(house.last, label="Delete")

    assert "let me remove the message" in pressed.followups[0].content
    assert house.channel.history(viewer=house.bob)
    house.clock.advance(5)
    await removals_done(house)
    assert not house.channel.history(viewer=house.bob)


async def test_deleting_the_last_one_of_a_page_leads_to_the_page_before(house: House) -> None:
    await made(house, PAGE_JOBS + 1)
    page = await history(house)
    await house.ana.click(page, label="Older")
    assert listed(page) == [1]

    await house.ana.click(page, label="Delete 1")

    assert listed(page) == [6, 5, 4, 3, 2]
    assert "Older" not in labels(page)


async def test_moderators_may_delete_from_the_page_of_another(house: House) -> None:
    await made(house, 2)
    mod = a_moderator(house)
    page = await history(house, who=mod, member=house.ana, search="fox")

    await mod.click(page, label="Delete 2")

    assert listed(page) == [2]
    assert "with “fox”" in page.content
    await removals_done(house)
    (left,) = house.channel.history(viewer=house.bob)
    assert "fox 2" in left.content


async def test_a_job_that_is_gone_already_is_not_here(house: House) -> None:
    await made(house)
    page, other = await history(house), await history(house)
    await house.ana.click(page, label="Delete 1")

    for label in ("Show 1", "Run again 1", "Delete 1"):
        pressed = await house.ana.click(other, label=label)
        said = pressed.followups[0] if pressed.followups else pressed.response
        assert said is not None
        assert said.content == NOT_HERE
