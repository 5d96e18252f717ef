"""What the vendor answers, held against its own OpenAPI files where one exists."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.modelslab import Mood
from tests.sandbox.asking import REALTIME, REALTIME_BODY, V6, V6_BODY, V7, V7_BODY, Asker

FILES = Path(__file__).parents[1] / "data" / "modelslab-openapi"
COMMUNITY = "image-generation__community-models.json"
FLUX = "image-generation__flux.json"
EDITING = "image-editing.json"
GENERAL = "general-api.json"
INSTANT = "image-generation__realtime-stable-diffusion.json"
V6_FETCH = "/v6/images/fetch"


def validator(file: str, path: str, *, status: int = 200) -> Draft202012Validator:
    """For the answers of a POST to `path`, as the file describes them."""
    document: dict[str, Any] = json.loads((FILES / file).read_text())
    response = document["paths"][path]["post"]["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


def body_validator(file: str, path: str) -> Draft202012Validator:
    document: dict[str, Any] = json.loads((FILES / file).read_text())
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize(
    ("file", "model_id"), [(COMMUNITY, "sdxl"), (COMMUNITY, "pony-realism"), (FLUX, "flux")]
)
@pytest.mark.parametrize(
    "mood", [Mood.PROCESSING, Mood.AT_ONCE, Mood.ERROR_200, Mood.BUSY_TEXT, Mood.NSFW]
)
async def test_v6_first_answers_fit_the_vendors_file(
    asker: Asker, file: str, model_id: str, mood: Mood
) -> None:
    asker.vendor.next(mood)
    body: dict[str, object] = {"model_id": model_id, "prompt": "a fox"}
    answer = await asker.post(V6, body)
    assert answer.status == 200
    validator(file, "/text2img").validate(answer.json)


async def test_v6_fetch_answers_fit_the_vendors_file(asker: Asker) -> None:
    fetched = validator(COMMUNITY, "/fetch")
    asker.vendor.hold()
    first = await asker.post(V6, V6_BODY)
    fetched.validate((await asker.post(first.json["fetch_result"], {})).json)
    asker.vendor.release()
    fetched.validate((await asker.result(first)).json)
    missing = await asker.post(V6_FETCH, {"request_id": "5"})
    validator(COMMUNITY, "/fetch", status=404).validate(missing.json)


@pytest.mark.parametrize("mood", [Mood.PROCESSING, Mood.AT_ONCE, Mood.ERROR_200, Mood.NSFW])
async def test_realtime_first_answers_fit_the_vendors_file(asker: Asker, mood: Mood) -> None:
    asker.vendor.next(mood)
    answer = await asker.post(REALTIME, REALTIME_BODY)
    assert answer.status == 200
    validator(INSTANT, "/realtime/text2img").validate(answer.json)


async def test_realtime_fetch_answers_fit_the_vendors_file(asker: Asker) -> None:
    fetched = validator(INSTANT, "/realtime/fetch/{id}")
    asker.vendor.hold()
    first = await asker.post(REALTIME, REALTIME_BODY)
    assert first.json["fetch_result"].endswith(f"/api/v6/realtime/fetch/{first.json['id']}")
    fetched.validate((await asker.post(first.json["fetch_result"], {})).json)
    asker.vendor.release()
    fetched.validate((await asker.result(first)).json)
    missing = await asker.post("/v6/realtime/fetch/5", {})
    validator(INSTANT, "/realtime/fetch/{id}", status=404).validate(missing.json)


@pytest.mark.parametrize(
    ("changes", "key", "status"), [({"width": 2048}, "sandbox-key", 400), ({}, "wrong", 401)]
)
async def test_realtime_refusals_fit_the_vendors_file(
    asker: Asker, changes: dict[str, object], key: str, status: int
) -> None:
    answer = await asker.post(REALTIME, {**REALTIME_BODY, **changes}, key=key)
    assert answer.status == status
    validator(INSTANT, "/realtime/text2img", status=status).validate(answer.json)


@pytest.mark.parametrize(
    "body",
    [
        {"width": 1024, "height": 768, "samples": 4, "seed": None, "safety_checker": True},
        {"instant_response": True, "base64": False, "negative_prompt": "cats", "track_id": "17"},
    ],
)
async def test_what_the_realtime_file_allows_is_accepted(
    asker: Asker, body: dict[str, object]
) -> None:
    body = {**REALTIME_BODY, **body}
    body_validator(INSTANT, "/realtime/text2img").validate({**body, "key": "sandbox-key"})
    assert (await asker.post(REALTIME, body)).status == 200


@pytest.mark.parametrize(
    ("changes", "key", "status"),
    [
        ({"samples": 9}, "sandbox-key", 400),
        ({"model_id": "no-such"}, "sandbox-key", 400),
        ({}, "wrong", 401),
    ],
)
async def test_v6_refusals_fit_the_vendors_file(
    asker: Asker, changes: dict[str, object], key: str, status: int
) -> None:
    answer = await asker.post(V6, {**V6_BODY, **changes}, key=key)
    assert answer.status == status
    validator(COMMUNITY, "/text2img", status=status).validate(answer.json)


@pytest.mark.parametrize("path", ["/wallet_balance", "/processing/request_count"])
async def test_account_answers_fit_the_vendors_file(asker: Asker, path: str) -> None:
    prefix = "" if path == "/wallet_balance" else "/v6"
    answer = await asker.post(prefix + path, {})
    validator(GENERAL, path).validate(answer.json)


def test_the_schemas_do_say_no() -> None:
    """The vendor's schemas require little: without an unfit answer these tests prove nothing."""
    for unfit in ({"status": "queued"}, {"status": "error"}, {"status": "success", "output": ""}):
        assert not validator(COMMUNITY, "/text2img").is_valid(unfit)
    assert not validator(INSTANT, "/realtime/text2img").is_valid({"status": "queued"})
    assert not body_validator(INSTANT, "/realtime/text2img").is_valid({"key": "k", "prompt": 5})
    assert not validator(GENERAL, "/wallet_balance").is_valid({"data": {"balance": "much"}})


@pytest.mark.parametrize(
    "body",
    [
        {"model_id": "sdxl", "prompt": "a fox", "width": 1024, "height": 768, "samples": 4},
        {"model_id": "sdxl", "prompt": "a fox", "seed": None, "num_inference_steps": 20},
        {"model_id": "sdxl", "prompt": "a fox", "scheduler": "LCMScheduler", "clip_skip": 8},
        {"model_id": "sdxl", "prompt": "a fox", "safety_checker": True, "temp": False},
    ],
)
async def test_what_the_vendors_file_allows_is_accepted(
    asker: Asker, body: dict[str, object]
) -> None:
    body_validator(COMMUNITY, "/text2img").validate({**body, "key": "sandbox-key"})
    assert (await asker.post(V6, body)).status == 200


async def test_ids_are_whole_numbers_and_strings_within_meta(asker: Asker) -> None:
    first = await asker.generate()
    assert isinstance(first.json["id"], int)
    assert first.json["meta"]["id"] == str(first.json["id"])


async def test_a_v7_fetch_speaks_as_recorded_while_it_waits(asker: Asker) -> None:
    asker.vendor.hold()
    first = await asker.post(V7, V7_BODY)
    waiting = (await asker.post(first.json["fetch_result"], {})).json
    assert {**waiting, "tip": ""} == {
        "status": "processing",
        "messege": "try again later.",
        "output": "",
        "tip": "",
    }


async def test_links_lie_on_the_server_as_the_client_names_it(asker: Asker) -> None:
    first = await asker.generate()
    links = [first.json["fetch_result"], *first.json["future_links"]]
    assert all(link.startswith(asker.vendor.origin + "/") for link in links)
