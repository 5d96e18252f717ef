"""Where a server allows some models only, who names none gets one of those, at every door."""

from typing import Any

import pytest

from bot.domain.errors import StorageBusy
from bot.domain.preferences import ServerSettings
from bot.domain.request import Kind
from storage import preferences
from tests.cogs.house import House
from tests.cogs.posted import JPEG, PHOTO, a_result, controls, inpaint, remix, whispered

with_page = pytest.mark.parametrize("settings", [{"PUBLIC_URL": "https://limner.example"}])
# The first knows words alone; the bot owner's default, and the most popular of all, are not there.
ALLOWED = frozenset({"imagen-4", "midjourney"})


async def rule(house: House, *models: str, **settings: Any) -> None:
    async with house.bot.database.transaction() as tx:
        allowed = ServerSettings(allowed_models=frozenset(models or ALLOWED), **settings)
        await preferences.set_server(tx, house.guild.id, allowed)


async def model_of(house: House, number: int = 1) -> str:
    return (await house.job(number)).request.model


async def test_each_command_takes_the_first_allowed_model_that_can_do_it(house: House) -> None:
    await rule(house)
    await house.asks()
    await remix(house)
    await inpaint(house, area="left half")
    assert [await model_of(house, number) for number in (1, 2, 3)] == [
        "imagen-4",
        "midjourney",
        "midjourney",
    ]


async def test_an_editor_does_not_paint_from_words_alone(house: House) -> None:
    """It was taken for the default, being the first by name."""
    await rule(house, "flux-kontext-pro", "midjourney")
    await house.asks()
    assert await model_of(house) == "midjourney"


async def test_the_servers_default_goes_before_the_popular_ones(house: House) -> None:
    await rule(house, "flux", "midjourney", model="midjourney")
    await remix(house)
    assert await model_of(house) == "midjourney"


async def test_a_model_that_is_named_is_not_exchanged(house: House) -> None:
    await rule(house)
    words = whispered(await remix(house, model="flux"))
    assert words.startswith("**flux is not allowed in this server.** Allowed: midjourney.")
    assert await house.jobs_made() == 0


async def offered(house: House, command: str, typed: str = "") -> list[str]:
    found = await house.ana.autocomplete(house.channel, command, "model", typed)
    return [str(choice["value"]) for choice in found]


@pytest.mark.parametrize("typed", ["", "m"])
async def test_only_what_is_allowed_is_offered_while_somebody_types(
    house: House, typed: str
) -> None:
    """Whoever took another one from the list was refused."""
    assert len(await offered(house, "imagine")) > 5
    # The most popular ones do not take its place in a list that is cut.
    await rule(house, "imagen-4", "midjourney", "flux-kontext-pro")
    for command, models in {
        "imagine": {"imagen-4", "midjourney"},
        "settings": {"imagen-4", "midjourney"},
        "remix": {"midjourney", "flux-kontext-pro"},
        "inpaint": {"midjourney"},
    }.items():
        found = await offered(house, command, typed)
        assert "midjourney" in found
        assert set(found) <= models
        assert typed or set(found) == models
    assert await offered(house, "imagine", "sdxl") == []


async def test_where_the_rules_cannot_be_read_everything_is_offered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await offered(house, "imagine")

    async def busy(*_: object, **__: object) -> None:
        raise StorageBusy("the database is busy")

    monkeypatch.setattr(house.bot.intake, "defaults", busy)

    assert await offered(house, "imagine") == before


async def test_where_none_of_them_can_it_says_so(house: House) -> None:
    await rule(house, "imagen-4")
    words = whispered(await remix(house))
    assert "is not allowed in this server.** None of the allowed models does this kind" in words
    assert words.endswith("Nothing was charged.")
    await rule(house, "flux-kontext-pro")
    assert "None of the allowed models does this kind" in whispered(await house.asks())
    assert await house.jobs_made() == 0


async def test_what_is_made_of_a_result_is_made_by_an_allowed_model(house: House) -> None:
    result = await a_result(house)
    await rule(house)
    await house.bob.click(result, label="V1")
    shown = await house.bob.click(result, label="Remix")
    await house.bob.submit_modal(shown, {"prompt": "a blue fox"})
    await house.bob.click(result, label="U1")
    assert [await model_of(house, number) for number in (1, 2, 3)] == [
        "sdxl",
        "midjourney",
        "midjourney",
    ]
    # A tool is nobody's choice.
    assert (await house.job(4)).request.kind is Kind.UPSCALE


async def test_a_found_picture_is_remixed_by_an_allowed_model(house: House) -> None:
    await rule(house)
    message = await house.bob.send(house.channel, "look", attachments=[("photo.png", PHOTO)])
    shown = await house.ana.context_menu(house.channel, "Remix", message)
    await house.ana.submit_modal(shown, {"prompt": "a fox"})
    assert await model_of(house) == "midjourney"


@with_page
async def test_a_mask_is_painted_for_an_allowed_model(house: House) -> None:
    result = await a_result(house)
    await rule(house)
    message = await house.bob.send(house.channel, "look", attachments=[("photo.png", PHOTO)])
    for asked in (
        await inpaint(house),
        await inpaint(house, image=("photo.jpg", JPEG)),
        await house.ana.context_menu(house.channel, "Edit area", message),
        await house.ana.click(result, label="Edit area"),
    ):
        ticket = controls(asked)[0]["url"].rpartition("/")[2]
        view, _ = await house.bot.easels.start(ticket)
        assert view.easel is not None
        assert view.easel.request.model == "midjourney"
