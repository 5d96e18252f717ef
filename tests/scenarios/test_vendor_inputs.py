"""However the vendor takes a picture that work starts from, and wherever it puts its words."""

from collections.abc import AsyncIterator
from typing import get_args

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood, Turn
from sandbox.modelslab.replies import WordsIn
from tests.scenarios.days import (
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


REFUSED = "**Request refused.** The image service did not accept the request."
UNWANTED = {
    "upload-failed": (
        error("Something went wrong"),
        "**The image service failed.** It took the job and could not finish it. "
        "“Something went wrong”",
        "Try again.",
    ),
    "upload-invalid": (
        error("The base64 string field is invalid.", 422),
        f"{REFUSED} “The base64 string field is invalid.”",
        "Change the prompt or the options.",
    ),
    "upload-too-large-page": (
        says(PAGE, 413),
        f"{REFUSED} “HTTP 413”",
        "Change the prompt or the options.",
    ),
    "upload-moderated": (
        error("Blocked by moderation"),
        "**Refused by moderation.** The image service's moderation did not accept the prompt. "
        "“Blocked by moderation”",
        "Try other words.",
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
