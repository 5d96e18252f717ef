"""Days on which nothing is submitted for a while: a gate closes, jobs keep their place."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from sandbox.modelslab import Bend, Mood, Turn
from tests.scenarios.days import (
    HURRIED,
    PAGE,
    Bad,
    a_day,
    error,
    for_a_while,
    plays_bad,
    plays_good,
    says,
)
from tests.scenarios.days import SETTINGS as SETTINGS
from tests.scenarios.hurried import BUSY_LEAST_S, BUSY_MOST_S, BUSY_S, PLAN_S
from tests.scenarios.town import Row, Town
from tests.wire.interactions import Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = HURRIED


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    async with a_day(shared_town):
        yield
        shared_town.vendor.default_mood = Mood.PROCESSING


def refused(bend: Bend) -> Turn:
    return Mood.ERROR_200(first=bend)


FULL = "Rate limit exceeded. Maximum 5 queued requests allowed."
BUSY: dict[str, tuple[Turn, float]] = {
    "busy": (refused(error(FULL, 429, retry_after=0.5)), 0.5),
    "busy-messege": (refused(error(FULL, 429, "messege", retry_after=0.5)), 0.5),
    "busy-other-words": (refused(error("Slow down, please.", 429, retry_after=0.5)), 0.5),
    "busy-wait-as-text": (refused(error(FULL, 429, retry_after="0.5")), 0.5),
    "busy-no-wait": (refused(error(FULL, 429)), BUSY_S),
    "busy-wait-in-header": (refused(says({"message": FULL}, 429, Retry_After="1")), 1.0),
    "busy-page": (refused(says(PAGE, 429)), BUSY_S),
    "busy-page-and-header": (refused(says(PAGE, 429, Retry_After="1")), 1.0),
    "busy-empty": (refused(says(b"", 429)), BUSY_S),
    "busy-as-text": (refused(error(FULL)), BUSY_S),
    "busy-as-messege": (refused(error(FULL, 200, "messege")), BUSY_S),
    "busy-wait-in-words": (refused(error("Too many requests, try again in 1 second")), 1.0),
    "busy-wait-zero": (refused(error(FULL, 429, retry_after=0)), BUSY_LEAST_S),
    "busy-wait-negative": (refused(error(FULL, 429, retry_after=-5)), BUSY_S),
    "busy-wait-nonsense": (refused(error(FULL, 429, retry_after="soon")), BUSY_S),
    "busy-wait-absurd": (refused(error(FULL, 429, retry_after=10**400)), BUSY_S),
    "busy-wait-of-a-year": (refused(error(FULL, 429, retry_after=31_536_000)), BUSY_MOST_S),
}


@pytest.mark.parametrize("day", BUSY)
async def test_a_busy_vendor_is_waited_for(shared_town: Town, day: str) -> None:
    turn, wait_s = BUSY[day]
    posts = shared_town.vendor.posts
    shared_town.vendor.next(turn)
    asked = await shared_town.asks("a red kite", aspect="3:2")
    gate = await shared_town.discord.until(shared_town.gates)
    assert [row["reason"] for row in gate] == ["busy"]
    assert closed_for(gate[0]) == timedelta(seconds=wait_s)
    await served(shared_town, asked)
    assert shared_town.vendor.posts - posts == 2


def closed_for(gate: Row) -> timedelta:
    return timedelta(milliseconds=gate["opens_at"] - gate["closed_at"])


async def served(town: Town, asked: Interaction) -> None:
    """In the end, one picture, charged once, and the gate is open."""
    card = await town.pictures(asked)
    assert len(card.attachments) == 1
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    assert town.slot(asked) is None
    await town.discord.until(lambda: not town.gates())


async def test_who_came_back_from_a_busy_vendor_keeps_the_place(shared_town: Town) -> None:
    posts = shared_town.vendor.posts
    shared_town.vendor.next(Mood.BUSY_429(retry_after=2))
    first = await shared_town.asks("a red kite")
    await shared_town.gate_closes()
    late = await shared_town.asks("a black kite", who=shared_town.ben)
    late_card = await shared_town.card(late)
    assert "The image service is busy just now" in late_card.content
    await served(shared_town, first)
    await served(shared_town, late)
    assert shared_town.vendor.posts - posts == 3
    assert shared_town.job(first)["submitted_at"] <= shared_town.job(late)["submitted_at"]


AWAY = "Service temporarily unavailable. Please try again later."
ONCE = {
    "unavailable": refused(error(AWAY, 503)),
    "unavailable-messege": refused(error(AWAY, 503, "messege")),
    "unavailable-with-200": refused(error(AWAY)),
    "unavailable-without-words": refused(says({"status": "error"}, 503)),
}


@pytest.mark.parametrize("day", ONCE)
async def test_a_vendor_that_surely_took_nothing_is_asked_again(
    shared_town: Town, day: str
) -> None:
    posts = shared_town.vendor.posts
    shared_town.vendor.next(ONCE[day])
    asked = await shared_town.asks("a green door", aspect="3:2")
    await served(shared_town, asked)
    assert shared_town.vendor.posts - posts == 2


@pytest.mark.parametrize("how", ["out-of-service", "not-there"])
async def test_a_vendor_that_is_away_is_waited_for(shared_town: Town, how: str) -> None:
    town = shared_town
    if how == "out-of-service":
        town.vendor.down = True
    else:
        await town.vendor.stop()
    asked = [await town.asks(f"fox {number}", aspect="3:2") for number in range(2)]
    gate = await town.gate_closes()
    late = await town.asks("a late fox", who=town.ben, aspect="3:2")
    late_card = await town.card(late)
    assert gate["reason"] == "down"
    assert "The image service does not answer just now; your job keeps its place in line" in (
        late_card.content
    )
    assert {town.job(one)["status"] for one in (*asked, late)} == {"queued"}
    assert town.rows("SELECT * FROM slots WHERE frees_at IS NULL") == []
    if how == "out-of-service":
        town.vendor.down = False
    else:
        await town.vendor.start()
    for one in (*asked, late):
        await served(town, one)


async def test_a_vendor_that_answers_nonsense_again_and_again_is_left_alone(
    shared_town: Town,
) -> None:
    """Three jobs end in doubt; the fourth is not risked before a probe was answered well."""
    town = shared_town
    doubt = Bad(
        turn=Mood.HTML_502,
        verdict="unconfirmed",
        told="**No answer from the image service.** Its answer never came, so it could not be "
        "confirmed whether it took the job. The job was not sent twice. "
        "“HTTP 502 without a readable answer”",
        slot_kept=True,
        paid=1,
    )
    for _ in range(3):
        await plays_bad(town, doubt)
    [gate] = await town.discord.until(town.gates)
    assert gate["reason"] == "down"
    await served(town, await town.asks("a red heron", aspect="3:2"))


CREDITS = "Insufficient credits. Please add more credits to continue."
KEY = "Invalid API key"
OWNERS: dict[str, tuple[Turn, str]] = {
    "credits": (refused(error(CREDITS, 402)), "credits"),
    "credits-messege": (refused(error(CREDITS, 402, "messege")), "credits"),
    "credits-as-text": (refused(error(CREDITS)), "credits"),
    "credits-as-error": (refused(says({"error": "Your wallet is empty"}, 403)), "credits"),
    "credits-without-words": (refused(says({"status": "error"}, 402)), "credits"),
    "key": (refused(error(KEY, 401)), "key"),
    "key-messege": (refused(error(KEY, 401, "messege")), "key"),
    "key-as-text": (refused(error("API key required")), "key"),
    "key-without-words": (refused(says({"status": "error"}, 401)), "key"),
    "key-under-500": (refused(error(KEY, 500)), "key"),
}


@pytest.mark.parametrize("day", OWNERS)
async def test_what_only_the_owner_can_mend_keeps_the_line(shared_town: Town, day: str) -> None:
    turn, reason = OWNERS[day]
    posts = shared_town.vendor.posts
    shared_town.vendor.next(turn)
    asked = await shared_town.asks("a white swan", aspect="3:2")
    gates = await shared_town.discord.until(shared_town.gates)
    assert [gate["reason"] for gate in gates] == [reason]
    # The wallet says that all is well: the gate stands ajar, and the job shows that it is.
    await served(shared_town, asked)
    assert shared_town.vendor.posts - posts == 2


@pytest.mark.parametrize("how", ["wallet-empty", "key-changed"])
async def test_until_the_owner_has_mended_it_nothing_is_sent(shared_town: Town, how: str) -> None:
    town = shared_town
    key, balance = town.vendor.key, town.vendor.balance
    if how == "wallet-empty":
        town.vendor.balance = 0.0
    else:
        town.vendor.desk.key = "another"
    posts = town.vendor.posts
    asked = await town.asks("a black swan", aspect="3:2")
    await town.gate_closes()
    probes = len(probed(town))
    await town.discord.until(lambda: len(probed(town)) >= probes + 2)
    assert town.vendor.posts - posts == 1
    assert town.job(asked)["status"] == "queued"
    town.vendor.balance, town.vendor.desk.key = balance, key
    await served(town, asked)


def probed(town: Town) -> list[str]:
    return [seen.path for seen in town.vendor.requests if seen.path.endswith("/wallet_balance")]


WHILE_PAINTED = {
    "key-while-painted": (error(KEY, 401), "key"),
    "key-as-text-while-painted": (error(KEY, 200, "messege"), "key"),
    "credits-while-painted": (error(CREDITS, 402), "credits"),
}


@pytest.mark.parametrize("day", WHILE_PAINTED)
async def test_a_picture_under_way_is_not_given_up(shared_town: Town, day: str) -> None:
    bend, reason = WHILE_PAINTED[day]
    shared_town.vendor.next(Mood.PROCESSING(fetched=for_a_while(bend, 1)))
    asked = await shared_town.asks("a swan at dusk", aspect="3:2")
    gates = await shared_town.discord.until(shared_town.gates)
    assert [gate["reason"] for gate in gates] == [reason]
    await shared_town.pictures(asked)
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]
    # Ajar until somebody else's job shows that the vendor takes work again.
    shared_town.vendor.next(Mood.AT_ONCE)
    await served(shared_town, await shared_town.asks("another swan", aspect="3:2"))


PREMIUM = "This feature requires a premium subscription"
PLANS = {
    "plan": (refused(error(PREMIUM, 403)), PREMIUM),
    "plan-messege": (refused(error(PREMIUM, 403, "messege")), PREMIUM),
    "plan-as-text": (refused(error(PREMIUM)), PREMIUM),
    "plan-without-words": (refused(says({"status": "error"}, 403)), ""),
}


@pytest.mark.parametrize("day", PLANS)
async def test_what_the_plan_lacks_rests_and_the_others_go_on(shared_town: Town, day: str) -> None:
    town = shared_town
    turn, words = PLANS[day]
    cause = "**Model not available.** This model cannot be used here just now."
    await plays_bad(
        town,
        Bad(
            turn=turn,
            verdict="unavailable",
            told=f"{cause} “{words}”" if words else cause,
            then="Choose another `model`.",
            model="midjourney",
        ),
    )
    [gate] = town.rows("SELECT * FROM gates")
    assert (gate["scope"], gate["reason"]) == ("work:imagine:midjourney", "plan")
    assert closed_for(gate) == timedelta(seconds=PLAN_S)
    refusal = await town.refused(await town.asks("a tram", model="midjourney"))
    assert "midjourney is not available just now" in refusal
    await plays_good(town, Mood.AT_ONCE)
    await town.discord.until(lambda: not town.rows("SELECT * FROM gates"))
    town.vendor.next(Mood.AT_ONCE)
    await served(town, await town.asks("a tram", model="midjourney"))
