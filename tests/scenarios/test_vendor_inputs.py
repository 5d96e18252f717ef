"""However the vendor takes a picture that work starts from, and wherever it puts its words."""

from collections.abc import AsyncIterator
from typing import get_args

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood, Turn
from sandbox.modelslab.replies import WordsIn
from tests.scenarios.days import (
    DEADLINE_S,
    HURRIED,
    PAGE,
    a_day,
    changed,
    cut,
    error,
    links,
    rewritten,
    says,
)
from tests.scenarios.days import SETTINGS as SETTINGS
from tests.scenarios.photos import a_photo, png
from tests.scenarios.town import Town
from tests.wire.interactions import Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = HURRIED
PHOTO = png(a_photo((512, 512)))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    shared_town.vendor.default_mood = Mood.AT_ONCE
    async with a_day(shared_town):
        yield
    assert not shared_town.vendor.desk.upload_moods, "a mood was never met"


async def remix(town: Town) -> Interaction:
    image = ("photo.png", PHOTO)
    return await town.discord.slash(
        town.ana, town.general, "remix", prompt="an oil painting", image=image
    )


FULL = "Rate limit exceeded. Maximum 5 queued requests allowed."
UPLOADED: dict[str, Turn] = {
    "upload-text-id": Mood.STRING_IDS(),
    "upload-as-text": Mood.PROCESSING(first=rewritten(lambda body: {"output": links(body)[0]})),
    "upload-in-data": Mood.PROCESSING(first=rewritten(lambda body: {"output": 0, "data": body})),
}
AGAIN: dict[str, Turn] = {
    "upload-busy": Mood.BUSY_429(retry_after=1),
    "upload-busy-as-text": Mood.BUSY_TEXT(),
    "upload-key": Mood.BAD_KEY(),
    "upload-credits": Mood.NO_CREDITS_TEXT(),
    "upload-unavailable": Mood.JSON_503(),
    "upload-crash": Mood.JSON_500(),
    "upload-page": Mood.HTML_200(),
    "upload-page-but-taken": Mood.HTML_502_BUT_ACCEPTED(),
    "upload-cut": Mood.PROCESSING(first=cut),
    "upload-reset": Mood.RESETS(),
    "upload-silence": Mood.HANGS(),
    "upload-empty": Mood.PROCESSING(first=says(b"")),
    "upload-without-link": Mood.PROCESSING(first=changed(output=[])),
}


@pytest.mark.parametrize("day", [*UPLOADED, *AGAIN])
async def test_a_picture_comes_to_the_vendor_in_the_end(shared_town: Town, day: str) -> None:
    """A broken upload is done again: it costs nothing, and the job has not left the line."""
    town = shared_town
    posts, tries = town.vendor.posts, len(uploads(town))
    town.vendor.next_upload((UPLOADED | AGAIN)[day])
    asked = await remix(town)
    card = await town.pictures(asked)
    assert len(card.attachments) == 1
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(uploads(town)) - tries == (1 if day in UPLOADED else 2)
    assert (town.vendor.posts - posts, len(town.bought(asked))) == (1, 1)
    assert town.slot(asked) is None
    await town.discord.until(lambda: not town.gates())


def uploads(town: Town) -> list[str]:
    return [seen.path for seen in town.vendor.requests if seen.path.endswith("/base64_to_url")]


THE_PICTURE = "the picture that was to be worked on."
REFUSED = f"**Request refused.** The image service did not accept {THE_PICTURE}"
FAILED = f"**The image service failed.** It could not take {THE_PICTURE}"
UNWANTED = {
    "upload-failed": (
        error("Something went wrong"),
        f"{FAILED} “Something went wrong”",
        "Try again, or take another picture.",
    ),
    "upload-invalid": (
        error("The base64 string field is invalid.", 422),
        f"{REFUSED} “The base64 string field is invalid.”",
        "Take another picture.",
    ),
    "upload-too-large-page": (
        says(PAGE, 413),
        f"{REFUSED} “HTTP 413”",
        "Take another picture.",
    ),
    "upload-moderated": (
        error("Blocked by moderation"),
        "**Refused by moderation.** The image service's moderation did not accept "
        f"{THE_PICTURE} “Blocked by moderation”",
        "Take another picture.",
    ),
}


@pytest.mark.parametrize("day", UNWANTED)
async def test_a_picture_that_is_not_taken_ends_the_job(shared_town: Town, day: str) -> None:
    town = shared_town
    bend, told, then = UNWANTED[day]
    posts = town.vendor.posts
    town.vendor.next_upload(Mood.ERROR_200(first=bend))
    asked = await remix(town)
    card = await town.ending(asked)
    words = card.content.splitlines()[-2:]
    number = town.job(asked)["id"]
    assert words == [told, f"Nothing was charged. {then} · job {number}"], words
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.vendor.posts == posts
    assert town.slot(asked) is None


async def test_a_picture_that_alone_is_never_answered_for_is_given_up(shared_town: Town) -> None:
    """While the vendor takes others it is not down, and this one has waited long enough."""
    town = shared_town
    tries = len(uploads(town))
    town.vendor.next_upload(*[Mood.HTML_200()] * 999)
    asked = await remix(town)
    await town.stands(asked, "queued")
    while town.job(asked)["status"] == "queued":
        await town.pictures(await town.asks("a blue heron"))
    town.vendor.desk.upload_moods.clear()
    card = await town.ending(asked)
    number = town.job(asked)["id"]
    assert card.content.splitlines()[-2:] == [
        f"{FAILED} “HTTP 200 without a readable answer”",
        f"Nothing was charged. Try again, or take another picture. · job {number}",
    ]
    assert town.job(asked)["settled_at"] - town.job(asked)["created_at"] >= DEADLINE_S * 1000
    assert len(uploads(town)) - tries > 5
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.bought(asked) == []
    assert town.slot(asked) is None


@pytest.mark.parametrize("day", get_args(WordsIn), ids=lambda place: f"words-in-{place}")
async def test_words_are_found_wherever_they_stand(shared_town: Town, day: WordsIn) -> None:
    town = shared_town
    town.vendor.words_in = day
    message = town.discord.say(town.ben, town.general, "look", files=(("photo.png", PHOTO),))
    asked = await town.discord.message_menu(town.ana, message, "Describe")
    card = await town.ending(asked)
    job = town.job(asked)
    [bought] = town.bought(asked)
    assert (job["status"], job["verdict"]) == ("delivered", "described")
    assert f"> {bought.words}" in card.content
    assert town.entries(asked) == [("reserve", 0), ("refund", 0)]
    assert town.slot(asked) is None
