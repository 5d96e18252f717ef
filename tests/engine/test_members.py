"""Members' own settings: changed in part, kept per server, and never lost on bad input."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.refusal import BadOption, ModelNotAllowed, UnknownModel
from bot.domain.request import PERSONAL, Aspect
from bot.engine.members import Habit, Habits, Members, Unfit
from bot.modelslab.catalogue import Catalogue
from sandbox.modelslab import Vendor
from storage import preferences
from tests.engine.world import ANA, BOB, OTHER_SERVER, SERVER, World, a_world

EVERYTHING = MemberSettings(
    model="sdxl", aspect=Aspect.WIDE, count=2, negative="fog", private=True, ping=False
)


def members(world: World) -> Members:
    return Members(world.database, catalogue=Catalogue.built_in(), policy=world.policy)


async def change(
    world: World,
    *,
    reset: tuple[Habit, ...] = (),
    who: int = ANA,
    where: int = SERVER,
    **given: Any,
) -> Habits | Unfit:
    return await members(world).change(
        MemberSettings(**given), reset=reset, guild_id=where, user_id=who
    )


async def own(world: World, *, who: int = ANA, where: int = SERVER) -> MemberSettings:
    return (await members(world).habits(guild_id=where, user_id=who)).own


async def rule(world: World, **settings: Any) -> None:
    async with world.database.transaction() as tx:
        await preferences.set_server(tx, SERVER, ServerSettings(**settings))


async def everything_is_set(world: World) -> None:
    async with world.database.transaction() as tx:
        await preferences.set_member(tx, EVERYTHING, guild_id=SERVER, user_id=ANA)


async def test_what_is_not_named_stays(world: World) -> None:
    await everything_is_set(world)
    said = await change(world, count=4)
    assert isinstance(said, Habits)
    assert said.own == await own(world) == replace(EVERYTHING, count=4)


@pytest.mark.parametrize("habit", Habit)
async def test_one_is_unset_and_the_others_stay(world: World, habit: Habit) -> None:
    await everything_is_set(world)
    await change(world, reset=(habit,))
    assert await own(world) == replace(EVERYTHING, **{habit.value: None})


async def test_all_are_unset_but_what_is_given_with_it(world: World) -> None:
    await everything_is_set(world)
    await change(world, reset=tuple(Habit), negative="rain")
    assert await own(world) == MemberSettings(negative="rain")


async def test_each_server_and_the_outside_have_their_own(world: World) -> None:
    await change(world, count=2)
    await change(world, count=3, where=OTHER_SERVER)
    await change(world, count=4, where=PERSONAL)
    kept = [(await own(world, where=where)).count for where in (SERVER, OTHER_SERVER, PERSONAL)]
    assert kept == [2, 3, 4]
    assert await own(world, who=BOB) == MemberSettings()


async def test_twenty_changes_at_once_lose_none(world: World) -> None:
    values: list[dict[str, Any]] = [
        {"model": "sdxl"},
        {"aspect": Aspect.TALL},
        {"count": 3},
        {"negative": "fog"},
    ] * 5
    await asyncio.gather(*(change(world, **given) for given in values))
    assert await own(world) == MemberSettings(
        model="sdxl", aspect=Aspect.TALL, count=3, negative="fog"
    )


async def test_a_model_is_kept_under_its_own_id(world: World) -> None:
    await change(world, model="SDXL ")
    assert (await own(world)).model == "sdxl"


async def test_an_unknown_model_is_refused_with_close_ones_and_nothing_is_changed(
    world: World,
) -> None:
    await everything_is_set(world)
    said = await change(world, model="sdxll", count=4)
    assert isinstance(said, UnknownModel)
    assert "sdxl" in said.close
    assert await own(world) == EVERYTHING


async def test_a_model_that_only_edits_cannot_be_a_default(world: World) -> None:
    said = await change(world, model="flux-kontext-pro")
    assert isinstance(said, BadOption)
    assert said.works.startswith("flux")
    assert await own(world) == MemberSettings()


async def test_a_model_that_the_server_does_not_allow_is_refused_there_alone(world: World) -> None:
    await rule(world, allowed_models=frozenset({"flux", "flux-kontext-pro"}))
    assert await change(world, model="sdxl") == ModelNotAllowed("sdxl", ("flux",))
    assert isinstance(await change(world, model="sdxl", where=OTHER_SERVER), Habits)


async def test_a_model_that_is_not_allowed_any_more_is_kept_but_does_not_paint(
    world: World,
) -> None:
    await everything_is_set(world)
    await rule(world, allowed_models=frozenset({"flux"}))
    said = await members(world).habits(guild_id=SERVER, user_id=ANA)
    assert (said.own.model, said.model) == ("sdxl", "flux")


async def test_a_count_that_the_model_cannot_make_is_refused(world: World) -> None:
    await change(world, model="imagen-4", count=1)
    said = await change(world, count=4)
    assert said == BadOption("count", "1")
    assert (await own(world)).count == 1


async def test_old_settings_that_fit_no_more_do_not_bar_other_changes(world: World) -> None:
    await everything_is_set(world)
    await rule(world, allowed_models=frozenset({"imagen-4"}))
    assert isinstance(await change(world, ping=True), Habits)
    assert isinstance(await change(world, reset=tuple(Habit)), Habits)


async def test_they_survive_a_restart(tmp_path: Path, vendor: Vendor) -> None:
    async with a_world(tmp_path, vendor) as world:
        await change(world, negative="fog", ping=False)
    async with a_world(tmp_path, vendor) as world:
        assert await own(world) == MemberSettings(negative="fog", ping=False)
