"""The vendor says no to work on pictures exactly where its documents do, and in their words."""

import pytest

from sandbox.modelslab.endpoints import ENDPOINTS
from sandbox.modelslab.fields import Message, Refused
from sandbox.modelslab.models import known_models
from sandbox.modelslab.requests import Order
from sandbox.modelslab.wishes import Wish
from tests.sandbox.pictures import (
    BODIES,
    CAPTION,
    CUT_OUT,
    FLUX,
    INIT,
    INPAINT,
    MASK,
    REALTIME_INPAINT,
    REALTIME_REMIX,
    REMIX,
    UPSCALE,
    V6_INPAINT,
    V6_REMIX,
)

CHECKS = {endpoint.path.removeprefix("/api"): endpoint.check for endpoint in ENDPOINTS}
URL_WANTED = "The init_image field must be a valid URL."
V7_PATHS = (REMIX, INPAINT)
TEXT_TRACKED = (REMIX, INPAINT, V6_REMIX, V6_INPAINT, REALTIME_REMIX, REALTIME_INPAINT)
NUMBER_TRACKED = (UPSCALE, CUT_OUT, CAPTION)
MASKED = (INPAINT, V6_INPAINT, REALTIME_INPAINT)


def order_of(path: str, **changes: object) -> tuple[Order, Wish]:
    order = CHECKS[path]({**BODIES[path], **changes}, known_models())
    assert order.wish is not None
    return order, order.wish


def refusal_of(path: str, **changes: object) -> Message:
    with pytest.raises(Refused) as refusal:
        order_of(path, **changes)
    assert refusal.value.status == 400
    return refusal.value.message


def said(path: str, field: str, text: str) -> Message:
    """v7 names the field, the older endpoints say one sentence."""
    return {field: [text]} if path in V7_PATHS else text


@pytest.mark.parametrize("path", BODIES)
def test_each_endpoint_takes_its_plain_body(path: str) -> None:
    _, wish = order_of(path)
    assert wish.links == ({"source": INIT, "mask": MASK} if path in MASKED else {"source": INIT})


def required() -> list[tuple[str, str]]:
    optional = {(path, "seed") for path in BODIES} | {(V6_REMIX, "prompt"), (V6_INPAINT, "prompt")}
    return [
        (p, field) for p, body in BODIES.items() for field in body if (p, field) not in optional
    ]


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(("path", "field"), required())
def test_what_is_required_is_missed(path: str, field: str, empty: object) -> None:
    text = f"The {field} field is required."
    assert refusal_of(path, **{field: empty}) == said(path, field, text)


@pytest.mark.parametrize("field", ["init_image", "mask_image"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("picture.png", "The {} field must be a valid URL."),
        ("data:image/png;base64,AAAA", "The {} field must be a valid URL."),
        ("ftp://up.example/a.png", "The {} field must be a valid URL."),
        ([INIT], "The {} field must be a string."),
        (5, "The {} field must be a string."),
    ],
)
@pytest.mark.parametrize("path", MASKED)
def test_a_picture_is_one_address(path: str, field: str, value: object, text: str) -> None:
    assert refusal_of(path, **{field: value}) == said(path, field, text.format(field))


@pytest.mark.parametrize("path", TEXT_TRACKED)
@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("strength", 1.01, "strength must be between 0 and 1"),
        ("strength", -0.1, "strength must be between 0 and 1"),
        ("strength", "much", "The strength field must be a number."),
        ("strength", True, "The strength field must be a number."),
        ("samples", 5, "samples must be between 1 and 4"),
        ("samples", 0, "samples must be between 1 and 4"),
        ("seed", -1, "The seed field must be at least 0."),
        ("prompt", 5, "The prompt field must be a string."),
        ("negative_prompt", ["a"], "The negative_prompt field must be a string."),
        ("track_id", 17, "The track_id field must be a string."),
        ("webhook", "bell", "The webhook field must be a valid URL."),
    ],
)
def test_generating_fields_are_looked_at(path: str, field: str, value: object, text: str) -> None:
    changes: dict[str, object] = {"model_id": "sdxl", "scheduler": "Euler", field: value}
    if path in (V6_REMIX, V6_INPAINT):
        changes["scheduler"] = None
    assert refusal_of(path, **changes) == said(path, field, text)


@pytest.mark.parametrize(
    ("path", "changes", "text"),
    [
        (V6_REMIX, {"guidance_scale": 21}, "guidance_scale must be between 1 and 20"),
        (V6_REMIX, {"width": 1032}, "width must be between 256 and 1024"),
        (V6_REMIX, {"scheduler": "Euler"}, "The selected scheduler is invalid."),
        (V6_REMIX, {"safety_checker": "perhaps"},
         "The safety_checker field must be true or false."),
        (V6_REMIX, {"algorithm_type": "fast"}, "The selected algorithm_type is invalid."),
        (V6_REMIX, {"ip_adapter_scale": 2}, "ip_adapter_scale must be between 0 and 1"),
        (V6_INPAINT, {"height": 514}, "height must be divisible by 8"),
        (V6_INPAINT, {"clip_skip": 9}, "clip_skip must be between 1 and 8"),
        (V6_INPAINT, {"model_id": "pony_realism", "width": 1016},
         "width must be between 1024 and 2048"),
        (REALTIME_REMIX, {"width": 1025}, "width must be between 64 and 1024"),
        (REALTIME_REMIX, {"enhance_prompt": "no"},
         "The enhance_prompt field must be true or false."),
        (REALTIME_INPAINT, {"safety_checker": "yes"},
         "The safety_checker field must be true or false."),
        (REALTIME_INPAINT, {"strength": "0.5"}, "The strength field must be a number."),
        (UPSCALE, {"scale": 0}, "The scale field must be at least 1."),
        (UPSCALE, {"scale": "4"}, "The scale field must be an integer."),
        (UPSCALE, {"scale": 2.5}, "The scale field must be an integer."),
        (UPSCALE, {"model_id": "realesrgan"}, "The selected model_id is invalid."),
        (UPSCALE, {"face_enhance": "yes"}, "The face_enhance field must be true or false."),
        (UPSCALE, {"init_image": [INIT]}, "The init_image field must be a string."),
        (UPSCALE, {"init_image": "data:image/png;base64,AAAA"}, URL_WANTED),
        (CUT_OUT, {"only_mask": "true"}, "The only_mask field must be true or false."),
        (CUT_OUT, {"inverse_mask": 1}, "The inverse_mask field must be true or false."),
        (CUT_OUT, {"alpha_matting": "no"}, "The alpha_matting field must be true or false."),
        (CUT_OUT, {"alpha_matting_foreground_threshold": 241},
         "alpha_matting_foreground_threshold must be between 0 and 240"),
        (CUT_OUT, {"alpha_matting_background_threshold": 21},
         "alpha_matting_background_threshold must be between 0 and 20"),
        (CUT_OUT, {"alpha_matting_erode_size": 6},
         "alpha_matting_erode_size must be between 0 and 5"),
        (CUT_OUT, {"seed": "7"}, "The seed field must be an integer."),
        (CAPTION, {"length": "endless"}, "The selected length is invalid."),
        (CAPTION, {"base64": "no"}, "The base64 field must be true or false."),
    ],
)  # fmt: skip
def test_each_endpoint_has_rules_of_its_own(
    path: str, changes: dict[str, object], text: str
) -> None:
    assert refusal_of(path, **changes) == text


@pytest.mark.parametrize("path", NUMBER_TRACKED)
@pytest.mark.parametrize("track_id", ["17", 1.5, True])
def test_the_tools_want_a_whole_number_to_track(path: str, track_id: object) -> None:
    assert refusal_of(path, track_id=track_id) == "The track_id field must be an integer."
    order_of(path, track_id=17)


STRINGS = ("flux", "sdxl", "midjourney", "flux-kontext-pro", "seededit-i2i")
LISTS = {
    "nano-banana-pro": 14,
    "seedream-4": 10,
    "seedream-4.0-i2i": 10,
    "seedream-4.5-i2i": 10,
    "flux-2-pro": 10,
}
PAIRS = ("nano-banana", "gen4_image_turbo")


def remix(model_id: str, init: object, **more: object) -> Wish:
    return order_of(REMIX, model_id=model_id, init_image=init, scheduler="Euler", **more)[1]


def remix_refusal(model_id: str, init: object, **more: object) -> Message:
    return refusal_of(REMIX, model_id=model_id, init_image=init, scheduler="Euler", **more)


@pytest.mark.parametrize("model_id", STRINGS)
def test_most_models_take_one_picture(model_id: str) -> None:
    assert remix(model_id, INIT).links == {"source": INIT}
    text = "The init_image field must be a string."
    assert remix_refusal(model_id, [INIT]) == {"init_image": [text]}


@pytest.mark.parametrize(("model_id", "most"), LISTS.items())
def test_some_models_take_a_list(model_id: str, most: int) -> None:
    links = [f"{INIT}?{number}" for number in range(most)]
    roles = ["source", *(f"source_{number}" for number in range(2, most + 1))]
    assert remix(model_id, links).links == dict(zip(roles, links, strict=True))
    for init, text in (
        (INIT, "The init_image field must be an array."),
        ([], f"The init_image field must have between 1 and {most} items."),
        ([*links, INIT], f"The init_image field must have between 1 and {most} items."),
        ([INIT, "picture.png"], "The init_image field must hold valid URLs."),
        ([INIT, 5], "The init_image field must hold valid URLs."),
        (None, "The init_image field is required."),
    ):
        assert remix_refusal(model_id, init) == {"init_image": [text]}


@pytest.mark.parametrize("model_id", PAIRS)
def test_some_models_want_a_second_picture(model_id: str) -> None:
    both = {"source": INIT, "source_2": MASK}
    assert remix(model_id, INIT, init_image_2=MASK).links == both
    text = "The init_image_2 field is required."
    assert remix_refusal(model_id, INIT) == {"init_image_2": [text]}


def test_old_checkpoints_want_a_scheduler_to_start_from_a_picture() -> None:
    text = "The scheduler field is required."
    assert refusal_of(REMIX, model_id="sdxl") == {"scheduler": [text]}
    order_of(INPAINT, model_id="sdxl")


@pytest.mark.parametrize(
    ("path", "model_id", "known"),
    [
        (REMIX, "flux", True),
        (REMIX, "imagen-4", False),
        (REMIX, "flux-pro-1.1", False),
        (REMIX, "flux-kontext-dev", False),
        (REMIX, "no-such", False),
        (INPAINT, "sdxl", True),
        (INPAINT, "nano-banana-pro", False),
        (INPAINT, "flux-kontext-pro", False),
        (V6_REMIX, "pony_realism", True),
        (V6_REMIX, "flux-kontext-dev", True),
        (V6_REMIX, "flux", False),
        (V6_REMIX, "seedream-4.0-i2i", False),
        (V6_INPAINT, "pony-realism", True),
        (V6_INPAINT, "flux-kontext-dev", False),
        (V6_INPAINT, "flux", False),
    ],
)
def test_models_do_what_is_written_of_them(path: str, model_id: str, known: bool) -> None:
    if known:
        assert order_of(path, model_id=model_id)[0].model.id == model_id
    else:
        assert refusal_of(path, model_id=model_id) == f"Model not found: {model_id}"


@pytest.mark.parametrize(("aspect", "known"), [("21:9", True), ("9:21", True), ("22:9", False)])
def test_kontext_pro_goes_as_far_as_a_cinema(aspect: str, known: bool) -> None:
    model = {"model_id": "flux-kontext-pro", "aspect_ratio": aspect}
    if known:
        order_of(REMIX, **model)
    else:
        text = "The selected aspect_ratio is invalid."
        assert refusal_of(REMIX, **model) == {"aspect_ratio": [text]}


def kontext(**changes: object) -> tuple[Order, Wish]:
    return order_of(V6_REMIX, model_id="flux-kontext-dev", **changes)


def test_kontext_dev_has_names_and_defaults_of_its_own() -> None:
    order, wish = kontext(init_image_2=MASK)
    assert (order.steps, order.guidance, wish.strength) == (28, 2.5, 0.5)
    assert (order.width_px, order.height_px) == (512, 512)
    assert wish.links == {"source": INIT, "source_2": MASK}
    order, wish = kontext(num_inference_steps="50", guidance="0", strength="0.25", width=1024)
    assert (order.steps, order.guidance, wish.strength, order.width_px) == (50, 0, 0.25, 1024)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"prompt": ""}, "The prompt field is required."),
        ({"guidance": 21}, "guidance must be between 0 and 20"),
        ({"num_inference_steps": 51}, "num_inference_steps must be between 1 and 50"),
        ({"safety_checker": "yes"}, "The safety_checker field must be true or false."),
        ({"enhance_prompt": "no"}, "The enhance_prompt field must be true or false."),
        ({"width": 1032}, "width must be between 256 and 1024"),
        ({"init_image": [INIT]}, "The init_image field must be a string."),
        ({"init_image_2": "b.png"}, "The init_image_2 field must be a valid URL."),
    ],
)
def test_kontext_dev_is_as_strict_as_its_file(changes: dict[str, object], text: str) -> None:
    assert refusal_of(V6_REMIX, model_id="flux-kontext-dev", **changes) == text


@pytest.mark.parametrize(
    ("path", "strength"),
    [(REMIX, 0.7), (V6_REMIX, 0.7), (REALTIME_REMIX, 0.7), *((path, 1) for path in MASKED)],
)
def test_an_unset_strength_is_the_usual_one_and_nought_is_not_unset(
    path: str, strength: float
) -> None:
    assert order_of(path)[1].strength == strength
    assert order_of(path, strength=0)[1].strength == 0


def test_flux_hears_no_negative_prompt_here_either() -> None:
    assert order_of(REMIX, **FLUX, negative_prompt="moon")[0].negative == ""
