"""/settings: shown where nothing is said, changed in part, and used by the commands after it."""

from dataclasses import replace
from typing import Any

import pytest
from simcord import MemberActor

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.request import PERSONAL, Aspect
from bot.engine.members import Habit, Habits
from cogs.habits import habits
from storage import preferences
from tests.cogs.house import House
from tests.cogs.posted import payload_of, whispered

OWN = MemberSettings(
    model="flux", aspect=Aspect.WIDE, count=2, negative="fog", private=True, ping=False
)


async def sets(house: House, *, who: MemberActor | None = None, **options: Any) -> str:
    return whispered(await (who or house.ana).slash(house.channel, "settings", **options))


async def kept(house: House, *, who: MemberActor | None = None) -> MemberSettings:
    async with house.bot.database.reading() as tx:
        return await preferences.of_member(
            tx, guild_id=house.guild.id, user_id=(who or house.ana).id
        )


async def rule(house: House, **settings: Any) -> None:
    async with house.bot.database.transaction() as tx:
        await preferences.set_server(tx, house.guild.id, ServerSettings(**settings))


def test_what_is_set_and_what_is_not_is_told_apart() -> None:
    bare = habits(Habits(own=MemberSettings(), model="sdxl"), home=1)
    assert bare.splitlines()[1:-1] == [
        "`model`: sdxl (not set)",
        "`aspect`: 1:1 (not set)",
        "`count`: 1 picture (not set)",
        "`negative`: nothing (not set)",
        "`private`: all see results (not set)",
        "`ping`: you are told when a long job is done (not set)",
    ]
    full = habits(Habits(own=OWN, model="flux"), home=1)
    assert full.splitlines()[1:-1] == [
        "`model`: flux",
        "`aspect`: 16:9",
        "`count`: 2 pictures",
        "`negative`: fog",
        "`private`: only you see results",
        "`ping`: off",
    ]


def test_where_they_count_is_said() -> None:
    said = Habits(own=OWN, model="flux")
    assert "in this server**" in habits(said, home=1)
    assert "outside of servers**" in habits(said, home=PERSONAL)


def test_hostile_words_are_shown_and_do_nothing() -> None:
    own = replace(OWN, negative="**@everyone** `x` " + "[a](https://e.vil) " * 60)
    words = habits(Habits(own=own, model="flux"), home=1)
    assert "@everyone" not in words
    assert "https://" not in words
    assert len(words) < 2000


async def test_nothing_said_shows_and_changes_nothing(house: House) -> None:
    words = await sets(house)
    assert words.startswith("**Your settings in this server**")
    assert await kept(house) == MemberSettings()


async def test_parts_are_set_one_after_the_other(house: House) -> None:
    assert (await sets(house, count=2)).startswith("**Saved. ")
    await sets(house, aspect="16:9", private=True)
    await sets(house, model="flux", negative=" fog ", ping=False)
    assert await kept(house) == OWN
    assert await kept(house, who=house.bob) == MemberSettings()


async def test_the_next_command_uses_them_and_may_say_otherwise(house: House) -> None:
    await sets(house, count=2, negative="fog", private=True)
    asked = await house.asks("a red fox")
    assert asked.ephemeral
    request = (await house.job()).request
    assert (request.count, request.negative, request.private) == (2, "fog", True)
    await house.asks("a red fox", count=1, private=False)
    assert (await house.job(2)).request.count == 1


async def test_one_is_reset_or_all(house: House) -> None:
    async with house.bot.database.transaction() as tx:
        await preferences.set_member(tx, OWN, guild_id=house.guild.id, user_id=house.ana.id)
    await sets(house, reset="negative")
    assert await kept(house) == replace(OWN, negative=None)
    words = await sets(house, reset="all", count=3)
    assert "`count`: 3 pictures\n" in words
    assert await kept(house) == MemberSettings(count=3)


async def test_nothing_but_spaces_is_no_negative(house: House) -> None:
    await sets(house, negative="fog")
    await sets(house, negative="   ")
    assert (await kept(house)).negative is None


async def test_an_unknown_model_loses_nothing(house: House) -> None:
    await sets(house, count=2)
    words = await sets(house, model="fluxx", count=4)
    assert "There is no model called fluxx" in words
    assert "flux" in words.split("Did you mean")[1]
    assert words.endswith("Your settings are as they were.")
    assert await kept(house) == MemberSettings(count=2)


async def test_a_model_that_is_not_allowed_here_is_refused_with_those_that_are(
    house: House,
) -> None:
    await rule(house, allowed_models=frozenset({"flux"}))
    words = await sets(house, model="sdxl")
    assert "sdxl is not allowed in this server." in words
    assert "Allowed: flux." in words
    assert await kept(house) == MemberSettings()


async def test_a_model_that_has_been_forbidden_since_says_what_paints_instead(
    house: House,
) -> None:
    await sets(house, model="sdxl")
    await rule(house, allowed_models=frozenset({"flux"}))
    assert "`model`: sdxl, which is not allowed here (any more): flux paints" in await sets(house)


async def test_models_complete_as_they_are_typed(house: House) -> None:
    offered = await house.ana.autocomplete(house.channel, "settings", "model", "flu")
    assert "flux" in [choice["value"] for choice in offered]
    editors = {"flux-kontext-pro", "seededit-i2i"}
    assert not editors & {choice["value"] for choice in offered}


def test_each_habit_has_an_option_and_a_way_back(house: House) -> None:
    by_name = {option["name"]: option for option in payload_of(house, "settings")["options"]}
    assert list(by_name) == [*Habit, "reset"]
    assert [choice["value"] for choice in by_name["reset"]["choices"]] == ["all", *Habit]
    assert not any(option["required"] for option in by_name.values())


@pytest.mark.parametrize("habit", Habit)
async def test_what_has_just_been_reset_reads_as_not_set(house: House, habit: Habit) -> None:
    async with house.bot.database.transaction() as tx:
        await preferences.set_member(tx, OWN, guild_id=house.guild.id, user_id=house.ana.id)
    words = await sets(house, reset=habit.value)
    [line] = [line for line in words.splitlines() if "(not set)" in line]
    assert line.startswith(f"`{habit}`")
