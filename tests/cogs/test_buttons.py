"""The buttons under cards: they work for ever, for those who may press them."""

import re
from typing import Any

import discord
import pytest
from hypothesis import given
from simcord import InteractionResult

from bot.domain.job import JobStatus
from bot.engine.records import Details
from cogs.buttons import JobButton, view_of
from cogs.details import details
from cogs.faces import Action, Button
from sandbox.modelslab import Mood
from tests.cogs.house import House
from tests.cogs.jobs import a_job
from tests.cogs.test_echo import tricky


async def a_result(house: House, **options: Any) -> discord.Message:
    await house.asks("a red fox", seed=7, **options)
    await house.until_done()
    return house.last


def said(result: InteractionResult) -> str:
    assert result.response is not None, "it was not answered"
    return result.response.content


async def test_reroll_asks_again_with_a_new_seed_at_the_cost_of_who_pressed(house: House) -> None:
    first = await a_result(house)

    pressed = await house.bob.click(first, label="Reroll")

    assert said(pressed).startswith(f"**a red fox** — {house.bob.mention}\nNext in line")
    await house.until_done()
    assert house.last.id != first.id, "the old card stays as it was"
    assert len(house.last.attachments) == 1
    assert "from job 1" in house.last.content
    again = await house.job(2)
    assert again.requester.user_id == house.bob.id
    assert (again.request.seed, again.request.parent_job) == (None, 1)
    assert again.seed != 7


async def test_old_buttons_answer_after_a_restart(house: House) -> None:
    first = await a_result(house)

    await house.restarts()

    assert "in line" in said(await house.bob.click(first, label="Reroll"))
    assert (await house.ana.click(first, label="Details")).ephemeral
    assert (await house.ana.click(first, label="Delete")).acknowledged


async def test_buttons_of_others_survive_the_end_of_a_card(house: House) -> None:
    """A view that ends must not take the template of all buttons with it."""
    first = await a_result(house)
    await house.asks("a blue whale", private=True)
    await house.until_done()

    await house.env.advance_time(20 * 60)

    assert (await house.ana.click(first, label="Details")).ephemeral


async def test_details_tell_everything_to_the_one_who_asked_for_them(house: House) -> None:
    result = await a_result(house, steps=30, style="ink", negative="people")

    shown = await house.bob.click(result, label="Details")

    assert shown.ephemeral
    assert shown.response is not None
    first, negative = shown.response.embeds
    assert first.title == "Job 1"
    assert first.description == "```\na red fox\n```"
    assert negative.description == "```\npeople\n```"
    facts = {field.name: field.value for field in first.fields}
    assert facts["Seed"] == "7"
    assert facts["Model"] == "sdxl"
    assert facts["Steps"] == "30"
    assert facts["Style"] == "ink"
    assert facts["Pictures"] == "1 of 1, 1024×1024 px"


async def test_a_private_job_stays_private_when_it_is_rolled_again(house: House) -> None:
    asked = await house.asks(private=True)
    await house.until_done()
    assert asked.response is not None

    again = await house.ana.click(asked.response, label="Reroll")

    assert again.ephemeral
    assert (await house.job(2)).request.private


async def test_the_asker_may_delete_a_result(house: House) -> None:
    result = await a_result(house)
    kept = await house.bot.records.details(1, guild_id=house.guild.id, user_id=house.ana.id)
    assert kept is not None
    assert len(kept.pictures) == 1

    await house.ana.click(result, label="Delete")

    assert not house.channel.history(), "the message is gone"
    left = await house.bot.records.details(1, guild_id=house.guild.id, user_id=house.ana.id)
    assert left is None or not left.pictures


async def test_others_may_not_delete_it_but_moderators_may(house: House) -> None:
    result = await a_result(house)
    may_manage = discord.Permissions(manage_messages=True)
    mods = house.guild.create_role("Mods", permissions=may_manage)
    mod = house.guild.add_member(house.env.create_user("mod"), roles=[mods])

    refused = await house.bob.click(result, label="Delete")

    assert refused.ephemeral
    assert "can delete it" in said(refused)
    assert house.last.attachments

    await mod.click(result, label="Delete")
    assert not house.channel.history()


async def test_a_job_of_another_server_is_not_here(house: House) -> None:
    result = await a_result(house)
    row = result.components[0]
    assert isinstance(row, discord.ActionRow)
    reroll = row.children[0]
    assert isinstance(reroll, discord.Button)
    elsewhere = house.env.create_guild("Elsewhere")
    room = elsewhere.create_text_channel("room")
    eve = elsewhere.add_member(house.env.create_user("eve"))
    house.env.backend.create_message(
        room.id,
        house.env.backend.bot_user.id,
        "stolen",
        components=[
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "Reroll", "custom_id": reroll.custom_id}
                ],
            }
        ],
    )
    assert room.last_message is not None

    pressed = await eve.click(room.last_message, label="Reroll")

    assert pressed.ephemeral
    assert said(pressed) == "That job is not here (any more)."
    assert await house.jobs_made() == 1


async def test_a_failed_job_can_be_tried_again(house: House) -> None:
    house.vendor.next(Mood.FAILED_LATER)
    await house.asks()
    await house.until_done()

    await house.ana.click(house.last, label="Try again")
    await house.until_done()

    assert (await house.job(2)).status is JobStatus.DELIVERED
    assert len(house.last.attachments) == 1


@pytest.mark.parametrize("action", Action)
def test_a_button_knows_itself_by_its_custom_id_alone(action: Action) -> None:
    button = Button(action=action, job_id=2**60 // 7, label="Any", index=4)

    match = JobButton.__discord_ui_compiled_template__.fullmatch(button.custom_id)

    assert match is not None
    assert match.groupdict() == {
        "action": action.value,
        "job": str(button.job_id),
        "index": "4",
    }


def test_result_views_hold_dynamic_items_only_and_never_end() -> None:
    view = view_of([Button(action=Action.REROLL, job_id=1, label="Reroll")])

    assert view is not None
    assert view.timeout is None
    assert all(isinstance(item, JobButton) for item in view.children)
    assert view_of(()) is None


@given(prompt=tricky, negative=tricky, style=tricky)
def test_details_of_any_job_fit_into_a_message(prompt: str, negative: str, style: str) -> None:
    job = a_job(prompt * 20, negative=negative * 20, style=style, lora=style * 9, parent_job=3)
    embeds = details(Details(job=job, pictures=(), ignored=("lora", style)))

    assert sum(len(embed) for embed in embeds) <= 6000
    for embed in embeds:
        assert len(embed.description or "") <= 4096
        assert all(1 <= len(field.value or "") <= 1024 for field in embed.fields)
    assert not re.search(r"(?<!`)```(?!`).*```.*```", embeds[0].description or "", re.DOTALL)


def test_a_seed_that_never_reached_the_model_is_not_shown() -> None:
    job = a_job(seed=42)
    seeds = [
        field.value
        for takes in (True, False)
        for field in details(Details(job=job, pictures=(), ignored=(), takes_seed=takes))[0].fields
        if field.name == "Seed"
    ]
    assert seeds == ["42", "chosen by the model"]
