"""The vendor rings, or does not, or lies: over real sockets, with the bot as a process."""

import asyncio

import aiohttp
import pytest

from sandbox.modelslab import Bell, Mood, Tale, Turn
from tests.scenarios.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

MASK_PAGE = True
SETTINGS = {"MODELSLAB_TIMEOUT_S": "1", "JOB_DEADLINE_S": "60", "DEFAULT_MEMBER_DAY": "1000"}


@pytest.fixture(autouse=True)
def _usual(shared_town: Town) -> None:
    shared_town.vendor.latency_s = 0.3
    shared_town.vendor.default_mood = Mood.PROCESSING
    shared_town.vendor.moods.clear()


def webhook_of(town: Town, number: int = -1) -> str:
    return str(town.vendor.book[number].body["webhook"])


async def test_a_ring_brings_the_picture_with_one_fetch(shared_town: Town) -> None:
    asked = await shared_town.asks("a lighthouse")
    await shared_town.pictures(asked)
    [bought] = shared_town.bought(asked)
    [rung] = [rung for rung in shared_town.vendor.bells if rung.job_id == bought.id]
    assert (rung.status, bought.fetches) == (200, 1)
    assert "/hooks/modelslab/" in rung.path


RINGS = [
    *((bell, tale) for bell in (Bell.WHEN_READY, Bell.EARLY) for tale in Tale),
    *((Bell.TWICE, tale) for tale in (Tale.TRUE, Tale.FAILURE)),
    *((Bell.NOT_READY, tale) for tale in (Tale.TRUE, Tale.SUCCESS, Tale.FORGED_LINKS)),
]


@pytest.mark.parametrize(("bell", "tale"), RINGS)
async def test_whatever_a_ring_says_each_job_has_its_own_pictures_once(
    shared_town: Town, bell: Bell, tale: Tale
) -> None:
    town = shared_town
    town.vendor.next(Turn(mood=Mood.PROCESSING, bell=bell, tale=tale))
    asked = await town.asks(f"a fox, {bell}, {tale}")
    card = await town.pictures(asked, timeout_s=40)
    assert len(card.attachments) == 1
    assert [entry for entry, _ in town.entries(asked)] == ["reserve", "settle"]
    assert len(town.bought(asked)) == 1
    assert town.vendor.stranger_calls == 0


@pytest.mark.parametrize("bell", [Bell.NEVER, Bell.LATE])
async def test_without_a_ring_the_bot_asks_by_itself(shared_town: Town, bell: Bell) -> None:
    shared_town.vendor.next(Turn(mood=Mood.PROCESSING, bell=bell))
    card = await shared_town.pictures(await shared_town.asks(f"owl, {bell}"), timeout_s=40)
    assert len(card.attachments) == 1


@pytest.mark.parametrize("mood", [Mood.RESETS, Mood.HANGS, Mood.HTML_502_BUT_ACCEPTED])
@pytest.mark.parametrize("bell", [Bell.EARLY, Bell.WHEN_READY, Bell.TWICE])
async def test_a_job_whose_answer_was_lost_is_named_by_its_bell(
    shared_town: Town, mood: Mood, bell: Bell
) -> None:
    shared_town.vendor.next(Turn(mood=mood, bell=bell))
    asked = await shared_town.asks(f"a boat, {mood}, {bell}")
    await shared_town.pictures(asked, timeout_s=30)
    assert len(shared_town.bought(asked)) == 1
    assert [entry for entry, _ in shared_town.entries(asked)] == ["reserve", "settle"]


async def test_a_lost_job_that_is_named_like_another_gets_nothing_of_it(shared_town: Town) -> None:
    """The forged name is that of a picture which somebody else has got already."""
    town = shared_town
    others = await town.asks("somebody else's picture")
    await town.pictures(others)
    town.vendor.next(Turn(mood=Mood.RESETS, bell=Bell.WHEN_READY, tale=Tale.OTHER_JOB))
    asked = await town.asks("a lost one")
    await town.stands(asked, "waiting")
    await town.discord.until(lambda: "wrong_claim" in town.log)
    job = town.job(asked)
    assert (job["remote_id"], job["claim"]) == (None, None)
    # The vendor rings once more, and tells the truth.
    await asyncio.sleep(2.1)
    await town.vendor.ring(town.bought(asked)[0], Tale.TRUE)
    await town.pictures(asked)


async def test_a_late_ring_and_a_forged_one_change_nothing(shared_town: Town) -> None:
    town = shared_town
    asked = await town.asks("a quiet house")
    await town.pictures(asked)
    before = town.jobs()
    link = webhook_of(town)
    async with aiohttp.ClientSession() as session:
        for address, code in ((link, 200), (f"{link}x", 404), (link.replace("/hooks", "/x"), 404)):
            async with session.post(address, json={"status": "failed", "id": 1}) as answer:
                assert answer.status == code
    assert town.jobs() == before


async def test_a_flood_at_the_door_holds_nobody_up(shared_town: Town) -> None:
    town = shared_town
    town.vendor.latency_s = 3.0
    town.vendor.next(Turn(mood=Mood.PROCESSING, bell=Bell.NEVER))
    asked = await town.asks("a castle in the rain")
    await town.stands(asked, "waiting")
    link = webhook_of(town)

    async def flood(session: aiohttp.ClientSession) -> None:
        for _ in range(100):
            async with session.post(link, json={"status": "success"}) as answer:
                assert answer.status == 200

    async with aiohttp.ClientSession() as session:
        flooding = asyncio.gather(*(flood(session) for _ in range(5)))
        town.vendor.latency_s = 0.0
        meanwhile = await town.asks("a cup of tea")
        await town.card(meanwhile)
        assert meanwhile.acked_after_s is not None
        assert meanwhile.acked_after_s < 2.5
        await flooding
    await town.pictures(meanwhile)
    await town.pictures(asked, timeout_s=30)
    [bought] = town.bought(asked)
    assert bought.fetches < 10
