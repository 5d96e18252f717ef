"""However many ask at once, no limit is passed, and who gets none is told the rule in private."""

import asyncio
from pathlib import Path

import pytest

from sandbox.modelslab import Mood
from tests.scenarios.town import Town, a_town
from tests.wire.interactions import Interaction

CROWD, LIMIT = 30, 5


async def a_crowd_asks(town: Town) -> tuple[list[Interaction], list[Interaction]]:
    """Thirty at once; who got a card, and who was refused."""
    asked = await asyncio.gather(*(town.asks(f"a fox, number {n}") for n in range(CROWD)))
    for one in asked:
        await one.answered()
    assert max(one.acked_after_s or 9 for one in asked) < 3
    return (
        [one for one in asked if not one.ephemeral],
        [one for one in asked if one.ephemeral],
    )


async def test_thirty_at_once_at_a_limit_of_five_a_day(tmp_path: Path) -> None:
    async with a_town(tmp_path, DEFAULT_SERVER_DAY=str(LIMIT)) as town:
        await town.bot_starts()
        served, refused = await a_crowd_asks(town)
        assert (len(served), len(refused)) == (LIMIT, CROWD - LIMIT)
        for one in refused:
            words = await town.refused(one)
            assert "This server's daily limit" in words
            assert f"0 of {LIMIT} pictures left" in words
            assert "It resets <t:" in words
        for one in served:
            await town.pictures(one)
        assert len(town.jobs()) == LIMIT
        assert town.booked() == LIMIT
        assert town.vendor.posts == LIMIT
        last = await town.asks("one more", who=town.ben)
        assert "This server's daily limit" in await town.refused(last)


async def test_thirty_at_once_with_five_places_in_line(tmp_path: Path) -> None:
    async with a_town(tmp_path, DEFAULT_MEMBER_LINE=str(LIMIT)) as town:
        await town.bot_starts()
        town.vendor.hold()
        served, refused = await a_crowd_asks(town)
        assert (len(served), len(refused)) == (LIMIT, CROWD - LIMIT)
        for one in refused:
            words = await town.refused(one)
            assert f"you may have {LIMIT} jobs on the way here" in words
        assert len(town.jobs()) == LIMIT
        # The line is one member's own.
        other = await town.asks("a crow", who=town.ben)
        await town.card(other)
        assert not other.ephemeral
        town.vendor.release()
        for one in [*served, other]:
            await town.pictures(one)
        again = await town.asks("now it fits")
        await town.pictures(again)


async def test_a_refund_gives_the_pictures_back(tmp_path: Path) -> None:
    async with a_town(tmp_path, DEFAULT_SERVER_DAY="4") as town:
        await town.bot_starts()
        town.vendor.next(Mood.ERROR_4XX)
        await town.ending(await town.asks("a fox", count=4))
        card = await town.pictures(await town.asks("a fox", count=3))
        assert "3 pictures, 1 left today" in card.content
        words = await town.refused(await town.asks("a fox", count=2))
        assert "1 of 4 pictures left, and this would take 2" in words


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"DEFAULT_MEMBER_DAY": "1"}, "Your daily limit"),
        ({"DEFAULT_SERVER_MONTH": "1"}, "This server's monthly limit"),
        ({"MAX_PICTURES_PER_SERVER_DAY": "1"}, "The bot owner's daily limit"),
        ({"BUDGET_PER_MONTH": "0.01", "PRICE_PER_PICTURE": "0.006"}, "monthly budget"),
        ({"DEFAULT_SERVER_LINE": "1"}, "This server's line"),
        ({"ALLOWED_GUILDS": "1"}, "This server may not use the bot"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_the_refusal_names_the_rule(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    async with a_town(tmp_path, **settings) as town:
        await town.bot_starts()
        town.vendor.hold()
        first = await town.asks("a fox")
        await first.answered()
        second = await town.asks("a fox")
        words = await town.refused(second)
        assert told in words
        assert "Nothing was charged." in words
        assert len(town.jobs()) == (0 if "ALLOWED_GUILDS" in settings else 1)
