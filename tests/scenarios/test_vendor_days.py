"""However the vendor answers a request: a picture or a plain sentence comes of it."""

from collections.abc import AsyncIterator, Awaitable

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood, Reply, Turn
from tests.scenarios.days import (
    GONE,
    HURRIED,
    PAGE,
    TIMEOUT_S,
    Bad,
    a_day,
    changed,
    cut,
    error,
    links,
    named,
    plays_bad,
    plays_good,
    rewritten,
    says,
    the_next_one_is_served,
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


def taken(**fields: object) -> Turn:
    """Taken, with such fields in the first answer."""
    return Mood.PROCESSING(first=changed(**fields))


def made(**fields: object) -> Turn:
    """Made at once, with such fields in the answer."""
    return Mood.AT_ONCE(first=changed(**fields))


TAKEN: dict[str, Mood | Turn] = {
    "processing": Mood.PROCESSING,
    "queued": Mood.QUEUED,
    "pending": taken(status="pending"),
    "shouted": taken(status="PROCESSING"),
    "text-id": Mood.STRING_IDS,
    "text-id-alone": Mood.STRING_IDS(first=changed(fetch_result=GONE)),
    "number-as-text-id": Mood.PROCESSING(
        first=rewritten(lambda body: {"id": str(body["id"]), "fetch_result": GONE})
    ),
    "request-id": Mood.PROCESSING(
        first=rewritten(lambda body: {"id": GONE, "request_id": body["id"], "fetch_result": GONE})
    ),
    "no-id-but-fetch-result": taken(id=GONE),
    "old-shapes": Mood.OLD_SHAPES,
    "no-words": taken(message=GONE),
    "output-text": taken(output="", proxy_links=""),
    "output-nothing": taken(output=None, proxy_links=None),
    "eta-text": taken(eta="0.25"),
    "eta-constant": taken(eta=605),
    "eta-missing": taken(eta=GONE),
    "eta-nonsense": taken(eta=float("nan")),
    "eta-negative": taken(eta=-5),
    "eta-elsewhere": taken(eta=GONE, estimated_time=1),
    "fetch-result-foreign": Mood.FOREIGN_FETCH_RESULT,
    "fetch-result-of-another-id": Mood.FETCH_ID_DIFFERS,
    "fetch-result-missing": taken(fetch_result=GONE),
    "fetch-result-no-address": taken(fetch_result="see the documentation"),
    "future-links": taken(status="success"),
    "empty-success": taken(status="success", output="", future_links=GONE),
    "meta-nothing": taken(meta=None),
    "meta-with-a-link": taken(meta={"output": ["https://stranger.example/1.png"]}),
    "processing-under-500": Mood.PROCESSING(first=named(status=500)),
    "processing-under-429": Mood.PROCESSING(first=named(status=429)),
    "created": Mood.AT_ONCE(first=named(status=201)),
    "json-called-a-page": Mood.AT_ONCE(first=named(kind="text/html")),
    "json-called-text": Mood.PROCESSING(first=named(kind="text/plain")),
    "at-once": Mood.AT_ONCE,
    "at-once-as-text": Mood.AT_ONCE(first=rewritten(lambda body: {"output": links(body)[0]})),
    "at-once-as-object": Mood.AT_ONCE(
        first=rewritten(lambda body: {"output": {"0": links(body)[0]}})
    ),
    "proxy-links-alone": made(output=[]),
    "proxy-links-as-object": Mood.AT_ONCE(
        first=rewritten(lambda body: {"output": "", "proxy_links": {"0": links(body)[0]}})
    ),
    "wrapped-in-data": Mood.AT_ONCE(
        first=rewritten(lambda body: {"output": GONE, "proxy_links": GONE, "data": body})
    ),
    "wrapped-in-result": Mood.AT_ONCE(
        first=rewritten(lambda body: {"output": GONE, "proxy_links": GONE, "result": body})
    ),
    "no-status": made(status=GONE),
    "no-id-and-a-warning": made(id=None, warning="no storage is set"),
    "same-link-twice": Mood.AT_ONCE(first=rewritten(lambda body: {"output": links(body) * 2})),
    "more-links-than-asked": Mood.AT_ONCE(
        first=rewritten(lambda body: {"output": [*links(body), "https://stranger.example/2.png"]})
    ),
    "flag-nothing": made(nsfw_content_detected=None),
    "flag-list-of-no": made(nsfw_content_detected=[False]),
    "flag-text-no": made(nsfw_content_detected="false"),
}


@pytest.mark.parametrize("day", TAKEN)
async def test_an_answer_in_any_shape_brings_the_picture(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


REFUSED = "**Request refused.** The image service did not accept the request."
CHANGE = "Change the prompt or the options."
FAILED = "**The image service failed.** It could not finish the job."
MODERATED = "**Refused by moderation.** The image service's moderation did not accept the prompt."
UNAVAILABLE = "**Model not available.** This model cannot be used here just now."
UNCONFIRMED = (
    "**No answer from the image service.** Its answer never came, so it could not be confirmed "
    "whether it took the job. The job was not sent twice."
)


def invalid(turn: Turn, words: str) -> Bad:
    told = f"{REFUSED} “{words}”" if words else REFUSED
    return Bad(turn=turn, verdict="refused", told=told, then=CHANGE)


def failed(turn: Turn, words: str) -> Bad:
    return Bad(turn=turn, verdict="failed", told=f"{FAILED} “{words}”" if words else FAILED)


def content(turn: Turn, words: str) -> Bad:
    told = f"{MODERATED} “{words}”"
    return Bad(turn=turn, verdict="content", told=told, then="Try other words.")


def no(*args: object, **fields: object) -> Turn:
    """Not taken: an error of that message, HTTP code and spelling."""
    return Mood.ERROR_200(first=error(*args, **fields))  # type: ignore[arg-type]


HEIGHT = "height must be divisible by 8"
SAMPLES = "The prompt field is required. samples must be between 1 and 4"
CRASH = "Something went wrong"

NOT_TAKEN = {
    "message": invalid(no(HEIGHT, 400), HEIGHT),
    "messege": invalid(no(HEIGHT, 400, "messege"), HEIGHT),
    "message-with-200": invalid(no(HEIGHT), HEIGHT),
    "messege-with-200": invalid(no(HEIGHT, 200, "messege"), HEIGHT),
    "message-object": invalid(
        no({"prompt": ["The prompt field is required."], "samples": [SAMPLES[30:]]}, 422), SAMPLES
    ),
    "messege-object": invalid(
        no({"prompt": ["The prompt field is required."], "samples": SAMPLES[30:]}, 200, "messege"),
        SAMPLES,
    ),
    "message-list": invalid(no([HEIGHT, "and more"], 400), f"{HEIGHT} and more"),
    "both-spellings": invalid(no(HEIGHT, 400, messege="Error message"), HEIGHT),
    "error-key": invalid(Mood.ERROR_200(first=says({"error": HEIGHT})), HEIGHT),
    "error-key-with-error": failed(
        Mood.ERROR_200(first=says({"status": "error", "error": CRASH})), CRASH
    ),
    "error-object": invalid(
        Mood.ERROR_200(
            first=says({"data": None, "error": {"code": 7, "message": HEIGHT}, "meta": {}}, 400)
        ),
        HEIGHT,
    ),
    "error-message-key": failed(
        Mood.ERROR_200(first=says({"status": "error", "error_message": CRASH})), CRASH
    ),
    "json-rpc": invalid(
        Mood.ERROR_200(
            first=says({"jsonrpc": "2.0", "error": {"code": -32602, "message": HEIGHT}}, 400)
        ),
        HEIGHT,
    ),
    "detail-key": invalid(Mood.ERROR_200(first=says({"detail": HEIGHT}, 422)), HEIGHT),
    "validators-envelope": invalid(
        Mood.ERROR_200(
            first=says({"message": "The given data was invalid.", "errors": {"a": ["b"]}}, 422)
        ),
        "The given data was invalid.",
    ),
    "bare-list": invalid(Mood.ERROR_200(first=says([HEIGHT], 422)), HEIGHT),
    "status-false": invalid(
        Mood.ERROR_200(first=says({"status": False, "message": HEIGHT})), HEIGHT
    ),
    "status-failed": failed(
        Mood.ERROR_200(
            first=says({"status": "failed", "id": 5, "message": CRASH, "track_id": "9"})
        ),
        CRASH,
    ),
    "unknown-words": failed(no("Error message"), "Error message"),
    "no-words-at-all": failed(Mood.ERROR_200(first=says({"status": "error"})), ""),
    "words-nothing": failed(no(None), ""),
    "words-no-text": failed(no(17), ""),
    "words-that-mention": failed(
        no("<@1> @everyone **x** `key`\n# big"),
        "\\<@\u200b1\\> @\u200beveryone \\*\\*x\\*\\* \\`key\\` # big",
    ),
    "words-without-end": failed(no("oh " * 4000), ("oh " * 80)[:239] + "…"),
    "moderation": content(
        Mood.MODERATION(), "The prompt was blocked by the provider's content moderation policy."
    ),
    "moderation-with-400": content(
        no("NSFW content is not allowed", 400), "NSFW content is not allowed"
    ),
    "unreadable-picture": invalid(
        no("Unable to fetch image from provided URL", 400),
        "Unable to fetch image from provided URL",
    ),
    "model-not-found": invalid(no("Model not found: flux", 404), "Model not found: flux"),
    "no-such-path": Bad(
        turn=Mood.ERROR_200(first=says(PAGE, 404)),
        verdict="unavailable",
        told=f"{UNAVAILABLE} “HTTP 404”",
        then="Choose another `model`.",
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(shared_town: Town) -> dict[str, Awaitable[object]]:
    """The days that do not disturb each other, all in one go."""
    good = {day: plays_good(shared_town, turn) for day, turn in TAKEN.items()}
    bad = {day: plays_bad(shared_town, turn) for day, turn in NOT_TAKEN.items()}
    return together(good, bad)


@pytest.mark.parametrize("day", NOT_TAKEN)
async def test_a_refusal_ends_in_a_plain_sentence(
    played: dict[str, Awaitable[object]], day: str
) -> None:
    await played[day]


def unclear(turn: Mood | Turn, words: str, *, accepted: bool = False) -> Bad:
    return Bad(
        turn=turn,
        verdict="unconfirmed",
        told=f"{UNCONFIRMED} “{words}”",
        accepted=accepted,
        slot_kept=True,
        # Perhaps: the owner's costs never say too little.
        paid=1,
    )


def unread(status: int) -> str:
    return f"HTTP {status} without a readable answer"


DOUBTFUL = {
    "page": unclear(Mood.HTML_200, unread(200)),
    "page-502": unclear(Mood.HTML_502, unread(502)),
    "page-503": unclear(Mood.HTML_502(status=503), unread(503)),
    "plain-text": unclear(
        Mood.ERROR_200(first=says(b"Too many connections", 200, "text/plain")), unread(200)
    ),
    "page-403": unclear(Mood.HTML_502(status=403), unread(403)),
    "page-502-but-taken": unclear(Mood.HTML_502_BUT_ACCEPTED, unread(502), accepted=True),
    "json-500": unclear(Mood.JSON_500, "Internal server error. Please try again."),
    "json-500-under-200": unclear(
        no("Internal server error. Please try again.", 200, "messege"),
        "Internal server error. Please try again.",
    ),
    "timed-out-itself": unclear(no("Request timed out", 408), "Request timed out"),
    "redirect": unclear(
        Mood.PROCESSING(first=lambda *_: Reply(307, b"", "", {"Location": "/api/elsewhere"})),
        unread(307),
        accepted=True,
    ),
    "empty": unclear(Mood.PROCESSING(first=says(b"")), unread(200), accepted=True),
    "empty-object": unclear(Mood.PROCESSING(first=says({})), "HTTP 200", accepted=True),
    "json-nothing": unclear(Mood.PROCESSING(first=says(None)), unread(200), accepted=True),
    "json-number": unclear(Mood.PROCESSING(first=says(17)), unread(200), accepted=True),
    "half-an-answer": unclear(
        Mood.PROCESSING(first=says(b'{"status":"processing","id":17')), unread(200), accepted=True
    ),
    "bytes": unclear(Mood.PROCESSING(first=says(b"\xff\xfe\x00")), unread(200), accepted=True),
    "packed": unclear(
        Mood.PROCESSING(first=says(b"no gzip", Content_Encoding="gzip")),
        "its answer broke off, or cannot be unpacked",
        accepted=True,
    ),
    "two-megabytes": unclear(
        Mood.PROCESSING(first=says(b'{"status":"processing","id":17}' + b" " * 2**21)),
        "an answer of more than 1048576 bytes",
        accepted=True,
    ),
    "no-id-to-ask-by": unclear(
        Mood.PROCESSING(first=changed(id=GONE, fetch_result=GONE)),
        "Try to fetch request after seconds estimated",
        accepted=True,
    ),
    "busy-and-yet-an-id": unclear(
        Mood.PROCESSING(first=error("Rate limit exceeded", 429, id=17)),
        "Rate limit exceeded",
        accepted=True,
    ),
    "cut": unclear(Mood.PROCESSING(first=cut), "it broke the connection", accepted=True),
    "reset": unclear(Mood.RESETS, "it broke the connection", accepted=True),
    "silence": unclear(Mood.HANGS, f"no answer within {TIMEOUT_S} s", accepted=True),
}


@pytest.mark.parametrize("day", DOUBTFUL)
async def test_a_doubt_is_said_and_nothing_is_sent_twice(shared_town: Town, day: str) -> None:
    await plays_bad(shared_town, DOUBTFUL[day])
    await the_next_one_is_served(shared_town)
