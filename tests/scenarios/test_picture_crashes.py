"""kill -9 around pictures that were handed in: none is lost, and a broken upload fails no job."""

from pathlib import Path

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.browser import Browser, link_in, web_settings
from tests.scenarios.photos import (
    a_mask,
    a_photo,
    assert_only_the_mask_changed,
    assert_reached_the_vendor,
    lying_jpeg,
    opened,
    png,
)
from tests.scenarios.town import Town, a_town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

CALLBACK, REPLY, POSTED = r"/callback$", r"^/webhooks/.*/messages/", r"^/channels/\d+/messages$"
LYING = lying_jpeg(a_photo())
MASK = png(a_mask())


async def inpaint(town: Town) -> Interaction:
    return await town.discord.slash(
        town.ana,
        town.general,
        "inpaint",
        prompt="a red door",
        image=("phone.jpg", LYING),
        mask=("mask.png", MASK),
    )


def knows_its_card(town: Town, asked: Interaction) -> bool:
    """Whether the bot has noted where the card of a request stands."""
    number = town.find_job(asked).get("id")
    found = town.rows("SELECT message_id FROM cards WHERE job_id = ?", number)
    return any(row["message_id"] for row in found)


def assert_came_once(town: Town, number: int) -> Message:
    """One card, one job at the vendor from the right bytes, one picture charged."""
    [card] = town.carriers(number)
    [file] = card.attachments
    assert [m for m in town.standing(number) if m is not card] == []
    [bought] = [b for b in town.vendor.book if b.body["track_id"] == str(number)]
    assert_reached_the_vendor(bought, opened(LYING), a_mask())
    assert_only_the_mask_changed(file.bytes, opened(LYING), a_mask())
    entries = town.rows("SELECT entry, pictures FROM ledger WHERE job_id = ? ORDER BY id", number)
    assert [(row["entry"], row["pictures"]) for row in entries] == [("reserve", 1), ("settle", 0)]
    assert town.rows("SELECT * FROM slots WHERE job_id = ?", number) == []
    assert town.misunderstood == []
    return card


async def test_killed_in_line(tmp_path: Path) -> None:
    """What was attached is gone from Discord by then; it was kept."""
    async with a_town(tmp_path, MODELSLAB_MAX_QUEUED="1") as town:
        await town.bot_starts()
        town.vendor.hold()
        before = await town.asks("a wall", model="realtime")
        await town.is_painting(before)
        asked = await inpaint(town)
        await town.discord.until(lambda: knows_its_card(town, asked))
        assert town.vendor.uploads == []
        await town.bot_crashes()
        town.discord.handed_over.clear()
        await town.bot_starts()
        town.vendor.release()
        await town.pictures(asked)
        assert_came_once(town, town.job(asked)["id"])


@pytest.mark.parametrize("hung", ["source", "mask"])
async def test_killed_during_an_upload(town: Town, hung: str) -> None:
    """The upload is done again, the one before it is not."""
    town.vendor.next_upload(*[Mood.PROCESSING] * (hung == "mask"), Mood.HANGS)
    asked = await inpaint(town)
    uploads = 1 if hung == "source" else 2
    await town.vendor.until(lambda vendor: len(vendor.uploads) == uploads, 10)
    assert town.job(asked)["status"] == "queued"
    await town.bot_crashes()
    await town.bot_starts()
    await town.pictures(asked)
    assert len(town.vendor.uploads) == 3
    assert_came_once(town, town.job(asked)["id"])


@pytest.mark.parametrize("mood", [Mood.RESETS, Mood.HTML_502_BUT_ACCEPTED, Mood.JSON_503])
async def test_an_upload_that_breaks_is_tried_again(town: Town, mood: Mood) -> None:
    town.vendor.next_upload(mood)
    asked = await inpaint(town)
    await town.pictures(asked)
    assert_came_once(town, town.job(asked)["id"])


async def test_killed_between_upload_and_submission(town: Town) -> None:
    """A vendor that is busy just then: the addresses are known, and used after the restart."""
    town.vendor.next(Mood.BUSY_429(retry_after=2))
    asked = await inpaint(town)
    await town.gate_closes()
    assert len(town.vendor.uploads) == 2
    await town.bot_crashes()
    await town.bot_starts()
    await town.pictures(asked)
    assert len(town.vendor.uploads) == 2
    assert [seen.status for seen in town.vendor.requests if seen.status == 429] == [429]
    town.vendor.requests[:] = [seen for seen in town.vendor.requests if seen.status != 429]
    assert_came_once(town, town.job(asked)["id"])


async def test_killed_after_the_promise_and_before_acceptance(town: Town) -> None:
    """Nothing was accepted, so nothing is owed; asked again, it works."""
    held = town.discord.faults.hold(CALLBACK, after_processing=True)
    asked = await inpaint(town)
    await held.arrived()
    assert asked.message is not None
    assert asked.message.loading
    await town.bot_crashes()
    held.release()
    town.discord.faults.clear()
    await town.bot_starts()
    assert town.jobs() == []
    again = await inpaint(town)
    await town.pictures(again)
    assert_came_once(town, town.job(again)["id"])


async def test_killed_after_acceptance_and_before_the_card(town: Town) -> None:
    """The promise stands, and becomes the card."""
    held = town.discord.faults.hold(REPLY, method="PATCH")
    asked = await inpaint(town)
    await held.arrived()
    assert town.job(asked)["status"] == "queued"
    await town.bot_crashes()
    held.release()
    town.discord.faults.clear()
    await town.bot_starts()
    await town.pictures(asked)
    assert assert_came_once(town, town.job(asked)["id"]) is asked.message


@pytest.mark.parametrize("stood", [False, True], ids=["before the card", "after the card"])
async def test_killed_right_after_the_page_s_submit(tmp_path: Path, *, stood: bool) -> None:
    """One card, one job, also where the browser sends it again because no answer came."""
    async with a_town(tmp_path, **web_settings()) as town:
        await town.bot_starts()
        asked = await town.discord.slash(
            town.ana, town.general, "inpaint", prompt="a door", image=("phone.jpg", LYING)
        )
        async with Browser(link_in(await town.told(asked))) as browser:
            await browser.start()
            held = town.discord.faults.hold(POSTED, method="POST", after_processing=stood)
            sent = browser.begins_to_submit(MASK)
            await held.arrived()
            [job] = town.jobs()
            await town.bot_crashes()
            assert await browser.was_cut_off(sent)
            # The other moment to die: the job is made, and the ticket does not know it yet.
            with town.writing() as database:
                database.execute("UPDATE easels SET job_id = NULL")
            held.release()
            town.discord.faults.clear()
            await town.bot_starts()
            again = await browser.submit(MASK)
            assert (again.status, again.json["job"]) == (409, job["id"])
            await town.discord.until(lambda: town.jobs()[0]["status"] == "delivered")
            told = (await browser.progress()).json
            assert (told["done"], told["job"]) == (True, job["id"])
        assert len(town.jobs()) == 1
        assert_came_once(town, job["id"])
        assert len([m for m in town.general.messages if m.author is town.discord.world.bot]) == 1
