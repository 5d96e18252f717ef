"""However the vendor answers: a picture or a plain sentence comes of it, rightly booked."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sandbox.modelslab import Mood, Turn
from tests.scenarios.town import Row, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Short, and yet long enough for a machine that pauses.
DEADLINE_S, TIMEOUT_S = 5, 2
SETTINGS = {
    "JOB_DEADLINE_S": str(DEADLINE_S),
    "MODELSLAB_TIMEOUT_S": str(TIMEOUT_S),
    # What the vendor may still work on keeps its slot; there is room for all of that here.
    "MODELSLAB_MAX_QUEUED": "50",
    "DEFAULT_SERVER_DAY": "1000",
}
GRACE_MS = 60_000

GOOD = [
    Mood.AT_ONCE,
    Mood.PROCESSING,
    Mood.QUEUED,
    Mood.STRING_IDS,
    Mood.OLD_SHAPES,
    Mood.FETCH_MINIMAL,
    Mood.FETCH_ID_DIFFERS,
    Mood.FOREIGN_FETCH_RESULT,
    Mood.FETCH_404_FOR_A_WHILE(times=1),
    Mood.FETCH_HTML_FOR_A_WHILE(times=1),
    Mood.EMPTY_OUTPUT_FOR_A_WHILE(times=1),
    Mood.RESULT_404_FOR_A_WHILE(times=2),
]


def outcome(job: Row) -> str:
    return str(job["verdict"])


def name_of(mood: object) -> str:
    return str(mood.mood if isinstance(mood, Turn) else mood)


@pytest.fixture(autouse=True)
def _room(shared_town: Town) -> Iterator[None]:
    shared_town.vendor.max_queued = 50
    yield
    assert not shared_town.vendor.moods, "a mood was never met"


@pytest.mark.parametrize("mood", GOOD, ids=name_of)
async def test_a_good_day_ends_in_a_picture(shared_town: Town, mood: Mood | Turn) -> None:
    shared_town.vendor.next(mood)
    asked = await shared_town.asks("a brown horse", aspect="3:2")
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == 1
    assert outcome(shared_town.job(asked)) == "pictures"
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert shared_town.slot(asked) is None
    # Asking there would have handed the key to a stranger.
    assert shared_town.vendor.stranger_calls == 0


@dataclass(frozen=True)
class Bad:
    """A mood, and what becomes of the job."""

    mood: Mood | Turn
    verdict: str
    told: tuple[str, ...]
    model: str = "flux"
    accepted: bool = False
    slot_kept: bool = False


BAD = [
    Bad(Mood.ERROR_4XX, "refused", ("Request refused", "height must be divisible by 8")),
    Bad(Mood.ERROR_MESSEGE, "refused", ("Request refused", "prompt is required")),
    Bad(Mood.ERROR_DICT, "refused", ("Request refused", "samples must be between 1 and 4")),
    Bad(Mood.ERROR_200, "failed", ("The image service failed", "Something went wrong")),
    Bad(
        Mood.ERROR_200(message="<@1> @everyone **x** `key`"),
        "failed",
        ("The image service failed", "Try again."),
    ),
    Bad(Mood.MODERATION, "content", ("Refused by moderation", "Try other words.")),
    Bad(Mood.FAILED_LATER, "failed", ("The image service failed",), accepted=True),
    Bad(Mood.ERROR_LATER, "failed", ("The image service failed",), accepted=True),
    Bad(
        Mood.NEVER,
        "timed_out",
        ("Out of time", f"No result came within {DEADLINE_S} seconds"),
        accepted=True,
        slot_kept=True,
    ),
    Bad(Mood.HTML_200, "unconfirmed", ("could not be confirmed",), slot_kept=True),
    Bad(
        Mood.HTML_502_BUT_ACCEPTED,
        "unconfirmed",
        ("could not be confirmed", "not sent twice"),
        accepted=True,
        slot_kept=True,
    ),
    Bad(
        Mood.HANGS,
        "unconfirmed",
        ("could not be confirmed", f"no answer within {TIMEOUT_S} s"),
        accepted=True,
        slot_kept=True,
    ),
    Bad(Mood.RESETS, "unconfirmed", ("could not be confirmed",), accepted=True, slot_kept=True),
    Bad(Mood.JSON_500, "unconfirmed", ("could not be confirmed",), slot_kept=True),
    Bad(
        Mood.PLAN_TOO_SMALL,
        "unavailable",
        ("Model not available", "Choose another `model`."),
        model="midjourney",
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: name_of(bad.mood))
async def test_a_bad_day_ends_in_a_plain_sentence(shared_town: Town, bad: Bad) -> None:
    vendor = shared_town.vendor
    posts, accepted = vendor.posts, vendor.accepted
    vendor.next(bad.mood)
    asked = await shared_town.asks("a grey heron", count=2, model=bad.model)
    card = await shared_town.ending(asked)

    assert outcome(shared_town.job(asked)) == bad.verdict
    for words in (*bad.told, "Nothing was charged."):
        assert words in card.content
    assert card.attachments == []
    assert card.labels == ["Try again", "Details"]
    assert set(card.mentioned) <= {shared_town.ana.mention}
    assert shared_town.entries(asked) == [("reserve", 2), ("refund", -2)]
    assert (vendor.posts - posts, vendor.accepted - accepted) == (1, int(bad.accepted))
    assert_slot(shared_town.job(asked), shared_town.slot(asked), kept=bad.slot_kept)
    await the_next_one_is_served(shared_town)


def assert_slot(job: Row, slot: Row | None, *, kept: bool) -> None:
    """Where the vendor may still be at it, its place is kept for deadline and grace."""
    if not kept:
        assert slot is None
    else:
        assert slot is not None
        assert slot["frees_at"] == job["deadline_at"] + GRACE_MS


async def the_next_one_is_served(town: Town) -> None:
    town.vendor.next(Mood.AT_ONCE)
    await town.pictures(await town.asks("a small boat", aspect="3:2"))


@pytest.mark.parametrize(
    "mood",
    [Mood.BUSY_429(retry_after=2), Mood.BUSY_429(retry_after=2, message="Slow down, please.")],
    ids=["queue-full", "other-words"],
)
async def test_a_busy_vendor_is_waited_for(shared_town: Town, mood: Turn) -> None:
    posts = shared_town.vendor.posts
    shared_town.vendor.next(mood)
    first = await shared_town.asks("a red kite")
    await shared_town.gate_closes()
    late = await shared_town.asks("a black kite", who=shared_town.ben)
    late_card = await shared_town.card(late)
    assert "The image service is busy just now" in late_card.content
    await shared_town.pictures(first)
    await shared_town.pictures(late)
    assert shared_town.gates() == []
    assert shared_town.vendor.posts - posts == 3
    # It kept its place: who came later is served later.
    assert shared_town.job(first)["submitted_at"] <= shared_town.job(late)["submitted_at"]
    assert shared_town.entries(first) == [("reserve", 1), ("settle", 0)]


async def test_a_vendor_that_surely_took_nothing_is_asked_again(shared_town: Town) -> None:
    posts = shared_town.vendor.posts
    shared_town.vendor.next(Mood.JSON_503)
    asked = await shared_town.asks("a green door")
    await shared_town.pictures(asked)
    assert shared_town.vendor.posts - posts == 2
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]


async def test_what_did_not_come_is_not_charged(shared_town: Town) -> None:
    shared_town.vendor.next(Mood.FEWER_PICTURES)
    asked = await shared_town.asks("three owls", count=3)
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == 2
    assert "Of 3 pictures, 1 did not arrive and was not charged." in card.content
    assert "2 pictures" in card.content
    assert shared_town.entries(asked) == [("reserve", 3), ("settle", -1)]


@pytest.mark.parametrize("mood", [Mood.NSFW, Mood.NSFW_LIST])
async def test_flagged_pictures_stay_out_of_ordinary_channels(
    shared_town: Town, mood: Mood
) -> None:
    shared_town.vendor.next(mood)
    asked = await shared_town.asks("an orchid", count=2)
    card = await shared_town.ending(asked)
    assert card.attachments == []
    assert "Marked as unsafe" in card.content
    assert "Nothing was charged." in card.content
    assert shared_town.entries(asked) == [("reserve", 2), ("refund", -2)]
    # The vendor was paid all the same, and the owner's costs say so.
    cost = shared_town.rows(
        "SELECT sum(cost_micros) AS c FROM ledger WHERE job_id = ?", shared_town.job(asked)["id"]
    )
    assert cost[0]["c"] == 2 * 4700


async def test_flagged_pictures_are_shown_in_age_restricted_channels(shared_town: Town) -> None:
    shared_town.vendor.next(Mood.NSFW)
    asked = await shared_town.asks("an orchid", where=shared_town.after_dark)
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == 1
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]


async def test_a_closed_model_is_refused_before_anything_is_reserved(shared_town: Town) -> None:
    """After the day on which the plan proved too small for it."""
    shared_town.vendor.next(Mood.PLAN_TOO_SMALL)
    await shared_town.ending(await shared_town.asks("a tram", model="realistic-vision-v13"))
    asked = await shared_town.asks("a tram", model="realistic-vision-v13")
    words = await shared_town.refused(asked)
    assert "realistic-vision-v13 is not available just now" in words
