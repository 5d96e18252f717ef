"""The mask page as a member's browser meets it: from the private reply to the card in the channel.

And every ticket that is not good: nothing is reserved for it, and it is told so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.tickets import Ticket, sign
from sandbox.modelslab import Mood
from tests.scenarios.browser import Browser
from tests.scenarios.photos import (
    a_mask,
    assert_only_the_mask_changed,
    assert_reached_the_vendor,
    opened,
    png,
)
from tests.scenarios.tickets import (
    LYING,
    assert_told,
    made,
    nothing_reserved,
    started,
    ticket,
)
from tests.scenarios.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

MASK_PAGE = True
KEY = "a-signing-key-of-the-owner-s-own-choice"
SETTINGS = {"SECRET_KEY": KEY, "DEFAULT_MEMBER_DAY": "8"}

MASK = png(a_mask())
QUARTER_OF_AN_HOUR_MS = 15 * 60 * 1000
GONE, SHUT, TAKEN, USED = 410, 404, 403, 409


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> Iterator[None]:
    shared_town.vendor.default_mood = Mood.AT_ONCE
    yield
    assert shared_town.misunderstood == []


def utc(*, minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def altered(text: str) -> str:
    return f"{text[:5]}{'A' if text[5] != 'A' else 'B'}{text[6:]}"


async def test_from_the_private_reply_to_the_card_in_the_channel(shared_town: Town) -> None:
    town = shared_town
    link = await ticket(town)
    async with Browser(link) as browser:
        first = await browser.look()
        assert (first.status, "Start" in first.text, browser.cookie) == (200, True, "")
        assert (await browser.picture()).status == TAKEN
        await browser.start()
        assert browser.submit_to == f"{link}/submit"
        shown = await browser.picture()
        photo = opened(LYING)
        assert opened(shown.data).tobytes() == photo.tobytes()
        assert (await browser.progress()).json["state"] == "Not sent yet"

        job, card = await made(town, await browser.submit(MASK, "a red door"))
        after = (await browser.progress()).json
    assert (after["done"], after["good"], after["job"]) == (True, True, job["id"])
    assert (job["user_id"], job["route"], job["verdict"]) == (town.ana.id, "reply", "pictures")
    assert card in town.general.messages
    assert card.content.startswith(f"Inpaint: **a red door** — {town.ana.mention}")
    assert card.labels == ["U1", "V1", "Reroll", "Remix", "Edit area", "Details", "Delete"]
    [bought] = [b for b in town.vendor.book if b.body["track_id"] == str(job["id"])]
    assert_reached_the_vendor(bought, photo, a_mask())
    [file] = card.attachments
    assert_only_the_mask_changed(file.bytes, photo, a_mask())


async def test_looking_changes_nothing_and_takes_nothing(shared_town: Town) -> None:
    """A preview opens every link, before the member does."""
    town = shared_town
    link = await ticket(town)
    async with nothing_reserved(town), Browser(link) as preview:
        for method in ("GET", "HEAD", "GET"):
            assert (await preview.look(method)).status == 200
        for leaf in (preview.picture, preview.progress):
            assert (await leaf()).status == TAKEN
        assert_told(await preview.submit(MASK), TAKEN, "Not started yet")
        assert preview.cookie == ""
    async with started(link) as browser:
        assert (await browser.picture()).status == 200


async def test_a_second_browser_is_told_so(shared_town: Town) -> None:
    town = shared_town
    link = await ticket(town)
    async with nothing_reserved(town), started(link), Browser(link) as second:
        for page in (await second.look(), await second.start(), await second.submit(MASK)):
            assert_told(page, TAKEN, "Somebody has started already")
        assert (await second.picture()).status == TAKEN
        assert second.cookie == ""


async def test_used_is_used(shared_town: Town) -> None:
    town = shared_town
    link = await ticket(town)
    async with started(link) as browser:
        job, _ = await made(town, await browser.submit(MASK))
        async with nothing_reserved(town):
            again = await browser.submit(MASK)
            assert_told(again, USED, "Sent already")
            assert again.json["job"] == job["id"]
            assert_told(await browser.look(), USED, "This link has made its picture")
            assert_told(await browser.start(), USED, "This link has made its picture")
            async with Browser(link) as other:
                assert_told(await other.submit(MASK), USED, "has made its picture")
                assert_told(await other.start(), USED, "has made its picture")


async def test_forged_and_altered_tickets_lead_nowhere(shared_town: Town) -> None:
    town = shared_town
    one, other = await ticket(town), await ticket(town, who=town.ben)
    base, _, text = one.rpartition("/")
    name, _, mark = text.rpartition(".")
    other_mark = other.rpartition(".")[2]
    soon = Ticket("x" * 22, utc(minutes=10))
    forged = [
        f"{name}.{other_mark}",
        f"{altered(name)}.{mark}",
        f"{name}.{altered(mark)}",
        name,
        f"{text}.{mark}",
        sign(soon, purpose="mask", key="another key"),
        sign(soon, purpose="another purpose", key=KEY),
        # Even with the right key: nobody set that picture up.
        sign(soon, purpose="mask", key=KEY),
        "a" * 3000,
    ]
    async with nothing_reserved(town):
        for wrong in forged:
            async with Browser(f"{base}/{wrong}") as browser:
                for page in (await browser.look(), await browser.start()):
                    assert_told(page, SHUT, "This link leads nowhere")
                assert (await browser.submit(MASK)).status == SHUT


async def test_swapped_between_people_and_servers(shared_town: Town) -> None:
    """One's cookie opens nothing of another's; each ticket is charged to its own person, there."""
    town = shared_town
    away = town.discord.guild("Away").channel("general")
    links = await ticket(town), await ticket(town, who=town.ben, where=away)
    async with started(links[0]) as ana, started(links[1]) as ben:
        async with nothing_reserved(town):
            for link, thief in ((links[1], ana), (links[0], ben)):
                async with Browser(link, cookie=thief.cookie) as swapped:
                    assert "limner_easel=" in thief.cookie
                    for page in (await swapped.look(), await swapped.submit(MASK)):
                        assert_told(page, TAKEN, "Somebody has started already")
                    assert (await swapped.picture()).status == TAKEN
        job, card = await made(town, await ben.submit(MASK))
    assert (job["user_id"], job["guild_id"]) == (town.ben.id, away.guild and away.guild.id)
    assert card.channel is away
    owners = town.rows("SELECT DISTINCT user_id FROM ledger WHERE job_id = ?", job["id"])
    assert owners == [{"user_id": town.ben.id}]


async def test_a_full_quota_leaves_the_ticket_usable(shared_town: Town) -> None:
    town = shared_town
    link = await ticket(town, who=town.discord.user("cleo"))
    cleo = town.discord.user("cleo")
    town.vendor.hold()
    used = [
        await town.asks("a wall", who=cleo, count=4, model="realtime"),
        await town.asks("a roof", who=cleo, count=4, model="realtime"),
    ]
    for one in used:
        await town.is_painting(one)
    async with started(link) as browser:
        async with nothing_reserved(town):
            page = await browser.submit(MASK)
            assert_told(page, USED, "Your daily limit")
            assert "0 of 8 left" in page.json["detail"]
            assert "Nothing was charged." in page.json["detail"]
            assert (await browser.progress()).json["state"] == "Not sent yet"
        # What does not come is given back.
        for bought in town.vendor.book[-2:]:
            bought.turn = Mood.FAILED_LATER()
        town.vendor.release()
        for one in used:
            await town.ending(one)
        job, _ = await made(town, await browser.submit(MASK))
    assert job["user_id"] == cleo.id


async def test_masks_that_cannot_be_used_leave_it_usable_too(shared_town: Town) -> None:
    town = shared_town
    async with started(await ticket(town)) as browser:
        async with nothing_reserved(town):
            for wrong, words in (
                (png(a_mask((300, 200))), "The mask does not fit the picture"),
                (b"<html>", "The mask does not fit"),
                (MASK[: len(MASK) // 2], "The mask does not fit"),
                (b"\0" * 20_100_000, "Too large"),
            ):
                page = await browser.submit(wrong)
                assert page.status in (413, 422)
                assert words in str(page.json)
        await made(town, await browser.submit(MASK))


async def test_a_job_that_fails_ends_the_progress_too(shared_town: Town) -> None:
    town = shared_town
    town.vendor.next(Mood.FAILED_LATER)
    async with started(await ticket(town)) as browser:
        page = await browser.submit(MASK)
        number = page.json["job"]
        await town.discord.until(
            lambda: town.rows("SELECT * FROM jobs WHERE id = ? AND status = 'delivered'", number)
        )
        told = (await browser.progress()).json
    assert (told["done"], told["good"]) == (True, False)
    entries = town.rows("SELECT entry FROM ledger WHERE job_id = ? ORDER BY id", number)
    assert [row["entry"] for row in entries] == ["reserve", "refund"]
    [card] = town.standing(number)
    assert card.labels == ["Try again", "Details"]
    again = await town.discord.click(town.ana, card, label="Try again")
    done = await town.pictures(again)
    assert_only_the_mask_changed(done.attachments[0].bytes, opened(LYING), a_mask())


async def test_a_private_one_is_never_posted(shared_town: Town) -> None:
    town = shared_town
    public = len(town.general.messages)
    async with started(await ticket(town, private=True)) as browser:
        page = await browser.submit(MASK)
        job, card = await made(town, page)
        told = (await browser.progress()).json
    assert job["route"] == "direct"
    assert card in town.ana.dms
    assert "direct messages" in told["position"]
    assert len(town.general.messages) == public


async def test_expired_is_expired_and_a_restart_changes_nothing(shared_town: Town) -> None:
    town = shared_town
    links = [await ticket(town, who=town.ben) for _ in range(3)]
    past = sign(Ticket("y" * 22, utc(minutes=-1)), purpose="mask", key=KEY)
    async with started(links[0]) as begun, started(links[1]) as late:
        await town.bot_stops()
        names = [row["name"] for row in town.rows("SELECT name FROM easels ORDER BY rowid DESC")]
        with town.writing() as database:
            for name in (names[0], names[1]):
                database.execute(
                    "UPDATE easels SET expires_at = expires_at - ? WHERE name = ?",
                    (QUARTER_OF_AN_HOUR_MS, name),
                )
        await town.bot_starts()
        async with nothing_reserved(town):
            for page in (await late.look(), await late.start(), await late.submit(MASK)):
                assert_told(page, GONE, "This link has expired")
            assert (await late.picture()).status == GONE
            for link in (links[2], f"{links[2].rpartition('/')[0]}/{past}"):
                async with Browser(link) as browser:
                    for page in (await browser.look(), await browser.start()):
                        assert_told(page, GONE, "This link has expired")
        assert (await begun.look()).status == 200
        await made(town, await begun.submit(MASK))
