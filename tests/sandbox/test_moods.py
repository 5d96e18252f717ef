"""Every bad day looks on the wire as it is described."""

import asyncio
import io

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientSession, ClientTimeout
from PIL import Image

from sandbox.modelslab import Mood, Turn, Vendor
from sandbox.modelslab.moods import NEEDS_FETCH
from sandbox.modelslab.painter import sketch
from tests.sandbox.asking import V7, V7_BODY, Answer, Asker

BUSY = "Rate limit exceeded. Maximum 5 queued requests allowed."


@pytest.mark.parametrize(
    ("mood", "status", "body"),
    [
        (Mood.ERROR_200(message="Oh"), 200, {"status": "error", "message": "Oh"}),
        (Mood.ERROR_4XX(status=422, message="Oh"), 422, {"status": "error", "message": "Oh"}),
        (Mood.ERROR_4XX, 400, {"status": "error", "message": "height must be divisible by 8"}),
        (Mood.ERROR_MESSEGE, 200, {"status": "error", "messege": "prompt is required"}),
        (Mood.ERROR_DICT(message={"a": ["b"]}), 422, {"status": "error", "message": {"a": ["b"]}}),
        (Mood.BUSY_429, 429, {"status": "error", "message": BUSY, "retry_after": 30}),
        (Mood.BUSY_429(retry_after=None), 429, {"status": "error", "message": BUSY}),
        (Mood.BUSY_TEXT, 200, {"status": "error", "message": BUSY}),
        (Mood.BAD_KEY, 401, {"status": "error", "message": "Invalid API key"}),
    ],
)
async def test_refusals_word_for_word(
    asker: Asker, mood: Mood | Turn, status: int, body: dict[str, object]
) -> None:
    asker.vendor.next(mood)
    answer = await asker.generate()
    assert (answer.status, answer.json) == (status, body)
    assert (asker.vendor.posts, asker.vendor.accepted) == (1, 0)


@pytest.mark.parametrize(
    ("mood", "status", "word"),
    [
        (Mood.NO_CREDITS, 402, "credits"),
        (Mood.NO_CREDITS_TEXT, 200, "credits"),
        (Mood.PLAN_TOO_SMALL, 403, "premium subscription"),
        (Mood.MODERATION, 200, "policy"),
        (Mood.ERROR_DICT, 422, "The prompt field is required."),
        (Mood.JSON_500, 500, "Internal server error"),
        (Mood.JSON_503, 503, "temporarily unavailable"),
    ],
)
async def test_refusals_by_their_telling_word(
    asker: Asker, mood: Mood, status: int, word: str
) -> None:
    asker.vendor.next(mood)
    answer = await asker.generate()
    assert answer.status == status
    assert answer.json["status"] == "error"
    assert word in str(answer.json["message"])
    assert asker.vendor.accepted == 0


@pytest.mark.parametrize(
    ("mood", "status", "accepted"),
    [(Mood.HTML_200, 200, 0), (Mood.HTML_502, 502, 0), (Mood.HTML_502_BUT_ACCEPTED, 502, 1)],
)
async def test_pages_of_a_proxy(asker: Asker, mood: Mood, status: int, accepted: int) -> None:
    asker.vendor.next(mood)
    answer = await asker.generate()
    assert (answer.status, answer.json) == (status, None)
    assert answer.text.startswith("<!DOCTYPE html>")
    assert asker.vendor.accepted == accepted


async def test_it_hangs_after_accepting_until_the_client_gives_up(asker: Asker) -> None:
    asker.vendor.next(Mood.HANGS)
    body = {"key": "sandbox-key", **V7_BODY}
    with pytest.raises(asyncio.TimeoutError):
        await asker.session.post(asker.vendor.url + V7, json=body, timeout=ClientTimeout(total=0.1))
    assert asker.vendor.accepted == 1
    assert asker.vendor.requests[0].status is None


async def test_a_hanging_answer_does_not_keep_the_vendor_from_stopping(asker: Asker) -> None:
    asker.vendor.next(Mood.HANGS)
    asked = asyncio.create_task(asker.generate())
    await asker.vendor.until(lambda v: v.accepted == 1)
    await asyncio.wait_for(asker.vendor.stop(), timeout=1)
    with pytest.raises(ClientError):
        await asked


async def test_it_drops_the_connection_after_accepting(asker: Asker) -> None:
    asker.vendor.next(Mood.RESETS)
    with pytest.raises(ClientError):
        await asker.generate()
    assert asker.vendor.accepted == 1


async def test_moods_are_used_in_order_and_then_the_default_rules(asker: Asker) -> None:
    asker.vendor.default_mood = Mood.AT_ONCE
    asker.vendor.next(Mood.JSON_503)
    asker.vendor.moods.append(Mood.PROCESSING)
    answers = [await asker.generate() for _ in range(3)]
    assert [answer.json["status"] for answer in answers] == ["error", "processing", "success"]


async def test_a_prompt_may_have_a_mood_of_its_own_once(asker: Asker) -> None:
    asker.vendor.next(Mood.JSON_503)
    asker.vendor.when("a fox at night", Mood.AT_ONCE)
    answers = [
        await asker.generate(prompt=prompt)
        for prompt in ("a fox at night", "a fox at night", "a fox at noon")
    ]
    assert [answer.json["status"] for answer in answers] == ["success", "error", "processing"]


async def test_a_wrong_request_and_a_full_queue_use_up_no_mood(asker: Asker) -> None:
    asker.vendor.max_queued = 0
    asker.vendor.next(Mood.AT_ONCE)
    assert (await asker.generate(prompt="")).status == 400
    assert (await asker.generate()).status == 429
    asker.vendor.max_queued = 1
    assert (await asker.generate()).json["status"] == "success"


async def test_a_job_may_stay_in_the_queue_for_ever(asker: Asker) -> None:
    asker.vendor.next(Mood.NEVER)
    first = await asker.generate()
    await asker.vendor.until(lambda v: v.book[0].is_painted)
    for _ in range(3):
        answer = await asker.post(first.json["fetch_result"], {})
        assert answer.json["status"] == "processing"
    assert asker.vendor.queued == 1


@pytest.mark.parametrize(
    ("mood", "body"),
    [
        (
            Mood.FAILED_LATER(message="No"),
            {"status": "failed", "message": "No", "track_id": "17", "id": 0},
        ),
        (
            Mood.ERROR_LATER,
            {"status": "error", "message": "Processing failed: Invalid input dimensions"},
        ),
    ],
)
async def test_a_job_may_fail_after_it_was_accepted(
    asker: Asker, mood: Mood | Turn, body: dict[str, object]
) -> None:
    asker.vendor.next(mood)
    first = await asker.generate(track_id="17")
    if "id" in body:
        body = {**body, "id": first.json["id"]}
    assert (await asker.result(first)).json == body
    assert asker.vendor.book[0].state == "failed"
    assert (await asker.picture(first.json["future_links"][0]))[0] == 404


async def _ripe(asker: Asker, mood: Mood | Turn) -> Answer:
    """The first answer of a job that is ready by now."""
    asker.vendor.next(mood)
    first = await asker.generate()
    await asker.vendor.until(lambda v: v.book[-1].is_painted)
    return first


@pytest.mark.parametrize(
    ("mood", "trouble"),
    [
        (Mood.FETCH_404_FOR_A_WHILE(times=2), (404, "error")),
        (Mood.FETCH_HTML_FOR_A_WHILE(times=2), (200, None)),
        (Mood.FETCH_BUSY_FOR_A_WHILE(times=2), (200, "error")),
        (Mood.EMPTY_OUTPUT_FOR_A_WHILE(times=2), (200, "success")),
    ],
)
async def test_a_fetch_may_be_trouble_for_a_while(
    asker: Asker, mood: Turn, trouble: tuple[int, str | None]
) -> None:
    first = await _ripe(asker, mood)
    answers = [await asker.post(first.json["fetch_result"], {}) for _ in range(3)]
    for answer in answers[:2]:
        assert (answer.status, answer.json and answer.json["status"]) == trouble
        assert not (answer.json or {}).get("output")
    assert answers[2].json["output"] == first.json["future_links"]


async def test_a_minimal_answer_has_three_fields(asker: Asker) -> None:
    first = await _ripe(asker, Mood.FETCH_MINIMAL)
    answer = await asker.post(first.json["fetch_result"], {})
    assert set(answer.json) == {"status", "id", "output"}


async def test_a_foreign_fetch_result_is_noticed_when_it_is_asked(asker: Asker) -> None:
    first = await _ripe(asker, Mood.FOREIGN_FETCH_RESULT)
    foreign = first.json["fetch_result"]
    assert not foreign.startswith(asker.vendor.origin + "/")
    honest = await asker.post(f"/v7/images/fetch/{first.json['id']}", {})
    assert honest.json["status"] == "success"
    assert asker.vendor.stranger_calls == 0
    assert (await asker.post(foreign, {})).status == 403
    assert asker.vendor.stranger_calls == 1


async def test_only_the_id_in_fetch_result_can_be_fetched_when_they_differ(asker: Asker) -> None:
    first = await _ripe(asker, Mood.FETCH_ID_DIFFERS)
    job_id = first.json["id"]
    assert not first.json["fetch_result"].endswith(f"/{job_id}")
    assert (await asker.post(f"/v7/images/fetch/{job_id}", {})).status == 404
    assert (await asker.result(first)).json["id"] == job_id


async def test_ids_may_be_strings(asker: Asker) -> None:
    first = await _ripe(asker, Mood.STRING_IDS)
    assert isinstance(first.json["id"], str)
    assert (await asker.result(first)).json["id"] == first.json["id"]


async def test_a_status_word_that_no_document_mentions(asker: Asker) -> None:
    asker.vendor.hold()
    asker.vendor.next(Mood.QUEUED)
    first = await asker.generate()
    assert first.json["status"] == "queued"
    assert (await asker.post(first.json["fetch_result"], {})).json["status"] == "queued"


async def test_old_shapes(asker: Asker) -> None:
    first = await _ripe(asker, Mood.OLD_SHAPES)
    assert first.json["output"] == ""
    assert "messege" in first.json
    result = (await asker.result(first)).json
    assert result["proxy_links"] == {"0": result["output"][0]}
    assert result["meta"]["seed"] == "7"


async def test_fewer_pictures_than_asked_for(asker: Asker) -> None:
    asker.vendor.next(Mood.FEWER_PICTURES)
    result = await asker.result(await asker.generate(samples=4))
    assert len(result.json["output"]) == 3


@pytest.mark.parametrize(
    ("mood", "flag"), [(Mood.NSFW, True), (Mood.NSFW_LIST, [True]), (Mood.AT_ONCE, False)]
)
async def test_a_flagged_picture_is_covered_and_flagged(
    asker: Asker, mood: Mood, flag: object
) -> None:
    plain = await asker.result(await asker.generate())
    clear = (await asker.picture(plain.json["output"][0]))[2]
    asker.vendor.next(mood)
    first = await asker.generate()
    result = first if first.json["status"] == "success" else await asker.result(first)
    assert result.json["nsfw_content_detected"] == flag
    same = (await asker.picture(result.json["output"][0]))[2] == clear
    assert same is (flag is False)


@pytest.mark.parametrize(
    ("changes", "flagged"),
    [
        ({"prompt": "a nude statue", "safety_checker": "yes"}, True),
        ({"prompt": "a nude statue", "safety_checker": "no"}, False),
        ({"prompt": "a nude statue", "safety_checker": "yes", "model_id": "flux"}, False),
        ({"prompt": "a stone statue", "safety_checker": "yes"}, False),
    ],
)
async def test_the_safety_checker_knows_a_few_words_where_it_is_on(
    asker: Asker, changes: dict[str, object], flagged: bool
) -> None:
    body = {"model_id": "sdxl", "width": 512, "height": 512, **changes}
    result = await asker.result(await asker.post("/v6/images/text2img", body))
    assert result.json["nsfw_content_detected"] is flagged


async def test_a_result_may_be_missing_for_a_while(asker: Asker) -> None:
    first = await _ripe(asker, Mood.RESULT_404_FOR_A_WHILE(times=2))
    link = first.json["future_links"][0]
    assert [(await asker.picture(link))[0] for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(
    ("mood", "status", "content_type"),
    [
        (Mood.RESULT_404, 404, "text/html"),
        (Mood.RESULT_HTML, 200, "text/html"),
        (Mood.RESULT_TRUNCATED, 200, "image/png"),
        (Mood.RESULT_LIES_TYPE, 200, "text/html"),
    ],
)
async def test_results_that_are_not_what_they_seem(
    asker: Asker, mood: Mood, status: int, content_type: str
) -> None:
    first = await _ripe(asker, mood)
    seen = await asker.picture(first.json["future_links"][0])
    assert seen[:2] == (status, content_type)
    png = asker.vendor.book[0].pictures[0]
    assert (seen[2] == png) is (mood is Mood.RESULT_LIES_TYPE)
    assert bool(asker.vendor.book[0].served) is (mood is Mood.RESULT_LIES_TYPE)
    if mood is Mood.RESULT_TRUNCATED:
        with pytest.raises(OSError, match="truncated"), Image.open(io.BytesIO(seen[2])) as half:
            half.load()


async def test_a_result_may_break_off(asker: Asker) -> None:
    first = await _ripe(asker, Mood.RESULT_CUT_OFF)
    with pytest.raises(ClientPayloadError):
        await asker.picture(first.json["future_links"][0])


async def test_a_result_may_never_end(asker: Asker) -> None:
    first = await _ripe(asker, Mood.RESULT_TOO_BIG)
    read = 0
    async with asker.session.get(first.json["future_links"][0]) as response:
        async for chunk in response.content.iter_any():
            read += len(chunk)
            if read > 4_000_000:
                break
    assert read > 4_000_000


ANSWERED = sorted(set(Mood) - NEEDS_FETCH - {Mood.HANGS, Mood.RESETS})
SUCCEEDING = {mood for mood in Mood if mood.startswith("result_")} | {
    Mood.AT_ONCE,
    Mood.STRING_IDS,
    Mood.OLD_SHAPES,
    Mood.FEWER_PICTURES,
    Mood.NSFW,
    Mood.NSFW_LIST,
}


@pytest.mark.parametrize("mood", ANSWERED)
async def test_a_vendor_that_answers_at_once_still_has_its_moods(mood: Mood) -> None:
    """A refusing mood without a branch of its own would simply succeed."""
    async with Vendor(paint=sketch, answers_at_once=True) as vendor, ClientSession() as session:
        vendor.next(mood)
        answer = await Asker(session, vendor).generate()
    assert ((answer.json or {}).get("status") == "success") is (mood in SUCCEEDING)
