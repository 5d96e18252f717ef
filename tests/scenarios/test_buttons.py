"""The buttons under old cards answer after any restart, and to whom they should."""

from typing import Any

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.interactions import Ack
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_MESSAGES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> None:
    shared_town.vendor.default_mood = Mood.AT_ONCE


async def an_old_card(town: Town, prompt: str, **options: Any) -> Message:
    """A card from before a restart."""
    card = await town.pictures(await town.asks(prompt, **options))
    await town.bot_crashes()
    await town.bot_starts()
    return card


async def test_reroll_costs_whoever_presses_and_takes_a_new_seed(shared_town: Town) -> None:
    town = shared_town
    first = await town.asks("a stone bridge", seed=5, aspect="3:2", style="ink")
    card = await town.pictures(first)
    await town.bot_crashes()
    await town.bot_starts()

    pressed = await town.discord.click(town.ben, card, label="Reroll")
    new_card = await town.pictures(pressed)
    assert pressed.ack_type is Ack.MESSAGE
    assert new_card is not card
    job, parent = town.job(pressed), town.job(first)
    request = town.request(pressed)
    assert job["user_id"] == town.ben.id
    assert request["seed"] is None
    assert job["seed"] != 5
    assert request["parent_job"] == parent["id"]
    assert (request["prompt"], request["aspect"], request["style"]) == (
        "a stone bridge",
        "3:2",
        "ink",
    )
    assert f"from job {parent['id']}" in new_card.content
    assert town.ben.mention in new_card.content
    [entry] = town.rows(
        "SELECT user_id FROM ledger WHERE job_id = ? AND entry = 'reserve'", job["id"]
    )
    assert entry["user_id"] == town.ben.id
    # The old card stays as it is.
    assert len(card.attachments) == 1
    assert town.job(first)["user_id"] == town.ana.id


async def test_details_are_shown_to_whoever_presses_alone(shared_town: Town) -> None:
    town = shared_town
    card = await an_old_card(town, "a *blue* vase", seed=4711, guidance=6.5)
    rerolled = await town.discord.click(town.ana, card, label="Reroll")
    child = await town.pictures(rerolled)

    details = await (await town.discord.click(town.ben, card, label="Details")).answered()
    assert details.ephemeral
    shown = str(details.embeds)
    for fact in ("4711", "flux", "6.5", "1024×1024", "a *blue* vase"):
        assert fact in shown
    of_child = await (await town.discord.click(town.ben, child, label="Details")).answered()
    shown = str(of_child.embeds)
    assert str(town.job(rerolled)["seed"]) in shown
    assert f"job {town.request(rerolled)['parent_job']}" in shown


async def test_delete_is_for_the_owner(shared_town: Town) -> None:
    town = shared_town
    card = await an_old_card(town, "a paper crane")
    number = int(card.content.rpartition("job ")[2])

    refusal = await (await town.discord.click(town.ben, card, label="Delete")).answered()
    assert refusal.ephemeral
    assert "Only who asked for it, or a moderator" in refusal.content
    assert not card.deleted
    assert town.rows("SELECT * FROM pictures WHERE job_id = ?", number)

    await town.discord.click(town.ana, card, label="Delete")
    await town.discord.until(lambda: card.deleted)
    assert town.rows("SELECT * FROM pictures WHERE job_id = ?", number) == []
    # What was made was made: the ledger stays.
    assert len(town.rows("SELECT * FROM ledger WHERE job_id = ?", number)) == 2


async def test_delete_is_for_moderators_too(shared_town: Town) -> None:
    town = shared_town
    card = await an_old_card(town, "a paper boat")
    moderator = town.discord.user("mod", permissions=MANAGE_MESSAGES)
    folder = town.database.parent / "pictures"
    before = {path for path in folder.rglob("*") if path.is_file()}
    await town.discord.click(moderator, card, label="Delete")
    await town.discord.until(lambda: card.deleted)
    after = {path for path in folder.rglob("*") if path.is_file()}
    # The picture and its thumbnail.
    assert len(before - after) == 2


async def test_a_failed_job_can_be_tried_again(shared_town: Town) -> None:
    town = shared_town
    town.vendor.next(Mood.ERROR_4XX)
    failed = await town.asks("a tin robot", count=2)
    card = await town.ending(failed)
    assert card.labels == ["Try again", "Details"]
    await town.bot_crashes()
    await town.bot_starts()
    pressed = await town.discord.click(town.ana, card, label="Try again")
    again = await town.pictures(pressed)
    assert len(again.attachments) == 2
    assert town.request(pressed)["parent_job"] == town.job(failed)["id"]
    assert town.entries(failed) == [("reserve", 2), ("refund", -2)]
    assert town.entries(pressed) == [("reserve", 2), ("settle", 0)]


async def test_a_private_result_is_nobody_elses(shared_town: Town) -> None:
    """Its number in a forged button gets a stranger nowhere."""
    town = shared_town
    private = await town.asks("a love letter", private=True)
    await town.pictures(private)
    public = await town.pictures(await town.asks("a postcard"))
    number = town.job(private)["id"]
    for action in ("reroll", "details", "delete"):
        button = public.components[0]["components"][0]
        honest = button["custom_id"]
        button["custom_id"] = f"{action}:{number}:0"
        pressed = await town.discord.click(town.ben, public, custom_id=button["custom_id"])
        button["custom_id"] = honest
        answer = await pressed.answered()
        assert answer.ephemeral
        assert "not here" in answer.content
    assert town.rows("SELECT * FROM pictures WHERE job_id = ?", number)
    assert (
        town.rows("SELECT * FROM jobs WHERE user_id = ? AND status != 'delivered'", town.ben.id)
        == []
    )


@pytest.mark.parametrize("number", ["999999", "999999999999999999"])
async def test_buttons_of_jobs_that_are_not_here(shared_town: Town, number: str) -> None:
    town = shared_town
    card = await town.pictures(await town.asks("a postcard"))
    button = card.components[0]["components"][0]
    button["custom_id"] = f"details:{number}:0"
    answer = await (
        await town.discord.click(town.ana, card, custom_id=button["custom_id"])
    ).answered()
    assert answer.ephemeral
    assert "not here" in answer.content
