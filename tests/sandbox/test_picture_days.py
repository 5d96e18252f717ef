"""Work on pictures has good and bad days like any other, and answers in the vendor's own shapes."""

from typing import Any

import pytest

from sandbox.modelslab import Mood
from sandbox.modelslab.replies import WordsIn
from tests.sandbox.asking import Asker
from tests.sandbox.pictures import (
    BODIES,
    CAPTION,
    CUT_OUT,
    INPAINT,
    REALTIME_INPAINT,
    REALTIME_REMIX,
    REMIX,
    UPSCALE,
    V6_INPAINT,
    V6_REMIX,
    ask,
    flat,
    opened,
)
from tests.sandbox.test_replies import COMMUNITY, EDITING, INSTANT, body_validator, validator

#: The vendor's file and the path in it.
FILED = {
    V6_REMIX: (COMMUNITY, "/img2img"),
    V6_INPAINT: (COMMUNITY, "/inpaint"),
    REALTIME_REMIX: (INSTANT, "/realtime/img2img"),
    REALTIME_INPAINT: (INSTANT, "/realtime/inpaint"),
    UPSCALE: (EDITING, "/image_editing/super_resolution"),
    CUT_OUT: (EDITING, "/image_editing/removebg_mask"),
    CAPTION: (EDITING, "/image_editing/caption"),
}
FETCHED = {
    COMMUNITY: "/fetch",
    INSTANT: "/realtime/fetch/{id}",
    EDITING: "/image_editing/fetch/{id}",
}
TOOLS = (UPSCALE, CUT_OUT, CAPTION)
DRAWN = [path for path in BODIES if path != CAPTION]
PICTURE = flat(size=(512, 512))


@pytest.mark.parametrize("path", FILED)
@pytest.mark.parametrize(
    "mood", [Mood.PROCESSING, Mood.AT_ONCE, Mood.ERROR_200, Mood.BUSY_TEXT, Mood.NSFW]
)
async def test_first_answers_fit_the_vendors_file(asker: Asker, path: str, mood: Mood) -> None:
    asker.vendor.latency_s = 2.5
    asker.vendor.next(mood)
    answer = await ask(asker, path, PICTURE)
    assert answer.status == 200
    validator(*FILED[path]).validate(answer.json)


@pytest.mark.parametrize("path", FILED)
async def test_fetch_answers_fit_the_vendors_file(asker: Asker, path: str) -> None:
    file = FILED[path][0]
    fetched = validator(file, FETCHED[file])
    asker.vendor.hold()
    first = await ask(asker, path, PICTURE)
    family = path.rpartition("/")[0]
    assert first.json["fetch_result"].endswith(f"/api{family}/fetch/{first.json['id']}")
    fetched.validate((await asker.post(first.json["fetch_result"], {})).json)
    asker.vendor.release()
    fetched.validate((await asker.result(first)).json)


@pytest.mark.parametrize(("path", "field"), [(p, "track_id") for p in FILED])
async def test_refusals_fit_the_vendors_file(asker: Asker, path: str, field: str) -> None:
    answer = await ask(asker, path, PICTURE, **{field: 1.5})
    assert answer.status == 400
    file, name = FILED[path]
    # The file on editing knows no 400, only the error within the 200.
    validator(file, name, status=200 if file == EDITING else 400).validate(answer.json)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (V6_REMIX, {"strength": 0, "safety_checker": True, "num_inference_steps": 20}),
        (V6_INPAINT, {"strength": 1, "width": 1024, "height": 768, "ip_adapter_scale": 0.5}),
        (REALTIME_REMIX, {"strength": 0.5, "instant_response": True, "seed": None}),
        (REALTIME_INPAINT, {"safety_checker": True, "samples": 4}),
        (UPSCALE, {"model_id": "ultra_resolution", "scale": 4, "face_enhance": True}),
        (CUT_OUT, {"only_mask": True, "alpha_matting_erode_size": 0, "seed": 5, "track_id": 17}),
        (CAPTION, {"prompt": "What is it?", "length": "long", "base64": False, "track_id": 17}),
    ],
)
async def test_what_the_vendors_file_allows_is_accepted(
    asker: Asker, path: str, changes: dict[str, Any]
) -> None:
    body_validator(*FILED[path]).validate({"key": "k", **BODIES[path], **changes})
    assert (await ask(asker, path, PICTURE, **changes)).status == 200


async def test_kontext_takes_what_its_own_file_allows(asker: Asker) -> None:
    changes: dict[str, Any] = {
        "model_id": "flux-kontext-dev",
        "strength": "0.5",
        "guidance": 2.5,
        "num_inference_steps": "28",
        "enhance_prompt": False,
    }
    file = body_validator(EDITING, "/images/img2img")
    file.validate({"key": "k", **BODIES[V6_REMIX], **changes})
    asker.vendor.next(Mood.AT_ONCE)
    answer = await ask(asker, V6_REMIX, PICTURE, **changes)
    validator(EDITING, "/images/img2img").validate(answer.json)
    assert answer.json["meta"]["strength"] == 0.5


def test_these_schemas_do_say_no() -> None:
    for path, (file, name) in FILED.items():
        assert not validator(file, name).is_valid({"status": "queued"})
        assert not body_validator(file, name).is_valid({"key": "k", **BODIES[path], "webhook": 5})
    fetched = validator(EDITING, FETCHED[EDITING])
    assert not fetched.is_valid({"status": "processing", "output": []})


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("mood", [Mood.JSON_503, Mood.NO_CREDITS, Mood.MODERATION, Mood.HTML_502])
async def test_refusing_days(asker: Asker, path: str, mood: Mood) -> None:
    asker.vendor.next(mood)
    answer = await ask(asker, path, PICTURE)
    assert answer.json is None or answer.json["status"] == "error"
    assert (asker.vendor.posts, asker.vendor.accepted) == (1, 0)


@pytest.mark.parametrize("path", BODIES)
async def test_a_faulty_body_or_picture_uses_up_no_mood(asker: Asker, path: str) -> None:
    asker.vendor.next(Mood.AT_ONCE)
    assert (await asker.post(path, BODIES[path])).status == 400
    assert (await ask(asker, path, PICTURE, webhook=5)).status == 400
    assert (await ask(asker, path, PICTURE)).json["status"] == "success"


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("mood", "status"),
    [
        (Mood.FAILED_LATER, "failed"),
        (Mood.ERROR_LATER, "error"),
        (Mood.FETCH_ID_DIFFERS, "success"),
        (Mood.FETCH_MINIMAL, "success"),
        (Mood.OLD_SHAPES, "success"),
        (Mood.STRING_IDS, "success"),
    ],
)
async def test_later_days(asker: Asker, path: str, mood: Mood, status: str) -> None:
    asker.vendor.next(mood)
    result = await asker.result(await ask(asker, path, PICTURE))
    assert result.json["status"] == status
    assert (status != "success") or len(result.json["output"]) == 1


@pytest.mark.parametrize("path", BODIES)
async def test_success_may_be_empty_for_a_while(asker: Asker, path: str) -> None:
    asker.vendor.next(Mood.EMPTY_OUTPUT_FOR_A_WHILE(times=1))
    first = await ask(asker, path, PICTURE)
    assert (await asker.result(first)).json["output"] == []
    assert len((await asker.result(first)).json["output"]) == 1


@pytest.mark.parametrize("path", DRAWN)
async def test_flagged_pictures_are_covered(asker: Asker, path: str) -> None:
    asker.vendor.next(Mood.AT_ONCE, Mood.NSFW)
    plain = await ask(asker, path, PICTURE)
    result = await asker.result(await ask(asker, path, PICTURE))
    flags = [answer.json["nsfw_content_detected"] for answer in (plain, result)]
    assert flags == [False, True]
    pictures = [
        opened((await asker.picture(answer.json["output"][0]))[2]) for answer in (plain, result)
    ]
    assert pictures[0].size == pictures[1].size
    assert pictures[0].tobytes() != pictures[1].tobytes()


async def test_a_flagged_caption_says_so(asker: Asker) -> None:
    asker.vendor.next(Mood.NSFW_LIST)
    result = await asker.result(await ask(asker, CAPTION, PICTURE))
    assert result.json["nsfw_content_detected"] == [True]


@pytest.mark.parametrize("path", [REMIX, INPAINT, V6_REMIX, V6_INPAINT, REALTIME_REMIX])
async def test_fewer_pictures_than_asked_for(asker: Asker, path: str) -> None:
    asker.vendor.next(Mood.FEWER_PICTURES)
    first = await ask(asker, path, PICTURE, samples=3)
    assert len((await asker.result(first)).json["output"]) == 2


@pytest.mark.parametrize("path", DRAWN)
async def test_the_file_may_be_trouble(asker: Asker, path: str) -> None:
    asker.vendor.next(Mood.RESULT_TRUNCATED)
    result = await asker.result(await ask(asker, path, PICTURE))
    _, _, body = await asker.picture(result.json["output"][0])
    assert len(body) == len(asker.vendor.book[0].pictures[0]) // 2


@pytest.mark.parametrize("path", TOOLS)
async def test_the_tools_promise_whole_seconds(asker: Asker, path: str) -> None:
    asker.vendor.latency_s = 2.4
    first = await ask(asker, path, PICTURE)
    assert first.json["eta"] == 3


async def test_a_job_of_a_tool_is_fetched_where_it_was_made(asker: Asker) -> None:
    first = await ask(asker, UPSCALE, PICTURE)
    for family, status in (("v6/images", 404), ("v7/images", 404), ("v6/image_editing", 200)):
        answer = await asker.post(f"/{family}/fetch/{first.json['id']}", {})
        assert answer.status == status


async def caption(asker: Asker, picture: bytes, **changes: object) -> dict[str, Any]:
    answer = (await asker.result(await ask(asker, CAPTION, picture, **changes))).json
    assert isinstance(answer, dict)
    return answer


async def test_a_caption_is_in_the_output_as_the_schema_has_it(asker: Asker) -> None:
    answer = await caption(asker, flat((60, 130, 240), (300, 100)), length="short")
    assert answer["output"] == ["A wide picture in blue."]
    assert asker.vendor.book[0].pictures == ()
    asker.vendor.next(Mood.AT_ONCE)
    at_once = await ask(asker, CAPTION, flat((60, 130, 240), (300, 100)), length="short")
    assert at_once.json["output"] == answer["output"]


@pytest.mark.parametrize("place", ["caption", "description", "text", "meta", "output_text"])
async def test_a_caption_may_lie_elsewhere(asker: Asker, place: WordsIn) -> None:
    asker.vendor.words_in = place
    answer = await caption(asker, PICTURE, length="short")
    words = asker.vendor.book[0].words
    assert words.startswith("A square picture in ")
    match place:
        case "meta":
            assert (answer["meta"]["caption"], answer["output"]) == (words, [])
        case "output_text":
            assert answer["output"] == words
        case _:
            assert (answer[place], answer["output"]) == (words, [])
