"""The vendor says no exactly where its documents do, and in their words."""

import pytest

from sandbox.modelslab.fields import Refused
from sandbox.modelslab.models import known_models
from sandbox.modelslab.requests import (
    REWRITE,
    Order,
    check_realtime_text2img,
    check_v6_text2img,
    check_v7_text_to_image,
)


def v7(**body: object) -> Order:
    return check_v7_text_to_image({"model_id": "sdxl", "prompt": "a fox", **body}, known_models())


def v6(**body: object) -> Order:
    return check_v6_text2img({"model_id": "sdxl", "prompt": "a fox", **body}, known_models())


def realtime(**body: object) -> Order:
    return check_realtime_text2img({"prompt": "a fox", **body}, known_models())


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        ({"prompt": ""}, "prompt", "The prompt field is required."),
        ({"prompt": None}, "prompt", "The prompt field is required."),
        ({"prompt": 5}, "prompt", "The prompt field must be a string."),
        ({"model_id": ""}, "model_id", "The model_id field is required."),
        ({"width": 511}, "width", "width must be between 512 and 1024"),
        ({"height": 1025}, "height", "height must be between 512 and 1024"),
        ({"width": "512"}, "width", "The width field must be an integer."),
        ({"width": True}, "width", "The width field must be an integer."),
        ({"width": 512.5}, "width", "The width field must be an integer."),
        ({"samples": 0}, "samples", "samples must be between 1 and 4"),
        ({"samples": 5}, "samples", "samples must be between 1 and 4"),
        ({"guidance_scale": 0.5}, "guidance_scale", "guidance_scale must be between 1 and 20"),
        ({"guidance_scale": 21}, "guidance_scale", "guidance_scale must be between 1 and 20"),
        ({"guidance_scale": "x"}, "guidance_scale", "The guidance_scale field must be a number."),
        ({"seed": -1}, "seed", "The seed field must be at least 0."),
        ({"seed": "random"}, "seed", "The seed field must be an integer."),
        ({"num_inference_steps": 51}, "num_inference_steps",
         "num_inference_steps must be between 1 and 50"),
        ({"aspect_ratio": "wide"}, "aspect_ratio", "The selected aspect_ratio is invalid."),
        ({"model_id": "imagen-4"}, "aspect_ratio", "The aspect_ratio field is required."),
        ({"model_id": "imagen-4", "aspect_ratio": "21:9"}, "aspect_ratio",
         "The selected aspect_ratio is invalid."),
        ({"model_id": "gen4_image"}, "aspect_ratio", "The aspect_ratio field is required."),
        ({"model_id": "flux-2-pro", "width": 1024}, "height", "The height field is required."),
        ({"model_id": "seedream-t2i", "height": 512}, "width", "The width field is required."),
        ({"model_id": "flux-pro-1.1", "width": 512, "height": 512, "guidance_scale": 11},
         "guidance_scale", "guidance_scale must be between 1 and 10"),
        ({"model_id": "flux-pro-1.1", "width": 512, "height": 512, "scheduler": "DDIM"},
         "scheduler", "The selected scheduler is invalid."),
    ],
)  # fmt: skip
def test_v7_names_the_faulty_field(body: dict[str, object], field: str, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        v7(**body)
    assert refusal.value.status == 400
    assert refusal.value.message == {field: [text]}


def test_v7_names_every_faulty_field_at_once() -> None:
    with pytest.raises(Refused) as refusal:
        v7(width=100, samples=9)
    assert isinstance(refusal.value.message, dict)
    assert set(refusal.value.message) == {"width", "samples"}


@pytest.mark.parametrize(
    "body",
    [
        {"width": 512, "height": 1024, "samples": 4, "guidance_scale": 20, "seed": 0},
        # Nothing says that this model refuses a size beside its ratio.
        {"model_id": "imagen-4", "aspect_ratio": "16:9", "width": 512, "height": 512},
        {"model_id": "seedream-4.5", "aspect_ratio": "21:9"},
        {"model_id": "nano-banana-pro", "aspect_ratio": "4:5"},
        {"model_id": "flux-pro-1.1", "width": 512, "height": 512, "scheduler": "Euler a"},
        {"webhook": "https://example.com/bell", "track_id": "17", "nobody_knows": [1]},
    ],
)
def test_v7_takes_what_is_documented_and_ignores_the_unknown(body: dict[str, object]) -> None:
    assert v7(**body).prompt == "a fox"


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("1:1", (1024, 1024)), ("16:9", (1024, 576)), ("9:16", (576, 1024)), ("3:2", (1024, 680))],
)
def test_a_ratio_becomes_pixels(aspect: str, size: tuple[int, int]) -> None:
    order = v7(aspect_ratio=aspect)
    assert (order.width_px, order.height_px) == size


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"prompt": ""}, "The prompt field is required."),
        ({"width": 255}, "width must be between 256 and 1024"),
        ({"height": 1032}, "height must be between 256 and 1024"),
        ({"height": 514}, "height must be divisible by 8"),
        ({"width": "wide"}, "The width field must be an integer."),
        ({"samples": "5"}, "samples must be between 1 and 4"),
        ({"seed": -1}, "The seed field must be at least 0."),
        ({"enhance_prompt": "maybe"}, "The enhance_prompt field must be true or false."),
        ({"safety_checker": 1}, "The safety_checker field must be true or false."),
        ({"safety_checker_type": "mosaic"}, "The selected safety_checker_type is invalid."),
        ({"scheduler": "Euler a"}, "The selected scheduler is invalid."),
        ({"clip_skip": 9}, "clip_skip must be between 1 and 8"),
        ({"model_id": "pony-realism", "width": 512}, "width must be between 1024 and 2048"),
        ({"model_id": "z-image-turbo", "width": 1496}, "width must be between 256 and 1488"),
        ({"model_id": "imagen-4"}, "Model not found: imagen-4"),
        ({"model_id": "flux-kontext-dev"}, "Model not found: flux-kontext-dev"),
        ({"model_id": "no-such"}, "Model not found: no-such"),
    ],
)
def test_v6_says_the_first_fault_in_one_sentence(body: dict[str, object], text: str) -> None:
    with pytest.raises(Refused) as refusal:
        v6(**body)
    assert (refusal.value.status, refusal.value.message) == (400, text)


@pytest.mark.parametrize("model_id", ["no-such", "flux-kontext-pro", "nano-banana"])
def test_v7_knows_only_models_that_draw_from_text(model_id: str) -> None:
    with pytest.raises(Refused) as refusal:
        v7(model_id=model_id)
    assert refusal.value.message == f"Model not found: {model_id}"


def test_v6_takes_numbers_as_strings_and_yes_as_true() -> None:
    order = v6(width="768", samples="2", seed="4294967295", safety_checker="yes",
               enhance_prompt=False, guidance_scale="7.5")  # fmt: skip
    assert (order.width_px, order.samples, order.seed) == (768, 2, 4294967295)
    assert order.veil == "sensitive_content_text"


def test_v6_draws_small_unless_told_otherwise() -> None:
    assert (v6().width_px, v6().height_px) == (512, 512)
    assert v6(model_id="pony-realism").width_px == 1024


def test_v6_rewrites_the_prompt_unless_it_is_told_not_to() -> None:
    assert v6().prompt == f"a fox, {REWRITE}"
    assert v6(enhance_prompt="no").prompt == "a fox"
    assert v6(model_id="flux").prompt == "a fox"


def test_v6_caps_the_steps_by_model() -> None:
    assert v6(num_inference_steps=45).steps == 20
    assert v6(model_id="flux", num_inference_steps=45).steps == 45


def test_flux_ignores_the_negative_prompt() -> None:
    assert v6(model_id="flux", negative_prompt="moon").negative == ""
    assert v6(negative_prompt="moon").negative == "moon"


def test_flux_is_deaf_to_the_safety_checker() -> None:
    assert v6(model_id="flux", safety_checker="yes").veil == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"prompt": None}, "The prompt field is required."),
        ({"width": 1025}, "width must be between 64 and 1024"),
        ({"height": 2048}, "height must be between 64 and 1024"),
        ({"width": "512"}, "The width field must be an integer."),
        ({"samples": 5}, "samples must be between 1 and 4"),
        ({"seed": "7"}, "The seed field must be an integer."),
        ({"safety_checker": "yes"}, "The safety_checker field must be true or false."),
        ({"enhance_prompt": "no"}, "The enhance_prompt field must be true or false."),
        ({"enhance_prompt": 1}, "The enhance_prompt field must be true or false."),
        ({"instant_response": "true"}, "The instant_response field must be true or false."),
        ({"base64": "no"}, "The base64 field must be true or false."),
    ],
)
def test_realtime_insists_on_booleans_and_whole_numbers(body: dict[str, object], text: str) -> None:
    with pytest.raises(Refused) as refusal:
        realtime(**body)
    assert (refusal.value.status, refusal.value.message) == (400, text)


def test_realtime_draws_small_and_asks_for_no_model() -> None:
    order = realtime(model_id="no-such", seed=None, safety_checker=True)
    assert (order.model.id, order.width_px, order.height_px) == ("realtime", 512, 512)
    assert (order.seed, order.veil) == (None, "black")
    assert realtime(enhance_prompt=True).prompt == f"a fox, {REWRITE}"


@pytest.mark.parametrize("api", ["v6", "v7"])
def test_realtime_is_no_model_of_the_other_apis(api: str) -> None:
    with pytest.raises(Refused) as refusal:
        v6(model_id="realtime") if api == "v6" else v7(model_id="realtime")
    assert refusal.value.message == "Model not found: realtime"
