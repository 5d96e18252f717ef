"""The buttons that make something new of a result: for everybody, at any age, after restarts."""

from datetime import timedelta
from io import BytesIO

import discord
import pytest
from PIL import Image
from simcord import InteractionResult, MemberActor

from bot.domain.job import JobStatus
from bot.domain.request import Kind
from cogs import painting, popups, rework, sources
from cogs.faces import Action
from tests.cogs.house import House
from tests.cogs.posted import a_result, controls, fields, inpaint, promised, remix, whispered

with_page = pytest.mark.parametrize("settings", [{"PUBLIC_URL": "https://limner.example"}])


def a_moderator(house: House) -> MemberActor:
    may_manage = discord.Permissions(manage_messages=True)
    mods = house.guild.create_role("Mods", permissions=may_manage)
    return house.guild.add_member(house.env.create_user("mod"), roles=[mods])


async def written(
    house: House, shown: InteractionResult, who: MemberActor, **words: str
) -> InteractionResult:
    return await who.submit_modal(shown, {"prompt": "a blue fox", **words})


async def test_upscaling_takes_the_picture_as_it_was_made(house: House) -> None:
    result = await a_result(house)

    pressed = await house.bob.click(result, label="U1")

    assert promised(house)
    assert pressed.response is not None
    assert pressed.response.content.startswith(f"Upscale: **a red fox** — {house.bob.mention}\n")
    job = await house.job(2)
    assert job.request.kind is Kind.UPSCALE
    assert (job.request.parent_job, job.request.parent_picture) == (1, 1)
    assert job.requester.user_id == house.bob.id, "whoever presses pays"
    await house.until_done()
    assert (await house.job(2)).status is JobStatus.DELIVERED
    (file,) = house.last.attachments
    assert Image.open(BytesIO(await file.read())).width > 1024
    assert "from job 1, picture 1" in house.last.content


async def test_a_variation_is_a_weak_remix_with_a_new_seed(house: House) -> None:
    result = await a_result(house, count=2, seed=7, negative="people", steps=30)

    await house.bob.click(result, label="V2")

    request = (await house.job(2)).request
    assert (request.kind, request.model, request.strength) == (Kind.REMIX, "sdxl", 0.3)
    assert (request.seed, request.count, request.steps) == (None, 1, None)
    assert (request.prompt, request.negative) == ("a red fox", "people")
    assert (request.parent_job, request.parent_picture) == (1, 2)
    await house.until_done()
    assert "strength 0.3" in house.last.content


async def test_a_model_that_knows_no_remix_hands_over_to_the_askers_own(house: House) -> None:
    result = await a_result(house, model="imagen-4")

    await house.ana.click(result, label="V1")

    assert (await house.job(2)).request.model == "sdxl"


async def test_remix_asks_for_words_with_the_old_ones_in_place(house: House) -> None:
    result = await a_result(house)

    shown = await house.bob.click(result, label="Remix")

    assert fields(shown) == {"prompt": "a red fox", "strength": "0.7"}
    assert shown.modal is not None
    assert shown.modal["custom_id"] == "remix:1:1"
    submitted = await written(house, shown, house.bob, strength="0,45")
    assert submitted.response is not None
    assert submitted.response.content.startswith(f"Remix: **a blue fox** — {house.bob.mention}\n")
    request = (await house.job(2)).request
    assert (request.kind, request.strength, request.parent_picture) == (Kind.REMIX, 0.45, 1)
    assert (await house.job(2)).requester.user_id == house.bob.id


async def test_a_pop_up_that_was_open_over_a_restart_still_works(house: House) -> None:
    result = await a_result(house)
    shown = await house.bob.click(result, label="Remix")

    await house.restarts()
    await written(house, shown, house.bob)

    assert (await house.job(2)).request.prompt == "a blue fox"


async def test_two_people_may_have_the_same_pop_up_open(house: House) -> None:
    result = await a_result(house)
    bobs = await house.bob.click(result, label="Remix")
    anas = await house.ana.click(result, label="Remix")
    assert not house.client._connection._view_store._modals, "nothing is kept in memory"

    await written(house, bobs, house.bob, prompt="bob's fox")
    await written(house, anas, house.ana, prompt="ana's fox")

    first, second = await house.job(2), await house.job(3)
    assert (first.request.prompt, first.requester.user_id) == ("bob's fox", house.bob.id)
    assert (second.request.prompt, second.requester.user_id) == ("ana's fox", house.ana.id)


@pytest.mark.parametrize("strength", ["2", "-1", "much", "nan"])
async def test_a_strength_that_is_none_is_refused(house: House, strength: str) -> None:
    result = await a_result(house)
    shown = await house.bob.click(result, label="Remix")

    submitted = await written(house, shown, house.bob, strength=strength)

    assert whispered(submitted) == popups.NOT_A_STRENGTH
    assert await house.jobs_made() == 1


async def test_of_several_pictures_it_asks_which(house: House) -> None:
    result = await a_result(house, count=3)

    asked = await house.bob.click(result, label="Remix")

    assert whispered(asked) == rework.WHICH_OF_JOB
    assert [button["label"] for button in controls(asked)] == ["1", "2", "3"]
    assert asked.response is not None
    shown = await house.bob.click(asked.response, label="3")
    await written(house, shown, house.bob)
    assert (await house.job(2)).request.parent_picture == 3


@with_page
async def test_edit_area_leads_to_the_page_in_private(house: House) -> None:
    result = await a_result(house, count=2)

    asked = await house.bob.click(result, label="Edit area")
    assert asked.response is not None
    pressed = await house.bob.click(asked.response, label="2")

    assert whispered(pressed) == painting.INVITATION
    (button,) = controls(pressed)
    view, _ = await house.bot.easels.start(button["url"].rpartition("/")[2])
    assert view.easel is not None
    request = view.easel.request
    assert (request.kind, request.parent_job, request.parent_picture) == (Kind.INPAINT, 1, 2)
    assert view.easel.requester.user_id == house.bob.id
    assert await house.jobs_made() == 1


@with_page
@pytest.mark.parametrize("label", ["Edit area", "Remix", "U1"])
async def test_nobody_paints_or_writes_for_a_server_that_takes_nothing(
    house: House, label: str
) -> None:
    """Only after all that work was it said that the server is paused."""
    result = await a_result(house)
    await house.client.parts.rules.pause(house.guild.id, user_id=house.bob.id, reason="a contest")

    pressed = await house.bob.click(result, label=label)

    assert pressed.modal is None
    assert "They say: “a contest”" in whispered(pressed)


@pytest.mark.parametrize("after_restart", [False, True])
@pytest.mark.parametrize("who", ["author", "member", "moderator"])
async def test_every_button_works_for_everybody_also_after_a_restart(
    house: House, who: str, after_restart: bool
) -> None:
    result = await a_result(house)
    people = {"author": house.ana, "member": house.bob, "moderator": a_moderator(house)}
    person = people[who]
    if after_restart:
        await house.restarts()

    await person.click(result, label="U1")
    await person.click(result, label="V1")
    await person.click(result, label="Reroll")
    await written(house, await person.click(result, label="Remix"), person)

    made = [await house.job(number) for number in (2, 3, 4, 5)]
    assert [job.requester.user_id for job in made] == [person.id] * 4
    assert [job.request.kind for job in made] == ["upscale", "remix", "imagine", "remix"]
    assert all(job.request.parent_job == 1 for job in made)


async def test_a_picture_that_only_the_message_still_has_is_taken_from_there(house: House) -> None:
    result = await a_result(house)
    await house.bot.housekeeping.clean(house.clock.now() + timedelta(days=31))

    await house.bob.click(result, label="U1")

    request = (await house.job(2)).request
    assert request.source is not None
    assert request.source.width_px == 1024
    assert (request.parent_job, request.parent_picture) == (1, 1)


async def test_a_picture_that_nobody_has_any_more_is_told(house: House) -> None:
    result = await a_result(house)
    await result.edit(attachments=[])
    await house.bot.housekeeping.clean(house.clock.now() + timedelta(days=31))

    pressed = await house.bob.click(house.last, label="V1")

    assert whispered(pressed) == sources.NOT_KEPT
    assert await house.jobs_made() == 1


async def test_a_reroll_of_a_remix_needs_its_picture(house: House) -> None:
    await remix(house)
    await house.until_done()
    await house.bob.click(house.last, label="Reroll")
    again = (await house.job(2)).request
    assert (again.kind, again.parent_job) == (Kind.REMIX, 1)
    await house.until_done()
    await house.bot.housekeeping.clean(house.clock.now() + timedelta(days=31))

    pressed = await house.bob.click(house.last, label="Reroll")

    assert whispered(pressed) == sources.NOT_KEPT
    assert await house.jobs_made() == 2


async def test_a_private_result_is_for_its_owner_and_its_children_are_private(
    house: House,
) -> None:
    asked = await house.asks(private=True)
    await house.until_done()
    assert asked.response is not None

    pressed = await house.ana.click(asked.response, label="V1")
    assert pressed.ephemeral
    assert (await house.job(2)).request.private

    house.env.backend.create_message(
        house.channel.id,
        house.env.backend.bot_user.id,
        "stolen",
        components=[
            {
                "type": 1,
                "components": [{"type": 2, "style": 1, "label": "V1", "custom_id": "vary:1:1"}],
            }
        ],
    )
    refused = await house.bob.click(house.last, label="V1")
    assert whispered(refused) == rework.NOT_HERE
    assert await house.jobs_made() == 2


async def test_an_inpainted_picture_can_be_worked_on(house: House) -> None:
    await inpaint(house, area="left half")
    await house.until_done()

    await house.bob.click(house.last, label="V1")

    request = (await house.job(2)).request
    assert (request.kind, request.mask, request.parent_job) == (Kind.REMIX, None, 1)


async def test_an_upscaled_picture_has_the_buttons_that_make_sense(house: House) -> None:
    await house.ana.click(await a_result(house), label="U1")
    await house.until_done()

    labels = [
        child.label
        for row in house.last.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    ]
    assert labels == ["Remix", "Details", "Delete"]
    shown = await house.ana.click(house.last, label="Remix")
    assert fields(shown)["prompt"] == "a red fox"


def test_the_names_of_actions_stay_what_old_messages_say() -> None:
    assert {action.value for action in Action} == {
        "reroll", "remix", "area", "upscale", "vary", "cutout", "describe", "details", "delete",
        "cancel", "show", "again",
    }  # fmt: skip
