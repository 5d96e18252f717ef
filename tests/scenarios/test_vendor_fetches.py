"""However the vendor answers when it is asked how far a job is: it is asked again, or believed."""

from collections.abc import AsyncIterator, Awaitable

import pytest
import pytest_asyncio

from sandbox.modelslab import Bend, Mood, Reply, Turn
from tests.scenarios.days import (
    DEADLINE_S,
    GONE,
    HURRIED,
    PAGE,
    Bad,
    a_day,
    begins,
    changed,
    cut,
    ends_badly,
    error,
    for_a_while,
    links,
    named,
    plays_bad,
    plays_good,
    rewritten,
    says,
    spent_micros,
    together,
)
from tests.scenarios.days import SETTINGS as SETTINGS
from tests.scenarios.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = HURRIED


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    async with a_day(shared_town):
        yield


def first(bend: Bend) -> Turn:
    """The first two fetches are answered so, and then as they should be."""
    return Mood.PROCESSING(fetched=for_a_while(bend))


def always(bend: Bend) -> Turn:
    """Every fetch is answered so."""
    return Mood.PROCESSING(fetched=bend)


LATER = {
    "still-processing": first(
        says({"status": "processing", "message": "try again later.", "output": ""})
    ),
    "still-processing-messege": first(
        says({"status": "processing", "messege": "try again later."})
    ),
    "still-queued": first(says({"status": "starting"})),
    "not-found-yet": Mood.FETCH_404_FOR_A_WHILE(times=2),
    "not-found-yet-page": first(says(PAGE, 404)),
    "not-found-yet-with-200": first(error("Request not found")),
    "not-found-yet-in-other-words": first(error("Nothing here", 404)),
    "page-for-a-while": Mood.FETCH_HTML_FOR_A_WHILE(times=2),
    "page-502-for-a-while": first(says(PAGE, 502)),
    "later-as-an-error": first(error("try again later.")),
    "later-as-a-failure": first(says({"status": "failed", "messege": "Try again later"})),
    "busy-as-text": Mood.FETCH_BUSY_FOR_A_WHILE(times=2),
    "busy-429": first(error("Rate limit exceeded", 429, retry_after=0.2)),
    "busy-429-page": first(says(PAGE, 429, Retry_After="0.2")),
    "crash-500": first(error("Internal server error. Please try again.", 500)),
    "crash-500-messege-with-200": first(error("Internal server error.", 200, "messege")),
    "unavailable-503": first(
        error("Service temporarily unavailable. Please try again later.", 503)
    ),
    "plan-403": first(error("This feature requires a premium subscription", 403)),
    "empty": first(says(b"")),
    "empty-object": first(says({})),
    "half": first(says(b'{"status":"succ')),
    "bytes": first(says(b"\x89PNG\r\n")),
    "two-megabytes": first(says(b" " * 2**21)),
    "cut": first(cut),
    "redirect": first(lambda *_: Reply(307, b"", "", {"Location": "/api/elsewhere"})),
    "success-without-pictures": Mood.EMPTY_OUTPUT_FOR_A_WHILE(times=2),
    "success-with-empty-text": first(changed(output="", proxy_links="")),
    "success-with-nothing": first(changed(output=None, proxy_links=None)),
    "success-with-future-links-alone": first(
        rewritten(lambda body: {"output": [], "proxy_links": [], "future_links": links(body)})
    ),
}


@pytest.mark.parametrize("day", LATER)
async def test_what_is_no_end_is_asked_again(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


async def is_asked_again(town: Town, turn: Mood | Turn) -> None:
    card = await plays_good(town, turn)
    [bought] = [job for job in town.vendor.book if job.order.prompt in card.content]
    assert bought.fetches > 2


ENDS: dict[str, Mood | Turn] = {
    "minimal": Mood.FETCH_MINIMAL,
    "minimal-and-nulls": always(
        changed(proxy_links=None, meta=GONE, nsfw_content_detected=None, tip="")
    ),
    "as-text": always(rewritten(lambda body: {"output": links(body)[0]})),
    "as-object": always(rewritten(lambda body: {"output": {"0": links(body)[0]}})),
    "no-status": always(changed(status=GONE)),
    "under-500": always(named(status=500)),
    "called-a-page": always(named(kind="text/html")),
    "another-id": always(changed(id=17)),
    "id-as-text": always(rewritten(lambda body: {"id": str(body["id"])})),
    "webhooks-shape": always(changed(track_id="17", proxy_links=GONE, generationTime=2.5)),
}


@pytest.mark.parametrize("day", ENDS)
async def test_a_success_in_any_shape_brings_the_picture(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


FAILED = "**The image service failed.** It could not finish the job."
SIZES = "Processing failed: Invalid input dimensions"


def failed(turn: Turn, words: str) -> Bad:
    told = f"{FAILED} “{words}”" if words else FAILED
    return Bad(turn=turn, verdict="failed", told=told, accepted=True)


def late(turn: Mood | Turn) -> Bad:
    """Nothing came in time, and the vendor may still be at it."""
    return Bad(
        turn=turn,
        verdict="timed_out",
        told=f"**Out of time.** No result came within {DEADLINE_S} seconds.",
        then="Try again later.",
        accepted=True,
        slot_kept=True,
        paid=1,
    )


GIVEN_UP = {
    "failed": failed(Mood.FAILED_LATER(), SIZES),
    "error": failed(Mood.ERROR_LATER(), SIZES),
    "failed-messege": failed(
        always(says({"status": "failed", "messege": SIZES, "track_id": 5})), SIZES
    ),
    "failed-object": failed(
        Mood.FAILED_LATER(message={"prompt": ["too long"], "seed": "too large"}),
        "too long too large",
    ),
    "failed-under-500": failed(always(says({"status": "failed", "message": SIZES}, 500)), SIZES),
    "failed-without-words": failed(always(says({"status": "failed"})), ""),
    "error-key": failed(always(says({"status": "error", "error": SIZES})), SIZES),
    "moderated": Bad(
        turn=Mood.FAILED_LATER(message="Blocked by the provider's policy"),
        verdict="content",
        told="**Refused by moderation.** The image service's moderation did not accept the prompt. "
        "“Blocked by the provider's policy”",
        then="Try other words.",
        accepted=True,
    ),
}


@pytest.mark.parametrize("day", GIVEN_UP)
async def test_an_end_without_pictures_is_a_plain_sentence(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


async def test_what_never_comes_is_given_up_in_time(shared_town: Town) -> None:
    """Never ready, never readable, and a picture in the answer itself: three days in one."""
    inline = changed(output=["data:image/png;base64,iVBORw0KGgo="], proxy_links=GONE)
    days = [late(turn) for turn in (Mood.NEVER, always(says(PAGE)), always(inline))]
    asked = [await begins(shared_town, day.turn) for day in days]
    for day, one in zip(days, asked, strict=True):
        await ends_badly(shared_town, day, one)
    # Deadline and grace are over: the vendor is not waited for any more.
    await shared_town.discord.until(lambda: not shared_town.rows("SELECT * FROM slots"))


FLAGS: dict[str, object] = {
    "flag": True,
    "flag-list": [False, True],
    "flag-list-of-words": ["nudity"],
    "flag-object": {"0": True},
    "flag-text": "true",
    "flag-number": 1,
}
UNSAFE = (
    "**Marked as unsafe.** The image service marked the result as unsafe; such pictures are shown "
    "in age-restricted channels only."
)


@pytest.mark.parametrize("day", FLAGS)
async def test_a_flag_in_any_shape_keeps_the_pictures_back(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(shared_town: Town) -> dict[str, Awaitable[object]]:
    """The days that do not disturb each other, all in one go."""
    town = shared_town
    flagged = {
        day: unsafe(Mood.PROCESSING(fetched=changed(nsfw_content_detected=flag)))
        for day, flag in FLAGS.items()
    }
    return together(
        {day: is_asked_again(town, turn) for day, turn in LATER.items()},
        {day: plays_good(town, turn) for day, turn in ENDS.items()},
        {day: plays_bad(town, bad) for day, bad in (GIVEN_UP | flagged).items()},
    )


async def test_a_flag_that_only_the_first_answer_had_counts(shared_town: Town) -> None:
    flagged = Mood.FETCH_MINIMAL(first=changed(nsfw_content_detected=True))
    await plays_bad(shared_town, unsafe(flagged))


def unsafe(turn: Turn) -> Bad:
    """The owner paid for it all the same."""
    return Bad(
        turn=turn,
        verdict="flagged",
        told=UNSAFE,
        then="Try other words.",
        accepted=True,
        count=2,
        paid=2,
    )


async def test_flagged_pictures_are_shown_in_age_restricted_channels(shared_town: Town) -> None:
    shared_town.vendor.next(Mood.NSFW)
    asked = await shared_town.asks("an orchid", where=shared_town.after_dark)
    card = await shared_town.pictures(asked)
    assert len(card.attachments) == 1
    assert shared_town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert spent_micros(shared_town, shared_town.job(asked)["id"]) == 4700
